"""Sentences on services, their stops, devices and licences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.wording import NOTHING, listed, with_unit
from warehouse.japanese import number

Row = dict[str, Any]


def services(rows: Sequence[Row]) -> str:
    """How many services ran without an unplanned stop, and which were stopped longest."""
    told = [row for row in rows if row["availability_pct"] is not None]
    if not told:
        return NOTHING
    stopped = sorted((row for row in told if row["unplanned_minutes"]), key=lambda row: -row["unplanned_minutes"])
    text = f"{len(told)}サービスのうち{len(told) - len(stopped)}サービスは計画外停止がありません。"
    if stopped:
        named = [f"{row['name']}（{number(row['unplanned_minutes'], 1)}分）" for row in stopped]
        text += f"計画外停止があったのは{listed(named, 'サービス')}です。"
    return text


def stops(rows: Sequence[Row], kinds: Sequence[str]) -> str:
    """How many stops of each kind, which of the unplanned ones lasted longest, and what has not ended."""
    names = [str(row["kind_name"]) for row in rows]
    text = f"停止等は{len(rows)}件で、内訳は" + "、".join(f"{kind}{names.count(kind)}件" for kind in kinds) + "です。"
    unplanned = [row for row in rows if row["kind_name"] == "計画外停止" and row["minutes"] is not None]
    if unplanned:
        longest = max(unplanned, key=lambda row: row["minutes"])
        text += f"計画外停止で最も長いのは{longest['service_name']}の{number(longest['minutes'], 1)}分です。"
    open_ones = [str(row["service_name"]) for row in rows if row["ended_at"] is None]
    return text + (f"継続中は{len(open_ones)}件（{listed(open_ones, '件')}）です。" if open_ones else "")


def devices(rows: Sequence[Row]) -> str:
    """What came nearest to its design limit, and how many went beyond it."""
    known = [row for row in rows if row["max_design_pct"] is not None]
    if not known:
        return NOTHING
    most = max(known, key=lambda row: row["max_design_pct"])
    beyond = [f"{row['name']}の{row['metric_name']}" for row in known if row["max_design_pct"] > 100]
    text = f"設計上限に対する最大が最も高いのは{most['name']}の{most['metric_name']}で、{_amount(most, 'max_value')}"
    text += f"（設計上限の{number(most['max_design_pct'], 1)}%）です。"
    return text + (f"上限を超えたのは{listed(beyond, '件')}です。" if beyond else "上限を超えたものはありません。")


def _amount(row: Row, key: str) -> str:
    return with_unit(number(row[key], 1 if row["unit"] == "%" else 0), str(row["unit"] or ""))


def sessions(rows: Sequence[Row]) -> str:
    """The highest number of sessions against the design, and its 95th percentile."""
    known = [row for row in rows if row["max_design_pct"] is not None]
    if not known:
        return NOTHING
    most = max(known, key=lambda row: row["max_design_pct"])
    return (f"設計上限に対して最も多いのは{most['name']}で、最大{_amount(most, 'max_value')}"
            f"（{number(most['max_design_pct'], 1)}%）、95パーセンタイルは{_amount(most, 'p95_value')}"
            f"（{number(most['p95_design_pct'], 1)}%）です。")


def maxima(highest: Sequence[Row], days: str) -> str:
    """For each metric the device and the day (or month) of its highest value."""
    parts = [f"{row['metric_name']}は{row['name']}の{number(row['max_design_pct'], 1)}%（{row['when']}）"
             for row in highest]
    return f"{days}ごとの最大を設計上限と比べると、最も高いのは{'、'.join(parts)}です。" if parts else NOTHING


def licences(rows: Sequence[Row]) -> str:
    """The fullest licence, and what is left of it."""
    known = [row for row in rows if row["used_pct"] is not None]
    if not known:
        return NOTHING
    most = max(known, key=lambda row: row["used_pct"])
    left = most["capacity"] - most["used"]
    unit = str(most["unit"] or "")
    capacity, used, rest = (with_unit(number(amount), unit) for amount in (most["capacity"], most["used"], left))
    return (f"使用率が最も高いのは{most['name']}の{number(most['used_pct'], 1)}%で、"
            f"上限{capacity}のうち{used}を使い、残りは{rest}です。")
