"""Tables of real table elements: caption, header scopes, and sort buttons that work with mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from dashboards.columns import Column
from dashboards.components.aria import HIDDEN
from dashboards.components.judgement import chip
from dashboards.components.markup import Node, node, scroll_table
from dashboards.frames import values

Decorate = Callable[[dict[str, Any], str], Any]
"""From a row and the text of one of its cells to what stands in the cell instead."""


@dataclass(frozen=True)
class TableLook:
    """``decorate`` replaces cells by column key; ``sortable`` adds the buttons.

    A ``tall`` table has its own scroll bar, so that what follows stays in reach.  ``tints`` gives the cells of a
    column, row by row, a class of the style sheet; what it means stands in the cell or in a note.
    """

    caption: str
    sortable: bool = False
    decorate: Mapping[str, Decorate] | None = None
    dense: bool = False
    tall: bool = False
    tints: Mapping[str, Sequence[str]] | None = None


def table(frame: pd.DataFrame, columns: Sequence[Column], look: TableLook) -> Component:
    """The frame as a scrollable region with a table; the first shown column heads its row."""
    shown = [column for column in columns if column.on_screen]
    head = node("Tr", [_head(column, look, place) for place, column in enumerate(shown)])
    return scroll_table(look.caption, head, _body(frame, shown, look), "table-dense" if look.dense else "",
                        tall=look.tall, sortable=look.sortable, after="表は横にスクロールできます。")


def _head(column: Column, look: TableLook, place: int) -> Node:
    text: list[Any] = [node("Span", line, className="head-label") for line in column.label_lines]
    if column.shown_unit:
        text.append(node("Span", f"（{column.shown_unit}）", className="head-unit"))
    css = "number" if column.right_aligned else None
    if not look.sortable:
        return node("Th", text, scope="col", className=css)
    sign = node("Span", "", className="sort-sign", **HIDDEN)
    button = node(
        "Button",
        [node("Span", text), sign],
        type="button",
        className="sort-button",
        **{"data-place": place},
    )
    return node("Th", button, scope="col", className=css, **{"data-place": place})


def _body(frame: pd.DataFrame, shown: Sequence[Column], look: TableLook) -> list[Node]:
    cells = {column.key: values(frame, column.key) for column in shown}
    everything = {str(key): values(frame, str(key)) for key in frame.columns} if look.decorate else {}
    return [
        _row(
            {key: column[place] for key, column in everything.items()},
            {key: column[place] for key, column in cells.items()},
            shown,
            look,
            {key: tints[place] for key, tints in (look.tints or {}).items()},
        )
        for place in range(len(frame))
    ]


def _row(
    record: dict[str, Any], cells: dict[str, Any], shown: Sequence[Column], look: TableLook, tints: dict[str, str]
) -> Node:
    row = [_cell(record, column, cells[column.key], look, place == 0) for place, column in enumerate(shown)]
    for column, cell in zip(shown, row, strict=True):
        if tints.get(column.key):
            cell["props"]["className"] = f"{cell['props']['className'] or ''} {tints[column.key]}".strip()
    if not look.sortable:
        return node("Tr", row)
    return node("Tr", row, **{"data-sort": [column.sort_key(cells[column.key]) for column in shown]})


def _cell(record: dict[str, Any], column: Column, value: Any, look: TableLook, heads_row: bool) -> Node:
    text = column.show(value)
    content: Any = chip(text) if column.kind == "judgement" else text
    if look.decorate and column.key in look.decorate:
        content = look.decorate[column.key](record, text)
    css = {"className": _css(column)}
    return node("Th", content, scope="row", **css) if heads_row else node("Td", content, **css)


def _css(column: Column) -> str | None:
    if column.right_aligned:
        return "number"
    return "wraps" if column.wraps else "code" if column.kind == "code" else None


def bar_cell(value: Any, highest: float, text: str) -> Any:
    """A number with a small bar before it, as long as the value is against the highest."""
    if value is None or highest <= 0:
        return text
    width = {"width": f"{float(value) / highest * 100:.0f}%"}
    return [
        node("Span", node("Span", "", style=width), className="cell-bar", **HIDDEN),
        node("Span", text, className="bar-text"),
    ]
