"""First answers and their hours by month, what stays open and how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards import palette
from dashboards.columns import month_ja
from dashboards.figures import base, counts
from dashboards.figures.axis import months_axis
from dashboards.frames import rows, series
from warehouse.japanese import number

LONG_DAYS = 10
"""From more open days than these on a ticket counts as waiting long (K29)."""
_RATE_PANEL = (0.68, 0.93)
_COUNT_PANEL = (0.0, 0.5)
_TARGET = palette.SERIES[3]


def answers(frame: pd.DataFrame, months: Sequence[str]) -> base.Figure:
    """Below the first answers that were due, in time and late; above the share in time with its target.

    The share is a whole that seldom falls below nine tenths, so it is drawn from where it moves; the counts from zero.
    """
    bars = [_bars(name, frame, months, key, colour) for name, key, colour in (
        ("期限内", "in_time", palette.SERIES[0]), ("期限超過", "late", palette.SERIES[2]))]
    rate = _line("期限内率", frame, months, "in_time_pct", palette.SERIES[1], "%", "truncate") | {"yaxis": "y2"}
    target = _line("目標", frame, months, "target_pct", _TARGET, "%") | {"yaxis": "y2"}
    target |= {"mode": "lines", "line": {"color": _TARGET, "width": 2, "dash": "dash"}}
    unknown = [base.no_data_mark(month_ja(month))
               for month, due in zip(months, series(frame, months, "jst_month", "due"), strict=True) if due is None]
    return {
        "data": [*bars, rate, *([target] if any(item is not None for item in target["y"]) else [])],
        "layout": base.layout(
            barmode="stack",
            margin={"l": 8, "r": 8, "t": 56, "b": 8},
            xaxis=base.month_axis(months),
            yaxis=base.y_axis(domain=list(_COUNT_PANEL), nticks=5, range=counts.room(bars, 1.15)),
            yaxis2=base.y_axis(domain=list(_RATE_PANEL), nticks=4, range=_share_range(frame)),
            annotations=[
                base.panel_title("期限内率（%）", _RATE_PANEL[1] + 0.01),
                base.panel_title("期限が到来した一次回答（件）", _COUNT_PANEL[1] + 0.01),
                *unknown,
            ],
        ),
    }


def _share_range(frame: pd.DataFrame) -> list[float]:
    """From below the lowest share to just above 100; from zero when one falls below half."""
    known = [float(row["in_time_pct"]) for row in rows(frame) if row["in_time_pct"] is not None]
    lowest = min(known, default=100.0)
    return [0.0 if lowest < 50 else max(lowest - 2, 0.0) // 5 * 5, 101.0]


def hours(frame: pd.DataFrame, months: Sequence[str]) -> base.Figure:
    """Median and 90th percentile of the office hours until the first answer; a month without answers is a gap."""
    return {
        "data": [
            _line("90パーセンタイル", frame, months, "p90_hours", palette.SERIES[2], "時間") | {
                "line": {"color": palette.SERIES[2], "width": 2, "dash": "dot"}},
            _line("中央値", frame, months, "median_hours", palette.SERIES[0], "時間"),
        ],
        "layout": base.layout(xaxis=base.month_axis(months), yaxis=base.y_axis()),
    }


def _bars(name: str, frame: pd.DataFrame, months: Sequence[str], key: str, colour: str) -> base.Trace:
    amounts = series(frame, months, "jst_month", key)
    return {
        "type": "bar",
        "name": name,
        "x": [month_ja(month) for month in months],
        "y": amounts,
        "customdata": [f"{number(amount)}件" for amount in amounts],
        "hovertemplate": "%{customdata}",
        "marker": {"color": colour},
    }


def _line(
    name: str, frame: pd.DataFrame, months: Sequence[str], key: str, colour: str, unit: str, rounding: str = "half_up"
) -> base.Trace:
    amounts = series(frame, months, "jst_month", key)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [month_ja(month) for month in months],
        "y": amounts,
        "customdata": [f"{number(amount, 1, rounding)}{unit}" for amount in amounts],
        "hovertemplate": "%{customdata}",
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 7},
        "connectgaps": False,
    }


def open_by_age(frame: pd.DataFrame, months: Sequence[str]) -> base.Figure:
    """Tickets open at the end of each month, in three layers of age that do not overlap."""
    every, over_10, over_30 = (series(frame, months, "jst_month", key)
                               for key in ("open_total", "over_10_days", "over_30_days"))
    layers = (
        ("10開庁日以下", _less(every, over_10)),
        ("10開庁日超30開庁日以下", _less(over_10, over_30)),
        ("30開庁日超", over_30),
    )
    return counts.stacked(layers, months_axis(months))


def _less(whole: Sequence[Any], part: Sequence[Any]) -> list[Any]:
    return [None if amount is None or taken is None else amount - taken
            for amount, taken in zip(whole, part, strict=True)]


def ages(classes: Sequence[dict[str, Any]]) -> base.Figure:
    """Open tickets by class of age: those that wait long in a colour of their own, the count on each bar."""
    names = [str(item["age_class"]) for item in classes]
    amounts = [item["n"] for item in classes]
    bars = {
        "type": "bar",
        "x": names,
        "y": amounts,
        "text": [number(amount) for amount in amounts],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [f"{number(amount)}件" for amount in amounts],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": [palette.SERIES[2] if item["from_days"] > LONG_DAYS else palette.SERIES[0]
                             for item in classes]},
    }
    room = [0, max(4.0, max(amounts, default=0) * 1.15)]
    return {
        "data": [bars],
        "layout": base.layout(
            showlegend=False,
            margin={"l": 8, "r": 8, "t": 16, "b": 8},
            xaxis=base.category_axis(names, names, names),
            yaxis=base.y_axis(range=room),
        ),
    }
