"""データカタログ: one table with its columns, and the codes that stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.columns import month_ja
from dashboards.components.figure import csv_button
from dashboards.components.link import page_link
from dashboards.components.table import Decorate, TableLook, table
from dashboards.errors import UnknownChoice
from dashboards.frames import one_row, rows, where
from dashboards.pages import catalogue_data as ask
from dashboards.pages.base import csv_link
from dashboards.view import View
from warehouse.japanese import NOT_APPLICABLE_SIGN, era_datetime, number

NAME = "catalogue"


def chosen(view: View) -> dict[str, Any] | None:
    """The table that the link names; raises :class:`UnknownChoice` when there is none of that name."""
    if view.table is None:
        return None
    found = one_row(where(view.data.catalogue_tables(), table_name=view.table))
    if found is None:
        raise UnknownChoice("表が見つかりません", f"「{view.table}」という表はありません。",
                            "一覧から表の名称を選んでください。")
    return found


def table_link(view: View, name: str, text: Any) -> Component:
    """From a table's name to its columns."""
    return page_link(text, urls.href(urls.CATALOGUE, view.period, table=name))


def or_sign(key: str) -> Decorate:
    """「－」 where a table, feed or measure has no such thing."""
    return lambda row, text: NOT_APPLICABLE_SIGN if row[key] is None else text


def detail(view: View, record: dict[str, Any]) -> Component:
    """What the table is, its columns, its codes."""
    columns = ask.typed(where(view.data.catalogue_columns(), table_name=record["table_name"]))
    lists = [name for name in dict.fromkeys(columns["codes"]) if name]
    codes = view.data.catalogue_codes()
    return html.Div(
        [
            html.P(page_link("← 表の一覧", urls.href(urls.CATALOGUE, view.period))),
            html.P(sentences.catalogue.table(record, list(rows(columns))), className="reading"),
            html.Dl([_told(name, text) for name, text in _facts(view, record)], className="panel definition"),
            _columns(view, record, columns),
            *([_codes(view, codes[codes["list_name"].isin(lists)])] if lists else []),
        ],
        className="catalogue-table",
    )


def _told(name: str, text: str) -> Component:
    return html.Div([html.Dt(name), html.Dd(text)])


def _facts(view: View, record: dict[str, Any]) -> Sequence[tuple[str, str]]:
    known = [("物理名", str(record["table_name"])), ("種類", str(record["kind_name"])),
             ("1行の単位", str(record["grain"])), ("キーの列", str(record["keys"]).replace(",", "、")),
             ("出どころ", str(record["source"])), ("読める人", str(record["readers_name"]))]
    if not view.scope.platform:
        return known
    count, loaded = record["row_count"], record["last_loaded_at"]
    return [
        *known,
        ("行数", NOT_APPLICABLE_SIGN if count is None else f"{number(count)}行"),
        ("年月", _months(record)),
        ("最終取込み", era_datetime(loaded) if loaded else NOT_APPLICABLE_SIGN),
    ]


def _months(record: dict[str, Any]) -> str:
    first, last = record["first_month"], record["last_month"]
    return f"{month_ja(first)}から{month_ja(last)}まで" if first and last else NOT_APPLICABLE_SIGN


def _columns(view: View, record: dict[str, Any], frame: pd.DataFrame) -> Component:
    caption = f"{record['title']}（{record['table_name']}）の列（{len(frame)}列）"
    look = TableLook(caption, dense=True, decorate={
        "is_key": lambda row, _: "○" if row["is_key"] else "",
        "unit": lambda row, _: row["unit"] or NOT_APPLICABLE_SIGN,
        "codes_title": or_sign("codes_title"),
    })
    head = [html.H2("列", className="section-title"), csv_button("すべての表の列", csv_link(NAME, ask.COLUMNS, view))]
    return html.Section([html.Div(head, className="section-head"), table(frame, ask.COLUMNS.columns, look),
                         html.P("「○」の列の組で1行が定まります。CSV はすべての表の列です。", className="note")],
                        className="table-section")


def _codes(view: View, frame: pd.DataFrame) -> Component:
    titles = list(dict.fromkeys(frame["list_title"]))
    look = TableLook(f"列に入るコード（{len(titles)}種類・{len(frame)}件）", dense=True, tall=len(frame) > 20,
                     decorate={key: or_sign(key) for key in ("detail", "valid_from", "valid_to")})
    head = [html.H2("コード", className="section-title"), csv_button("すべてのコード", csv_link(NAME, ask.CODES, view))]
    told = f"列に入るコードは{'、'.join(titles)}の{len(titles)}種類です。有効期間の終わりのないものは、今も使います。"
    return html.Section([html.Div(head, className="section-head"), html.P(told, className="reading"),
                         table(frame, ask.CODES.columns, look)], className="table-section")
