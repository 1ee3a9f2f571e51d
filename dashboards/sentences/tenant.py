"""Sentences on one body: how well it was served, where it stands among others that are never named."""

from __future__ import annotations

from collections.abc import Mapping
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
