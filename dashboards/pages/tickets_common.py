"""問合せ・申請: what its parts share: sections, lists of tickets and changes, figures of months, links."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import urls
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.link import page_link
from dashboards.components.table import Decorate, TableLook, table
from dashboards.figures.base import Figure
from dashboards.frames import rows
from dashboards.pages import kpi_cards
from dashboards.pages import tickets_data as ask
from dashboards.pages.base import Dataset, csv_link
from dashboards.pages.happenings import over_months
from dashboards.view import View
from warehouse.scope import UNKNOWN_TENANT

NAME = "tickets"
ROWS_SHOWN = 30
_TALL_FROM = 12


def link(dataset: Dataset, view: View) -> str:
    """Where the dataset of this page can be downloaded."""
    return csv_link(NAME, dataset, view)


def section(title: str, told: str, content: Sequence[Component], dataset: Dataset, view: View) -> Component:
    head = [html.H2(title, className="section-title"), csv_button(title, link(dataset, view))]
    return html.Section([html.Div(head, className="section-head"), html.P(told, className="reading"), *content],
                        className="table-section")


def over_time(text: FigureText, figure: Figure, frame: pd.DataFrame, dataset: Dataset, view: View,
              months: Sequence[str]) -> Component:
    """A figure of months with what happened in them."""
    marked, events = over_months(figure, view, months)
    return figure_block(text.noting(events), marked, frame, dataset.columns, link(dataset, view))


def nothing(title: str, told: str) -> Component:
    """A real zero: a sentence, no card that looks like missing data."""
    return html.Section([html.H2(title, className="section-title"), html.P(told, className="reading")],
                        className="table-section")


def listed(frame: pd.DataFrame, dataset: Dataset, title: str, view: View, decorate: dict[str, Decorate]) -> Component:
    """The first rows of a list; names lead to the bodies, the whole list is in the file."""
    shown = frame.head(ROWS_SHOWN)
    more = f"、はじめの{ROWS_SHOWN}件" if len(frame) > ROWS_SHOWN else ""
    caption = f"{title}（{view.period.label_ja}・{len(frame):,}件{more}）"
    look = TableLook(caption, sortable=True, dense=True, tall=len(shown) > _TALL_FROM,
                     decorate={"tenant_name": partial(_body, view)} | decorate)
    return table(shown, dataset.columns, look)


def _body(view: View, row: dict[str, Any], text: str) -> Any:
    if row["tenant_code"] == UNKNOWN_TENANT or row["tenant_name"] is None:
        return text
    near = view.period if view.period.kind in ("month", "days") else None
    return page_link(text, urls.href(urls.TENANT, near, str(row["tenant_code"])))


def or_word(key: str, word: str) -> Decorate:
    """The word in place of what there is not (yet)."""
    return lambda row, text: word if row[key] is None else text


def only_kpi(view: View, kpi_id: str) -> dict[str, Any] | None:
    """The measure of the whole, or of the only body; ``None`` when there are several."""
    own = [kpi for kpi in rows(ask.kpis(view)) if kpi["kpi_id"] == kpi_id]
    return own[0] if len(own) == 1 else None


def proof_link(view: View, kpi_id: str, grain: str, entity: str, text: str) -> Component:
    """A figure that leads to what it rests on."""
    return page_link(text, kpi_cards.proof_href({"kpi_id": kpi_id, "grain": grain, "entity": entity}, view.period))
