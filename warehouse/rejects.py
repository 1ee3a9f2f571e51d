"""Rejected lines as the published ledger tells them: which are open, why, and what closed the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from warehouse import ledger, snapshot
from warehouse.errors import MiharashiError, SnapshotDamaged
from warehouse.folder import DataFolder
from warehouse.ledger import LoadRecord

CLOSED = {"mended": "直して取込み", "corrected": "訂正版で解消", "loss": "取り込まないと決定"}


@dataclass(frozen=True)
class RejectGroup:
    """Rejects of one load for one reason; ``first_line`` is that of the file."""

    load_id: int
    title: str
    file_name: str
    loaded_at: datetime
    reason: str
    open: int
    total: int
    first_line: int


@dataclass(frozen=True)
class RejectedLine:
    """One reject.  ``line`` is that of the loaded file, ``place`` the part and its line when the file has several;
    ``closed_as`` is None while it is open."""

    number: int
    line: int
    column: str | None
    value: str | None
    reason: str
    text: str
    closed_as: str | None
    closed_by: int | None
    closed_at: datetime | None
    closed_user: str | None
    closed_reason: str | None
    place: str | None = None


class LoadNotFound(MiharashiError):
    """The ledger has no load of that number."""

    def __init__(self, load_id: int) -> None:
        super().__init__("その番号の取込みはありません", f"取込み番号 {load_id} は記録にありません。",
                         "python app.py loads で番号を確かめてください。")


@contextmanager
def open_ledger(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published snapshot's bookkeeping, for reading; raises :class:`warehouse.errors.NoSnapshot`."""
    published = snapshot.current(DataFolder(data))
    try:
        connection = duckdb.connect(str(published.path), read_only=True)
    except duckdb.Error as error:
        raise SnapshotDamaged("スナップショットが読めません", f"{published.path.name}: {error}",
                              "python app.py rollback で前の世代に戻してください。") from error
    with connection:
        _refuse_older(connection)
        yield connection


def load_of(connection: duckdb.DuckDBPyConnection, load_id: int) -> LoadRecord:
    """One row of the ledger; raises :class:`LoadNotFound`."""
    found = ledger.entry(connection, load_id)
    if found is None:
        raise LoadNotFound(load_id)
    return found


def reject_groups(connection: duckdb.DuckDBPyConnection, *, feed: str | None = None, load_id: int | None = None,
                  closed_too: bool = False) -> list[RejectGroup]:
    """Rejects of accepted files by load and reason, the newest load first; with ``closed_too`` also those all closed.

    Of files that were refused whole only when ``load_id`` asks for them: it is the file that has to be mended.
    """
    rows = connection.execute(
        "SELECT l.load_id, l.title, l.file_name, l.loaded_at, r.reason, "
        "count(*) FILTER (r.closed_as IS NULL) AS n_open, count(*), arg_min(r.line, r.number) "
        "FROM reject AS r JOIN load AS l ON l.load_id = r.load_id "
        "WHERE (l.status = 'accepted' OR l.load_id = $load) AND coalesce(l.feed = $feed, TRUE) "
        "AND coalesce(l.load_id = $load, TRUE) GROUP BY ALL HAVING n_open > 0 OR $closed "
        "ORDER BY l.load_id DESC, n_open DESC, r.reason",
        {"feed": feed, "load": load_id, "closed": closed_too}).fetchall()
    return [RejectGroup(*row) for row in rows]


def rejected_lines(connection: duckdb.DuckDBPyConnection, load_id: int, *, closed_too: bool = False,
                   limit: int | None = None) -> list[RejectedLine]:
    """The rejects of one load in the order of the file."""
    rows = connection.execute(
        "SELECT number, line, column_name, raw_value, reason, raw_text, closed_as, closed_by, closed_at, closed_user, "
        "closed_reason, place FROM reject WHERE load_id = $load AND (closed_as IS NULL OR $closed) ORDER BY number "
        f"LIMIT {'ALL' if limit is None else int(limit)}", {"load": load_id, "closed": closed_too}).fetchall()
    return [RejectedLine(*row) for row in rows]


def period_told(first: date | None, last: date | None) -> str:
    """2026-10-01〜2026-10-31."""
    return f"{first or '－'}〜{last or '－'}" if first != last else f"{first or '－'}"


def _refuse_older(connection: duckdb.DuckDBPyConnection) -> None:
    row = connection.execute("SELECT count(*) FROM duckdb_columns() WHERE database_name = current_database() "
                             "AND table_name = 'reject' AND column_name = 'closed_as'").fetchone()
    if not row or not row[0]:
        raise MiharashiError("公開中のデータは前の版で作られています",
                             "却下と取込みの記録に、この版で使う項目がありません。",
                             "python app.py load で新しいファイルを一つ取り込んでください。")
