"""One measure of the bodies: on the map of the prefecture, and from the largest value to the smallest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboards import palette
from dashboards.figures import base

_MAP = Path(__file__).with_name("map.json")
_BORDER = "#767676"
_LABELLED_KM2 = 150.0
_BOX_KM, _BOX_GAP_KM = 7.0, 12.0
_BOXES_AT = (54.0, 44.0)
"""In the sea, right of the south and below the east."""
_WIDTH_KM = 122.0
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Body:
    """One body's value: ``text`` as it is read, ``fill`` the colour that stands for it, ``sign`` of a missed target."""

    code: str
    name: str
    value: float | None
    text: str
    fill: str
    sign: str
    link: str


@lru_cache(maxsize=1)
def _map() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_MAP.read_text(encoding="utf-8"))
    return found


def credit() -> str:
    """Whose boundaries the map shows."""
    return str(_map()["credit"])


def prefecture_map(bodies: Sequence[Body], legend: Sequence[tuple[str, str]]) -> base.Figure:
    """Every body with an outline as an area, the others as boxes beside it; a mark in each leads to the body's page.

    A body without a value is hatched, one that misses its target has its sign.  ``legend``: name and colour.
    """
    shapes: dict[str, Sequence[Ring]] = _map()["shapes"]
    beside = [body for body in bodies if body.code not in shapes]
    outlines = {body.code: shapes[body.code] for body in bodies if body.code in shapes}
    outlines |= {body.code: [_box(place)] for place, body in enumerate(beside)}
    areas = [_area(body, outlines[body.code]) for body in bodies]
    marks = _marks([(body, outlines[body.code][0], body in beside) for body in bodies])
    hidden: dict[str, Any] = {"visible": False, "fixedrange": True}
    return {
        "data": [*areas, marks, *(base.legend_swatch(name, colour, border=_BORDER) for name, colour in legend)],
        "layout": base.layout(
            hovermode="closest",
            margin={"l": 0, "r": 0, "t": 64, "b": 0},
            xaxis=hidden | {"range": [0, _WIDTH_KM]},
            yaxis=hidden | {"scaleanchor": "x"},
        ),
    }


def _area(body: Body, rings: Sequence[Ring]) -> base.Trace:
    """One trace of all rings, with a gap between two of them."""
    points = [point for ring in rings for point in [*ring, (None, None)]]
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "fillcolor": body.fill,
        "fillpattern": {} if body.value is not None else
        {"shape": "/", "fgcolor": palette.GRID, "bgcolor": "#FFFFFF", "size": 6},
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "line": {"color": _BORDER, "width": 0.8},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": f"{body.name}　{body.text}",
        "showlegend": False,
    }


def _box(place: int) -> Ring:
    left, top = _BOXES_AT[0], _BOXES_AT[1] - place * _BOX_GAP_KM
    right, bottom = left + _BOX_KM, top - _BOX_KM
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _marks(places: Sequence[tuple[Body, Ring, bool]]) -> base.Trace:
    """A dot in the middle of every area; names where there is room for them, and always beside a box."""
    middles = [_middle(ring) for _, ring, _ in places]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [x for x, _ in middles],
        "y": [y for _, y in middles],
        "text": [f"　{body.sign}{body.name}" if boxed else f"{body.sign}{body.name}" if _km2(ring) >= _LABELLED_KM2
                 else body.sign for body, ring, boxed in places],
        "textposition": ["middle right" if boxed else "top center" for _, _, boxed in places],
        "textfont": {"size": 11, "color": [_ink(body, boxed) for body, _, boxed in places]},
        "marker": {"size": 7, "color": "#FFFFFF", "line": {"color": palette.INK, "width": 1}},
        "hovertext": [f"{body.name}　{body.text}" for body, _, _ in places],
        "hoverinfo": "text",
        "customdata": [body.link for body, _, _ in places],
        "cliponaxis": False,
        "showlegend": False,
    }


def _ink(body: Body, boxed: bool) -> str:
    return "#FFFFFF" if body.fill == palette.PLACES[-1] and not boxed else palette.INK


def _middle(ring: Ring) -> tuple[float, float]:
    """The centre of gravity of an outline."""
    twice, x, y = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
        part = x1 * y2 - x2 * y1
        twice, x, y = twice + part, x + (x1 + x2) * part, y + (y1 + y2) * part
    return x / (3 * twice), y / (3 * twice)


def _km2(ring: Ring) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False))) / 2


def ranking(bodies: Sequence[Body]) -> base.Figure:
    """Bars from the largest value down; bodies without a value stand last, with 「…」 or 「－」."""
    ordered = sorted(bodies, key=lambda body: (body.value is None, -(body.value or 0.0)))
    names = [f"{body.sign} {body.name}".strip() for body in ordered]
    highest = max((body.value or 0.0 for body in bodies), default=0.0)
    bars: base.Trace = {
        "type": "bar",
        "orientation": "h",
        "x": [body.value for body in ordered],
        "y": names,
        "text": [body.text for body in ordered],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [body.link for body in ordered],
        "hovertemplate": "%{y}　%{text}<extra></extra>",
        "marker": {"color": [palette.SERIES[2] if body.sign else palette.SERIES[1] for body in ordered]},
        "showlegend": False,
    }
    return {
        "data": [bars],
        "layout": base.layout(
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis=base.y_axis(showticklabels=False, showgrid=False, range=[0, 1.5 * max(highest, 1e-9)]),
            yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "ticklabelstep": 1,
                   "dtick": 1, "type": "category", "tickfont": {"family": palette.FONT_STACK, "size": 13}},
        ),
    }
