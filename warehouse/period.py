"""Reporting periods (months, and quarters, halves and fiscal years, April to March, made of them); ranges of days."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from warehouse.errors import PeriodError
from warehouse.japanese import era_date, era_month, era_year

Kind = Literal["month", "quarter", "half", "year", "days"]
_LENGTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_FISCAL_START = 4
_LONGEST_RANGE = 365
_YEAR = r"(2[01][0-9]{2})"  # what a calendar and an era exist for, before and after


def _month_text(index: int) -> str:
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _month_start(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """A run of whole months.

    ``kind`` says which sort of period it is, ``index`` is its first month counted as ``year * 12 + month - 1``.
    Quarters and halves are those of the fiscal year: 2026Q1 is April to June 2026, 2026H2 October 2026 to March 2027.
    """

    kind: Kind
    index: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026-10``, ``2026Q2``, ``2026H1``, ``FY2026`` or ``R8``; raise :class:`PeriodError` otherwise."""
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        if match := re.fullmatch(rf"{_YEAR}-(0[1-9]|1[0-2])", plain):
            return cls("month", int(match[1]) * 12 + int(match[2]) - 1)
        if match := re.fullmatch(rf"{_YEAR}Q([1-4])", plain):
            return cls("quarter", int(match[1]) * 12 + _FISCAL_START - 1 + 3 * (int(match[2]) - 1))
        if match := re.fullmatch(rf"{_YEAR}H([12])", plain):
            return cls("half", int(match[1]) * 12 + _FISCAL_START - 1 + 6 * (int(match[2]) - 1))
        if match := re.fullmatch(rf"FY{_YEAR}|R([1-9][0-9]?)", plain):
            year = int(match[1]) if match[1] else int(match[2]) + 2018
            return cls("year", year * 12 + _FISCAL_START - 1)
        raise PeriodError(
            "対象期間の書き方が違います",
            f"「{text}」は対象期間として読めません。使える書き方: 2026-10（月）、2026Q2（四半期）、"
            "2026H1（半期）、R8 または FY2026（年度）。四半期・半期は年度（4月から翌年3月）で数えます。",
            "上のいずれかの書き方で指定し直してください。",
        )

    @classmethod
    def month_of(cls, day: date) -> Period:
        """The month that holds ``day``."""
        return cls("month", day.year * 12 + day.month - 1)

    @classmethod
    def holding(cls, kind: Kind, month: str) -> Period:
        """The period of that kind that holds the month ``YYYY-MM``."""
        index = int(month[:4]) * 12 + int(month[5:]) - 1
        return cls(kind, index - (index - _FISCAL_START + 1) % _LENGTHS[kind])

    @property
    def length(self) -> int:
        """Number of months."""
        return _LENGTHS[self.kind]

    @property
    def months(self) -> tuple[str, ...]:
        """Months as ``YYYY-MM``, in order."""
        return tuple(_month_text(self.index + step) for step in range(self.length))

    @property
    def first_month(self) -> str:
        return _month_text(self.index)

    @property
    def last_month(self) -> str:
        return _month_text(self.index + self.length - 1)

    @property
    def start(self) -> date:
        """First day."""
        return _month_start(self.index)

    @property
    def end(self) -> date:
        """Last day, inclusive."""
        return _month_start(self.index + self.length) - timedelta(days=1)

    @property
    def fiscal_year(self) -> int:
        """The fiscal year (by its starting calendar year) that holds the first month."""
        return (self.index - _FISCAL_START + 1) // 12

    def shift(self, periods: int) -> Period:
        """This many periods of the same kind later (negative: earlier)."""
        return Period(self.kind, self.index + periods * self.length)

    def previous(self) -> Period:
        return self.shift(-1)

    def last_year(self) -> Period:
        """The same period one year earlier."""
        return Period(self.kind, self.index - 12)

    def trailing_months(self, count: int) -> tuple[str, ...]:
        """``count`` months that end with this period's last month."""
        last = self.index + self.length - 1
        return tuple(_month_text(last - step) for step in range(count - 1, -1, -1))

    @property
    def label_ja(self) -> str:
        """令和8年10月 / 令和8年度第2四半期 / 令和8年度上期 / 令和8年度"""
        if self.kind == "month":
            return era_month(self.start)
        year = f"{era_year(date(self.fiscal_year, _FISCAL_START, 1))}度"
        if self.kind == "quarter":
            return f"{year}第{self._part(3)}四半期"
        if self.kind == "half":
            return f"{year}{'上期' if self._part(6) == 1 else '下期'}"
        return year

    def _part(self, length: int) -> int:
        return ((self.index - _FISCAL_START + 1) % 12) // length + 1

    def __str__(self) -> str:
        if self.kind == "month":
            return self.first_month
        if self.kind == "quarter":
            return f"{self.fiscal_year}Q{self._part(3)}"
        if self.kind == "half":
            return f"{self.fiscal_year}H{self._part(6)}"
        return f"FY{self.fiscal_year}"


@dataclass(frozen=True)
class DayRange(Period):
    """Any run of days, at most a year of them, to look into; no reporting period: KPIs and documents know none.

    ``months`` are those that hold any of its days.
    """

    first: date = date.min
    last: date = date.min

    @classmethod
    def between(cls, first: date, last: date) -> DayRange:
        """The days from ``first`` to ``last``, both included."""
        return cls("days", first.year * 12 + first.month - 1, first, last)

    @classmethod
    def parse(cls, text: str) -> DayRange:
        """Read ``2026-10-05..2026-10-18``; raise :class:`PeriodError` for anything else."""
        days = [_day(part) for part in unicodedata.normalize("NFKC", text).strip().split("..")]
        if len(days) != 2 or days[0] is None or days[1] is None:
            raise _wrong_range(text, "日付が2つ読み取れません。")
        first, last = days[0], days[1]
        if last < first:
            raise _wrong_range(text, "終わりの日が始まりの日より前です。")
        if (last - first).days >= _LONGEST_RANGE:
            raise _wrong_range(text, f"{(last - first).days + 1}日あります。指定できるのは{_LONGEST_RANGE}日までです。")
        return cls.between(first, last)

    @property
    def length(self) -> int:
        return self.last.year * 12 + self.last.month - self.index

    @property
    def start(self) -> date:
        return self.first

    @property
    def end(self) -> date:
        return self.last

    def shift(self, periods: int) -> DayRange:
        """As many days, this many times their number later (negative: earlier)."""
        step = timedelta(days=((self.last - self.first).days + 1) * periods)
        return DayRange.between(self.first + step, self.last + step)

    def last_year(self) -> DayRange:
        """The same dates one year earlier; 29 February becomes 28."""
        return DayRange.between(_year_before(self.first), _year_before(self.last))

    @property
    def label_ja(self) -> str:
        """令和8年10月5日 / 令和8年10月5日～18日 / 令和8年10月5日～11月3日 / 令和8年12月28日～令和9年1月3日"""
        if self.first == self.last:
            return era_date(self.first)
        if era_year(self.first) != era_year(self.last):
            return f"{era_date(self.first)}～{era_date(self.last)}"
        month = "" if self.first.month == self.last.month else f"{self.last.month}月"
        return f"{era_date(self.first)}～{month}{self.last.day}日"

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(rf"{_YEAR}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _wrong_range(text: str, why: str) -> PeriodError:
    return PeriodError(
        "日の範囲の書き方が違います",
        f"「{text}」は日の範囲として読めません。{why}",
        f"始まりと終わりの日を 2026-10-05..2026-10-18 のように指定してください（{_LONGEST_RANGE}日まで）。",
    )
