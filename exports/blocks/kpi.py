"""Chapter 1: the key figures, what stands out, what the prefecture is asked; and the definitions of annex 2."""

from __future__ import annotations

from typing import Any

from exports.blocks import rules
from exports.blocks.base import Context, Params, Sentences, TableContent, Unfilled, records, require_rows
from exports.model import Column
from exports.text import amount, judgement, missing, target, text

_JUDGED_IN = {
    "value": "judgement",
    "previous_value": "previous_judgement",
    "last_year_value": "last_year_judgement",
}


def rows_of(ctx: Context) -> list[dict[str, Any]]:
    return records(require_rows(ctx.kpis(), "主要指標"))


def shown(row: dict[str, Any], column: str = "value") -> str:
    """A KPI's figure with its own rounding; － when nothing was to be measured."""
    value = row[column]
    if missing(value) and row.get(_JUDGED_IN[column]) == "対象なし":
        return "－"
    return amount(value, int(row["decimals"]), row["rounding"])


def summary_table(ctx: Context, _: Params) -> TableContent:
    """The main KPIs."""
    return _results(ctx, rows_of(ctx))


def all_table(ctx: Context, _: Params) -> TableContent:
    """Every KPI of the catalogue over a half or a year."""
    return _results(ctx, all_rows(ctx))


def all_rows(ctx: Context) -> list[dict[str, Any]]:
    return records(require_rows(ctx.own_frame("kpi_items"), "指標"))


def _results(ctx: Context, rows: list[dict[str, Any]]) -> TableContent:
    columns = (
        Column("番号", "left", 9),
        Column("指標", "left", 62),
        Column("単位", "center", 9),
        Column("実績", weight=14),
        Column("目標", "left", 16.5),
        *(Column(name, weight=14) for name in _compared_names(ctx)),
        Column("判定", "left", 21.5),
    )
    return TableContent(columns, tuple(_summary_row(ctx, row) for row in rows))


def _compared_names(ctx: Context) -> tuple[str, ...]:
    return tuple(name for name in (ctx.words.previous, ctx.words.last_year) if name)


def _summary_row(ctx: Context, row: dict[str, Any]) -> tuple[str, ...]:
    earlier = ("previous_value", "last_year_value")[: len(_compared_names(ctx))]
    return (
        row["kpi_id"],
        row["name"],
        text(row["unit"]),
        shown(row),
        target(row, "未設定"),
        *(shown(row, name) for name in earlier),
        judgement(row["judgement"]),
    )


def selected_table(ctx: Context, params: Params) -> TableContent:
    """The measures in ``params['ids']`` in this order: of the whole, or of the body whose edition it is."""
    rows = {row["kpi_id"]: row for row in ctx.results(ctx.grain)}
    if absent := [kpi_id for kpi_id in params["ids"] if kpi_id not in rows]:
        raise Unfilled(f"指標 {'、'.join(absent)} の実績がありません。")
    columns = (
        Column("番号", "left", 9),
        Column("指標", "left", 58),
        Column("単位", "center", 10),
        Column("実績", weight=14),
        Column("目標", "left", 17),
        Column("前月", weight=14),
        Column("前年同月", weight=14),
        Column("判定", "left", 24),
    )
    return TableContent(columns, tuple(_selected_row(rows[kpi_id]) for kpi_id in params["ids"]))


def _selected_row(row: dict[str, Any]) -> tuple[str, ...]:
    free = row["direction"] == "none" and row["judgement"] == "目標未設定"
    words = "以上" if row["operator"] == ">=" else "以下"
    return (
        row["kpi_no"],
        row["name"],
        text(row["unit"]),
        shown(row),
        target({**row, "target_text": words}, "未設定"),
        shown(row, "previous_value"),
        shown(row, "last_year_value"),
        judgement(None if free else row["judgement"]),
    )


def highlights(ctx: Context, params: Params) -> Sentences:
    """At most ``count`` sentences, the gravest first."""
    found = [sentence for rule in rules.HIGHLIGHTS for sentence in rule(ctx, params)]
    return tuple(found[: params["count"]])


def requests(ctx: Context, params: Params) -> Sentences:
    """What the prefecture is asked to decide or to confirm, each from a rule with a number."""
    return tuple(sentence for rule in rules.REQUESTS for sentence in rule(ctx, params))


def definitions_table(ctx: Context, params: Params) -> TableContent:
    """The main KPIs; with ``params['all']`` every KPI of the catalogue, but not its further measures."""
    rows = all_rows(ctx) if params.get("all") else rows_of(ctx)
    columns = (
        Column("番号", "left", 10),
        Column("指標", "left", 36),
        Column("単位", "center", 10),
        Column("定義", "left", 50),
        Column("端数処理", "left", 37),
        Column("目標", "left", 17),
    )
    return TableContent(
        columns,
        tuple(
            (
                row["kpi_id"],
                row["name"],
                text(row["unit"]),
                text(row["formula"]),
                _rounding(row),
                _targets(rows, row["kpi_id"]),
            )
            for row in records(ctx.data.frame("kpi_catalogue"))
            if row["headline"] or (params.get("all") and row["kpi_id"] == row["kpi_no"])
        ),
    )


def _targets(rows: list[dict[str, Any]], kpi_id: str) -> str:
    """The KPI's target; single lines may have targets of their own."""
    found = {target(row, "未設定") for row in rows if row["kpi_id"] == kpi_id}
    return found.pop() if len(found) == 1 else "対象による"


def _rounding(row: dict[str, Any]) -> str:
    decimals = int(row["decimals"])
    how = "切捨て" if row["rounding"] == "truncate" else "四捨五入"
    return f"整数（{how}）" if decimals == 0 else f"小数第{decimals}位まで（{how}）"
