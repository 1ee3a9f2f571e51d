"""Chapter 7: faults, how long they took, what is still open."""

from __future__ import annotations

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
    series_over,
)
from exports.blocks.services import NoRecord
from exports.model import ChartSpec, Column
from exports.text import amount, change, missing, moment, month_label, text
from warehouse.japanese import era_date

_TIMES = (
    ("mean_start_minutes", "K05", "平均着手時間（分）"),
    ("mean_restore_minutes", "K06", "平均復旧時間（分）"),
    ("median_restore_minutes", "K06.median", "復旧時間の中央値（分）"),
    ("max_restore_minutes", "K06.max", "復旧時間の最大（分）"),
)


def _months(ctx: Context) -> dict[str, dict[str, Any]]:
    return {row["jst_month"]: row for row in records(ctx.year_frame("fault_trend"))}


def trend_table(ctx: Context, _: Params) -> TableContent:
    rows = _months(ctx)
    counts = [rows.get(month, {}).get("n") for month in ctx.months]
    body = [month_row("障害件数（件）", counts)]
    for name, kpi_id, label in _TIMES:
        cells = (_time(ctx, rows.get(month, {}), name, kpi_id) for month in ctx.months)
        body.append((label, *cells))
    return TableContent(month_columns("項目", ctx.months, 3.4), tuple(body))


def trend_chart(ctx: Context, _: Params) -> ChartContent:
    """Faults by month, within the contractor's boundary of responsibility and beyond it."""
    rows = _months(ctx)
    series = tuple(
        series_over(name, {month: row.get(column) for month, row in rows.items()}, ctx.months)
        for column, name in (("n_inside", "責任分界点の範囲内"), ("n_outside", "責任分界点の範囲外"))
    )
    spec = ChartSpec(
        kind="stacked_bar",
        categories=tuple(month_label(month) for month in ctx.months),
        series=series,
        unit="件",
        category_title="年月",
        height_mm=46,
    )
    known = [row["n"] for row in rows.values() if not missing(row["n"])]
    if not known:
        return ChartContent(spec, "12か月の障害件数はデータなしである。")
    return ChartContent(spec, f"データのある{len(known)}か月の障害は計{amount(sum(known))}件である。")


def _time(ctx: Context, row: dict[str, Any], name: str, kpi_id: str) -> str:
    return "－" if row.get("n") == 0 else ctx.kpi(kpi_id, row.get(name))


def sentences(ctx: Context, _: Params) -> Sentences:
    rows = _months(ctx)
    now, before = rows.get(ctx.month, {}), rows.get(ctx.months[-2], {})
    if missing(now.get("n")):
        return ("対象月の障害はデータなしである。",)
    facts = [f"障害は{amount(now['n'])}件で、前月比は{change(now['n'], before.get('n'), '件')}であった。"]
    if now["n"] and not missing(now["mean_restore_minutes"]):
        mean, median, longest = (ctx.kpi(kpi_id, now[name]) for name, kpi_id, _ in _TIMES[1:])
        facts.append(f"検知から復旧までの時間は、平均{mean}分、中央値{median}分、最大{longest}分であった。")
    return tuple(facts)


def _faults(ctx: Context) -> list[dict[str, Any]]:
    rows = records(ctx.days_frame("faults"))
    if not rows and not _told(ctx):
        raise NoRecord
    return rows


def _told(ctx: Context) -> bool:
    """Whether the ledger tells of any month of the period."""
    return any(not missing(_months(ctx).get(month, {}).get("n")) for month in ctx.period.months)


def list_table(ctx: Context, _: Params) -> TableContent:
    columns = (
        Column("障害番号", "left", 19.5),
        Column("件名", "left", 24.5),
        Column("サービス", "left", 17),
        Column("発生", "left", 17.5),
        Column("検知", "left", 17.5),
        Column("着手", "left", 17.5),
        Column("暫定復旧", "left", 17.5),
        Column("完全復旧", "left", 17.5),
        Column("状態", "left", 12),
    )
    return TableContent(columns, tuple(_times_row(row) for row in _faults(ctx)))


def _times_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["fault_no"]),
        text(row["title"]),
        text(row["service_name"]),
        moment(row["occurred_at"]),
        moment(row["detected_at"]),
        moment(row["started_at"], "未着手"),
        moment(row["temporary_restored_at"], "－"),
        moment(row["restored_at"], "未復旧"),
        text(row["status_name"]),
    )


def causes_table(ctx: Context, _: Params) -> TableContent:
    columns = (
        Column("障害番号", "left", 1.25),
        Column("原因区分", "left", 1.3),
        Column("責任分界", "left", 1),
        Column("影響団体", "left", 2),
        Column("再発防止策", "left", 4),
    )
    names = ("fault_no", "cause_kind", "boundary_name", "affected", "measures")
    return TableContent(columns, tuple(tuple(text(row[name]) for name in names) for row in _faults(ctx)))


def open_sentences(ctx: Context, _: Params) -> Sentences:
    """Every fault that is not completed, whichever month it was detected in."""
    if not _told(ctx):
        return (f"{ctx.words.span}の障害管理台帳が取り込まれていないため、未完了の障害はデータなしである。",)
    rows = records(ctx.open_faults())
    if not rows:
        return (f"{era_date(ctx.through)}までに検知した障害で、未完了のものはない。",)
    first = f"{era_date(ctx.through)}までに検知した障害のうち、未完了のものは{len(rows)}件である。"
    return (first, *(_open_fault(row) for row in rows))


def _open_fault(row: dict[str, Any]) -> str:
    restored = "完全復旧していない" if missing(row["restored_at"]) else f"{_when(row['restored_at'])}に完全復旧した"
    state = text(row["status_name"], "状態の記録なし")
    return (
        f"{row['fault_no']}（{text(row['title'])}、{_when(row['detected_at'])}検知）は「{state}」であり、{restored}。"
    )


def _when(value: Any) -> str:
    return "日時不明" if missing(value) else era_date(value.date())
