"""DuckDB connections, configured in one place."""

from __future__ import annotations

from pathlib import Path

import duckdb

# DuckDB 2.0.0 answers row_number() = 1 over a UNION ALL with a constant NULL key wrongly while this optimizer is on;
# tests/warehouse/test_engine.py holds such shapes.
DISABLED_OPTIMIZERS = "top_n_window_elimination"


def connect(database: Path | None, *, scratch: Path | None = None, memory: str = "1500MB",
            threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Open ``database`` (None: in memory) for writing, spilling to ``scratch``."""
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory, "threads": threads}
    if scratch is not None:
        config["temp_directory"] = str(scratch / "duckdb")
    connection = duckdb.connect(":memory:" if database is None else str(database), config=config)
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET disabled_optimizers = '{DISABLED_OPTIMIZERS}'")
    return connection


def literal(text: str | Path) -> str:
    """A SQL string literal, for the few places (COPY TO, ATTACH, file lists) that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def file_list(paths: list[Path]) -> str:
    """A SQL list of file names for ``read_parquet``."""
    return "[" + ", ".join(literal(path) for path in paths) + "]"
