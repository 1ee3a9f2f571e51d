"""Chapter 6: inquiries and requests, first answers, changes, what is still open."""

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
    months_sentence,
    pivot,
    records,
    require_rows,
    series_over,
    total,
)
from exports.blocks.services import NoRecord
from exports.model import ChartSpec, Column
from exports.text import amount, change, missing, moment, month_label, text

_HOURS = (("median_hours", "K28"), ("p90_hours", "K28.p90"))


def _kinds(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["kind_name"] for row in rows))


def trend_chart(ctx: Context, _: Params) -> ChartContent:
    rows = records(require_rows(ctx.year_frame("ticket_trend"), "区分別件数"))
    cells = pivot(rows, ("kind_name", "jst_month"))
    series = tuple(
        series_over(kind, {month: cells.get((kind, month)) for month in ctx.months}, ctx.months)
        for kind in _kinds(rows)
    )
    sums = [total(one.values[index] for one in series) for index in range(len(ctx.months))]
    known = {month: value for month, value in zip(ctx.months, sums, strict=True) if value is not None}
    spec = ChartSpec(
        kind="stacked_bar",
        categories=tuple(month_label(month) for month in ctx.months),
        series=series,
        unit="件",
        category_title="年月",
        height_mm=60,
    )
    if not ctx.is_month:
        return ChartContent(spec, months_sentence("受付", dict(zip(ctx.months, sums, strict=True)), "件"))
    if ctx.month not in known:
        return ChartContent(spec, "対象月の受付件数はデータなしである。")
    before = known.get(ctx.months[-2])
    return ChartContent(
        spec, f"対象月の受付は{amount(known[ctx.month])}件で、前月比は{change(known[ctx.month], before, '件')}である。"
    )


def trend_table(ctx: Context, _: Params) -> TableContent:
    rows = records(ctx.year_frame("ticket_trend"))
    cells = pivot(rows, ("kind_name", "jst_month"))
    body = [month_row(kind, [cells.get((kind, month)) for month in ctx.months]) for kind in _kinds(rows)]
    sums = [total(cells.get((kind, month)) for kind in _kinds(rows)) for month in ctx.months]
    return TableContent(month_columns("区分", ctx.months), (*body, month_row("合計", sums)), total_rows=1)


def matrix_table(ctx: Context, _: Params) -> TableContent:
    """Kind by channel, with totals on both sides."""
    rows = records(require_rows(ctx.period_frame("ticket_matrix"), "区分と受付経路の組"))
    cells = pivot(rows, ("kind_name", "channel_name"))
    kinds = _kinds(rows)
    channels = list(dict.fromkeys(row["channel_name"] for row in rows))
    columns = (Column("区分", "left", 2), *(Column(name, unit="件") for name in channels), Column("合計", unit="件"))
    body = [_matrix_row(kind, [cells.get((kind, name)) for name in channels]) for kind in kinds]
    sums = _matrix_row("合計", [total(cells.get((kind, name)) for kind in kinds) for name in channels])
    return TableContent(columns, (*body, sums), total_rows=1)


def _matrix_row(label: str, values: list[Any]) -> tuple[str, ...]:
    return (label, *(amount(value) for value in values), amount(total(values)))


def answers_table(ctx: Context, _: Params) -> TableContent:
    rows = {row["jst_month"]: row for row in records(ctx.year_frame("first_answer_month"))}
    columns = (
        Column("年月", "left", 1.1),
        Column("受付", unit="件"),
        Column("期限到来", unit="件"),
        Column("期限内", unit="件"),
        Column("期限超過", unit="件"),
        Column("期限内率", unit="%"),
        Column("中央値", unit="時間", group="所要（営業時間）"),
        Column("90%値", unit="時間", group="所要（営業時間）"),
    )
    return TableContent(columns, tuple(_answer_row(ctx, month, rows.get(month, {})) for month in ctx.months))


def _answer_row(ctx: Context, month: str, row: dict[str, Any]) -> tuple[str, ...]:
    none_due = row.get("due") == 0
    unanswered = none_due and missing(row.get("median_hours"))
    return (
        month_label(month),
        *(amount(row.get(name)) for name in ("received", "due", "in_time", "late")),
        "－" if none_due else ctx.kpi("K27", row.get("in_time_pct")),
        *("－" if unanswered else ctx.kpi(kpi_id, row.get(name)) for name, kpi_id in _HOURS),
    )


def answer_sentences(ctx: Context, _: Params) -> Sentences:
    row = next((row for row in records(ctx.year_frame("first_answer_month")) if row["jst_month"] == ctx.month), None)
    if row is None or missing(row["due"]):
        return ("対象月の一次回答はデータなしである。",)
    if row["due"] == 0:
        return ("対象月に一次回答の期限が到来した案件はなかった。",)
    return (
        f"一次回答の期限（翌営業日17時15分）が到来した{amount(row['due'])}件のうち{amount(row['in_time'])}件を期限内に回答し、"
        f"期限内率は{ctx.kpi('K27', row['in_time_pct'])}%であった。",
        f"一次回答までの営業時間は、中央値{ctx.kpi('K28', row['median_hours'])}時間、"
        f"90パーセンタイル{ctx.kpi('K28.p90', row['p90_hours'])}時間であった。",
    )


def late_table(ctx: Context, _: Params) -> TableContent:
    rows = records(ctx.days_frame("late_answers"))
    if not rows and not _answers_known(ctx):
        raise NoRecord
    columns = (
        Column("管理番号", "left", 24),
        Column("団体", "left", 17),
        Column("区分", "left", 15),
        Column("件名", "left", 36),
        Column("受付", "left", 17.5),
        Column("期限", "left", 17.5),
        Column("一次回答", "left", 17.5),
        Column("超過の理由", "left", 15.5),
    )
    return TableContent(columns, tuple(_late_row(row) for row in rows))


def _late_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["ticket_no"]),
        text(row["tenant_name"]),
        text(row["kind_name"]),
        text(row["summary"]),
        moment(row["received_at"]),
        moment(row["due_at"]),
        moment(row["first_response_at"], "未回答"),
        "記録なし",
    )


def _answers_known(ctx: Context) -> bool:
    rows = records(ctx.year_frame("first_answer_month"))
    return any(row["jst_month"] in ctx.period.months and not missing(row["due"]) for row in rows)


def changes_table(ctx: Context, _: Params) -> TableContent:
    rows = records(require_rows(ctx.period_frame("change_month"), "設定変更の区分"))
    names = ("requested", "completed", "approval_needed", "approved_before", "devices_changed", "backed_up")
    columns = (
        Column("変更区分", "left", 66),
        Column("受付", unit="件", weight=12.5),
        Column("完了", unit="件", weight=12.5),
        Column("承認対象", unit="件", group="県の承認", weight=17),
        Column("事前承認", unit="件", group="県の承認", weight=17),
        Column("変更機器", unit="台", group="バックアップ", weight=17),
        Column("2世代以上", unit="台", group="バックアップ", weight=18),
    )
    body = [(row["name"], *(amount(row[name]) for name in names)) for row in rows]
    sums = ("合計", *(amount(total(row[name] for row in rows)) for name in names))
    return TableContent(columns, (*body, sums), total_rows=1)


def ageing_table(ctx: Context, _: Params) -> TableContent:
    rows = records(require_rows(ctx.month_frame("ticket_ageing"), "未完了件数"))
    columns = (
        Column("月末時点の未完了", unit="件"),
        Column("うち受付から10開庁日超", unit="件"),
        Column("うち受付から30開庁日超", unit="件"),
    )
    names = ("open_total", "over_10_days", "over_30_days")
    return TableContent(columns, tuple(tuple(amount(row[name]) for name in names) for row in rows))
