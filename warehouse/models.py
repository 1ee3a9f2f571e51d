"""SQL models: one file a mart, a head that says what it is, built in the order of their inputs.

A head reads::

    -- one row per tenant, route, direction and JST day
    -- title: 接続団体別通信量（日）
    -- keys: jst_date, tenant_code, route, direction
    -- inputs: tenant_traffic(month), dim_tenant, dim_date(month)
    -- partition: jst_month

``(month)`` after an input means that a partition of the model needs only the same month of it; an input without it
is needed whole.  Models without a partition are rebuilt whole (they are small).  The SELECT itself never mentions
partitions or files: the builder shows it views that hold just what it needs.
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


@dataclass(frozen=True)
class Input:
    name: str
    by_month: bool


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


@cache
def load_models() -> tuple[Model, ...]:
    """All models, inputs before those that read them."""
    models = {path.stem: parse_model(path) for path in sorted(FOLDER.glob("*.sql"))}
    order = TopologicalSorter({name: [i.name for i in model.inputs if i.name in models]
                               for name, model in models.items()})
    return tuple(models[name] for name in order.static_order())


@cache
def models_hash() -> str:
    """SHA-256 over all models: months built by older ones are built again."""
    return hashlib.sha256("".join(f"{model.name}\n{model.sql}" for model in load_models()).encode()).hexdigest()


def parse_model(path: Path) -> Model:
    """Read a model file; ValueError names what its head lacks."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^-- (title|keys|inputs|partition): (.+)$", text, re.MULTILINE))
    grain = re.search(r"^-- one row per (.+)$", text, re.MULTILINE)
    missing = {"title", "keys", "inputs", "partition"} - head.keys()
    if missing or not grain:
        raise ValueError(f"{path.name}: the head lacks {', '.join(sorted(missing)) or 'one row per'}")
    inputs = tuple(Input(match[1], bool(match[2])) for match in re.finditer(r"(\w+)(\(month\))?", head["inputs"]))
    keys = tuple(key.strip() for key in head["keys"].split(","))
    return Model(path.stem, grain[1], head["title"], keys, inputs, head["partition"] == "jst_month", text)


class ModelBuilder:
    """Rebuilds marts inside the snapshot that ``connection`` has open for writing."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Path,
                 files: Mapping[tuple[str, str], Path]) -> None:
        self._connection, self._lake, self._files = connection, lake, files
        connection.execute("CREATE SCHEMA IF NOT EXISTS src")

    def build(self, touched: Mapping[str, Iterable[str]], *, everything: bool = False) -> None:
        """Rebuild what the touched months (by fact table) feed; ``everything`` rebuilds all months of all models."""
        changed: dict[str, set[str]] = {name: set(months) for name, months in touched.items()}
        all_months = {month for _, month in self._files}
        known = self._known_months()
        fresh, gone = all_months - known, known - all_months
        for model in load_models():
            if not model.partitioned:
                self._rebuild_whole(model)
                changed[model.name] = set(all_months)
                continue
            months = set(all_months) if everything else fresh.union(
                *(changed.get(source.name, set()) for source in model.inputs))
            if everything or not self._exists(model.name):
                self._create_empty(model)
            for month in sorted(months & all_months):
                self._rebuild_month(model, month)
            for month in sorted(gone):
                self._forget_month(model, month)
            changed[model.name] = months | gone
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
        """The model's table without rows: it is there even before any month is."""
        self._show_inputs(model, None)
        self._select_into(f"CREATE OR REPLACE TABLE main.{model.name} AS", model, "WITH NO DATA")

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
            only = month if source.by_month else None
            where = f" WHERE jst_month = '{only}'" if only else ""
            if source.name in FACT_TABLES:
                self._view(source.name, self._fact_sql(FACT_TABLES[source.name], only))
            else:
                self._view(source.name, f"SELECT * FROM main.{source.name}{where}")

    def _view(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE VIEW src.{name} AS {sql}")

    def _fact_sql(self, table: FactTable, month: str | None) -> str:
        return fact_sql(table, [path for (name, file_month), path in sorted(self._files.items())
                                if name == table.name and month in (None, file_month)])

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


def fact_sql(table: FactTable, files: list[Path]) -> str:
    """A SELECT over a fact's Parquet files; an empty relation with the same columns when there are none."""
    if files:
        return f"SELECT * FROM read_parquet({file_list(files)})"
    columns = [f"CAST(NULL AS {SQL_TYPES[column.type]}) AS {column.name}" for column in table.columns]
    columns += ["CAST(NULL AS DATE) AS jst_date", "CAST(NULL AS VARCHAR) AS jst_month",
                "CAST(NULL AS SMALLINT) AS jst_minute_of_week", "CAST(NULL AS VARCHAR) AS feed",
                "CAST(NULL AS BIGINT) AS load_id", "CAST(NULL AS BIGINT) AS version"]
    return f"SELECT {', '.join(columns)} WHERE 1 = 0"
