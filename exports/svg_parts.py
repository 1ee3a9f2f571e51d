"""Pieces of an SVG chart in points: text, paths, ticks.  Few elements: each one costs the PDF as much as a word."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from exports.palette import INK

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 5
_HATCH_GAP = 4.2


@dataclass(frozen=True)
class Box:
    """A rectangle: left, top, right and bottom edge."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def shown(value: float) -> str:
    """A coordinate with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(x: float, y: float, content: str, size: float = 7.5, anchor: Anchor = "start", colour: str = INK) -> str:
    """One line of text on the base line ``y``."""
    return (
        f'<text x="{shown(x)}" y="{shown(y)}" font-size="{shown(size)}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(content)}</text>"
    )


def width_of(content: str, size: float) -> float:
    """How wide a text is in the gothic: a full-width letter is as wide as high, another half of that."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WFA" else 0.5 for letter in content) * size


def path(data: str, *, stroke: str = "none", width: float = 0.0, fill: str = "none", dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{data}" fill="{fill}" stroke="{stroke}" stroke-width="{shown(width)}"{dashes}/>'


def segment(start: Point, end: Point) -> str:
    return f"M{shown(start[0])} {shown(start[1])}L{shown(end[0])} {shown(end[1])}"


def rectangle(box: Box) -> str:
    return (
        f"M{shown(box.left)} {shown(box.top)}H{shown(box.right)}V{shown(box.bottom)}H{shown(box.left)}Z"
        if box.height > 0 and box.width > 0
        else ""
    )


def polyline(points: Sequence[Point | None]) -> str:
    """A line that breaks wherever a point is missing."""
    drawn, pen_down = [], False
    for point in points:
        if point is not None:
            drawn.append(f"{'L' if pen_down else 'M'}{shown(point[0])} {shown(point[1])}")
        pen_down = point is not None
    return "".join(drawn)


def marker(kind: str, x: float, y: float, size: float) -> str:
    """A circle (o), square (s), triangle (^) or diamond (D) around a point."""
    half = size / 2
    if kind == "o":
        arc = f"a{shown(half)} {shown(half)} 0 1 0"
        return f"M{shown(x - half)} {shown(y)}{arc} {shown(size)} 0{arc} {shown(-size)} 0Z"
    if kind == "s":
        return rectangle(Box(x - half, y - half, x + half, y + half))
    below = ((half, half), (-half, half)) if kind == "^" else ((half, 0.0), (0.0, half), (-half, 0.0))
    return "M" + "L".join(f"{shown(x + dx)} {shown(y + dy)}" for dx, dy in ((0.0, -half), *below)) + "Z"


def hatching(kind: str, box: Box) -> str:
    """Lines across a bar: rising (/), falling (\\) or level (-); empty for a bar without a pattern."""
    if not kind or box.height <= 0:
        return ""
    if kind[0] == "-":
        count = math.floor(box.height / _HATCH_GAP)
        levels = (box.bottom - _HATCH_GAP * (step + 0.5) for step in range(count))
        return "".join(segment((box.left, y), (box.right, y)) for y in levels)
    steps = range(math.floor((box.width + box.height) / _HATCH_GAP))
    return "".join(_diagonal(box, _HATCH_GAP * (step + 0.5), rising=kind[0] == "/") for step in steps)


def _diagonal(box: Box, along: float, *, rising: bool) -> str:
    """A line at 45 degrees; ``along`` runs over the width and then the height of the bar."""
    start_x, start_y = min(along, box.width), max(along - box.width, 0.0)
    end_x, end_y = max(along - box.height, 0.0), min(along, box.height)
    start, end = (start_x, start_y), (end_x, end_y)
    if rising:
        return segment((box.left + start[0], box.top + start[1]), (box.left + end[0], box.top + end[1]))
    return segment((box.right - start[0], box.top + start[1]), (box.right - end[0], box.top + end[1]))


def ticks(low: float, high: float, *, whole: bool) -> tuple[float, ...]:
    """At most six round values from ``low`` to ``high``; whole numbers alone where ``whole``."""
    span = high - low
    scale = 10.0 ** math.floor(math.log10(span / _MOST_TICKS))
    step = next(factor * scale for factor in (*_STEPS, 20.0) if span / (factor * scale) <= _MOST_TICKS)
    if whole:
        step = max(1.0, step if step.is_integer() else math.ceil(step))
    first = math.ceil(round(low / step, 9))
    last = math.floor(round(high / step, 9))
    return tuple(at * step for at in range(first, last + 1))


def highest(values: Iterable[float | None]) -> float:
    return max((value for value in values if value is not None), default=0.0)
