"""The yearly briefing of one body: stops that it noticed, its inquiries and its changes."""

from __future__ import annotations

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
from exports.blocks.own import kpis, months, own_months, shown, told, value
from exports.blocks.services import NoRecord
from exports.model import ChartSpec, Column
from exports.text import amount, missing, month_ja, month_label, text


def stop_sentences(ctx: Context, _: Params) -> Sentences:
    """Availability, unplanned stops, faults."""
    if missing(value(ctx, "K02.count")):
        return ("サービスの停止の記録はデータなしです。",)
    facts = [
        f"貴団体に影響した計画外停止は{told(ctx, 'K02.count')}、合計{told(ctx, 'K02')}で、"
        f"サービスの稼働率は{told(ctx, 'K01')}でした。"
    ]
    if not missing(value(ctx, "K07")):
        restored = "" if missing(value(ctx, "K06.median")) else f"、復旧までの時間の中央値は{told(ctx, 'K06.median')}"
        facts.append(f"貴団体にかかわる障害は{told(ctx, 'K07')}{restored}でした。")
    return tuple(facts)


def stops_table(ctx: Context, _: Params) -> TableContent:
    """One row per month and service that stood still for the body; those with unplanned stops come first."""
    if missing(value(ctx, "K02.count")):
        raise NoRecord
    columns = (
        Column("年月", "left", 20), Column("サービス", "left", 40), Column("計画停止", unit="分", weight=18),
        Column("計画外停止", unit="件", weight=20), Column("計画外停止の時間", unit="分", weight=26),
        Column("除外した停止", unit="分", weight=22),
    )  # fmt: skip
    minutes = ("planned_minutes", "unplanned_count", "unplanned_minutes", "excluded_minutes")
    rows = sorted(own_months(ctx, "tenant_stops"), key=lambda row: not row["unplanned_count"])
    return TableContent(
        columns,
        tuple(
            (month_label(row["jst_month"]), text(row["service_name"]), *(amount(row[name]) for name in minutes))
            for row in rows
        ),
    )


def ticket_sentences(ctx: Context, _: Params) -> Sentences:
    """Tickets received, answered in time, changes."""
    if missing(value(ctx, "K26")):
        return ("問合せの記録はデータなしです。",)
    row = kpis(ctx).get("K27", {})
    answered = (
        "回答の期限が来た案件はありませんでした。" if missing(row.get("value")) else
        f"期限が来た{amount(row['denominator'])}件のうち{amount(row['numerator'])}件（{shown(row)}%）に期限内に回答しました。"
    )  # fmt: skip
    facts = [f"問合せ・依頼を{told(ctx, 'K26')}受け付け、{answered}"]
    if not missing(value(ctx, "K30")):
        facts.append(f"設定変更は{told(ctx, 'K30')}を受け付け、完了率は{told(ctx, 'K30.completed')}です。")
    return tuple(facts)


def ticket_chart(ctx: Context, _: Params) -> ChartContent:
    """Tickets received in each month by kind."""
    rows, asked = own_months(ctx, "ticket_trend"), months(ctx)
    cells = pivot(rows, ("kind_name", "jst_month"))
    kinds = list(dict.fromkeys(row["kind_name"] for row in rows))
    spec = ChartSpec(
        kind="stacked_bar", categories=tuple(month_label(month) for month in asked),
        series=tuple(series_over(kind, {month: cells.get((kind, month)) for month in asked}, asked) for kind in kinds),
        unit="件", category_title="年月", height_mm=50,
    )  # fmt: skip
    sums = {month: total(cells.get((kind, month)) for kind in kinds) for month in asked}
    known = {month: n for month, n in sums.items() if n is not None}
    if not known:
        return ChartContent(spec, "受付件数はデータなしです。")
    most = max(known, key=lambda month: known[month])
    return ChartContent(spec, f"最も多い月は{month_ja(most)}の{amount(known[most])}件です。")


def subjects_table(ctx: Context, params: Params) -> TableContent:
    """The subjects asked most often."""
    if missing(value(ctx, "K26")):
        raise NoRecord
    first, last = ctx.period.start, ctx.period.end
    rows = ctx.data.rows("ticket_subjects", first_date=first, last_date=last, limit=params["count"])
    columns = (
        Column("順位", "center", 8), Column("種類", "left", 16), Column("件名", "left", 68),
        Column("件数", unit="件", weight=12), Column("うち期限超過", unit="件", weight=17),
    )  # fmt: skip
    return TableContent(
        columns,
        tuple(
            (amount(row["rank"]), text(row["kind_name"]), text(row["summary"]), amount(row["n"]), amount(row["late"]))
            for row in rows
        ),
    )


def changes_table(ctx: Context, _: Params) -> TableContent:
    """Changes requested and completed by kind, with a total."""
    rows = own_months(ctx, "change_kinds_period")
    if not rows:
        raise NoRecord
    names = ("requested", "completed")
    columns = (
        Column("設定変更の種類", "left", 74),
        Column("受付", unit="件", weight=14), Column("完了", unit="件", weight=14),
    )  # fmt: skip
    body = [(text(row["name"]), *(amount(row[name]) for name in names)) for row in rows]
    sums = ("合計", *(amount(total(row[name] for row in rows)) for name in names))
    return TableContent(columns, (*body, sums), total_rows=1)
