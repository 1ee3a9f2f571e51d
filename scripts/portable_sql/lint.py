"""All rules over one model."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from scripts.portable_sql import columns, heads, rules, windows
from scripts.portable_sql.finding import Finding, Source
from warehouse.facts import FACT_TABLES
from warehouse.models import parse_model

ENGINES = ("duckdb", "spark")
_CALENDAR = {"dim_date": ("jst_date",), "as_of": ()}


def known_keys(folder: Path) -> dict[str, tuple[str, ...]]:
    """Table -> columns that identify a row, of facts, the calendar and all models whose head can be read."""
    keys = {name: table.key for name, table in FACT_TABLES.items()} | _CALENDAR
    for path in sorted(folder.glob("*.sql")):
        with suppress(ValueError):
            keys[path.stem] = parse_model(path).keys
    return keys


def lint_model(path: Path, keys: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """What is wrong with a model's SQL and head, by line."""
    text = path.read_text(encoding="utf-8")
    found = lint_sql(text, keys)
    try:
        model = parse_model(path)
    except ValueError as error:
        return [heads.lacking_head(path, error), *found]
    source = _read(text)
    if isinstance(source, Source):
        found += [*heads.head(model, source), *heads.identities(model, source)]
    return sorted(found, key=lambda finding: finding.line)


def lint_sql(text: str, keys: Mapping[str, tuple[str, ...]] | None = None) -> list[Finding]:
    """What is wrong with a SELECT, by line."""
    source = _read(text)
    if isinstance(source, Finding):
        return [source]
    found = [finding for rule in (*rules.RULES, *columns.RULES, windows.null_places) for finding in rule(source)]
    return sorted([*found, *windows.ties(source, keys or {})], key=lambda finding: finding.line)


def _read(text: str) -> Source | Finding:
    """The text's one SELECT as DuckDB reads it, if Spark can read it as well."""
    for engine in ENGINES:
        try:
            statements = parse(text, read=engine)
        except SqlglotError as error:
            line = next((int(part["line"]) for part in getattr(error, "errors", []) if part.get("line")), 1)
            return Finding(line, "syntax", str(error).splitlines()[0], f"it is no SQL of {engine}", "a SELECT of both")
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            return Finding(1, "syntax", "the file", "a model is one SELECT", "one SELECT")
    return Source(text, parse(text, read=ENGINES[0])[0])  # type: ignore[arg-type]
