"""Comparing a snapshot in the making with a published one, table by table and row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.build import Progress, WarehouseBuild
from warehouse.engine import file_list, literal
from warehouse.facts import FACT_TABLES
from warehouse.models import load_models

_LEDGER = {"load": "取込み台帳", "reject": "却下", "superseded": "差替え", "retired_month": "計測値を外した月"}


@dataclass(frozen=True)
class Difference:
    """A table (of the lake: and month) whose rows differ: how many only the published and only the new one has."""

    table: str
    title: str
    month: str | None
    only_published: int
    only_new: int


def differences(build: WarehouseBuild, published: Path, progress: Progress) -> list[Difference]:
    """Every table that does not hold the same rows in both."""
    connection = build.connection
    connection.execute(f"ATTACH {literal(published)} AS published (READ_ONLY)")
    pairs = [*_lake(connection, build.folder.lake), *_tables(connection)]
    found = []
    for done, (table, title, month, old, new) in enumerate(pairs):
        progress("照合", done, len(pairs))
        lost, gained = _only(connection, old, new), _only(connection, new, old)
        if lost or gained:
            found.append(Difference(table, title, month, lost, gained))
    connection.execute("DETACH published")
    return found


_Pair = tuple[str, str, str | None, str, str]


def _lake(connection: duckdb.DuckDBPyConnection, lake: Path) -> Iterator[_Pair]:
    """Every month of every fact, over all its files: which rows lie in which of them is no difference."""
    of_month = "SELECT table_name, jst_month, list(path ORDER BY path) AS paths FROM {} GROUP BY ALL"
    old_files, new_files = of_month.format("published.main.lake_file"), of_month.format("main.lake_file")
    rows = connection.execute(
        f"SELECT table_name, jst_month, o.paths, n.paths FROM ({old_files}) AS o "
        f"FULL JOIN ({new_files}) AS n USING (table_name, jst_month) ORDER BY ALL").fetchall()
    for table, month, old, new in rows:
        names = ", ".join([*FACT_TABLES[table].names, "feed", "load_id"])
        sides = [f"SELECT {names} FROM read_parquet({file_list([lake / path for path in paths or old or new])})"
                 + ("" if paths else " WHERE false") for paths in (old, new)]
        yield table, FACT_TABLES[table].title, month, sides[0], sides[1]


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[_Pair]:
    titles = _LEDGER | {model.name: model.title for model in load_models()}
    columns: dict[tuple[str, str], list[str]] = {}
    for database, table, column in connection.execute(
            "SELECT CASE WHEN database_name = 'published' THEN 'old' ELSE 'new' END, table_name, column_name "
            "FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal ORDER BY column_index").fetchall():
        columns.setdefault((table, database), []).append(column)
    for table, title in titles.items():
        old, new = columns.get((table, "old"), []), columns.get((table, "new"), [])
        names = ", ".join(name for name in new if name in old)
        if names:
            yield table, title, None, f"SELECT {names} FROM published.main.{table}", f"SELECT {names} FROM main.{table}"
        elif new:
            yield table, title, None, f"SELECT * FROM main.{table} WHERE false", f"SELECT * FROM main.{table}"


def _only(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> int:
    """How many rows of one side the other lacks."""
    row = connection.execute(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})").fetchone()
    return int(row[0]) if row else 0
