"""接続団体（提示型）: one body's month: traffic, tickets with their answers in time, detections, serious events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, bar_cell, table
from dashboards.figures import counts, traffic
from dashboards.frames import days_between, one_row, rows
from dashboards.pages import tenant_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.pages.events import event_cards
from dashboards.pages.happenings import over_days
from dashboards.pages.tenant_cards import cards
from dashboards.pages.tenant_kpis import availability
from dashboards.pages.tenant_positions import positions
from dashboards.view import View, known

NAME = ask.PAGE_NAME
_FEEDS = ("団体別通信量", "稼働停止台帳", "障害管理台帳", "問合せ管理台帳", "検知・SOC判定結果", "接続団体台帳")


def render(view: View) -> Sequence[Component]:
    """Cards, then traffic, then tickets and detections."""
    figures = [
        guarded("通信量日次", view, lambda: _days(view)),
        guarded("通信量月次推移", view, lambda: _trend(view)),
        guarded("検知件数", view, lambda: _detections(view)),
        guarded("経路別通信量", view, lambda: _routes(view)),
    ]
    return [
        guarded("月の主要値", view, lambda: _month(view)),
        guarded("稼働", view, lambda: availability(view)),
        html.Section([html.H2("通信と検知", className="section-title"), html.Div(figures, className="figures")]),
        guarded("団体の中の位置", view, lambda: positions(view)),
        guarded("問合せ・作業依頼等", view, lambda: _tickets(view)),
        guarded("重大なセキュリティイベント", view, lambda: _events(view)),
        sources(view.snapshot, view.period, _FEEDS),
    ]


def _link(dataset: Dataset, view: View) -> str:
    return csv_link(NAME, dataset, view)


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
        sentences.traffic.daily_traffic(frame, days),
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
        sentences.traffic.percentiles(frame, view.months),
        "白抜きの点と斜線の棒は取得率95%未満の月です。",
        380,
    )
    figure = traffic.tenant_monthly(frame, view.months)
    return figure_block(text, figure, frame, ask.TREND.columns, _link(ask.TREND, view))


def _detections(view: View) -> Component:
    frame = view.own.detections_trend(view.period)
    if not known(frame, "n"):
        return states.no_data("検知件数")
    text = FigureText(
        "tenant-detections",
        "検知件数（危険度別・月次推移・件）",
        sentences.counts.detections(frame, view.months),
        "上段は重大なものだけを別の目盛りで示します。",
        360,
    )
    shown, link = ask.DETECTIONS_OF_TENANT, _link(ask.DETECTIONS_OF_TENANT, view)
    return figure_block(text, counts.detections(frame, view.months), shown.load(view), shown.columns, link)


def _routes(view: View) -> Component:
    frame = ask.ROUTES.load(view)
    if not known(frame, "bytes"):
        return states.no_data("経路別通信量")
    caption = f"経路別の通信量（{view.period.label_ja}・方向別）"
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
            table(frame, ask.ROUTES.columns, TableLook("routes", caption, decorate=_SHARE_BARS)),
            html.P("構成比は方向ごとの通信量に占める割合です。", className="note"),
        ],
        className="panel",
    )


_SHARE_BARS: dict[str, Decorate] = {"route_share_pct": lambda row, text: bar_cell(row["route_share_pct"], 100.0, text)}


def _tickets(view: View) -> Component:
    record, frame = _record(view), ask.TICKETS.load(view)
    title = "問合せ・作業依頼等"
    if not len(frame):
        return _nothing(title, record, "tickets", "この月の受付はありません（0件）。")
    caption = f"{title}（{view.period.label_ja}の受付・{len(frame)}件）"
    return _section(
        title,
        sentences.counts.answers(frame),
        table(frame, ask.TICKETS.columns, TableLook("tickets", caption, sortable=True)),
        csv_button(title, _link(ask.TICKETS, view)),
        "一次回答の期限は、受付日の翌営業日です。見出しのボタンで並べ替えができます。",
    )


def _events(view: View) -> Component:
    record, frame = _record(view), ask.EVENTS.load(view)
    title = "重大なセキュリティイベント"
    if not len(frame):
        return _nothing(
            title,
            record,
            "serious",
            "この月に、重大なセキュリティイベント（危険度2以上）はありません（0件）。",
        )
    return _section(
        title,
        sentences.counts.events(frame),
        event_cards(list(rows(frame))),
        csv_button(title, _link(ask.EVENTS, view)),
        "緊急連絡までの15分は、重大と判断した時刻から数えます。",
    )


def _nothing(title: str, record: dict[str, Any] | None, column: str, zero: str) -> Component:
    """No rows: a real zero when the month's count says so, otherwise unknown."""
    if record is None or record[column] is None:
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


PAGE = Page(NAME, urls.TENANT, "接続団体", "提示型", render, ask.DATASETS, of_tenant=True)
