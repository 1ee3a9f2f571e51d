"""Marks of what happened, along the upper edge of a figure with a time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards import palette
from dashboards.figures import base

NAME = "事象"
_AXIS, _LAYOUT_AXIS = "y9", "yaxis9"


def annotated(figure: base.Figure, events: Mapping[str, Sequence[str]]) -> base.Figure:
    """The figure with a ▼ over every place of its axis at which something happened; pointing at it tells what."""
    if not events:
        return figure
    marks: base.Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": NAME,
        "x": list(events),
        "y": [0.985] * len(events),
        "yaxis": _AXIS,
        "marker": {"symbol": "triangle-down", "size": 11, "color": palette.INK},
        "customdata": ["<br>".join(told) for told in events.values()],
        "hovertemplate": "%{customdata}",
        "cliponaxis": False,
    }
    hidden = {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True}
    return {"data": [*figure["data"], marks], "layout": figure["layout"] | {_LAYOUT_AXIS: hidden}}
