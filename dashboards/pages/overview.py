"""概況（提示型）: the prefecture's month at a glance.

Judged KPIs, what needs a look, traffic, detections, tickets, lines, bodies: whole first, detail last.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.link import page_link
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, bar_cell, table
from dashboards.figures import counts, traffic
from dashboards.figures.axis import months_axis
from dashboards.frames import days_between, rows
from dashboards.pages import kpi_cards, traffic_days
from dashboards.pages import overview_data as ask
from dashboards.pages.attention import attention
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.pages.happenings import over_days, over_months
from dashboards.view import View, known
from warehouse.japanese import NOT_APPLICABLE_SIGN

NAME = "overview"
_FEEDS = (
    "団体別通信量",
    "回線トラフィック",
    "機器負荷",
    "稼働停止台帳",
    "問合せ管理台帳",
    "障害管理台帳",
    "検知・SOC判定結果",
    "利用数",
)


def render(view: View) -> Sequence[Component]:
    """Whole first, detail last; lines and bodies of longer periods stand on pages of their own."""
    of_month = view.period.kind == "month"
    figures = [("通信量月次推移", _traffic_trend), *([("通信量日次", _traffic_days)] if of_month else []),
               ("検知件数", _detections), ("受付件数", _tickets)]
    drawn = [guarded(what, view, partial(build, view)) for what, build in figures]
    details = [("通信回線", _lines), ("接続団体別", _tenants)] if of_month else [("詳しい値", _elsewhere)]
    return [
        guarded("主要指標", view, partial(_summary, view)),
        html.Section([html.H2("推移", className="section-title"), html.Div(drawn, className="figures")]),
        *(guarded(what, view, partial(build, view)) for what, build in details),
        sources(view.snapshot, view.period, _FEEDS),
    ]


def render_days(view: View) -> Sequence[Component]:
    """The traffic of any run of days; the rest stands on its own pages."""
    return [
        html.Section([html.H2("推移", className="section-title"),
                      html.Div([guarded("通信量日次", view, partial(_traffic_days, view))], className="figures")]),
        _elsewhere(view),
        sources(view.snapshot, view.period, ("団体別通信量",)),
    ]


def _elsewhere(view: View) -> Component:
    """Where lines and bodies of other periods than months are: their months' numbers do not add up to them."""
    links = [page_link(text, urls.href(path, view.period), "button")
             for text, path in (("回線と容量", urls.LINES), ("接続団体一覧", urls.TENANTS))]
    told = f"{view.period.label_ja}の回線ごと・団体ごとの値は、次の画面で示します。"
    return html.Section([html.H2("回線・団体ごとの値", className="section-title"), html.P(told, className="reading"),
                         html.Div(links, className="order-line")])


def _link(dataset: Dataset, view: View) -> str:
    return csv_link(NAME, dataset, view)


def _summary(view: View) -> Component:
    frame = view.data.kpis(view.period)
    if not len(frame):
        return states.no_data("主要指標")
    kpis = list(rows(frame))
    head = html.Div(
        [html.H2("主要指標", className="section-title"), csv_button("主要指標", _link(ask.KPIS, view))],
        className="section-head",
    )
    return html.Section(
        [
            html.Div([_tally(kpis), attention(view, kpis)], className="glance"),
            head,
            kpi_cards.kpi_groups(kpis, view.period),
        ],
        className="summary",
    )


def _tally(kpis: list[dict[str, Any]]) -> Component:
    return html.Section(
        [html.H2("目標に対する判定", className="box-title"), kpi_cards.tally(kpis)],
        className="panel glance-box",
    )


def _traffic_trend(view: View) -> Component:
    frame = ask.TRAFFIC_TREND.load(view)
    if not known(frame, "bytes"):
        return states.no_data("通信量の月次推移")
    months = view.of_trend().months
    sentence = sentences.traffic.monthly_traffic(frame, months, view.data.open_days(view.of_trend().period))
    text = FigureText(
        "traffic-trend",
        "通信量（全団体計・月次推移・GB）",
        sentence,
        "白抜きの点は取得率95%未満の月です。",
    )
    columns = ask.TRAFFIC_TREND.columns
    figure, events = over_months(traffic.monthly(frame, months), view, months)
    return figure_block(text.noting(events), figure, frame, columns, _link(ask.TRAFFIC_TREND, view))


def _traffic_days(view: View) -> Component:
    frame, days = ask.TRAFFIC_DAYS.load(view), days_between(view.period.start, view.period.end)
    if not known(frame, "bytes"):
        return states.no_data("通信量の日次推移")
    text = FigureText(
        "traffic-days",
        f"通信量（全団体計・{view.period.label_ja}の日次・GB）",
        traffic_days.told(view, ask.TRAFFIC_DAYS),
        "灰色の帯は閉庁日、斜線の棒は取得率95%未満の日です。",
    )
    columns = ask.TRAFFIC_DAYS.columns
    figure, events = over_days(traffic.daily(frame, days), view, days)
    return figure_block(text.noting(events), figure, frame, columns, _link(ask.TRAFFIC_DAYS, view))


def _detections(view: View) -> Component:
    frame, months = view.data.detections_trend(view.of_trend().period), view.of_trend().months
    if not known(frame, "n"):
        return states.no_data("検知件数")
    text = FigureText(
        "detections",
        "検知件数（危険度別・月次推移・件）",
        sentences.counts.detections(frame, months),
        "上段は重大なものだけを別の目盛りで示します。",
        360,
    )
    figure, events = over_months(counts.detections(frame, months_axis(months)), view, months)
    dataset = ask.DETECTIONS
    return figure_block(text.noting(events), figure, dataset.load(view), dataset.columns, _link(dataset, view))


def _tickets(view: View) -> Component:
    frame, months = ask.TICKETS.load(view), view.of_trend().months
    if not known(frame, "n"):
        return states.no_data("受付件数")
    text = FigureText(
        "tickets",
        "問合せ・作業依頼等の受付件数（区分別・月次推移・件）",
        sentences.counts.tickets(frame, months),
        "棒の上の数値は月の合計です。",
        360,
    )
    figure, events = over_months(counts.tickets(frame, months_axis(months)), view, months)
    return figure_block(text.noting(events), figure, frame, ask.TICKETS.columns, _link(ask.TICKETS, view))


def _lines(view: View) -> Component:
    frame = ask.LINES.load(view)
    if not known(frame, "expected"):
        return states.no_data("通信回線")
    look = TableLook(f"通信回線の使用状況（{view.period.label_ja}・方向別）", decorate=_NO_DENOMINATOR)
    return _table_section(
        "lines",
        "通信回線の使用状況",
        sentences.traffic.lines(frame),
        table(frame, ask.LINES.columns, look),
        csv_button("通信回線の使用状況", _link(ask.LINES, view)),
        "「対確保帯域」の分母は回線ごとの確保帯域、「対総帯域」の分母はベストエフォートを含む総帯域です。"
        "対確保帯域が100%を超えても契約違反ではありません。"
        "判定は回線ごとに、受信と送信の大きい方で行います（Web公開アクセスは最大、ほかは95パーセンタイル）。",
    )


def _or_not_applicable(denominator: str) -> Decorate:
    """「－」 instead of 「…」 where the line has no such denominator."""
    return lambda row, text: NOT_APPLICABLE_SIGN if row[denominator] is None else text


_NO_DENOMINATOR = {
    "guaranteed_bps": _or_not_applicable("guaranteed_bps"),
    "p95_guaranteed_pct": _or_not_applicable("guaranteed_bps"),
    "exceeded_minutes": _or_not_applicable("guaranteed_bps"),
    "total_bps": _or_not_applicable("total_bps"),
    "p95_total_pct": _or_not_applicable("total_bps"),
}


def _tenants(view: View) -> Component:
    frame = ask.TENANTS.load(view)
    if not len(frame):
        return states.no_data("接続団体別")
    highest = float(frame["share_pct"].max()) if known(frame, "share_pct") else 0.0
    look = TableLook(
        f"接続団体別の利用・問合せ・検知（{view.period.label_ja}・{len(frame)}団体）",
        sortable=True,
        decorate={
            "name": lambda row, text: _tenant_link(view, row, text),
            "in_time_pct": lambda row, text: NOT_APPLICABLE_SIGN if row["answers_due"] == 0 else text,
            "share_pct": lambda row, text: bar_cell(row["share_pct"], highest, text),
        },
    )
    return _table_section(
        "tenants",
        "接続団体別",
        sentences.bodies.tenants(frame),
        table(frame, ask.TENANTS.columns, look),
        csv_button("接続団体別", _link(ask.TENANTS, view)),
        "見出しのボタンで並べ替えができます。団体名から各団体の画面を開けます。前月比・前年同月比は通信量（受信と送信の合計）の増減率です。",
    )


def _tenant_link(view: View, row: dict[str, Any], text: str) -> Component:
    return page_link(text, urls.href(urls.TENANT, view.period, str(row["tenant_code"])))


def _table_section(anchor: str, title: str, sentence: str, content: Component, csv: Component, note: str) -> Component:
    return html.Section(
        [
            html.Div([html.H2(title, className="section-title"), csv], className="section-head"),
            html.P(sentence, className="reading"),
            content,
            html.P(note, className="note"),
        ],
        id=anchor,
        className="table-section",
    )


PAGE = Page(NAME, urls.OVERVIEW, "概況", "提示型", render, ask.DATASETS, render_days=render_days,
            needs_platform=True)
