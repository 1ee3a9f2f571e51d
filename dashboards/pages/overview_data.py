"""概況: the columns of its tables and CSV files, and the questions behind them."""

from __future__ import annotations

import pandas as pd

from dashboards.columns import Column
from dashboards.frames import values
from dashboards.pages import kpi_cards
from dashboards.pages.base import Dataset

_DIRECTION = {"in": "受信", "out": "送信"}
COVERAGE = Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate")
ANSWERS_IN_TIME = Column("in_time_pct", "一次回答\n期限内率", "number", "%", 1, rounding="truncate")
MONTH = Column("jst_month", "年月", "month")
MONTH_IN_FILE = Column("jst_month", "年月", "month", on_screen=False)

KPIS = Dataset(
    "kpi",
    "主要指標",
    kpi_cards.FILE_COLUMNS,
    lambda view: view.data.kpis(view.period).assign(period=str(view.period)),
)

TRAFFIC_TREND = Dataset(
    "traffic-trend",
    "通信量月次推移",
    (MONTH, Column("direction_name", "方向"), Column("bytes", "通信量", "gb", decimals=1), COVERAGE),
    lambda view: with_direction(view.data.traffic_trend(view.of_trend().period)),
)

TRAFFIC_DAYS = Dataset(
    "traffic-days",
    "通信量日次",
    (
        Column("jst_date", "日付", "date"),
        Column("direction_name", "方向"),
        Column("bytes", "通信量", "gb", decimals=1),
        Column("is_open_day", "開庁日", "yes_no"),
        Column("expected", "期待計測点数", "number", "点", on_screen=False),
        Column("received", "取得計測点数", "number", "点", on_screen=False),
        COVERAGE,
    ),
    lambda view: with_direction(view.data.traffic_days(view.period)),
    by_day=True,
)

DETECTIONS = Dataset(
    "detections",
    "検知件数月次推移",
    (
        MONTH,
        Column("severity", "危険度", "code"),
        Column("severity_name", "危険度名"),
        Column("n", "検知", "number", "件"),
        Column("blocked", "遮断", "number", "件"),
    ),
    lambda view: severity_text(view.data.detections_trend(view.of_trend().period)),
)

TICKETS = Dataset(
    "tickets",
    "受付件数月次推移",
    (
        MONTH,
        Column("ticket_kind", "区分コード", "code", on_screen=False),
        Column("kind_name", "区分"),
        Column("n", "受付", "number", "件"),
    ),
    lambda view: view.data.tickets_trend(view.of_trend().period),
)

LINES = Dataset(
    "lines",
    "通信回線",
    (
        MONTH_IN_FILE,
        Column("name", "回線"),
        Column("line_id", "回線ID", "code", on_screen=False),
        Column("role_name", "役割", on_screen=False),
        Column("direction_name", "方向"),
        Column("avg_bps", "平均", "mbps", decimals=1),
        Column("p95_bps", "95パーセンタイル", "mbps", decimals=1),
        Column("max_bps", "最大", "mbps", decimals=1),
        Column("guaranteed_bps", "確保帯域", "mbps"),
        Column("p95_guaranteed_pct", "対確保帯域", "number", "%", 1),
        Column("total_bps", "総帯域", "mbps"),
        Column("p95_total_pct", "対総帯域", "number", "%", 1),
        Column("exceeded_minutes", "確保帯域\n超過", "number", "分"),
        Column("judgement", "判定", "judgement"),
        COVERAGE,
    ),
    lambda view: view.of_month(view.data.lines).assign(jst_month=view.period.first_month),
)

TENANTS = Dataset(
    "tenants",
    "接続団体別",
    (
        MONTH_IN_FILE,
        Column("name", "団体名"),
        Column("tenant_code", "団体コード", "code", on_screen=False),
        Column("kind_name", "区分", on_screen=False),
        Column("bytes_in", "受信", "gb", decimals=1),
        Column("bytes_out", "送信", "gb", decimals=1),
        Column("share_pct", "構成比", "number", "%", 1),
        Column("previous_pct", "前月比", "number", "%", 1),
        Column("last_year_pct", "前年\n同月比", "number", "%", 1),
        Column("p95_in_bps", "受信\n95パーセンタイル", "mbps", decimals=1),
        Column("p95_out_bps", "送信95パーセンタイル", "mbps", decimals=1, on_screen=False),
        Column("tickets", "受付", "number", "件"),
        Column("answers_due", "一次回答の期限到来", "number", "件", on_screen=False),
        Column("answers_in_time", "一次回答の期限内", "number", "件", on_screen=False),
        ANSWERS_IN_TIME,
        Column("open_tickets", "未完了", "number", "件"),
        Column("detections", "検知", "number", "件"),
        Column("serious", "うち重大", "number", "件"),
        COVERAGE,
    ),
    lambda view: with_changes(view.of_month(view.data.tenant_months)).assign(jst_month=view.period.first_month),
)

DATASETS = (KPIS, TRAFFIC_TREND, TRAFFIC_DAYS, DETECTIONS, TICKETS, LINES, TENANTS)


def with_direction(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds the direction's Japanese name (受信: towards the tenants)."""
    return frame.assign(direction_name=frame["direction"].map(_DIRECTION))


def severity_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Severities as text: a code, not an amount; empty for 未判断."""
    codes = [None if item is None else str(int(item)) for item in values(frame, "severity")]
    return frame.assign(severity=pd.Series(codes, index=frame.index, dtype=object))


def with_changes(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds the change of traffic in percent.

    Where the base is missing or zero the result is missing.
    """
    return frame.assign(
        previous_pct=change_pct(frame["bytes_total"], frame["previous_bytes_total"]),
        last_year_pct=change_pct(frame["bytes_total"], frame["last_year_bytes_total"]),
    )


def change_pct(value: pd.Series, base: pd.Series) -> pd.Series:
    """Change against the base in percent."""
    return (ratio(value, base) - 1) * 100


def ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Element-wise, with zero denominators giving missing instead of infinity."""
    below = pd.to_numeric(denominator).astype("float64")
    return pd.to_numeric(numerator).astype("float64") / below.where(below != 0)
