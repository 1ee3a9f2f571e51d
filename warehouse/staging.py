"""Staging: the accepted rows of one load on their way into the lake, one Parquet file per JST month they touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.engine import file_list
from warehouse.facts import FactTable

JST = timedelta(hours=9)
_ARROW = {"text": pa.dictionary(pa.int32(), pa.string()), "timestamp": pa.timestamp("us"), "integer": pa.int64(),
          "decimal": pa.decimal128(18, 6), "boolean": pa.bool_()}


def staging_schema(table: FactTable) -> pa.Schema:
    """The Arrow schema in which accepted rows are handed over: the fact's columns in order, texts as dictionaries."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])


def parquet_options(table: FactTable, others: Iterable[str] = ()) -> dict[str, Any]:
    """How rows are written: times and whole numbers as differences (a third smaller and faster), the rest, also
    ``others`` beyond the fact's columns, as dictionaries."""
    deltas = [column.name for column in table.columns if column.type in {"timestamp", "integer"}]
    return {"column_encoding": dict.fromkeys(deltas, "DELTA_BINARY_PACKED"), "store_decimal_as_integer": True,
            "use_dictionary": [*(name for name in table.names if name not in deltas), *others]}


@dataclass
class StagedLoad:
    """Accepted rows of one load, streamed to ``folder``; ``first``/``last`` bound the fact's time (naive UTC).

    ``anew``: the rows take the place of those with the same keys that their own load brought before.
    """

    table: FactTable
    load_id: int
    feed: str
    folder: Path
    anew: bool = False
    rows: int = 0
    first: datetime | None = None
    last: datetime | None = None
    _writers: dict[str, pq.ParquetWriter] = field(default_factory=dict, repr=False)
    _background: ThreadPoolExecutor | None = field(default=None, repr=False)
    _pending: Future[None] | None = field(default=None, repr=False)

    def append(self, rows: pa.Table) -> None:
        """Add accepted rows (columns as :func:`staging_schema`); they are written while the next ones are read."""
        if rows.num_rows == 0:
            return
        if self._background is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._background = ThreadPoolExecutor(max_workers=1)
        bounds = pc.min_max(rows.column(self.table.time)).as_py()
        self.first = bounds["min"] if self.first is None else min(self.first, bounds["min"])
        self.last = bounds["max"] if self.last is None else max(self.last, bounds["max"])
        self.rows += rows.num_rows
        self._settle()
        self._pending = self._background.submit(self._write, rows, bounds["min"], bounds["max"])

    def close(self) -> None:
        """Finish writing; raises what writing raised."""
        try:
            self._settle()
        finally:
            if self._background is not None:
                self._background.shutdown()
                self._background = None
            for writer in self._writers.values():
                writer.close()

    def discard(self) -> None:
        """Forget everything staged so far (the file was refused)."""
        self.close()
        for month in self.months():
            self.file(month).unlink(missing_ok=True)
        self._writers.clear()
        self.rows, self.first, self.last = 0, None, None

    def months(self) -> list[str]:
        """JST months that the rows touch, ascending."""
        return sorted(self._writers)

    def file(self, month: str) -> Path:
        """Where the rows of one month are staged."""
        return self.folder / f"{month}.parquet"

    def _settle(self) -> None:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            pending.result()

    def _write(self, rows: pa.Table, first: datetime, last: datetime) -> None:
        for month, part in _by_month(rows, self.table.time, first, last):
            if month not in self._writers:
                self._writers[month] = pq.ParquetWriter(self.file(month), staging_schema(self.table),
                                                        compression="none", **parquet_options(self.table))
            self._writers[month].write_table(part)


def share_keys(connection: duckdb.DuckDBPyConnection, some: Iterable[StagedLoad], others: Iterable[StagedLoad]) -> bool:
    """Whether a key of ``some`` staged loads stands in ``others``, too (all of one table)."""
    some, others = list(some), list(others)
    keys = ", ".join(some[0].table.key)
    files = [file_list([load.file(month) for load in loads for month in load.months()]) for loads in (some, others)]
    return bool(connection.execute(f"SELECT 1 FROM read_parquet({files[0]}) SEMI JOIN read_parquet({files[1]}) "
                                   f"USING ({keys}) LIMIT 1").fetchone())


def _by_month(rows: pa.Table, time: str, first: datetime, last: datetime) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each JST month."""
    if _month(first + JST) == _month(last + JST):
        yield _month(first + JST), rows
        return
    local = rows.column(time).to_numpy() + np.timedelta64(JST)
    months = local.astype("datetime64[M]")
    for month in np.unique(months):
        yield str(month), rows.filter(pa.array(months == month))


def _month(local: datetime) -> str:
    return f"{local:%Y-%m}"
