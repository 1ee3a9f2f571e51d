"""回線と容量: the columns of its tables and CSV files, and the questions behind them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.figures.traffic import DIRECTIONS
from dashboards.frames import rows, values
from dashboards.pages.base import Dataset, EntityChoice
from dashboards.sentences.lines import WEEKDAYS
from dashboards.urls import LINE
from dashboards.view import View

_BY_MONTH = ("half", "year")
"""Kinds of period whose days are too many to read one by one; their months are shown instead."""
_MEASURED = (
    Column("line_name", "回線", on_screen=False),
    Column("line_id", "回線ID", "code", on_screen=False),
    Column("direction_name", "方向"),
    Column("p95_bps", "95パーセンタイル", "mbps", decimals=1),
    Column("max_bps", "最大", "mbps", decimals=1),
    Column("avg_bps", "平均", "mbps", decimals=1, on_screen=False),
    Column("guaranteed_bps", "確保帯域", "mbps", on_screen=False),
    Column("total_bps", "総帯域", "mbps", on_screen=False),
    Column("exceeded_minutes", "確保帯域超過", "number", "分"),
    Column("expected", "期待計測点数", "number", "点", on_screen=False),
    Column("received", "取得計測点数", "number", "点", on_screen=False),
    Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
)


def _options(view: View) -> list[tuple[str, str]]:
    frame = view.data.lines_in_service(view.period)
    return list(zip(values(frame, "line_id"), values(frame, "name"), strict=True))


CHOICE = EntityChoice(LINE, "回線", "internet", _options)


def line_of(view: View) -> str:
    """The chosen line's code; LookupError when the period has none."""
    if view.entity is None:
        raise LookupError("this view shows no line")
    return view.entity.code


def line_name(view: View) -> str:
    return dict(_options(view))[line_of(view)]


def by_month(view: View) -> bool:
    """Whether the period is shown by its months instead of its days."""
    return view.period.kind in _BY_MONTH


def named(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """With the chosen line's name, for the file."""
    return frame.assign(line_name=line_name(view))


LEVELS = Dataset(
    "lines",
    "回線の使用状況",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("name", "回線"),
        Column("grain", "粒度", "code", on_screen=False),
        Column("entity", "対象コード", "code", on_screen=False),
        Column("direction_name", "方向"),
        Column("avg_bps", "平均", "mbps", decimals=1),
        Column("p95_bps", "95パーセンタイル", "mbps", decimals=1),
        Column("max_bps", "最大", "mbps", decimals=1),
        Column("guaranteed_bps", "確保帯域", "mbps"),
        Column("p95_guaranteed_pct", "対確保帯域", "number", "%", 1),
        Column("total_bps", "総帯域", "mbps"),
        Column("p95_total_pct", "対総帯域", "number", "%", 1),
        Column("exceeded_minutes", "確保帯域\n超過", "number", "分"),
        Column("kpi_id", "判定した指標", "code", on_screen=False),
        Column("judgement", "判定", "judgement"),
        Column("expected", "期待計測点数", "number", "点", on_screen=False),
        Column("received", "取得計測点数", "number", "点", on_screen=False),
        Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
    ),
    lambda view: view.data.line_period(view.period).assign(period=str(view.period)),
)

_BEFORE = (
    Column("p95_previous_bps", "前の期間の\n95パーセンタイル", "mbps", decimals=1),
    Column("p95_last_year_bps", "前年同期の\n95パーセンタイル", "mbps", decimals=1),
)

RANGE = Dataset(
    "range",
    "回線の使用状況（日の範囲）",
    tuple(column for column in (*LEVELS.columns[:7], *_BEFORE, *LEVELS.columns[7:])
          if column.key not in ("kpi_id", "judgement")),
    lambda view: _range(view),
    by_day=True,
)


def _range(view: View) -> pd.DataFrame:
    """The run of days, with the percentiles of the run before and of the same days of last year where it is over."""
    frame = view.data.line_range(view.period).assign(period=str(view.period))
    own = list(zip(frame["entity"], frame["direction"], strict=True))
    for column, before in zip(_BEFORE, view.before(), strict=True):
        known = {} if view.is_partial() else {
            (row["entity"], row["direction"]): row["p95_bps"] for row in rows(view.data.line_range(before.period))}
        frame[column.key] = pd.Series([known.get(key) for key in own], dtype=object)
    return frame

DAYS = Dataset(
    "days",
    "日別の回線利用",
    (Column("jst_date", "日付", "date"), *_MEASURED, Column("is_open_day", "開庁日", "yes_no", on_screen=False)),
    lambda view: named(view, view.data.line_days(line_of(view), view.period)),
    of_entity=True,
    by_day=True,
)

MONTHS = Dataset(
    "months",
    "月別の回線利用",
    (Column("jst_month", "年月", "month"), *_MEASURED),
    lambda view: named(view, view.data.line_months(line_of(view), view.period)),
    of_entity=True,
)


def _both(key: str, label: str, **more: Any) -> tuple[Column, ...]:
    return tuple(Column(f"{key}_{direction}", f"{name}\n{label}", **more) for direction, name in DIRECTIONS)


_P95_TABLE = (
    *_both("p95_bps", "95パーセンタイル", kind="mbps", decimals=1),
    *_both("max_bps", "最大", kind="mbps", decimals=1),
    *_both("coverage_pct", "取得率", kind="number", unit="%", decimals=1, rounding="truncate"),
)
_EXCEEDED_TABLE = _both("exceeded_minutes", "確保帯域超過", kind="number", unit="分")


def percentile_table(dataset: Dataset) -> tuple[Column, ...]:
    """The columns behind the percentiles: a row per day or month, the directions side by side."""
    return dataset.columns[0], *_P95_TABLE


def exceeded_table(dataset: Dataset) -> tuple[Column, ...]:
    return dataset.columns[0], *_EXCEEDED_TABLE


def side_by_side(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """One row per day or month instead of one per direction: columns ``p95_bps_in``, ``p95_bps_out`` …"""
    found: dict[Any, dict[str, Any]] = {}
    for row in rows(frame):
        own = found.setdefault(row[key], {key: row[key]})
        own |= {f"{column}_{row['direction']}": row[column]
                for column in ("p95_bps", "max_bps", "coverage_pct", "exceeded_minutes")}
    return pd.DataFrame(list(found.values()))


HOURS = Dataset(
    "hours",
    "曜日・時刻別の平均",
    (
        Column("line_name", "回線"),
        Column("line_id", "回線ID", "code"),
        Column("direction_name", "方向"),
        Column("weekday", "曜日番号", "code"),
        Column("weekday_name", "曜日"),
        Column("hour", "時", "code"),
        Column("avg_bps", "平均", "mbps", decimals=1),
        Column("max_bps", "最大", "mbps", decimals=1),
        Column("expected", "期待計測点数", "number", "点"),
        Column("received", "取得計測点数", "number", "点"),
        Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
    ),
    lambda view: _hours(view),
    of_entity=True,
    by_day=True,
)

HOUR_TABLE = (
    Column("hour_name", "時刻"),
    *(Column(f"day_{place}", name, "mbps", decimals=1) for place, name in enumerate(WEEKDAYS, 1)),
)
"""The hours of one direction as a table: a row per hour, a column per day of the week."""


def _hours(view: View) -> pd.DataFrame:
    frame = view.data.line_hours(line_of(view), view.period)
    return named(view, frame).assign(weekday_name=[WEEKDAYS[int(day) - 1] for day in frame["weekday"]])


def hour_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of one direction with a column for each day of the week."""
    means = {(row["hour"], row["weekday"]): row["avg_bps"] for row in rows(frame)}
    return pd.DataFrame(
        [{"hour_name": f"{hour}時台", **{f"day_{day}": means.get((hour, day)) for day in range(1, 8)}}
         for hour in range(24)]
    )


DESIGN = Dataset(
    "design",
    "設計値と実績",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("name", "回線"),
        Column("kind", "粒度", "code", on_screen=False),
        Column("entity", "対象コード", "code", on_screen=False),
        Column("item_name", "項目"),
        Column("item", "項目コード", "code", on_screen=False),
        Column("design_value", "設計値", "mbps", decimals=1),
        Column("result_value", "実績", "mbps", decimals=1),
        Column("used_pct", "使用率", "number", "%", 1),
        Column("margin", "余裕", "mbps", decimals=1),
    ),
    lambda view: _design(view),
)


def _design(view: View) -> pd.DataFrame:
    frame = view.data.design_results(view.period)
    of_lines = frame[frame["kind"].isin(("line", "line_group"))]
    return of_lines.reset_index(drop=True).assign(period=str(view.period))


DATASETS = (LEVELS, RANGE, DAYS, MONTHS, HOURS, DESIGN)
