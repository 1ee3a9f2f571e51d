"""The yearly briefing of one body: what was detected, the gravest cases and how they were told, endpoints."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import (
    ChartContent,
    Context,
    Params,
    Sentences,
    TableContent,
    pivot,
    series_over,
    total,
)
from exports.blocks.data_notes import moment_with_year
from exports.blocks.own import as_day, endpoints, months, own_months, told, value
from exports.blocks.services import NoRecord
from exports.model import ChartSpec, Column
from exports.text import amount, missing, month_ja, month_label, text
from warehouse.japanese import era_date


def sentences(ctx: Context, _: Params) -> Sentences:
    """Detections of the year, and the share that the filters blocked."""
    if missing(value(ctx, "K33")):
        return ("セキュリティの検知の記録はデータなしです。",)
    facts = [f"検知は{told(ctx, 'K33')}で、うち重大な事案（危険度2以上）は{told(ctx, 'K34')}でした。"]
    if not missing(value(ctx, "K25")):
        facts.append(
            f"URLフィルタとメール対策は{told(ctx, 'K25.count')}を遮断しました（遮断率{told(ctx, 'K25')}）。"
        )
    return tuple(facts)


def detection_chart(ctx: Context, _: Params) -> ChartContent:
    """Detections of each month by severity."""
    rows, asked = own_months(ctx, "detection_trend"), months(ctx)
    cells = pivot(rows, ("severity_name", "jst_month"))
    order = {row["severity_name"]: (row["severity"] is None, row["severity"] or 0) for row in rows}
    levels = sorted(order, key=lambda name: order[name])
    told_of = {row["jst_month"] for row in rows}
    spec = ChartSpec(
        kind="stacked_bar", categories=tuple(month_label(month) for month in asked),
        series=tuple(
            series_over(level, {m: cells.get((level, m), 0 if m in told_of else None) for m in asked}, asked)
            for level in levels
        ),
        unit="件", category_title="年月", height_mm=62,
    )  # fmt: skip
    sums = {month: total(cells.get((level, month)) for level in levels) for month in asked}
    known = {month: n for month, n in sums.items() if n is not None}
    if not known:
        return ChartContent(spec, "検知件数はデータなしです。")
    most = max(known, key=lambda month: known[month])
    return ChartContent(spec, f"最も多い月は{month_ja(most)}の{amount(known[most])}件です。")


def signatures_table(ctx: Context, params: Params) -> TableContent:
    """What was detected most often in the year."""
    if missing(value(ctx, "K33")):
        raise NoRecord
    rows = ctx.data.rows("signature_top", period=str(ctx.period), limit=params["count"])
    columns = (
        Column("順位", "center", 8), Column("検知した内容（シグネチャ）", "left", 70), Column("方向", "center", 13),
        Column("最大の危険度", "left", 32), Column("検知", unit="件", weight=14), Column("遮断", unit="件", weight=14),
    )  # fmt: skip
    return TableContent(
        columns,
        tuple(
            (amount(row["rank"]), text(row["signature"]), text(row["direction_name"]), text(row["severity_name"]),
             amount(row["n"]), amount(row["blocked"]))
            for row in rows
        ),
    )  # fmt: skip


def _serious(ctx: Context) -> list[dict[str, Any]]:
    if missing(value(ctx, "K34")):
        raise NoRecord
    return ctx.data.rows("serious_events", first_date=ctx.period.start, last_date=ctx.period.end)


def contact_sentences(ctx: Context, _: Params) -> Sentences:
    """How fast the gravest cases were told, counted from the judgement."""
    try:
        rows = _serious(ctx)
    except NoRecord:
        return ("重大な事案の記録はデータなしです。",)
    if not rows:
        return ("重大な事案（危険度2以上）はなく、緊急連絡の対象はありませんでした。",)
    judged = [row for row in rows if not missing(row["judged_at"])]
    kept = sum(bool(row["within_15"]) for row in judged if not missing(row["within_15"]))
    facts = [f"重大と判断した{len(judged)}件のうち{kept}件で、判断から15分以内に緊急連絡を行いました。"]
    minutes = [row["contact_minutes"] for row in judged if not missing(row["contact_minutes"])]
    open_cases = sum(missing(row["completed_at"]) for row in rows)
    longest = f"判断から緊急連絡までの時間の最大は{amount(max(minutes), 1)}分でした。" if minutes else ""
    facts.append(longest + (f"対応中の事案は{open_cases}件です。" if open_cases else "対応はすべて完了しています。"))
    return tuple(facts)


def serious_table(ctx: Context, params: Params) -> TableContent:
    """The latest ``params['count']`` grave cases: what, when told, what was recommended; all are in the workbook."""
    rows = _serious(ctx)
    columns = (
        Column("判定番号", "left", 27), Column("危険度", "center", 12), Column("判断・緊急連絡", "left", 29),
        Column("検知した内容と分析", "left", 46), Column("お願いした対処", "left", 52), Column("対応", "left", 10),
    )  # fmt: skip
    latest = rows[-params["count"] :]
    notes = (f"全{len(rows)}件のうち新しい{len(latest)}件を示します。",) if len(latest) < len(rows) else ()
    return TableContent(columns, tuple(_serious_row(row) for row in latest), notes)


def _serious_row(row: dict[str, Any]) -> tuple[str, ...]:
    judged = "未判断" if missing(row["judged_at"]) else moment_with_year(row["judged_at"])
    minutes = "未連絡" if missing(row["contact_minutes"]) else f"{amount(row['contact_minutes'], 1)}分後に連絡"
    return (
        text(row["event_no"]), amount(row["severity"]), f"{judged}（{minutes}）", text(row["finding"], "記録なし"),
        text(row["recommended_action"], "記録なし"), "対応中" if missing(row["completed_at"]) else "完了",
    )  # fmt: skip


def endpoints_table(ctx: Context, params: Params) -> TableContent:
    """The endpoints most often identified."""
    if missing(value(ctx, "K33")):
        raise NoRecord
    rows = endpoints(ctx, params["count"])
    columns = (
        Column("端末", "left", 26), Column("検知", unit="件", weight=14), Column("遮断", unit="件", weight=14),
        Column("最大の危険度", "left", 34), Column("最後に検知した日", "left", 34),
    )  # fmt: skip
    body = tuple(
        (text(row["endpoint"]), amount(row["n"]), amount(row["blocked"]), text(row["severity_name"]),
         era_date(as_day(row["last_detected_date"])))
        for row in rows
    )
    return TableContent(columns, body, _rest(rows))


def _rest(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    if rows and rows[0]["endpoints"] > len(rows):
        return (f"特定した端末は{amount(rows[0]['endpoints'])}台で、検知の多い{len(rows)}台を示します。",)
    return ()
