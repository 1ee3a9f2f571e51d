"""The business calendar: which days the offices are open (開庁日).

Closed are Saturdays, Sundays, national holidays (Cabinet Office table), the yearly closed days (12/29-1/3) and the
prefecture's extra days.  ``next_open_date`` is the first open day after a date: the day by whose end a first answer
is due (specification 11(7)エ 翌営業日中).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from warehouse.dimensions import Row

OFFICE_OPENS_MINUTE = 8 * 60 + 30
OFFICE_CLOSES_MINUTE = 17 * 60 + 15
_LOOK_AHEAD = timedelta(days=60)


def calendar_rows(tables: Mapping[str, list[Row]], first: date, last: date) -> list[Row]:
    """One row per day for ``dim_date``, ``last`` included.

    ``day_number`` counts all days (the same in every snapshot), ``open_day_number`` open days from ``first``.
    """
    closed = _closed_reasons(tables, first, last + _LOOK_AHEAD)
    following = _next_open_days(closed, first, last)
    rows: list[Row] = []
    opened = 0
    for day in _days(first, last):
        is_open = day not in closed
        opened += is_open
        rows.append({
            "jst_date": day,
            "jst_month": f"{day:%Y-%m}",
            "fiscal_year": day.year - (day.month < 4),
            "weekday": day.isoweekday(),
            "is_open_day": is_open,
            "closed_reason": closed.get(day),
            "next_open_date": following[day],
            "open_day_number": opened,
            "day_number": day.toordinal(),
        })
    return rows


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


def _next_open_days(closed: Mapping[date, str], first: date, last: date) -> dict[date, date]:
    following: dict[date, date] = {}
    upcoming = last + _LOOK_AHEAD
    for day in reversed(_days(first, last + _LOOK_AHEAD)):
        following[day] = upcoming
        if day not in closed:
            upcoming = day
    return following


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
