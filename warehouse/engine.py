"""DuckDB connections, configured in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.errors import ConfigError

# DuckDB 2.0.0 answers row_number() = 1 over a UNION ALL with a constant NULL key wrongly while this optimizer is on;
# tests/warehouse/test_engine.py holds such shapes.
DISABLED_OPTIMIZERS = "top_n_window_elimination"
# A snapshot holds many small tables and is copied by every load: with DuckDB's own 256 KiB it would be four times
# larger, and below 64 KiB whole numbers are no longer packed.
_BLOCK_BYTES = 65_536


def threads() -> int:
    """How many threads a query may use (``MIHARASHI_THREADS``, default 2); :class:`ConfigError` for anything else."""
    text = os.environ.get("MIHARASHI_THREADS", "2")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 256):
        raise ConfigError("環境変数に誤りがあります", f"MIHARASHI_THREADS={text}。1から256までの整数にします。",
                          "MIHARASHI_THREADS を直すか、消してから、もう一度実行してください。")
    return int(text)


def connect(database: Path | None, *, scratch: Path | None = None,
            memory: str = "1500MB") -> duckdb.DuckDBPyConnection:
    """Open ``database`` (None: in memory) for writing, spilling to ``scratch``."""
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory, "threads": threads(),
                                                                  "default_block_size": _BLOCK_BYTES}
    if scratch is not None:
        config["temp_directory"] = str(scratch / "duckdb")
    connection = duckdb.connect(":memory:" if database is None else str(database), config=config)
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET disabled_optimizers = '{DISABLED_OPTIMIZERS}'")
    return connection


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows by the names of their columns, in one statement: one each would take a millisecond a row."""
    if rows:
        typed = pa.Table.from_pylist(rows)  # noqa: F841 - DuckDB reads it
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM typed")


def literal(text: str | Path) -> str:
    """A SQL string literal, for the few places (COPY TO, ATTACH, file lists) that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def file_list(paths: list[Path]) -> str:
    """A SQL list of file names for ``read_parquet``."""
    return "[" + ", ".join(literal(path) for path in paths) + "]"
