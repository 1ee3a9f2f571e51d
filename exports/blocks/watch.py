"""Detections of the month seen from several sides: days, functions, hours of the week, bodies; what severities mean."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from exports.blocks.base import ChartContent, Context, Params, Sentences, TableContent, records, require_rows, total
from exports.blocks.security import contact_sentences
from exports.blocks.services import NoRecord
from exports.model import ChartSpec, Column, Series
from exports.text import amount, change, change_pct, comparisons, missing, text

WEEKDAYS = "月火水木金土日"
_TOLD_BY = ("detection", "judgement")
"""Ledgers of which either tells of detections (K33)."""


def highlights(ctx: Context, params: Params) -> Sentences:
    """Detections of the month, compared, with what was blocked; then serious ones and the 15-minute rule."""
    return (_month_sentence(ctx), *contact_sentences(ctx, params))


def _month_sentence(ctx: Context) -> str:
    row = next((row for row in ctx.results(ctx.grain) if row["kpi_id"] == "K33"), None)
    if row is None or missing(row["value"]):
        return "対象月の検知はデータなしである。"
    compared = comparisons(
        ("前月比", change_pct(row["value"], row["previous_value"])),
        ("前年同月比", change_pct(row["value"], row["last_year_value"])),
    )
    blocked = total(one["blocked"] for one in records(ctx.month_frame("detection_function_month")))
    return f"検知は{amount(row['value'])}件（うち遮断{amount(blocked)}件）で、件数の{compared}であった。"


def days_chart(ctx: Context, _: Params) -> ChartContent:
    """All detections by day."""
    rows = records(ctx.days_frame("detection_range"))
    sums: dict[date, Any] = {}
    for row in rows:
        day = row["jst_date"].date() if isinstance(row["jst_date"], datetime) else row["jst_date"]
        sums[day] = total((sums.get(day), row["n"]))
    days = [ctx.period.start + timedelta(days=step) for step in range((ctx.period.end - ctx.period.start).days + 1)]
    values = tuple(None if missing(sums.get(day)) else float(sums[day]) for day in days)
    spec = ChartSpec(
        kind="line",
        categories=tuple(str(day.day) for day in days),
        series=(Series("検知", values),),
        unit="件",
        category_title="日",
        height_mm=50,
    )
    known = [(value, day) for value, day in zip(values, days, strict=True) if value is not None]
    if not known:
        return ChartContent(spec, "日別の検知件数はデータなしである。")
    highest, day = max(known, key=lambda item: item[0])
    gaps = len(days) - len(known)
    note = f"線が途切れた日（{gaps}日）はデータなしである。" if gaps else ""
    return ChartContent(spec, f"最も多い日は{day.month}月{day.day}日の{amount(highest)}件である。{note}")


def functions_chart(ctx: Context, _: Params) -> ChartContent:
    """Detections by security function."""
    rows = records(require_rows(ctx.month_frame("detection_function_month"), "検知機能"))
    values = tuple(None if missing(row["n"]) else float(row["n"]) for row in rows)
    spec = ChartSpec(
        kind="hbar",
        categories=tuple(row["function_name"] for row in rows),
        series=(Series("検知", values),),
        unit="件",
        value_labels=True,
        height_mm=46,
    )
    whole = total(values)
    if whole is None:
        return ChartContent(spec, "検知機能別の件数はデータなしである。")
    if not whole:
        return ChartContent(spec, "対象月の検知は0件である。")
    top = max(rows, key=lambda row: row["n"] or 0)
    share = amount(top["n"] / whole * 100, 1)
    return ChartContent(spec, f"最も多いのは{top['function_name']}の{amount(top['n'])}件（全体の{share}%）である。")


def hours_chart(ctx: Context, _: Params) -> ChartContent:
    """Detections by day of the week and hour; an hour without any is 0 in a month that is told of."""
    cells = {(row["weekday"], row["hour"]): row["n"] for row in records(ctx.days_frame("detection_hours"))}
    empty = 0.0 if ctx.told(*_TOLD_BY) else None
    series = tuple(
        Series(name, tuple(_count(cells.get((weekday, hour)), empty) for hour in range(24)))
        for weekday, name in enumerate(WEEKDAYS)
    )
    spec = ChartSpec(
        kind="heatmap",
        categories=tuple(str(hour) for hour in range(24)),
        series=series,
        unit="件",
        category_title="時刻（時台）",
        series_title="曜日",
    )
    if not cells:
        return ChartContent(
            spec, "対象月の検知は0件である。" if empty is not None else "曜日・時刻別の件数はデータなしである。"
        )
    (weekday, hour), n = max(cells.items(), key=lambda item: (item[1], item[0]))
    return ChartContent(spec, f"最も多いのは{WEEKDAYS[weekday]}曜日{hour}時台の計{amount(n)}件である。", SHADES)


SHADES = ("地の濃さは、最大の値を5等分した段階を示す。",)


def _count(value: Any, empty: float | None) -> float | None:
    return empty if missing(value) else float(value)


_BODIES = (
    Column("団体", "left", 2.6),
    Column("対象月", unit="件", group="検知"),
    Column("前月", unit="件", group="検知"),
    Column("前月比", "left", group="検知", weight=1.2),
    Column("前年同月", unit="件", group="検知", weight=1.1),
    Column("対象月", unit="件", group="重大"),
    Column("前月", unit="件", group="重大"),
    Column("15分以内の緊急連絡", unit="%", weight=1.5),
)


def bodies_table(ctx: Context, _: Params) -> TableContent:
    """Detections (K33), serious ones (K34) and timely contacts (K35) of every body, of none, and of the whole."""
    cells = {(row["entity"], row["kpi_id"]): row for row in ctx.results("tenant")}
    tenants = records(require_rows(ctx.days_frame("tenants"), "接続団体"))
    whole = {("", row["kpi_id"]): row for row in ctx.results("all")}
    body = [_body_row(row["name"], row["tenant_code"], cells) for row in tenants]
    months = (ctx.period, ctx.period.previous(), ctx.period.last_year())
    unplaced = [next(iter(records(ctx.data.frame("unplaced_month", month=one.last_month))), {}) for one in months]
    if unplaced[0].get("detections"):
        body.append(_unplaced_row(*unplaced))
    return TableContent(_BODIES, (*body, _body_row("合計", "", whole)), total_rows=1)


def _body_row(name: str, code: str, cells: dict[tuple[str, str], dict[str, Any]]) -> tuple[str, ...]:
    found, serious, contact = (cells.get((code, kpi_id), {}) for kpi_id in ("K33", "K34", "K35"))
    in_time = contact.get("value")
    none_due = missing(in_time) and contact.get("judgement") == "対象なし"
    return (
        name,
        amount(found.get("value")),
        amount(found.get("previous_value")),
        change(found.get("value"), found.get("previous_value"), "件"),
        amount(found.get("last_year_value")),
        amount(serious.get("value")),
        amount(serious.get("previous_value")),
        "－" if none_due else amount(in_time, int(contact.get("decimals", 1)), contact.get("rounding", "truncate")),
    )


def _unplaced_row(now: dict[str, Any], before: dict[str, Any], year: dict[str, Any]) -> tuple[str, ...]:
    """Detections of which no body could be told; nobody could be contacted about them."""
    return (
        "団体不明",
        amount(now["detections"]),
        amount(before.get("detections")),
        change(now["detections"], before.get("detections"), "件"),
        amount(year.get("detections")),
        amount(now["serious"]),
        amount(before.get("serious")),
        "－",
    )


def positions_table(ctx: Context, params: Params) -> TableContent:
    """A body among all bodies and those of its size: rank, quartiles, no other body's name (``params['ids']``)."""
    rows = records(ctx.data.frame("peer_positions", period=str(ctx.period), tenant=ctx.tenant))
    columns = (
        Column("指標", "left", 3),
        Column("比べる集団", "left", 2.2),
        Column("団体数", weight=0.9),
        Column("貴団体", weight=1.1),
        Column("順位（大きい順）", weight=1.2),
        Column("第1四分位", group="集団の分布"),
        Column("中央値", group="集団の分布"),
        Column("第3四分位", group="集団の分布"),
    )
    chosen = [row for kpi_id in params["ids"] for row in rows if row["kpi_id"] == kpi_id]
    return TableContent(columns, tuple(_position_row(row) for row in chosen))


def _position_row(row: dict[str, Any]) -> tuple[str, ...]:
    spread = [row[name] for name in ("first_quartile", "median", "third_quartile")]
    hidden = bool(row["is_suppressed"])
    shown = ["秘匿" if hidden else amount(value, int(row["decimals"]), row["rounding"]) for value in spread]
    return (
        f"{row['name']}（{text(row['unit'], '')}）",
        row["group_name"],
        amount(row["bodies"]),
        amount(row["value"], int(row["decimals"]), row["rounding"]),
        "秘匿" if hidden else amount(row["place"]),
        *shown,
    )


def severities_table(ctx: Context, _: Params) -> TableContent:
    """What each severity means and asks for."""
    rows = records(require_rows(ctx.data.frame("severities", last_date=ctx.period.end), "危険度の定義"))
    columns = (
        Column("危険度", "left", 2),
        Column("区分", "left", 1.6),
        Column("定義", "left", 5),
        Column("緊急連絡", "left", 1.6),
        Column("緊急遮断", "left", 1.2),
    )
    return TableContent(
        columns,
        tuple(
            (
                row["severity_name"],
                "重大なイベント" if row["serious"] else "安全なイベント",
                text(row["definition"]),
                "判断から15分以内" if row["serious"] else "－",
                "対象" if row["block_required"] else "－",
            )
            for row in rows
        ),
    )


def told_table(ctx: Context, _: Params) -> TableContent:
    """Whether each source of the report has been loaded for the month."""
    sources = (
        ("detection", "センサー検知"),
        ("judgement", "SOC判定結果"),
        ("soc_total", "SOC全体集計"),
        ("change_request", "設定変更管理台帳"),
    )
    with_state = tuple((name, "取込み済み" if ctx.told(table) else "データなし") for table, name in sources)
    if all(state == "データなし" for _, state in with_state):
        raise NoRecord
    return TableContent((Column("元データ", "left", 3), Column("対象月の取込み", "left", 3)), with_state)
