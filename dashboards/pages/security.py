"""セキュリティ（提示型）: detections and serious cases of a period, and whether they were told within 15 minutes.

The prefecture and its operators see all bodies or one of them; a body sees its own part, in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import card, states
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.heat import HeatCell, heat_table
from dashboards.components.judgement import chip
from dashboards.components.sources import sources
from dashboards.components.table import TableLook, table
from dashboards.figures import base as figure_base
from dashboards.figures import counts
from dashboards.figures import security as figures
from dashboards.figures.axis import days_axis, months_axis
from dashboards.frames import days_between, rows
from dashboards.pages import one_body
from dashboards.pages import security_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.pages.happenings import over_days, over_months
from dashboards.pages.kpi_cards import kpi_card
from dashboards.sentences.security import WEEKDAYS
from dashboards.view import View, known
from warehouse.japanese import NOT_APPLICABLE_SIGN, number

NAME = "security"
_FEEDS = ("検知ログ", "検知・SOC判定結果")
_SOC_FEED = "SOC全体集計"
_SOC_TITLE = "SOC全体との対比"
_NOTES = (
    "危険度はSOCの判断です。危険度2以上が重大なセキュリティイベントです。判断の前の検知は「未判断」として数えます。",
    "緊急連絡までの15分は、検知ではなく、重大と判断した時刻から数えます。",
    "シグネチャの「新」は、前の期間の検知になかったものです。",
)
_CASES_SHOWN = 30
_SHADES = 5
Row = dict[str, Any]


def render(view: View) -> Sequence[Component]:
    """How the period stood, then what was detected, then the serious cases one by one."""
    kpis = list(rows(ask.KPIS.load(view)))
    whose = one_body.whose(view, "検知と重大なセキュリティイベント", ask.KPI_NUMBERS, _SOC_TITLE)
    if not any(kpi["value"] is not None for kpi in kpis):
        return [*whose, states.no_data("セキュリティ")]
    soc = [guarded(_SOC_TITLE, view, partial(_soc, view))] if view.scope.platform else []
    return [
        *whose,
        guarded("主要指標", view, partial(_kpis, view, kpis)),
        guarded("重大なセキュリティイベント", view, partial(_cases, view)),
        html.Section(
            [
                html.H2("検知", className="section-title"),
                html.Div([guarded("検知件数", view, partial(_trend, view, kpis)),
                          html.Div(_breakdown(view), className="figure-stack")], className="figures"),
            ]
        ),
        guarded("曜日・時間帯", view, partial(_hours, view)),
        guarded("シグネチャ", view, partial(_signatures, view)),
        *soc,
        sources(view.snapshot, view.period, (*_FEEDS, _SOC_FEED) if soc else _FEEDS, _NOTES),
    ]


def render_days(view: View) -> Sequence[Component]:
    """What any run of days brought, counted but not judged."""
    whose = one_body.whose(view, "検知と重大なセキュリティイベント", ())
    if not ask.severities(view):
        return [*whose, states.no_data("セキュリティ")]
    return [
        *whose,
        guarded("重大なセキュリティイベント", view, partial(_cases, view)),
        html.Section(
            [
                html.H2("検知", className="section-title"),
                html.Div([guarded("検知件数", view, partial(_by_day, view)),
                          html.Div(_breakdown(view), className="figure-stack")], className="figures"),
            ]
        ),
        guarded("曜日・時間帯", view, partial(_hours, view)),
        guarded("シグネチャ", view, partial(_signatures, view)),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def _breakdown(view: View) -> list[Component]:
    return [guarded("機能別", view, partial(_blocked, view, ask.FUNCTIONS, "function_name", "機能")),
            guarded("方向別", view, partial(_blocked, view, ask.DIRECTIONS, "direction_name", "方向"))]


def _link(dataset: Dataset, view: View) -> str:
    return csv_link(NAME, dataset, view)


def _section(title: str, told: str, content: Sequence[Component], dataset: Dataset, view: View,
             note: str = "") -> Component:
    head = [html.H2(title, className="section-title"), csv_button(title, _link(dataset, view))]
    return html.Section(
        [html.Div(head, className="section-head"), html.P(told, className="reading"), *content,
         *([html.P(note, className="note")] if note else [])],
        className="table-section",
    )


def _kpis(view: View, kpis: list[Row]) -> Component:
    several = len({kpi["entity"] for kpi in kpis}) > 1
    named = [kpi | {"name": f"{kpi['name']}（{kpi['entity_name']}）"} for kpi in kpis] if several else kpis
    head = html.Div([html.H2("主要指標", className="section-title"), csv_button("主要指標", _link(ask.KPIS, view))],
                    className="section-head")
    return html.Section([head, card.grid([kpi_card(kpi, view.period) for kpi in named])], className="summary")


def _before(view: View, kpis: list[Row]) -> list[float | None]:
    """All detections of the period before and of the same of last year; a period under way has nothing to compare."""
    counted = [kpi for kpi in kpis if kpi["kpi_id"] == "K33"]
    if view.is_partial() or len(counted) != 1:
        return []
    return [counted[0]["previous_value"], counted[0]["last_year_value"]]


def _trend(view: View, kpis: list[Row]) -> Component:
    shown = view.of_trend()
    frame = view.data.detections_trend(shown.period)
    if not known(frame, "n"):
        return states.no_data("検知件数")
    text = FigureText(
        "security-detections",
        "検知件数（危険度別・月次推移・件）",
        sentences.security.detections(view.period, ask.severities(view), _before(view, kpis)),
        "上段は重大なものだけを別の目盛りで示します。棒の上の数値はその月の重大の計です。",
        560,
    )
    figure, events = over_months(counts.detections(frame, months_axis(shown.months)), view, shown.months)
    return figure_block(text.noting(events), figure, ask.TREND.load(view), ask.TREND.columns, _link(ask.TREND, view))


def _before_days(view: View) -> list[int | None]:
    """As :func:`_before`, of a run of days; nothing where not all of its own days are told of."""
    return [ask.counted(own) for own in view.before()] if ask.counted(view) is not None else []


def _by_day(view: View) -> Component:
    frame, days = view.data.detection_days(view.period), days_between(view.period.start, view.period.end)
    text = FigureText(
        "security-days",
        f"検知件数（危険度別・{view.period.label_ja}の日次・件）",
        sentences.security.detections(view.period, ask.severities(view), _before_days(view)),
        "上段は重大なものだけを別の目盛りで示します。棒の上の数値はその日の重大の計です。",
        560,
    )
    figure, events = over_days(counts.detections(frame, days_axis(days)), view, days)
    return figure_block(text.noting(events), figure, ask.DAYS.load(view), ask.DAYS.columns, _link(ask.DAYS, view))


def _blocked(view: View, dataset: Dataset, name: str, what: str) -> Component:
    frame = dataset.load(view)
    found = list(rows(frame))
    told = sentences.security.blocked(found, name, what)
    title = f"{what}別の検知と遮断（{view.period.label_ja}の計・件）"
    if not found:
        return html.Div([html.H3(title, className="figure-title"), html.P(told)], className="panel")
    text = FigureText(f"security-{dataset.name}", title, told, "", figure_base.row_height(len(found), below=24))
    return figure_block(text, figures.blocked(found, name), frame, dataset.columns, _link(dataset, view))


def _hours(view: View) -> Component:
    found = list(rows(ask.HOURS.load(view)))
    told = sentences.security.hours(found)
    caption = f"曜日と時間帯別の検知件数（{view.period.label_ja}の計・件）"
    return _section("曜日と時間帯", told, [heat_table(caption, "曜日", [f"{hour}時" for hour in range(24)],
                                                      hour_grid(found, _days(view)))],
                    ask.HOURS, view, "色の濃さは最大の件数を5等分したものです。括弧内は期間中のその曜日の日数です。")


def _days(view: View) -> list[date]:
    """The days of the period of which data can have come."""
    return days_between(view.period.start, min(view.period.end, view.last_loaded_day() or view.period.end))


def hour_grid(found: Sequence[Row], days: Sequence[date]) -> list[tuple[str, list[HeatCell]]]:
    """Seven rows of 24 counts; the darker, the nearer to the highest."""
    counted = {(row["weekday"], row["hour"]): int(row["n"]) for row in found}
    highest = max(counted.values(), default=0)
    grid = []
    for weekday, name in enumerate(WEEKDAYS):
        times = sum(day.weekday() == weekday for day in days)
        cells = [_hour_cell(name, hour, counted.get((weekday, hour), 0), highest) for hour in range(24)]
        grid.append((f"{name}（{times}日）", cells))
    return grid


def _hour_cell(weekday: str, hour: int, n: int, highest: int) -> HeatCell:
    shade = f"place-{-(-n * _SHADES // highest)}" if n else ""
    return HeatCell(None, f"{weekday}曜日{hour}時台：{number(n)}件", number(n), shade)


def _signatures(view: View) -> Component:
    frame = ask.SIGNATURES.load(view)
    found = list(rows(frame))
    comparable = not view.is_partial() and any(row["previous_rank"] is not None for row in found)
    whole = sum(row["n"] for row in ask.severities(view))
    told = sentences.security.signatures(found, whole, comparable)
    caption = f"検知の多いシグネチャ（{view.period.label_ja}・上位{ask.SIGNATURES_SHOWN}件）"
    new = "新" if comparable else NOT_APPLICABLE_SIGN
    look = TableLook(caption, sortable=True,
                     decorate={"previous_rank": lambda row, text: new if row["previous_rank"] is None else text})
    note = "" if comparable else "期間の途中であるか、前の期間のデータがないため、前の期間の順位は示しません。"
    shown = [table(frame, ask.SIGNATURES.columns, look)] if found else []
    return _section("検知の多いシグネチャ", told, shown, ask.SIGNATURES, view, note)


def _cases(view: View) -> Component:
    frame = ask.EVENTS.load(view)
    title = "重大なセキュリティイベント"
    if not len(frame):
        none = "この期間に、重大なセキュリティイベント（危険度2以上）はありません（0件）。"
        return html.Section([html.H2(title, className="section-title"), html.P(none, className="panel zero")])
    events = list(rows(frame))
    shown = figures.shown_cases(events, _CASES_SHOWN)
    most = f"連絡までの長い順に{_CASES_SHOWN}件を示します。" if len(shown) < len(events) else ""
    text = FigureText(
        "security-cases",
        f"検知から完了までの時間（{view.period.label_ja}・1件ごと・分と時間）",
        sentences.security.cases(events),
        f"{figures.CASE_SIGNS}　水色の帯は、重大と判断してから15分の連絡の期限です。印のない段階は記録なしです。{most}",
        figure_base.row_height(len(shown), above=16, below=64),
    )
    look = TableLook(f"{title}（{view.period.label_ja}・{len(events)}件）", sortable=True, dense=True,
                     tall=len(events) > 6, decorate={"within_15": _contact})
    return html.Section(
        [
            html.H2(title, className="section-title"),
            figure_block(text, figures.cases(shown), frame, _STEP_COLUMNS, _link(ask.EVENTS, view)),
            table(frame, ask.EVENTS.columns, look),
        ],
        className="table-section",
    )


_STEP_COLUMNS = tuple(replace(column, on_screen=True) for column in ask.EVENTS.columns
                      if column.key in ("event_no", "tenant_name", "contact_minutes") or column.kind == "time")


def _contact(event: Row, _: str) -> Any:
    if event["contact_minutes"] is None:
        return "記録なし"
    return chip("期限超過" if figures.is_late(event) else "期限内")


def _soc(view: View) -> Component:
    frame = ask.SOC.load(view)
    title = _SOC_TITLE
    if not len(frame):
        return states.no_data(title, heading=2)
    look = TableLook(f"SOC全体の判定件数と本県（{view.period.label_ja}・危険度別）")
    told = sentences.security.soc(list(rows(frame)))
    return _section(title, told, [table(frame, ask.SOC.columns, look)], ask.SOC, view,
                    "SOC全体は、SOCが全利用者について判定した件数です。双方のデータがある月だけを比べます。")


PAGE = Page(NAME, urls.SECURITY, "セキュリティ", "提示型", render, ask.DATASETS, render_days=render_days, narrows=True)
