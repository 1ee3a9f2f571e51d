"""Services and devices: stops on a time line, shares of what was designed, the daily maxima of devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dashboards import palette
from dashboards.columns import day_ja, month_ja, time_ja
from dashboards.figures import base
from warehouse.japanese import number

Row = dict[str, Any]
_DAYS_OF_A_MONTH = 31
_OTHERS = "#B3B3B3"
_PANEL_GAP = 0.1


@dataclass(frozen=True)
class Look:
    """How a kind of stop is drawn: its colour, the pattern of its bar, the mark at its beginning."""

    colour: str
    pattern: str
    symbol: str
    sign: str


LOOKS = {
    "計画外停止": Look("#620000", "", "square", "■"),
    "計画停止": Look(palette.SUBTITLE, "/", "circle-open", "○"),
    "縮退": Look(palette.SERIES[2], "x", "triangle-up", "▲"),
    "系切替": Look(palette.SERIES[1], ".", "diamond", "◆"),
}
OPEN_SIGN = "▶"
STOP_SIGNS = "　".join(f"{look.sign} {kind}" for kind, look in LOOKS.items()) + f"　{OPEN_SIGN} 継続中"


def stops(outages: Sequence[Row], services: Sequence[str], first: date, until: datetime) -> base.Figure:
    """One row per service from the first day to ``until``; a stop is a bar as long as it lasted, with a mark before it.

    A stop that has not ended is drawn to ``until``, the end of the data, and ends there with a mark of its own.
    """
    begin = datetime.combine(first, time())
    shown = [_clipped(outage, services.index(outage["service_name"]), begin, until) for outage in outages]
    traces = [_stop_bars(kind, [stop for stop in shown if stop["kind_name"] == kind]) for kind in LOOKS]
    marks = [_stop_marks(kind, [stop for stop in shown if stop["kind_name"] == kind]) for kind in LOOKS]
    return {
        "data": [*traces, *marks, _open_marks([stop for stop in shown if stop["ended_at"] is None], until)],
        "layout": base.layout(
            hovermode="closest",
            showlegend=False,
            barmode="overlay",
            bargap=0.6,
            margin={"l": 8, "r": 16, "t": 8, "b": 8},
            xaxis=_time_axis(begin, until),
            yaxis=base.row_axis(len(services)),
            annotations=[base.row_label(name, place) for place, name in enumerate(services)],
        ),
    }


def _clipped(outage: Row, place: int, begin: datetime, until: datetime) -> Row:
    start, end = max(outage["started_at"], begin), min(outage["ended_at"] or until, until)
    return outage | {"place": place, "from": start, "to": max(start, end)}


def _stop_bars(kind: str, found: Sequence[Row]) -> base.Trace:
    look = LOOKS[kind]
    return {
        "type": "bar",
        "orientation": "h",
        "name": kind,
        "base": [stop["from"].isoformat() for stop in found],
        "x": [(stop["to"] - stop["from"]).total_seconds() * 1000 for stop in found],
        "y": [stop["place"] for stop in found],
        "customdata": [stop_told(stop) for stop in found],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": look.colour, "line": {"color": look.colour, "width": 1},
                   "pattern": {"shape": look.pattern, "bgcolor": "#FFFFFF", "size": 5}},
    }


def _stop_marks(kind: str, found: Sequence[Row]) -> base.Trace:
    """Most stops last minutes in a month: without a mark they would be too thin to be seen."""
    look = LOOKS[kind]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": kind,
        "x": [stop["from"].isoformat() for stop in found],
        "y": [stop["place"] for stop in found],
        "customdata": [stop_told(stop) for stop in found],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"symbol": look.symbol, "color": look.colour, "size": 12, "line": {"color": look.colour, "width": 2}},
        "cliponaxis": False,
    }


def _open_marks(found: Sequence[Row], until: datetime) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "継続中",
        "x": [until.isoformat() for _ in found],
        "y": [stop["place"] for stop in found],
        "customdata": [stop_told(stop) for stop in found],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"symbol": "triangle-right", "color": [LOOKS[stop["kind_name"]].colour for stop in found], "size": 16},
        "cliponaxis": False,
    }


def stop_told(stop: Row) -> str:
    """メールリレー　計画外停止　10月14日（水）9時20分から40分"""
    lasted = "から継続中" if stop["minutes"] is None else f"から{number(stop['minutes'], 0)}分"
    return f"{stop['service_name']}　{stop['kind_name']}　{time_ja(stop['started_at'])}{lasted}"


def _time_axis(begin: datetime, until: datetime) -> dict[str, Any]:
    """Days of a month, else months."""
    days = (until - begin).days
    firsts = [begin + timedelta(days=step) for step in range(days + 1)]
    long = days > _DAYS_OF_A_MONTH
    shown = [day for day in firsts if day.day == 1 or (not long and day.day % 5 == 0)]
    return {
        "type": "date",
        "range": [(begin - timedelta(days=days * 0.01)).isoformat(), until.isoformat()],
        "tickvals": [day.isoformat() for day in shown],
        "ticktext": [f"{day.month}月" if long else f"{day.day}日" for day in shown],
        "tickangle": 0,
        "tickfont": {"size": 13, "color": palette.SUBTITLE},
        "gridcolor": palette.GRID,
        "fixedrange": True,
        "automargin": True,
    }


def shares(rows: Sequence[Row], most: str, second: str = "") -> base.Figure:
    """Horizontal bars of percentages of what was designed, from 0; the line stands at 100 %.

    ``most`` names the column of the bars, ``second`` one that is marked on them; ``told`` stands above each bar.
    """
    amounts = [row[most] for row in rows]
    highest = max((amount for amount in amounts if amount is not None), default=0)
    traces = [{
        "type": "bar",
        "orientation": "h",
        "name": "最大",
        "x": amounts,
        "y": list(range(len(rows))),
        "customdata": [row["told"] for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": [palette.SERIES[2] if amount is not None and amount > 100 else palette.SERIES[0]
                             for amount in amounts]},
        "showlegend": False,
    }]
    if second:
        traces.append(_second_marks(rows, second))
    return {
        "data": traces,
        "layout": base.layout(
            hovermode="closest",
            bargap=0.6,
            showlegend=False,
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis=base.y_axis(range=[0, max(105, highest * 1.02)], ticksuffix="%", nticks=6),
            yaxis=base.row_axis(len(rows)),
            annotations=[base.row_label(row["told"], place) for place, row in enumerate(rows)],
            shapes=[_limit("y", 100, "x", vertical=True)],
        ),
    }


def _second_marks(rows: Sequence[Row], key: str) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "95パーセンタイル",
        "x": [row[key] for row in rows],
        "y": list(range(len(rows))),
        "hoverinfo": "skip",
        "marker": {"symbol": "diamond", "color": "#FFFFFF", "size": 11, "line": {"color": palette.INK, "width": 2}},
    }


def _limit(reference: str, at: float, axis: str, vertical: bool) -> dict[str, Any]:
    """The line at what was designed."""
    line = {"type": "line", "line": {"color": palette.INK, "width": 2, "dash": "dash"}}
    if vertical:
        return line | {"xref": axis, "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1}
    return line | {"yref": reference, "y0": at, "y1": at, "xref": "paper", "x0": 0, "x1": 1}


@dataclass(frozen=True)
class Panel:
    """One metric: the devices' daily (or monthly) maxima in percent of the design limit, one of them highlighted."""

    title: str
    highlighted: str
    series: dict[str, Sequence[float | None]]


def maxima(panels: Sequence[Panel], places: Sequence[Any], by_month: bool) -> base.Figure:
    """Small multiples, one above the other, on one scale of time: the highlighted device before the others in grey."""
    height = (1 - _PANEL_GAP * (len(panels) - 1) - 0.06) / len(panels)
    names = [month_ja(place) if by_month else day_ja(place) for place in places]
    traces: list[base.Trace] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    for number_, panel in enumerate(panels):
        axis, top = "y" if number_ == 0 else f"y{number_ + 1}", 1 - 0.06 - number_ * (height + _PANEL_GAP)
        others = [name for name in panel.series if name != panel.highlighted]
        traces += [_line(name, names, panel.series[name], axis, False) for name in others]
        traces.append(_line(panel.highlighted, names, panel.series[panel.highlighted], axis, True))
        layout[f"yaxis{axis[1:]}"] = base.y_axis(domain=[top - height, top], nticks=4, ticksuffix="%",
                                                 range=[0, _top_of(panel)])
        layout["annotations"].append(base.panel_title(f"{panel.title}　濃い線：{panel.highlighted}", top + 0.005))
        layout["shapes"].append(_limit(axis, 100, "x", vertical=False))
    axis_of_time = base.month_axis(places) if by_month else base.day_axis(places)
    if not by_month and len(places) > _DAYS_OF_A_MONTH:
        axis_of_time = _long_day_axis(places)
    return {"data": traces, "layout": base.layout(showlegend=False, hovermode="closest",
                                                  margin={"l": 8, "r": 8, "t": 8, "b": 8}, xaxis=axis_of_time, **layout)}


def _top_of(panel: Panel) -> float:
    known = [value for values in panel.series.values() for value in values if value is not None]
    return max([105.0, *(value * 1.05 for value in known)])


def _long_day_axis(days: Sequence[date]) -> dict[str, Any]:
    shown = [day for day in days if day.day == 1]
    return base.category_axis([day_ja(day) for day in days], [day_ja(day) for day in shown],
                              [f"{day.month}月1日" for day in shown])


def _line(name: str, places: Sequence[str], values: Sequence[float | None], axis: str, high: bool) -> base.Trace:
    """A line that breaks where there is no value."""
    colour = palette.SERIES[0] if high else _OTHERS
    return {
        "type": "scatter",
        "mode": "lines+markers" if high else "lines",
        "name": name,
        "x": list(places),
        "y": list(values),
        "yaxis": axis,
        "customdata": [f"{name}　{place}　{number(value, 1)}%" for place, value in zip(places, values, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "connectgaps": False,
        "line": {"color": colour, "width": 2.5 if high else 1.5},
        "marker": {"color": colour, "size": 5},
    }
