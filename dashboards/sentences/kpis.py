"""Sentences on KPI figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.wording import NOTHING, listed, with_unit
from warehouse.japanese import number


def service_levels(kpis: Sequence[dict[str, Any]], period: str) -> str:
    """How many figures with a target were met, and which were not."""
    judged = [kpi for kpi in kpis if kpi["target"] is not None]
    if not judged:
        return f"{period}には、目標値のある指標がありません。"
    words = [str(kpi["judgement"]) for kpi in judged]
    told = "、".join(f"{word}{words.count(word)}件" for word in ("達成", "注意", "未達", "データなし", "対象なし")
                    if words.count(word))
    missed = [f"{kpi['name']}（{kpi['entity_name']}）" for kpi in judged if kpi["judgement"] == "未達"]
    named = f"未達は{listed(missed, '件')}です。" if missed else ""
    unset = sum(str(kpi["judgement"]) == "目標未設定" for kpi in kpis)
    return f"{period}は、目標値のある{len(judged)}件のうち{told}です。{named}目標値が未設定の指標は{unset}件です。"


def proof(kpi: dict[str, Any], period: str) -> str:
    """What the figure is, how it was judged, and how it stands to the periods before."""
    value = f"{period}の{kpi['name']}（{kpi['entity_name']}）は"
    if kpi["value"] is None:
        reason = "対象がないため値がありません" if kpi["judgement"] == "対象なし" else "データがないため求められません"
        return f"{value}、{reason}。"
    told = f"{value}{_figure(kpi, kpi['value'])}です。"
    if kpi["target"] is not None:
        told += f"目標の{_figure(kpi, kpi['target'])}{kpi['target_text']}に対する判定は「{kpi['judgement']}」です。"
    before = [(label, kpi[key]) for label, key in (("前の期間", "previous_value"), ("前年同期", "last_year_value"))
              if kpi[key] is not None]
    if before:
        told += "、".join(f"{label}は{_figure(kpi, known)}" for label, known in before) + "でした。"
    return told


def kpi_history(kpi: dict[str, Any], history: Sequence[dict[str, Any]]) -> str:
    """The range of the periods shown, and in how many the target was missed."""
    known = [(row["value"], row["period_name"]) for row in history if row["value"] is not None]
    if not known:
        return NOTHING
    (most, when_most), (least, when_least) = max(known), min(known)
    told = f"値のある{len(known)}期間のうち、最大は{when_most}の{_figure(kpi, most)}"
    told += f"、最小は{when_least}の{_figure(kpi, least)}です。" if most != least else "で、変わっていません。"
    judged = [row["judgement"] for row in history if row["target"] is not None]
    return told + (f"目標のある{len(judged)}期間のうち未達は{judged.count('未達')}期間です。" if judged else "")


def _figure(kpi: dict[str, Any], value: float) -> str:
    return with_unit(number(value, int(kpi["decimals"] or 0), kpi["rounding"] or "half_up"), str(kpi["unit"] or ""))
