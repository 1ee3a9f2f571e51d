"""The ledger of loads as it is published: every file that came, and what it replaced or was replaced by."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse import ledger
from warehouse.ledger import LoadRecord

NOTES = {"late": "遅着", "corrected": "訂正", "mended": "却下の直し", "outdated": "旧版（使われていない）",
         "loss": "却下を閉じた"}


@dataclass(frozen=True)
class LoadLine:
    """One load in the list; ``gave_way`` of its rows were replaced by other files, ``took`` of theirs by it."""

    record: LoadRecord
    open_rejects: int
    took: int
    gave_way: int


@dataclass(frozen=True)
class Exchange:
    """Rows that went from one load to another; ``load_id`` is the other one."""

    load_id: int
    file_name: str
    rows: int


@dataclass(frozen=True)
class LoadDetail:
    """One load with everything the ledger knows of it; ``reasons`` are (reason, open rejects, all rejects)."""

    record: LoadRecord
    reasons: list[tuple[str, int, int]]
    took_from: list[Exchange]
    gave_way_to: list[Exchange]
    mended_by: list[int]


def newest_loads(connection: duckdb.DuckDBPyConnection, feed: str | None, limit: int) -> list[LoadLine]:
    """The newest loads, newest first."""
    ids = connection.execute("SELECT load_id FROM load WHERE coalesce(feed = $feed, TRUE) ORDER BY load_id DESC LIMIT "
                             f"{int(limit)}", {"feed": feed}).fetchall()
    return [_line(connection, record) for (load_id,) in ids if (record := ledger.entry(connection, load_id))]


def load_detail(connection: duckdb.DuckDBPyConnection, record: LoadRecord) -> LoadDetail:
    """Everything about one load."""
    reasons = connection.execute(
        "SELECT reason, count(*) FILTER (closed_as IS NULL), count(*) FROM reject WHERE load_id = ? GROUP BY reason "
        "ORDER BY 3 DESC, 1", [record.load_id]).fetchall()
    mended = connection.execute("SELECT load_id FROM load WHERE mends = ? AND status = 'accepted' ORDER BY load_id",
                                [record.load_id]).fetchall()
    return LoadDetail(record, [(row[0], row[1], row[2]) for row in reasons],
                      _exchanges(connection, "replaced_load_id", "load_id", record.load_id),
                      _exchanges(connection, "load_id", "replaced_load_id", record.load_id),
                      [row[0] for row in mended])


def _line(connection: duckdb.DuckDBPyConnection, record: LoadRecord) -> LoadLine:
    took, gave = ledger.replaced_rows(connection, record.load_id)
    return LoadLine(record, ledger.open_rejects(connection, record.load_id), took, gave)


def _exchanges(connection: duckdb.DuckDBPyConnection, other: str, own: str, load_id: int) -> list[Exchange]:
    rows = connection.execute(
        f"SELECT s.{other}, l.file_name, CAST(sum(s.row_count) AS BIGINT) FROM superseded AS s "
        f"JOIN load AS l ON l.load_id = s.{other} WHERE s.{own} = ? GROUP BY ALL ORDER BY 1", [load_id]).fetchall()
    return [Exchange(*row) for row in rows]
