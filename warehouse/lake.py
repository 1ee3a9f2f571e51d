"""The lake: accepted fact rows as Parquet, one or a few live files per table and JST month.  Files never change.

Every month that staged rows touch gets one new file, sorted by entity and time.  Of a table of records it holds the
whole month: the old rows without what the new ones supersede, and the new ones (:mod:`warehouse.superseding` says
which rows stay).  A month of samples may have several files, its *parts*, each with a stretch of time of its own.  The
new file takes the place only of the parts into whose times the new rows fall: the next day need not write its month
anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.engine import file_list, literal
from warehouse.facts import FactTable
from warehouse.folder import DataFolder, fsync_path
from warehouse.staging import JST, StagedLoad, parquet_options
from warehouse.superseding import Rivals, Superseded
from warehouse.trouble import LakeDamaged

_ROW_GROUP = 122_880
_IN_MEMORY_ROWS = 10_000_000
_PLACES_PER_ROW = 4
_MOST_PARTS = 16
"""Live files of one table and month.  More would only slow down those who read years; with half a month of days, a
month whose files come by day is joined once."""

IntArray = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class LakeFile:
    """A live file of one table and month, as the snapshot's manifest lists it."""

    table: str
    month: str
    path: str
    rows: int


@dataclass(frozen=True)
class WrittenMonth:
    """A month's new file (None: no row is left for it), the files whose place it takes, and what was superseded."""

    month: str
    file: LakeFile | None
    replaced: list[LakeFile]
    superseded: list[Superseded]


class MonthWriter:
    """Writes the new months of one table for one run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: DataFolder, table: FactTable,
                 staged: list[StagedLoad], run: int) -> None:
        self._connection, self._folder, self._table, self._run = connection, folder, table, run
        self._staged = [load for load in staged if load.rows]
        self._moves = table.replaces == "key" and table.time not in table.key
        self._sources: dict[str, list[LakeFile]] = {}
        self._rivals = Rivals(connection, table, [load.load_id for load in self._staged])

    def write_all(self, live: Sequence[LakeFile], progress: Callable[[int, int], None]) -> Iterator[WrittenMonth]:
        """Write every month that the staged rows touch, or that holds older rows with the same key."""
        months = {month for load in self._staged for month in load.months()}
        if self._moves and live and self._staged:
            months |= self._months_of_same_keys(live)
        self._sources = {month: self._replaced(month, [file for file in live if file.month == month])
                         for month in sorted(months)}
        joined = [month for month in sorted(months) if self._is_apart(month)]
        with ThreadPoolExecutor(max_workers=2) as pool:
            for done, written in enumerate(pool.map(self._write_joined, joined)):
                progress(done, len(months))
                yield written
        if self._moves and self._moves_contested and months:
            self._gather(self._staged, [path for month in self._sources for path in self._old(month)], None)
        for done, month in enumerate(sorted(months.difference(joined)), len(joined)):
            progress(done, len(months))
            yield self._write_merged(month)

    def _replaced(self, month: str, parts: list[LakeFile]) -> list[LakeFile]:
        """The live files of a month whose place the new one takes: those into whose times the new rows fall.

        The others stay, unless the month would have too many.  No part's times lie among those of another.
        """
        if self._table.interval_seconds is None:
            return parts
        new = [self._bounds(load.file(month)) for load in self._staged_in(month)]
        first, last = min(opens for opens, _ in new), max(closes for _, closes in new)
        bounds = {part: self._bounds(self._folder.lake / part.path) for part in parts}
        met = [part for part, (opens, closes) in bounds.items() if opens <= last and first <= closes]
        return met if len(parts) - len(met) < _MOST_PARTS else parts

    def _is_apart(self, month: str) -> bool:
        """Whether none of the new and replaced files of samples has times among another's, and all fit into memory.

        Then no row gives way to another, and none to the kept span of rows that went: what they gave way to has rows
        around them.
        """
        if self._table.interval_seconds is None:
            return False
        files = [*(load.file(month) for load in self._staged_in(month)), *self._old(month)]
        if sum(pq.read_metadata(file).num_rows for file in files) > _IN_MEMORY_ROWS:
            return False
        return all(one[1] < other[0] for one, other in pairwise(sorted(self._bounds(file) for file in files)))

    def _bounds(self, file: Path) -> tuple[datetime, datetime]:
        """The first and the last time of a file of samples; their JST days where mended rows are among the new ones.

        A mend makes the span of its load longer, up to the whole day: rows of a day then belong into one file.
        """
        first, last = time_bounds(file, self._table)
        return (_day(first), _day(last)) if self._rivals.mends else (first, last)

    def _write_joined(self, month: str) -> WrittenMonth:
        """All rows of files that are apart, which needs no SQL."""
        relative, target = self._target(month)
        rows = in_lake_order(pa.concat_tables(self._rows_to_join(month)), self._table)
        whole = _with_lake_columns(rows, self._table, month)
        pq.write_table(whole, target, compression="zstd", row_group_size=_ROW_GROUP,
                       **parquet_options(self._table, set(whole.column_names) - set(self._table.names)))
        fsync_path(target)
        file = LakeFile(self._table.name, month, relative, rows.num_rows)
        return WrittenMonth(month, file, self._sources[month], [])

    def _rows_to_join(self, month: str) -> Iterator[pa.Table]:
        texts = ["feed", *(column.name for column in self._table.columns if column.type == "text")]
        for load in self._staged_in(month):
            rows = pq.read_table(load.file(month), read_dictionary=texts)
            feed, load_id = _constant(load.feed, rows.num_rows), pa.array(np.full(rows.num_rows, load.load_id))
            yield rows.append_column("feed", feed).append_column("load_id", load_id)
        own = [*self._table.names, "feed", "load_id"]
        for path in self._old(month):
            yield pq.read_table(path, columns=own, read_dictionary=texts, partitioning=None)

    def _staged_in(self, month: str) -> list[StagedLoad]:
        return [load for load in self._staged if month in load.months()]

    def _old(self, month: str) -> list[Path]:
        """The files whose place the month's new one takes."""
        return [self._folder.lake / file.path for file in self._sources[month]]

    def _target(self, month: str) -> tuple[str, Path]:
        folder = f"{self._table.name}/month={month}"
        (self._folder.lake / folder).mkdir(parents=True, exist_ok=True)
        relative, times = f"{folder}/run-{self._run:06d}.parquet", 1
        while (self._folder.lake / relative).exists():  # a run that lands several times reads what it wrote before
            times += 1
            relative = f"{folder}/run-{self._run:06d}-{times}.parquet"
        return relative, self._folder.lake / relative

    def _write_merged(self, month: str) -> WrittenMonth:
        relative, target = self._target(month)
        staged, old = self._staged_in(month), self._old(month)
        contested = self._moves_contested if self._moves else len(staged) + len(old) > 1
        if contested and not self._moves:
            self._gather(staged, old, month)
        self._connection.execute(f"COPY ({self._merged_sql(staged, old, month, contested)}) TO {literal(target)} "
                                 "(FORMAT parquet, COMPRESSION zstd)")
        rows = pq.read_metadata(target).num_rows
        if rows == 0:
            target.unlink()
        superseded = self._superseded(staged, old, month, target) if contested else []
        if rows == 0:
            return WrittenMonth(month, None, self._sources[month], superseded)
        fsync_path(target)
        return WrittenMonth(month, LakeFile(self._table.name, month, relative, rows), self._sources[month], superseded)

    @property
    def _moves_contested(self) -> bool:
        return len(self._staged) + sum(len(files) for files in self._sources.values()) > 1

    def _gather(self, staged: list[StagedLoad], old: list[Path], month: str | None) -> None:
        """Find what may supersede in a month; in all of them at once, where records move between months."""
        columns = ", ".join(self._rivals.columns())
        self._rivals.gather(f"SELECT {columns} FROM ({self._staged_sql(staged, month)})",
                            f"SELECT {columns} FROM read_parquet({file_list(old)})" if old else None, month)

    def _merged_sql(self, staged: list[StagedLoad], old: list[Path], month: str, contested: bool) -> str:
        """The rows of ``month`` that nothing supersedes, sorted."""
        columns = ", ".join(self._columns())
        rows = self._candidates_sql(staged, old, month, columns)
        if contested:
            rows = self._rivals.alive(rows)
        order = ", ".join(dict.fromkeys([self._table.entity, self._table.time, *self._table.key]))
        return f"SELECT {columns} FROM ({rows}) WHERE jst_month = {literal(month)} ORDER BY {order}"

    def _superseded(self, staged: list[StagedLoad], old: list[Path], month: str, written: Path) -> list[Superseded]:
        rows = self._candidates_sql(staged, old, month, ", ".join(self._rivals.columns()))
        superseded = self._rivals.superseded(rows, month)
        self._rivals.remember(rows, month, written, superseded)
        return superseded

    def _columns(self) -> list[str]:
        return [*dict.fromkeys([*self._table.names, "jst_date", "jst_month", "jst_minute_of_week", "feed", "load_id"])]

    def _candidates_sql(self, staged: list[StagedLoad], old: list[Path], month: str, columns: str) -> str:
        """The rows of ``month`` before any gives way; those that a load brings anew have taken its own rows' place."""
        columns = ", ".join(dict.fromkeys(column.strip() for column in columns.split(",")))
        fresh = [load for load in staged if not load.anew]
        anew = [load for load in (self._staged if self._moves else staged) if load.anew]
        parts = [f"SELECT {columns} FROM ({self._staged_sql(fresh, month)})"] if fresh else []
        if old:
            parts.append(f"SELECT {columns} FROM read_parquet({file_list(old)})")
        if anew and parts:
            again = self._staged_sql(anew, None if self._moves else month)
            same = ", ".join([*self._table.key, "load_id"])
            parts = [f"SELECT * FROM ({' UNION ALL '.join(parts)}) ANTI JOIN ({again}) AS a USING ({same})"]
        own = [load for load in staged if load.anew]
        if own:
            parts.append(f"SELECT {columns} FROM ({self._staged_sql(own, month)})")
        return " UNION ALL ".join(parts)

    def _staged_sql(self, staged: list[StagedLoad], month: str | None) -> str:
        """The staged rows of one month (None: of all) with the columns that every row of the lake carries."""
        selects = [f"SELECT *, {literal(of)} AS jst_month, {literal(load.feed)} AS feed, "
                   f"CAST({load.load_id} AS BIGINT) AS load_id "
                   f"FROM read_parquet({literal(load.file(of))})"
                   for load in staged for of in load.months() if month in (None, of)]
        local = f"({self._table.time} + INTERVAL 9 HOUR)"
        return (f"SELECT *, CAST({local} AS DATE) AS jst_date, "
                f"CAST((isodow({local}) - 1) * 1440 + hour({local}) * 60 + minute({local}) AS SMALLINT) "
                f"AS jst_minute_of_week FROM ({' UNION ALL '.join(selects)})")

    def _months_of_same_keys(self, live: Sequence[LakeFile]) -> set[str]:
        keys = ", ".join(self._table.replace_columns)
        old = file_list([self._folder.lake / file.path for file in live])
        rows = self._connection.execute(
            f"SELECT DISTINCT jst_month FROM read_parquet({old}) SEMI JOIN ({self._staged_sql(self._staged, None)}) "
            f"USING ({keys})").fetchall()
        return {row[0] for row in rows}


def time_bounds(file: Path, table: FactTable) -> tuple[datetime, datetime]:
    """The first and the last time (naive UTC) in a file of accepted rows, as its footer tells them.

    Raises :class:`LakeDamaged` for a file that is no longer what was written.
    """
    try:
        footer = pq.read_metadata(file)
    except pa.ArrowException as error:  # Arrow does not say which file
        raise LakeDamaged("/".join(file.parts[-3:])) from error
    place = footer.schema.names.index(table.time)
    groups = [footer.row_group(number).column(place).statistics for number in range(footer.num_row_groups)]
    return min(group.min for group in groups), max(group.max for group in groups)


def _day(time: datetime) -> datetime:
    """The JST midnight before a time."""
    return (time + JST).replace(hour=0, minute=0, second=0, microsecond=0)


def in_lake_order(rows: pa.Table, table: FactTable) -> pa.Table:
    """Samples sorted by entity, time and the rest of the key, as ``ORDER BY`` in SQL would sort them."""
    rows = rows.unify_dictionaries().combine_chunks()
    place, _ = _ranks(rows.column(table.entity).chunk(0))
    for ranks, size in [_times(rows.column(table.time), table),
                        *(_ranks(rows.column(name).chunk(0)) for name in table.key
                          if name not in {table.entity, table.time})]:
        place *= size
        place += ranks
    return rows.take(pa.array(_order(place)))


def _order(places: IntArray) -> IntArray:
    """Which row stands first, second, and so on.  Samples leave few places free and share none: that needs no sort."""
    if len(places) and places.max() < _PLACES_PER_ROW * len(places):
        rows = np.full(int(places.max()) + 1, -1, dtype=np.int64)
        rows[places] = np.arange(len(places))
        order = rows[rows >= 0]
        if len(order) == len(places):
            return order
    return np.argsort(places, kind="stable")


def _times(column: pa.ChunkedArray, table: FactTable) -> tuple[IntArray, int]:
    """Each time's distance from the first, in intervals where all times lie on them, and a bound of it."""
    seconds = column.to_numpy().view(np.int64) // 1_000_000
    seconds -= seconds.min(initial=seconds[0] if len(seconds) else 0)
    interval = table.interval_seconds or 1
    if not (seconds % interval).any():
        seconds //= interval
    return seconds, int(seconds.max(initial=0)) + 1


def _ranks(column: pa.DictionaryArray) -> tuple[IntArray, int]:
    """Each value's place among the column's distinct values, and their number.

    Texts rank by code points, which is the order of their UTF-8 bytes.
    """
    texts = column.dictionary.to_pylist()
    rank = np.empty(len(texts), dtype=np.int64)
    rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return rank[column.indices.to_numpy()], len(texts)


def _with_lake_columns(rows: pa.Table, table: FactTable, month: str) -> pa.Table:
    """The rows with their provenance and the JST columns that every row of the lake carries, in the lake's order."""
    minutes = (rows.column(table.time).to_numpy().view(np.int64) + JST // timedelta(microseconds=1)) // 60_000_000
    days = minutes // 1440
    monday_first = (minutes + 3 * 1440) % 10_080  # 1970-01-01 was a Thursday
    local = {"jst_date": pa.array(days.astype(np.int32)).cast(pa.date32()),
             "jst_month": _constant(month, rows.num_rows),
             "jst_minute_of_week": pa.array(monday_first.astype(np.int16))}
    for name, values in local.items():
        rows = rows.append_column(name, values)
    return rows.select([*table.names, *local, "feed", "load_id"])


def _constant(value: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), pa.array([value], pa.string()))
