"""Chapter 3 (service availability, stops, fail-overs) and chapter 5 (licences and use of the functions)."""

from __future__ import annotations

import math
from typing import Any

from exports.blocks.base import (
    ChartContent,
    Context,
    Params,
    Sentences,
    TableContent,
    Unfilled,
    month_columns,
    records,
    require_rows,
    series_over,
    total,
)
from exports.model import ChartSpec, Column
from exports.text import amount, amount_or_dash, missing, moment, month_ja, month_label, text


def availability_table(ctx: Context, _: Params) -> TableContent:
    """One row per service; availability is cut, never rounded up to 100.000."""
    rows = records(require_rows(ctx.period_frame("service_month"), "サービス"))
    columns = (
        Column("サービス", "left", 44),
        Column("計画サービス時間", unit="分", weight=30),
        Column("計画停止", unit="分", weight=20),
        Column("計画外停止", unit="件", weight=21),
        Column("計画外停止時間", unit="分", weight=27),
        Column("稼働率", unit="%", weight=18),
    )
    return TableContent(columns, tuple(_availability_row(ctx, row) for row in rows))


def _availability_row(ctx: Context, row: dict[str, Any]) -> tuple[str, ...]:
    unknown = missing(row["availability_pct"])
    return (
        row["name"],
        amount(row["planned_service_minutes"]),
        *(amount(None if unknown else row[name]) for name in ("planned_stop_minutes", "unplanned_count")),
        ctx.kpi("K02", None if unknown else row["unplanned_minutes"]),
        ctx.kpi("K01", row["availability_pct"]),
    )


def availability_sentences(ctx: Context, _: Params) -> Sentences:
    rows = records(ctx.period_frame("service_month"))
    known = [row for row in rows if not missing(row["availability_pct"])]
    if not known:
        absent_all = f"{len(rows)}サービスの稼働率はデータなしである。"
        return (f"{ctx.words.span}の稼働停止台帳が取り込まれていないため、{absent_all}",)
    stopped = [row for row in known if (row["unplanned_minutes"] or 0) > 0]
    facts = [f"{len(known)}サービスのうち{len(known) - len(stopped)}サービスで計画外停止がなかった。"]
    facts += [
        f"{row['name']}は計画外停止が{amount(row['unplanned_count'])}件、"
        f"合計{ctx.kpi('K02', row['unplanned_minutes'])}分で、"
        f"稼働率は{ctx.kpi('K01', row['availability_pct'])}%であった。"
        for row in stopped
    ]
    if absent := [row["name"] for row in rows if missing(row["availability_pct"])]:
        facts.append(f"{'、'.join(absent)}はデータなしである。")
    return tuple(facts)


def availability_chart(ctx: Context, _: Params) -> ChartContent:
    cells = {row["jst_month"]: row["availability_pct"] for row in records(ctx.year_frame("service_trend"))}
    series = series_over("稼働率", cells, ctx.months)
    known = [value for value in series.values if value is not None]
    lowest = min(known, default=100.0)
    floor = math.floor((lowest - 0.002) * 100) / 100
    spec = ChartSpec(
        kind="line",
        categories=tuple(month_label(month) for month in ctx.months),
        series=(series,),
        unit="%",
        category_title="年月",
        decimals=3,
        minimum=floor,
        maximum=100.0,
        height_mm=52,
    )
    summary = f"{len(ctx.months)}か月の稼働率はデータなしである。"
    if known:
        month = ctx.months[series.values.index(lowest)]
        summary = f"{len(ctx.months)}か月の最低は{month_ja(month)}の{ctx.kpi('K01', lowest)}%である。"
    return ChartContent(spec, summary, (f"縦軸の原点は{floor:.2f}%であり、0ではない。",))


def availability_trend_table(ctx: Context, _: Params) -> TableContent:
    rows = {row["jst_month"]: row for row in records(ctx.year_frame("service_trend"))}
    percentages = [rows.get(month, {}).get("availability_pct") for month in ctx.months]
    minutes = [rows.get(month, {}).get("unplanned_minutes") for month in ctx.months]
    return TableContent(
        month_columns("項目", ctx.months, 2.4),
        (
            ("稼働率（%）", *(ctx.kpi("K01", value) for value in percentages)),
            ("計画外停止（分）", *(ctx.kpi("K02", value) for value in minutes)),
        ),
    )


def outages_table(ctx: Context, params: Params) -> TableContent:
    """Stops of the kinds in ``params['kinds']``, in order of start."""
    rows = [row for row in records(ctx.days_frame("outages")) if row["kind_name"] in params["kinds"]]
    if not rows and not _stops_known(ctx):
        raise NoRecord
    columns = (
        Column("区分", "left", 16),
        Column("サービス", "left", 21),
        Column("開始", "left", 17.5),
        Column("復旧", "left", 17.5),
        Column("時間", unit="分", weight=11),
        Column("影響団体", "left", 22),
        Column("原因", "left", 36),
        Column("除外事由", "left", 19),
    )
    return TableContent(columns, tuple(_outage_row(ctx, row) for row in rows))


class NoRecord(Unfilled):
    """The ledger of the period has not been loaded: an empty list would look like 「none」."""

    def __init__(self) -> None:
        super().__init__("台帳が取り込まれていません。")


def _stops_known(ctx: Context) -> bool:
    return any(not missing(row["availability_pct"]) for row in records(ctx.period_frame("service_month")))


def _outage_row(ctx: Context, row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["kind_name"]),
        text(row["service_name"]),
        moment(row["started_at"]),
        moment(row["ended_at"], "未復旧"),
        ctx.kpi("K02", row["minutes"]),
        text(row["affected"]),
        text(row["cause"]),
        text(row["exclusion"]),
    )


def licences_table(ctx: Context, _: Params) -> TableContent:
    rows = records(require_rows(ctx.period_frame("licence_month"), "利用数の種別"))
    columns = (
        Column("種別", "left", 74),
        Column("単位", "left", 19),
        Column("利用数", weight=14),
        Column("上限", weight=14),
        Column("使用率", unit="%", weight=13),
        Column("上限の根拠", "left", 26),
    )
    return TableContent(
        columns,
        tuple(
            (
                row["name"],
                text(row["unit"]),
                amount(row["used"]),
                amount_or_dash(row["capacity"]),
                ctx.kpi("K21", row["used_pct"]),
                f"仕様書{row['clause']}" if not missing(row["clause"]) else "－",
            )
            for row in rows
        ),
    )


def filter_chart(ctx: Context, _: Params) -> ChartContent:
    """What the web and mail filters blocked (K25), by month."""
    rows = records(require_rows(ctx.year_frame("filter_trend"), "URLフィルタ及びスパム対策"))
    cells = {(row["function_name"], row["jst_month"]): row["blocked"] for row in rows}
    names = list(dict.fromkeys(row["function_name"] for row in rows))
    series = tuple(
        series_over(name, {month: cells.get((name, month)) for month in ctx.months}, ctx.months) for name in names
    )
    spec = ChartSpec(
        kind="stacked_bar",
        categories=tuple(month_label(month) for month in ctx.months),
        series=series,
        unit="件",
        category_title="年月",
        height_mm=52,
    )
    now = [row for row in rows if row["jst_month"] == ctx.month and not missing(row["blocked"])]
    if not now:
        return ChartContent(spec, "対象月の遮断件数はデータなしである。")
    told = "、".join(f"{row['function_name']}{amount(row['blocked'])}件" for row in now)
    return ChartContent(spec, f"対象月の遮断は{told}である。")


def functions_table(ctx: Context, _: Params) -> TableContent:
    rows = records(require_rows(ctx.period_frame("detection_function_month"), "検知機能"))
    columns = (
        Column("検知機能", "left", 4),
        Column("検知", unit="件"),
        Column("遮断", unit="件"),
        Column("遮断率", unit="%"),
    )
    body = [_function_row(ctx, row) for row in rows]
    n, blocked = (total(row[name] for row in rows) for name in ("n", "blocked"))
    rate = None if missing(blocked) or not n else blocked / n * 100
    sums = _function_row(ctx, {"function_name": "合計", "n": n, "blocked": blocked, "blocked_pct": rate})
    return TableContent(columns, (*body, sums), total_rows=1)


def _function_row(ctx: Context, row: dict[str, Any]) -> tuple[str, ...]:
    """The share is cut as that of the filters (K25) is."""
    n, unknown = row["n"], missing(row["n"])
    rate = "－" if n == 0 else ctx.kpi("K25", row["blocked_pct"])
    return (row["function_name"], amount(n), amount(None if unknown else row["blocked"]), rate)
