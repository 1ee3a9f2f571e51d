"""Sentences on the bodies side by side."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import pandas as pd

from dashboards.figures.bodies import Body
from dashboards.frames import LOW_COVERAGE_PCT, rows, total
from dashboards.wording import NOTHING, gb, listed, with_unit
from warehouse.japanese import number


def only(name: str, what: str, left_out: Sequence[str], everyone: str) -> str:
    """Whose values a page shows, and which it shows of the whole only.

    ``name`` is empty of a body that is not connected in the period.
    """
    if not name:
        return f"この団体は、この期間には接続していません。{what}は、この団体の分だけを示します。"
    told = f"{name}の{what}だけを示します。"
    if not left_out:
        return told
    return f"{told}全体についてだけ求めるもの（{'、'.join(left_out)}）は、「{everyone}」を選ぶと示します。"


def tenants(frame: pd.DataFrame) -> str:
    """Who carries the traffic, and whose figures lack samples."""
    known = sorted(
        (row for row in rows(frame) if row["bytes_total"] is not None),
        key=lambda row: -float(row["bytes_total"]),
    )
    if not known:
        return NOTHING
    first, share = known[0], total([row["share_pct"] for row in known[:3]])
    own = f"{gb(first['bytes_total'])}（全体の{number(first['share_pct'], 1)}%）"
    text = f"通信量が最も多いのは{first['name']}の{own}で、上位3団体で全体の{number(share, 1)}%を占めます。"
    low, missing = doubtful(frame)
    text += f"取得率が{LOW_COVERAGE_PCT:.0f}%未満の団体は{listed(low, '団体')}です。" if low else ""
    return text + (f"データのない団体は{listed(missing, '団体')}です。" if missing else "")


def doubtful(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Names of the bodies whose traffic lacks samples, and of those that have none at all."""
    missing = [str(row["name"]) for row in rows(frame) if row["bytes_total"] is None]
    known = [row for row in rows(frame) if row["bytes_total"] is not None and row["coverage_pct"] is not None]
    return [str(row["name"]) for row in known if row["coverage_pct"] < LOW_COVERAGE_PCT], missing


def measure(name: str, unit: str, decimals: int, bodies: Sequence[Body]) -> str:
    """The largest and the smallest value of one measure, how many bodies have one, and their median."""
    known = sorted((body for body in bodies if body.value is not None), key=lambda body: -(body.value or 0.0))
    if not known:
        return NOTHING
    middle = with_unit(number(median(body.value or 0.0 for body in known), decimals), unit)
    if known[0].value == known[-1].value:
        return f"{name}は、値のある{len(known)}団体のすべてで{known[0].text}です。"
    first, last = (f"{body.name}の{body.text}" for body in (known[0], known[-1]))
    return (f"{name}は{first}が最も大きく、{last}が最も小さい値です。値のある{len(known)}団体の中央値は{middle}です。")


def bodies(bodies: Sequence[dict[str, Any]]) -> str:
    """How many bodies; the largest share of traffic; who missed a target."""
    known = sorted((row for row in bodies if row["K15"] is not None), key=lambda row: -row["K15"])
    told = f"{len(bodies)}団体です。"
    if known:
        whole = sum(row["K15"] for row in known)
        first = known[0]
        told += f"通信量が最も多いのは{first['name']}の{number(first['K15'], 1)} GB"
        told += f"（全体の{number(100 * first['K15'] / whole, 1)}%）です。" if whole else "です。"
    late = [str(row["name"]) for row in bodies if row["K27@judgement"] == "未達"]
    return told + (f"一次回答の期限内率が目標に届かないのは{listed(late, '団体')}です。" if late
                   else "一次回答の期限内率が目標に届かない団体はありません。")
