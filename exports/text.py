"""Figures as the report prints them: counts, ratios, times; … for missing, ▲ for negative, 0 for a real zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from warehouse.japanese import (
    NOT_APPLICABLE_SIGN,
    UNKNOWN_SIGN,
    bytes_gb,
    era_date,
    era_datetime,
    era_month,
    is_missing,
    mbps,
    number,
)

NO_DATA = "データなし"
NO_COMMENTARY = "（記載なし）"
NOT_COMPARABLE = "比較データなし"
SYMBOLS = {"達成": "○", "注意": "△", "未達": "×", "目標未設定": "－", "対象なし": "－", "データなし": "…"}
LEGEND: tuple[tuple[str, str], ...] = (
    ("－", "該当がないこと又は適用しないことを示す。"),
    ("0", "実際に0であること又は表示単位に満たないことを示す。"),
    ("…", "不明又は未取得（データなし）であることを示し、0とは区別する。"),
    ("▲", "負の数を示す。"),
    ("○　△　×", "目標に対する判定を示す（○ 達成、△ 注意、× 未達）。判定は端数処理前の値で行う。"),
)


def missing(value: Any) -> bool:
    """True for None, NaN, NaT and pandas' NA."""
    return value is pd.NA or is_missing(value)


def amount(value: Any, decimals: int = 0, rounding: str = "half_up") -> str:
    """1,234 / ▲1.2 / … (missing)."""
    return UNKNOWN_SIGN if missing(value) else number(value, decimals, rounding)


def coverage(value: Any) -> str:
    """A share of received samples, cut: 100.0 only when nothing is missing."""
    return amount(value, 1, "truncate")


def as_of_ja(moment: datetime | None, unknown: str = NO_DATA) -> str:
    """令和8年10月31日 23時55分; midnight is the end of the day before (24時00分)."""
    if missing(moment) or moment is None:
        return unknown
    if moment.time() == time(0):
        return f"{era_date(moment.date() - timedelta(days=1))} 24時00分"
    return era_datetime(moment)


def amount_or_dash(value: Any, decimals: int = 0) -> str:
    """As :func:`amount`, with － where the figure does not apply (no denominator, no limit set)."""
    return NOT_APPLICABLE_SIGN if missing(value) else number(value, decimals)


def as_mbps(value: Any, decimals: int = 1) -> str:
    return UNKNOWN_SIGN if missing(value) else number(mbps(value), decimals)


def as_gb(value: Any, decimals: int = 1) -> str:
    return UNKNOWN_SIGN if missing(value) else number(bytes_gb(value), decimals)


def text(value: Any, empty: str = NOT_APPLICABLE_SIGN) -> str:
    """A text value; ``empty`` stands for a value the ledger does not hold."""
    return empty if missing(value) or not str(value).strip() else str(value).strip()


def moment(value: Any, empty: str = UNKNOWN_SIGN) -> str:
    """10/14 09:20 (the month's year is in the heading)."""
    return empty if missing(value) else f"{value.month}/{value.day} {value.hour}:{value.minute:02d}"


def day(value: Any, empty: str = UNKNOWN_SIGN) -> str:
    """10/14"""
    return empty if missing(value) else f"{value.month}/{value.day}"


def month_label(month: str) -> str:
    """2026-10 -> R8.10 (axis and column labels)."""
    year, number_ = int(month[:4]), int(month[5:7])
    return f"R{year - 2018}.{number_}"


def month_range(months: Iterable[str]) -> str:
    """令和7年11月から令和8年10月まで"""
    ordered = sorted(months)
    return f"{month_ja(ordered[0])}から{month_ja(ordered[-1])}まで"


def month_ja(month: str) -> str:
    """2026-10 -> 令和8年10月"""
    return era_month(date(int(month[:4]), int(month[5:7]), 1))


def target(row: Mapping[str, Any], unset: str = "目標未設定") -> str:
    """「100%以上」: a KPI's target value, unit and direction; － for one that is neither good nor bad."""
    if missing(row["target"]):
        return NOT_APPLICABLE_SIGN if row["direction"] == "none" else unset
    value = float(row["target"])
    return f"{number(value, 0 if value.is_integer() else 1)}{text(row['unit'], '')}{text(row['target_text'], '')}"


def judgement(word: Any) -> str:
    """○ 達成 / △ 注意 / × 未達 / － 目標未設定 / … データなし; － alone where nothing is to be judged."""
    shown = text(word)
    return shown if shown == NOT_APPLICABLE_SIGN else f"{SYMBOLS.get(shown, NOT_APPLICABLE_SIGN)} {shown}"


def change(now: Any, before: Any, unit: str, decimals: int = 0) -> str:
    """「12件増」「3.2GB減」「増減なし」, or 「比較データなし」 when one side is missing."""
    if missing(now) or missing(before):
        return NOT_COMPARABLE
    difference = float(now) - float(before)
    if number(difference, decimals) == number(0, decimals):
        return "増減なし"
    return f"{number(abs(difference), decimals)}{unit}{'増' if difference > 0 else '減'}"


def change_pct(now: Any, before: Any) -> str:
    """「3.2%増」; 「比較データなし」 when a side is missing or the base is zero."""
    if missing(now) or missing(before) or float(before) == 0:
        return NOT_COMPARABLE
    return change(float(now) / float(before) * 100, 100.0, "%", 1)


def comparisons(*parts: tuple[str, str]) -> str:
    """「前月比は3.2%増、前年同月比は比較データなし」; what cannot be compared is named together at the end."""
    known = [f"{name}は{shown}" for name, shown in parts if shown != NOT_COMPARABLE]
    unknown = [name for name, shown in parts if shown == NOT_COMPARABLE]
    return "、".join([*known, f"{'及び'.join(unknown)}は{NOT_COMPARABLE}"] if unknown else known)


def plain(value: Any) -> Any:
    """A pandas cell as a plain Python value; every kind of missing becomes None."""
    if missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, (str, bool, int, float, datetime, date)):
        return value
    return value.item() if hasattr(value, "item") else float(value)
