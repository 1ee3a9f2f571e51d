"""When people work and when they read their town's web pages: shapes from 0 to about 1.1 per slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from demo.world import SLOTS_A_DAY, World
from warehouse.period import Period

Floats = npt.NDArray[np.float64]

_FIRST_MONTH = Period.parse("2025-04").index
_OFFICE = (
    (0, 0.05),
    (5, 0.04),
    (7.5, 0.10),
    (8.5, 0.70),
    (9.25, 0.93),
    (10.25, 1),
    (11.75, 0.95),
    (12.1, 0.72),
    (12.9, 0.75),
    (13.2, 0.92),
    (14.5, 0.98),
    (16, 0.94),
    (17.25, 0.70),
    (18, 0.38),
    (20, 0.17),
    (22, 0.08),
    (24, 0.05),
)
_CLOSED = ((0, 0.035), (7, 0.03), (9, 0.08), (13, 0.10), (18, 0.09), (22, 0.05), (24, 0.035))
_CITIZEN = (
    (0, 0.30),
    (2, 0.15),
    (5, 0.14),
    (7, 0.45),
    (9, 0.85),
    (11, 0.92),
    (12.3, 1),
    (14, 0.86),
    (17, 0.88),
    (20, 1),
    (22, 0.85),
    (24, 0.30),
)
_WEEKDAY = (1.05, 1.01, 1.0, 0.99, 0.95, 1.0, 1.0)


@dataclass(frozen=True)
class Rhythm:
    """One month: ``office`` and ``citizen`` shapes, and the month's number since April 2025 for growth."""

    month: Period
    days: int
    office: Floats
    citizen: Floats
    age: int

    @property
    def slots(self) -> int:
        return self.days * SLOTS_A_DAY


def rhythm(world: World, month: Period) -> Rhythm:
    days = [month.start + timedelta(days=n) for n in range((month.end - month.start).days + 1)]
    office = np.concatenate([_office_day(world, day) for day in days])
    citizen = np.concatenate([_day(_CITIZEN) * (1.0 if world.is_open(day) else 0.82) for day in days])
    return Rhythm(month, len(days), office, citizen, month.index - _FIRST_MONTH)


def growth(age: int, monthly: float) -> float:
    """How much more than in April 2025 when every month adds the share ``monthly``."""
    return float((1 + monthly) ** age)


def bump(slots: int, start: int, length: int) -> Floats:
    """A rounded hill of height 1 over ``length`` slots from ``start``, cut off at the month's ends."""
    shape = np.zeros(slots)
    inside = np.arange(max(start, 0), min(start + length, slots))
    shape[inside] = np.sin(np.pi * (inside - start + 0.5) / length) ** 0.5
    return shape


def _day(points: tuple[tuple[float, float], ...]) -> Floats:
    hours = np.arange(SLOTS_A_DAY) / 12
    return np.interp(hours, [hour for hour, _ in points], [height for _, height in points])


def _office_day(world: World, day: date) -> Floats:
    if not world.is_open(day):
        return _day(_CLOSED) * (0.6 if _year_end(day) else 1.0)
    factor = _WEEKDAY[day.weekday()]
    if not world.is_open(day - timedelta(days=1)):
        factor *= 1.04
    return _day(_OFFICE) * factor * _season(day)


def _season(day: date) -> float:
    """Busy at the turn of the fiscal year, quiet around Obon and the year's end."""
    if (day.month, day.day) >= (12, 26) or (day.month, day.day) <= (1, 6):
        return 0.86
    if day.month == 8 and 12 <= day.day <= 16:
        return 0.78
    if (day.month == 3 and day.day >= 23) or (day.month == 4 and day.day <= 10):
        return 1.09
    return {6: 1.02, 8: 0.95, 11: 1.02, 12: 1.01}.get(day.month, 1.0)


def _year_end(day: date) -> bool:
    return (day.month, day.day) >= (12, 28) or (day.month, day.day) <= (1, 4)
