"""負荷・稼働（探索型）: how the services ran, every stop on a time line, how full devices and licences were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.columns import day_ja, month_ja
from dashboards.components import card, states
from dashboards.components.aria import aria
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.judgement import chip
from dashboards.components.link import page_link
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, bar_cell, table
from dashboards.figures import base as figure_base
from dashboards.figures import load as figures
from dashboards.frames import days_between, rows
from dashboards.pages import kpi_cards
from dashboards.pages import load_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.pages.happenings import over_days, over_months
from dashboards.view import View, known
from warehouse.japanese import NOT_APPLICABLE_SIGN, number

NAME = "load"
_FEEDS = ("稼働停止台帳", "障害管理台帳", "機器の負荷（SNMP）", "ライセンス利用数")
_NOTES = (
    "稼働率は、計画停止と除外事由のある停止を除いて計算します。縮退と系切替は停止の時間に含めません。",
    "飽和度は、サービスを構成する機器のどれかの指標が達した、設計上限に対する最大の割合です。",
    "機器の95パーセンタイルは対象期間の5分値から求めます。月の値を平均したものではありません。",
)
_RANGE_NOTES = (
    "機器の95パーセンタイルは、この範囲のすべての5分値から求めます。保存期間を過ぎて5分値のない日を含むときは「データなし」です。",
    "設計上限は範囲の末日のものです。サービス別の稼働率とライセンスは、月を単位に示します。",
)
_PANEL_PIXELS = 190
_BESIDE_PANELS = 480
"""Height of the figure that stands beside the panels."""
Row = dict[str, Any]


def render(view: View) -> Sequence[Component]:
    """Services, their stops, the devices behind them, and the licences."""
    return [
        guarded("主要指標", view, partial(_kpis, view)),
        guarded("停止等の時系列", view, partial(_stops, view)),
        guarded("サービス別の稼働", view, partial(_services, view)),
        guarded("機器の負荷", view, partial(_devices, view)),
        guarded("ライセンス・資源", view, partial(_licences, view)),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def render_days(view: View) -> Sequence[Component]:
    """Stops and devices over any run of days, measured but not judged."""
    return [
        guarded("停止等の時系列", view, partial(_stops, view)),
        guarded("機器の負荷", view, partial(_devices, view)),
        sources(view.snapshot, view.period, ("稼働停止台帳", "機器の負荷（SNMP）"), _RANGE_NOTES),
    ]


def _link(dataset: Dataset, view: View) -> str:
    return csv_link(NAME, dataset, view)


def _head(title: str, dataset: Dataset, view: View) -> Component:
    return html.Div([html.H2(title, className="section-title"), csv_button(title, _link(dataset, view))],
                    className="section-head")


def _section(title: str, told: str, content: Component, dataset: Dataset, view: View) -> Component:
    return html.Section([_head(title, dataset, view), html.P(told, className="reading"), content],
                        className="table-section")


def _kpis(view: View) -> Component:
    kpis = list(rows(ask.KPIS.load(view)))
    if not any(kpi["value"] is not None for kpi in kpis):
        return states.no_data("主要指標", heading=2)
    cards = card.grid([kpi_cards.kpi_card(kpi, view.period) for kpi in kpis], "cards-4")
    return html.Section([_head("稼働と障害対応", ask.KPIS, view), cards], className="summary")


def _is_told(view: View) -> bool:
    """Whether an outage ledger covers any of the period: without one, no stop is not the same as none."""
    return bool(view.data.told_months("service_outage", view.period))


def _stops(view: View) -> Component:
    frame = ask.OUTAGES.load(view)
    title = "停止・縮退・系切替"
    if not len(frame):
        if not _is_told(view):
            return states.no_data(title, heading=2)
        none = "この期間に、停止、縮退及び系切替はありません（0件）。"
        return html.Section([html.H2(title, className="section-title"), html.P(none, className="panel zero")])
    found = list(rows(frame))
    known_services = [str(name) for name in view.data.services(view.period)["name"]]
    services = list(dict.fromkeys([*known_services, *frame["service_name"]]))
    span = figures.Span(view.period.start, view.period.end, _as_of(view))
    text = FigureText(
        "load-stops",
        f"サービス別の停止等（{view.period.label_ja}・1件ごとの時系列）",
        sentences.load.stops(found, list(figures.LOOKS)),
        f"{figures.STOP_SIGNS}　印は始まりの時刻、棒の長さは続いた時間です。継続中のものは数値時点まで描きます。",
        figure_base.row_height(len(services), above=16, below=40),
    )
    caption = f"{title}（{view.period.label_ja}・{len(frame)}件）"
    return html.Section(
        [
            html.H2(title, className="section-title"),
            figure_block(text, figures.stops(found, services, span), frame, ask.OUTAGES.columns[:5],
                         _link(ask.OUTAGES, view)),
            table(frame, ask.OUTAGES.columns, TableLook(caption, sortable=True, dense=True,
                                                        tall=len(frame) > 12, decorate=_OUTAGE_CELLS)),
        ],
        className="table-section",
    )


def _as_of(view: View) -> datetime:
    return view.snapshot.data_as_of or datetime.combine(view.period.end, time()) + timedelta(days=1)


def _or(key: str, word: str) -> Decorate:
    return lambda row, text: word if row[key] is None else text


_OUTAGE_CELLS: dict[str, Decorate] = {
    "kind_name": lambda row, text: f"{figures.LOOKS[text].sign} {text}",
    "ended_at": _or("ended_at", "継続中"),
    "minutes": _or("ended_at", "継続中"),
    "exclusion": _or("exclusion", NOT_APPLICABLE_SIGN),
}


def _proof(view: View, kpi_id: str, grain: str, entity: str, text: Any, name: str) -> Component:
    href = kpi_cards.proof_href({"kpi_id": kpi_id, "grain": grain, "entity": entity}, view.period)
    return page_link(text, href, **aria(label=f"{name}の根拠"))


def _judged(row: Row, text: str) -> Any:
    return NOT_APPLICABLE_SIGN if row["judgement"] is None else chip(text)


def _services(view: View) -> Component:
    frame = ask.SERVICES.load(view)
    title = "サービス別の稼働"
    if not known(frame, "availability_pct"):
        return states.no_data(title, heading=2)
    look = TableLook(
        f"サービス別の稼働（{view.period.label_ja}・{len(frame)}サービス）", sortable=True, dense=True,
        decorate={
            "name": lambda row, text: _proof(view, "K01", "service", row["service_id"], text, f"{text}の稼働率"),
            "target": _or("target", "未設定"),
            "judgement": _judged,
            "saturation_pct": _or("saturation_pct", NOT_APPLICABLE_SIGN),
        },
    )
    return _section(title, sentences.load.services(list(rows(frame))), table(frame, ask.SERVICES.columns, look),
                    ask.SERVICES, view)


def _devices(view: View) -> Component:
    dataset = ask.RANGE if view.period.kind == "days" else ask.DEVICES
    frame = dataset.load(view)
    if not known(frame, "max_value"):
        return states.no_data("機器の負荷", heading=2)
    found = list(rows(frame))
    highest = max([100.0, *(row["max_design_pct"] for row in found if row["max_design_pct"] is not None)])
    look = TableLook(
        f"機器と指標別の負荷（{view.period.label_ja}・{len(frame)}行）", sortable=True, dense=True,
        tall=len(frame) > 12,
        decorate={
            **({"metric_name": partial(_metric, view), "judgement": _judged} if dataset is ask.DEVICES else {}),
            **{key: partial(_amount, key) for key in ("avg_value", "p95_value", "max_value", "design_limit")},
            "max_design_pct": lambda row, text: bar_cell(row["max_design_pct"], highest, text),
        },
    )
    drawn = [guarded("負荷の推移", view, partial(_maxima, view, found)),
             guarded("同時セッション数", view, partial(_sessions, view, frame, dataset))]
    return html.Section(
        [
            _head("機器の負荷", dataset, view),
            html.P(sentences.load.devices(found), className="reading"),
            html.Div(drawn, className="figures"),
            table(frame, dataset.columns, look),
        ],
        className="table-section",
    )


def _metric(view: View, row: Row, text: str) -> Any:
    if row["kpi_id"] is None:
        return text
    return _proof(view, row["kpi_id"], "device", row["device_id"], text, f"{row['name']}の{text}")


def _amount(key: str, row: Row, _: str) -> str:
    """Shares with one decimal, counts whole."""
    return number(row[key], 1 if row["unit"] == "%" else 0)


def _maxima(view: View, devices: Sequence[Row]) -> Component:
    monthly = ask.by_month(view.period)
    what = "月" if monthly else "日"
    highest = ask.placed(ask.MAXIMA.load(view), view.period)
    if not known(highest, "max_design_pct"):
        return states.no_data("負荷の推移")
    places = _places(view, monthly)
    fullest = _fullest(devices)
    panels = [figures.Panel(metric, name, ask.lines_of(highest, metric, places)) for metric, name in fullest.items()]
    text = FigureText(
        "load-maxima",
        f"機器の負荷の最大（{view.period.label_ja}・{what}次・設計上限に対する%）",
        sentences.load.maxima([_peak(panel, places, monthly) for panel in panels], what),
        "濃い線は期間の最大が最も高い機器、灰色の線はほかの機器、破線は設計上限（100%）です。線の切れ目はデータなしです。"
        "CSVには全機器の日ごとの値があります。",
        _PANEL_PIXELS * len(panels),
    )
    over = over_months if monthly else over_days
    figure, events = over(figures.maxima(panels, places, monthly), view, places)
    return figure_block(text.noting(events), figure, _highlighted(panels, places, monthly), ask.SHOWN_MAXIMA,
                        _link(ask.MAXIMA, view))


def _places(view: View, monthly: bool) -> list[Any]:
    """Days or months of the period up to the end of the data."""
    last = min(view.period.end, view.last_loaded_day() or view.period.end)
    days = days_between(view.period.start, last)
    return list(dict.fromkeys(f"{day:%Y-%m}" for day in days)) if monthly else days


def _fullest(devices: Sequence[Row]) -> dict[str, str]:
    """Metric -> the device whose maximum comes nearest to (or goes furthest beyond) its design limit."""
    found: dict[str, Row] = {}
    for row in devices:
        before = found.get(row["metric_name"])
        if row["max_design_pct"] is not None and (before is None or row["max_design_pct"] > before["max_design_pct"]):
            found[row["metric_name"]] = row
    return {metric: str(row["name"]) for metric, row in found.items()}


def _place_ja(place: Any, monthly: bool) -> str:
    return month_ja(place) if monthly else day_ja(place)


def _peak(panel: figures.Panel, places: Sequence[Any], monthly: bool) -> Row:
    series = panel.series[panel.highlighted]
    most, when = max((value, place) for value, place in zip(series, places, strict=True) if value is not None)
    return {"metric_name": panel.title, "name": panel.highlighted, "max_design_pct": most,
            "when": _place_ja(when, monthly)}


def _highlighted(panels: Sequence[figures.Panel], places: Sequence[Any], monthly: bool) -> pd.DataFrame:
    return pd.DataFrame([
        {"place": _place_ja(place, monthly), "metric_name": panel.title, "name": panel.highlighted,
         "max_design_pct": value}
        for panel in panels
        for place, value in zip(places, panel.series[panel.highlighted], strict=True)
    ])


def _sessions(view: View, frame: pd.DataFrame, dataset: Dataset) -> Component:
    own = frame[frame["metric"] == "sessions"].reset_index(drop=True)
    if not known(own, "max_design_pct"):
        return states.no_data("同時セッション数")
    found = list(rows(own))
    text = FigureText(
        "load-sessions",
        f"同時セッション数（{view.period.label_ja}の最大・設計上限に対する%）",
        sentences.load.sessions(found),
        "棒は最大、◇は95パーセンタイル、破線は設計上限です。",
        max(figure_base.row_height(len(found), above=16, below=32), _BESIDE_PANELS),
    )
    columns = tuple(column for column in dataset.columns if column.key not in ("metric_name", "judgement"))
    return figure_block(text, figures.sessions(found), own, columns, _link(dataset, view))


def _licences(view: View) -> Component:
    frame = ask.LICENCES.load(view)
    if not known(frame, "used"):
        return states.no_data("ライセンス・資源", heading=2)
    look = TableLook(
        f"ライセンス・資源の使用（{view.period.label_ja}の末）",
        decorate={
            "name": lambda row, text: text if row["grain"] is None else _proof(view, row["kpi_id"], row["grain"],
                                                                               row["entity"], text, f"{text}の使用率"),
            "used_pct": lambda row, text: bar_cell(row["used_pct"], 100.0, text),
            "judgement": _judged,
        },
    )
    return _section("ライセンス・資源", sentences.load.licences(list(rows(frame))),
                    table(frame, ask.LICENCES.columns, look), ask.LICENCES, view)


PAGE = Page(NAME, urls.LOAD, "負荷・稼働", "探索型", render, ask.DATASETS, render_days=render_days, needs_platform=True)
