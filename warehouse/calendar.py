"""The business calendar: which days the offices are open (開庁日), and what is counted in open days.

Closed are Saturdays, Sundays, national holidays (Cabinet Office table), the yearly closed days (12/29-1/3) and the
prefecture's extra days.  :class:`BusinessCalendar` answers callers in Python; ``dim_date`` (:func:`calendar_rows`)
carries the same answers into SQL.  Moments are naive JST.

In SQL, with ``d`` and ``e`` the rows of two dates in ``dim_date``:

- open days after one date until another: ``e.open_day_number - d.open_day_number``;
- the n-th open day after a date: the row ``o`` with ``o.open_day_number = d.open_day_number + n AND o.is_open_day``;
- business minutes up to a moment, of which differences count: ``d.business_minutes_before
  + least(greatest(minute_of_day, d.opens_minute), d.closes_minute) - d.opens_minute``;
- the day on which a first answer is due: ``answer_due_after_hours_date`` when ``minute_of_day >= closes_minute``, else
  ``answer_due_date``; it is due ``answer_due_minute`` minutes after that day begins.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from warehouse.calendar_rules import CalendarRules
from warehouse.dimensions import Row
from warehouse.errors import OutsideCalendar
from warehouse.period import Period

LOOK_AHEAD = timedelta(days=60)
_FIRST_YEAR, _LAST_YEAR = 2021, 2027
_DAY = timedelta(days=1)


class BusinessCalendar:
    """Open days from ``first`` to ``last``; ``closed`` maps closed days to the reason.

    Every method raises :class:`warehouse.errors.OutsideCalendar` for days, asked for or found, outside of them.
    """

    def __init__(self, closed: Mapping[date, str], first: date, last: date,
                 rules: CalendarRules | None = None) -> None:
        self.first, self.last, self.rules = first, last, rules or CalendarRules()
        self._closed = closed
        self._open = [day for day in _days(first, last) if day not in closed]

    @classmethod
    def of_config(cls, tables: Mapping[str, list[Row]], first: date, last: date,
                  rules: CalendarRules | None = None) -> BusinessCalendar:
        """The calendar that the configuration tables describe."""
        return cls(_closed_reasons(tables, first, last), first, last, rules)

    def is_open(self, day: date) -> bool:
        """Whether the offices are open on ``day``."""
        return self.closed_reason(day) is None

    def closed_reason(self, day: date) -> str | None:
        """Why the offices are closed on ``day`` (土曜日, 元日, 年末年始 …), None on an open day."""
        self._check(day)
        return self._closed.get(day)

    def open_day_number(self, day: date) -> int:
        """How many open days there are from the calendar's first day to ``day``, both included."""
        self._check(day)
        return bisect_right(self._open, day)

    def next_open_day(self, day: date) -> date:
        """The first open day after ``day`` (翌営業日)."""
        return self.open_days_after(day, 1)

    def open_days_after(self, day: date, n: int) -> date:
        """The ``n``-th open day after ``day`` (n開庁日後), which itself does not count.  ValueError when n < 1."""
        _check_count(n)
        return self._nth(self.open_day_number(day) + n - 1, day)

    def open_days_before(self, day: date, n: int) -> date:
        """The ``n``-th open day before ``day`` (n開庁日前), which itself does not count.  ValueError when n < 1."""
        _check_count(n)
        self._check(day)
        return self._nth(bisect_left(self._open, day) - n, day)

    def open_days_between(self, start: date, end: date) -> int:
        """Open days after ``start`` until ``end``, the end included; negative when ``end`` comes first."""
        return self.open_day_number(end) - self.open_day_number(start)

    def open_days_in(self, period: Period) -> int:
        """Open days of a month or a longer period."""
        self._check(period.start)
        return self.open_day_number(period.end) - bisect_left(self._open, period.start)

    def business_minutes(self, start: datetime, end: datetime) -> int:
        """Minutes of office hours from ``start`` to ``end``, both cut to the minute; negative when the end comes first.

        The lunch break is not deducted (domain notes 5).
        """
        return self._minutes_until(end) - self._minutes_until(start)

    def answer_due_date(self, received: datetime) -> date:
        """The day by whose end the first answer is due (specification 11(7)エ 翌営業日中), as the rules read it."""
        day = received.date()
        if self.rules.after_hours == "next_open_day" and self._after_hours(received):
            day = self.next_open_day(day)
        return self.next_open_day(day)

    def answer_due(self, received: datetime) -> datetime:
        """The moment until which a first answer is in time, itself included."""
        return start_of(self.answer_due_date(received)) + timedelta(minutes=self.rules.due_minute)

    def _after_hours(self, moment: datetime) -> bool:
        return not self.is_open(moment.date()) or minute_of_day(moment) >= self.rules.closes_minute

    def _minutes_until(self, moment: datetime) -> int:
        day, rules = moment.date(), self.rules
        if not self.is_open(day):
            return self.open_day_number(day) * rules.minutes_a_day
        worked = min(max(minute_of_day(moment), rules.opens_minute), rules.closes_minute) - rules.opens_minute
        return (self.open_day_number(day) - 1) * rules.minutes_a_day + worked

    def _nth(self, place: int, day: date) -> date:
        if not 0 <= place < len(self._open):
            raise OutsideCalendar(f"{day} から数えた開庁日", self.first, self.last)
        return self._open[place]

    def _check(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise OutsideCalendar(str(day), self.first, self.last)


def calendar_range(months: Iterable[str]) -> tuple[date, date]:
    """First and last day of ``dim_date``: whole fiscal years, to the end of the one after the newest data.

    ``months`` (``YYYY-MM``) are those with data.  The contract's years are always among them.
    """
    years = [int(month[:4]) - (month[5:] < "04") for month in months]
    return date(min([_FIRST_YEAR, *years]), 4, 1), date(max([_LAST_YEAR, *(year + 1 for year in years)]) + 1, 3, 31)


def calendar_rows(tables: Mapping[str, list[Row]], first: date, last: date, rules: CalendarRules | None = None,
                  known_years: Iterable[int] = ()) -> list[Row | dict[str, object]]:
    """One row per day for ``dim_date``, ``last`` included.

    ``day_number`` counts all days (the same in every snapshot), ``open_day_number`` open days and
    ``business_minutes_before`` minutes of office hours before the day, both from ``first``.  On closed days the office
    hours begin and end at minute 0.  ``holidays_known`` is true in ``known_years``: elsewhere holidays pass for open.
    """
    calendar = BusinessCalendar.of_config(tables, first, last + LOOK_AHEAD, rules)
    known = frozenset(known_years)
    return [_row(calendar, day, day.year in known) for day in _days(first, last)]


def _row(calendar: BusinessCalendar, day: date, known: bool) -> dict[str, object]:
    is_open, number, rules = calendar.is_open(day), calendar.open_day_number(day), calendar.rules
    return {
        "jst_date": day,
        "jst_month": f"{day:%Y-%m}",
        "fiscal_year": day.year - (day.month < 4),
        "weekday": day.isoweekday(),
        "is_open_day": is_open,
        "closed_reason": calendar.closed_reason(day),
        "next_open_date": calendar.next_open_day(day),
        "open_day_number": number,
        "day_number": day.toordinal(),
        "opens_minute": rules.opens_minute if is_open else 0,
        "closes_minute": rules.closes_minute if is_open else 0,
        "business_minutes_before": (number - is_open) * rules.minutes_a_day,
        "answer_due_date": calendar.answer_due_date(start_of(day)),
        "answer_due_after_hours_date": calendar.answer_due_date(datetime.combine(day, time.max)),
        "answer_due_minute": rules.due_minute,
        "holidays_known": known,
    }


def start_of(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time.min)


def minute_of_day(moment: datetime) -> int:
    """Whole minutes since the day began."""
    return moment.hour * 60 + moment.minute


def _check_count(n: int) -> None:
    if n < 1:
        raise ValueError(f"open days are counted from 1, not {n}")


def _closed_reasons(tables: Mapping[str, list[Row]], first: date, last: date) -> dict[date, str]:
    reasons = {day: "土曜日" if day.weekday() == 5 else "日曜日" for day in _days(first, last) if day.weekday() >= 5}
    for row in tables["closed_day"]:
        for day in _days(first, last):
            if _in_yearly_run(f"{day:%m-%d}", str(row["month_day_from"]), str(row["month_day_to"])):
                reasons[day] = str(row["name"])
    for name in ("holiday", "extra_closed_day"):
        for row in tables[name]:
            if isinstance(row["date"], date):
                reasons[row["date"]] = str(row["name"])
    return reasons


def _in_yearly_run(month_day: str, start: str, end: str) -> bool:
    if start <= end:
        return start <= month_day <= end
    return month_day >= start or month_day <= end


def _days(first: date, last: date) -> list[date]:
    return [first + _DAY * offset for offset in range((last - first).days + 1)]
