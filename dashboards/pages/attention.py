"""確認が必要な事項: the short list at the top of 概況 that tells where to look first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.judgement import chip
from dashboards.frames import LOW_COVERAGE_PCT, rows
from dashboards.pages.kpi_cards import Kpi, shown_value, target
from dashboards.sentences.bodies import doubtful
from dashboards.view import View
from dashboards.wording import listed, with_unit
from warehouse.japanese import number

_WATCHED = ("未達", "注意")
_MOST = 8

Item = tuple[str, str, str | None]
"""Judgement word, text, and the anchor of the detail on the same page."""


def attention(view: View, kpis: list[Kpi]) -> Component:
    """未達 first, then 注意, then data that lack samples; or a sentence that there is nothing."""
    items = sorted(_items(view, kpis), key=lambda item: _WATCHED.index(item[0]) if item[0] in _WATCHED else 9)
    body: Component = html.Ul([_entry(*item) for item in items[:_MOST]], className="attention")
    if len(items) > _MOST:
        body = html.Div([body, html.P(f"ほか{len(items) - _MOST}件", className="note")])
    if not items:
        body = html.P("注意または未達の指標・回線はありません。期限を過ぎた一次回答と、取得率の低い団体もありません。")
    return html.Section([html.H2("確認が必要な事項", className="box-title"), body], className="panel glance-box")


def _items(view: View, kpis: list[Kpi]) -> Iterator[Item]:
    yield from (_kpi_item(kpi) for kpi in kpis if kpi["judgement"] in _WATCHED)
    yield from (_line_item(row) for row in _other_lines(view, kpis) if row["judgement"] in _WATCHED)
    late = sorted({str(row["tenant_name"]) for row in rows(view.data.late_answers(view.period))})
    if late:
        total = len(view.data.late_answers(view.period))
        detail = "#tenants" if view.period.kind == "month" else None
        yield ("注意", f"一次回答の期限超過 {total}件（{listed(late, '団体')}）", detail)
    yield from _data_items(view)


def _kpi_item(kpi: Kpi) -> Item:
    shown = with_unit(shown_value(kpi), str(kpi["unit"] or ""))
    return str(kpi["judgement"]), f"{kpi['name']} {shown}（目標 {target(kpi)}）", None


def _other_lines(view: View, kpis: list[Kpi]) -> Iterable[dict[str, Any]]:
    """One row of each line that is judged by a KPI that has no card."""
    told = {(kpi["kpi_id"], kpi["entity"]) for kpi in kpis}
    lines = {str(row["line_id"]): row for row in rows(view.of_month(view.data.lines))}
    return (row for row in lines.values() if (row["kpi_id"], row["line_id"]) not in told)


def _line_item(row: dict[str, Any]) -> Item:
    return str(row["judgement"]), f"{row['name']} {row['kpi_name']} {number(row['judged_pct'], 1)}%", "#lines"


def _data_items(view: View) -> Iterator[Item]:
    low, missing = doubtful(view.of_month(view.data.tenant_months))
    if low:
        names = listed(low, "団体")
        yield ("注意", f"通信量の取得率が{LOW_COVERAGE_PCT:.0f}%未満の団体 {len(low)}団体（{names}）", "#tenants")
    if missing:
        yield ("データなし", f"通信量のデータがない団体 {len(missing)}団体（{listed(missing, '団体')}）", "#tenants")


def _entry(word: str, text: str, anchor: str | None) -> Component:
    return html.Li([chip(word), html.A(text, href=anchor) if anchor else html.Span(text)])
