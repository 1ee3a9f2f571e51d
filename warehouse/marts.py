"""Builds the marts of a snapshot: only what the touched months and periods feed, in the order of the models' inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from warehouse.engine import insert_rows, literal
from warehouse.facts import FACT_TABLES
from warehouse.models import (
    WANTED_MONTH,
    Input,
    Model,
    fact_sql,
    load_models,
    made_of_samples,
    months_told_of,
    relations,
    shifted,
)
from warehouse.periods import write_periods

_SAMPLES = next(name for name, table in FACT_TABLES.items() if table.interval_seconds)
_PERIOD_TABLES = {"reporting_period", "period_month"}
# Samples that one statement reads: several months of a small office, not a year of a large one.
_ROWS_AT_ONCE = 6_000_000


@dataclass
class _Changes:
    """What changed so far: months by fact, ledger table or mart, and periods by mart."""

    months: dict[str, set[str]]
    periods: dict[str, set[str]] = field(default_factory=dict)

    def of(self, source: Input) -> bool:
        return bool(self.months.get(source.name) or self.periods.get(source.name))


@dataclass(frozen=True)
class _Part:
    """The part of a model that is being built: months, or periods with the months they are made of, or all of it."""

    months: frozenset[str] | None = None
    periods: frozenset[str] | None = None


_WHOLE = _Part()


class ModelBuilder:
    """Rebuilds marts inside the snapshot that ``connection`` has open for writing.

    The samples of ``frozen`` and ``forgotten`` months are no longer in the lake.  Models made of samples keep the rows
    they have of frozen months, whatever changes, and have none of forgotten months.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Path,
                 files: Mapping[tuple[str, str], Sequence[Path]], frozen: frozenset[str] = frozenset(),
                 forgotten: frozenset[str] = frozenset()) -> None:
        self._connection, self._lake, self._files = connection, lake, files
        self._frozen, self._forgotten = frozen, forgotten
        self._views: dict[str, str] = {}
        self._rows = _sample_rows(connection)
        self._tables = {row[0] for row in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()}
        connection.execute("CREATE SCHEMA IF NOT EXISTS src")

    def build(self, touched: Mapping[str, Iterable[str]], *, everything: bool = False) -> set[str]:
        """Rebuild what the touched months (by fact or ledger table) feed; ``everything`` rebuilds all of all models.

        Returns the months of which any mart that is kept by month was rebuilt.
        """
        self._all_months = months_told_of([*self._files, *((_SAMPLES, month) for month in self._frozen)])
        known = self._known_months()
        self._fresh, self._gone = self._all_months - known, known - self._all_months
        self._period_changes = write_periods(self._connection, self._all_months)
        changes = _Changes({name: set(months) for name, months in touched.items()})
        made = self._period_changes
        changes.periods["period_month"] = set(made.fresh | made.gone)
        changes.periods["reporting_period"] = set(made.fresh | made.moved | made.gone)
        for relation in relations().values():
            changes.months[relation.name] = self._months_fed(relation, changes)
        for model in load_models():
            if model.partition == "mart_view":
                self._connection.execute(f"CREATE OR REPLACE VIEW main.{model.name} AS\n{model.sql}")
            elif model.partition == "none":
                changes.months[model.name] = self._refresh_whole(model, changes, everything)
            elif model.by_period:
                changes.periods[model.name] = self._refresh_periods(model, changes, everything)
            else:
                changes.months[model.name] = self._refresh_months(model, changes, everything)
        self._connection.execute("DROP SCHEMA src CASCADE")
        self._views.clear()
        self._remember_months(self._all_months)
        return set().union(*(changes.months[model.name] for model in load_models() if model.partitioned))

    # ---- by month ----

    def _refresh_months(self, model: Model, changes: _Changes, everything: bool) -> set[str]:
        """Rebuild the months of a model that what changed feeds; returns those that are new or other than before."""
        months = set(self._all_months) if everything else self._fresh | self._months_fed(model, changes)
        sampled = model.name in made_of_samples()
        months = (months & self._all_months) - (self._frozen | self._forgotten if sampled else set())
        lost = self._gone | (self._forgotten if sampled else set())
        parts = [_Part(months=frozenset(some)) for some in self._month_sets(model, months)]
        if everything or not self._exists(model.name):
            self._fill_anew(model, parts)
        else:
            self._forget("jst_month", model, months | lost)
            for part in parts:
                self._fill(model, part)
        return months | lost

    def _month_sets(self, model: Model, months: set[str]) -> list[list[str]]:
        """The months that a model is built for at once: all, where it reads no samples."""
        if not any(source.name in relations() or _is_sampled(source.name) for source in model.inputs):
            return [sorted(months)] if months else []
        return _sets_of(sorted(months), lambda month: self._rows.get(month, 0))

    def _months_fed(self, model: Model, changes: _Changes) -> set[str]:
        return set().union(*(source.feeds(changes.months.get(source.name, ())) for source in model.inputs))

    def _fill(self, model: Model, part: _Part, statement: str = "INSERT INTO main.{} BY NAME",
              ending: str = "") -> None:
        self._show_inputs(model, part)
        self._select_into(statement.format(model.name), model, ending)

    def _fill_anew(self, model: Model, parts: Sequence[_Part]) -> None:
        """The model's table as it is now (there even when it has no part yet), with the rows of frozen months."""
        kept = self._set_aside(model)
        anew = "CREATE OR REPLACE TABLE main.{} AS"
        if not parts:
            self._fill(model, _WHOLE, anew, "WITH NO DATA")
        for place, part in enumerate(parts):
            self._fill(model, part, "INSERT INTO main.{} BY NAME" if place else anew)
        self._tables.add(model.name)
        if kept:
            known = ", ".join(name for name in self._columns(f"main.{model.name}") if name in kept)
            self._connection.execute(f"INSERT INTO main.{model.name} BY NAME SELECT {known} FROM frozen_rows")
            self._connection.execute("DROP TABLE frozen_rows")

    def _set_aside(self, model: Model) -> list[str]:
        """Copy the rows of frozen months to ``frozen_rows``; returns their columns, none when there are no such rows.

        A column that the model no longer has is left behind later, one that it did not have will be NULL.
        """
        if not (self._frozen and model.partitioned and model.name in made_of_samples() and self._exists(model.name)):
            return []
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE frozen_rows AS SELECT * FROM main.{model.name} "
            "WHERE list_contains(?, jst_month)", [sorted(self._frozen)])
        return self._columns("frozen_rows")

    # ---- by reporting period ----

    def _refresh_periods(self, model: Model, changes: _Changes, everything: bool) -> set[str]:
        """Rebuild the periods of a model that what changed feeds; returns those that are new or other than before."""
        made = self._period_changes
        fresh = everything or not self._exists(model.name)
        periods = set(made.months_of) if fresh else set().union(
            *(self._periods_fed(source, changes) for source in model.inputs))
        periods &= made.months_of.keys()
        if model.partition == "long_period":
            periods -= self._all_months
        sets = [periods] if model.partition == "period" else _sets_of(sorted(periods), self._rows_of_period)
        parts = [self._part_of(some) for some in sets if some]
        if fresh:
            self._fill_anew(model, parts)
            return periods | made.gone
        if any(changes.of(source) and not (source.by_period or source.months_of) for source in model.inputs):
            periods = self._differing_periods(model, parts)
            parts = [self._part_of(periods)] if periods else []
        self._forget("period_id", model, periods | made.gone)
        for part in parts:
            self._fill(model, part)
        return periods | made.gone

    def _differing_periods(self, model: Model, parts: Sequence[_Part]) -> set[str]:
        """The periods whose rows are not those of before: a model that needs an input whole rarely changes in all."""
        periods: set[str] = set()
        for part in parts:
            self._fill(model, part, "CREATE OR REPLACE TEMP TABLE rebuilt AS")
            present = f"SELECT * FROM main.{model.name} WHERE period_id IN ({_listed(part.periods or ())})"
            periods |= self._differing("period_id", present)
        self._connection.execute("DROP TABLE IF EXISTS rebuilt")
        return periods

    def _rows_of_period(self, period: str) -> int:
        return sum(self._rows.get(month, 0) for month in self._period_changes.months_of[period])

    def _part_of(self, periods: Iterable[str]) -> _Part:
        months = frozenset(month for period in periods for month in self._period_changes.months_of[period])
        return _Part(months, frozenset(periods))

    def _periods_fed(self, source: Input, changes: _Changes) -> set[str]:
        """The periods that an input's changes feed: its own, or all of them where a period needs the whole input."""
        if source.by_period or source.months_of:
            return changes.periods.get(source.name, set()) | self._period_changes.holding(
                changes.months.get(source.name, ()))
        return set(self._period_changes.months_of) if changes.of(source) else set()

    # ---- whole ----

    def _refresh_whole(self, model: Model, changes: _Changes, everything: bool) -> set[str]:
        """Rebuild a small model when an input changed; returns the months in which its rows are not those of before."""
        if everything or not self._exists(model.name):
            self._fill_anew(model, [_WHOLE])
            return set(self._all_months)
        if not self._fresh | self._gone and not any(changes.of(source) for source in model.inputs):
            return set()
        self._fill(model, _WHOLE, "CREATE OR REPLACE TEMP TABLE rebuilt AS")
        differing = self._differing_months(model)
        if differing:
            self._connection.execute(f"CREATE OR REPLACE TABLE main.{model.name} AS SELECT * FROM rebuilt")
        self._connection.execute("DROP TABLE rebuilt")
        return set(differing)

    def _differing_months(self, model: Model) -> set[str]:
        """Months (all, where the model has none) of rows that only one of ``rebuilt`` and the present mart holds."""
        months = "jst_month" if "jst_month" in self._columns("rebuilt") else "NULL"
        differing = self._differing(months, f"SELECT * FROM main.{model.name}")
        return set(self._all_months) if None in differing else differing

    def _differing(self, column: str, present: str) -> set[Any]:
        """The values of a column in the rows that only one of ``rebuilt`` and ``present`` (a SELECT) has."""
        rows = self._connection.execute(
            f"SELECT DISTINCT {column} FROM ((FROM rebuilt EXCEPT ALL {present}) "
            f"UNION ALL ({present} EXCEPT ALL FROM rebuilt)) AS differing").fetchall()
        return {row[0] for row in rows}

    # ---- what a SELECT sees ----

    def _show_inputs(self, model: Model, part: _Part) -> None:
        for source in model.inputs:
            self._show(source, part)

    def _show(self, source: Input, part: _Part) -> None:
        months = self._months_shown(source, part)
        if source.name == WANTED_MONTH:
            self._view(WANTED_MONTH, _wanted_sql(part.months or ()))
        elif source.name in FACT_TABLES:
            self._view(source.name, self._fact_sql(source.name, months))
        elif source.name in relations():
            self._show_relation(relations()[source.name], months)
        else:
            self._show_mart(source.name, self._where(source, part, months))

    def _show_mart(self, name: str, where: str) -> None:
        """A part of a mart by a view; all of it needs none, being found behind ``src`` on the search path."""
        if where:
            self._view(name, f"SELECT * FROM main.{name}{where}")
        elif self._views.pop(name, None):
            self._connection.execute(f"DROP VIEW src.{name}")

    def _show_relation(self, relation: Model, months: frozenset[str] | None) -> None:
        """A shared relation over the months wanted of its own inputs."""
        for source in relation.inputs:
            self._show(source, _Part(months))
        self._connection.execute("SET search_path = 'src,main'")
        self._connection.execute(f"CREATE OR REPLACE VIEW src.{relation.name} AS {relation.sql}")
        self._connection.execute("RESET search_path")
        self._views.pop(relation.name, None)

    def _months_shown(self, source: Input, part: _Part) -> frozenset[str] | None:
        """The months of an input that are shown, None for all."""
        if source.months_of and part.periods is not None:
            rows = self._connection.execute(
                f"SELECT DISTINCT jst_month FROM main.{source.months_of} WHERE list_contains(?, period_id)",
                [sorted(part.periods)]).fetchall()
            return frozenset(row[0] for row in rows)
        if part.months is None or not (source.by_period or source.by_month):
            return None
        return part.months if part.periods is not None else frozenset(source.needed(part.months))

    def _where(self, source: Input, part: _Part, months: frozenset[str] | None) -> str:
        if source.by_period and part.periods is not None and (
                source.name in _PERIOD_TABLES or self._is_by_period(source.name)):
            return f" WHERE period_id IN ({_listed(part.periods)})"
        return "" if months is None else f" WHERE jst_month IN ({_listed(months)})"

    @staticmethod
    def _is_by_period(name: str) -> bool:
        return any(model.name == name and model.by_period for model in load_models())

    def _fact_sql(self, name: str, months: frozenset[str] | None) -> str:
        return fact_sql(FACT_TABLES[name], [path for (table, month), paths in sorted(self._files.items())
                                            if table == name and (months is None or month in months) for path in paths])

    def _view(self, name: str, sql: str) -> None:
        if self._views.get(name) != sql:
            self._connection.execute(f"CREATE OR REPLACE VIEW src.{name} AS {sql}")
            self._views[name] = sql

    def _select_into(self, statement: str, model: Model, ending: str = "") -> None:
        self._connection.execute("SET search_path = 'src,main'")
        try:
            self._connection.execute(f"{statement}\n{model.sql}\n{ending}")
        finally:
            self._connection.execute("RESET search_path")

    # ---- bookkeeping ----

    def _forget(self, column: str, model: Model, values: Iterable[str]) -> None:
        self._connection.execute(f"DELETE FROM main.{model.name} WHERE list_contains(?, {column})", [sorted(values)])

    def _exists(self, name: str) -> bool:
        return name in self._tables

    def _columns(self, table: str) -> list[str]:
        return [column[0] for column in self._connection.execute(f"SELECT * FROM {table} LIMIT 0").description or []]

    def _known_months(self) -> set[str]:
        self._connection.execute("CREATE TABLE IF NOT EXISTS built_month (jst_month VARCHAR)")
        return {row[0] for row in self._connection.execute("SELECT jst_month FROM built_month").fetchall()}

    def _remember_months(self, months: set[str]) -> None:
        self._connection.execute("DELETE FROM built_month")
        insert_rows(self._connection, "built_month", [{"jst_month": month} for month in sorted(months)])


def _listed(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in sorted(values)) or "NULL"


def _wanted_sql(months: Iterable[str]) -> str:
    """The months that are being built, each with its neighbours; an empty text where there is none."""
    rows = [(shifted(month, -1), month, shifted(month, 1)) for month in sorted(months)] or [("", "", "")]
    told = ", ".join(f"({before!r}, {month!r}, {after!r})" for before, month, after in rows)
    return f"SELECT * FROM (VALUES {told}) AS wanted(month_before, jst_month, month_after)"


def _is_sampled(name: str) -> bool:
    return name in FACT_TABLES and FACT_TABLES[name].interval_seconds is not None


def _sample_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many regular samples the lake holds of each month."""
    rows = connection.execute(
        "SELECT jst_month, CAST(sum(row_count) AS BIGINT) FROM lake_file WHERE list_contains(?, table_name) "
        "GROUP BY jst_month",
        [[name for name in FACT_TABLES if _is_sampled(name)]]).fetchall()
    return dict(rows)


def _sets_of(items: Sequence[str], rows: Callable[[str], int]) -> list[list[str]]:
    """``items`` in their order, as many in a set as have not more than ``_ROWS_AT_ONCE`` rows together."""
    sets: list[list[str]] = []
    held = 0
    for item in items:
        held += rows(item)
        if not sets or held > _ROWS_AT_ONCE:
            sets.append([])
            held = rows(item)
        sets[-1].append(item)
    return sets
