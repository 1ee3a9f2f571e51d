"""Time along a figure: its places, how they are called, and which of them are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.columns import day_ja, month_ja
from dashboards.figures import base


@dataclass(frozen=True)
class Axis:
    """The places of a figure in time: ``key`` the frame's column, ``steps`` its values, ``names`` what stands there."""

    key: str
    steps: Sequence[Any]
    names: Sequence[str]
    layout: dict[str, Any]


def days_axis(days: Sequence[date]) -> Axis:
    return Axis("jst_date", days, [day_ja(item) for item in days], base.day_axis(days))


def months_axis(months: Sequence[str]) -> Axis:
    return Axis("jst_month", months, [month_ja(month) for month in months], base.month_axis(months))
