"""Services and devices: stops on a time line, shares of what was designed, the daily maxima of devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
_PANEL_HEAD = 0.06
_ROOM = 1.12
"""How far a panel reaches above its highest value and its limit: marks of events stand there."""
_LIMIT: dict[str, Any] = {"type": "line", "line": {"color": palette.INK, "width": 1.5, "dash": "dash"}}
"""The line at what was designed."""


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


@dataclass(frozen=True)
class Span:
    """The days of a period, and the moment up to which its data reach."""

    first: date
    last: date
    as_of: datetime

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time())

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last, time()) + timedelta(days=1)

    @property
    def until(self) -> datetime:
        """The end of the data, within the period."""
        return min(self.as_of, self.end)


def stops(outages: Sequence[Row], services: Sequence[str], span: Span) -> base.Figure:
    """One row per service; a stop is a bar as long as it lasted, with a mark at its beginning.

    A stop that has not ended is drawn to the end of the data, and ends there with a mark of its own.
    """
    shown = [_clipped(outage, services.index(outage["service_name"]), span) for outage in outages]
    until = max([span.until, *(stop["to"] for stop in shown)])
    traces = [_stop_bars(kind, [stop for stop in shown if stop["kind_name"] == kind]) for kind in LOOKS]
    marks = [_stop_marks(kind, [stop for stop in shown if stop["kind_name"] == kind]) for kind in LOOKS]
    return {
        "data": [*traces, *marks, _open_marks([stop for stop in shown if stop["ended_at"] is None])],
        "layout": base.layout(
            hovermode="closest",
            showlegend=False,
            barmode="overlay",
            margin={"l": 8, "r": 16, "t": 8, "b": 8},
            xaxis=_time_axis(span.begin, until),
            yaxis=base.row_axis(len(services)),
            annotations=[base.row_label(name, place) for place, name in enumerate(services)],
        ),
    }


def _clipped(outage: Row, place: int, span: Span) -> Row:
    """What lies within the period; a planned stop may lie beyond the end of the data."""
    start = max(outage["started_at"], span.begin)
    end = outage["ended_at"] or max(start, span.until)
    return outage | {"place": place, "from": start, "to": min(end, span.end)}


def _stop_bars(kind: str, found: Sequence[Row]) -> base.Trace:
    look = LOOKS[kind]
    return {
        "type": "bar",
        "orientation": "h",
        "width": base.ROW_BAR / 2,
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
        "marker": {"symbol": look.symbol, "color": look.colour, "size": 12,
                   "line": {"color": look.colour, "width": 2}},
        "cliponaxis": False,
    }


def _open_marks(found: Sequence[Row]) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "継続中",
        "x": [stop["to"].isoformat() for stop in found],
        "y": [stop["place"] for stop in found],
        "customdata": [stop_told(stop) for stop in found],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"symbol": "triangle-right", "size": 16,
                   "color": [LOOKS[stop["kind_name"]].colour for stop in found]},
        "cliponaxis": False,
    }


def stop_told(stop: Row) -> str:
    """メールリレー　計画外停止　10月14日（水）9時20分から40分"""
    lasted = "から継続中" if stop["minutes"] is None else f"から{number(stop['minutes'], 0)}分"
    return f"{stop['service_name']}　{stop['kind_name']}　{time_ja(stop['started_at'])}{lasted}"


def _time_axis(begin: datetime, until: datetime) -> dict[str, Any]:
    """Days of a month, else months."""
    days = (until - begin).days
    starts = [begin + timedelta(days=step) for step in range(days + 1)]
    long = days > _DAYS_OF_A_MONTH
    shown = [day for day in starts if day < until and (day.day == 1 or (not long and day.day % 5 == 0))]
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


def sessions(rows: Sequence[Row]) -> base.Figure:
    """A bar per device up to the maximum, a mark at the 95th percentile, both in percent of the design limit."""
    highest = max((row["max_design_pct"] for row in rows if row["max_design_pct"] is not None), default=0)
    labels = [f"{row['name']}　{number(row['max_value'])}（{number(row['max_design_pct'], 1)}%{_beyond(row)}）"
              for row in rows]
    return {
        "data": [_maximum_bars(rows), _percentile_marks(rows)],
        "layout": base.layout(
            hovermode="closest",
            showlegend=False,
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis=base.y_axis(range=[0, max(105, highest * 1.02)], ticksuffix="%", nticks=6),
            yaxis=base.row_axis(len(rows)),
            annotations=[base.row_label(label, place) for place, label in enumerate(labels)],
            shapes=[{**_LIMIT, "xref": "x", "x0": 100, "x1": 100, "yref": "paper", "y0": 0, "y1": 1}],
        ),
    }


def _beyond(row: Row) -> str:
    return "・上限超過" if row["max_design_pct"] is not None and row["max_design_pct"] > 100 else ""


def _maximum_bars(rows: Sequence[Row]) -> base.Trace:
    return {
        "type": "bar",
        "orientation": "h",
        "width": base.ROW_BAR,
        "name": "最大",
        "x": [row["max_design_pct"] for row in rows],
        "y": list(range(len(rows))),
        "customdata": [f"{row['name']}　最大{number(row['max_value'])}" for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": [palette.SERIES[2] if _beyond(row) else palette.SERIES[0] for row in rows]},
    }


def _percentile_marks(rows: Sequence[Row]) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "95パーセンタイル",
        "x": [row["p95_design_pct"] for row in rows],
        "y": list(range(len(rows))),
        "customdata": [f"{row['name']}　95パーセンタイル{number(row['p95_value'])}" for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"symbol": "diamond", "color": "#FFFFFF", "size": 11, "line": {"color": palette.INK, "width": 2}},
        "cliponaxis": False,
    }


@dataclass(frozen=True)
class Panel:
    """One metric: the devices' daily (or monthly) maxima in percent of the design limit, one of them highlighted."""

    title: str
    highlighted: str
    series: Mapping[str, Sequence[float | None]]


def maxima(panels: Sequence[Panel], places: Sequence[Any], by_month: bool) -> base.Figure:
    """Small multiples, one above the other, on one scale of time: the highlighted device before the others in grey."""
    height = (1 - _PANEL_GAP * (len(panels) - 1) - _PANEL_HEAD) / len(panels)
    names = [month_ja(place) if by_month else day_ja(place) for place in places]
    traces: list[base.Trace] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    for row, panel in enumerate(panels):
        axis, top = f"y{row + 1 if row else ''}", 1 - _PANEL_HEAD - row * (height + _PANEL_GAP)
        others = [name for name in panel.series if name != panel.highlighted]
        traces += [_line(name, names, panel.series[name], axis, False) for name in others]
        traces.append(_line(panel.highlighted, names, panel.series[panel.highlighted], axis, True))
        layout[f"yaxis{axis[1:]}"] = base.y_axis(domain=[top - height, top], nticks=4, ticksuffix="%",
                                                 range=[0, _top_of(panel)])
        layout["annotations"].append(base.panel_title(f"{panel.title}　濃い線：{panel.highlighted}", top + 0.005))
        layout["shapes"].append({**_LIMIT, "xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": 100, "y1": 100})
    axis_of_time = base.month_axis(places) if by_month else base.day_axis(places)
    if not by_month and len(places) > _DAYS_OF_A_MONTH:
        axis_of_time = _long_day_axis(places)
    return {
        "data": traces,
        "layout": base.layout(
            showlegend=False,
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis=axis_of_time | {"anchor": axis},
            **layout,
        ),
    }


def _top_of(panel: Panel) -> float:
    known = [value for values in panel.series.values() for value in values if value is not None]
    return max(_ROOM * value for value in [100.0, *known])


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
        "hovertemplate": f"{name}　%{{x}}　%{{y:.1f}}%<extra></extra>",
        "connectgaps": False,
        "line": {"color": colour, "width": 2.5 if high else 1.5},
        "marker": {"color": colour, "size": 5},
    }
