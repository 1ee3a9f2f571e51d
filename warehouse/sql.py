"""Free SQL for analysts: exactly one SELECT on the published snapshot, with nothing but the data in reach."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from warehouse import snapshot
from warehouse.errors import SqlRefused
from warehouse.folder import DataFolder
from warehouse.reader import Reader

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class SqlResult:
    """Column names and rows; ``truncated`` when there were more rows than asked for."""

    columns: list[str]
    rows: list[tuple[object, ...]]
    truncated: bool


def run_select(data: Path, sql: str, limit: int) -> SqlResult:
    """Run one SELECT and return at most ``limit`` rows, as the prefecture sees them.

    For whoever works on the server itself; narrower scopes get no free SQL, because SQL can reach the tables behind
    the scoped views.  The connection can read the lake and the snapshot, nothing else, and its settings are locked.
    Raises :class:`SqlRefused` for anything but one SELECT and for what the database refuses.
    """
    folder = DataFolder(data)
    with Reader(folder, snapshot.current(folder)) as reader, reader.free_cursor() as cursor:
        _one_select(cursor, sql)
        try:
            result = cursor.execute(sql)
            columns = [column[0] for column in result.description or []]
            rows = result.fetchmany(limit + 1)
        except duckdb.Error as error:
            raise SqlRefused("SQLを実行できません", str(error).strip(),
                             "表名・列名とSQLの書き方を確かめてください。使える表は SELECT view_name "
                             "FROM duckdb_views() WHERE schema_name = 'scoped' で一覧できます。") from error
    return SqlResult(columns, rows[:limit], len(rows) > limit)


def _one_select(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        statements = cursor.extract_statements(sql)
    except duckdb.Error as error:
        raise SqlRefused("SQLとして読めません", str(error).strip(), "SQLの書き方を確かめてください。") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise SqlRefused("実行できるのは SELECT 文一つだけです", f"{len(statements)}個の文、種類 "
                         f"{'、'.join(statement.type.name for statement in statements) or 'なし'} でした。",
                         "SELECT 文を一つだけ書いてください。")


def as_json(result: SqlResult) -> str:
    """An array of objects; dates in ISO form, decimals as numbers, what is no finite number as null."""
    records = [dict(zip(result.columns, map(_finite, row), strict=True)) for row in result.rows]
    return json.dumps(records, ensure_ascii=False, indent=1, default=_plain)


def as_csv(result: SqlResult) -> str:
    """CSV with one header row; NULL empty; texts that a spreadsheet would take for a formula get an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(result.columns)
    writer.writerows([_csv_cell(value) for value in row] for row in result.rows)
    return stream.getvalue()


def _csv_cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value.isoformat() if isinstance(value, date) else value


def _finite(value: object) -> object:
    return None if isinstance(value, float | Decimal) and not math.isfinite(value) else value


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
