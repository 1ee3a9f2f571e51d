"""A heatmap as a table of shaded figures: the same cells in the PDF and in Word, readable without colour."""

from __future__ import annotations

import math
from dataclasses import dataclass

from exports.model import ChartSpec
from exports.palette import HEAT, Shade
from warehouse.japanese import UNKNOWN_SIGN


@dataclass(frozen=True)
class HeatCell:
    """A printed figure and the shade behind it."""

    text: str
    shade: Shade


@dataclass(frozen=True)
class HeatRow:
    """The cells of one series, one for each category."""

    name: str
    cells: tuple[HeatCell, ...]


def heat_rows(spec: ChartSpec) -> tuple[HeatRow, ...]:
    """The rows of a heatmap; the darkness of a cell is its fifth of the highest figure, zero and missing are white."""
    known = [value for one in spec.series for value in one.values if value is not None]
    highest = max(known, default=0.0)
    return tuple(HeatRow(one.name, tuple(_cell(value, highest, spec) for value in one.values)) for one in spec.series)


def _cell(value: float | None, highest: float, spec: ChartSpec) -> HeatCell:
    if value is None:
        return HeatCell(UNKNOWN_SIGN, HEAT[0])
    steps = len(HEAT) - 1
    return HeatCell(f"{value:,.{spec.decimals}f}", HEAT[math.ceil(value / highest * steps) if highest else 0])
