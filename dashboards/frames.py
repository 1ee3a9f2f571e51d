"""Small pure steps between a query's frame and a figure: complete axes, so that a missing month stays visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from warehouse.japanese import is_missing

LOW_COVERAGE_PCT = 95.0
"""Below this share of received samples a figure is marked: it may be too low."""


def days_between(first: date, last: date) -> list[date]:
    """All days, both ends included."""
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def by_key(frame: pd.DataFrame, key: str, value: str) -> dict[Any, Any]:
    """``key`` to ``value``; a missing value is ``None``. Dates are plain ``date`` objects."""
    keys = [day(item) for item in frame[key].tolist()]
    return dict(zip(keys, values(frame, value), strict=True))


def series(frame: pd.DataFrame, axis: Sequence[Any], key: str, value: str) -> list[Any]:
    """One value per position of the axis, ``None`` where the frame has no row."""
    found = by_key(frame, key, value)
    return [found.get(position) for position in axis]


def values(frame: pd.DataFrame, column: str) -> list[Any]:
    """The column as Python values, ``None`` for missing ones."""
    return [None if is_missing(item) else item for item in frame[column].tolist()]


def day(value: Any) -> Any:
    """A timestamp (databases give dates as such) as its date; anything else as it is."""
    return value.date() if isinstance(value, datetime) else value


def where(frame: pd.DataFrame, **equal: Any) -> pd.DataFrame:
    """The rows in which every named column has the given value."""
    rows = frame
    for column, value in equal.items():
        rows = rows[rows[column] == value]
    return rows


def total(items: Sequence[float | int | None]) -> float | None:
    """The sum of the known values; ``None`` when nothing is known, so that missing never becomes zero."""
    known = [item for item in items if item is not None]
    return sum(known) if known else None


def rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Each row as a dict of plain values, ``None`` for missing ones."""
    columns = {str(name): values(frame, str(name)) for name in frame.columns}
    for position in range(len(frame)):
        yield {name: column[position] for name, column in columns.items()}


def one_row(frame: pd.DataFrame) -> dict[str, Any] | None:
    """The only row, or ``None`` when there is none."""
    return next(rows(frame), None)
