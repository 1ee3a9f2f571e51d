"""接続団体（提示型）: one body's period: traffic, availability, place among others, tickets, detections, events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, bar_cell, table
from dashboards.figures import counts, traffic
from dashboards.figures.axis import months_axis
from dashboards.frames import days_between, one_row, rows
from dashboards.pages import tenant_data as ask
from dashboards.pages import traffic_days
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.pages.events import event_cards
from dashboards.pages.happenings import over_days, over_months
from dashboards.pages.tenant_cards import cards
from dashboards.pages.tenant_kpis import availability, found, main_figures
from dashboards.pages.tenant_positions import positions
from dashboards.view import View, known
from dashboards.wording import COMPARED_WITH
from warehouse.period import DayRange

NAME = ask.PAGE_NAME
_MANY = 40
"""A table of more tickets than a busy month's has a scroll bar of its own."""
_FEEDS = ("団体別通信量", "稼働停止台帳", "障害管理台帳", "問合せ管理台帳", "検知・SOC判定結果", "接続団体台帳")


def render(view: View) -> Sequence[Component]:
    """Cards, then traffic, then tickets and detections."""
    figures = [
        *([guarded("通信量日次", view, lambda: _days(view))] if _is_month(view) else []),
        guarded("通信量月次推移", view, lambda: _trend(view)),
        guarded("検知件数", view, lambda: _detections(view)),
        guarded("経路別通信量", view, lambda: _routes(view)),
    ]
    return [
        guarded("主要値", view, lambda: _month(view) if _is_month(view) else main_figures(view)),
        guarded("稼働", view, lambda: availability(view)),
        html.Section([html.H2("通信と検知", className="section-title"), html.Div(figures, className="figures")]),
        guarded("団体の中の位置", view, lambda: positions(view)),
        guarded("問合せ・作業依頼等", view, lambda: _tickets(view)),
        guarded("重大なセキュリティイベント", view, lambda: _events(view)),
        sources(view.snapshot, view.period, _FEEDS),
    ]


def render_days(view: View) -> Sequence[Component]:
    """Traffic, tickets and events of any run of days, measured but not judged."""
    figures = [guarded("通信量日次", view, lambda: _days(view)), guarded("経路別通信量", view, lambda: _routes(view))]
    return [
        html.Section([html.H2("通信", className="section-title"), html.Div(figures, className="figures")]),
        guarded("問合せ・作業依頼等", view, lambda: _tickets(view)),
        guarded("重大なセキュリティイベント", view, lambda: _events(view)),
        sources(view.snapshot, view.period, ("団体別通信量", "問合せ管理台帳", "検知・SOC判定結果", "接続団体台帳")),
    ]


def _link(dataset: Dataset, view: View) -> str:
    return csv_link(NAME, dataset, view)


def _is_month(view: View) -> bool:
    return view.period.kind == "month"


def _record(view: View) -> dict[str, Any] | None:
    return one_row(view.own.tenant_months(view.period))


def _month(view: View) -> Component:
    record = _record(view)
    if record is None:
        return states.no_data("月の主要値", "この団体は、この期間には接続していません。")
    head = html.Div(
        [
            html.H2("この月の主要値", className="section-title"),
            csv_button("この月の主要値", _link(ask.MONTH_FIGURES, view)),
        ],
        className="section-head",
    )
    trend = ask.TREND.load(view)
    return html.Section([head, html.Div(cards(record, trend, view), className="cards cards-4")], className="summary")


def _days(view: View) -> Component:
    frame, days = ask.DAYS.load(view), days_between(view.period.start, view.period.end)
    if not known(frame, "bytes"):
        return states.no_data("通信量の日次推移")
    text = FigureText(
        "tenant-days",
        f"通信量（{view.period.label_ja}の日次・GB）",
        traffic_days.told(view, ask.DAYS),
        "灰色の帯は閉庁日、斜線の棒は取得率95%未満の日です。",
        380,
    )
    figure, events = over_days(traffic.daily(frame, days), view.narrowed(), days)
    return figure_block(text.noting(events), figure, frame, ask.DAYS.columns, _link(ask.DAYS, view))


def _trend(view: View) -> Component:
    frame = ask.TREND.load(view)
    if not known(frame, "bytes"):
        return states.no_data("通信量の月次推移")
    text = FigureText(
        "tenant-trend",
        "通信量（GB）と95パーセンタイル（Mbps）（月次推移）",
        _trend_told(view, frame),
        "白抜きの点と斜線の棒は取得率95%未満の月です。",
        380,
    )
    months = view.of_trend().months
    figure, events = over_months(traffic.tenant_monthly(frame, months), view.narrowed(), months)
    return figure_block(text.noting(events), figure, frame, ask.TREND.columns, _link(ask.TREND, view))


def _trend_told(view: View, frame: pd.DataFrame) -> str:
    """A month against the months before it, a longer period against those of its kind."""
    if _is_month(view):
        return sentences.traffic.percentiles(frame, view.months)
    return sentences.tenant.period(view.period.label_ja, found(view), COMPARED_WITH[view.period.kind])


def _detections(view: View) -> Component:
    shown = view.of_trend()
    frame = view.own.detections_trend(shown.period)
    if not known(frame, "n"):
        return states.no_data("検知件数")
    text = FigureText(
        "tenant-detections",
        "検知件数（危険度別・月次推移・件）",
        _detections_told(view, frame),
        "上段は重大なものだけを別の目盛りで示します。",
        360,
    )
    dataset = ask.DETECTIONS_OF_TENANT
    marked, events = over_months(counts.detections(frame, months_axis(shown.months)), view.narrowed(), shown.months)
    return figure_block(text.noting(events), marked, dataset.load(view), dataset.columns, _link(dataset, view))


def _detections_told(view: View, frame: pd.DataFrame) -> str:
    if _is_month(view):
        return sentences.counts.detections(frame, view.months)
    own, names = found(view), COMPARED_WITH[view.period.kind]
    return sentences.tenant.detections(view.period.label_ja, own, names)


def _routes(view: View) -> Component:
    frame = ask.ROUTES.load(view)
    if not known(frame, "bytes"):
        return states.no_data("経路別通信量")
    caption = f"経路別の通信量（{view.period.label_ja}・方向別）"
    columns = tuple(column for column in ask.ROUTES.columns if known(frame, column.key))
    return html.Section(
        [
            html.Div(
                [
                    html.H3("経路別の通信量", className="figure-title"),
                    csv_button(caption, _link(ask.ROUTES, view)),
                ],
                className="section-head",
            ),
            html.P(sentences.traffic.routes(frame), className="reading"),
            table(frame, columns, TableLook(caption, decorate=_SHARE_BARS)),
            html.P(_ROUTES_NOTE if _is_month(view) else _ROUTES_NOTE + _NO_PERCENTILE, className="note"),
        ],
        className="panel",
    )


_ROUTES_NOTE = "構成比は方向ごとの通信量に占める割合です。"
_NO_PERCENTILE = "経路別の95パーセンタイルは月ごとにだけ求めます。"
_SHARE_BARS: dict[str, Decorate] = {"route_share_pct": lambda row, text: bar_cell(row["route_share_pct"], 100.0, text)}


def _tickets(view: View) -> Component:
    frame = ask.TICKETS.load(view)
    title = "問合せ・作業依頼等"
    if not len(frame):
        return _nothing(title, _counted(view, "tickets", "K26", "ticket"), "この期間の受付はありません（0件）。")
    caption = f"{title}（{view.period.label_ja}の受付・{len(frame)}件）"
    return _section(
        title,
        sentences.counts.answers(frame),
        table(frame, ask.TICKETS.columns, TableLook(caption, sortable=True, tall=len(frame) > _MANY)),
        csv_button(title, _link(ask.TICKETS, view)),
        "一次回答の期限は、受付日の翌営業日です。見出しのボタンで並べ替えができます。",
    )


def _events(view: View) -> Component:
    frame = ask.EVENTS.load(view)
    title = "重大なセキュリティイベント"
    if not len(frame):
        return _nothing(
            title,
            _counted(view, "serious", "K34", "judgement"),
            "この期間に、重大なセキュリティイベント（危険度2以上）はありません（0件）。",
        )
    return _section(
        title,
        sentences.counts.events(frame),
        event_cards(list(rows(frame))),
        csv_button(title, _link(ask.EVENTS, view)),
        "緊急連絡までの15分は、重大と判断した時刻から数えます。",
    )


def _counted(view: View, column: str, kpi_id: str, table_name: str) -> float | None:
    """How many the month's or the period's own count knows of; ``None`` when that is unknown.

    A range of days has no count: without a row it is 0 where its months are all told of.
    """
    if isinstance(view.period, DayRange):
        return 0 if len(view.own.told_months(table_name, view.period)) == view.period.length else None
    if _is_month(view):
        return (_record(view) or {}).get(column)
    return found(view).get(kpi_id, {}).get("value")


def _nothing(title: str, counted: float | None, zero: str) -> Component:
    """No rows: a real zero when the count is known, otherwise unknown."""
    if counted is None:
        return states.no_data(title)
    return html.Section([html.H2(title, className="section-title"), html.P(zero, className="panel zero")])


def _section(title: str, sentence: str, content: Component, csv: Component, note: str) -> Component:
    return html.Section(
        [
            html.Div([html.H2(title, className="section-title"), csv], className="section-head"),
            html.P(sentence, className="reading"),
            content,
            html.P(note, className="note"),
        ],
        className="table-section",
    )


PAGE = Page(NAME, urls.TENANT, "接続団体", "提示型", render, ask.DATASETS, render_days=render_days, of_tenant=True)
