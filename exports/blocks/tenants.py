"""Use by the connected bodies: chapter 4 (3) and annex 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exports.blocks.base import (
    ChartContent,
    Context,
    Params,
    Sentences,
    TableContent,
    month_columns,
    month_row,
    records,
    require_rows,
    series_over,
    total,
)
from exports.model import ChartSpec, Column, Series
from exports.text import amount, as_gb, as_mbps, change_pct, comparisons, coverage, missing, month_ja, month_label, text

_GB = 1e9


def _rows(ctx: Context) -> list[dict[str, Any]]:
    return records(require_rows(ctx.compared("tenant_month"), "接続団体"))


def sentences(ctx: Context, _: Params) -> Sentences:
    rows = _rows(ctx)
    measured = [row for row in rows if not missing(row["bytes_total"])]
    if not measured:
        return (f"{len(rows)}団体の通信量はデータなしである。",)
    now, before, year = (
        total(row[name] for row in rows) for name in ("bytes_total", "previous_bytes_total", "last_year_bytes_total")
    )
    top = sorted(measured, key=lambda row: -row["bytes_total"])[:10]
    share = total(row["bytes_total"] for row in top) / now * 100 if now else None
    facts = [
        f"接続団体{len(rows)}団体の通信量の合計は{as_gb(now, 0)}GBで、"
        f"{comparisons(*ctx.compare(change_pct(now, before), change_pct(now, year)))}であった。",
        f"通信量の上位{len(top)}団体は全体の{amount(share, 1)}%を占めた。",
    ]
    if absent := [row["name"] for row in rows if missing(row["bytes_total"])]:
        facts.append(f"{'、'.join(absent)}の通信量はデータなしである。")
    return tuple(facts)


def top_chart(ctx: Context, params: Params) -> ChartContent:
    """Bodies with the largest traffic, largest first."""
    measured = [row for row in _rows(ctx) if not missing(row["bytes_total"])]
    top = sorted(measured, key=lambda row: (-row["bytes_total"], row["sort_order"]))[: params["count"]]
    values = tuple(row["bytes_total"] / _GB for row in top)
    spec = ChartSpec(
        kind="hbar",
        categories=tuple(row["name"] for row in top),
        series=(Series("通信量", values),),
        unit="GB",
        value_labels=True,
        height_mm=62,
    )
    if not top:
        return ChartContent(spec, "通信量はデータなしである。")
    first = top[0]
    return ChartContent(
        spec,
        f"最大は{first['name']}の{as_gb(first['bytes_total'], 0)}GB（構成比{amount(first['share_pct'], 1)}%）である。",
    )


def trend_chart(ctx: Context, _: Params) -> ChartContent:
    cells = _trend(ctx)
    names = (("in", "受信"), ("out", "送信"))
    series = tuple(
        series_over(label, {month: cells.get((month, code)) for month in ctx.months}, ctx.months, _GB)
        for code, label in names
    )
    spec = ChartSpec(
        kind="stacked_bar",
        categories=tuple(month_label(month) for month in ctx.months),
        series=series,
        unit="GB",
        category_title="年月",
        height_mm=54,
    )
    known = {month: total(cells.get((month, code)) for code, _ in names) for month in ctx.months}
    measured = {month: value for month, value in known.items() if value is not None}
    if not measured:
        return ChartContent(spec, f"{len(ctx.months)}か月の通信量はデータなしである。")
    top = max(measured, key=lambda month: measured[month])
    return ChartContent(spec, f"{len(ctx.months)}か月の最大は{month_ja(top)}の{as_gb(measured[top], 0)}GBである。")


def trend_table(ctx: Context, _: Params) -> TableContent:
    cells = _trend(ctx)
    calendar = {row["jst_month"]: row for row in records(ctx.year_frame("calendar_months"))}
    sums = {month: total(cells.get((month, code)) for code in ("in", "out")) for month in ctx.months}
    days = {month: calendar.get(month, {}).get("open_days") for month in ctx.months}
    per_day = [_per_day(sums[month], days[month]) for month in ctx.months]
    rows = [
        month_row(label, [_gb(cells.get((month, code))) for month in ctx.months])
        for code, label in (("in", "受信（GB）"), ("out", "送信（GB）"))
    ]
    rows.append(month_row("合計（GB）", [_gb(sums[month]) for month in ctx.months]))
    rows.append(month_row("開庁日数（日）", [days[month] for month in ctx.months]))
    rows.append(month_row("開庁日1日平均（GB）", per_day))
    return TableContent(month_columns("項目", ctx.months, 2.7), tuple(rows))


def _trend(ctx: Context) -> dict[tuple[str, str], Any]:
    return {(row["jst_month"], row["direction"]): row["bytes"] for row in records(ctx.year_frame("traffic_trend"))}


def _gb(value: Any) -> float | None:
    return None if missing(value) else float(value) / _GB


def _per_day(value: Any, days: Any) -> float | None:
    return None if missing(value) or not days else float(value) / _GB / days


_ANNEX_FIRST = (
    Column("団体", "left", 2.9),
    Column("利用者数", unit="人", weight=1.2),
    Column("受信", unit="GB", group="通信量"),
    Column("送信", unit="GB", group="通信量"),
    Column("合計", unit="GB", group="通信量", weight=1.1),
    Column("構成比", unit="%", group="通信量"),
)
_ANNEX_LAST = (
    Column("受信", unit="Mbps", group="95%値"),
    Column("送信", unit="Mbps", group="95%値"),
    Column("1人1開庁日", unit="MB", weight=1.3),
    Column("取得率", unit="%", weight=1.1),
    Column("受付", unit="件", group="問合せ・作業依頼", weight=0.9),
    Column("期限到来", unit="件", group="問合せ・作業依頼"),
    Column("期限内", unit="件", group="問合せ・作業依頼"),
    Column("未完了", unit="件", group="問合せ・作業依頼"),
    Column("障害", unit="件", weight=0.9),
    Column("検知", unit="件", group="検知", weight=1.0),
    Column("重大", unit="件", group="検知", weight=0.9),
)


def _growth_columns(ctx: Context) -> tuple[Column, ...]:
    """Traffic compared with the period before and, where that is another one, with that of last year."""
    names = [name for name, _ in ctx.compare("", "")]
    return tuple(
        Column(name, unit="%", group="通信量の増減", weight=weight)
        for name, weight in zip(names, (1.1, 1.2), strict=False)
    )


def annex_table(ctx: Context, _: Params) -> TableContent:
    """All bodies in the order of the specification, what belongs to none of them, and a total."""
    rows = _rows(ctx)
    earlier = _EARLIER[: len(_growth_columns(ctx))]
    columns = (*_ANNEX_FIRST, *_growth_columns(ctx), *_ANNEX_LAST)
    unplaced = next(iter(records(ctx.period_frame("unplaced_month"))), {})
    whole = next((row["value"] for row in ctx.results("all") if row["kpi_id"] == "K07"), None)
    listed = [_annex_row(row, earlier) for row in rows]
    if any(unplaced.get(name) for name in _COUNTS):
        counts = [amount(unplaced[name]) for name in _COUNTS]
        listed.append(("団体不明", *("－" for _ in columns[1 : -len(_COUNTS) - 1]), *_with_faults(counts, "－")))
    return TableContent(columns, (*listed, _annex_total(rows, unplaced, earlier, whole)), total_rows=1)


def _with_faults(counts: Sequence[str], faults: str) -> tuple[str, ...]:
    """The counts of ``_COUNTS`` with the faults between those of tickets and those of detections."""
    return (*counts[:4], faults, *counts[4:])


def _annex_row(row: dict[str, Any], earlier: tuple[str, ...]) -> tuple[str, ...]:
    per_head = row["bytes_per_user_day"]
    return (
        text(row["name"]),
        amount(row["users"]),
        as_gb(row["bytes_in"], 0),
        as_gb(row["bytes_out"], 0),
        as_gb(row["bytes_total"], 0),
        amount(row["share_pct"], 1),
        *(_growth(row["bytes_total"], row[name]) for name in earlier),
        as_mbps(row["p95_in_bps"]),
        as_mbps(row["p95_out_bps"]),
        amount(None if missing(per_head) else per_head / 1e6, 1),
        coverage(row["coverage_pct"]),
        *_with_faults([amount(row[name]) for name in _COUNTS], amount(row["faults"])),
    )


_EARLIER = ("previous_bytes_total", "last_year_bytes_total")
_COUNTS = ("tickets", "answers_due", "answers_in_time", "open_tickets", "detections", "serious")


def _annex_total(
    rows: list[dict[str, Any]], unplaced: dict[str, Any], earlier: tuple[str, ...], faults: Any
) -> tuple[str, ...]:
    sums = {
        name: total(row[name] for row in rows)
        for name in (
            "users", "bytes_in", "bytes_out", "bytes_total", "share_pct", "expected", "received", *earlier, *_COUNTS,
        )
    }  # fmt: skip
    received_pct = (
        sums["received"] / sums["expected"] * 100 if sums["expected"] and sums["received"] is not None else None
    )
    return (
        "合計",
        amount(sums["users"]),
        as_gb(sums["bytes_in"], 0),
        as_gb(sums["bytes_out"], 0),
        as_gb(sums["bytes_total"], 0),
        amount(sums["share_pct"], 1),
        *(_growth(sums["bytes_total"], sums[name]) for name in earlier),
        "－",
        "－",
        "－",
        coverage(received_pct),
        *_with_faults([amount(total([sums[name], unplaced.get(name)])) for name in _COUNTS], amount(faults)),
    )


def _growth(now: Any, before: Any) -> str:
    if missing(now) or missing(before) or before == 0:
        return "…"
    return amount((float(now) / float(before) - 1) * 100, 1)
