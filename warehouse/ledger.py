"""The snapshot's own bookkeeping: what was loaded from which file, what was rejected and why, what replaced what."""

from __future__ import annotations

import getpass
import os
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import Literal

import duckdb
import pyarrow as pa

from warehouse.facts import FACT_TABLES

TABLES = """
CREATE TABLE IF NOT EXISTS snapshot_info (
    number INTEGER, parent INTEGER, published_at TIMESTAMP, data_as_of TIMESTAMP, config_hash VARCHAR);
CREATE TABLE IF NOT EXISTS lake_file (table_name VARCHAR, jst_month VARCHAR, path VARCHAR, row_count BIGINT);
CREATE TABLE IF NOT EXISTS load (
    load_id BIGINT, feed VARCHAR, title VARCHAR, table_name VARCHAR, file_name VARCHAR, sha256 VARCHAR,
    file_bytes BIGINT, status VARCHAR, refusal VARCHAR, physical_lines BIGINT, accepted_lines BIGINT,
    rejected_lines BIGINT, header_lines BIGINT, blank_lines BIGINT, total_lines BIGINT, other_lines BIGINT,
    accepted_rows BIGINT, period_from DATE, period_to DATE, loaded_at TIMESTAMP, note VARCHAR,
    continued_lines BIGINT DEFAULT 0, loaded_by VARCHAR, as_of DATE, revision BIGINT, part_of BIGINT, mends BIGINT,
    encoding VARCHAR);
ALTER TABLE load ADD COLUMN IF NOT EXISTS continued_lines BIGINT DEFAULT 0;
ALTER TABLE load ADD COLUMN IF NOT EXISTS loaded_by VARCHAR;
ALTER TABLE load ADD COLUMN IF NOT EXISTS as_of DATE;
ALTER TABLE load ADD COLUMN IF NOT EXISTS revision BIGINT;
ALTER TABLE load ADD COLUMN IF NOT EXISTS part_of BIGINT;
ALTER TABLE load ADD COLUMN IF NOT EXISTS mends BIGINT;
ALTER TABLE load ADD COLUMN IF NOT EXISTS encoding VARCHAR;
CREATE TABLE IF NOT EXISTS reject (
    load_id BIGINT, line BIGINT, column_name VARCHAR, raw_value VARCHAR, reason VARCHAR, raw_text VARCHAR,
    number BIGINT, closed_as VARCHAR, closed_by BIGINT, closed_at TIMESTAMP, closed_user VARCHAR,
    closed_reason VARCHAR, root_line BIGINT, place VARCHAR);
ALTER TABLE reject ADD COLUMN IF NOT EXISTS number BIGINT;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS root_line BIGINT;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS place VARCHAR;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS closed_as VARCHAR;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS closed_by BIGINT;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS closed_at TIMESTAMP;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS closed_user VARCHAR;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS closed_reason VARCHAR;
CREATE TABLE IF NOT EXISTS superseded (load_id BIGINT, replaced_load_id BIGINT, table_name VARCHAR, row_count BIGINT);
CREATE TABLE IF NOT EXISTS load_span (
    table_name VARCHAR, jst_month VARCHAR, feed VARCHAR, entity VARCHAR, jst_date DATE, load_id BIGINT,
    opens TIMESTAMP, closes TIMESTAMP);
CREATE TABLE IF NOT EXISTS issued_touched (
    load_id BIGINT, snapshot INTEGER, document VARCHAR, title VARCHAR, period VARCHAR, issued_on DATE,
    table_name VARCHAR, jst_month VARCHAR, tenant VARCHAR, rows_before BIGINT, rows_after BIGINT,
    rows_changed BIGINT);
CREATE TABLE IF NOT EXISTS counter_edge (
    load_id BIGINT, feed VARCHAR, entity VARCHAR, series VARCHAR, ts BIGINT, octets UBIGINT, uptime BIGINT);
CREATE TABLE IF NOT EXISTS told_update (
    load_id BIGINT, feed VARCHAR, record VARCHAR, place BIGINT[], number BIGINT, told MAP(VARCHAR, VARCHAR));
"""

Connection = duckdb.DuckDBPyConnection
"""For those outside the warehouse, who hand it on and know nothing of it."""
SAMPLE_TABLES = frozenset(name for name, table in FACT_TABLES.items() if table.replaces == "span")
Status = Literal["accepted", "refused"]


@dataclass(frozen=True)
class LoadRecord:
    """One row of the ledger: one file.  Lines are physical lines (or Excel rows); times are naive JST.

    ``physical_lines`` = accepted + rejected + header + blank + total + other + continued; other are records that the
    feed declares as not its own (for example EVE events that are no alerts), continued the second and later lines of
    records that span lines (accepted, rejected and other count records then).

    ``as_of`` (the last day that a ledger speaks for) and ``revision`` (which issue its name declares) stand before the
    load's number in the order of loads (:mod:`warehouse.superseding`).  A load of mended lines has ``mends``, the load
    whose rejects they were, and ``part_of``, the load whose original they come from; it shares that one's place.
    ``encoding`` is the character encoding that was found in the file, where its feed leaves that to be detected.
    """

    load_id: int
    feed: str
    title: str
    table_name: str
    file_name: str
    sha256: str
    file_bytes: int
    status: Status
    refusal: str | None
    physical_lines: int
    accepted_lines: int
    rejected_lines: int
    header_lines: int
    blank_lines: int
    total_lines: int
    other_lines: int
    accepted_rows: int
    period_from: date | None
    period_to: date | None
    loaded_at: datetime
    note: str | None = None
    continued_lines: int = 0
    loaded_by: str | None = None
    as_of: date | None = None
    revision: int | None = None
    part_of: int | None = None
    mends: int | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Reject:
    """One refused line: where, what it said, and why in Japanese.

    ``root_line`` is the line of the original when ``line`` is that of a mended file, ``place`` the part and the line
    within it when the file has several parts.
    """

    line: int
    column: str | None
    value: str | None
    reason: str
    text: str
    root_line: int | None = None
    place: str | None = None


def operator() -> str:
    """Who loads: ``MIHARASHI_USER``, else the operating system's user."""
    named = os.environ.get("MIHARASHI_USER", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return f"uid {os.getuid()}"


def add_load(connection: duckdb.DuckDBPyConnection, record: LoadRecord, rejects: list[Reject]) -> None:
    """Enter one file and its rejects."""
    names, marks = ", ".join(field.name for field in fields(record)), ", ".join("?" for _ in fields(record))
    connection.execute(f"INSERT INTO load ({names}) VALUES ({marks})", list(astuple(record)))
    if rejects:
        refused = pa.table({  # noqa: F841 - DuckDB reads it by its name
            "load_id": pa.array([record.load_id] * len(rejects), pa.int64()),
            "number": pa.array(range(1, len(rejects) + 1), pa.int64()),
            "line": pa.array([reject.line for reject in rejects], pa.int64()),
            "column_name": pa.array([reject.column for reject in rejects], pa.string()),
            "raw_value": pa.array([reject.value for reject in rejects], pa.string()),
            "reason": pa.array([reject.reason for reject in rejects], pa.string()),
            "raw_text": pa.array([reject.text for reject in rejects], pa.string()),
            "root_line": pa.array([reject.root_line for reject in rejects], pa.int64()),
            "place": pa.array([reject.place for reject in rejects], pa.string()),
        })
        connection.execute("INSERT INTO reject BY NAME SELECT * FROM refused")


@dataclass(frozen=True)
class KnownFile:
    """What the ledger says of a content that came before; ``refusal`` is its reason when it was refused.

    ``replaced_rows`` of its rows gave way to other loads, ``replaced_by`` the one that came last of these.
    """

    load_id: int
    file_name: str
    status: Status
    refusal: str | None
    accepted_rows: int
    replaced_rows: int
    replaced_by: int | None


def known_file(connection: duckdb.DuckDBPyConnection, feed: str, sha256: str,
               named: tuple[date, date] | None = None) -> KnownFile | None:
    """The newest entry of the same content, an accepted one before refused ones; None when it never came.

    Where names tell the period (``named``), the same content for another one is another file, as of two quiet days.
    """
    period_from, period_to = named or (None, None)
    row = connection.execute(
        "SELECT l.load_id, l.file_name, l.status, l.refusal, l.accepted_rows, "
        "CAST(coalesce(sum(s.row_count), 0) AS BIGINT), max(s.load_id) FROM load AS l "
        "LEFT JOIN superseded AS s ON s.replaced_load_id = l.load_id WHERE l.feed = $feed AND l.sha256 = $sha256 "
        "AND ($opens IS NULL OR (l.period_from = $opens AND l.period_to = $closes)) "
        "GROUP BY ALL ORDER BY l.status, l.load_id DESC LIMIT 1",
        {"feed": feed, "sha256": sha256, "opens": period_from, "closes": period_to}).fetchone()
    return KnownFile(*row) if row else None


def entry(connection: duckdb.DuckDBPyConnection, load_id: int) -> LoadRecord | None:
    """One row of the ledger; None when there is no such load."""
    return next(iter(_records(connection, "load_id = ?", [load_id])), None)


def part(connection: duckdb.DuckDBPyConnection, root: int) -> list[LoadRecord]:
    """A load and the mends of its rejects that were accepted, in the order in which they came."""
    return _records(connection, "status = 'accepted' AND (load_id = ? OR part_of = ?)", [root, root])


def _records(connection: duckdb.DuckDBPyConnection, condition: str, values: list[int]) -> list[LoadRecord]:
    names = ", ".join(field.name for field in fields(LoadRecord))
    rows = connection.execute(f"SELECT {names} FROM load WHERE {condition} ORDER BY load_id", values).fetchall()
    return [LoadRecord(*row) for row in rows]


def rejected_lines(connection: duckdb.DuckDBPyConnection, load_id: int) -> list[int]:
    """Lines of a load that were rejected, ascending."""
    rows = connection.execute("SELECT line FROM reject WHERE load_id = ? ORDER BY line", [load_id]).fetchall()
    return [row[0] for row in rows]


def replaced_rows(connection: duckdb.DuckDBPyConnection, load_id: int) -> tuple[int, int]:
    """How many rows of other files a load took the place of, and how many of its own gave way to others.

    Rows that pass between an original and the mends of it do not count.
    """
    row = connection.execute(
        "SELECT coalesce(sum(s.row_count) FILTER (s.load_id = $id), 0), "
        "coalesce(sum(s.row_count) FILTER (s.replaced_load_id = $id), 0) FROM superseded AS s "
        "JOIN load AS a ON a.load_id = s.load_id JOIN load AS b ON b.load_id = s.replaced_load_id "
        "WHERE $id IN (s.load_id, s.replaced_load_id) "
        "AND coalesce(a.part_of, a.load_id) <> coalesce(b.part_of, b.load_id)", {"id": load_id}).fetchone() or (0, 0)
    return int(row[0]), int(row[1])


def told_updates(connection: duckdb.DuckDBPyConnection, load_id: int) -> bool:
    """Whether a load told updates of records, which go on counting in the rows of later loads."""
    return bool(connection.execute("SELECT 1 FROM told_update WHERE load_id = ? LIMIT 1", [load_id]).fetchone())


def gave_way(connection: duckdb.DuckDBPyConnection, root: int) -> bool:
    """Whether any row of a load gave way to another file."""
    return replaced_rows(connection, root)[1] > 0


def open_rejects(connection: duckdb.DuckDBPyConnection, load_id: int) -> int:
    """How many rejects of a load are open."""
    row = connection.execute(
        "SELECT count(*) FROM reject WHERE load_id = ? AND closed_as IS NULL", [load_id]).fetchone()
    return int(row[0]) if row else 0


def reject_lines(connection: duckdb.DuckDBPyConnection, load_id: int) -> dict[int, int]:
    """The lines of a load's file that were rejected, by the rejects' numbers."""
    return dict(connection.execute("SELECT number, line FROM reject WHERE load_id = ?", [load_id]).fetchall())


def root_lines(connection: duckdb.DuckDBPyConnection, load_id: int) -> dict[int, int | None]:
    """The lines of the original that a load's rejects come from, by the rejects' numbers."""
    return dict(connection.execute(
        "SELECT r.number, CASE WHEN l.mends IS NULL THEN r.line ELSE r.root_line END FROM reject AS r "
        "JOIN load AS l ON l.load_id = r.load_id WHERE r.load_id = ?", [load_id]).fetchall())


def highest_revision(connection: duckdb.DuckDBPyConnection, feed: str, as_of: date | None) -> int | None:
    """The highest revision that any accepted file of the feed and period declared."""
    row = connection.execute("SELECT max(revision) FROM load WHERE feed = ? AND as_of IS NOT DISTINCT FROM ? "
                             "AND status = 'accepted'", [feed, as_of]).fetchone()
    return row[0] if row else None


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT coalesce(max(load_id), 0) + 1 FROM load").fetchone()
    return int(row[0]) if row else 1


def newest_day(connection: duckdb.DuckDBPyConnection, feed: str) -> date | None:
    """The last day that any accepted file of the feed covers."""
    row = connection.execute(
        "SELECT max(period_to) FROM load WHERE feed = ? AND status = 'accepted'", [feed]).fetchone()
    return row[0] if row else None
