"""When a line fills: the words for what ``capacity_outlook`` found, and the trend of ``capacity_trend`` drawn on.

Screens and documents draw the same line with the same range.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse.period import Period

NO_OUTLOOK, REACHED, UNTOLD, AHEAD = "見込みなし", "到達済み", "データなし", "到達見込み"
LEAST_FORECAST, MOST_FORECAST, BEYOND = 12, 60, 3
"""Months of forecast: up to the next threshold and a little beyond it, within these bounds."""

Row = dict[str, Any]


def reached(row: Row) -> str:
    """到達済み, 到達見込み, 見込みなし (nothing points to the threshold) or データなし (too few months)."""
    if row["state"] == "short":
        return UNTOLD
    if row["months_left"] is None:
        return NO_OUTLOOK
    return REACHED if row["months_left"] == 0 else AHEAD


def months_ahead(thresholds: Sequence[Row]) -> int:
    """How far to draw: a little beyond the first threshold that lies ahead."""
    ahead = [int(row["months_left"]) for row in thresholds if row["months_left"]]
    return min(max(min(ahead, default=0) + BEYOND, LEAST_FORECAST), MOST_FORECAST)


def forecast(history: Sequence[Row], ahead: int) -> list[Row]:
    """A row a month: the history with the trend's line, and ``ahead`` months more; the range begins where it ends.

    ``history`` holds the rows of the query ``capacity_trend``.  No line and no months ahead where fewer than twelve
    months are known (state ``short``).  Values in bit/s; what is not known is None.
    """
    known = {str(row["jst_month"]): row for row in history}
    if not known:
        return []
    last = Period.parse(max(known))
    told = known[str(last)]
    first = Period.parse(min(known)).index - last.index
    steps = range(first, 1 if told["state"] == "short" else ahead + 1)
    return [_month_of_trend(str(last.shift(step)), step, told, known) for step in steps]


def _month_of_trend(month: str, step: int, told: Row, known: dict[str, Row]) -> Row:
    has_line, is_ahead = told["state"] != "short", step >= 0
    return {
        "jst_month": month,
        "line_id": told["line_id"],
        "value": known[month]["value"] if month in known else None,
        "fit": told["fit_value"] + step * told["slope"] if has_line else None,
        "low": told["fit_low"] + step * told["slope_low"] if has_line and is_ahead else None,
        "high": told["fit_high"] + step * told["slope_high"] if has_line and is_ahead else None,
        "limit_value": told["limit_value"],
        "state": told["state"],
        "months": told["months"],
        "slope": told["slope"],
    }
