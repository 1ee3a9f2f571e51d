"""The KPI figures of one body as cards: each with target, judgement, comparisons and the way to its proof."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards import sentences
from dashboards.components import card, states
from dashboards.components.figure import csv_button
from dashboards.frames import rows
from dashboards.pages import tenant_data as ask
from dashboards.pages.base import csv_link
from dashboards.pages.kpi_cards import Kpi, kpi_card
from dashboards.view import View
from dashboards.wording import COMPARED_WITH

_MAIN = ("K15", "K15.p95", "K17", "K26", "K27", "K29", "K33", "K34", "K35")
_AVAILABILITY = ("K01", "K02", "K02.count", "K06", "K07")
_NOTE = (
    "稼働率と計画外停止は影響団体の記された停止だけを、平均復旧時間と障害件数は影響団体の記された障害だけを数えます。"
    "「－」は対象がないこと（障害がない期間の復旧時間など）を表します。"
)


def found(view: View) -> dict[str, Kpi]:
    """Every measure of the body in the view's period, by its id."""
    return {str(kpi["kpi_id"]): kpi for kpi in rows(ask.KPIS.load(view))}


def main_figures(view: View) -> Component:
    """Traffic, tickets and detections of a period longer than a month."""
    own = found(view)
    told = sentences.tenant.period(view.period.label_ja, own, COMPARED_WITH[view.period.kind])
    return kpi_section(view, "この期間の主要値", told, [own[key] for key in _MAIN if key in own])


def availability(view: View) -> Component:
    """稼働: how much of the time the body was served, and what broke."""
    own = found(view)
    kpis = [own[key] for key in _AVAILABILITY if key in own]
    return kpi_section(view, "稼働", sentences.tenant.availability(own), kpis, _NOTE)


def kpi_section(view: View, title: str, told: str, kpis: Sequence[Kpi], note: str = "") -> Component:
    """Cards under a heading, with the file of all the body's measures."""
    if not any(kpi["value"] is not None for kpi in kpis):
        return states.no_data(title, heading=2)
    head = [html.H2(title, className="section-title"), csv_button(title, csv_link(ask.PAGE_NAME, ask.KPIS, view))]
    return html.Section(
        [
            html.Div(head, className="section-head"),
            html.P(told, className="reading"),
            card.grid([kpi_card(kpi, view.period) for kpi in kpis]),
            *([html.P(note, className="note")] if note else []),
        ],
        className="summary",
    )
