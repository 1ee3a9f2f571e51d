"""SQL models: one file a mart, a head that says what it is, built in the order of their inputs.

A head reads::

    -- one row per tenant, route, direction and JST day
    -- title: 接続団体別通信量（日）
    -- keys: jst_date, tenant_code, route, direction
    -- inputs: tenant_traffic(month), dim_tenant, dim_date(month)
    -- partition: jst_month
    -- identities: received <= expected [coverage_within_bounds]

``(month)`` after an input means that a partition of the model needs only the same month of it, ``(month-2..0)`` that
it needs the two months before, too; an input without it is needed whole.  A model whose inputs reach beyond its month
tells its own rows by the input ``this_month`` (one row, ``jst_month``).  Models without a partition are rebuilt whole
(they are small).  ``identities`` tell what always holds between the columns, or between them and another mart's; a
name in brackets is the file in ``checks/`` that guards it.  The SELECT itself never mentions partitions or files: the
builder shows it views that hold just what it needs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from warehouse.engine import file_list
from warehouse.facts import FACT_TABLES, SQL_TYPES, FactTable

FOLDER = Path(__file__).with_name("models")
THIS_MONTH = "this_month"
_LONGEST_SILENCE = 12
_SAMPLES = next(name for name, table in FACT_TABLES.items() if table.interval_seconds)
_INPUT = re.compile(r"(\w+)(\(month(?:([+-]\d+|0)\.\.([+-]\d+|0))?\))?")


@dataclass(frozen=True)
class Input:
    """What a model reads: whole, or by month from ``first`` to ``last`` months away from the model's own."""

    name: str
    by_month: bool
    first: int = 0
    last: int = 0

    def needed(self, month: str) -> list[str]:
        """Months of the input that a month of the model reads."""
        return [shifted(month, step) for step in range(self.first, self.last + 1)]

    def feeds(self, months: Iterable[str]) -> set[str]:
        """Months of the model that these months of the input feed."""
        return {shifted(month, -step) for month in months for step in range(self.first, self.last + 1)}


def shifted(month: str, months: int) -> str:
    """The month so many months after ``YYYY-MM``."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year:04d}-{number + 1:02d}"


@dataclass(frozen=True)
class Model:
    """One mart; ``sql`` is its SELECT."""

    name: str
    grain: str
    title: str
    keys: tuple[str, ...]
    inputs: tuple[Input, ...]
    partitioned: bool
    sql: str
    identities: str = ""

@cache
def load_models() -> tuple[Model, ...]:
    """All models, inputs before those that read them."""
    models = {path.stem: parse_model(path) for path in sorted(FOLDER.glob("*.sql"))}
    order = TopologicalSorter({name: [i.name for i in model.inputs if i.name in models]
                               for name, model in models.items()})
    return tuple(models[name] for name in order.static_order())


@cache
def made_of_samples() -> frozenset[str]:
    """Models that come from raw samples, directly or through others: their months stay when the samples retire."""
    found = {name for name, table in FACT_TABLES.items() if table.replaces == "span"}
    for model in load_models():
        if any(source.name in found for source in model.inputs):
            found.add(model.name)
    return frozenset(found)


@cache
def models_hash() -> str:
    """SHA-256 over all models: months built by older ones are built again."""
    return hashlib.sha256("".join(f"{model.name}\n{model.sql}" for model in load_models()).encode()).hexdigest()


def parse_model(path: Path) -> Model:
    """Read a model file; ValueError names what its head lacks."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^-- (title|keys|inputs|partition|identities): (.+)$", text, re.MULTILINE))
    grain = re.search(r"^-- one row per (.+)$", text, re.MULTILINE)
    missing = {"title", "keys", "inputs", "partition"} - head.keys()
    if missing or not grain:
        raise ValueError(f"{path.name}: the head lacks {', '.join(sorted(missing)) or 'one row per'}")
    inputs = tuple(Input(match[1], bool(match[2]), int(match[3] or 0), int(match[4] or 0))
                   for match in _INPUT.finditer(head["inputs"]))
    keys = tuple(key.strip() for key in head["keys"].split(","))
    return Model(path.stem, grain[1], head["title"], keys, inputs, head["partition"] == "jst_month", text,
                 head.get("identities", ""))


class ModelBuilder:
    """Rebuilds marts inside the snapshot that ``connection`` has open for writing.

    The samples of ``frozen`` and ``forgotten`` months are no longer in the lake.  Models made of samples keep the rows
    they have of frozen months, whatever changes, and have none of forgotten months.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Path, files: Mapping[tuple[str, str], Path],
                 frozen: frozenset[str] = frozenset(), forgotten: frozenset[str] = frozenset()) -> None:
        self._connection, self._lake, self._files = connection, lake, files
        self._frozen, self._forgotten = frozen, forgotten
        connection.execute("CREATE SCHEMA IF NOT EXISTS src")

    def build(self, touched: Mapping[str, Iterable[str]], *, everything: bool = False) -> None:
        """Rebuild what the touched months (by fact or ledger table) feed; ``everything`` rebuilds all of all models."""
        changed: dict[str, set[str]] = {name: set(months) for name, months in touched.items()}
        all_months = months_told_of([*self._files, *((_SAMPLES, month) for month in self._frozen)])
        known = self._known_months()
        fresh, gone = all_months - known, known - all_months
        for model in load_models():
            if not model.partitioned:
                self._rebuild_whole(model)
                changed[model.name] = set(all_months)
                continue
            months = set(all_months) if everything else fresh.union(
                *(source.feeds(changed.get(source.name, ())) for source in model.inputs))
            sampled = model.name in made_of_samples()
            months = (months & all_months) - (self._frozen | self._forgotten if sampled else set())
            lost = gone | (self._forgotten if sampled else set())
            if everything or not self._exists(model.name):
                self._create_empty(model)
            for month in sorted(months):
                self._rebuild_month(model, month)
            for month in sorted(lost):
                self._forget_month(model, month)
            changed[model.name] = months | lost
        self._connection.execute("DROP SCHEMA src CASCADE")
        self._remember_months(all_months)

    def _rebuild_whole(self, model: Model) -> None:
        self._show_inputs(model, None)
        self._select_into(f"CREATE OR REPLACE TABLE main.{model.name} AS", model)

    def _rebuild_month(self, model: Model, month: str) -> None:
        self._forget_month(model, month)
        self._show_inputs(model, month)
        self._select_into(f"INSERT INTO main.{model.name} BY NAME", model)

    def _create_empty(self, model: Model) -> None:
        """The model's table without rows (it is there even before any month is) but those of frozen months."""
        kept = self._set_aside(model)
        self._show_inputs(model, None)
        self._select_into(f"CREATE OR REPLACE TABLE main.{model.name} AS", model, "WITH NO DATA")
        if kept:
            self._connection.execute(f"INSERT INTO main.{model.name} BY NAME SELECT {kept} FROM frozen_rows")
            self._connection.execute("DROP TABLE frozen_rows")

    def _set_aside(self, model: Model) -> str:
        """Copy the rows of frozen months to ``frozen_rows``; returns their columns, none when there are no rows.

        A column that the model no longer has is left behind, one that it did not have is NULL.
        """
        if not (self._frozen and model.name in made_of_samples() and self._exists(model.name)):
            return ""
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE frozen_rows AS SELECT * FROM main.{model.name} "
            "WHERE list_contains(?, jst_month)", [sorted(self._frozen)])
        self._show_inputs(model, None)
        self._select_into("CREATE OR REPLACE TEMP TABLE new_form AS", model, "WITH NO DATA")
        old, new = (_columns(self._connection, name) for name in ("frozen_rows", "new_form"))
        self._connection.execute("DROP TABLE new_form")
        return ", ".join(name for name in new if name in old)

    def _forget_month(self, model: Model, month: str) -> None:
        self._connection.execute(f"DELETE FROM main.{model.name} WHERE jst_month = ?", [month])

    def _select_into(self, statement: str, model: Model, ending: str = "") -> None:
        self._connection.execute("SET search_path = 'src,main'")
        try:
            self._connection.execute(f"{statement}\n{model.sql}\n{ending}")
        finally:
            self._connection.execute("RESET search_path")

    def _show_inputs(self, model: Model, month: str | None) -> None:
        for source in model.inputs:
            only = source.needed(month) if source.by_month and month else None
            if source.name == THIS_MONTH:
                self._view(THIS_MONTH, f"SELECT '{month or ''}' AS jst_month")
            elif source.name in FACT_TABLES:
                self._view(source.name, self._fact_sql(FACT_TABLES[source.name], only))
            else:
                listed = ", ".join(f"'{needed}'" for needed in only or ())
                where = f" WHERE jst_month IN ({listed})" if only else ""
                self._view(source.name, f"SELECT * FROM main.{source.name}{where}")

    def _view(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE VIEW src.{name} AS {sql}")

    def _fact_sql(self, table: FactTable, months: list[str] | None) -> str:
        return fact_sql(table, [path for (name, month), path in sorted(self._files.items())
                                if name == table.name and (months is None or month in months)])

    def _exists(self, name: str) -> bool:
        return bool(self._connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = ?", [name]).fetchone())

    def _known_months(self) -> set[str]:
        self._connection.execute("CREATE TABLE IF NOT EXISTS built_month (jst_month VARCHAR)")
        return {row[0] for row in self._connection.execute("SELECT jst_month FROM built_month").fetchall()}

    def _remember_months(self, months: set[str]) -> None:
        self._connection.execute("DELETE FROM built_month")
        for month in sorted(months):
            self._connection.execute("INSERT INTO built_month VALUES (?)", [month])


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description or []]


def months_told_of(files: Iterable[tuple[str, str]]) -> set[str]:
    """Months for which there are marts: those with facts, and months without any between months with samples.

    A silence longer than a year is no gap but the time between two sources; plans for months ahead open no month.
    """
    files = list(files)
    months = {month for table, month in files if not FACT_TABLES[table].planned}
    sampled = sorted({month for table, month in files if FACT_TABLES[table].interval_seconds})
    for before, after in zip(sampled, sampled[1:], strict=False):
        silent = months_between(before, after)
        if len(silent) <= _LONGEST_SILENCE:
            months.update(silent)
    return months


def months_between(first: str, last: str) -> list[str]:
    """All months from ``first`` to ``last``."""
    count = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:])
    return [shifted(first, step) for step in range(count + 1)]


def fact_sql(table: FactTable, files: list[Path]) -> str:
    """A SELECT over a fact's Parquet files; an empty relation with the same columns when there are none."""
    if files:
        return f"SELECT * FROM read_parquet({file_list(files)})"
    columns = [f"CAST(NULL AS {SQL_TYPES[column.type]}) AS {column.name}" for column in table.columns]
    columns += ["CAST(NULL AS DATE) AS jst_date", "CAST(NULL AS VARCHAR) AS jst_month",
                "CAST(NULL AS SMALLINT) AS jst_minute_of_week", "CAST(NULL AS VARCHAR) AS feed",
                "CAST(NULL AS BIGINT) AS load_id"]
    return f"SELECT {', '.join(columns)} WHERE 1 = 0"
