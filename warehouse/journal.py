"""The journal beside the originals: with it ``archive/`` alone tells what was loaded, in which order, and how.

``archive/journal/000012.json`` is one published snapshot: its parent and what it added.  ``HEAD`` names the published
one.  ``pending.json`` is the entry of a snapshot that is being published; it takes its number only once ``CURRENT``
points to the snapshot, so that one which a kill left complete but unpublished is known as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_type_hints

import duckdb

from warehouse.errors import MiharashiError
from warehouse.folder import DataFolder, fsync_path, write_atomically
from warehouse.ledger import LoadRecord

SCHEMA = 1
RETIRED_MONTHS = """
CREATE TABLE IF NOT EXISTS retired_month (
    jst_month VARCHAR, after_load BIGINT, retired_at TIMESTAMP, data_until TIMESTAMP, marts_kept BOOLEAN,
    copied_in INTEGER);
"""
_NAME = re.compile(r"(\d{6,})\.json")
_TYPES = get_type_hints(LoadRecord)


class JournalDamaged(MiharashiError):
    """An entry of the journal is missing or cannot be read: the originals alone do not tell the order of loads."""


@dataclass(frozen=True)
class RetiredMonth:
    """A JST month whose samples were taken out of the lake; ``after_load`` is the last load that came before.

    ``data_until`` is the JST end of its newest sample.  ``marts_kept`` is False once its numbers are gone too.
    ``copied_in`` is the snapshot in whose copy they are kept since originals of the month are gone
    (:mod:`warehouse.retention`), None while all originals are there.
    """

    jst_month: str
    after_load: int
    retired_at: datetime
    data_until: datetime | None
    marts_kept: bool = True
    copied_in: int | None = None


@dataclass(frozen=True)
class JournalEntry:
    """What one published snapshot added to its parent.

    ``whole``: it lists every load from the first on, and no older entry is needed.  ``landings`` are the last loads of
    those that went into the lake together.  ``retired`` is the full list of retired months when this snapshot changed
    it (or is whole), else None.
    ``touched`` are the rows that it added to ``issued_touched``: what the originals alone do not tell.
    """

    snapshot: int
    parent: int | None
    published_at: datetime
    whole: bool
    loads: tuple[LoadRecord, ...]
    landings: tuple[int, ...]
    retired: tuple[RetiredMonth, ...] | None = None
    touched: tuple[dict[str, Any], ...] = ()

    def text(self) -> str:
        """The entry as JSON, one line a load."""
        head: dict[str, Any] = {
            "schema": SCHEMA, "snapshot": self.snapshot, "parent": self.parent,
            "published_at": self.published_at.isoformat(), "whole": self.whole, "landings": list(self.landings)}
        if self.retired is not None:
            head["retired"] = [_plain(month) for month in self.retired]
        if self.touched:
            head["touched"] = list(self.touched)
        loads = ",\n  ".join(_json(_plain(load)) for load in self.loads)
        return f'{_json(head)[:-1]},\n "loads": [\n  {loads}\n ]}}\n'


def entry_of(text: str, name: str = "") -> JournalEntry:
    """Read an entry; raises :class:`JournalDamaged`.  Keys of loads that this version does not know are passed over."""
    try:
        raw = json.loads(text)
        retired = raw.get("retired")
        return JournalEntry(
            snapshot=raw["snapshot"], parent=raw["parent"], published_at=datetime.fromisoformat(raw["published_at"]),
            whole=raw["whole"], loads=tuple(_record(load) for load in raw["loads"]), landings=tuple(raw["landings"]),
            retired=None if retired is None else tuple(_retired(month) for month in retired),
            touched=tuple(raw.get("touched", ())))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(f"記録 {name} が読めません（{type(error).__name__}）") from None


@dataclass(frozen=True)
class History:
    """Everything that led to one snapshot, oldest first; ``landings`` as in :class:`JournalEntry`."""

    loads: tuple[LoadRecord, ...] = ()
    landings: tuple[int, ...] = ()
    retired: tuple[RetiredMonth, ...] = ()
    touched: tuple[dict[str, Any], ...] = ()


def history_in(connection: duckdb.DuckDBPyConnection, *, after: int = 0) -> History:
    """The same as a snapshot's own ledger tells it (loads ``after`` a number only).

    Which loads landed together is not in the ledger: each is taken to have landed alone.
    """
    loads = tuple(record_of(row) for row in
                  _dicts(connection, f"SELECT * FROM load WHERE load_id > {after:d} ORDER BY load_id"))
    return History(loads, tuple(load.load_id for load in loads), retired_in(connection), touched_in(connection, after))


def touched_in(connection: duckdb.DuckDBPyConnection, after: int) -> tuple[dict[str, Any], ...]:
    """What loads after a number changed under issued documents, ready for JSON."""
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'issued_touched'").fetchone():
        return ()
    rows = _dicts(connection, f"SELECT * FROM issued_touched WHERE load_id > {after:d} ORDER BY ALL")
    return tuple({name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
                 for row in rows)


def restore_touched(connection: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Enter again what earlier snapshots told of issued documents."""
    for row in rows:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO issued_touched ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def retired_in(connection: duckdb.DuckDBPyConnection) -> tuple[RetiredMonth, ...]:
    """The retired months that a snapshot tells of; one made by an older version has no such table."""
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'retired_month'").fetchone():
        return ()
    return tuple(RetiredMonth(**row) for row in _dicts(connection, "SELECT * FROM retired_month ORDER BY jst_month"))


def closed_until(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The last retired month: samples of it and of older months are no longer taken."""
    row = connection.execute("SELECT max(jst_month) FROM retired_month").fetchone()
    return row[0] if row else None


def _dicts(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    relation = connection.execute(sql)
    names = [column[0] for column in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


class Journal:
    """The journal of a data folder.  Its writing methods are used under the writer lock."""

    def __init__(self, folder: DataFolder) -> None:
        self._path = folder.archive / "journal"

    def head(self) -> int | None:
        """Number of the snapshot that was published last, also when the warehouse itself is lost."""
        try:
            return int((self._path / "HEAD").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except (ValueError, UnicodeDecodeError):
            return max(self.numbers(), default=None)

    def numbers(self) -> list[int]:
        """Numbers of all entries, ascending."""
        if not self._path.is_dir():
            return []
        return sorted(int(match[1]) for path in self._path.iterdir() if (match := _NAME.fullmatch(path.name)))

    def pending(self) -> int | None:
        """Number of a snapshot whose publication was begun and not yet told to be complete."""
        path = self._path / "pending.json"
        try:
            return entry_of(path.read_text(encoding="utf-8"), path.name).snapshot
        except (OSError, UnicodeDecodeError, JournalDamaged):
            return None

    def has(self, number: int) -> bool:
        return self._entry_path(number).is_file()

    def announce(self, entry: JournalEntry) -> None:
        """Write the entry of a snapshot that is about to be published."""
        if not self._path.is_dir():
            self._path.mkdir(parents=True)
            fsync_path(self._path.parent)
        write_atomically(self._path / "pending.json", entry.text())

    def settle(self, number: int) -> None:
        """``CURRENT`` points to ``number``: an announced entry takes its number, and ``HEAD`` follows."""
        if self.pending() == number:
            (self._path / "pending.json").replace(self._entry_path(number))
            fsync_path(self._path)
        if self.head() != number and self._path.is_dir():
            write_atomically(self._path / "HEAD", f"{number}\n")

    def withdraw(self) -> None:
        """Forget an announced entry whose snapshot was never published."""
        (self._path / "pending.json").unlink(missing_ok=True)

    def entry(self, number: int) -> JournalEntry:
        """Read one entry; raises :class:`JournalDamaged`."""
        path = self._entry_path(number)
        try:
            return entry_of(path.read_text(encoding="utf-8"), path.name)
        except (OSError, UnicodeDecodeError):
            raise _damaged(f"記録 {path.name} がないか、読めません") from None

    def history(self, number: int) -> History:
        """All that led to snapshot ``number``; raises :class:`JournalDamaged` where the chain of parents breaks."""
        loads: list[LoadRecord] = []
        landings: set[int] = set()
        retired: tuple[RetiredMonth, ...] | None = None
        touched: list[dict[str, Any]] = []
        following: int | None = number
        while following is not None:
            entry = self.entry(following)
            loads += reversed(entry.loads)
            landings.update(entry.landings)
            touched += entry.touched
            retired = entry.retired if retired is None else retired
            if not entry.whole and entry.parent is not None and entry.parent >= entry.snapshot:
                raise _damaged(f"記録 {self._entry_path(following).name} の親が正しくありません（{entry.parent}）")
            following = None if entry.whole else entry.parent
        return History(tuple(reversed(loads)), tuple(sorted(landings)), retired or (), tuple(touched))

    def all_named(self) -> set[str]:
        """Hashes of all originals that any readable entry names, also those of snapshots that were rolled back."""
        named: set[str] = set()
        for number in self.numbers():
            try:
                named.update(load.sha256 for load in self.entry(number).loads)
            except JournalDamaged:
                continue
        return named

    def _entry_path(self, number: int) -> Path:
        return self._path / f"{number:06d}.json"


def record_of(values: Mapping[str, Any]) -> LoadRecord:
    """A ledger row as :class:`LoadRecord`; columns that this version does not know are passed over."""
    return LoadRecord(**{name: value for name, value in values.items() if name in _TYPES})


def _record(raw: Mapping[str, Any]) -> LoadRecord:
    return record_of({name: _typed(value, _TYPES.get(name)) for name, value in raw.items()})


def _retired(raw: Mapping[str, Any]) -> RetiredMonth:
    moments = {name: raw[name] and datetime.fromisoformat(raw[name]) for name in ("retired_at", "data_until")}
    return RetiredMonth(**{**raw, **moments})


def _typed(value: Any, declared: Any) -> Any:
    """JSON's texts as the dates and times that the ledger has."""
    if not isinstance(value, str):
        return value
    if declared in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if declared in (date, date | None) else value


def _plain(record: LoadRecord | RetiredMonth) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def missing_numbers(loads: Iterable[LoadRecord]) -> list[int]:
    """Load numbers below the last that no entry names; there are none in a whole history."""
    present = {load.load_id for load in loads}
    return sorted(set(range(1, max(present, default=0) + 1)) - present)


def _damaged(problem: str) -> JournalDamaged:
    return JournalDamaged("保管した取込みの記録に欠けがあります", f"archive/journal の{problem}。",
                          "archive フォルダーをバックアップから復元してから、もう一度実行してください。")
