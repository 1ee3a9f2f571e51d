"""回線と容量: when lines fill: trends, forecasts, deadlines; what several parts of the page tell of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.frames import rows
from dashboards.pages.base import Dataset
from dashboards.pages.lines_data import line_of, named
from dashboards.view import View
from warehouse import outlook

OUTLOOK = Dataset(
    "outlook",
    "容量の到達見込み",
    (
        Column("seen_from", "基準の月", "month", on_screen=False),
        Column("name", "回線"),
        Column("entity", "回線ID", "code", on_screen=False),
        Column("value", "95パーセンタイル", "mbps", decimals=1),
        Column("limit_value", "確保帯域", "mbps"),
        Column("used_pct", "使用率", "number", "%", 1),
        Column("slope_per_month", "1か月当たり\nの増加", "mbps", decimals=1),
        Column("months", "使った月数", "number", "か月", on_screen=False),
        Column("threshold_pct", "到達率", "number", "%"),
        Column("reach_state", "見込み", on_screen=False),
        Column("reach_month", "到達見込み", "month"),
        Column("reach_earliest", "最も早い月", "month"),
        Column("reach_latest", "最も遅い月", "month"),
        Column("months_left", "残り", "number", "か月"),
        Column("request_by", "予算要求\nの締切", "era_date"),
        Column("deadline", "締切の状態", "judgement"),
    ),
    lambda view: _outlook(view),
)


def _outlook(view: View) -> pd.DataFrame:
    """One row per line and threshold, with its state and that of the deadline in words."""
    frame = view.data.capacity_outlook(view.period)
    own = frame[frame["grain"] == "line"].reset_index(drop=True) if len(frame) else frame
    told = list(rows(own))
    return own.assign(reach_state=_words([outlook.reached(row) for row in told], own),
                      deadline=_words([_deadline(row) for row in told], own))


def _words(words: list[str | None], frame: pd.DataFrame) -> pd.Series:
    return pd.Series(words, index=frame.index, dtype=object)


def _deadline(row: dict[str, Any]) -> str | None:
    """期限超過 when the last day to ask for the money lies before the end of the month that was looked at."""
    if row["request_by"] is None:
        return None
    return "期限超過" if row["is_late"] else "期限内"


TREND = Dataset(
    "trend",
    "容量の傾向と見込み",
    (
        Column("line_name", "回線", on_screen=False),
        Column("line_id", "回線ID", "code", on_screen=False),
        Column("jst_month", "年月", "month"),
        Column("value", "95パーセンタイル", "mbps", decimals=1),
        Column("fit", "傾向", "mbps", decimals=1),
        Column("low", "見込みの下限", "mbps", decimals=1),
        Column("high", "見込みの上限", "mbps", decimals=1),
        Column("limit_value", "確保帯域", "mbps"),
    ),
    lambda view: trend(Told(view)),
    of_entity=True,
)


@dataclass(frozen=True)
class Told:
    """What several parts of the page tell of, asked once."""

    view: View

    @cached_property
    def kpis(self) -> dict[tuple[str, str], dict[str, Any]]:
        """KPI figures by measure and line or group."""
        frame = self.view.data.service_levels(self.view.period)
        own = frame[frame["grain"].isin(("line", "line_group"))]
        return {(str(row["kpi_id"]), str(row["entity"])): row for row in rows(own)}

    def kpi(self, entity: str, *measures: str) -> dict[str, Any] | None:
        """The first of the measures that is asked of this line or group."""
        return next((self.kpis[kpi_id, entity] for kpi_id in measures if (kpi_id, entity) in self.kpis), None)

    @cached_property
    def outlook(self) -> pd.DataFrame:
        """Every line and threshold with its outlook."""
        return OUTLOOK.load(self.view)

    @cached_property
    def thresholds(self) -> list[dict[str, Any]]:
        return list(rows(self.outlook))

    def of_line(self, line_id: str) -> list[dict[str, Any]]:
        return [row for row in self.thresholds if row["entity"] == line_id]


def trend(told: Told) -> pd.DataFrame:
    """The months behind the chosen line's trend, then those of the forecast; empty where nothing is told."""
    own = told.of_line(line_of(told.view))
    if not own:
        return forecast(pd.DataFrame(), 0)
    history = told.view.data.capacity_trend(line_of(told.view), str(own[0]["seen_from"]))
    return named(told.view, forecast(history, outlook.months_ahead(own)))


_TREND_COLUMNS = ("jst_month", "line_id", "value", "fit", "low", "high", "limit_value", "state", "months", "slope")


def forecast(history: pd.DataFrame, ahead: int) -> pd.DataFrame:
    """The history with the trend's line, and ``ahead`` months more (see :func:`warehouse.outlook.forecast`)."""
    return pd.DataFrame(outlook.forecast(list(rows(history)), ahead), columns=list(_TREND_COLUMNS))


DATASETS = (OUTLOOK, TREND)
