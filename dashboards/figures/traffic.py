"""Traffic: thirteen months, the days of a month, and one tenant's months with its 95th percentile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from dashboards import palette
from dashboards.columns import day_ja, month_ja
from dashboards.figures import base
from dashboards.frames import LOW_COVERAGE_PCT, day, series, where
from dashboards.wording import coverage_text
from warehouse.japanese import bytes_gb, mbps, number

DIRECTIONS = (("in", "受信"), ("out", "送信"))
_STYLES = {"in": (palette.SERIES[0], "solid", "circle"), "out": (palette.SERIES[1], "dash", "square")}
_UPPER_PANEL = (0.68, 0.93)
_LOWER_PANEL = (0.0, 0.56)


def monthly(frame: pd.DataFrame, months: Sequence[str]) -> base.Figure:
    """Bytes in and out per month as lines; a month of low coverage has an open marker, a missing one a gap."""
    traces = [_month_line(where(frame, direction=key), months, key, name) for key, name in DIRECTIONS]
    return {
        "data": traces,
        "layout": base.layout(
            xaxis=base.month_axis(months),
            yaxis=base.y_axis(),
            annotations=_missing_marks(traces),
        ),
    }


def _month_line(frame: pd.DataFrame, months: Sequence[str], key: str, name: str) -> base.Trace:
    amounts = [bytes_gb(value) for value in series(frame, months, "jst_month", "bytes")]
    coverage = series(frame, months, "jst_month", "coverage_pct")
    colour, dash, symbol = _STYLES[key]
    return _line(months, amounts, coverage, name, colour, dash, symbol, "GB", 0)


def _line(
    months: Sequence[str],
    amounts: Sequence[float | None],
    coverage: Sequence[float | None],
    name: str,
    colour: str,
    dash: str,
    symbol: str,
    unit: str,
    decimals: int,
) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [month_ja(month) for month in months],
        "y": list(amounts),
        "customdata": [
            f"{number(amount, decimals)} {unit}（取得率{coverage_text(pct)}）"
            for amount, pct in zip(amounts, coverage, strict=True)
        ],
        "hovertemplate": "%{customdata}",
        "connectgaps": False,
        "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {
            "color": ["#FFFFFF" if _is_low(pct) else colour for pct in coverage],
            "line": {"color": colour, "width": 2},
            "size": 8,
            "symbol": symbol,
        },
    }


def _is_low(coverage_pct: float | None) -> bool:
    return coverage_pct is not None and coverage_pct < LOW_COVERAGE_PCT


def _missing_marks(traces: Sequence[base.Trace]) -> list[dict[str, Any]]:
    places = traces[0]["x"]
    return [
        base.no_data_mark(place)
        for position, place in enumerate(places)
        if all(trace["y"][position] is None for trace in traces)
    ]


def daily(frame: pd.DataFrame, days: Sequence[date]) -> base.Figure:
    """Bytes in and out per day, stacked; closed days have a grey band, days of low coverage are hatched."""
    traces = [_day_bars(where(frame, direction=key), days, key, name) for key, name in DIRECTIONS]
    closed = closed_days(frame, days)
    return {
        "data": [*traces, base.legend_swatch("閉庁日", palette.CLOSED_DAY)],
        "layout": base.layout(
            barmode="stack",
            bargap=0.2,
            xaxis=base.day_axis(days),
            yaxis=base.y_axis(),
            shapes=[base.band(place, palette.CLOSED_DAY) for place, day in enumerate(days) if day in closed],
            annotations=_missing_marks(traces),
        ),
    }


def closed_days(frame: pd.DataFrame, days: Sequence[date]) -> set[date]:
    """The days that the calendar calls closed (閉庁日)."""
    is_open = dict(zip(series_days(frame), frame["is_open_day"].tolist(), strict=True))
    return {day for day in days if not is_open.get(day, True)}


def series_days(frame: pd.DataFrame) -> list[date]:
    """The frame's days as plain dates."""
    return [day(item) for item in frame["jst_date"].tolist()]


def _day_bars(frame: pd.DataFrame, days: Sequence[date], key: str, name: str) -> base.Trace:
    amounts = [bytes_gb(value) for value in series(frame, days, "jst_date", "bytes")]
    coverage = series(frame, days, "jst_date", "coverage_pct")
    return _bars([day_ja(day) for day in days], amounts, coverage, name, _STYLES[key][0]) | {
        "customdata": [
            f"{number(amount, 1)} GB（取得率{coverage_text(pct)}）"
            for amount, pct in zip(amounts, coverage, strict=True)
        ]
    }


def _bars(
    places: Sequence[str],
    amounts: Sequence[float | None],
    coverage: Sequence[float | None],
    name: str,
    colour: str,
) -> base.Trace:
    return {
        "type": "bar",
        "name": name,
        "x": list(places),
        "y": list(amounts),
        "hovertemplate": "%{customdata}",
        "marker": {
            "color": colour,
            "pattern": {
                "shape": ["/" if _is_low(pct) else "" for pct in coverage],
                "bgcolor": "#FFFFFF",
                "size": 5,
            },
        },
    }


def tenant_monthly(frame: pd.DataFrame, months: Sequence[str]) -> base.Figure:
    """One tenant: bytes per month as stacked bars below, the 95th percentile of both directions as lines above."""
    bars, lines = [], []
    for key, name in DIRECTIONS:
        rows = where(frame, direction=key)
        bars.append(_month_bars(rows, months, key, name))
        lines.append(_percentile_line(rows, months, key, name))
    return {
        "data": [*bars, *lines],
        "layout": base.layout(
            barmode="stack",
            xaxis=base.month_axis(months),
            yaxis=base.y_axis(domain=list(_LOWER_PANEL), nticks=5),
            yaxis2=base.y_axis(domain=list(_UPPER_PANEL), nticks=4),
            annotations=[
                base.panel_title("95パーセンタイル（Mbps）", _UPPER_PANEL[1] + 0.01),
                base.panel_title("通信量（GB）", _LOWER_PANEL[1] + 0.01),
                *_missing_marks(bars),
            ],
        ),
    }


def _month_bars(frame: pd.DataFrame, months: Sequence[str], key: str, name: str) -> base.Trace:
    amounts = [bytes_gb(value) for value in series(frame, months, "jst_month", "bytes")]
    coverage = series(frame, months, "jst_month", "coverage_pct")
    return _bars([month_ja(month) for month in months], amounts, coverage, name, _STYLES[key][0]) | {
        "customdata": [
            f"{number(amount, 1)} GB（取得率{coverage_text(pct)}）"
            for amount, pct in zip(amounts, coverage, strict=True)
        ]
    }


def _percentile_line(frame: pd.DataFrame, months: Sequence[str], key: str, name: str) -> base.Trace:
    rates = [mbps(value) for value in series(frame, months, "jst_month", "p95_bps")]
    coverage = series(frame, months, "jst_month", "coverage_pct")
    colour, dash, symbol = _STYLES[key]
    return _line(months, rates, coverage, f"{name}（95パーセンタイル）", colour, dash, symbol, "Mbps", 1) | {
        "yaxis": "y2",
        "showlegend": False,
    }
