"""The snapshot's own bookkeeping: what was loaded from which file, what was rejected and why, what replaced what."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import Literal

import duckdb
import pyarrow as pa

TABLES = """
CREATE TABLE IF NOT EXISTS snapshot_info (
    number INTEGER, parent INTEGER, published_at TIMESTAMP, data_as_of TIMESTAMP, config_hash VARCHAR);
CREATE TABLE IF NOT EXISTS lake_file (table_name VARCHAR, jst_month VARCHAR, path VARCHAR, row_count BIGINT);
CREATE TABLE IF NOT EXISTS load (
    load_id BIGINT, feed VARCHAR, title VARCHAR, table_name VARCHAR, file_name VARCHAR, sha256 VARCHAR,
    file_bytes BIGINT, status VARCHAR, refusal VARCHAR, physical_lines BIGINT, accepted_lines BIGINT,
    rejected_lines BIGINT, header_lines BIGINT, blank_lines BIGINT, total_lines BIGINT, other_lines BIGINT,
    accepted_rows BIGINT, period_from DATE, period_to DATE, loaded_at TIMESTAMP, note VARCHAR);
CREATE TABLE IF NOT EXISTS reject (
    load_id BIGINT, line BIGINT, column_name VARCHAR, raw_value VARCHAR, reason VARCHAR, raw_text VARCHAR);
CREATE TABLE IF NOT EXISTS superseded (load_id BIGINT, replaced_load_id BIGINT, table_name VARCHAR, row_count BIGINT);
"""

Status = Literal["accepted", "refused"]


@dataclass(frozen=True)
class LoadRecord:
    """One row of the ledger: one file.  Lines are physical lines (or Excel rows); times are naive JST.

    ``physical_lines`` = accepted + rejected + header + blank + total + other; other are records that the feed
    declares as not its own (for example EVE events that are no alerts).
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


@dataclass(frozen=True)
class Reject:
    """One refused line: where, what it said, and why in Japanese."""

    line: int
    column: str | None
    value: str | None
    reason: str
    text: str


def add_load(connection: duckdb.DuckDBPyConnection, record: LoadRecord, rejects: list[Reject]) -> None:
    """Enter one file and its rejects."""
    marks = ", ".join("?" for _ in fields(record))
    connection.execute(f"INSERT INTO load VALUES ({marks})", list(astuple(record)))
    if rejects:
        refused = pa.table({  # noqa: F841 - DuckDB reads it by its name
            "load_id": pa.array([record.load_id] * len(rejects), pa.int64()),
            "line": pa.array([reject.line for reject in rejects], pa.int64()),
            "column_name": pa.array([reject.column for reject in rejects], pa.string()),
            "raw_value": pa.array([reject.value for reject in rejects], pa.string()),
            "reason": pa.array([reject.reason for reject in rejects], pa.string()),
            "raw_text": pa.array([reject.text for reject in rejects], pa.string()),
        })
        connection.execute("INSERT INTO reject BY NAME SELECT * FROM refused")


@dataclass(frozen=True)
class KnownFile:
    """What the ledger says of a content that came before; ``refusal`` is its reason when it was refused."""

    load_id: int
    file_name: str
    status: Status
    refusal: str | None


def known_file(connection: duckdb.DuckDBPyConnection, feed: str, sha256: str) -> KnownFile | None:
    """The newest entry of the same content, an accepted one before refused ones; None when it never came."""
    row = connection.execute(
        "SELECT load_id, file_name, status, refusal FROM load WHERE feed = ? AND sha256 = ? "
        "ORDER BY status, load_id DESC LIMIT 1", [feed, sha256]).fetchone()
    return KnownFile(*row) if row else None


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT coalesce(max(load_id), 0) + 1 FROM load").fetchone()
    return int(row[0]) if row else 1


def newest_day(connection: duckdb.DuckDBPyConnection, feed: str) -> date | None:
    """The last day that any accepted file of the feed covers."""
    row = connection.execute(
        "SELECT max(period_to) FROM load WHERE feed = ? AND status = 'accepted'", [feed]).fetchone()
    return row[0] if row else None
