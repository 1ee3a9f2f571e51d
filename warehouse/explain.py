"""The proof behind a figure: definition, rows, models, files, coverage, targets.

``app.py explain``, screens and documents show what :func:`explain` finds; none of them looks for it on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from warehouse.errors import QueryError
from warehouse.facts import FACT_TABLES
from warehouse.models import Model, all_models
from warehouse.reader import named_query
from warehouse.reading import FrameReader
from warehouse.registry import normalised
from warehouse.scope import Scope

Row = dict[str, Any]
_BACK_MONTHS = {"K08": None, "K08.open": None, "K29": None, "K29.over30": None, "K20": 36, "K20.70": 36, "K20.90": 36}
"""KPIs that look at months before the period: how many, None for all of them."""
_SAMPLES = {"line": "line_sample", "line_group": "line_sample", "device": "device_sample"}
"""Which regular samples the figures of a grain are made of; those of any other are of bodies' traffic."""
_ENTITY_COLUMNS = {"tenant": "tenant_code", "line": "line_id", "device": "device_id", "service": "service_id",
                   "route": "route", "channel": "channel", "ticket_kind": "ticket_kind", "change_kind": "change_kind",
                   "severity": "severity", "function": "function", "licence": "kind"}
FOLDS = {
    "sum": "分子・分母は、行の合計", "max": "分子は、行の最大", "median": "分子は、行の中央値",
    "p90": "分子は、行を小さい順に並べて件数の90%に当たる値", "last": "分子・分母は、最後の行の値",
    "above": "行の分子は値を超える5分値の数、分母は5分値の数（合計の比が5%以下）",
    "larger": "分子は、受信・送信それぞれの合計の大きい方", "trend": "行は、傾向の直線を当てた月ごとの値",
}
"""How the numerators (and denominators) of the rows make up those of the figure."""


@dataclass(frozen=True)
class Proof:
    """One figure and what it rests on.

    ``definition`` is the KPI's row of the catalogue, ``result`` the figure: numerator, denominator, value, n, coverage,
    target, judgement, days.  ``rows`` are the cases, days or months behind it (item, detail, numerator, denominator)
    and ``fold`` tells how they make it up.  ``models`` are the SQL models from the facts to the figure, ``loads`` the
    files whose rows lie in the period, with how many (file names for the prefecture only).
    """

    definition: Row
    grain: str
    entity: str
    entity_name: str
    period_id: str
    result: Row
    targets: tuple[Row, ...]
    fold: str
    rows: pd.DataFrame
    models: tuple[Model, ...]
    loads: pd.DataFrame
    snapshot: int
    published_at: datetime
    data_as_of: datetime | None

    @property
    def retired(self) -> bool:
        """Whether the samples of which the figure was made are no longer kept."""
        return bool(len(self.rows)) and not len(self.loads)


def explain(reader: FrameReader, scope: Scope, kpi_id: str, period_id: str, entity: str = "", grain: str = "") -> Proof:
    """The proof of one KPI value.

    ``entity`` is a code or a name (empty: the whole), ``grain`` is needed only where a code stands for two things.
    Raises :class:`QueryError` when the KPI, the period or the entity has no value in this scope, telling what there is.
    """
    definition = _definition(reader, scope, kpi_id)
    found = _records(reader.query("kpi_entities", scope, kpi_id=kpi_id, period=period_id))
    result = _chosen(kpi_id, period_id, found, entity, grain)
    rows = _rows(reader, scope, definition, period_id, result)
    models = lineage(definition["model"], result["grain"])
    return Proof(
        definition, result["grain"], result["entity"], result["entity_name"], period_id, result,
        tuple(_records(reader.query("kpi_targets", scope, kpi_id=kpi_id))),
        str(rows["fold"].iloc[0]) if len(rows) else "sum", rows.drop(columns="fold"), models,
        _loads(reader, scope, result, facts_of(models, result["grain"]), _days(kpi_id, result)),
        reader.snapshot.number, reader.snapshot.published_at, reader.snapshot.data_as_of)


def lineage(model_name: str, grain: str) -> tuple[Model, ...]:
    """The models from the facts of a grain to the named model, inputs first."""
    models = {model.name: model for model in all_models()}
    reached: dict[str, bool] = {}

    def leads_to_facts(name: str) -> bool:
        if name not in models:
            return name in FACT_TABLES and _concerns(name, grain)
        if name not in reached:
            found = [leads_to_facts(source.name) for source in models[name].inputs]  # all are visited
            reached[name] = any(found)
        return reached[name]

    leads_to_facts(model_name)
    return tuple(model for model in all_models() if reached.get(model.name))


def facts_of(models: tuple[Model, ...], grain: str) -> tuple[str, ...]:
    """The fact tables that the models read for a grain, in the order of :data:`FACT_TABLES`."""
    read = {source.name for model in models for source in model.inputs}
    return tuple(name for name in FACT_TABLES if name in read and _concerns(name, grain))


def _concerns(fact: str, grain: str) -> bool:
    return FACT_TABLES[fact].interval_seconds is None or fact == _SAMPLES.get(grain, "tenant_traffic")


def _definition(reader: FrameReader, scope: Scope, kpi_id: str) -> Row:
    rows = _records(reader.query("kpi_definition", scope, kpi_id=kpi_id))
    if not rows:
        raise QueryError("指標が見つかりません", f"「{kpi_id}」という指標はありません。",
                         "python app.py catalogue で指標の番号を確かめてください（例: K10、K02.count）。")
    return rows[0]


def _chosen(kpi_id: str, period_id: str, found: list[Row], entity: str, grain: str) -> Row:
    wanted = normalised(entity)
    fitting = [row for row in found if (not grain or row["grain"] == grain) and (
        wanted in (normalised(row["entity"]), normalised(row["entity_name"])) if entity else row["grain"] == "all")]
    if len(fitting) == 1:
        return fitting[0]
    if not found:
        raise QueryError("指標の値がありません", f"{kpi_id} の {period_id} の値は、公開中のデータにありません。",
                         "対象期間（2026-10、2026Q2、2026H1、FY2026、契約の番号）と、閲覧できる範囲を確かめてください。")
    listed = "、".join(f"{row['entity'] or '（全体）'} {row['entity_name']}" for row in (fitting or found)[:40])
    what = "が二つ以上に当てはまります" if fitting else "の値はありません"
    raise QueryError(
        "対象を選べません", f"{kpi_id} の {period_id} に、対象「{entity or '全体'}」{what}。ある対象: {listed}",
        "--entity にいずれかのコードか名称を、同じコードが二つあるときは --grain に粒度を指定してください。")


def _rows(reader: FrameReader, scope: Scope, definition: Row, period_id: str, result: Row) -> pd.DataFrame:
    query = f"proof_{definition['proof']}"
    asked = {"period": period_id, "kpi_id": definition["kpi_id"], "grain": result["grain"], "entity": result["entity"]}
    needed = named_query(query).parameters
    return reader.query(query, scope, **{name: value for name, value in asked.items() if name in needed})


def _loads(
    reader: FrameReader, scope: Scope, result: Row, facts: tuple[str, ...], days: tuple[date, date]
) -> pd.DataFrame:
    """One row per load with rows in the days looked at: how many, and what the ledger says of it."""
    column = _ENTITY_COLUMNS.get(result["grain"], "")
    counted = [
        reader.rows_by_load(name, scope, *days, column if column in FACT_TABLES[name].names else "", result["entity"])
        .assign(table_name=name) for name in facts]
    rows = pd.concat(counted, ignore_index=True)
    ledger = reader.query("proof_loads", scope, load_ids=[int(number) for number in rows["load_id"]])
    return rows.merge(ledger.drop(columns="table_name"), on="load_id", how="left").sort_values(
        ["table_name", "load_id"], ignore_index=True)


def _days(kpi_id: str, result: Row) -> tuple[date, date]:
    first, last = _date(result["first_date"]), _date(result["through_date"])
    if kpi_id not in _BACK_MONTHS:
        return first, last
    months = _BACK_MONTHS[kpi_id]
    if months is None:
        return date(1, 1, 1), last
    index = last.year * 12 + last.month - months
    return date(index // 12, index % 12 + 1, 1), last


def _date(value: Any) -> date:
    return pd.Timestamp(value).date()


def _records(frame: pd.DataFrame) -> list[Row]:
    """Rows as dictionaries; missing is None."""
    return [{str(name): None if _missing(value) else value for name, value in row.items()}
            for row in frame.to_dict("records")]


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def as_dict(proof: Proof) -> Mapping[str, Any]:
    """The proof as plain values, for JSON."""
    return {
        "definition": proof.definition, "period": proof.period_id, "grain": proof.grain, "entity": proof.entity,
        "entity_name": proof.entity_name, "result": proof.result, "targets": list(proof.targets),
        "fold": FOLDS[proof.fold], "rows": _records(proof.rows), "loads": _records(proof.loads),
        "models": [{"name": model.name, "title": model.title, "grain": model.grain, "sql": model.sql}
                   for model in proof.models],
        "snapshot": proof.snapshot, "published_at": proof.published_at, "data_as_of": proof.data_as_of,
    }
