"""データカタログ（探索型）: which tables there are, what the KPIs mean, which files come in.

A table's name leads to its columns and their codes (``?table=ticket``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.columns import Column
from dashboards.components.figure import csv_button
from dashboards.components.sources import sources
from dashboards.components.table import TableLook, table
from dashboards.frames import rows, where
from dashboards.pages import catalogue_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.pages.catalogue_table import NAME, chosen, detail, or_sign, table_link
from dashboards.view import View

_MEANINGS = {
    "fact": "取り込んだ行そのもの",
    "mart": "明細から求めた値",
    "dimension": "設定と定義",
    "record": "取込み・公開などの記録",
}
_SOURCES = ("表・列の説明（warehouse/columns.toml、warehouse/models）", "指標の定義（config/kpi.toml）",
            "目標値（config/targets.csv）", "取込み定義（config/feeds）", "取込み記録")
_NOTES = (
    "行数・年月・最終取込みは、公開中のデータのものです。「－」は、年月のない表、取込みで作られない表、数えない表です。",
    "表の物理名・列の物理名は、SQL とスキーマで使う名前です。同じ内容は python app.py catalogue でも確かめられます。",
)


def title_of(view: View) -> str:
    """The page's name, or that of the table it shows."""
    table_row = chosen(view)
    return f"データカタログ：{table_row['title']}" if table_row else "データカタログ"


def render(view: View) -> Sequence[Component]:
    """One table, or the lists of all there is."""
    table_row = chosen(view)
    content = [guarded("表", view, partial(detail, view, table_row))] if table_row else [
        guarded("表の一覧", view, partial(_tables, view)),
        guarded("指標の定義", view, partial(_kpis, view)),
        guarded("取込み定義", view, partial(_feeds, view)),
    ]
    return [*content, sources(view.snapshot, None, _SOURCES, _NOTES)]


def _shown(dataset: Dataset, view: View, of_prefecture: Sequence[str]) -> list[Column]:
    """The columns on screen: bodies are not shown what only the prefecture may read."""
    return [column for column in dataset.columns if view.scope.platform or column.key not in of_prefecture]


def _head(title: str, *datasets: Dataset, view: View) -> Component:
    if len(datasets) == 1:
        buttons = csv_button(title, csv_link(NAME, datasets[0], view))
    else:
        buttons = html.Div([_csv(dataset, view) for dataset in datasets], className="csv-links")
    return html.Div([html.H2(title, className="section-title"), buttons], className="section-head")


def _csv(dataset: Dataset, view: View) -> Component:
    button = csv_button(dataset.title, csv_link(NAME, dataset, view))
    return html.Div([html.Span(dataset.title, className="note"), button], className="csv-item")


def _tables(view: View) -> Component:
    frame = ask.TABLES.load(view)
    columns = _shown(ask.TABLES, view, ask.OF_PREFECTURE)
    kinds = [_kind(view, where(frame, kind=kind), kind, columns) for kind in dict.fromkeys(frame["kind"])]
    return html.Section(
        [
            _head("表", ask.TABLES, ask.COLUMNS, ask.CODES, view=view),
            html.P(sentences.catalogue.tables(list(rows(frame))), className="reading"),
            html.P("表の名称から、列の名称・単位・意味とコードを開けます。", className="note"),
            *kinds,
        ],
        className="table-section",
    )


def _kind(view: View, frame: pd.DataFrame, kind: str, columns: Sequence[Column]) -> Component:
    name = str(frame["kind_name"].iloc[0])
    look = TableLook(
        f"{name}：{_MEANINGS[kind]}（{len(frame)}表）", sortable=True, dense=True,
        decorate={"title": lambda row, text: table_link(view, str(row["table_name"]), text)}
        | {key: or_sign(key) for key in ask.OF_PREFECTURE},
    )
    return table(frame, columns, look)


def _kpis(view: View) -> Component:
    frame = ask.measures(view)
    look = TableLook(f"指標の定義（{len(frame)}件）", dense=True, tall=True, decorate={
        "target_text": lambda row, text: text or or_sign("operator")(row, text),
        "model": lambda row, text: table_link(view, str(row["model"]), text),
        "clause": or_sign("clause"),
    })
    told = sentences.catalogue.measures(list(rows(frame)))
    return html.Section([_head("指標", ask.KPIS, view=view), html.P(told, className="reading"),
                         table(frame, ask.KPIS.columns, look)], className="table-section")


def _feeds(view: View) -> Component:
    frame = ask.FEEDS.load(view)
    look = TableLook(f"取込み定義（{len(frame)}件）", dense=True, sortable=True, decorate={
        "table_title": lambda row, text: table_link(view, str(row["table_name"]), text),
        **{key: or_sign(key) for key in ("last_date", "covered_to", "last_loaded_at")},
    })
    told = sentences.catalogue.feeds(list(rows(frame)))
    shown = _shown(ask.FEEDS, view, ask.FEED_COLUMNS_OF_PREFECTURE)
    return html.Section([_head("取込み定義", ask.FEEDS, view=view), html.P(told, className="reading"),
                         table(frame, shown, look)], className="table-section")


PAGE = Page(NAME, urls.CATALOGUE, "データカタログ", "探索型", render, ask.DATASETS,
            of_period=False, title=title_of)
