"""Dates and numbers as Japanese public documents write them (domain notes 2.2 and 2.3).

Signs in tables: 「…」 unknown or not collected, 「－」 not applicable, 「▲」 negative, 「0」 a real zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from numbers import Integral

import pandas as pd

UNKNOWN_SIGN = "…"
NOT_APPLICABLE_SIGN = "－"
_WEEKDAYS = "月火水木金土日"
_ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))


def _era(day: date) -> tuple[str, str]:
    for start, name in _ERAS:
        if day >= start:
            year = day.year - start.year + 1
            return name, "元" if year == 1 else str(year)
    raise ValueError(f"no era is known for {day.isoformat()}")


def era_year(day: date) -> str:
    """令和8年"""
    name, year = _era(day)
    return f"{name}{year}年"


def era_month(day: date) -> str:
    """令和8年10月"""
    return f"{era_year(day)}{day.month}月"


def era_date(day: date) -> str:
    """令和8年10月1日"""
    return f"{era_month(day)}{day.day}日"


def era_date_weekday(day: date) -> str:
    """令和8年11月20日（金）"""
    return f"{era_date(day)}（{_WEEKDAYS[day.weekday()]}）"


def era_datetime(moment: datetime) -> str:
    """令和8年10月1日 9時05分"""
    return f"{era_date(moment.date())} {moment.hour}時{moment.minute:02d}分"


_MAY_BE_NAN = (float, Decimal)


def is_missing(value: object) -> bool:
    """True for every way a cell says that nothing was collected: None, NaN, NaT and pandas' NA."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, _MAY_BE_NAN) and math.isnan(value)


def _rounded(value: float | Decimal | int, decimals: int, how: str) -> Decimal:
    quantum = Decimal(1).scaleb(-decimals)
    if isinstance(value, Decimal):
        exact = value
    else:
        exact = Decimal(int(value)) if isinstance(value, Integral) else Decimal(repr(float(value)))
    return exact.quantize(quantum, rounding=how)


def round_half_up(value: float | Decimal | int, decimals: int) -> Decimal:
    """Commercial rounding of the shortest decimal form (2.5 -> 3)."""
    return _rounded(value, decimals, ROUND_HALF_UP)


def truncate(value: float | Decimal | int, decimals: int) -> Decimal:
    """Cut without rounding: 99.9999 % availability must not be shown as 100.000 %."""
    return _rounded(value, decimals, ROUND_DOWN)


def number(value: float | Decimal | int | None, decimals: int = 0, rounding: str = "half_up") -> str:
    """A figure for a table: thousands separated, ▲ for negatives, … when missing."""
    if is_missing(value):
        return UNKNOWN_SIGN
    assert value is not None
    cut = truncate if rounding == "truncate" else round_half_up
    shown = cut(value, decimals)
    if shown == 0:
        shown = abs(shown)
    return f"▲{-shown:,}" if shown < 0 else f"{shown:,}"


def mbps(value: float | Decimal | int | None) -> float | None:
    """bit/s to Mbit/s (10^6); missing stays missing."""
    if is_missing(value):
        return None
    assert value is not None
    return float(value) / 1_000_000


def bytes_gb(value: float | Decimal | int | None) -> float | None:
    """Bytes to GB (10^9); missing stays missing."""
    if is_missing(value):
        return None
    assert value is not None
    return float(value) / 1_000_000_000


def month_runs(months: Sequence[str]) -> list[str]:
    """Ascending months ``YYYY-MM``, unbroken runs by their ends: ``2025-04〜2025-09``."""
    runs: list[list[str]] = []
    for month in months:
        if runs and _index(runs[-1][-1]) + 1 == _index(month):
            runs[-1].append(month)
        else:
            runs.append([month])
    return [run[0] if len(run) == 1 else f"{run[0]}〜{run[-1]}" for run in runs]


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])
