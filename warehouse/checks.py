"""Checks that guard publication: every ``checks/*.sql`` selects the bad rows; none may come back."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from warehouse.errors import ChecksFailed

FOLDER = Path(__file__).with_name("checks")
_SHOWN = 5


def run_checks(connection: duckdb.DuckDBPyConnection) -> int:
    """Run all checks; returns how many ran.  Raises :class:`ChecksFailed` with the lowest bad rows of each."""
    failures = []
    paths = sorted(FOLDER.glob("*.sql"))
    for path in paths:
        sql = path.read_text(encoding="utf-8")
        # Ordered here, so that the same bad rows are told at every run, whichever thread found them first.
        relation = connection.execute(f"SELECT * FROM (\n{sql}\n) AS bad ORDER BY ALL LIMIT {_SHOWN}")
        columns = [column[0] for column in relation.description or []]
        bad = relation.fetchall()
        if bad:
            told = [", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True)) for row in bad]
            failures.append(f"{_title(sql, path)}（{path.stem}）: {'; '.join(told)}")
    if failures:
        raise ChecksFailed("数値の検証に失敗したため公開しませんでした", " / ".join(failures),
                           "公開中のデータは前のままです。示した行のもとのファイルを確かめ、直して取り込み直してください。")
    return len(paths)


def _title(sql: str, path: Path) -> str:
    match = re.match(r"-- (.+)", sql)
    return match[1] if match else path.stem
