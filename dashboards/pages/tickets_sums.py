"""問合せ・申請: tickets by age, kind and channel, changes by kind, with their sums and rates."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.frames import rows, values

AGES: tuple[tuple[int, int | None, str], ...] = (
    (0, 5, "5以下"), (6, 10, "6〜10"), (11, 20, "11〜20"), (21, 30, "21〜30"), (31, None, "30超"),
)
"""Classes of age in open days: from, to (both included), name."""
RATES = (
    ("completed_pct", "completed", "requested"),
    ("approved_pct", "approved_before", "approval_needed"),
    ("backed_up_pct", "backed_up", "devices_changed"),
)
"""Rates of changes in percent: column, numerator, denominator."""


def ages(frame: pd.DataFrame) -> pd.DataFrame:
    """How many open tickets there are of each class of age; a class without any counts 0."""
    old = values(frame, "age_days")
    return pd.DataFrame(
        [{"age_class": name, "from_days": first, "to_days": last,
          "n": sum(first <= days and (last is None or days <= last) for days in old)} for first, last, name in AGES]
    )


def matrix(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """Kind by channel with sums on both sides, for the screen: a column per channel; sums have no code."""
    channels = dict(zip(frame["channel"], frame["channel_name"], strict=True))
    kinds = dict(zip(frame["ticket_kind"], frame["kind_name"], strict=True))
    cells = {(row["ticket_kind"], row["channel"]): row["n"] for row in rows(frame)}
    lines: list[dict[str, Any]] = [
        {"ticket_kind": kind, "kind_name": name} | {f"n_{channel}": cells.get((kind, channel)) for channel in channels}
        for kind, name in kinds.items()
    ]
    counted = [f"n_{channel}" for channel in channels]
    sums = {key: sum(line[key] for line in lines) for key in counted}
    grid = pd.DataFrame([*lines, {"ticket_kind": "", "kind_name": "合計"} | sums])
    shown = [Column(f"n_{channel}", name, "number", "件") for channel, name in channels.items()]
    columns = (Column("kind_name", "区分"), *shown, Column("total", "合計", "number", "件"))
    return grid.assign(total=grid[counted].sum(axis=1)), columns


def with_rates(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds the rates of :data:`RATES`; missing where there is nothing to measure."""
    rates = {rate: [100 * part / whole if whole else None for part, whole in zip(
        values(frame, numerator), values(frame, denominator), strict=True)] for rate, numerator, denominator in RATES}
    return frame.assign(**{rate: pd.Series(found, index=frame.index, dtype=object) for rate, found in rates.items()})


def with_sum(frame: pd.DataFrame) -> pd.DataFrame:
    """The kinds of change, then their sum, whose rates come from the summed parts."""
    whole = {"change_kind": "", "name": "合計"} | frame.sum(numeric_only=True).to_dict()
    return with_rates(pd.concat([frame, pd.DataFrame([whole])], ignore_index=True))
