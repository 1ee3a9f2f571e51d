"""Sentences on one body: how well it was served, where it stands among others that are never named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.wording import NOTHING, change, with_unit
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
    told = [f"{row['name']}は{number(row['bodies'])}団体中{number(row['place'])}位"
            + share.format(number(of_median(row), 1)) for row in rows]
    return f"{group_name(rows[0])}の中では、大きい方から数えて、{'、'.join(told)}"


def group_name(row: Kpi) -> str:
    """全団体, 利用者500人以上の団体"""
    return str(row["group_name"]) + ("" if row["peer_group"] == "all" else "の団体")


def of_median(row: Kpi, key: str = "value") -> float:
    """A figure in percent of the group's median, which is above zero."""
    return 100 * float(row[key]) / float(row["median"])


def period(label: str, kpis: Mapping[str, Kpi], names: tuple[str, str]) -> str:
    """Traffic and its 95th percentile over a whole period, each compared; ``names``: of what they are compared with."""
    parts = [_changed(kpis[key], word, names) for key, word in (("K15", "通信量"), ("K15.p95", "95パーセンタイル"))
             if key in kpis and kpis[key]["value"] is not None]
    return f"{label}の{'、'.join(parts)}です。" if parts else NOTHING


def _changed(kpi: Kpi, word: str, names: tuple[str, str]) -> str:
    pairs = zip(names, (kpi["previous_value"], kpi["last_year_value"]), strict=True)
    changes = [f"{name}比{text}" for name, base in pairs if name and (text := change(kpi["value"], base))]
    return f"{word}は{shown(kpi)}" + (f"（{'、'.join(changes)}）" if changes else "")


def detections(label: str, kpis: Mapping[str, Kpi], names: tuple[str, str]) -> str:
    """Detections of a whole period, compared, and the serious ones among them."""
    if "K33" not in kpis or kpis["K33"]["value"] is None:
        return NOTHING
    serious = kpis.get("K34")
    told = f"{label}の{_changed(kpis['K33'], '検知', names)}"
    return told + (f"で、うち重大は{shown(serious)}です。" if serious and serious["value"] is not None else "です。")
