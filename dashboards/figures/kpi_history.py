"""One KPI figure over the periods of a kind, with its target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import palette
from dashboards.figures import base
from dashboards.wording import with_unit
from warehouse.japanese import number

_TARGET = palette.SERIES[2]


def figure(history: Sequence[dict[str, Any]], kpi: dict[str, Any]) -> base.Figure:
    """Values as a line; an open marker for a period that is not over or not whole, a gap where there is no value.

    ``history`` has a row per period: period_name, value, target, is_complete.  A share of a whole (％) that never falls
    below half of it is drawn from where it moves, anything else from zero.
    """
    names = [str(row["period_name"]) for row in history]
    marker = {
        "color": [palette.SERIES[0] if row["is_complete"] else "#FFFFFF" for row in history],
        "line": {"color": palette.SERIES[0], "width": 2},
        "size": 8,
    }
    traces = [_line("値", "value", history, kpi) | {
        "mode": "lines+markers", "line": {"color": palette.SERIES[0], "width": 2}, "marker": marker}]
    if any(row["target"] is not None for row in history):
        traces.append(_line("目標", "target", history, kpi) | {
            "mode": "lines", "line": {"color": _TARGET, "width": 2, "dash": "dash"}})
    return {"data": traces, "layout": base.layout(xaxis=_axis(names), yaxis=base.y_axis(**_range(history, kpi)))}


def _line(name: str, key: str, history: Sequence[dict[str, Any]], kpi: dict[str, Any]) -> base.Trace:
    return {
        "type": "scatter",
        "name": name,
        "x": [str(row["period_name"]) for row in history],
        "y": [row[key] for row in history],
        "customdata": [_told(row[key], kpi) for row in history],
        "hovertemplate": "%{customdata}",
        "connectgaps": False,
    }


def _told(value: float | None, kpi: dict[str, Any]) -> str:
    text = number(value, int(kpi["decimals"] or 0), kpi["rounding"] or "half_up")
    return text if value is None else with_unit(text, str(kpi["unit"] or ""))


def _axis(names: Sequence[str]) -> dict[str, Any]:
    """As many names as can be read: all of thirteen or fewer, else every second, third …"""
    every = -(-len(names) // 13)
    shown = [name for place, name in enumerate(names) if (len(names) - 1 - place) % every == 0]
    return base.category_axis(names, shown, [_broken(name) for name in shown])


def _broken(name: str) -> str:
    """令和8年<br>10月, 令和8年度<br>第2四半期"""
    for mark in ("年度", "年"):
        head, found, tail = name.partition(mark)
        if found and tail:
            return f"{head}{mark}<br>{tail}"
    return name


def _range(history: Sequence[dict[str, Any]], kpi: dict[str, Any]) -> dict[str, Any]:
    amounts = [amount for row in history for amount in (row["value"], row["target"]) if amount is not None]
    lowest = min(amounts, default=0)
    return {"rangemode": "normal"} if kpi["unit"] == "%" and lowest > 50 else {}
