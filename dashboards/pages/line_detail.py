"""The chosen line of 回線と容量: percentiles over time, trend and forecast, minutes above, hours of the week."""

from __future__ import annotations

from functools import partial

from dash import html
from dash.development.base_component import Component

from dashboards import sentences
from dashboards.components import states
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.figures import lines as figures
from dashboards.figures.axis import Axis, days_axis, months_axis
from dashboards.figures.traffic import DIRECTIONS
from dashboards.frames import days_between, where
from dashboards.pages import lines_data as ask
from dashboards.pages.base import Dataset, csv_link, guarded
from dashboards.pages.happenings import over_days, over_months
from dashboards.pages.lines_outlook import TREND, Told, trend
from dashboards.view import View, known

_PAGE = "lines"


def detail(told: Told) -> Component:
    """What goes along time is wide, the hours of the week stand side by side."""
    view = told.view
    if view.entity is None:
        return states.no_data("回線の詳細", "この期間に登録されている回線はありません。", heading=2)
    name = ask.line_name(view)
    outlook = [] if view.period.kind == "days" else [("容量の傾向と見込み", partial(_trend, told, name))]
    parts = [
        ("95パーセンタイルの推移", partial(_percentiles, view, name)),
        *outlook,
        ("確保帯域の超過", partial(_exceeded, told, name)),
    ]
    wide = [html.Div(guarded(what, view, build), className="wide") for what, build in parts]
    hours = [guarded(f"曜日・時刻別（{label}）", view, partial(_hours, key, view, name)) for key, label in DIRECTIONS]
    return html.Section(
        [
            html.H2(f"{name}の詳細", className="section-title"),
            html.Div([*wide, *hours], className="figures"),
        ],
        id="line",
    )


def _steps(view: View) -> tuple[Dataset, Axis, str]:
    """By day or by month: the dataset, the axis, and the word."""
    if ask.by_month(view):
        return ask.MONTHS, months_axis(view.period.months), "月別"
    return ask.DAYS, days_axis(days_between(view.period.start, view.period.end)), "日別"


def _link(dataset: Dataset, view: View) -> str:
    return csv_link(_PAGE, dataset, view)


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
        "白抜きの点は取得率95%未満、「…」はデータのない日・月です。点線は5分平均値の最大です。"
        "総帯域がほかの値から離れているときは、間の目盛りを省いて（≈）上に示します。",
        360,
    )
    shown, columns = ask.side_by_side(frame, axis.key), ask.percentile_table(dataset)
    over = over_months if ask.by_month(view) else over_days
    figure, events = over(figures.percentiles(frame, axis), view, axis.steps)
    return figure_block(text.noting(events), figure, shown, columns, _link(dataset, view))


def _trend(told: Told, name: str) -> Component:
    frame = trend(told)
    if not known(frame, "value"):
        why = "確保帯域の定めがないか、この期間にほぼ1か月分の計測値がある月がありません。"
        return states.no_data(f"{name}の容量の見込み", why)
    thresholds = told.of_line(ask.line_of(told.view))
    text = FigureText(
        "line-trend",
        f"{name}の容量の傾向と見込み（95パーセンタイル・月次・Mbps）",
        sentences.lines.trend(name, frame, thresholds),
        "受信と送信の大きい方です。破線は傾向の直線、帯は80%の区間、ひし形は到達見込みの月です。",
        360,
    )
    figure = figures.trend(frame, thresholds)
    return figure_block(text, figure, frame, TREND.columns, _link(TREND, told.view))


def _exceeded(told: Told, name: str) -> Component:
    view = told.view
    dataset, axis, word = _steps(view)
    frame = dataset.load(view)
    title = f"{name}の確保帯域超過（{view.period.label_ja}・{word}・分）"
    if not known(frame, "p95_bps"):
        return states.no_data(f"{name}の確保帯域超過")
    if not known(frame, "guaranteed_bps"):
        return states.no_data(f"{name}の確保帯域超過", "この回線には確保帯域の定めがありません。")
    sentence = sentences.lines.exceeded(frame, axis.key, told.kpi(ask.line_of(view), "K12"))
    if not frame["exceeded_minutes"].fillna(0).any():
        return _none_exceeded(title, sentence, _link(dataset, view))
    text = FigureText("line-exceeded", title, sentence, "5分平均値が確保帯域を超えた回数に5分を掛けた値です。", 240)
    shown, columns = ask.side_by_side(frame, axis.key), ask.exceeded_table(dataset)
    return figure_block(text, figures.exceeded(frame, axis), shown, columns, _link(dataset, view))


def _none_exceeded(title: str, sentence: str, link: str) -> Component:
    """Nothing to draw: every value is a real zero."""
    head = [html.H3(title, className="figure-title"), csv_button(title, link)]
    return html.Section([html.Div(head, className="section-head"), html.P(sentence, className="reading")],
                        className="panel")


def _hours(direction: str, view: View, name: str) -> Component:
    label = dict(DIRECTIONS)[direction]
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
    link = _link(ask.HOURS, view)
    return figure_block(text, figures.hours(frame), ask.hour_table(frame), ask.HOUR_TABLE, link)
