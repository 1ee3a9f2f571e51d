"""問合せ・申請: first answers in time, how long they took, and those that were late."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences
from dashboards.components import states
from dashboards.components.figure import FigureText, csv_button
from dashboards.figures import tickets as figures
from dashboards.frames import rows, where
from dashboards.pages import tickets_data as ask
from dashboards.pages.tickets_common import link, listed, or_word, over_time
from dashboards.view import View, known


def answers(view: View) -> Component:
    frame = ask.ANSWERS.load(view)
    if not known(frame, "due"):
        return states.no_data("一次回答", heading=2)
    blocks = [block for entity in dict.fromkeys(frame["entity"]) for block in _answer_figures(view, frame, entity)]
    return html.Section([html.H2("一次回答", className="section-title"), html.Div(blocks, className="figures"),
                         late(view)], className="table-section")


def _answer_figures(view: View, frame: pd.DataFrame, entity: str) -> list[Component]:
    """Share in time and hours of the whole, or of one body."""
    own, months = where(frame, entity=entity), ask.trend_month(view).trailing_months(len(view.months))
    kpis = {kpi["kpi_id"]: kpi for kpi in rows(where(ask.kpis(view), entity=entity))}
    of = _of(view, kpis)
    told = sentences.tickets.answers(kpis.get("K27"), own, view.period.label_ja)
    share = FigureText(f"answers{entity}", f"一次回答の期限内率（%）と件数（{of}受付月別・月次推移）", told,
                       "期限の到来した一次回答だけを数え、期限前で未回答のものを含みません。", 400)
    told = sentences.tickets.hours(kpis.get("K28"), kpis.get("K28.p90"), own, view.period.label_ja)
    hours = FigureText(f"hours{entity}", f"受付から一次回答までの業務時間（{of}受付月別・月次推移・時間）", told,
                       "90パーセンタイルは、短い順に並べて90%の順位に当たる値です。", 400)
    drawn = ((share, figures.answers(own, months)), (hours, figures.hours(own, months)))
    return [over_time(text, figure, own, ask.ANSWERS, view, months) for text, figure in drawn]


def _of(view: View, kpis: dict[str, dict[str, Any]]) -> str:
    """全団体計・ for the prefecture, a body's name where the page shows several."""
    if view.scope.platform:
        return "全団体計・"
    name = next((kpi["entity_name"] for kpi in kpis.values()), None)
    return f"{name}・" if name else ""


def late(view: View) -> Component:
    """The tickets of the period whose first answer missed its due time, one by one."""
    frame, title = ask.LATE.load(view), "期限を過ぎた一次回答"
    if not view.data.told_months("ticket", view.period):
        return states.no_data(title)
    if not len(frame):
        return html.P(f"{view.period.label_ja}に受け付けたもので、一次回答が期限を過ぎたものはありません（0件）。",
                      className="reading")
    head = [html.H3(title, className="figure-title"), csv_button(title, link(ask.LATE, view))]
    shown = listed(frame, ask.LATE, title, view, {"first_response_at": or_word("first_response_at", "未回答")})
    return html.Div([html.Div(head, className="section-head"),
                     html.P(sentences.tickets.late(frame), className="reading"), shown], className="sub-section")
