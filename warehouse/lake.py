"""The lake: accepted fact rows as Parquet, exactly one live file per table and JST month.

Every month that staged rows touch is written anew: the old month without what the new rows supersede, and the new
rows, sorted by entity and time (:mod:`warehouse.superseding` says which rows stay).  Files never change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
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

_ROW_GROUP = 122_880
_IN_MEMORY_ROWS = 10_000_000
_PLACES_PER_ROW = 4

IntArray = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class LakeFile:
    """One live month of one table, as the snapshot's manifest lists it."""

    table: str
    month: str
    path: str
    rows: int


@dataclass(frozen=True)
class WrittenMonth:
    """What became of a month: its new file (None: no row is left in it) and what was superseded in it."""

    month: str
    file: LakeFile | None
    superseded: list[Superseded]


class MonthWriter:
    """Writes the new months of one table for one run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: DataFolder, table: FactTable,
                 staged: list[StagedLoad], run: int) -> None:
        self._connection, self._folder, self._table, self._run = connection, folder, table, run
        self._staged = [load for load in staged if load.rows]
        self._moves = table.replaces == "key" and table.time not in table.key
        self._sources: dict[str, LakeFile] = {}
        self._rivals = Rivals(connection, table, [load.load_id for load in self._staged])

    def write_all(self, live: dict[str, LakeFile], progress: Callable[[int, int], None]) -> Iterator[WrittenMonth]:
        """Write every month that the staged rows touch, or that holds older rows with the same key."""
        months = {month for load in self._staged for month in load.months()}
        if self._moves and live and self._staged:
            months |= self._months_of_same_keys(live)
        self._sources = {month: live[month] for month in sorted(months & live.keys())}
        fresh = {month: load for month in sorted(months) if (load := self._only_load_of(month)) is not None}
        with ThreadPoolExecutor(max_workers=2) as pool:
            written = pool.map(self._write_fresh, fresh, fresh.values())
            for done, file in enumerate(written):
                progress(done, len(months))
                yield WrittenMonth(file.month, file, [])
        if self._moves and self._moves_contested and months:
            self._gather(self._staged, [self._folder.lake / file.path for file in self._sources.values()], None)
        for done, month in enumerate(sorted(months - fresh.keys()), len(fresh)):
            progress(done, len(months))
            yield self._write_merged(month)

    def _only_load_of(self, month: str) -> StagedLoad | None:
        """The load that alone brings all samples of a month, if they fit into memory; such a month needs no SQL."""
        loads = [load for load in self._staged if month in load.months()]
        if self._table.interval_seconds is None or month in self._sources or len(loads) != 1:
            return None
        return loads[0] if pq.read_metadata(loads[0].file(month)).num_rows <= _IN_MEMORY_ROWS else None

    def _write_fresh(self, month: str, load: StagedLoad) -> LakeFile:
        relative, target = self._target(month)
        texts = [column.name for column in self._table.columns if column.type == "text"]
        rows = in_lake_order(pq.read_table(load.file(month), read_dictionary=texts), self._table)
        whole = _with_lake_columns(rows, self._table, month, load)
        pq.write_table(whole, target, compression="zstd", row_group_size=_ROW_GROUP,
                       **parquet_options(self._table, set(whole.column_names) - set(self._table.names)))
        fsync_path(target)
        return LakeFile(self._table.name, month, relative, rows.num_rows)

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
        staged = [load for load in self._staged if month in load.months()]
        old = [self._folder.lake / self._sources[month].path] if month in self._sources else []
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
            return WrittenMonth(month, None, superseded)
        fsync_path(target)
        return WrittenMonth(month, LakeFile(self._table.name, month, relative, rows), superseded)

    @property
    def _moves_contested(self) -> bool:
        return len(self._staged) + len(self._sources) > 1

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

    def _months_of_same_keys(self, live: dict[str, LakeFile]) -> set[str]:
        keys = ", ".join(self._table.replace_columns)
        old = file_list([self._folder.lake / file.path for file in live.values()])
        rows = self._connection.execute(
            f"SELECT DISTINCT jst_month FROM read_parquet({old}) SEMI JOIN ({self._staged_sql(self._staged, None)}) "
            f"USING ({keys})").fetchall()
        return {row[0] for row in rows}


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


def _with_lake_columns(rows: pa.Table, table: FactTable, month: str, load: StagedLoad) -> pa.Table:
    """The rows with the JST columns and the provenance that every row of the lake carries."""
    minutes = (rows.column(table.time).to_numpy().view(np.int64) + JST // timedelta(microseconds=1)) // 60_000_000
    days = minutes // 1440
    monday_first = (minutes + 3 * 1440) % 10_080  # 1970-01-01 was a Thursday
    count = rows.num_rows
    extra = {"jst_date": pa.array(days.astype(np.int32)).cast(pa.date32()), "jst_month": _constant(month, count),
             "jst_minute_of_week": pa.array(monday_first.astype(np.int16)), "feed": _constant(load.feed, count),
             "load_id": _constant(load.load_id, count)}
    for name, values in extra.items():
        rows = rows.append_column(name, values)
    return rows


def _constant(value: str | int, count: int) -> pa.Array:
    one = pa.array([value], pa.string() if isinstance(value, str) else pa.int64())
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), one)
