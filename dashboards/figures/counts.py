"""Counts per month or day, stacked: detections by severity (serious ones also alone, above) and tickets by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards import palette
from dashboards.figures import base
from dashboards.figures.axis import Axis
from dashboards.frames import day, rows, series, total, where
from warehouse.japanese import number

_UPPER_PANEL = (0.72, 0.93)
_LOWER_PANEL = (0.0, 0.6)
_SEVERITY_WORD = "危険度"
"""Stands once before the legend instead of in each of its entries."""
Severity = tuple[int | None, str]


def severities(frame: pd.DataFrame) -> list[Severity]:
    """The severities of the frame in ascending order, 未判断 last."""
    found = {(_level(row["severity"]), str(row["severity_name"])) for row in rows(frame)}
    return sorted(found, key=lambda item: (item[0] is None, item[0] or 0))


def _level(value: Any) -> int | None:
    return None if value is None else int(value)


def of_severity(frame: pd.DataFrame, level: int | None) -> pd.DataFrame:
    """The rows of one severity; ``None`` selects those not judged yet."""
    return frame[frame["severity"].isna()] if level is None else frame[frame["severity"] == level]


def detections(frame: pd.DataFrame, axis: Axis) -> base.Figure:
    """All detections per month or day below; the few serious ones, invisible there, with their own scale above."""
    traces = [_severity_bars(frame, axis, item) for item in severities(frame)]
    serious = [
        trace | {"yaxis": "y2", "showlegend": False}
        for trace, (level, _) in zip(traces, severities(frame), strict=True)
        if level is not None and level >= palette.SERIOUS_FROM
    ]
    labels = [_totals(serious, axis) | {"yaxis": "y2"}] if serious else []
    return {
        "data": [*traces, *serious, *labels],
        "layout": base.layout(
            barmode="stack",
            margin={"l": 8, "r": 8, "t": 56, "b": 8},
            legend=base.top_legend(_SEVERITY_WORD) | {"font": base.SMALL},
            xaxis=axis.layout,
            yaxis=base.y_axis(domain=list(_LOWER_PANEL), nticks=5, range=room(traces, 1.12)),
            yaxis2=base.y_axis(domain=list(_UPPER_PANEL), nticks=3, tickformat=",d", range=room(serious, 1.45)),
            annotations=[
                base.panel_title(f"うち重大（危険度{palette.SERIOUS_FROM}以上）（件）", _UPPER_PANEL[1] + 0.01),
                base.panel_title("全件（件）", _LOWER_PANEL[1] + 0.01),
                *_unknown_places(traces, axis),
            ],
        ),
    }


def _severity_bars(frame: pd.DataFrame, axis: Axis, severity: Severity) -> base.Trace:
    level, name = severity
    counts = counts_on(of_severity(frame, level), frame, axis)
    marker: dict[str, Any] = {"color": palette.severity_colour(level)}
    if level is None:
        marker |= {
            "pattern": {"shape": "x", "fgcolor": palette.SUBTITLE, "bgcolor": "#FFFFFF", "size": 5},
            "line": {"color": palette.SUBTITLE, "width": 1},
        }
    return _stack(name.removeprefix(_SEVERITY_WORD), axis, counts, marker)


def counts_on(part: pd.DataFrame, whole: pd.DataFrame, axis: Axis) -> list[Any]:
    """The part's count at each place: one that the whole knows but the part does not is a real zero, others missing."""
    known = {day(step) for step in whole[axis.key].tolist()}
    counts = series(part, axis.steps, axis.key, "n")
    return [0 if item is None and step in known else item for step, item in zip(axis.steps, counts, strict=True)]


def _stack(name: str, axis: Axis, counts: Sequence[Any], marker: dict[str, Any]) -> base.Trace:
    return {
        "type": "bar",
        "name": name,
        "x": list(axis.names),
        "y": list(counts),
        "customdata": [f"{number(item)}件" for item in counts],
        "hovertemplate": "%{customdata}",
        "marker": marker,
    }


def _sums(traces: Sequence[base.Trace]) -> list[float | None]:
    return [total(amounts) for amounts in zip(*(trace["y"] for trace in traces), strict=True)]


def _totals(traces: Sequence[base.Trace], axis: Axis) -> base.Trace:
    """The sum above each bar, zero included; nothing where the month is missing."""
    sums = _sums(traces)
    return {
        "type": "scatter",
        "mode": "text",
        "x": list(axis.names),
        "y": sums,
        "text": ["" if item is None else number(item) for item in sums],
        "textposition": "top center",
        "textfont": {"size": 12, "color": palette.INK},
        "showlegend": False,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def room(traces: Sequence[base.Trace], share: float) -> list[float]:
    """A scale with room for labels and marks above the bars, and never narrower than a handful."""
    highest = max((item or 0 for item in _sums(traces)), default=0) if traces else 0
    return [0, max(4.0, highest * share)]


def _unknown_places(traces: Sequence[base.Trace], axis: Axis) -> list[dict[str, Any]]:
    sums = zip(axis.names, _sums(traces) or [None] * len(axis.names), strict=True)
    return [base.no_data_mark(name) for name, item in sums if item is None]


def _colour(place: int) -> dict[str, Any]:
    return {"color": palette.SERIES[place % len(palette.SERIES)]}


def tickets(frame: pd.DataFrame, axis: Axis) -> base.Figure:
    """Tickets received per month, stacked by kind, the month's sum on top."""
    kinds = list(dict.fromkeys(zip(frame["ticket_kind"], frame["kind_name"], strict=True)))
    layers = [(str(name), counts_on(where(frame, ticket_kind=kind), frame, axis)) for kind, name in kinds]
    return stacked(layers, axis)


def stacked(layers: Sequence[tuple[str, Sequence[Any]]], axis: Axis) -> base.Figure:
    """Named counts per month on top of each other, the month's sum above; a month without any is marked."""
    traces = [_stack(name, axis, counts, _colour(place)) for place, (name, counts) in enumerate(layers)]
    return {
        "data": [*traces, _totals(traces, axis)],
        "layout": base.layout(
            barmode="stack",
            xaxis=axis.layout,
            yaxis=base.y_axis(range=room(traces, 1.15)),
            annotations=_unknown_places(traces, axis),
        ),
    }
