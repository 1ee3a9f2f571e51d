"""SQL models: one file a mart, with a head that says what it is.

A head reads::

    -- one row per tenant, route, direction and JST day
    -- title: 接続団体別通信量（日）
    -- keys: jst_date, tenant_code, route, direction
    -- inputs: tenant_traffic(month), dim_tenant, dim_date(month)
    -- partition: jst_month
    -- identities: received <= expected [coverage_within_bounds]

``partition`` says in which pieces the mart is kept:

- ``jst_month``: by month.  ``(month)`` after an input means that a month of the model needs only the same month of it,
  ``(month-2..0)`` that it needs the two months before, too; an input without it is needed whole.  Several months are
  built by one statement, so nothing may be taken from another month's rows.  A model whose inputs reach beyond its
  month tells its own rows by the input ``wanted_month`` (``jst_month``, ``month_before``, ``month_after``; one row for
  each month that is built).
- ``period``: by reporting period (column ``period_id``).  ``(period)`` means that a period needs only its own rows of
  the input: those of its months, or of the period itself; ``(months of x)`` only the months that the period's rows of
  the model x name.  ``long_period``: likewise, quarters and longer only.
- ``none``: rebuilt whole when an input changed (such models are small).
- ``mart_view``: not kept, but a view over marts that readers find beside them.
- ``view``: not kept at all, but a relation that other models share.

``identities`` tell what always holds between the columns, or between them and another mart's; a name in brackets is
the file in ``checks/`` that guards it.  ``-- column n: 件数｜件｜…`` (name, unit, meaning, and a list of codes where
there is one) says what a column means where ``columns.toml`` says otherwise (:mod:`warehouse.glossary`).

The SELECT itself never mentions partitions or files: the builder (:mod:`warehouse.marts`) shows it views that hold
just what it needs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Literal, get_args

from warehouse.engine import file_list
from warehouse.facts import FACT_TABLES, SQL_TYPES, FactTable

FOLDER = Path(__file__).with_name("models")
WANTED_MONTH = "wanted_month"
Partition = Literal["jst_month", "period", "long_period", "none", "mart_view", "view"]
_LONGEST_SILENCE = 12
_INPUT = re.compile(r"(\w+)(?:\((?:(period)|months of (\w+)|(month)(?:([+-]\d+|0)\.\.([+-]\d+|0))?)\))?")


@dataclass(frozen=True)
class Input:
    """What a model reads: whole, by month from ``first`` to ``last`` months away from the model's own, or by period.

    ``months_of`` names the model whose rows tell which months are needed.
    """

    name: str
    by_month: bool
    first: int = 0
    last: int = 0
    by_period: bool = False
    months_of: str = ""

    def needed(self, months: Iterable[str]) -> set[str]:
        """Months of the input that these months of the model read."""
        return {shifted(month, step) for month in months for step in range(self.first, self.last + 1)}

    def feeds(self, months: Iterable[str]) -> set[str]:
        """Months of the model that these months of the input feed."""
        return {shifted(month, -step) for month in months for step in range(self.first, self.last + 1)}


def shifted(month: str, months: int) -> str:
    """The month so many months after ``YYYY-MM``."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year:04d}-{number + 1:02d}"


@dataclass(frozen=True)
class Model:
    """One mart; ``sql`` is its SELECT, ``columns`` what its head says of single columns."""

    name: str
    grain: str
    title: str
    keys: tuple[str, ...]
    inputs: tuple[Input, ...]
    partition: Partition
    sql: str
    identities: str
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def partitioned(self) -> bool:
        """Whether it is kept by month."""
        return self.partition == "jst_month"

    @property
    def by_period(self) -> bool:
        """Whether it is kept by reporting period."""
        return self.partition in ("period", "long_period")


@cache
def all_models() -> tuple[Model, ...]:
    """All models, shared relations included, inputs before those that read them."""
    models = {path.stem: parse_model(path) for path in sorted(FOLDER.glob("*.sql"))}
    order = TopologicalSorter({name: [i.name for i in model.inputs if i.name in models]
                               for name, model in models.items()})
    return tuple(models[name] for name in order.static_order())


@cache
def load_models() -> tuple[Model, ...]:
    """The models that a snapshot holds as tables or views."""
    return tuple(model for model in all_models() if model.partition != "view")


@cache
def relations() -> dict[str, Model]:
    """The models that are not kept, by name."""
    return {model.name: model for model in all_models() if model.partition == "view"}


@cache
def made_of_samples() -> frozenset[str]:
    """Models that come from raw samples, directly or through others: their months stay when the samples retire."""
    found = {name for name, table in FACT_TABLES.items() if table.replaces == "span"}
    for model in all_models():
        if any(source.name in found for source in model.inputs):
            found.add(model.name)
    return frozenset(found)


@cache
def models_hash() -> str:
    """SHA-256 over all models: months built by older ones are built again."""
    return hashlib.sha256("".join(f"{model.name}\n{model.sql}" for model in all_models()).encode()).hexdigest()


def parse_model(path: Path) -> Model:
    """Read a model file; ValueError names what its head lacks."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^-- (title|keys|inputs|partition|identities): (.+)$", text, re.MULTILINE))
    grain = re.search(r"^-- one row per (.+)$", text, re.MULTILINE)
    missing = {"title", "keys", "inputs", "partition", "identities"} - head.keys()
    if missing or not grain:
        raise ValueError(f"{path.name}: the head lacks {', '.join(sorted(missing)) or 'one row per'}")
    if head["partition"] not in get_args(Partition):
        raise ValueError(f"{path.name}: partition {head['partition']} is none of {', '.join(get_args(Partition))}")
    keys = tuple(key.strip() for key in head["keys"].split(","))
    return Model(path.stem, grain[1], head["title"], keys, _inputs(head["inputs"]),
                 head["partition"], text, head["identities"],
                 tuple(re.findall(r"^-- column (\w+): (.+)$", text, re.MULTILINE)))


def _inputs(text: str) -> tuple[Input, ...]:
    return tuple(Input(match[1], bool(match[4]), int(match[5] or 0), int(match[6] or 0), bool(match[2]),
                       match[3] or "") for match in _INPUT.finditer(text))


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
