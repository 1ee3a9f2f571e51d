"""Sentences on one body: how well it was served, where it stands among others that are never named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.wording import NOTHING, with_unit
from warehouse.japanese import number

Kpi = Mapping[str, Any]


def shown(kpi: Kpi, key: str = "value") -> str:
    """A figure as the catalogue rounds it, with its unit."""
    return with_unit(number(kpi[key], int(kpi["decimals"] or 0), kpi["rounding"] or "half_up"), str(kpi["unit"] or ""))


def availability(kpis: Mapping[str, Kpi]) -> str:
    """What of availability, unplanned stops and faults is known."""
    known = {key: shown(kpi) for key, kpi in kpis.items() if kpi["value"] is not None}
    parts = [f"稼働率は{known['K01']}"] if "K01" in known else []
    if "K02" in known and "K02.count" in known:
        parts.append(f"計画外停止は{known['K02.count']}・計{known['K02']}")
    if "K07" in known:
        parts.append(f"障害は{known['K07']}")
    return f"{'、'.join(parts)}です。" if parts else NOTHING


def positions(rows: Sequence[Kpi], also: Sequence[Kpi] = ()) -> str:
    """Places and shares of the median in one group, then the place of the first measures in another."""
    first = _places(rows, "（中央値の{}%）")
    second = _places(also[:1], "")
    return "".join(f"{text}です。" for text in (first, second) if text)


def _places(rows: Sequence[Kpi], share: str) -> str:
    if not rows:
        return ""
    told = [f"{row['name']}は{row['bodies']}団体中{row['place']}位" + (share.format(number(of_median(row), 1)))
            for row in rows]
    return f"{rows[0]['group_name']}の中では、大きい方から数えて、{'、'.join(told)}"


def of_median(row: Kpi, key: str = "value") -> float:
    """A figure in percent of the group's median, which is above zero."""
    return 100 * float(row[key]) / float(row["median"])
