"""データ品質（探索型）: what came when, what is missing, what is odd, what was rejected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.figure import csv_button
from dashboards.components.heat import HeatCell, heat_table
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, table
from dashboards.frames import day, days_between, rows
from dashboards.pages import data_quality_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.view import View
from dashboards.wording import COMPARED_WITH, coverage_text
from warehouse.japanese import NOT_APPLICABLE_SIGN, number
from warehouse.period import Period

NAME = "data-quality"
_LONGEST_BY_DAY = 31
"""More days than that are shown by their months."""
_NOTES = (
    "期待する数は、取込み定義の [arrival] に書いた間隔と開庁時間から、数値時点まで数えます。欠測は0ではありません。",
    "疑わしい量は、同じ種類の日（開庁日か閉庁日）の直近8週の中央値と比べて、定義の幅を外れた日です。誤りとは限りません。",
    "却下した行は python app.py rejects で確かめ、直して取り込めます。",
)


def render(view: View) -> Sequence[Component]:
    """Freshness and coverage first, then gaps, oddities, rejects and files."""
    return [
        guarded("鮮度", view, partial(_feeds, view)),
        guarded("取得率", view, partial(_coverage, view)),
        guarded("欠測の区間", view, partial(_gaps, view)),
        guarded("疑わしい量", view, partial(_anomalies, view)),
        html.Div(
            [
                guarded("却下の理由", view, partial(_rejects, view)),
                guarded("取り込んだファイル", view, partial(_loads, view)),
            ],
            className="side-by-side",
        ),
        sources(view.snapshot, view.period, ("取込み記録", "到着の確認"), _NOTES),
    ]


def _section(title: str, told: str, content: Component, dataset: Dataset, view: View) -> Component:
    head = [html.H2(title, className="section-title"), csv_button(title, csv_link(NAME, dataset, view))]
    return html.Section([html.Div(head, className="section-head"), html.P(told, className="reading"), content],
                        className="table-section")


def _nothing(title: str, told: str) -> Component:
    """Where nothing is as it should be: a sentence, no card that looks like missing data."""
    return html.Section([html.H2(title, className="section-title"), html.P(told, className="reading")],
                        className="table-section")


def _or_sign(key: str) -> Decorate:
    return lambda row, text: NOT_APPLICABLE_SIGN if row[key] is None else text


def _feeds(view: View) -> Component:
    frame = ask.FEEDS.load(view)
    look = TableLook(f"取込み定義ごとの鮮度（公開中のデータ全体・{len(frame)}件）", sortable=True, dense=True,
                     decorate={key: _or_sign(key) for key in ("behind_days", "expected", "received", "last_date")})
    told = sentences.quality.feeds(list(rows(frame)))
    return _section("鮮度", told, table(frame, ask.FEEDS.columns, look), ask.FEEDS, view)


def _coverage(view: View) -> Component:
    frame = ask.COVERAGE.load(view)
    if not len(frame):
        return states.no_data("取得率", heading=2)
    by_day = view.period.length == 1 or len(days_between(view.period.start, view.period.end)) <= _LONGEST_BY_DAY
    named = frame.assign(place=[day(value) for value in frame["jst_date"]] if by_day
                         else [f"{day(value):%Y-%m}" for value in frame["jst_date"]])
    places = sorted(named["place"].unique())
    titles = list(dict.fromkeys(named["title"]))
    sums = named.groupby(["title", "place"])[["expected", "received"]].sum()
    found = {key: (int(expected), int(received)) for key, expected, received in sums.itertuples()}
    grid = [(title, [_share(title, *found.get((title, place), (0, 0))) for place in places]) for title in titles]
    heads = [_day_head(place, view.period) if by_day else f"{int(place[5:])}月" for place in places]
    caption = f"{'日' if by_day else '月'}ごとの取得率（{view.period.label_ja}・%・小数点以下切捨て）"
    before = [(name, sentences.quality.of_all(list(rows(ask.COVERAGE.load(own)))))
              for name, own in zip(COMPARED_WITH[view.period.kind], view.before(), strict=True)]
    told = sentences.quality.coverage(list(rows(frame)), before)
    return _section("取得率", told, heat_table(caption, "データ", heads, grid), ask.COVERAGE, view)


def _day_head(place: date, period: Period) -> str:
    """The day; with its month, where the period holds days of several."""
    return str(place.day) if period.length == 1 else f"{place.month}/{place.day}"


def _share(title: str, expected: int, received: int) -> HeatCell:
    """The share of one kind of data on a day or in a month, from the sums."""
    if not expected:
        return HeatCell(None, f"{title}：届くべきものはありません")
    pct = 100 * received / expected
    return HeatCell(pct, f"{title}：{number(expected)}点のうち{number(received)}点（{coverage_text(pct)}）")


def _gaps(view: View) -> Component:
    frame = ask.GAPS.load(view)
    if not len(frame):
        return _nothing("欠測の区間", "この期間に、届くべきもので届かなかったものはありません。")
    shown = frame.head(ask.GAPS_SHOWN)
    more = f"届かなかった数の多い順に{len(shown)}件を示します。" if len(frame) > len(shown) else ""
    caption = f"欠測の区間（{view.period.label_ja}・{len(frame):,}件）"
    look = TableLook(caption, dense=True, tall=len(shown) > 12,
                     decorate={"entity_name": _or_sign("entity_name")})
    told = sentences.quality.gaps(list(rows(frame))) + more
    return _section("欠測の区間", told, table(shown, ask.GAPS.columns, look), ask.GAPS, view)


def _anomalies(view: View) -> Component:
    frame = ask.ANOMALIES.load(view)
    if not len(frame):
        return _nothing("疑わしい量", "この期間に、届いた量が平常から大きく外れた日はありません。")
    caption = f"疑わしい量（{view.period.label_ja}・{len(frame):,}件）"
    shown = table(frame, ask.ANOMALIES.columns, TableLook(caption, dense=True, tall=len(frame) > 12))
    told = f"届いた量が平常から大きく外れた日が{len(frame):,}件あります。もとのファイルを確かめてください。"
    return _section("疑わしい量", told, shown, ask.ANOMALIES, view)


def _rejects(view: View) -> Component:
    frame = ask.REJECTS.load(view)
    if not len(frame):
        return _nothing("却下の理由", "この期間のファイルに、却下した行はありません。")
    look = TableLook(f"却下の理由（{view.period.label_ja}）", dense=True, tall=len(frame) > 12)
    told = f"この期間のファイルで却下した行は{int(frame['n'].sum()):,}行、理由は{len(frame)}種類です。"
    return _section("却下の理由", told, table(frame, ask.REJECTS.columns, look), ask.REJECTS, view)


def _loads(view: View) -> Component:
    frame = ask.LOADS.load(view)
    if not len(frame):
        return states.no_data("取り込んだファイル", heading=2)
    look = TableLook(f"取り込んだファイル（{view.period.label_ja}）", dense=True, tall=len(frame) > 12)
    files, refused = int(frame["files"].sum()), int(frame["refused_files"].sum())
    told = f"この期間のデータを含むファイルは{files:,}件、うち不受理は{refused:,}件です。"
    return _section("取り込んだファイル", told, table(frame, ask.LOADS.columns, look), ask.LOADS, view)


PAGE = Page(NAME, urls.DATA_QUALITY, "データ品質", "探索型", render, ask.DATASETS, render_days=render,
            needs_platform=True)
