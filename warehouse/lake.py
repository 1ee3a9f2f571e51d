"""The lake: accepted fact rows as Parquet, exactly one live file per table and JST month.

Loads first *stage* their rows (one Parquet file per load), then every month they touch is written anew: the old
month without what the new rows supersede, and the new rows, sorted by entity and time.  Files never change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.engine import file_list, literal
from warehouse.facts import SQL_TYPES, FactTable
from warehouse.folder import DataFolder, fsync_path

JST = timedelta(hours=9)
_ARROW = {"text": pa.string(), "timestamp": pa.timestamp("us"), "integer": pa.int64(), "decimal": pa.float64(),
          "boolean": pa.bool_()}


def staging_schema(table: FactTable) -> pa.Schema:
    """The Arrow schema in which accepted rows are handed over: the fact's columns in order."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])


@dataclass
class StagedLoad:
    """Accepted rows of one load, streamed to disk; ``first``/``last`` bound the fact's time column (naive UTC).

    ``as_of`` is the last day the file speaks for when its name tells: a ledger of October is newer than one of
    September, whichever was loaded first.
    """

    table: FactTable
    load_id: int
    feed: str
    path: Path
    as_of: date | None = None
    rows: int = 0
    first: datetime | None = None
    last: datetime | None = None
    _writer: pq.ParquetWriter | None = field(default=None, repr=False)

    @property
    def version(self) -> int:
        """What wins when two loads hold the same unit: the newer ledger, then the later load."""
        day = self.as_of.toordinal() if self.as_of and self.table.replaces == "key" else 0
        return (day << 32) | self.load_id

    def append(self, rows: pa.Table) -> None:
        """Add accepted rows (columns as :func:`staging_schema`)."""
        if rows.num_rows == 0:
            return
        if self._writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self.path, staging_schema(self.table), compression="lz4")
        self._writer.write_table(rows)
        bounds = pc.min_max(rows.column(self.table.time)).as_py()
        self.first = bounds["min"] if self.first is None else min(self.first, bounds["min"])
        self.last = bounds["max"] if self.last is None else max(self.last, bounds["max"])
        self.rows += rows.num_rows

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def discard(self) -> None:
        """Forget everything staged so far (the file was refused)."""
        self.close()
        self.path.unlink(missing_ok=True)
        self.rows, self.first, self.last = 0, None, None

    def months(self) -> Iterator[str]:
        """JST months between the first and the last row."""
        if self.first is None or self.last is None:
            return
        first, last = self.first + JST, self.last + JST
        for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
            yield f"{index // 12:04d}-{index % 12 + 1:02d}"


@dataclass(frozen=True)
class LakeFile:
    """One live month of one table, as the snapshot's manifest lists it."""

    table: str
    month: str
    path: str
    rows: int


@dataclass(frozen=True)
class Superseded:
    """Rows of an older load that a newer one took out of a month."""

    load_id: int
    replaced_load_id: int
    rows: int


class MonthWriter:
    """Writes the new months of one table for one run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: DataFolder, table: FactTable,
                 staged: list[StagedLoad], run: int) -> None:
        self._connection, self._folder, self._table, self._run = connection, folder, table, run
        self._staged = [load for load in staged if load.rows]
        self._moves = table.replaces == "key" and table.time not in table.key
        self._sources: dict[str, LakeFile] = {}

    def months(self, live: dict[str, LakeFile]) -> list[str]:
        """Months to write: those of the staged rows, and those of older rows with the same key."""
        months = {month for load in self._staged for month in load.months()}
        if self._moves and live:
            months |= self._months_of_same_keys(live)
        self._sources = {month: live[month] for month in sorted(months & live.keys())}
        return sorted(months)

    def write(self, month: str) -> tuple[LakeFile | None, list[Superseded]]:
        """Write ``month`` anew (after :meth:`months`); None when no row is left in it."""
        relative = f"{self._table.name}/month={month}/run-{self._run:06d}.parquet"
        target = self._folder.lake / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = [load for load in self._staged if self._moves or month in set(load.months())]
        files = [file for source, file in self._sources.items() if self._moves or source == month]
        old = [self._folder.lake / file.path for file in files]
        self._connection.execute(
            f"COPY ({self._merged_sql(staged, old, month)}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")
        superseded = self._superseded(staged, old, month)
        rows = pq.read_metadata(target).num_rows
        if rows == 0:
            target.unlink()
            return None, superseded
        fsync_path(target)
        return LakeFile(self._table.name, month, relative, rows), superseded

    def _merged_sql(self, staged: list[StagedLoad], old: list[Path], month: str) -> str:
        """The rows of ``month`` that no newer load superseded, sorted."""
        columns = ", ".join(self._columns())
        rows = self._candidates_sql(staged, old, month, columns)
        if len(staged) + len(old) > 1:
            newer = self._newer_sql(staged, old, month)
            rows = f"SELECT {columns} FROM ({rows}) AS c WHERE NOT EXISTS (SELECT 1 FROM {newer})"
        order = ", ".join(dict.fromkeys([self._table.entity, self._table.time, *self._table.key]))
        return f"SELECT {columns} FROM ({rows}) WHERE jst_month = {literal(month)} ORDER BY {order}"

    def _newer_sql(self, staged: list[StagedLoad], old: list[Path], month: str) -> str:
        """What supersedes a candidate row ``c``: a FROM clause with its condition.

        Samples: a newer load's span of the row's feed, entity and day.  Other records: a newer version of the key.
        """
        keys, time = ", ".join(self._table.replace_columns), self._table.time
        match = " AND ".join(f"n.{name} = c.{name}" for name in self._table.replace_columns)
        if self._table.replaces == "span":
            rows = self._candidates_sql(staged, [], month, f"{keys}, {time}, load_id, version")
            return (f"(SELECT {keys}, load_id, version, min({time}) AS opens, max({time}) AS closes FROM ({rows}) "
                    f"GROUP BY {keys}, load_id, version) AS n "
                    f"WHERE {match} AND n.version > c.version AND c.{time} BETWEEN n.opens AND n.closes")
        rows = self._candidates_sql(staged, old, month, f"{keys}, load_id, version")
        return (f"(SELECT {keys}, max_by(load_id, version) AS load_id, max(version) AS version FROM ({rows}) "
                f"GROUP BY {keys}) AS n WHERE {match} AND n.version > c.version")

    def _superseded(self, staged: list[StagedLoad], old: list[Path], month: str) -> list[Superseded]:
        if len(staged) + len(old) < 2:
            return []
        columns = ", ".join([*self._table.replace_columns, self._table.time, "jst_month", "load_id", "version"])
        rows = self._candidates_sql(staged, old, month, columns)
        counted = self._connection.execute(
            f"SELECT n.load_id, c.load_id, count(*) FROM ({rows}) AS c, {self._newer_sql(staged, old, month)} "
            f"AND c.jst_month = ? GROUP BY ALL ORDER BY ALL", [month]).fetchall()
        return [Superseded(*row) for row in counted]

    def _columns(self) -> list[str]:
        return [*dict.fromkeys([*self._table.names, "jst_date", "jst_month", "jst_minute_of_week", "feed", "load_id",
                                "version"])]

    def _candidates_sql(self, staged: list[StagedLoad], old: list[Path], month: str, columns: str) -> str:
        columns = ", ".join(dict.fromkeys(column.strip() for column in columns.split(",")))
        inside = "" if self._moves else f" WHERE jst_month = {literal(month)}"
        parts = [f"SELECT {columns} FROM ({self._staged_sql(staged)}){inside}"] if staged else []
        if old:
            parts.append(f"SELECT {columns} FROM read_parquet({file_list(old)})")
        return " UNION ALL ".join(parts)

    def _staged_sql(self, staged: list[StagedLoad]) -> str:
        casts = ", ".join(f"CAST({c.name} AS {SQL_TYPES[c.type]}) AS {c.name}" for c in self._table.columns)
        selects = [f"SELECT {casts}, {literal(load.feed)} AS feed, CAST({load.load_id} AS BIGINT) AS load_id, "
                   f"CAST({load.version} AS BIGINT) AS version FROM read_parquet({literal(load.path)})"
                   for load in staged]
        local = f"({self._table.time} + INTERVAL 9 HOUR)"
        return (f"SELECT *, CAST({local} AS DATE) AS jst_date, strftime({local}, '%Y-%m') AS jst_month, "
                f"CAST((isodow({local}) - 1) * 1440 + hour({local}) * 60 + minute({local}) AS SMALLINT) "
                f"AS jst_minute_of_week FROM ({' UNION ALL '.join(selects)})")

    def _months_of_same_keys(self, live: dict[str, LakeFile]) -> set[str]:
        keys = ", ".join(self._table.replace_columns)
        old = file_list([self._folder.lake / file.path for file in live.values()])
        rows = self._connection.execute(
            f"SELECT DISTINCT jst_month FROM read_parquet({old}) SEMI JOIN ({self._staged_sql(self._staged)}) "
            f"USING ({keys})").fetchall()
        return {row[0] for row in rows}
