"""セキュリティ: the columns of its tables and CSV files, and the questions behind them.

Everything is asked under the view's own scope: a body that opens the page is answered about itself only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.frames import days_between, rows
from dashboards.pages import kpi_cards
from dashboards.pages.base import Dataset
from dashboards.pages.overview_data import DETECTIONS, ratio, severity_text
from dashboards.pages.tenant_data import EVENTS as EVENTS_OF_TENANT
from dashboards.sentences.security import WEEKDAYS
from dashboards.view import View

SIGNATURES_SHOWN = 10
KPI_NUMBERS = ("K33", "K34", "K35", "K36", "K37", "K38")
_BLOCKED = (Column("n", "検知", "number", "件"), Column("blocked", "うち遮断", "number", "件"),
            Column("blocked_pct", "遮断の割合", "number", "%", 1, rounding="truncate"))
_WRAPPED = ("finding", "recommended_check", "recommended_action")
_CASE = ("event_no", "tenant_name", "severity_name", "detected_at", "contact_minutes", "within_15", "finding",
         "recommended_check", "recommended_action", "signature", "function_name", "direction_name", "contact_means",
         "endpoint")
"""A case in its table; the other steps stand in the table behind the figure, and all of it in the file."""


def _place(key: str) -> int:
    """What is on screen in its order, then the rest as it comes."""
    return _CASE.index(key) if key in _CASE else len(_CASE)


KPIS = Dataset(
    "kpi",
    "主要指標",
    kpi_cards.FILE_COLUMNS,
    lambda view: _kpis(view).assign(period=str(view.period)),
)

TREND = Dataset("detections", "検知件数月次推移", DETECTIONS.columns, lambda view: DETECTIONS.load(view.of_trend()))

DAYS = Dataset(
    "days",
    "日別検知件数",
    (Column("jst_date", "日付", "date"), *DETECTIONS.columns[1:]),
    lambda view: severity_text(view.data.detection_days(view.period)),
    by_day=True,
)

FUNCTIONS = Dataset(
    "functions",
    "機能別検知件数",
    (Column("function_name", "検知機能"), Column("function", "検知機能コード", "code", on_screen=False), *_BLOCKED),
    lambda view: view.data.functions(view.period),
    by_day=True,
)

DIRECTIONS = Dataset(
    "directions",
    "方向別検知件数",
    (Column("direction_name", "方向"), Column("direction", "方向コード", "code", on_screen=False), *_BLOCKED),
    lambda view: view.data.directions(view.period),
    by_day=True,
)

HOURS = Dataset(
    "hours",
    "曜日・時間帯別検知件数",
    (Column("weekday_name", "曜日"), Column("hour", "時", "number"), Column("n", "検知", "number", "件"),
     Column("blocked", "うち遮断", "number", "件")),
    lambda view: _named_days(view.data.hours(view.period)),
    by_day=True,
)

SIGNATURES = Dataset(
    "signatures",
    "シグネチャ上位",
    (
        Column("signature", "シグネチャ"),
        Column("signature_id", "シグネチャID", "code", on_screen=False),
        Column("rank", "順位", "number"),
        Column("previous_rank", "前の期間の\n順位", "number"),
        Column("n", "検知", "number", "件"),
        Column("blocked", "うち遮断", "number", "件"),
        Column("severity_name", "最も高い危険度"),
        Column("direction_name", "主な方向"),
    ),
    lambda view: view.data.signatures(view.period, SIGNATURES_SHOWN),
    by_day=True,
)

EVENTS = Dataset(
    "events",
    "重大なセキュリティイベント",
    tuple(sorted((replace(column, wraps=column.key in _WRAPPED, on_screen=column.key in _CASE)
                  for column in EVENTS_OF_TENANT.columns), key=lambda column: _place(column.key))),
    lambda view: view.data.serious_events(view.period),
    by_day=True,
)

SOC = Dataset(
    "soc",
    "SOC全体との対比",
    (
        Column("severity_name", "危険度"),
        Column("soc", "SOC全体", "number", "件"),
        Column("own", "うち本県", "number", "件"),
        Column("share_pct", "本県の割合", "number", "%", 1),
        Column("months", "対象月数", "number", "か月"),
    ),
    lambda view: _soc(view),
)

DATASETS = (KPIS, TREND, DAYS, FUNCTIONS, DIRECTIONS, HOURS, SIGNATURES, EVENTS, SOC)


def _kpis(view: View) -> pd.DataFrame:
    """The security KPIs of the whole; of each body of the scope where the scope is no more than bodies."""
    if view.scope.platform:
        frame = view.data.service_levels(view.period)
        return frame[(frame["grain"] == "all") & frame["kpi_no"].isin(KPI_NUMBERS)]
    frame = view.data.tenant_kpis(view.period)
    return kpi_cards.of_bodies(frame[frame["kpi_no"].isin(KPI_NUMBERS)])


def _named_days(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(weekday_name=[WEEKDAYS[int(day)] for day in frame["weekday"]])


def severities(view: View) -> list[dict[str, Any]]:
    """Detections of the whole period by severity; empty when no month or day of it was told of."""
    sums: dict[Any, dict[str, Any]] = {}
    for row in rows(view.data.severities(view.period)):
        kept = {"severity": row["severity"], "severity_name": row["severity_name"], "n": 0, "blocked": 0}
        own = sums.setdefault(row["severity"], kept)
        own["n"] += row["n"]
        own["blocked"] += row["blocked"]
    return list(sums.values())


def counted(view: View) -> int | None:
    """All detections of a run of days; ``None`` unless each of them is told of."""
    frame = view.data.detection_days(view.period)
    whole = frame["jst_date"].nunique() == len(days_between(view.period.start, view.period.end))
    return int(frame["n"].sum()) if whole else None


def _soc(view: View) -> pd.DataFrame:
    """Severities of the months for which both the SOC's totals and our own judgements came."""
    judged = {(row["jst_month"], row["severity"]): row["n"] for row in rows(view.data.severities(view.period))}
    sums: dict[Any, dict[str, Any]] = {}
    for row in rows(view.data.soc_totals(view.period)):
        own = judged.get((row["jst_month"], row["severity"]))
        if own is not None:
            kept = sums.setdefault(row["severity"], {"severity_name": row["severity_name"], "soc": 0, "own": 0,
                                                     "months": 0})
            kept.update(soc=kept["soc"] + row["n"], own=kept["own"] + own, months=kept["months"] + 1)
    frame = pd.DataFrame(list(sums.values()), columns=["severity_name", "soc", "own", "months"])
    return frame.assign(share_pct=ratio(frame["own"], frame["soc"]) * 100)
