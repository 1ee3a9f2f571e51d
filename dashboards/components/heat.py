"""A table whose cells are tinted by their share: numbers first, colour beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from dashboards.components.markup import node, scroll_table
from warehouse.japanese import UNKNOWN_SIGN, truncate

_STEPS = ((100.0, "full"), (99.0, "high"), (95.0, "fair"), (80.0, "low"))
"""From this percentage on a cell has this tint; below all of them it is ``poor``."""


@dataclass(frozen=True)
class HeatCell:
    """A share in percent (None: nothing was due or known) and what it is a share of, in words.

    ``shown`` and ``css`` stand for the percentage and its tint where a cell holds something else, a count.
    """

    pct: float | None
    told: str
    shown: str | None = None
    css: str = ""


def heat_table(
    caption: str, head: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[HeatCell]]]
) -> Component:
    """One row per name; the cells hold whole percentages, cut, so that 100 stands only where nothing is missing."""
    heads = [node("Th", head, scope="col"), *(node("Th", text, scope="col", className="mark") for text in columns)]
    body = [node("Tr", [node("Th", name, scope="row"), *(_cell(cell) for cell in cells)]) for name, cells in rows]
    return scroll_table(caption, node("Tr", heads), body, "heat")


def tint(pct: float | None) -> str:
    """The name of the tint of a share."""
    if pct is None:
        return "none"
    return next((name for least, name in _STEPS if pct >= least), "poor")


def _cell(cell: HeatCell) -> dict[str, Any]:
    if cell.shown is not None:
        return node("Td", cell.shown, className=f"heat-cell {cell.css}".strip(), title=cell.told)
    text = UNKNOWN_SIGN if cell.pct is None else f"{truncate(cell.pct, 0):.0f}"
    return node("Td", text, className=f"heat-cell heat-{tint(cell.pct)}", title=cell.told)
