"""課題と改善: what missed its target, was not done or grows tight, as plan, doing, check and proposed action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exports.blocks.base import Context, Params, Sentences, TableContent, records
from exports.blocks.kpi import all_rows
from exports.blocks.results import figure
from exports.model import Column
from exports.text import amount, judgement, missing, target, text


def cycle_table(ctx: Context, params: Params) -> TableContent:
    """Plan (target), do (result), check (judgement) and act (proposal) of all that calls for an improvement.

    ``params['actions']`` has the proposals by KPI, ``duty`` and ``design``; a KPI without one takes ``default``.
    """
    columns = (
        Column("対象", "left", 36),
        Column("計画（目標）", "left", 26),
        Column("実施（実績）", "left", 30),
        Column("評価", "left", 20),
        Column("改善（案）", "left", 50),
    )
    actions: Mapping[str, str] = params["actions"]
    return TableContent(columns, (*_missed(ctx, actions), *_undone(ctx, actions), *_beyond_design(ctx, actions)))


def _missed(ctx: Context, actions: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (
            f"{row['kpi_id']}　{row['name']}",
            target(row),
            f"{figure(row)}{_before(ctx, row)}",
            judgement(row["judgement"]),
            actions.get(row["kpi_id"], actions["default"]),
        )
        for row in all_rows(ctx)
        if row["judgement"] in ("未達", "注意")
    ]


def _before(ctx: Context, row: dict[str, Any]) -> str:
    if missing(row["previous_value"]):
        return ""
    return f"（{ctx.words.previous}{figure(row, 'previous_value')}）"


def _undone(ctx: Context, actions: Mapping[str, str]) -> list[tuple[str, ...]]:
    rows = [row for row in records(ctx.own_frame("obligations")) if row["state_name"] == "未履行"]
    return [
        (
            f"{row['name']}{'　' + row['tenant_name'] if row['tenant_name'] else ''}",
            f"{amount(row['required'])}回以上",
            f"{amount(row['done'])}回",
            judgement("未達"),
            actions["duty"],
        )
        for row in rows
    ]


def _beyond_design(ctx: Context, actions: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Devices and services above their design value; lines may pass what is guaranteed to them."""
    rows = [
        row
        for row in records(ctx.own_frame("design_results"))
        if row["kind"] == "device" and not missing(row["used_pct"]) and row["used_pct"] > 100
    ]
    return [
        (
            f"{row['name']}の{row['item_name']}",
            f"設計値{amount(row['design_value'])}{text(row['unit'], '')}以下",
            f"{amount(row['result_value'])}{text(row['unit'], '')}（設計値の{amount(row['used_pct'], 1)}%）",
            "× 設計値超過",
            actions["design"],
        )
        for row in rows
    ]


def verdict_sentences(ctx: Context, params: Params) -> Sentences:
    """The judgement of the whole: how many of the KPIs with a target reached it and, with ``listed``, which did not."""
    rows = [row for row in all_rows(ctx) if row["judgement"] in ("達成", "注意", "未達")]
    if not rows:
        return ("目標値の定めがあり判定できる指標はない。",)
    missed = [row for row in rows if row["judgement"] == "未達"]
    facts = [
        f"目標値により判定した{len(rows)}項目のうち、未達は{len(missed)}項目、"
        f"注意は{sum(row['judgement'] == '注意' for row in rows)}項目、"
        f"達成は{sum(row['judgement'] == '達成' for row in rows)}項目である。"
    ]
    facts += [] if not params.get("listed") else [
        f"未達の{row['name']}は{figure(row)}で、目標は{target(row)}である。{_compared(ctx, row)}" for row in missed
    ]
    return tuple(facts)


def _compared(ctx: Context, row: dict[str, Any]) -> str:
    if missing(row["previous_value"]):
        return ""
    return f"{ctx.words.previous}は{figure(row, 'previous_value')}であった。"
