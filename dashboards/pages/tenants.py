"""接続団体一覧（提示型）: the bodies side by side, a column for each KPI; a body's name leads to its page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.figure import csv_button
from dashboards.components.judgement import sign
from dashboards.components.link import page_link
from dashboards.components.markup import node
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, bar_cell, table
from dashboards.frames import rows
from dashboards.pages import kpi_cards
from dashboards.pages import tenants_data as ask
from dashboards.pages import tenants_measure as measure
from dashboards.pages.base import EntityChoice, Page, csv_link, guarded
from dashboards.view import View, known
from warehouse.japanese import NOT_APPLICABLE_SIGN

NAME = "tenants"
_FEEDS = ("団体別通信量", "稼働停止台帳", "問合せ管理台帳", "設定変更管理台帳", "検知・SOC判定結果", "接続団体台帳")
_NOTES = (
    "色の濃さは、値の大きい順に団体を5等分した位置です（濃いほど大きい）。大きいことが良い・悪いという意味ではありません。",
    "稼働率は影響団体の記された停止だけを数えます。「－」は対象がないこと（期限の到来した一次回答がない等）、「…」は不明を表します。",
    "団体名は団体の画面を、値は根拠を開きます。",
)


def render(view: View) -> Sequence[Component]:
    """All measures as a table tinted by place; one of them on the map and ranked."""
    everyone = ask.all_bodies(view)
    return [
        guarded("接続団体別の指標", view, partial(_bodies, view, everyone)),
        guarded("地図と順位", view, partial(_measure, view, everyone)),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def render_days(view: View) -> Sequence[Component]:
    """The bodies over any run of days, measured but not judged."""
    feeds = ("団体別通信量", "問合せ管理台帳", "検知・SOC判定結果", "接続団体台帳")
    return [guarded("接続団体別の値", view, partial(_range, view)), sources(view.snapshot, view.period, feeds)]


def _range(view: View) -> Component:
    frame, title = ask.RANGE.load(view), "接続団体別の値"
    if not len(frame):
        return states.no_data(title, "この範囲に接続していた団体はありません。", heading=2)
    highest = float(frame["share_pct"].max()) if known(frame, "share_pct") else 0.0
    look = TableLook(
        f"{title}（{view.period.label_ja}・{len(frame)}団体）", sortable=True, dense=True,
        decorate={"name": partial(_name, view),
                  "share_pct": lambda row, text: bar_cell(row["share_pct"], highest, text)},
    )
    return html.Section(
        [
            html.Div([html.H2(title, className="section-title"), csv_button(title, csv_link(NAME, ask.RANGE, view))],
                     className="section-head"),
            html.P(sentences.bodies.tenants(frame), className="reading"),
            table(frame, ask.RANGE.columns, look),
            html.P("見出しのボタンで並べ替えができます。最大は、一つの経路の5分値の最大です。", className="note"),
        ],
        className="table-section",
    )


def _bodies(view: View, everyone: pd.DataFrame) -> Component:
    frame = ask.picked(everyone, view)
    if not len(frame):
        return states.no_data("接続団体", "この期間に、この範囲に当たる接続団体はありません。", heading=2)
    look = TableLook(
        f"接続団体別の指標（{view.period.label_ja}・{len(frame)}団体）",
        sortable=True,
        dense=True,
        decorate={"name": partial(_name, view), **{shown.kpi_id: _figure(view, shown) for shown in ask.MEASURES}},
        tints={shown.kpi_id: _tint(everyone, frame, shown.kpi_id) for shown in ask.MEASURES if shown.tinted},
    )
    head = [html.H2("接続団体別の指標", className="section-title"),
            csv_button("接続団体別の指標", csv_link(NAME, ask.BODIES, view))]
    return html.Section(
        [
            html.Div(head, className="section-head"),
            html.P(sentences.bodies.bodies(list(rows(frame))), className="reading"),
            table(frame, ask.BODIES.columns, look),
            html.P("見出しのボタンで並べ替えができます。", className="note"),
        ],
        className="table-section",
    )


def _measure(view: View, frame: pd.DataFrame) -> Component:
    shown = measure.chosen(view)
    if not len(frame) or not known(frame, shown.kpi_id):
        parts = [states.no_data("地図と順位", "この指標の値のある団体はありません。")]
    else:
        parts = [html.Div(measure.map_and_ranking(view, NAME, frame), className="figures")]
    return html.Section([html.H2("地図と順位", className="section-title"), measure.choice(view, shown), *parts],
                        id="measure")


def _tint(everyone: pd.DataFrame, frame: pd.DataFrame, key: str) -> list[str]:
    """The place among all bodies, whichever are shown."""
    places = dict(zip(everyone["tenant_code"], ask.place_of(everyone, key), strict=True))
    return [f"place-{place}" if (place := places[code]) else "" for code in frame["tenant_code"]]


def _name(view: View, row: dict[str, Any], text: str) -> Component:
    return page_link(text, ask.tenant_href(view, str(row["tenant_code"])))


def _figure(view: View, shown: ask.Shown) -> Decorate:
    def cell(row: dict[str, Any], text: str) -> Any:
        judgement = row[f"{shown.kpi_id}@judgement"]
        if row[shown.kpi_id] is None:
            return NOT_APPLICABLE_SIGN if judgement == "対象なし" else text
        figure = {"kpi_id": shown.kpi_id, "grain": "tenant", "entity": row["tenant_code"]}
        link = page_link(text, kpi_cards.proof_href(figure, view.period), "quiet-link")
        judged = judgement in ("達成", "注意", "未達")
        return [node("Span", sign(judgement), className="beside"), link] if judged else link

    return cell


PAGE = Page(NAME, urls.TENANTS, "接続団体一覧", "提示型", render, ask.DATASETS, render_days=render_days,
            needs_platform=True, chooses=EntityChoice(urls.BODIES, "団体の範囲", ask.MISSED, ask.choices))
