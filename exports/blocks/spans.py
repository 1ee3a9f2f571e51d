"""Lines by month over a half or a year, designed performance against result, and when capacities are reached."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import (
    ChartContent,
    Context,
    Params,
    Sentences,
    TableContent,
    month_columns,
    records,
    require_rows,
    series_over,
)
from exports.blocks.lines import line_rows
from exports.model import ChartSpec, Column, Reference, Series
from exports.text import amount, as_mbps, missing, month_ja, month_label, text
from warehouse.japanese import era_date, mbps

_MEASURES = {"max_bps": "最大", "p95_bps": "95%値"}
_DIRECTIONS = {"in": "受信", "out": "送信"}


def months_table(ctx: Context, params: Params) -> TableContent:
    """One row per line and direction, a column per month: ``params['measure']`` (max_bps or p95_bps) in Mbps."""
    measure = params["measure"]
    rows = [_month_row(ctx, row, measure) for row in line_rows(ctx)]
    return TableContent(month_columns(f"回線・方向（{_MEASURES[measure]}）", ctx.months, 3.6), tuple(rows))


def _month_row(ctx: Context, line: dict[str, Any], measure: str) -> tuple[str, ...]:
    cells = _by_month(ctx, line["entity"], line["direction"], measure)
    return (f"{line['name']}（{line['direction_name']}）", *(as_mbps(cells.get(month)) for month in ctx.months))


def _by_month(ctx: Context, line_id: str, direction: str, measure: str) -> dict[str, Any]:
    frame = ctx.data.frame("line_months", line_id=line_id, from_month=ctx.months[0], to_month=ctx.months[-1])
    return {row["jst_month"]: row[measure] for row in records(frame) if row["direction"] == direction}


def months_chart(ctx: Context, params: Params) -> ChartContent:
    """Monthly ``params['measure']`` of ``params['lines']`` in one direction, with their guaranteed bandwidths."""
    measure, direction = params["measure"], params["direction"]
    lines = [row for row in line_rows(ctx) if row["entity"] in params["lines"] and row["direction"] == direction]
    series = tuple(
        series_over(line["name"], _by_month(ctx, line["entity"], direction, measure), ctx.months, 1e6) for line in lines
    )
    levels = sorted({line["guaranteed_bps"] for line in lines if not missing(line["guaranteed_bps"])})
    spec = ChartSpec(
        kind="line",
        categories=tuple(month_label(month) for month in ctx.months),
        series=series,
        unit="Mbps",
        category_title="年月",
        references=tuple(Reference(f"確保帯域 {amount(mbps(level))}Mbps", float(level) / 1e6) for level in levels),
        height_mm=58,
    )
    return ChartContent(spec, _peak(ctx, series, f"{_DIRECTIONS[direction]}の月別の{_MEASURES[measure]}"))


def _peak(ctx: Context, series: tuple[Series, ...], what: str) -> str:
    known = [
        (value, one.name, month)
        for one in series
        for value, month in zip(one.values, ctx.months, strict=True)
        if value is not None
    ]
    if not known:
        return f"{what}はデータなしである。"
    value, name, month = max(known, key=lambda item: item[0])
    return f"{what}が最も大きいのは、{month_ja(month)}の{name}の{amount(value, 1)}Mbpsである。"


def design_table(ctx: Context, _: Params) -> TableContent:
    """Design value, result and margin of lines, devices and services."""
    rows = records(require_rows(ctx.own_frame("design_results"), "設計値"))
    columns = (
        Column("対象", "left", 46),
        Column("項目", "left", 44),
        Column("単位", "left", 18),
        Column("設計値", weight=18),
        Column("実績", weight=18),
        Column("使用率", unit="%", weight=15),
        Column("余裕", weight=18),
    )
    return TableContent(columns, tuple(_design_row(row) for row in rows if row["kind"] != "licence"))


def _design_row(row: dict[str, Any]) -> tuple[str, ...]:
    bits = row["unit"] == "bps"
    whole = row["unit"] == "セッション"

    def shown(value: Any) -> str:
        return as_mbps(value) if bits else amount(value, 0 if whole else 1)

    unset = missing(row["design_value"])
    return (
        row["name"],
        row["item_name"],
        "Mbps" if bits else text(row["unit"]),
        "－" if unset else shown(row["design_value"]),
        shown(row["result_value"]),
        "－" if unset else amount(row["used_pct"], 1),
        "－" if unset else shown(row["margin"]),
    )


def design_sentences(ctx: Context, _: Params) -> Sentences:
    """Whether the designed performance was kept: what went beyond its design value, and by how much."""
    rows = [row for row in records(ctx.own_frame("design_results")) if row["kind"] != "licence"]
    known = [row for row in rows if not missing(row["used_pct"])]
    over = [row for row in known if row["used_pct"] > 100]
    kept = len(known) - len(over)
    facts = [f"設計値のある{len(known)}項目のうち、実績が設計値の範囲内にあったものは{kept}項目である。"]
    facts += [
        f"{row['name']}の{row['item_name']}は設計値の{amount(row['used_pct'], 1)}%であり、設計値を超えた。"
        for row in over
    ]
    if unknown := [row for row in rows if missing(row["result_value"])]:
        facts.append(f"{'、'.join(dict.fromkeys(row['name'] for row in unknown))}には実績のデータなしの項目がある。")
    return tuple(facts)


def outlook_table(ctx: Context, _: Params) -> TableContent:
    """When the trend of every line and device reaches 70, 90 and 100 % of its limit, and by when a budget is asked."""
    rows = records(require_rows(ctx.month_frame("capacity_outlook"), "容量の見通し"))
    columns = (
        Column("対象", "left", 44),
        Column("項目", "left", 26),
        Column("現在", unit="%", weight=15),
        Column("70%", "left", 22, group="到達の見込み"),
        Column("90%", "left", 22, group="到達の見込み"),
        Column("100%", "left", 22, group="到達の見込み"),
        Column("予算要求の締切", "left", 28),
    )
    keys = dict.fromkeys((row["grain"], row["entity"], row["metric"]) for row in rows)
    by_key = {key: [row for row in rows if (row["grain"], row["entity"], row["metric"]) == key] for key in keys}
    return TableContent(columns, tuple(_outlook_row(own) for own in by_key.values()))


_METRICS = {"p95_bps": "95%値", "cpu_pct": "CPU使用率", "memory_pct": "メモリ使用率", "sessions": "同時セッション数"}


def _metric(row: dict[str, Any]) -> str:
    return _METRICS.get(row["metric"], text(row["metric"]))


def _outlook_row(own: list[dict[str, Any]]) -> tuple[str, ...]:
    first = own[0]
    reached = {row["threshold_pct"]: _reach(row) for row in own}
    asked = [row for row in own if not missing(row["request_by"])]
    return (
        text(first["name"]),
        _metric(first),
        amount(first["used_pct"], 1),
        *(reached.get(level, "－") for level in (70, 90, 100)),
        _request(asked[0]) if asked else "－",
    )


def _reach(row: dict[str, Any]) -> str:
    word = text(row["reach_text"])
    return month_label(word) if word[:2] == "20" else word


def _request(row: dict[str, Any]) -> str:
    """The first deadline that matters: that of the lowest threshold still ahead."""
    day = row["request_by"]
    passed = "　経過" if row["is_late"] else ""
    return f"R{day.year - 2018}.{day.month}.{day.day}（{amount(row['threshold_pct'])}%）{passed}"


def outlook_sentences(ctx: Context, params: Params) -> Sentences:
    """What reaches a threshold within ``params['months']`` months of the last month told."""
    rows = records(ctx.month_frame("capacity_outlook"))
    near = [row for row in rows if not missing(row["months_left"]) and 0 < row["months_left"] <= params["months"]]
    beyond = [row for row in rows if row["months_left"] == 0 and row["threshold_pct"] == 100]
    facts = [
        f"{row['name']}の{_metric(row)}は、月ごとの95パーセンタイルが既に上限に達している。"
        for row in beyond
    ]
    facts += [
        f"{row['name']}の{_metric(row)}は、{month_ja(row['reach_month'])}に"
        f"上限の{amount(row['threshold_pct'])}%に達する見込みである{_deadline(row)}。"
        for row in near
    ]
    if not facts:
        return (
            f"{month_ja(ctx.month)}から{amount(params['months'])}か月以内に上限の70%、90%又は100%に"
            "新たに達する見込みの回線及び機器はない。",
        )
    return tuple(facts)


def _deadline(row: dict[str, Any]) -> str:
    if missing(row["request_by"]):
        return ""
    return f"（予算要求の締切は{era_date(row['request_by'].date())}）"
