"""回線と容量（探索型）: all lines against their bandwidth and when they fill, then one line in depth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.columns import month_ja
from dashboards.components import states
from dashboards.components.aria import aria
from dashboards.components.card import Card, Fact, grid
from dashboards.components.figure import csv_button
from dashboards.components.judgement import chip
from dashboards.components.link import page_link
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, table
from dashboards.pages import kpi_cards, line_detail, lines_outlook
from dashboards.pages import lines_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.pages.lines_outlook import Told
from dashboards.sentences.lines import reach_text
from dashboards.view import View, known
from dashboards.wording import with_unit
from warehouse.japanese import NOT_APPLICABLE_SIGN, mbps, number
from warehouse.outlook import AHEAD, reached

NAME = "lines"
_FEEDS = ("回線トラフィック", "インターフェースカウンタ", "回線・回線群（config/lines.csv、line_groups.csv）",
          "予算要求の締切（config/budget_requests.csv）")
_NOTES = (
    "「対確保帯域」の分母は回線ごとの確保帯域、「対総帯域」の分母はベストエフォートを含む総帯域です。対確保帯域が100%を超えても契約違反ではありません。",
    "四半期・半期・年度の95パーセンタイルも、その期間のすべての5分値から求めます（月の値の平均ではありません）。",
    "到達見込みは、最大36か月の月ごとの95パーセンタイル（受信と送信の大きい方）の傾きの中央値による直線、幅は80%の区間です。"
    "傾きが増加といえないか、60か月以内に達しないときは「見込みなし」、実績が12か月に満たないときは「データなし」です。",
    "予算要求の締切は、到達する年度の前年度の締切です。基準の月の末日より前なら「期限超過」とします。",
)
_RANGE_NOTES = (
    "95パーセンタイルは、この範囲のすべての5分値から求めます。保存期間を過ぎて5分値のない日を含むときは「データなし」です。",
    "帯域は範囲の末日のものです。回線群の値、設計値との比較及び到達見込みは、月を単位に示します。",
)
_JUDGED = ("K10", "K14", "K13", "K11")
"""The measures that judge a line or group, in the order of the cards."""
_OF_GUARANTEED = ("K10", "K14", "K13.p95")
_P95 = {"in": "K09.in", "out": "K09.out"}
_REACH = {70: "K20.70", 90: "K20.90", 100: "K20"}
_DESIGNED = {"p95_guaranteed": _OF_GUARANTEED, "max_guaranteed": ("K13",), "p95_total": ("K11",)}

Row = dict[str, Any]


def render(view: View) -> Sequence[Component]:
    """All lines first: how full, when full, against design.  Then the chosen line."""
    told = Told(view)
    return [
        guarded("回線の使用状況", view, partial(_usage, told)),
        guarded("容量の見込み", view, partial(_outlook, told)),
        guarded("設計値と実績", view, partial(_design, told)),
        guarded("回線の詳細", view, partial(line_detail.detail, told)),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def render_days(view: View) -> Sequence[Component]:
    """The same lines over any run of days, measured but not judged."""
    return [
        guarded("回線の使用状況", view, partial(_range, view)),
        guarded("回線の詳細", view, partial(line_detail.detail, Told(view))),
        sources(view.snapshot, view.period, _FEEDS[:3], _RANGE_NOTES),
    ]


def _section(title: str, sentence: str, content: Sequence[Component], dataset: Dataset, view: View) -> Component:
    head = [html.H2(title, className="section-title"), csv_button(title, csv_link(NAME, dataset, view))]
    return html.Section([html.Div(head, className="section-head"), html.P(sentence, className="reading"), *content],
                        className="table-section")


def _proof(told: Told, kpi: Row | None, content: Any) -> Any:
    """The content as a link to what the figure rests on; as it is where no KPI says the same."""
    if kpi is None or kpi["value"] is None:
        return content
    label = f"{kpi['name']}（{kpi['entity_name']}）の根拠"
    spoken = aria(label=f"{content}：{label}" if isinstance(content, str) else f"{kpi['judgement']}：{label}")
    return page_link(content, kpi_cards.proof_href(kpi, told.view.period), **spoken)


def _same(kpi: Row | None, value: float | None) -> Row | None:
    """The KPI if its value is this one: it takes the larger direction, a row tells of one."""
    if kpi is None or kpi["value"] is None or value is None:
        return None
    return kpi if abs(float(kpi["value"]) - float(value)) < 1e-6 else None


def _or_sign(key: str) -> Decorate:
    """「－」 where the row has no value under ``key``: there is no such bandwidth."""
    return lambda row, text: NOT_APPLICABLE_SIGN if row[key] is None else text


# how full


def _usage(told: Told) -> Component:
    view = told.view
    frame = ask.LEVELS.load(view)
    if not known(frame, "p95_bps"):
        return states.no_data("回線の使用状況", heading=2)
    look = TableLook(
        "lines",
        f"回線の使用状況（{view.period.label_ja}・方向別）",
        dense=True,
        decorate={
            "name": partial(_choose, view),
            "avg_bps": lambda row, text: NOT_APPLICABLE_SIGN if row["grain"] == "line_group" else text,
            "p95_bps": lambda row, text: _proof(told, told.kpi(row["entity"], _P95[row["direction"]]), text),
            "guaranteed_bps": _or_sign("guaranteed_bps"),
            "p95_guaranteed_pct": _share(told, "guaranteed_bps", "p95_guaranteed_pct", _OF_GUARANTEED),
            "total_bps": _or_sign("total_bps"),
            "p95_total_pct": _share(told, "total_bps", "p95_total_pct", ("K11",)),
            "exceeded_minutes": _share(told, "guaranteed_bps", "exceeded_minutes", ("K12",)),
            "judgement": lambda row, text: _proof(told, told.kpi(row["entity"], str(row["kpi_id"])), chip(text)),
        },
    )
    cards = [_card(told, row) for row in _judged(told)]
    content = [
        grid(cards) if cards else states.no_data("回線の判定"),
        table(frame, ask.LEVELS.columns, look),
        html.P("回線名はその回線の詳細（下段）を、下線のある数値と判定は根拠を開きます。判定は受信と送信の大きい方で行います"
               "（Web公開アクセスは最大、ほかは95パーセンタイル）。", className="note"),
    ]
    return _section("回線の使用状況", sentences.lines.usage(frame), content, ask.LEVELS, view)


def _range(view: View) -> Component:
    frame = ask.RANGE.load(view)
    if not known(frame, "max_bps"):
        return states.no_data("回線の使用状況", heading=2)
    signs = {"guaranteed_bps": "guaranteed_bps", "p95_guaranteed_pct": "guaranteed_bps", "total_bps": "total_bps",
             "p95_total_pct": "total_bps", "exceeded_minutes": "guaranteed_bps"}
    look = TableLook("lines", f"回線の使用状況（{view.period.label_ja}・方向別）", dense=True,
                     decorate={"name": partial(_choose, view), **{key: _or_sign(of) for key, of in signs.items()}})
    shown = [table(frame, ask.RANGE.columns, look)]
    return _section("回線の使用状況", sentences.lines.usage(frame), shown, ask.RANGE, view)


def _share(told: Told, denominator: str, key: str, measures: tuple[str, ...]) -> Decorate:
    """A figure that needs a bandwidth: 「－」 without one, a link to its proof where a KPI says the same."""

    def cell(row: Row, text: str) -> Any:
        if row[denominator] is None:
            return NOT_APPLICABLE_SIGN
        return _proof(told, _same(told.kpi(row["entity"], *measures), row[key]), text)

    return cell


def _judged(told: Told) -> list[Row]:
    return [row for kpi_id in _JUDGED for (measure, _), row in told.kpis.items() if measure == kpi_id]


def _card(told: Told, kpi: Row) -> Card:
    """One line: its share, what it is a share of, the periods before, and when it fills."""
    unit = str(kpi["unit"] or "")
    parts = f"{number(mbps(kpi['numerator']), 1)}／{number(mbps(kpi['denominator']))} Mbps"
    facts = [
        Fact("最大" if kpi["kpi_id"] == "K13" else "95パーセンタイル", parts),
        Fact("目標", kpi_cards.target(kpi)),
        *[Fact(label, with_unit(kpi_cards.shown_value(kpi, key), unit))
          for label, key in (("前の期間", "previous_value"), ("前年同期", "last_year_value")) if kpi[key] is not None],
        *_arrival(told, str(kpi["entity"])),
    ]
    return Card(f"{kpi['entity_name']}　{kpi['name']}", kpi_cards.shown_value(kpi), unit, kpi["judgement"], facts,
                str(kpi["description"] or ""), kpi_cards.proof_href(kpi, told.view.period))


def _arrival(told: Told, entity: str) -> list[Fact]:
    """The first threshold that the line has yet to reach, or why none is told; nothing for groups."""
    own = told.of_line(entity)
    if not own:
        return []
    row = next((row for row in own if reached(row) == AHEAD), own[-1])
    name = f"{row['threshold_pct']:.0f}%到達" if row["threshold_pct"] else "到達見込み"
    return [Fact(name, reach_text(row))]


def _choose(view: View, row: Row, text: str) -> Any:
    """A line's name leads to its own part of the page; a group has none."""
    if row["grain"] != "line":
        return text
    return page_link(text, urls.href(urls.LINES, view.period, entity=urls.Entity(urls.LINE, str(row["entity"]))))


# when full, and against design


def _outlook(told: Told) -> Component:
    frame = told.outlook
    if not len(frame):
        why = "この期間に、傾向を求められる月（ほぼ1か月分の計測値がある月）がありません。"
        return states.no_data("容量の見込み", why, heading=2)
    look = TableLook(
        "outlook",
        f"確保帯域の70%・90%・100%に達する見込み（{month_ja(str(told.thresholds[0]['seen_from']))}末時点）",
        dense=True,
        decorate={
            "threshold_pct": _or_sign("threshold_pct"),
            "reach_month": lambda row, _: _reach(told, row),
            "reach_earliest": _only_ahead,
            "reach_latest": _latest,
            "months_left": _or_sign("months_left"),
            "request_by": _or_sign("request_by"),
            "deadline": lambda row, text: chip(text) if row["deadline"] else NOT_APPLICABLE_SIGN,
        },
    )
    note = "到達見込みは根拠を開きます。確保帯域の定めのない回線と回線群の見込みは求めません。"
    content = [table(frame, lines_outlook.OUTLOOK.columns, look), html.P(note, className="note")]
    return _section("容量の見込み", sentences.lines.outlook(told.thresholds), content, lines_outlook.OUTLOOK, told.view)


def _reach(told: Told, row: Row) -> Any:
    kpi = told.kpi(row["entity"], _REACH.get(row["threshold_pct"], "K20"))
    return page_link(reach_text(row), kpi_cards.proof_href(kpi, told.view.period)) if kpi else reach_text(row)


def _only_ahead(row: Row, text: str) -> str:
    return text if reached(row) == AHEAD else NOT_APPLICABLE_SIGN


def _latest(row: Row, text: str) -> str:
    return "60か月より先" if reached(row) == AHEAD and row["reach_latest"] is None else _only_ahead(row, text)


def _design(told: Told) -> Component:
    frame = ask.DESIGN.load(told.view)
    if not known(frame, "result_value"):
        return states.no_data("設計値と実績", heading=2)
    look = TableLook(
        "design",
        f"設計値と実績（{told.view.period.label_ja}・受信と送信の大きい方）",
        dense=True,
        decorate={
            "design_value": _or_sign("design_value"),
            "used_pct": lambda row, text: _share(told, "design_value", "used_pct", _DESIGNED[row["item"]])(row, text),
            "margin": _or_sign("design_value"),
        },
    )
    note = "余裕は設計値から実績を引いた値です（▲は設計値を超えた量）。設計値の定めのない回線は「－」です。"
    content = [table(frame, ask.DESIGN.columns, look), html.P(note, className="note")]
    return _section("設計値と実績", sentences.lines.design(frame), content, ask.DESIGN, told.view)


PAGE = Page(NAME, urls.LINES, "回線と容量", "探索型", render, (*ask.DATASETS, *lines_outlook.DATASETS),
            render_days=render_days, needs_platform=True, chooses=ask.CHOICE)
