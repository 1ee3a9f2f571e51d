"""問合せ・申請: what was received, what stays open and how old it is, what was taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences
from dashboards.columns import Column
from dashboards.components import states
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.table import Decorate, TableLook, table
from dashboards.figures import counts
from dashboards.figures import tickets as figures
from dashboards.figures.axis import months_axis
from dashboards.frames import rows
from dashboards.pages import tickets_data as ask
from dashboards.pages import tickets_sums as sums
from dashboards.pages.base import guarded
from dashboards.pages.tickets_common import link, listed, nothing, only_kpi, or_word, over_time, proof_link, section
from dashboards.view import View, known
from warehouse.japanese import era_date


def received(view: View) -> Component:
    parts = [guarded("区分と受付経路", view, partial(matrix, view)),
             guarded("受付の推移", view, partial(_trend, view))]
    return html.Section([html.H2("受付", className="section-title"), html.Div(parts, className="figures")])


def matrix(view: View) -> Component:
    """What was received, by kind and channel."""
    frame, title = ask.RECEIVED.load(view), "区分と受付経路別の受付件数"
    if not len(frame):
        return states.no_data(title)
    shown, columns = sums.matrix(frame)
    look = TableLook(f"{title}（{view.period.label_ja}・件）", decorate=_proofs(view, columns))
    compared_with = ask.received_before(view) if view.period.kind == "days" else only_kpi(view, "K26")
    told = sentences.tickets.received(compared_with, frame, view.period.label_ja, view.period.kind)
    head = [html.H3(title, className="figure-title"), csv_button(title, link(ask.RECEIVED, view))]
    return html.Section([html.Div(head, className="section-head"), html.P(told, className="reading"),
                         table(shown, columns, look)], className="panel")


def _proofs(view: View, columns: Sequence[Column]) -> dict[str, Decorate]:
    """The sums are figures of K26 and lead to their proof; those of bodies by kind are no figures."""
    if not view.scope.platform or view.period.kind == "days":
        return {}

    def of_kind(row: dict[str, Any], text: str) -> Any:
        kind = row["ticket_kind"]
        return proof_link(view, "K26", "ticket_kind" if kind else "all", kind, text)

    def of_channel(channel: str, row: dict[str, Any], text: str) -> Any:
        return text if row["ticket_kind"] else proof_link(view, "K26", "channel", channel, text)

    channels = [column.key for column in columns if column.key.startswith("n_")]
    return {"total": of_kind} | {key: partial(of_channel, key.removeprefix("n_")) for key in channels}


def _trend(view: View) -> Component:
    frame, month = ask.TREND.load(view), ask.trend_month(view)
    if not known(frame, "n"):
        return states.no_data("受付件数の推移")
    months = month.trailing_months(len(view.months))
    text = FigureText("received-trend", "受付件数（区分別・月次推移・件）", sentences.counts.tickets(frame, months),
                      "棒の上の数値は月の合計です。", 360)
    return over_time(text, counts.tickets(frame, months_axis(months)), frame, ask.TREND, view, months)


def still_open(view: View) -> Component:
    trend, title = ask.OPEN_TREND.load(view), "未完了の問合せ・依頼"
    until = ask.told_until(view, "ticket")
    if until is None:
        return states.no_data(title, heading=2)
    frame = ask.OPEN.load(view)
    blocks = [_open_trend(view, trend), _open_ages(view, frame, until)]
    head = [html.H2(title, className="section-title"), csv_button(title, link(ask.OPEN, view))]
    whole = [listed(frame, ask.OPEN, title, view, _NOT_YET)] if len(frame) else []
    return html.Section([html.Div(head, className="section-head"), html.Div(blocks, className="figures"), *whole],
                        className="table-section")


_NOT_YET = {
    "first_response_at": or_word("first_response_at", "未回答"),
    "completed_at": or_word("completed_at", "未完了"),
}


def _open_trend(view: View, frame: pd.DataFrame) -> Component:
    months = ask.trend_month(view).trailing_months(len(view.months))
    text = FigureText("open-trend", "未完了件数（月末・経過日数別・月次推移・件）",
                      sentences.tickets.still_open(frame, months), "棒の上の数値は月末の未完了の合計です。", 340)
    return over_time(text, figures.open_by_age(frame, months), frame, ask.OPEN_TREND, view, months)


def _open_ages(view: View, frame: pd.DataFrame, until: date) -> Component:
    classes = sums.ages(frame)
    text = FigureText("open-ages", f"未完了件数（{era_date(until)}現在・受付からの開庁日数別・件）",
                      sentences.tickets.ages(frame),
                      f"橙色は、受付から{figures.LONG_DAYS}開庁日を超えるものです。", 340)
    columns, file = ask.OPEN_AGES.columns, link(ask.OPEN_AGES, view)
    return figure_block(text, figures.ages(list(rows(classes))), classes, columns, file)


def reopened(view: View) -> Component:
    frame, title = ask.REOPENED.load(view), "再び開いた問合せ・依頼"
    every = view.data.tickets_by_channel(view.period)
    if not len(every):
        return states.no_data(title, heading=2)
    if not len(frame):
        told = f"{view.period.label_ja}に受け付けたもので、完了の後に再び開いたものはありません（0件）。"
        return nothing(title, told)
    told = sentences.tickets.reopened(frame, int(every["n"].sum()))
    shown = listed(frame, ask.REOPENED, title, view, {"completed_at": or_word("completed_at", "未完了")})
    return section(title, told, [shown], ask.REOPENED, view)
