"""問合せ・申請: the columns of its tables and CSV files, and the questions behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.frames import values
from dashboards.pages import kpi_cards
from dashboards.pages.base import Dataset
from dashboards.pages.tickets_sums import ages, with_rates
from dashboards.view import View
from warehouse.period import Period

OF_TICKETS = ("K26", "K26.reopened", "K27", "K28", "K28.p90", "K29", "K29.over30")
OF_CHANGES = ("K30", "K30.completed", "K31", "K32")
_SHOWN = frozenset([*OF_TICKETS, *OF_CHANGES])
KPI_NUMBERS = frozenset(kpi_id.partition(".")[0] for kpi_id in _SHOWN)
_CODE = Column("tenant_code", "団体コード", "code", on_screen=False)
_PERIOD = Column("period", "対象期間", "code", on_screen=False)
_NUMBER = Column("ticket_no", "管理番号", "code")


def entities(view: View) -> list[tuple[str, str]]:
    """Whose KPI figures the page shows (grain, entity): the whole's to the prefecture, their own to bodies."""
    if view.scope.platform:
        return [("all", "")]
    return [("tenant", code) for code in sorted(view.scope.tenant_codes)]


def trend_month(view: View) -> Period:
    """The month with which trends end: the last of the period of which the ledger of tickets tells."""
    told = view.data.told_months("ticket", view.period)
    return Period.parse(told[-1] if told else view.period.last_month)


def told_until(view: View, table: str) -> date | None:
    """The last day of the period of which a ledger tells; ``None`` when it tells of no day."""
    told, loaded = view.data.told_months(table, view.period), view.last_loaded_day()
    return min(Period.parse(told[-1]).end, loaded) if told and loaded else None


def kpis(view: View) -> pd.DataFrame:
    """K26 to K32 of :func:`entities`, in the catalogue's order."""
    frame = view.data.service_levels(view.period) if view.scope.platform else view.data.tenant_kpis(view.period)
    grain = "all" if view.scope.platform else "tenant"
    shown = frame[(frame["grain"] == grain) & frame["kpi_id"].isin(_SHOWN)].assign(period=str(view.period))
    return shown if view.scope.platform else _told_as_levels(shown)


def _told_as_levels(frame: pd.DataFrame) -> pd.DataFrame:
    """Figures of bodies in the words of those of the whole: a measure that is neither good nor bad is not judged."""
    unjudged = (frame["direction"] == "none") & (frame["judgement"] == "目標未設定")
    words = [{">=": "以上", "<=": "以下"}.get(operator) if target is not None else None
             for operator, target in zip(values(frame, "operator"), values(frame, "target"), strict=True)]
    return frame.assign(
        judgement=frame["judgement"].mask(unjudged, None),
        target_text=pd.Series(words, index=frame.index, dtype=object),
        description="",
    )


def _answers(view: View) -> pd.DataFrame:
    return pd.concat([view.data.first_answers(grain, entity, trend_month(view)) for grain, entity in entities(view)])


def received_before(view: View) -> dict[str, Any]:
    """What a run of days is compared with, under the names that K26 has for it; nothing while it still runs."""
    previous, last_year = (None, None) if view.is_partial() else (_received(own) for own in view.before())
    return {"previous_value": previous, "last_year_value": last_year}


def _received(view: View) -> int | None:
    """Tickets received; ``None`` unless the ledger tells of every month of the days."""
    whole = len(view.data.told_months("ticket", view.period)) == view.period.length
    return int(view.data.tickets_by_channel(view.period)["n"].sum()) if whole else None


def _late(view: View) -> pd.DataFrame:
    frame = view.data.late_answers(view.period)
    return frame.assign(late_hours=frame["late_minutes"] / 60)


KPIS = Dataset(
    "kpis",
    "主要指標",
    kpi_cards.FILE_COLUMNS,
    kpis,
)

ANSWERS = Dataset(
    "first-answers",
    "一次回答月次推移",
    (
        Column("jst_month", "年月", "month"),
        Column("entity", "団体コード", "code", on_screen=False),
        Column("received", "受付", "number", "件"),
        Column("due", "期限到来", "number", "件"),
        Column("in_time", "期限内", "number", "件"),
        Column("late", "期限超過", "number", "件"),
        Column("in_time_pct", "期限内率", "number", "%", 1, rounding="truncate"),
        Column("target_pct", "目標", "number", "%", on_screen=False),
        Column("median_hours", "中央値", "number", "時間", 1),
        Column("p90_hours", "90パーセンタイル", "number", "時間", 1),
    ),
    _answers,
)

LATE = Dataset(
    "late-answers",
    "期限を過ぎた一次回答",
    (
        _NUMBER,
        _CODE,
        Column("tenant_name", "団体名"),
        Column("kind_name", "区分"),
        Column("summary", "件名", wraps=True),
        Column("received_at", "受付日時", "time"),
        Column("due_at", "一次回答期限", "time"),
        Column("first_response_at", "一次回答日時", "time"),
        Column("late_hours", "超過\n（業務時間）", "number", "時間", 1),
    ),
    _late,
    by_day=True,
)

RECEIVED = Dataset(
    "received",
    "区分と受付経路別の受付件数",
    (
        _PERIOD,
        Column("ticket_kind", "区分コード", "code"),
        Column("kind_name", "区分"),
        Column("channel", "受付経路コード", "code"),
        Column("channel_name", "受付経路"),
        Column("n", "受付", "number", "件"),
    ),
    lambda view: view.data.tickets_by_channel(view.period).assign(period=str(view.period)),
    by_day=True,
)

TREND = Dataset(
    "trend",
    "受付件数月次推移",
    (
        Column("jst_month", "年月", "month"),
        Column("ticket_kind", "区分コード", "code", on_screen=False),
        Column("kind_name", "区分"),
        Column("n", "受付", "number", "件"),
    ),
    lambda view: view.data.tickets_trend(trend_month(view)),
)

OPEN_TREND = Dataset(
    "open-trend",
    "月末の未完了件数",
    (
        Column("jst_month", "年月", "month"),
        Column("open_total", "未完了", "number", "件"),
        Column("over_10_days", "うち10開庁日超", "number", "件"),
        Column("over_30_days", "うち30開庁日超", "number", "件"),
    ),
    lambda view: view.data.open_tickets_trend(trend_month(view)),
)

OPEN = Dataset(
    "open",
    "未完了の問合せ・依頼",
    (
        _NUMBER,
        _CODE,
        Column("tenant_name", "団体名"),
        Column("kind_name", "区分"),
        Column("summary", "件名", wraps=True),
        Column("received_at", "受付日時", "time"),
        Column("age_days", "経過", "number", "開庁日"),
        Column("due_at", "一次回答期限", "time"),
        Column("first_response_at", "一次回答日時", "time"),
        Column("completed_at", "その後の完了", "time"),
    ),
    lambda view: view.data.open_tickets(view.period),
)

OPEN_AGES = Dataset(
    "ages",
    "未完了の経過日数別件数",
    (
        _PERIOD,
        Column("age_class", "受付からの開庁日数"),
        Column("from_days", "から", "number", "開庁日", on_screen=False),
        Column("to_days", "まで", "number", "開庁日", on_screen=False),
        Column("n", "未完了", "number", "件"),
    ),
    lambda view: ages(view.data.open_tickets(view.period)).assign(period=str(view.period)),
)

REOPENED = Dataset(
    "reopened",
    "再び開いた問合せ・依頼",
    (
        _NUMBER,
        _CODE,
        Column("tenant_name", "団体名"),
        Column("kind_name", "区分"),
        Column("summary", "件名", wraps=True),
        Column("received_at", "受付日時", "time"),
        Column("reopened", "再オープン", "number", "回"),
        Column("completed_at", "完了日時", "time"),
        Column("status_name", "状態"),
    ),
    lambda view: view.data.reopened_tickets(view.period),
    by_day=True,
)

CHANGES = Dataset(
    "changes",
    "設定変更（区分別）",
    (
        _PERIOD,
        Column("change_kind", "変更区分コード", "code", on_screen=False),
        Column("name", "変更区分"),
        Column("requested", "受付", "number", "件"),
        Column("completed", "完了", "number", "件"),
        Column("completed_pct", "完了率", "number", "%", 1, rounding="truncate"),
        Column("approval_needed", "県の承認が\n要る実施", "number", "件"),
        Column("approved_before", "うち承認後\nに実施", "number", "件"),
        Column("approved_pct", "県承認\n取得率", "number", "%", 1, rounding="truncate"),
        Column("devices_changed", "実施", "number", "件"),
        Column("backed_up", "うち2世代以上の\nバックアップ", "number", "件"),
        Column("backed_up_pct", "バックアップ\n取得率", "number", "%", 1, rounding="truncate"),
    ),
    lambda view: with_rates(view.data.changes_by_kind(view.period)).assign(period=str(view.period)),
)

AWAITING = Dataset(
    "awaiting",
    "県の承認を待つ設定変更",
    (
        Column("request_no", "受付番号", "code"),
        _CODE,
        Column("tenant_name", "団体名"),
        Column("kind_name", "変更区分", wraps=True),
        Column("device", "対象機器"),
        Column("requested_date", "受付日", "era_date"),
        Column("waiting_days", "承認待ち", "number", "開庁日"),
        Column("approved_at", "その後の承認", "time"),
    ),
    lambda view: view.data.awaiting_approval(view.period),
)

DATASETS = (KPIS, AWAITING, ANSWERS, LATE, RECEIVED, TREND, OPEN_TREND, OPEN_AGES, OPEN, CHANGES, REOPENED)
