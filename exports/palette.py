"""Colours and line styles of printed charts: apart in lightness and pattern, so that grey prints stay readable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INK = "#1A1A1A"
AXIS = "#767676"
GRID = "#E6E6E6"
REFERENCE = "#CE0000"


@dataclass(frozen=True)
class LineStyle:
    """A line: colour, dashes in line widths, marker (o, s, ^, D), and the names DrawingML has for both."""

    color: str
    dash: Any
    marker: str
    xml_dash: str
    xml_marker: str


@dataclass(frozen=True)
class FillStyle:
    """A bar: fill, edge, hatch for print, and DrawingML's pattern (empty = solid)."""

    color: str
    edge: str
    hatch: str
    xml_pattern: str


@dataclass(frozen=True)
class Shade:
    """The ground of a figure in a heatmap and the colour of the figure on it."""

    fill: str
    ink: str


HEAT = (
    Shade("#FFFFFF", INK),
    Shade("#E8F1FE", INK),
    Shade("#C5D7FB", INK),
    Shade("#7096F8", INK),
    Shade("#3460FB", "#FFFFFF"),
    Shade("#000060", "#FFFFFF"),
)
"""From nothing to the highest fifth; grey prints keep the order."""

LINES = (
    LineStyle("#000060", "solid", "o", "solid", "circle"),
    LineStyle("#3460FB", (0, (5, 2)), "s", "dash", "square"),
    LineStyle("#626264", (0, (1.2, 1.6)), "^", "sysDot", "triangle"),
    LineStyle("#7096F8", (0, (6, 2, 1, 2)), "D", "dashDot", "diamond"),
)

FILLS = (
    FillStyle("#000060", "#000060", "", ""),
    FillStyle("#7096F8", "#000060", "", ""),
    FillStyle("#E8F1FE", "#000060", "///", "wdUpDiag"),
    FillStyle("#FFFFFF", "#000060", "\\\\\\\\", "wdDnDiag"),
    FillStyle("#949494", "#1A1A1A", "", ""),
    FillStyle("#FFFFFF", "#1A1A1A", "----", "ltHorz"),
)
