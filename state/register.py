"""The register of issued documents: one entry per issue, never changed, never removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select

from state.approvals import take_in
from state.database import StateDatabase
from state.documents import DocumentKey, named, require_handling
from state.tables import issue, issue_commentary, issue_file
from warehouse.scope import Scope


@dataclass(frozen=True)
class IssuedFile:
    """A file of an issue and its fingerprint."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Issue:
    """An issued document.  ``corrects`` is the number of the issue that it replaces, ``reason`` why it does."""

    number: int
    key: DocumentKey
    title: str
    document_number: str
    version: str
    corrects: int | None
    reason: str
    snapshot: int
    template_sha256: str
    program_sha256: str
    issued_on: date
    issued_by: str
    issued_at: datetime
    files: tuple[IssuedFile, ...] = ()
    commentary: Mapping[str, int] = field(default_factory=dict)
    """The version of every place's text that is printed in it."""


class Register:
    """Issues by number, document and file; what a scope may not see is not there for it."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def issues(self, scope: Scope, key: DocumentKey | None = None) -> list[Issue]:
        """The issues of one document, or of all, the newest first."""
        with self._database.reading() as connection:
            found = _issues(connection)
        return [one for one in found if one.key.readable_by(scope) and key in (None, one.key)]

    def last(self, scope: Scope, key: DocumentKey) -> Issue | None:
        """The issue of a document that counts; None when it was never issued."""
        return next(iter(self.issues(scope, key)), None)

    def next_number(self) -> int:
        """The number that the next issue gets when nobody else issues meanwhile."""
        with self._database.reading() as connection:
            return _next_number(connection)

    def holding(self, scope: Scope, sha256: str) -> list[Issue]:
        """The issues that a file of that fingerprint belongs to."""
        return [one for one in self.issues(scope) if any(file.sha256 == sha256 for file in one.files)]

    def enter(self, scope: Scope, entry: Issue) -> None:
        """Enter an issue and lock its document, in one step.

        Raises :class:`state.errors.StepNotAllowed` unless the document is approved, and ``IntegrityError`` when the
        number was taken meanwhile.
        """
        require_handling(scope, entry.key)
        with self._database.writing() as connection:
            take_in(connection, entry.key, "issue", named(entry.issued_by), entry.issued_at, snapshot=entry.snapshot,
                    note=f"発行番号{entry.number}、第{entry.version}版")
            _insert(connection, entry)


def _next_number(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(issue.c.number), 0))).scalar_one()) + 1


def _insert(connection: Connection, entry: Issue) -> None:
    values = {name: value for name, value in vars(entry).items() if name not in ("key", "files", "commentary")}
    connection.execute(insert(issue).values(**entry.key.values(), **values))
    for file in entry.files:
        connection.execute(insert(issue_file).values(number=entry.number, **vars(file)))
    for place, version in entry.commentary.items():
        connection.execute(insert(issue_commentary).values(number=entry.number, place=place, version=version))


def _issues(connection: Connection) -> Sequence[Issue]:
    files: dict[int, list[IssuedFile]] = {}
    for row in connection.execute(select(issue_file).order_by(issue_file.c.name)).mappings():
        files.setdefault(row["number"], []).append(IssuedFile(row["name"], row["bytes"], row["sha256"]))
    texts: dict[int, dict[str, int]] = {}
    for row in connection.execute(select(issue_commentary)).mappings():
        texts.setdefault(row["number"], {})[row["place"]] = row["version"]
    rows = connection.execute(select(issue).order_by(issue.c.number.desc())).mappings().all()
    return [
        Issue(key=DocumentKey(row["report"], row["period"], row["tenant"]), files=tuple(files.get(row["number"], ())),
              commentary=texts.get(row["number"], {}),
              **{name: row[name] for name in Issue.__dataclass_fields__ if name not in ("key", "files", "commentary")})
        for row in rows
    ]
