"""Chapter 4: lines against guaranteed and total bandwidth, web access, devices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from exports.blocks.base import (
    ChartContent,
    Context,
    Params,
    Sentences,
    TableContent,
    records,
    require_rows,
    series_over,
)
from exports.model import ChartSpec, Column, Reference, Series
from exports.text import amount, amount_or_dash, as_mbps, coverage, judgement, missing, text
from warehouse.japanese import mbps

_DIRECTIONS = {"in": "受信", "out": "送信"}
_METRICS = (("cpu_pct", "CPU使用率（%）"), ("memory_pct", "メモリ使用率（%）"), ("sessions", "同時セッション数"))


def line_rows(ctx: Context) -> list[dict[str, Any]]:
    """One row per line and direction of the period."""
    rows = records(require_rows(ctx.period_frame("line_month"), "通信回線"))
    return [row for row in rows if row.get("grain", "line") == "line"]


def month_table(ctx: Context, _: Params) -> TableContent:
    """One row per line and direction; both denominators stand in the table itself."""
    columns = (
        Column("回線", "left", 42),
        Column("方向", "center", 9),
        Column("確保", group="分母（Mbps）", weight=10.5),
        Column("総", group="分母（Mbps）", weight=10.5),
        Column("平均", group="5分平均値（Mbps）", weight=11),
        Column("95%値", group="5分平均値（Mbps）", weight=11.5),
        Column("最大", group="5分平均値（Mbps）", weight=12.5),
        Column("対確保", group="95%値の使用率（%）", weight=11),
        Column("対総", group="95%値の使用率（%）", weight=11),
        Column("確保帯域超過", unit="分", weight=13),
        Column("取得率", unit="%", weight=10.5),
        Column("判定", "left", 17),
    )
    return TableContent(columns, tuple(_line_row(ctx, row) for row in line_rows(ctx)))


def _line_row(ctx: Context, row: dict[str, Any]) -> tuple[str, ...]:
    guaranteed, ceiling = row["guaranteed_bps"], row["total_bps"]
    return (
        row["name"],
        row["direction_name"],
        amount_or_dash(mbps(guaranteed)),
        amount_or_dash(mbps(ceiling)),
        as_mbps(row["avg_bps"]),
        as_mbps(row["p95_bps"]),
        as_mbps(row["max_bps"]),
        "－" if missing(guaranteed) else ctx.kpi("K10", row["p95_guaranteed_pct"]),
        "－" if missing(ceiling) else ctx.kpi("K11", row["p95_total_pct"]),
        "－" if missing(guaranteed) else amount(row["exceeded_minutes"]),
        coverage(row["coverage_pct"]),
        "－" if missing(guaranteed) else judgement(row["judgement"]).replace("目標未設定", "未設定"),
    )


def sentences(ctx: Context, _: Params) -> Sentences:
    """The busier direction of every line with a guaranteed bandwidth, in one sentence each."""
    rows = [row for row in line_rows(ctx) if not missing(row["guaranteed_bps"])]
    names = list(dict.fromkeys(row["name"] for row in rows))
    return tuple(_line_sentence(ctx, [row for row in rows if row["name"] == name]) for name in names)


def _line_sentence(ctx: Context, rows: list[dict[str, Any]]) -> str:
    known = [row for row in rows if not missing(row["p95_bps"])]
    if not known:
        return f"{rows[0]['name']}の通信速度はデータなしである。"
    top = max(known, key=lambda row: row["p95_bps"])
    used = ctx.kpi("K10", top["p95_guaranteed_pct"])
    shares = [f"確保帯域（{amount(mbps(top['guaranteed_bps']))}Mbps）に対し{used}%"]
    if not missing(top["total_bps"]) and top["total_bps"] != top["guaranteed_bps"]:
        used = ctx.kpi("K11", top["p95_total_pct"])
        shares.append(f"総帯域（{amount(mbps(top['total_bps']))}Mbps）に対し{used}%")
    return (
        f"{top['name']}の95パーセンタイルは{top['direction_name']}で{as_mbps(top['p95_bps'])}Mbpsであり、"
        f"{'、'.join(shares)}であった。確保帯域を超えた時間は{amount(top['exceeded_minutes'])}分であった。"
    )


def group_table(ctx: Context, _: Params) -> TableContent:
    rows = [row for row in records(ctx.period_frame("line_group_month")) if row.get("grain") in (None, "line_group")]
    columns = (
        Column("回線の組", "left", 71),
        Column("方向", "center", 10),
        Column("総帯域", unit="Mbps", weight=16),
        Column("95%値", unit="Mbps", weight=16),
        Column("最大", unit="Mbps", weight=16),
        Column("対総帯域", unit="%", weight=17),
        Column("取得率", unit="%", weight=14),
    )
    return TableContent(
        columns,
        tuple(
            (
                row["name"],
                row["direction_name"],
                amount_or_dash(mbps(row["total_bps"])),
                as_mbps(row["p95_bps"]),
                as_mbps(row["max_bps"]),
                ctx.kpi("K11", row["p95_total_pct"]),
                coverage(row["coverage_pct"]),
            )
            for row in rows
        ),
    )


def daily_chart(ctx: Context, params: Params) -> ChartContent:
    """Daily 95th percentile of ``params['lines']`` in one direction, with the guaranteed bandwidth."""
    direction, wanted = params["direction"], params["lines"]
    rows = [row for row in records(ctx.days_frame("line_day")) if row["direction"] == direction]
    days = _days(ctx)
    series = tuple(_daily(rows, line, days, "p95_bps") for line in wanted)
    levels = {row["guaranteed_bps"] for row in rows if row["line_id"] in wanted and row["guaranteed_bps"]}
    references = tuple(Reference(f"確保帯域 {amount(mbps(level))}Mbps", float(level) / 1e6) for level in sorted(levels))
    return ChartContent(_spec(days, series, references), _peak(series, days, "日別95パーセンタイル"))


def web_chart(ctx: Context, params: Params) -> ChartContent:
    """Daily maximum of the web access line, both directions, with its guaranteed 200 Mbps."""
    rows = [row for row in records(ctx.days_frame("line_day")) if row["line_id"] == params["line"]]
    days = _days(ctx)
    series = tuple(
        Series(label, _daily([row for row in rows if row["direction"] == code], params["line"], days, "max_bps").values)
        for code, label in _DIRECTIONS.items()
    )
    levels = sorted({row["guaranteed_bps"] for row in rows if row["guaranteed_bps"]})
    references = tuple(Reference(f"確保帯域 {amount(mbps(x))}Mbps", float(x) / 1e6) for x in levels)
    return ChartContent(_spec(days, series, references), _peak(series, days, "日別最大（5分平均値）"))


def _days(ctx: Context) -> tuple[Any, ...]:
    length = (ctx.period.end - ctx.period.start).days + 1
    return tuple(ctx.period.start + timedelta(days=step) for step in range(length))


def _daily(rows: list[dict[str, Any]], line: str, days: tuple[Any, ...], column: str) -> Series:
    own = [row for row in rows if row["line_id"] == line]
    name = own[0]["name"] if own else line
    cells = {
        (row["jst_date"].date() if hasattr(row["jst_date"], "date") else row["jst_date"]): row[column] for row in own
    }
    return series_over(name, cells, days, 1e6)


def _spec(days: tuple[Any, ...], series: tuple[Series, ...], references: tuple[Reference, ...]) -> ChartSpec:
    return ChartSpec(
        kind="line",
        categories=tuple(str(day.day) for day in days),
        series=series,
        unit="Mbps",
        category_title="日",
        references=references,
        height_mm=60,
    )


def _peak(series: tuple[Series, ...], days: tuple[Any, ...], what: str) -> str:
    known = [
        (value, one.name, day)
        for one in series
        for value, day in zip(one.values, days, strict=True)
        if value is not None
    ]
    if not known:
        return f"{what}はデータなしである。"
    value, name, day = max(known, key=lambda item: item[0])
    gaps = len({day for one in series for given, day in zip(one.values, days, strict=True) if given is None})
    note = f"線が途切れた日（{gaps}日）はデータなしである。" if gaps else ""
    return f"{what}の月間最大は{day.month}月{day.day}日の{name}{amount(value, 1)}Mbpsである。{note}"


def devices_table(ctx: Context, _: Params) -> TableContent:
    """One row per device; sessions are compared with the design limit."""
    rows = records(require_rows(ctx.period_frame("device_month"), "機器"))
    cells = {(row["device_id"], row["metric"]): row for row in rows}
    names = {row["device_id"]: row["name"] for row in rows}
    columns = [Column("機器", "left", 2.8)]
    for label in dict(_METRICS).values():
        columns += [Column("95%値", group=label), Column("最大", group=label)]
    columns += [
        Column("設計上限", group="同時セッション数", weight=1.2),
        Column("最大の設計上限比（%）", group="同時セッション数", weight=1.4),
    ]
    return TableContent(tuple(columns), tuple(_device_row(names[device], device, cells) for device in names))


def _device_row(name: str, device: str, cells: dict[tuple[str, str], dict[str, Any]]) -> tuple[str, ...]:
    printed = [name]
    for metric, _ in _METRICS:
        row = cells.get((device, metric))
        decimals = 0 if metric == "sessions" else 1
        printed += [amount(row[column], decimals) if row else "－" for column in ("p95_value", "max_value")]
    sessions = cells.get((device, "sessions"))
    printed.append(amount_or_dash(sessions["design_limit"]) if sessions else "－")
    limited = sessions is not None and not missing(sessions["design_limit"])
    printed.append(amount(sessions["max_design_pct"], 1) if sessions and limited else "－")
    return tuple(printed)


def device_sentences(ctx: Context, _: Params) -> Sentences:
    """The highest load against the design limit."""
    rows = [row for row in records(ctx.period_frame("device_month")) if not missing(row["max_design_pct"])]
    if not rows:
        return ("機器負荷はデータなしである。",)
    facts = []
    for metric in dict(_METRICS):
        own = [row for row in rows if row["metric"] == metric]
        if own:
            top = max(own, key=lambda row: row["max_design_pct"])
            facts.append(
                f"{text(top['metric_name'])}の最大は{top['name']}の{_value(top)}"
                f"（設計上限比{amount(top['max_design_pct'], 1)}%）であった。"
            )
    return tuple(facts)


def _value(row: dict[str, Any]) -> str:
    if row["unit"] == "%":
        return f"{amount(row['max_value'], 1)}%"
    return f"{amount(row['max_value'])}{text(row['unit'], '')}"
