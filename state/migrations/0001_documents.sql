-- documents: commentary, approvals, the register of issues, jobs, the month's closing
-- tenant: code of the body the document is for, '' for one of the prefecture; times are naive JST

CREATE TABLE commentary (
    report VARCHAR(64) NOT NULL,
    period VARCHAR(16) NOT NULL,
    tenant VARCHAR(16) NOT NULL,
    place VARCHAR(128) NOT NULL,
    version INTEGER NOT NULL,
    based_on INTEGER NOT NULL,
    aside BOOLEAN NOT NULL,
    text TEXT NOT NULL,
    author VARCHAR(128) NOT NULL,
    written_at TIMESTAMP NOT NULL,
    PRIMARY KEY (report, period, tenant, place, version)
);

CREATE TABLE approval (
    report VARCHAR(64) NOT NULL,
    period VARCHAR(16) NOT NULL,
    tenant VARCHAR(16) NOT NULL,
    number INTEGER NOT NULL,
    step VARCHAR(16) NOT NULL,
    status VARCHAR(16) NOT NULL,
    snapshot INTEGER,
    note TEXT NOT NULL,
    taken_by VARCHAR(128) NOT NULL,
    taken_at TIMESTAMP NOT NULL,
    PRIMARY KEY (report, period, tenant, number)
);

CREATE TABLE issue (
    number INTEGER NOT NULL PRIMARY KEY,
    report VARCHAR(64) NOT NULL,
    period VARCHAR(16) NOT NULL,
    tenant VARCHAR(16) NOT NULL,
    title VARCHAR(256) NOT NULL,
    document_number VARCHAR(128) NOT NULL,
    version VARCHAR(16) NOT NULL,
    corrects INTEGER,
    reason TEXT NOT NULL,
    snapshot INTEGER NOT NULL,
    template_sha256 VARCHAR(64) NOT NULL,
    program_sha256 VARCHAR(64) NOT NULL,
    issued_on DATE NOT NULL,
    issued_by VARCHAR(128) NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    UNIQUE (report, period, tenant, version)
);

CREATE TABLE issue_file (
    number INTEGER NOT NULL,
    name VARCHAR(256) NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    PRIMARY KEY (number, name)
);

CREATE INDEX issue_file_sha256 ON issue_file (sha256);

CREATE TABLE issue_commentary (
    number INTEGER NOT NULL,
    place VARCHAR(128) NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (number, place)
);

CREATE TABLE job (
    number INTEGER NOT NULL PRIMARY KEY,
    kind VARCHAR(16) NOT NULL,
    report VARCHAR(64) NOT NULL,
    period VARCHAR(16) NOT NULL,
    tenant VARCHAR(16) NOT NULL,
    status VARCHAR(16) NOT NULL,
    ordered_by VARCHAR(128) NOT NULL,
    ordered_at TIMESTAMP NOT NULL,
    tries INTEGER NOT NULL,
    worker VARCHAR(128) NOT NULL,
    started_at TIMESTAMP,
    heartbeat_at TIMESTAMP,
    finished_at TIMESTAMP,
    step VARCHAR(128) NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    reason TEXT NOT NULL
);

CREATE INDEX job_status ON job (status, number);

CREATE TABLE closing (
    period VARCHAR(16) NOT NULL,
    step VARCHAR(16) NOT NULL,
    done_on DATE NOT NULL,
    note TEXT NOT NULL,
    noted_by VARCHAR(128) NOT NULL,
    noted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (period, step)
);
