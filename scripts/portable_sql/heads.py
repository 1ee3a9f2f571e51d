"""Rules about a model's head: it tells what one row is, and what it tells is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp

from scripts.portable_sql.columns import output_names
from scripts.portable_sql.finding import Finding, Source
from warehouse import checks
from warehouse.models import FOLDER, Model

_PIECES = {"jst_month": "jst_month", "period": "period_id", "long_period": "period_id"}
_GUARD = re.compile(r"\[(\w+)\]")


def head(model: Model, source: Source) -> Iterator[Finding]:
    """The SELECT has the keys and the partition, and reads the inputs that its head declares."""
    if not source.text.startswith("-- one row per "):
        yield _finding(source, "one row per", "the first line", "a reader asks first what one row is",
                       "-- one row per …")
    columns = output_names(source.tree)
    for name in model.keys:
        if name not in columns:
            yield _finding(source, "keys", name, "the SELECT has no such column", "columns of the mart")
    piece = _PIECES.get(_line(source, "partition"))
    if piece and piece not in columns:
        yield _finding(source, "partition", piece, "the SELECT has no such column", "a partition that the mart has")
    read = _tables(source.tree)
    declared = {entry.name for entry in model.inputs}
    for name in sorted(read ^ declared):
        why = "the SELECT reads it" if name in read else "the SELECT does not read it"
        yield _finding(source, "inputs", name, why, "exactly the tables that the SELECT reads")


def identities(model: Model, source: Source) -> Iterator[Finding]:
    """A name in brackets is a check that looks at the mart, or at one made of it."""
    seen_as = {model.name, *_readers(model.name)}
    for name in _GUARD.findall(model.identities):
        path = checks.FOLDER / f"{name}.sql"
        if not path.is_file() or not seen_as & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))):
            yield _finding(source, "identities", f"[{name}]", f"no such check looks at {model.name}",
                           "a file of warehouse/checks that does, without .sql")


def _readers(name: str) -> Iterator[str]:
    """Models that declare this one as an input."""
    for path in FOLDER.glob("*.sql"):
        if re.search(rf"^-- inputs: .*\b{name}\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield path.stem


def lacking_head(path: Path, error: ValueError) -> Finding:
    return Finding(1, "head", path.name, str(error), "all lines that warehouse/models.py describes")


def _tables(tree: exp.Expr) -> set[str]:
    names = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - names


def _line(source: Source, word: str) -> str:
    found = re.search(rf"^-- {word}: (.+)$", source.text, re.MULTILINE)
    return found[1] if found else ""


def _finding(source: Source, word: str, text: str, why: str, instead: str) -> Finding:
    found = re.search(rf"^-- {word}", source.text, re.MULTILINE)
    line = source.text.count("\n", 0, found.start()) + 1 if found else 1
    return Finding(line, word, text, why, instead)
