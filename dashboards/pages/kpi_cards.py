"""The KPI cards of 概況, in groups, and the line that sums up their judgements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import urls
from dashboards.columns import Column
from dashboards.components.card import Card, Fact, grid
from dashboards.components.judgement import chip
from dashboards.frames import LOW_COVERAGE_PCT
from dashboards.wording import COMPARED_WITH, coverage_text, step, with_unit
from warehouse.japanese import NOT_APPLICABLE_SIGN, UNKNOWN_SIGN, number
from warehouse.period import Period

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("稼働・障害", ("K01", "K02", "K06")),
    ("利用数", ("K21", "K22")),
    ("通信回線", ("K10", "K11", "K13")),
    ("問合せ", ("K26", "K27", "K29")),
    ("セキュリティ", ("K34", "K35")),
)
FILE_COLUMNS = (
    Column("period", "対象期間", "code"),
    Column("kpi_id", "指標番号", "code"),
    Column("grain", "粒度", "code"),
    Column("entity", "対象コード", "code"),
    Column("entity_name", "対象"),
    Column("name", "指標"),
    Column("value", "実績", "number", decimals=3),
    Column("unit", "単位"),
    Column("numerator", "分子", "number"),
    Column("denominator", "分母", "number"),
    Column("target", "目標", "number", decimals=3),
    Column("target_text", "目標の条件"),
    Column("judgement", "判定", "judgement"),
    Column("previous_value", "前の期間", "number", decimals=3),
    Column("last_year_value", "前年同期", "number", decimals=3),
    Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
)
"""KPI figures in the file of any page: the cards show the same."""
_JUDGED = ("達成", "注意", "未達", "データなし", "目標未設定")

Kpi = dict[str, Any]


def groups(kpis: Sequence[Kpi]) -> list[tuple[str, list[Kpi]]]:
    """The KPIs by group, one of several lines once for each; what no group names comes last."""
    named = {key for _, keys in GROUPS for key in keys}
    grouped = [(title, [kpi for key in keys for kpi in kpis if kpi["kpi_id"] == key]) for title, keys in GROUPS]
    others = [kpi for kpi in kpis if kpi["kpi_id"] not in named]
    return [(title, members) for title, members in [*grouped, ("その他", others)] if members]


def of_bodies(frame: pd.DataFrame) -> pd.DataFrame:
    """Figures of bodies (:meth:`dashboards.data.Data.tenant_kpis`) with the words that cards show."""
    no_judgement = (frame["direction"] == "none") & (frame["judgement"] == "目標未設定")
    return frame.assign(
        target_text=frame["operator"].map({">=": "以上", "<=": "以下"}),
        description="",
        judgement=frame["judgement"].mask(no_judgement),
    )


def shown_value(kpi: Kpi, key: str = "value") -> str:
    """The rounded value; 「－」 when there was nothing to measure (対象なし), 「…」 when it is unknown."""
    if key == "value" and kpi["value"] is None and kpi["judgement"] == "対象なし":
        return NOT_APPLICABLE_SIGN
    return number(kpi[key], int(kpi["decimals"] or 0), kpi["rounding"] or "half_up")


def proof_href(kpi: Kpi, period: Period) -> str:
    """Where it is told what the figure rests on."""
    subject = urls.Subject(str(kpi["kpi_id"]), str(kpi["grain"]), str(kpi["entity"]))
    return urls.href(urls.PROOF, period, subject=subject)


def kpi_card(kpi: Kpi, period: Period) -> Card:
    """Target, previous period and same period of last year go with every value."""
    before = zip(COMPARED_WITH[period.kind], ("previous_value", "last_year_value"), strict=True)
    facts = [Fact("目標", target(kpi)), *(_compared(name, kpi, key) for name, key in before if name)]
    coverage = kpi["coverage_pct"]
    if coverage is not None and coverage < LOW_COVERAGE_PCT:
        facts.append(Fact("取得率", coverage_text(coverage), "参考値"))
    return Card(
        str(kpi["name"]),
        shown_value(kpi),
        str(kpi["unit"] or ""),
        kpi["judgement"],
        facts,
        str(kpi["description"] or ""),
        proof_href(kpi, period),
    )


def target(kpi: Kpi) -> str:
    """100%以上, 0件以下; 未設定 when the contract gives no value; － for a KPI that is neither good nor bad."""
    value = kpi["target"]
    if value is None:
        return NOT_APPLICABLE_SIGN if kpi["direction"] == "none" else "未設定"
    decimals = 0 if float(value).is_integer() else int(kpi["decimals"] or 0)
    return with_unit(number(value, decimals), str(kpi["unit"] or "")) + str(kpi["target_text"] or "")


def _compared(label: str, kpi: Kpi, key: str) -> Fact:
    if kpi[key] is None:
        return Fact(label, UNKNOWN_SIGN)
    unit, decimals = str(kpi["unit"] or ""), int(kpi["decimals"] or 0)
    difference = step(kpi["value"], kpi[key], unit, decimals, kpi["rounding"] or "half_up")
    return Fact(label, with_unit(shown_value(kpi, key), unit), difference or "")


def kpi_groups(kpis: Sequence[Kpi], period: Period) -> Component:
    """All groups, each with its heading."""
    return html.Div([_group(title, members, period) for title, members in groups(kpis)], className="kpi-groups")


def _group(title: str, members: Sequence[Kpi], period: Period) -> Component:
    attributes: dict[str, Any] = {"data-size": str(len(members))}
    cards = grid([kpi_card(kpi, period) for kpi in members], f"cards-{len(members)}")
    return html.Section([html.H2(title, className="group-title"), cards], className="kpi-group", **attributes)


def tally(kpis: Sequence[Kpi]) -> Component:
    """How many of the KPIs that ask for a target were met, with sign and word."""
    words = [str(kpi["judgement"]) for kpi in kpis]
    counted = [(word, words.count(word)) for word in _JUDGED]
    return html.Ul(
        [html.Li([chip(word), html.Strong(f"{n}"), html.Span("件")]) for word, n in counted],
        className="tally",
    )
