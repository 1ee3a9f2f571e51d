"""One definition of a column for the table on screen and for its CSV file.

On screen a value is rounded and written the Japanese way; in the file it stays exact, in its base unit, with ISO dates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from warehouse.japanese import UNKNOWN_SIGN, bytes_gb, era_date, era_month, is_missing, mbps, number

Kind = Literal["text", "code", "number", "gb", "mbps", "date", "era_date", "month", "time", "judgement", "yes_no"]
Exported = str | int | float | None
_RIGHT: frozenset[Kind] = frozenset({"number", "gb", "mbps"})
_WEEKDAYS = "月火水木金土日"
_FILE_UNITS: dict[Kind, str] = {"gb": "バイト", "mbps": "bit/s"}


@dataclass(frozen=True)
class Column:
    """One column of a table and of its file.

    ``key`` is the frame's column, ``label`` the heading (with line breaks for narrow columns), ``unit`` what a
    shown number counts. ``on_screen`` False keeps a column (codes, usually) for the CSV file only; ``wraps`` lets
    long text take several lines; ``rounding`` "truncate" keeps 99.96 % from being shown as 100.0 %.
    """

    key: str
    label: str
    kind: Kind = "text"
    unit: str = ""
    decimals: int = 0
    on_screen: bool = True
    wraps: bool = False
    rounding: str = "half_up"

    @property
    def right_aligned(self) -> bool:
        return self.kind in _RIGHT

    @property
    def label_lines(self) -> list[str]:
        """The heading on screen, broken where the label says so."""
        return self.label.split("\n")

    @property
    def shown_unit(self) -> str:
        return {"gb": "GB", "mbps": "Mbps"}.get(self.kind, self.unit)

    @property
    def file_heading(self) -> str:
        label = self.label.replace("\n", "")
        return f"{label}（{self.file_unit}）" if self.file_unit else label

    @property
    def file_unit(self) -> str:
        return _FILE_UNITS.get(self.kind, self.unit)

    def show(self, value: Any) -> str:
        """The cell on screen; 「…」 when the value is missing."""
        if is_missing(value):
            return UNKNOWN_SIGN
        if self.kind == "number":
            return number(value, self.decimals, self.rounding)
        if self.kind == "gb":
            return number(bytes_gb(value), self.decimals)
        if self.kind == "mbps":
            return number(mbps(value), self.decimals)
        return _show_other(self.kind, value)

    def export(self, value: Any) -> Exported:
        """The cell in the file; ``None`` (an empty cell) when the value is missing."""
        if is_missing(value):
            return None
        if self.kind in _RIGHT:
            return _plain_number(value)
        if self.kind == "yes_no":
            return "はい" if value else "いいえ"
        return self._iso(value)

    def _iso(self, value: Any) -> str:
        return iso(value.date() if self.kind in ("date", "era_date") and isinstance(value, datetime) else value)

    def sort_key(self, value: Any) -> str | float | None:
        """What the browser sorts by; ``None`` sorts last."""
        if is_missing(value):
            return None
        return float(value) if self.kind in _RIGHT else self._iso(value)


def iso(value: Any) -> str:
    """Dates and times as ISO 8601, everything else as text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def day_ja(day: date) -> str:
    """10月1日（木）"""
    return f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"


def time_ja(moment: datetime) -> str:
    """10月1日（木）9時05分"""
    return f"{day_ja(moment.date())}{moment.hour}時{moment.minute:02d}分"


def month_ja(month: str) -> str:
    """令和8年10月, from 2026-10"""
    return era_month(date(int(month[:4]), int(month[5:7]), 1))


def _show_other(kind: Kind, value: Any) -> str:
    if kind == "date":
        return day_ja(value)
    if kind == "era_date":
        return era_date(value.date() if isinstance(value, datetime) else value)
    if kind == "time":
        return f"{value.month}月{value.day}日 {value.hour}:{value.minute:02d}"
    if kind == "month":
        return month_ja(str(value))
    if kind == "yes_no":
        return "はい" if value else "いいえ"
    return str(value)


def _plain_number(value: Any) -> int | float:
    exact = float(value)
    return int(value) if math.isfinite(exact) and exact == math.floor(exact) else exact
