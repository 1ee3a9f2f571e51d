"""接続団体: the columns of its tables and CSV files, and the questions behind them, all narrowed to one body."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from dashboards.columns import Column
from dashboards.pages import kpi_cards
from dashboards.pages.base import Dataset
from dashboards.pages.overview_data import COVERAGE, DETECTIONS, MONTH, with_direction
from dashboards.view import View

PAGE_NAME = "tenant"
_CODE = Column("tenant_code", "団体コード", "code", on_screen=False)

MONTH_FIGURES = Dataset(
    "month",
    "月の主要値",
    (
        MONTH,
        _CODE,
        Column("name", "団体名"),
        Column("bytes_in", "受信", "gb", decimals=1),
        Column("bytes_out", "送信", "gb", decimals=1),
        Column("p95_in_bps", "受信95パーセンタイル", "mbps", decimals=1),
        Column("p95_out_bps", "送信95パーセンタイル", "mbps", decimals=1),
        Column("previous_bytes_total", "前月の受信と送信の計", "gb", decimals=1),
        Column("last_year_bytes_total", "前年同月の受信と送信の計", "gb", decimals=1),
        Column("bytes_per_user_day", "利用者1人・開庁日1日当たり", "number", "バイト"),
        Column("tickets", "受付", "number", "件"),
        Column("answers_due", "一次回答の期限到来", "number", "件"),
        Column("answers_in_time", "一次回答の期限内", "number", "件"),
        Column("open_tickets", "未完了", "number", "件"),
        Column("detections", "検知", "number", "件"),
        Column("serious", "うち重大", "number", "件"),
        Column("expected", "期待計測点数", "number", "点"),
        Column("received", "取得計測点数", "number", "点"),
        COVERAGE,
    ),
    lambda view: view.of_month(view.own.tenant_months).assign(jst_month=view.period.first_month),
)
"""Of months only: of longer periods the measures of :data:`KPIS` are shown."""

DAYS = Dataset(
    "days",
    "通信量日次",
    (
        Column("jst_date", "日付", "date"),
        _CODE,
        Column("direction_name", "方向"),
        Column("bytes", "通信量", "gb", decimals=1),
        Column("max_bps", "最大（経路ごとの最大）", "mbps", decimals=1),
        Column("expected", "期待計測点数", "number", "点", on_screen=False),
        Column("received", "取得計測点数", "number", "点", on_screen=False),
        COVERAGE,
    ),
    lambda view: with_direction(view.own.tenant_days(view.period)),
    by_day=True,
)

TREND = Dataset(
    "trend",
    "通信量月次推移",
    (
        MONTH,
        _CODE,
        Column("direction_name", "方向"),
        Column("bytes", "通信量", "gb", decimals=1),
        Column("p95_bps", "95パーセンタイル", "mbps", decimals=1),
        Column("max_bps", "最大", "mbps", decimals=1),
        COVERAGE,
    ),
    lambda view: with_direction(view.own.tenant_trend(view.of_trend().period)),
)

ROUTES = Dataset(
    "routes",
    "経路別通信量",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("route_name", "経路"),
        _CODE,
        Column("direction_name", "方向"),
        Column("bytes", "通信量", "gb", decimals=1),
        Column("route_share_pct", "構成比", "number", "%", 1),
        Column("p95_bps", "95パーセンタイル", "mbps", decimals=1),
        Column("max_bps", "最大", "mbps", decimals=1),
        replace(COVERAGE, on_screen=False),
    ),
    lambda view: _with_share(with_direction(_routes(view))).assign(period=str(view.period)),
    by_day=True,
)

TICKETS = Dataset(
    "tickets",
    "問合せ・作業依頼等",
    (
        Column("ticket_no", "管理番号", "code"),
        _CODE,
        Column("received_at", "受付日時", "time"),
        Column("kind_name", "区分"),
        Column("channel_name", "受付\n経路"),
        Column("summary", "件名", wraps=True),
        Column("due_at", "一次回答期限", "time"),
        Column("first_response_at", "一次回答日時", "time"),
        Column("answer_judgement", "一次回答", "judgement"),
        Column("completed_at", "完了日時", "time"),
        Column("status_name", "状態"),
    ),
    lambda view: view.own.tenant_tickets(view.period),
    by_day=True,
)

DETECTIONS_OF_TENANT = Dataset(
    "detections",
    "検知件数月次推移",
    DETECTIONS.columns,
    lambda view: DETECTIONS.load(view.of_trend().narrowed()),
)

EVENTS = Dataset(
    "events",
    "重大なセキュリティイベント",
    (
        Column("event_no", "判定番号", "code"),
        _CODE,
        Column("tenant_name", "団体名"),
        Column("severity", "危険度", "code"),
        Column("severity_name", "危険度名"),
        Column("function_name", "検知機能"),
        Column("signature", "シグネチャ"),
        Column("direction_name", "方向"),
        Column("detected_at", "検知時刻", "time"),
        Column("judged_at", "重大判断時刻", "time"),
        Column("notified_at", "緊急連絡時刻", "time"),
        Column("contact_means", "連絡手段"),
        Column("contact_minutes", "判断から連絡まで", "number", "分"),
        Column("within_15", "15分以内", "yes_no"),
        Column("blocked_at", "遮断時刻", "time"),
        Column("completed_at", "対応完了時刻", "time"),
        Column("endpoint", "端末"),
        Column("finding", "検知内容"),
        Column("recommended_check", "推奨確認方法"),
        Column("recommended_action", "推奨対処方法"),
    ),
    lambda view: view.own.serious_events(view.period),
    by_day=True,
)

KPIS = Dataset(
    "kpi",
    "指標",
    kpi_cards.FILE_COLUMNS,
    lambda view: kpi_cards.of_bodies(view.own.tenant_kpis(view.period)).assign(period=str(view.period)),
)

_POSITIONED = ("K01", "K02", "K07", "K15", "K15.p95", "K17", "K26", "K27", "K28", "K29", "K33", "K34")
"""Measures that are told beside those of others; shares of the whole are not, for they tell the others' sum."""

POSITIONS = Dataset(
    "positions",
    "団体の中の位置",
    (
        Column("period", "対象期間", "code", on_screen=False),
        _CODE,
        Column("kpi_id", "指標番号", "code", on_screen=False),
        Column("name", "指標"),
        Column("unit", "単位", on_screen=False),
        Column("group_name", "比べる範囲"),
        Column("value", "この団体", "number", decimals=3),
        Column("first_quartile", "第1四分位", "number", decimals=3),
        Column("median", "中央値", "number", decimals=3),
        Column("third_quartile", "第3四分位", "number", decimals=3),
        Column("place", "大きい方\nからの順位", "number", "位"),
        Column("bodies", "値のある\n団体", "number", "団体"),
    ),
    lambda view: _positions(view),
)

DATASETS = (KPIS, POSITIONS, MONTH_FIGURES, DAYS, TREND, ROUTES, TICKETS, DETECTIONS_OF_TENANT, EVENTS)


def _routes(view: View) -> pd.DataFrame:
    """Routes of a month with their percentiles; of a longer period sums and maxima, the percentile unknown."""
    if view.period.kind == "month":
        return view.own.tenant_routes(view.period)
    return view.own.tenant_routes_summed(view.period).assign(p95_bps=None)


def _with_share(frame: pd.DataFrame) -> pd.DataFrame:
    """Each route's share of the body's traffic in the same direction."""
    whole = frame.groupby("direction")["bytes"].transform("sum").astype("float64")
    return frame.assign(route_share_pct=frame["bytes"].astype("float64") / whole.where(whole != 0) * 100)


def _positions(view: View) -> pd.DataFrame:
    frame = view.own.tenant_positions(str(view.tenant), view.period)
    told = frame[frame["kpi_id"].isin(_POSITIONED)]
    return told.assign(period=str(view.period), tenant_code=view.tenant)
