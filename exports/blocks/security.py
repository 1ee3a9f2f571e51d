"""Chapter 8: detections by severity, the 15-minute rule, serious cases, top signatures."""

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


def _trend(ctx: Context, months: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Counts by month (the last twelve unless stated) and severity.

    The query leaves out a level that had no event: in a loaded month that is 0.
    """
    months = months or ctx.months
    rows = records(require_rows(ctx.trailing_frame("detection_trend", len(months)), "検知件数"))
    loaded = [month for month in months if any(row["jst_month"] == month and row["n"] is not None for row in rows)]
    found = {(row["jst_month"], row["severity_name"]) for row in rows}
    levels = {row["severity_name"]: row["severity"] for row in rows}
    silent = [
        {"jst_month": month, "severity": severity, "severity_name": name, "n": 0, "blocked": 0}
        for month in loaded
        for name, severity in levels.items()
        if (month, name) not in found
    ]
    return [*rows, *silent]


def _levels(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Severity names, lowest first, not yet judged last."""
    order = {row["severity_name"]: (row["severity"] is None, row["severity"] or 0) for row in rows}
    return sorted(order, key=lambda name: order[name])


def months_of(ctx: Context, params: Params) -> tuple[str, ...]:
    """The ``params['months']`` months that end with this one; twelve unless stated."""
    return ctx.period.trailing_months(params.get("months", 12))


def trend_chart(ctx: Context, params: Params) -> ChartContent:
    """Detections by severity; with ``params['from_severity']`` only the grave ones, which no common scale shows."""
    months = months_of(ctx, params)
    return severity_chart(ctx, _trend(ctx, months), months, params.get("from_severity"))


def severity_chart(
    ctx: Context, every: Sequence[dict[str, Any]], months: Sequence[str], lowest: int | None
) -> ChartContent:
    """Counts by month and severity as stacked bars; from the severity ``lowest`` on where one is given."""
    rows = [row for row in every if lowest is None or (row["severity"] is not None and row["severity"] >= lowest)]
    first = _levels(every).index(_levels(rows)[0]) if rows else 0
    cells = pivot(rows, ("severity_name", "jst_month"))
    series = tuple(
        series_over(level, {month: cells.get((level, month)) for month in months}, months) for level in _levels(rows)
    )
    spec = ChartSpec(
        kind="stacked_bar",
        categories=tuple(month_label(month) for month in months),
        series=series,
        unit="件",
        category_title="年月",
        height_mm=62 if lowest is None else 46,
        first_style=first,
    )
    what = "検知" if lowest is None else f"危険度{lowest}以上の検知"
    return ChartContent(spec, _count_sentence(ctx, cells, _levels(rows), what))


def _count_sentence(ctx: Context, cells: dict[tuple[Any, Any], Any], levels: list[str], what: str) -> str:
    if not ctx.is_month:
        sums = {month: total(cells.get((level, month)) for level in levels) for month in ctx.months}
        return months_sentence(what, sums, "件")
    now, before, year = (
        total(cells.get((level, month)) for level in levels)
        for month in (ctx.month, ctx.period.previous().last_month, ctx.period.last_year().last_month)
    )
    if now is None:
        return f"対象月の{what}の件数はデータなしである。"
    facts = f"対象月の{what}は{amount(now)}件で、前月比は{change(now, before, '件')}である。"
    return facts if year is None else f"{facts}前年同月比は{change(now, year, '件')}である。"


def trend_table(ctx: Context, params: Params) -> TableContent:
    months = months_of(ctx, params)
    return severity_table(_trend(ctx, months), months)


def severity_table(rows: Sequence[dict[str, Any]], months: Sequence[str]) -> TableContent:
    """Counts by severity (rows) and month (columns), with their sums."""
    cells = pivot(rows, ("severity_name", "jst_month"))
    levels = _levels(rows)
    body = [month_row(level, [cells.get((level, month)) for month in months]) for level in levels]
    sums = [total(cells.get((level, month)) for level in levels) for month in months]
    return TableContent(month_columns("危険度", months, 3.2), (*body, month_row("合計", sums)), total_rows=1)


def comparison_table(ctx: Context, _: Params) -> TableContent:
    """The period's counts by severity beside those of the whole monitoring centre."""
    own = _by_severity(ctx, _trend(ctx), ("n", "blocked"))
    centre = _by_severity(ctx, records(ctx.year_frame("soc_totals")), ("n",))
    levels = sorted(set(own) | set(centre), key=lambda level: (level is None, level or 0))
    columns = (
        Column("危険度", "left", 3),
        Column("検知", unit="件", group="本県のセキュリティクラウド"),
        Column("うち遮断", unit="件", group="本県のセキュリティクラウド"),
        Column("監視センター全体", unit="件", weight=1.4),
    )
    if not levels:
        raise NoRecord
    return TableContent(columns, tuple(_comparison_row(own.get(level), centre.get(level)) for level in levels))


def _by_severity(ctx: Context, rows: list[dict[str, Any]], counts: tuple[str, ...]) -> dict[Any, dict[str, Any]]:
    """Counts of the period's months, added up for each severity."""
    own = [row for row in rows if row["jst_month"] in ctx.period.months]
    names = {row["severity"]: row["severity_name"] for row in own}
    return {
        level: {
            "severity": level,
            "severity_name": name,
            **{count: total(row[count] for row in own if row["severity"] == level) for count in counts},
        }
        for level, name in names.items()
    }


def _comparison_row(own: dict[str, Any] | None, centre: dict[str, Any] | None) -> tuple[str, ...]:
    name = (own or centre or {})["severity_name"]
    whole = amount(centre["n"]) if centre else ("－" if own and own["severity"] is None else "…")
    return (name, amount(own["n"] if own else None), amount(own["blocked"] if own else None), whole)


def serious_of(ctx: Context) -> list[dict[str, Any]]:
    rows = records(ctx.days_frame("serious_events"))
    known = any(row["jst_month"] in ctx.period.months and not missing(row["n"]) for row in _trend(ctx))
    if not rows and not known:
        raise NoRecord
    return rows


def contact_sentences(ctx: Context, _: Params) -> Sentences:
    """The 15-minute rule, counted from the judgement."""
    try:
        rows = serious_of(ctx)
    except NoRecord:
        return (f"{ctx.words.span}の重大なセキュリティイベントはデータなしである。",)
    if not rows:
        return ("重大なセキュリティイベント（危険度2以上）は0件であり、15分以内の緊急連絡は対象なしである。",)
    judged = [row for row in rows if not missing(row["judged_at"])]
    kept = [row for row in judged if row["within_15"]]
    minutes = [row["contact_minutes"] for row in judged if not missing(row["contact_minutes"])]
    facts = [
        f"重大なセキュリティイベント（危険度2以上）は{len(rows)}件であった。",
        f"重大と判断した{len(judged)}件のうち{len(kept)}件について、判断から15分以内に緊急連絡を行った。",
    ]
    if minutes:
        facts.append(f"判断から緊急連絡までの時間の最大は{amount(max(minutes), 1)}分であった。")
    facts += [
        f"{row['event_no']}（{text(row['tenant_name'], '団体不明')}）の緊急連絡は{_contact(row)}。"
        for row in judged
        if not row["within_15"]
    ]
    return tuple(facts)


def _contact(row: dict[str, Any]) -> str:
    if missing(row["notified_at"]):
        return "記録がない"
    return f"判断から{amount(row['contact_minutes'], 1)}分後であり、15分を超過した"


def serious_table(ctx: Context, _: Params) -> TableContent:
    columns = (
        Column("判定番号", "left", 23.5),
        Column("団体", "left", 14),
        Column("危険度", "center", 9.5),
        Column("検知", "left", 17.5),
        Column("判断", "left", 17.5),
        Column("緊急連絡", "left", 17.5),
        Column("手段", "left", 10),
        Column("判断から連絡", unit="分", weight=13),
        Column("遮断", "left", 19.5),
        Column("完了", "left", 17.5),
    )
    return TableContent(columns, tuple(_serious_row(row) for row in serious_of(ctx)))


def _serious_row(row: dict[str, Any]) -> tuple[str, ...]:
    late = not missing(row["within_15"]) and not row["within_15"]
    minutes = "未連絡" if missing(row["notified_at"]) else amount(row["contact_minutes"], 1)
    return (
        text(row["event_no"]),
        text(row["tenant_name"], "団体不明"),
        amount(row["severity"]),
        moment(row["detected_at"]),
        moment(row["judged_at"], "未判断"),
        moment(row["notified_at"], "未連絡"),
        text(row["contact_means"]),
        f"{minutes} 超過" if late else minutes,
        moment(row["blocked_at"], "－"),
        moment(row["completed_at"], "対応中"),
    )


def findings_table(ctx: Context, _: Params) -> TableContent:
    columns = (
        Column("判定番号", "left", 24),
        Column("検知機能・方向", "left", 21),
        Column("検知内容", "left", 38),
        Column("被疑端末", "left", 17),
        Column("推奨確認方法", "left", 30),
        Column("推奨対処方法", "left", 30),
    )
    return TableContent(columns, tuple(_finding_row(row) for row in serious_of(ctx)))


def _finding_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["event_no"]),
        f"{text(row['function_name'])}（{text(row['direction_name'])}）",
        text(row["finding"], "記録なし"),
        text(row["endpoint"], "特定なし"),
        text(row["recommended_check"], "記録なし"),
        text(row["recommended_action"], "記録なし"),
    )


def signatures_table(ctx: Context, params: Params) -> TableContent:
    frame = ctx.data.frame("signature_top", period=str(ctx.period), limit=params["count"])
    columns = (
        Column("順位", "center", 9),
        Column("シグネチャ", "left", 64),
        Column("方向", "center", 12),
        Column("最大の危険度", "left", 30),
        Column("検知", unit="件", weight=14),
        Column("遮断", unit="件", weight=14),
        Column(f"{ctx.words.previous}順位", weight=17),
    )
    return TableContent(columns, tuple(_signature_row(ctx, row) for row in records(frame)))


def _signature_row(ctx: Context, row: dict[str, Any]) -> tuple[str, ...]:
    """Without numbers of the period before its ranks are unknown, not 圏外."""
    unseen = "圏外" if ctx.is_compared else amount(None)
    return (
        amount(row["rank"]),
        text(row["signature"]),
        text(row["direction_name"]),
        text(row["severity_name"], "未判断"),
        amount(row["n"]),
        amount(row["blocked"]),
        unseen if missing(row["previous_rank"]) else amount(row["previous_rank"]),
    )
