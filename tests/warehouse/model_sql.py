"""Models run by themselves over small tables: what they select of just these rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.models import WANTED_MONTH, Model, all_models, shifted


class Bench:
    """Tables as given, and models over them."""

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._given: set[str] = set()
        self._known: set[str] = set()

    def table(self, name: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """A table with these columns (``name TYPE, …``) and rows."""
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
        self._given.add(name)
        self._known.add(name)
        if rows:
            columns_of = [list(column) for column in zip(*rows, strict=True)]
            self._connection.register("given", pa.table(columns_of, [f"c{at}" for at in range(len(columns_of))]))
            self._connection.execute(f"INSERT INTO {name} SELECT * FROM given")

    def run(self, name: str, select: str = "*") -> list[tuple[Any, ...]]:
        """The rows of a model; the models it reads are built before, where no table of their name was given."""
        self._build(name)
        return self._connection.execute(f"SELECT {select} FROM {name} ORDER BY ALL").fetchall()

    def run_months(self, name: str, months: Sequence[str], select: str = "*") -> list[tuple[Any, ...]]:
        """The rows of a model that looks around its months, of these months."""
        self.table(WANTED_MONTH, "jst_month VARCHAR, month_before VARCHAR, month_after VARCHAR",
                   [(month, shifted(month, -1), shifted(month, 1)) for month in months])
        self._build(name)
        return self._connection.execute(f"SELECT {select} FROM {name} ORDER BY ALL").fetchall()

    def keep(self, name: str) -> None:
        """Let a model's table stay as it is, whatever becomes of what it was made of; build the others anew."""
        self._build(name)
        self._known = {*self._given, name}

    def _build(self, name: str) -> None:
        if name in self._known:
            return
        for source in _model(name).inputs:
            self._build(source.name)
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS\n{_model(name).sql}")
        self._known.add(name)


def _model(name: str) -> Model:
    return next(model for model in all_models() if model.name == name)
