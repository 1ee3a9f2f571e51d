"""The cards of one body's month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from dashboards.components.card import Card, Fact, card
from dashboards.frames import LOW_COVERAGE_PCT, series, where
from dashboards.pages.overview_data import ANSWERS_IN_TIME, COVERAGE
from dashboards.view import View
from dashboards.wording import change, gb_decimals, step
from warehouse.japanese import NOT_APPLICABLE_SIGN, bytes_gb, mbps, number

Record = dict[str, Any]
_UNKNOWN = "…"


def cards(record: Record, trend: pd.DataFrame, view: View) -> list[Component]:
    """Traffic, rates, tickets, answers, detections, coverage, each with what to compare it with."""
    shown = [
        _traffic(record, "bytes_in", "受信", _history(trend, view, "in", "bytes")),
        _traffic(record, "bytes_out", "送信", _history(trend, view, "out", "bytes")),
        _rate(record, "p95_in_bps", "受信", _history(trend, view, "in", "p95_bps")),
        _rate(record, "p95_out_bps", "送信", _history(trend, view, "out", "p95_bps")),
        _tickets(record),
        answers_card(record),
        _detections(record, view),
        _coverage(record),
    ]
    return [card(item) for item in shown]


def _history(trend: pd.DataFrame, view: View, direction: str, column: str) -> tuple[float | None, float | None]:
    """The value of the previous month and of the same month last year."""
    amounts: Sequence[Any] = series(where(trend, direction=direction), view.months, "jst_month", column)
    return amounts[-2], amounts[0]


def _compared(value: float | None, history: tuple[float | None, float | None]) -> list[Fact]:
    return [
        Fact(name, change(value, base) or _UNKNOWN)
        for name, base in zip(("前月比", "前年同月比"), history, strict=True)
    ]


def _traffic(record: Record, key: str, name: str, history: tuple[float | None, float | None]) -> Card:
    value = record[key]
    return Card(
        f"通信量（{name}）",
        number(bytes_gb(value), gb_decimals(value)),
        "GB",
        None,
        _compared(value, history),
    )


def _rate(record: Record, key: str, name: str, history: tuple[float | None, float | None]) -> Card:
    value = record[key]
    return Card(f"95パーセンタイル（{name}）", number(mbps(value), 1), "Mbps", None, _compared(value, history))


def _tickets(record: Record) -> Card:
    facts = [Fact("未完了（月末）", f"{number(record['open_tickets'])}件")]
    return Card("問合せ等の受付", number(record["tickets"]), "件", None, facts)


def answers_card(record: Record) -> Card:
    """First answers in time, cut as the prefecture's own KPI is."""
    due, in_time = record["answers_due"], record["answers_in_time"]
    facts = [Fact("期限内", f"{number(in_time)}件"), Fact("期限到来", f"{number(due)}件")]
    if due is None or in_time is None:
        return Card("一次回答期限内率", _UNKNOWN, "%", "データなし", facts)
    if due == 0:
        return Card("一次回答期限内率", NOT_APPLICABLE_SIGN, "", "対象なし", facts)
    return Card("一次回答期限内率", ANSWERS_IN_TIME.show(record["in_time_pct"]), "%", None, facts)


def _detections(record: Record, view: View) -> Card:
    serious = record["serious"]
    before = _previous_detections(view)
    facts = [
        Fact("うち重大", f"{number(serious)}件"),
        Fact("前月", step(record["detections"], before, "件", 0) or _UNKNOWN),
    ]
    return Card("検知", number(record["detections"]), "件", None, facts)


def _previous_detections(view: View) -> float | None:
    frame = view.own.detections_trend(view.period)
    rows = frame[frame["jst_month"] == view.period.previous().first_month]
    return float(rows["n"].sum()) if len(rows) else None


def _coverage(record: Record) -> Card:
    pct = record["coverage_pct"]
    facts = [Fact("取得", f"{number(record['received'])}点"), Fact("期待", f"{number(record['expected'])}点")]
    word = "データなし" if pct is None else "注意" if pct < LOW_COVERAGE_PCT else None
    return Card("取得率", COVERAGE.show(pct), "%", word, facts)
