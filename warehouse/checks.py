"""Checks that guard publication: every ``checks/*.sql`` selects the bad rows; none may come back.

A check with a line ``-- by month`` compares rows of the same month only.  It looks at the months that were built: the
others have not changed since it looked at them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import duckdb

from warehouse.engine import literal
from warehouse.errors import ChecksFailed

FOLDER = Path(__file__).with_name("checks")
_SHOWN = 5


def run_checks(connection: duckdb.DuckDBPyConnection, months: Collection[str] | None = None) -> int:
    """Run all checks; returns how many ran.  Raises :class:`ChecksFailed` with the lowest bad rows of each.

    ``months`` are those that were built, None for all.
    """
    failures = []
    paths = sorted(FOLDER.glob("*.sql"))
    if months is not None:
        _show_months(connection, months)
    for path in paths:
        sql = path.read_text(encoding="utf-8")
        by_month = months is not None and re.search("^-- by month$", sql, re.MULTILINE)
        connection.execute("SET search_path = 'checked,main'" if by_month else "RESET search_path")
        # Ordered here, so that the same bad rows are told at every run, whichever thread found them first.
        relation = connection.execute(f"SELECT * FROM (\n{sql}\n) AS bad ORDER BY ALL LIMIT {_SHOWN}")
        columns = [column[0] for column in relation.description or []]
        bad = relation.fetchall()
        if bad:
            told = [", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True)) for row in bad]
            failures.append(f"{_title(sql, path)}（{path.stem}）: {'; '.join(told)}")
    connection.execute("RESET search_path")
    connection.execute("DROP SCHEMA IF EXISTS checked CASCADE")
    if failures:
        raise ChecksFailed("数値の検証に失敗したため公開しませんでした", " / ".join(failures),
                           "公開中のデータは前のままです。示した行のもとのファイルを確かめ、直して取り込み直してください。")
    return len(paths)


def _show_months(connection: duckdb.DuckDBPyConnection, months: Collection[str]) -> None:
    """Views of the tables that tell a month, with just these months."""
    wanted = ", ".join(literal(month) for month in sorted(months)) or "NULL"
    tables = connection.execute("SELECT table_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
                                "AND database_name = current_database() AND column_name = 'jst_month'").fetchall()
    connection.execute("CREATE OR REPLACE SCHEMA checked")
    for (name,) in tables:
        connection.execute(f"CREATE VIEW checked.{name} AS SELECT * FROM main.{name} WHERE jst_month IN ({wanted})")


def _title(sql: str, path: Path) -> str:
    match = re.match(r"-- (.+)", sql)
    return match[1] if match else path.stem
