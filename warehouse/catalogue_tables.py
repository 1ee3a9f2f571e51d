"""Writes the data catalogue into a snapshot: its tables and columns, the codes in them, how fresh they are.

Types and columns come from the database itself, words from :mod:`warehouse.glossary`.  Row counts and times of loads
stand in a table of their own: they are the prefecture's, what tables are called is everybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from warehouse.engine import insert_rows, literal
from warehouse.facts import FACT_TABLES
from warehouse.glossary import Columns, Glossary, TableWords, read_glossary
from warehouse.models import WANTED_MONTH, all_models, fact_sql
from warehouse.reader import readers_of

_TABLES = """
CREATE OR REPLACE TABLE catalogue_table (
    table_name VARCHAR, title VARCHAR, kind VARCHAR, keys VARCHAR, grain VARCHAR, source VARCHAR, readers VARCHAR,
    sort_order BIGINT);
CREATE OR REPLACE TABLE catalogue_column (
    table_name VARCHAR, position BIGINT, column_name VARCHAR, title VARCHAR, data_type VARCHAR, unit VARCHAR,
    meaning VARCHAR, is_key BOOLEAN, codes VARCHAR);
CREATE OR REPLACE TABLE catalogue_code (
    list_name VARCHAR, list_title VARCHAR, code VARCHAR, name VARCHAR, sort_order BIGINT);
"""
_FRESHNESS = """
CREATE OR REPLACE TABLE catalogue_freshness (
    table_name VARCHAR, row_count BIGINT, first_month VARCHAR, last_month VARCHAR, last_loaded_at TIMESTAMP);
"""
_KINDS = ("fact", "mart", "dimension", "record")
_MANY_ROWS = 1_000_000
_UNDESCRIBED = TableWords("", "record", ())
_Row = dict[str, Any]


def write_catalogue(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace the words of the catalogue; use when everything else of the snapshot is there."""
    connection.execute(_TABLES + _FRESHNESS)
    glossary, columns = read_glossary(), columns_of(connection)
    insert_rows(connection, "catalogue_table", _table_rows(connection, glossary, columns))
    insert_rows(connection, "catalogue_column", _column_rows(glossary, columns))
    insert_rows(connection, "catalogue_code", _code_rows(glossary))


def write_freshness(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace ``catalogue_freshness``: rows, months and last load of every table."""
    rows = _freshness_rows(connection, columns_of(connection))
    connection.execute(_FRESHNESS)
    insert_rows(connection, "catalogue_freshness", rows)


def columns_of(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Every table of the lake and of the snapshot with its columns and their types, as the database has them."""
    found = {name: _described(connection, fact_sql(table, [])) for name, table in FACT_TABLES.items()}
    for table, column, kind in connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' "
            "AND NOT internal AND database_name = current_database() ORDER BY table_name, column_index").fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _described(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {sql}").fetchall()}


def _table_rows(connection: duckdb.DuckDBPyConnection, glossary: Glossary, columns: Columns) -> list[_Row]:
    sources = {**_sources_of_models(glossary), **_sources_of_facts(connection)}
    words = {name: glossary.tables.get(name, _UNDESCRIBED) for name in columns}
    order = sorted(words, key=lambda name: (_KINDS.index(words[name].kind), name))
    return [{"table_name": name, "title": words[name].title, "kind": words[name].kind,
             "keys": ",".join(words[name].keys), "grain": _grain(glossary, name, words[name]),
             "source": sources.get(name, words[name].source), "readers": readers_of(name, columns[name]),
             "sort_order": place} for place, name in enumerate(order, 1)]


def _grain(glossary: Glossary, table: str, words: TableWords) -> str:
    """What there is a row for, in the names of the key columns: 年月、回線、方向."""
    keys = [glossary.column(table, key) for key in words.keys]
    return "、".join(key.title for key in keys if key)


def _sources_of_models(glossary: Glossary) -> dict[str, str]:
    titles = {name: table.title for name, table in glossary.tables.items()} | {
        model.name: model.title for model in all_models()}
    return {model.name: "、".join(f"{titles.get(source.name, '')}（{source.name}）" for source in model.inputs
                                 if source.name != WANTED_MONTH) for model in all_models()}


def _sources_of_facts(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute("SELECT table_name, title, feed FROM dim_feed ORDER BY feed").fetchall()
    found: dict[str, list[str]] = {}
    for table, title, feed in rows:
        found.setdefault(table, []).append(f"{title}（{feed}）")
    return {table: "、".join(feeds) for table, feeds in found.items()}


def _column_rows(glossary: Glossary, columns: Columns) -> list[_Row]:
    rows: list[_Row] = []
    for table, names in columns.items():
        keys = glossary.tables.get(table, _UNDESCRIBED).keys
        for position, (name, kind) in enumerate(names.items(), 1):
            words = glossary.column(table, name)
            rows.append({"table_name": table, "position": position, "column_name": name, "data_type": kind,
                         "is_key": name in keys, "title": words.title if words else "",
                         "unit": words.unit if words else "", "meaning": words.meaning if words else "",
                         "codes": words.codes if words else ""})
    return rows


def _code_rows(glossary: Glossary) -> list[_Row]:
    return [{"list_name": name, "list_title": words.title, "code": code, "name": told, "sort_order": place}
            for name, words in glossary.codes.items() for place, (code, told) in enumerate(words.names.items(), 1)]


def _freshness_rows(connection: duckdb.DuckDBPyConnection, columns: Columns) -> list[_Row]:
    loaded = dict(connection.execute(
        "SELECT table_name, max(loaded_at) FROM load WHERE status = 'accepted' GROUP BY table_name").fetchall())
    counts = {row[0]: tuple(row[1:]) for row in connection.execute(
        "SELECT table_name, CAST(sum(row_count) AS BIGINT), min(jst_month), max(jst_month) FROM lake_file "
        "GROUP BY table_name").fetchall()}
    counts = {name: counts.get(name, (0, None, None)) for name in FACT_TABLES} | _counts(connection, columns)
    times = _last_loads(loaded)
    return [{"table_name": name, "row_count": n, "first_month": first, "last_month": last,
             "last_loaded_at": times.get(name)} for name, (n, first, last) in counts.items()]


def _counts(connection: duckdb.DuckDBPyConnection, columns: Columns) -> dict[str, tuple[Any, ...]]:
    """Rows and months of the tables that are kept; views are not counted."""
    kept = dict(connection.execute(
        "SELECT table_name, estimated_size FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal "
        "AND database_name = current_database()").fetchall())
    months = {name: "min(jst_month), max(jst_month)" if "jst_month" in columns[name] else "NULL, NULL" for name in kept}
    by_month = {model.name for model in all_models() if model.partitioned}
    months |= {name: _first_and_last(connection, name) for name, rows in kept.items()
               if rows > _MANY_ROWS and name in by_month}
    asked = [f"SELECT '{name}', count(*), {months[name]} FROM main.{name}" for name in sorted(kept)]
    counts: dict[str, tuple[Any, ...]] = {
        name: tuple(found) for name, *found in connection.execute(" UNION ALL ".join(asked)).fetchall()}
    return {name: counts.get(name, (None, None, None)) for name in columns if name not in FACT_TABLES}


def _first_and_last(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The first and last month of a large mart, which need not be read for it: a month of it is found at once."""
    known = [row[0] for row in connection.execute("SELECT DISTINCT jst_month FROM built_month ORDER BY 1").fetchall()]

    def held(month: str) -> bool:
        found = connection.execute(f"SELECT 1 FROM main.{table} WHERE jst_month = ? LIMIT 1", [month]).fetchone()
        return found is not None

    first, last = next(filter(held, known), None), next(filter(held, reversed(known)), None)
    return f"{literal(first)}, {literal(last)}" if first and last else "NULL, NULL"


def _last_loads(loaded: Mapping[str, datetime]) -> dict[str, datetime]:
    """When a file last came for each fact, and for each model through the facts that it is made of."""
    times = dict(loaded)
    for model in all_models():  # inputs before those that read them
        own = [times[source.name] for source in model.inputs if source.name in times]
        if own:
            times[model.name] = max(own)
    return times
