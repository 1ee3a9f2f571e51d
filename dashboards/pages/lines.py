"""回線と容量（探索型）: all lines against their bandwidth and when they fill, then one line day by day and hour by hour."""

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
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.judgement import chip
from dashboards.components.link import page_link
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, table
from dashboards.figures import lines as figures
from dashboards.frames import days_between, rows, where
from dashboards.pages import kpi_cards
from dashboards.pages import lines_data as ask
from dashboards.pages.base import EVERY_KIND, Dataset, Page, csv_link, guarded
from dashboards.sentences.lines import AHEAD, reach_text, reached
from dashboards.view import View, known
from dashboards.wording import rate, with_unit
from warehouse.japanese import NOT_APPLICABLE_SIGN

NAME = "lines"
_FEEDS = ("回線トラフィック", "インターフェースカウンタ", "回線・回線群（config/lines.csv、line_groups.csv）", "予算要求の締切")
_NOTES = (
    "「対確保帯域」の分母は回線ごとの確保帯域、「対総帯域」の分母はベストエフォートを含む総帯域です。対確保帯域が100%を超えても契約違反ではありません。",
    "四半期・半期・年度の95パーセンタイルも、その期間のすべての5分値から求めます（月の値の平均ではありません）。",
    "到達見込みは、最大36か月の月ごとの95パーセンタイル（受信と送信の大きい方）の傾きの中央値による直線、幅は80%の区間です。"
    "傾きが増加といえないか、60か月以内に達しないときは「見込みなし」、実績が12か月に満たないときは「データなし」です。",
    "予算要求の締切は、到達する年度の前年度の締切（config/budget_requests.csv）です。基準の月の末日より前なら「期限超過」とします。",
)
_JUDGED = ("K10", "K14", "K13", "K11")
"""The measure that judges a line or group, in the order of the cards."""
_P95 = {"in": "K09.in", "out": "K09.out"}
_REACH = {70: "K20.70", 90: "K20.90", 100: "K20"}

Row = dict[str, Any]
Kpis = dict[tuple[str, str], Row]
"""KPI figures by measure and line or group."""


def render(view: View) -> Sequence[Component]:
    """All lines first: how full, when full, against design.  Then the chosen line."""
    kpis = _kpis(view)
    return [
        guarded("回線の使用状況", view, partial(_usage, view, kpis)),
        guarded("容量の見込み", view, partial(_outlook, view, kpis)),
        guarded("設計値と実績", view, partial(_design, view, kpis)),
        guarded("選んだ回線", view, partial(_chosen, view, kpis)),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def _kpis(view: View) -> Kpis:
    return {(str(row["kpi_id"]), str(row["entity"])): row for row in rows(view.data.service_levels(view.period))
            if row["grain"] in ("line", "line_group")}


def _section(title: str, told: str, content: Sequence[Component], dataset: Dataset, view: View) -> Component:
    head = [html.H2(title, className="section-title"), csv_button(title, csv_link(NAME, dataset, view))]
    return html.Section([html.Div(head, className="section-head"), html.P(told, className="reading"), *content],
                        className="table-section")


def _proof(view: View, kpi: Row | None, text: Any) -> Any:
    """The text as a link to what the figure rests on; as it is where no KPI says the same."""
    if kpi is None or kpi["value"] is None:
        return text
    label = aria(label=f"{text}：{kpi['name']}（{kpi['entity_name']}）の根拠")
    return page_link(text, kpi_cards.proof_href(kpi, view.period), **label)


def _same(kpi: Row | None, value: float | None) -> Row | None:
    """The KPI if its value is this one (it takes the larger direction, a row tells of one)."""
    is_same = kpi is not None and None not in (kpi["value"], value) and abs(kpi["value"] - float(value or 0)) < 1e-6
    return kpi if is_same else None


# all lines: how full


def _usage(view: View, kpis: Kpis) -> Component:
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
            "p95_bps": lambda row, text: _proof(view, kpis.get((_P95[row["direction"]], row["entity"])), text),
            "guaranteed_bps": _or_sign("guaranteed_bps"),
            "p95_guaranteed_pct": partial(_guaranteed_share, view, kpis),
            "total_bps": _or_sign("total_bps"),
            "p95_total_pct": partial(_total_share, view, kpis),
            "exceeded_minutes": partial(_minutes, view, kpis),
            "judgement": lambda row, text: _proof(view, kpis.get((row["kpi_id"], row["entity"])), chip(text)),
        },
    )
    cards = [_card(view, kpis, row) for row in _judged(kpis)]
    content = [
        grid(cards) if cards else states.no_data("回線の判定"),
        table(frame, ask.LEVELS.columns, look),
        html.P("回線名はその回線の詳細（下段）を、下線のある数値と判定は根拠を開きます。判定は受信と送信の大きい方で行います"
               "（Web公開アクセスは最大、ほかは95パーセンタイル）。", className="note"),
    ]
    return _section("回線の使用状況", sentences.lines.usage(frame), content, ask.LEVELS, view)


def _judged(kpis: Kpis) -> list[Row]:
    return [row for kpi_id in _JUDGED for (measure, _), row in kpis.items() if measure == kpi_id]


def _card(view: View, kpis: Kpis, kpi: Row) -> Card:
    """One line: its share, what it is a share of, the period before, and when it fills."""
    unit, entity = str(kpi["unit"] or ""), str(kpi["entity"])
    basis = "最大" if kpi["kpi_id"] == "K13" else "95パーセンタイル"
    facts = [
        Fact(basis, f"{rate(kpi['numerator'])}／{rate(kpi['denominator'])}"),
        Fact("目標", kpi_cards.target(kpi)),
        *[Fact(label, with_unit(kpi_cards.shown_value(kpi, key), unit))
          for label, key in (("前の期間", "previous_value"), ("前年同期", "last_year_value")) if kpi[key] is not None],
        *_arrival(view, entity),
    ]
    return Card(f"{kpi['entity_name']}　{kpi['name']}", kpi_cards.shown_value(kpi), unit, kpi["judgement"], facts,
                str(kpi["description"] or ""), kpi_cards.proof_href(kpi, view.period))


def _arrival(view: View, entity: str) -> list[Fact]:
    """The first threshold that the line has not reached, or why none is told; nothing for groups."""
    own = [row for row in rows(ask.outlook(view)) if row["entity"] == entity]
    ahead = [row for row in own if reached(row) == AHEAD]
    row = ahead[0] if ahead else own[0] if own else None
    if row is None:
        return []
    return [Fact(f"{row['threshold_pct']:.0f}%到達" if row["threshold_pct"] else "到達見込み", reach_text(row))]


def _choose(view: View, row: Row, text: str) -> Any:
    """A line's name leads to its own part of the page; a group has none."""
    if row["grain"] != "line":
        return text
    return page_link(text, urls.href(urls.LINES, view.period, entity=urls.Entity(urls.LINE, str(row["entity"]))))


def _or_sign(key: str) -> Decorate:
    return lambda row, text: NOT_APPLICABLE_SIGN if row[key] is None else text


def _guaranteed_share(view: View, kpis: Kpis, row: Row, text: str) -> Any:
    if row["guaranteed_bps"] is None:
        return NOT_APPLICABLE_SIGN
    own = (kpis.get((kpi_id, row["entity"])) for kpi_id in ("K10", "K14", "K13.p95"))
    return _proof(view, _same(next((kpi for kpi in own if kpi), None), row["p95_guaranteed_pct"]), text)


def _total_share(view: View, kpis: Kpis, row: Row, text: str) -> Any:
    if row["total_bps"] is None:
        return NOT_APPLICABLE_SIGN
    return _proof(view, _same(kpis.get(("K11", row["entity"])), row["p95_total_pct"]), text)


def _minutes(view: View, kpis: Kpis, row: Row, text: str) -> Any:
    if row["guaranteed_bps"] is None:
        return NOT_APPLICABLE_SIGN
    return _proof(view, _same(kpis.get(("K12", row["entity"])), row["exceeded_minutes"]), text)


# all lines: when full, against design


def _outlook(view: View, kpis: Kpis) -> Component:
    frame = ask.OUTLOOK.load(view)
    if not len(frame):
        return states.no_data("容量の到達見込み", "この期間に、傾向を求められる月（ほぼ1か月分の計測値がある月）がありません。", heading=2)
    told = list(rows(frame))
    seen_from = month_ja(str(told[0]["seen_from"]))
    look = TableLook(
        "outlook",
        f"確保帯域の70%・90%・100%に達する見込み（{seen_from}末時点）",
        dense=True,
        decorate={
            "threshold_pct": _or_sign("threshold_pct"),
            "reach_month": lambda row, _: _reach(view, kpis, row),
            "reach_earliest": _only_ahead,
            "reach_latest": lambda row, text: "60か月より先" if _is_open(row) else _only_ahead(row, text),
            "months_left": lambda row, text: NOT_APPLICABLE_SIGN if row["months_left"] is None else text,
            "request_by": _or_sign("request_by"),
            "deadline": lambda row, text: chip(text) if row["deadline"] else NOT_APPLICABLE_SIGN,
        },
    )
    note = "到達見込みは根拠を開きます。確保帯域の定めのない回線と回線群の見込みは求めません。"
    content = [table(frame, ask.OUTLOOK.columns, look), html.P(note, className="note")]
    return _section("容量の見込み", sentences.lines.outlook(told), content, ask.OUTLOOK, view)


def _reach(view: View, kpis: Kpis, row: Row) -> Any:
    kpi = kpis.get((_REACH.get(row["threshold_pct"], "K20"), row["entity"]))
    return page_link(reach_text(row), kpi_cards.proof_href(kpi, view.period)) if kpi else reach_text(row)


def _only_ahead(row: Row, text: str) -> str:
    return text if reached(row) == AHEAD else NOT_APPLICABLE_SIGN


def _is_open(row: Row) -> bool:
    return reached(row) == AHEAD and row["reach_latest"] is None


def _design(view: View, kpis: Kpis) -> Component:
    frame = ask.DESIGN.load(view)
    if not known(frame, "result_value"):
        return states.no_data("設計値と実績", heading=2)
    look = TableLook(
        "design",
        f"設計値と実績（{view.period.label_ja}・受信と送信の大きい方）",
        dense=True,
        decorate={
            "design_value": _or_sign("design_value"),
            "used_pct": lambda row, text: _used(view, kpis, row, text),
            "margin": _or_sign("design_value"),
        },
    )
    note = "余裕は設計値から実績を引いた値です（▲は設計値を超えた量）。設計値の定めのない回線は「－」です。"
    content = [table(frame, ask.DESIGN.columns, look), html.P(note, className="note")]
    return _section("設計値と実績", sentences.lines.design(frame), content, ask.DESIGN, view)


_DESIGNED = {"p95_guaranteed": ("K10", "K14", "K13.p95"), "max_guaranteed": ("K13",), "p95_total": ("K11",)}


def _used(view: View, kpis: Kpis, row: Row, text: str) -> Any:
    if row["design_value"] is None:
        return NOT_APPLICABLE_SIGN
    own = (kpis.get((kpi_id, row["entity"])) for kpi_id in _DESIGNED.get(str(row["item"]), ()))
    return _proof(view, _same(next((kpi for kpi in own if kpi), None), row["used_pct"]), text)


# the chosen line


def _chosen(view: View, kpis: Kpis) -> Component:
    if view.entity is None:
        return states.no_data("回線の詳細", "この期間に登録されている回線はありません。", heading=2)
    name = ask.line_name(view)
    parts = (
        ("95パーセンタイルの推移", _percentiles),
        ("容量の傾向と見込み", _trend),
        ("確保帯域の超過", partial(_exceeded, kpis)),
        ("曜日・時刻別（受信）", partial(_hours, "in")),
        ("曜日・時刻別（送信）", partial(_hours, "out")),
    )
    wide, *others = (guarded(what, view, partial(build, view, name)) for what, build in parts)
    return html.Section(
        [
            html.H2(f"{name}の詳細", className="section-title"),
            html.Div([html.Div(wide, className="wide"), *others], className="figures"),
        ],
        id="line",
    )


def _steps(view: View) -> tuple[Dataset, figures.Axis, str]:
    """By day or by month: the dataset, the axis, and the word."""
    if ask.by_month(view):
        return ask.MONTHS, figures.months_axis(view.period.months), "月別"
    return ask.DAYS, figures.days_axis(days_between(view.period.start, view.period.end)), "日別"


def _percentiles(view: View, name: str) -> Component:
    dataset, axis, word = _steps(view)
    frame = dataset.load(view)
    if not known(frame, "p95_bps"):
        return states.no_data(f"{name}の95パーセンタイル")
    read = sentences.lines.percentiles_of_months if ask.by_month(view) else sentences.lines.percentiles_of_days
    text = FigureText(
        "line-percentiles",
        f"{name}の95パーセンタイル（{view.period.label_ja}・{word}・Mbps）",
        read(frame),
        "白抜きの点は取得率95%未満、「…」はデータのない日・月です。点線は5分平均値の最大です。離れた総帯域は目盛りを省いて上に示します。",
        360,
    )
    return figure_block(text, figures.percentiles(frame, axis), frame, dataset.columns, csv_link(NAME, dataset, view))


def _trend(view: View, name: str) -> Component:
    frame = ask.TREND.load(view)
    if not known(frame, "value"):
        why = "確保帯域の定めがないか、この期間にほぼ1か月分の計測値がある月がありません。"
        return states.no_data(f"{name}の容量の見込み", why)
    thresholds = [row for row in rows(ask.outlook(view)) if row["entity"] == ask.line_of(view)]
    text = FigureText(
        "line-trend",
        f"{name}の容量の傾向と見込み（月次・受信と送信の大きい方の95パーセンタイル・Mbps）",
        sentences.lines.trend(name, frame, thresholds),
        "破線は傾向の直線、帯は80%の区間です。ひし形は到達見込みの月です。",
        360,
    )
    figure = figures.trend(frame, thresholds)
    return figure_block(text, figure, frame, ask.TREND.columns, csv_link(NAME, ask.TREND, view))


def _exceeded(kpis: Kpis, view: View, name: str) -> Component:
    dataset, axis, word = _steps(view)
    frame = dataset.load(view)
    title = f"{name}の確保帯域超過（{view.period.label_ja}・{word}・分）"
    if not known(frame, "guaranteed_bps"):
        return states.no_data(f"{name}の確保帯域超過", "この回線には確保帯域の定めがありません。")
    if not known(frame, "p95_bps"):
        return states.no_data(f"{name}の確保帯域超過")
    told = sentences.lines.exceeded(frame, axis.key, kpis.get(("K12", ask.line_of(view))))
    if not frame["exceeded_minutes"].fillna(0).any():
        return _none_exceeded(title, told, csv_link(NAME, dataset, view))
    text = FigureText("line-exceeded", title, told, "5分平均値が確保帯域を超えた回数に5分を掛けた値です。", 360)
    return figure_block(text, figures.exceeded(frame, axis), frame, dataset.columns, csv_link(NAME, dataset, view))


def _none_exceeded(title: str, told: str, link: str) -> Component:
    """Nothing to draw: every value is a real zero."""
    head = [html.H3(title, className="figure-title"), csv_button(title, link)]
    return html.Section([html.Div(head, className="section-head"), html.P(told, className="reading")], className="panel")


def _hours(direction: str, view: View, name: str) -> Component:
    label = dict(figures.DIRECTIONS)[direction]
    frame = where(ask.HOURS.load(view), direction=direction)
    if not known(frame, "avg_bps"):
        return states.no_data(f"{name}の曜日・時刻別の平均（{label}）")
    text = FigureText(
        f"line-hours-{direction}",
        f"{name}の曜日・時刻別の平均（{label}・{view.period.label_ja}・Mbps）",
        sentences.lines.hours(frame),
        "5分平均値の合計を点数で割った平均です。色は濃いほど大きく（目盛りは図ごと）、空白はデータのない時刻です。",
        280,
    )
    link = csv_link(NAME, ask.HOURS, view)
    return figure_block(text, figures.hours(frame), ask.hour_table(frame), ask.HOUR_TABLE, link)


PAGE = Page(NAME, urls.LINES, "回線と容量", "探索型", render, ask.DATASETS, needs_platform=True,
            period_kinds=EVERY_KIND, chooses=ask.CHOICE)
