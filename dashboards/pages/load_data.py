"""負荷・稼働: the columns of its tables and CSV files, and the questions behind them."""

from __future__ import annotations

import pandas as pd

from dashboards.columns import Column
from dashboards.frames import day, values
from dashboards.pages import kpi_cards
from dashboards.pages.base import Dataset
from dashboards.view import View
from warehouse.period import Period

_KPI_NUMBERS = ("K01", "K02", "K03", "K04", "K05", "K06")
_LONGEST_BY_DAY = 3
"""Periods of more months than that show the maximum of each month instead of each day."""

KPIS = Dataset("kpi", "主要指標", kpi_cards.FILE_COLUMNS, lambda view: _kpis(view).assign(period=str(view.period)))

SERVICES = Dataset(
    "services",
    "サービス別の稼働",
    (
        Column("name", "サービス"),
        Column("service_id", "サービスID", "code", on_screen=False),
        Column("availability_pct", "稼働率", "number", "%", 3, rounding="truncate"),
        Column("target", "目標", "number", "%", 3),
        Column("judgement", "判定", "judgement"),
        Column("unplanned_minutes", "計画外停止", "number", "分", 1),
        Column("unplanned_count", "計画外停止\n件数", "number", "件"),
        Column("switchovers", "系切替", "number", "回"),
        Column("saturation_pct", "機器の\n飽和度", "number", "%", 1),
    ),
    lambda view: view.data.services(view.period),
)

OUTAGES = Dataset(
    "outages",
    "停止等の一覧",
    (
        Column("service_name", "サービス"),
        Column("kind_name", "種類"),
        Column("started_at", "開始", "time"),
        Column("ended_at", "終了", "time"),
        Column("minutes", "時間", "number", "分", 1),
        Column("affected", "影響団体", wraps=True),
        Column("cause", "原因", wraps=True),
        Column("exclusion", "除外事由", wraps=True),
    ),
    lambda view: _named(view.data.outages(view.period)),
    by_day=True,
)

DEVICES = Dataset(
    "devices",
    "機器別の負荷",
    (
        Column("name", "機器"),
        Column("device_id", "機器ID", "code", on_screen=False),
        Column("metric_name", "指標"),
        Column("avg_value", "平均", "number", decimals=1),
        Column("p95_value", "95パー\nセンタイル", "number", decimals=1),
        Column("max_value", "最大", "number", decimals=1),
        Column("design_limit", "設計上限", "number", decimals=1),
        Column("unit", "単位"),
        Column("p95_design_pct", "95パーセンタイル\n対設計上限", "number", "%", 1),
        Column("max_design_pct", "最大\n対設計上限", "number", "%", 1),
        Column("judgement", "判定", "judgement"),
        Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
    ),
    lambda view: view.data.devices(view.period),
)

RANGE = Dataset(
    "range",
    "機器別の負荷（日の範囲）",
    tuple(column for column in DEVICES.columns if column.key != "judgement"),
    lambda view: view.data.device_range(view.period),
    by_day=True,
)

MAXIMA = Dataset(
    "maxima",
    "機器別の負荷（日次）",
    (
        Column("jst_date", "日付", "date"),
        Column("name", "機器"),
        Column("device_id", "機器ID", "code", on_screen=False),
        Column("metric_name", "指標"),
        Column("avg_value", "平均", "number", decimals=1),
        Column("max_value", "最大", "number", decimals=1),
        Column("design_limit", "設計上限", "number", decimals=1),
        Column("max_design_pct", "最大 対設計上限", "number", "%", 1),
        Column("expected", "期待計測点数", "number", "点", on_screen=False),
        Column("received", "取得計測点数", "number", "点", on_screen=False),
    ),
    lambda view: view.data.device_days(view.period),
    by_day=True,
)

SHOWN_MAXIMA = (
    Column("place", "日又は月"),
    Column("metric_name", "指標"),
    Column("name", "機器"),
    Column("max_design_pct", "最大 対設計上限", "number", "%", 1),
)
"""The table behind the figure: the highlighted lines; the file has every device and day."""

LICENCES = Dataset(
    "licences",
    "ライセンス・資源",
    (
        Column("name", "種類", wraps=True),
        Column("kind", "種類コード", "code", on_screen=False),
        Column("used", "使用", "number"),
        Column("capacity", "上限", "number"),
        Column("unit", "単位"),
        Column("used_pct", "使用率", "number", "%", 1),
        Column("judgement", "判定", "judgement"),
        Column("clause", "仕様書の項番", "code"),
    ),
    lambda view: view.data.licences(view.period),
)

DATASETS = (KPIS, SERVICES, OUTAGES, DEVICES, RANGE, MAXIMA, LICENCES)


def _kpis(view: View) -> pd.DataFrame:
    frame = view.data.service_levels(view.period)
    return frame[(frame["grain"] == "all") & frame["kpi_no"].isin(_KPI_NUMBERS)]


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(service_name=frame["service_name"].fillna("不明"))


def by_month(period: Period) -> bool:
    """Whether maxima are shown by month: a year of days is too many to read.  A range of days is asked for its days."""
    return period.length > _LONGEST_BY_DAY and period.kind != "days"


def placed(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The highest maximum of each metric and device on each place: a day or, of long periods, a month."""
    days = [day(item) for item in frame["jst_date"]]
    places = [f"{item:%Y-%m}" for item in days] if by_month(period) else days
    keys = ["metric_name", "name", "place"]
    highest = frame.assign(place=places).groupby(keys, sort=False)["max_design_pct"].max()
    return highest.reset_index()


def lines_of(highest: pd.DataFrame, metric: str, places: list[object]) -> dict[str, list[float | None]]:
    """Device -> one value per place, ``None`` where nothing was measured."""
    found: dict[str, list[float | None]] = {}
    for name, own in highest[highest["metric_name"] == metric].groupby("name", sort=False):
        known = dict(zip(own["place"], values(own, "max_design_pct"), strict=True))
        found[str(name)] = [known.get(place) for place in places]
    return found
