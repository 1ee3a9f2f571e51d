"""A figure with everything a reader needs: title, one sentence, alternative text, the table behind it, its CSV file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from dashboards import urls
from dashboards.columns import Column
from dashboards.components.aria import aria
from dashboards.components.table import TableLook, table
from dashboards.figures.base import CONFIG, Figure


@dataclass(frozen=True)
class FigureText:
    """``title`` holds content, kind of data and unit; ``sentence`` reads the figure; ``note`` explains its marks."""

    name: str
    title: str
    sentence: str
    note: str = ""
    height: int = 300

    def noting(self, more: str) -> FigureText:
        """With another sentence at the end of the note."""
        return replace(self, note=self.note + more)


def figure_block(
    text: FigureText, figure: Figure, frame: pd.DataFrame, columns: tuple[Column, ...], csv_link: str
) -> Component:
    """A card with the figure; its data follow as a closed ``details`` table."""
    return html.Figure(
        [
            html.Figcaption(
                [html.H3(text.title, className="figure-title"), html.P(text.sentence, className="reading")]
            ),
            html.Div(_graph(text, figure), role="img", **aria(label=f"{text.title}。{text.sentence}")),
            html.P(text.note, className="note") if text.note else None,
            html.Div(
                [
                    html.Details(
                        [
                            html.Summary("データ表"),
                            table(frame, columns, TableLook(text.title, dense=True)),
                        ]
                    ),
                    csv_button(text.title, csv_link),
                ],
                className="figure-tools",
            ),
        ],
        className="panel figure",
    )


def _graph(text: FigureText, figure: Figure) -> Component:
    config: Any = CONFIG
    style = {"height": f"{text.height}px", "width": "100%"}
    return dcc.Graph(id=f"figure-{text.name}", figure=figure, config=config, responsive=True, style=style)


def csv_button(what: str, link: str) -> Component:
    """Download links; plain ones, so that they work from the keyboard and can be copied."""
    formats = (("CSV", link), ("Excel", urls.xlsx_href(link)))
    return html.Span(
        [html.A(name, href=href, className="csv-link", download="", **aria(label=f"{what}を{name}でダウンロード"))
         for name, href in formats],
        className="downloads",
    )
