"""What every table, column and fixed code of a snapshot is called and means, in Japanese.

``columns.toml`` holds the words: one quantity, one name everywhere.  Facts take name and unit from
:mod:`warehouse.facts`, models may say in their heads that a column means something of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from warehouse.dimensions import DIMENSIONS
from warehouse.facts import FACT_TABLES
from warehouse.models import load_models

FILE = Path(__file__).with_name("columns.toml")
TableKind = Literal["fact", "mart", "dimension", "record"]
Columns = Mapping[str, Mapping[str, str]]
"""Table -> column -> type, as a database has them."""


@dataclass(frozen=True)
class Words:
    """Name, unit and meaning of one column, and the list of codes that its values come from (empty: no codes)."""

    title: str
    unit: str
    meaning: str
    codes: str = ""


@dataclass(frozen=True)
class TableWords:
    """Name of a table, the columns that identify its rows, and where they come from (models, facts: empty)."""

    title: str
    kind: TableKind
    keys: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True)
class CodeWords:
    """A list of codes that the program fixes."""

    title: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Glossary:
    """``columns`` hold everywhere, ``own`` in one table only; ``tables`` are all that have a name."""

    columns: Mapping[str, Words]
    own: Mapping[str, Mapping[str, Words]]
    tables: Mapping[str, TableWords]
    codes: Mapping[str, CodeWords]

    def column(self, table: str, name: str) -> Words | None:
        """The words for a column of a table; None when it is undocumented."""
        words = self.own.get(table, {}).get(name) or self.columns.get(name)
        if words is None or table not in FACT_TABLES or name not in FACT_TABLES[table].names:
            return words
        column = FACT_TABLES[table].column(name)
        return Words(column.title, column.unit or words.unit, words.meaning, column.dimension or words.codes)

    def problems(self, columns: Columns) -> list[str]:
        """What is undocumented, documented but not there, or called by two names in these tables."""
        return [*self._undocumented(columns), *self._unused(columns), *self._two_names(), *self._unknown_codes()]

    def _undocumented(self, columns: Columns) -> Iterable[str]:
        for table, names in columns.items():
            if table not in self.tables:
                yield f"{table}: the table is not described"
            for name in names:
                words = self.column(table, name)
                if words is None or not (words.title and words.meaning):
                    yield f"{table}.{name}: the column is not described"

    def _unused(self, columns: Columns) -> Iterable[str]:
        used = {name for table, names in columns.items() for name in names if name not in self.own.get(table, {})}
        yield from (f"columns.toml: no table has the column {name}" for name in sorted(self.columns.keys() - used))
        for table, own in self.own.items():
            yield from (f"{table}: words for the column {name}, which it does not have"
                        for name in sorted(own.keys() - columns.get(table, {}).keys()))
        yield from (f"columns.toml: there is no table {table}"
                    for table in sorted(self.tables.keys() - columns.keys()))

    def _two_names(self) -> Iterable[str]:
        for table in FACT_TABLES.values():
            for column in table.columns:
                words = self.own.get(table.name, {}).get(column.name) or self.columns.get(column.name)
                if words and (words.title, column.unit or words.unit) != (column.title, words.unit):
                    yield (f"{table.name}.{column.name}: {column.title} ({column.unit}) in facts.py, "
                           f"{words.title} ({words.unit}) in columns.toml")

    def _unknown_codes(self) -> Iterable[str]:
        lists = {*self.codes, *(dimension.name for dimension in DIMENSIONS)}
        for place, words in [*self.columns.items(), *((f"{table}.{name}", words) for table, own in self.own.items()
                                                      for name, words in own.items())]:
            if words.codes and words.codes not in lists:
                yield f"{place}: there is no list of codes {words.codes}"
        for table in FACT_TABLES.values():
            for column in table.columns:
                found = self.column(table.name, column.name)
                names = self.codes[found.codes].names if found and found.codes in self.codes else {}
                yield from (f"{table.name}.{column.name}: the code {code} has no name"
                            for code in column.allowed if code not in names)


@cache
def read_glossary() -> Glossary:
    """The words of ``columns.toml``, facts, dimensions and models; ValueError names an entry that is not so."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    own = {table: _all_words(table, entry.get("columns", {})) for table, entry in raw["tables"].items()}
    own |= {model.name: {name: _of_head(model.name, name, text) for name, text in model.columns}
            for model in load_models() if model.columns}
    codes = {name: CodeWords(entry["title"], {code: told for code, told in entry.items() if code != "title"})
             for name, entry in raw["codes"].items()}
    return Glossary(_all_words("columns", raw["columns"]), {table: words for table, words in own.items() if words},
                    dict(_tables(raw["tables"])), codes)


def _all_words(place: str, entries: Mapping[str, Any]) -> dict[str, Words]:
    return {name: _words(f"{place}.{name}", entry) for name, entry in entries.items()}


def _words(place: str, parts: list[str]) -> Words:
    if len(parts) not in (3, 4) or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"{place}: name, unit, meaning, and a list of codes where there is one, not {parts}")
    return Words(*parts)


def _of_head(model: str, name: str, text: str) -> Words:
    return _words(f"{model}.sql: column {name}", [part.strip() for part in text.split("｜")])


def _tables(raw: Mapping[str, Any]) -> Iterable[tuple[str, TableWords]]:
    """Facts, dimensions, models, then what the program keeps."""
    for fact in FACT_TABLES.values():
        yield fact.name, TableWords(fact.title, "fact", fact.key)
    for dimension in DIMENSIONS:
        keys = (*dimension.key, "valid_from") if dimension.validity else dimension.key
        yield f"dim_{dimension.name}", TableWords(dimension.title, "dimension", keys, f"config/{dimension.file}")
    for model in load_models():
        yield model.name, TableWords(model.title, "mart", model.keys)
    for name, entry in raw.items():
        if "title" in entry:
            kind: TableKind = "dimension" if name.startswith("dim_") else "record"
            yield name, TableWords(entry["title"], kind, tuple(entry["keys"]), entry["source"])
