"""匿名の位置: where one body stands among those of its size and among all; no other body is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences
from dashboards.components import states
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.table import Decorate, TableLook, table
from dashboards.figures import base as figure_base
from dashboards.figures import positions as figures
from dashboards.frames import rows
from dashboards.pages import tenant_data as ask
from dashboards.pages.base import csv_link
from dashboards.view import View
from dashboards.wording import with_unit
from warehouse.japanese import NOT_APPLICABLE_SIGN, number

Row = dict[str, Any]
_TITLE = "団体の中の位置"
_ALL = "all"
_DRAWN = ("K15", "K15.p95", "K17", "K26", "K33")
"""Amounts, whose share of the median can be read; rates and counts that are mostly zero stand in the table."""
_NOTE = (
    "順位は値の大きい方から数え、同じ値は同じ順位です。順位は良し悪しを表しません。"
    "値のある団体が5に満たない範囲の順位と四分位は示しません（－）。ほかの団体の名前は示しません。"
)


def positions(view: View) -> Component:
    """Figure, table and file, or in words why there is no position to tell."""
    frame = ask.POSITIONS.load(view)
    found = list(rows(frame))
    if not any(row["place"] is not None for row in found):
        return states.no_data(_TITLE, _why_none(found), heading=2)
    drawn, also = groups(found)
    link = csv_link(ask.PAGE_NAME, ask.POSITIONS, view)
    head = [html.H2(_TITLE, className="section-title"), csv_button(_TITLE, link)]
    return html.Section(
        [
            html.Div(head, className="section-head"),
            *([_figure(view, drawn, also)] if drawn else []),
            _table(view, frame),
            html.P(_NOTE + _band_note(found), className="note"),
        ],
        className="table-section",
    )


def groups(found: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows to draw, of the body's size where that is told; and those of all bodies when they are another group."""
    can = [row for row in found if row["kpi_id"] in _DRAWN and row["place"] is not None and row["median"] > 0]
    of_size = [row for row in can if row["peer_group"] != _ALL]
    of_all = [row for row in can if row["peer_group"] == _ALL]
    return (of_size, of_all) if of_size else (of_all, [])


def _why_none(found: Sequence[Row]) -> str:
    if not found:
        return "この団体の値がないため、位置は示せません。"
    return "値のある団体が5に満たないため、位置は示しません。"


def _band_note(found: Sequence[Row]) -> str:
    """Why nothing is told of bodies of the same size."""
    of_size = [row for row in found if row["peer_group"] != _ALL]
    if not of_size:
        return "この団体は利用者数による規模区分に入らないため、全団体の中の位置だけを示します。"
    if all(row["place"] is None for row in of_size):
        band = of_size[0]["group_name"]
        return f"規模区分（{band}）の値のある団体が5に満たないため、全団体の中の位置だけを示します。"
    return ""


def _figure(view: View, drawn: Sequence[Row], also: Sequence[Row]) -> Component:
    text = FigureText(
        "tenant-positions",
        f"{sentences.tenant.group_name(drawn[0])}の中の位置（{view.period.label_ja}・中央値を100とした値）",
        sentences.tenant.positions(drawn, also),
        "灰色の帯は、団体を値の順に並べた中央の半数が入る範囲です。",
        figure_base.row_height(len(drawn)),
    )
    frame = pd.DataFrame(list(drawn))
    link = csv_link(ask.PAGE_NAME, ask.POSITIONS, view)
    return figure_block(text, figures.figure(drawn), frame, ask.POSITIONS.columns, link)


def _table(view: View, frame: pd.DataFrame) -> Component:
    figures_shown: dict[str, Decorate] = {
        key: _figure_cell(key) for key in ("value", "first_quartile", "median", "third_quartile")}
    look = TableLook(
        f"{_TITLE}（{view.period.label_ja}）",
        dense=True,
        decorate=figures_shown | {"place": lambda row, text: NOT_APPLICABLE_SIGN if row["place"] is None else text},
    )
    return table(frame, ask.POSITIONS.columns, look)


def _figure_cell(key: str) -> Decorate:
    """Rounded as the catalogue says; the quartile of counts that lies between two of them keeps its half."""
    def cell(row: Row, _: str) -> str:
        if row[key] is None:
            return NOT_APPLICABLE_SIGN
        decimals = int(row["decimals"] or 0) or int(not float(row[key]).is_integer())
        return with_unit(number(row[key], decimals, row["rounding"] or "half_up"), str(row["unit"] or ""))

    return cell
