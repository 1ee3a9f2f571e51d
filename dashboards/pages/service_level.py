"""サービスレベル（探索型）: every KPI of a period with target, judgement and history; each leads to its proof."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.aria import aria
from dashboards.components.figure import csv_button
from dashboards.components.judgement import chip, sign
from dashboards.components.link import page_link
from dashboards.components.markup import Node, node, scroll_table
from dashboards.components.sources import sources
from dashboards.components.table import TableLook, table
from dashboards.data import TREND_MONTHS
from dashboards.frames import rows
from dashboards.pages import kpi_cards
from dashboards.pages import service_level_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.view import View
from dashboards.wording import with_unit
from warehouse.japanese import NOT_APPLICABLE_SIGN
from warehouse.period import Period

NAME = "service-level"
_FEEDS = ("すべての取込みデータ", "指標の定義（config/kpi.toml）", "目標値（config/targets.csv）")
_ASIDE = "機器の指標と容量到達見込み"
_NOTES = (
    "判定は丸める前の値で行います。目標値のない指標は判定しません（目標未設定）。良し悪しを問わない指標（受付件数など）の判定は「－」です。",
    "団体ごとの値は「接続団体」に示します。指標の名前から、定義・もとの行・もとのファイルを示す「根拠」を開けます。",
)


def render(view: View) -> Sequence[Component]:
    """What was judged, how it went so far, then every measure."""
    kpis = list(rows(view.data.service_levels(view.period)))
    if not any(kpi["value"] is not None for kpi in kpis):
        return [states.no_data("サービスレベル")]
    return [
        guarded("判定", view, partial(_judged, view, kpis)),
        guarded("全指標", view, partial(_all, view)),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def proof_link(text: Any, view: View, kpi: dict[str, Any]) -> Component:
    """From a figure to what it rests on."""
    described = aria(label=f"{kpi['name']}（{kpi['entity_name']}）の根拠")
    return page_link(text, kpi_cards.proof_href(kpi, view.period), **described)


def _link(dataset: Dataset, view: View) -> str:
    return csv_link(NAME, dataset, view)


def _judged(view: View, kpis: list[dict[str, Any]]) -> Component:
    asked = [kpi for kpi in kpis if kpi["target"] is not None]
    head = html.Div(
        [html.H2("目標に対する判定", className="section-title"), csv_button("判定の推移", _link(ask.JUDGEMENTS, view))],
        className="section-head",
    )
    return html.Section(
        [
            head,
            html.P(sentences.kpis.service_levels(kpis, view.period.label_ja), className="reading"),
            html.Div(kpi_cards.tally(kpis), className="panel tally-line"),
            _history(view, asked) if asked else states.no_data("判定の推移", "目標値のある指標がありません。"),
        ],
        className="table-section",
    )


def _history(view: View, asked: list[dict[str, Any]]) -> Component:
    periods = [view.period.shift(back) for back in range(1 - TREND_MONTHS, 1)]
    judged = ask.history_of(view)
    known = {period for own in judged.values() for period in own}
    shown = [period for period in periods if str(period) in known]
    head = node("Tr", [*(node("Th", text, scope="col") for text in ("指標", "対象", "実績", "目標")),
                       *(node("Th", _short(period), scope="col", className="mark", title=period.label_ja)
                         for period in shown)])
    body = [_history_row(view, kpi, judged.get(ask.figure_key(kpi), {}), shown) for kpi in asked]
    caption = f"目標のある指標の判定（{shown[0].label_ja}から{shown[-1].label_ja}まで）" if shown else "判定"
    legend = "● 達成　▲ 注意　■ 未達　－ データなし又は対象なし"
    return html.Div([scroll_table(caption, head, body, "table-dense"), html.P(legend, className="note")])


def _history_row(view: View, kpi: dict[str, Any], judged: dict[str, str], shown: list[Period]) -> Node:
    unit = str(kpi["unit"] or "")
    cells = [node("Td", sign(judged.get(str(period), "")), className="mark") for period in shown]
    return node("Tr", [
        node("Th", proof_link(kpi["name"], view, kpi), scope="row"),
        node("Td", kpi["entity_name"], className="wraps"),
        node("Td", with_unit(kpi_cards.shown_value(kpi), unit), className="number"),
        node("Td", kpi_cards.target(kpi), className="number"),
        *cells,
    ])


def _short(period: Period) -> str:
    """10月, 第2, 上期, 令和8: what fits over a sign."""
    if period.kind == "month":
        return f"{period.start.month}月"
    label = period.label_ja.split("年度")
    return label[1] or label[0] if len(label) > 1 else label[0]


def _all(view: View) -> Component:
    """Measures of the whole, lines and licences in sight, those of devices and of capacity a click away."""
    frame = ask.LEVELS.load(view)
    aside = (frame["grain"] == "device") | frame["kpi_id"].str.startswith("K20")
    return html.Section(
        [
            html.Div(
                [html.H2("すべての指標", className="section-title"), csv_button("全指標", _link(ask.LEVELS, view))],
                className="section-head",
            ),
            _table(frame[~aside], f"全体・回線・ライセンスの指標（{view.period.label_ja}）", view),
            html.Details(
                [
                    html.Summary(f"{_ASIDE}（{int(aside.sum())}行）"),
                    _table(frame[aside], f"{_ASIDE}（{view.period.label_ja}）", view),
                ]
            ),
        ],
        className="table-section",
    )


def _table(frame: pd.DataFrame, caption: str, view: View) -> Component:
    look = TableLook(
        f"{caption}（{len(frame)}行）",
        sortable=True,
        dense=True,
        decorate={
            "name": lambda kpi, text: proof_link(text, view, kpi),
            "value": lambda kpi, _: _with_unit(kpi, "value"),
            "target": lambda kpi, _: kpi_cards.target(kpi),
            "judgement": lambda kpi, text: NOT_APPLICABLE_SIGN if kpi["judgement"] is None else chip(text),
            "previous_value": lambda kpi, _: _with_unit(kpi, "previous_value"),
            "last_year_value": lambda kpi, _: _with_unit(kpi, "last_year_value"),
            "coverage_pct": lambda kpi, text: NOT_APPLICABLE_SIGN if kpi["coverage_pct"] is None else text,
        },
    )
    return table(frame, ask.LEVELS.columns, look)


def _with_unit(kpi: dict[str, Any], key: str) -> str:
    text = kpi_cards.shown_value(kpi, key)
    return text if kpi[key] is None else with_unit(text, str(kpi["unit"] or ""))


PAGE = Page(NAME, urls.SERVICE_LEVEL, "サービスレベル", "探索型", render, ask.DATASETS, needs_platform=True)
