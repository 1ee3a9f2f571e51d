"""Duties and events, patches, causes of faults, and what is still open: chapters that only halves and years have."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import Context, Params, Sentences, TableContent, records, require_rows
from exports.blocks.services import NoRecord
from exports.model import Column
from exports.text import amount, amount_or_dash, missing, text
from warehouse.japanese import era_date
from warehouse.period import Period

_TIMES_A_HALF = {"month": 6, "half": 1}
_TIMES_A_YEAR = {"month": 12, "half": 2, "year": 1}


def day_text(value: Any, empty: str = "－") -> str:
    """R8.9.17; the year is told, for a fiscal year has two."""
    return empty if missing(value) else f"R{value.year - 2018}.{value.month}.{value.day}"


def duties_table(ctx: Context, _: Params) -> TableContent:
    """One row per duty that falls due in the period: how often it was due, how often it was done in time."""
    rows = records(require_rows(ctx.own_frame("obligations"), "報告義務"))
    columns = (
        Column("義務", "left", 60),
        Column("根拠", "left", 28),
        Column("期限到来", unit="件", weight=17),
        Column("履行", unit="件", weight=13),
        Column("未履行", unit="件", weight=14),
        Column("期限前", unit="件", weight=14),
        Column("最後の実施日", "left", 25),
    )
    keys = dict.fromkeys(row["obligation_id"] for row in rows)
    return TableContent(columns, tuple(_duty_row([row for row in rows if row["obligation_id"] == key]) for key in keys))


def _duty_row(own: list[dict[str, Any]]) -> tuple[str, ...]:
    states = [row["state_name"] for row in own]
    if "データなし" in states:
        return (own[0]["name"], f"仕様書{own[0]['clause']}", amount(len(own)), "…", "…", "…", "…")
    last = max((row["done_date"] for row in own if not missing(row["done_date"])), default=None)
    due = len(own) - states.count("期限前")
    counts = (due, states.count("履行"), states.count("未履行"), states.count("期限前"))
    return (own[0]["name"], f"仕様書{own[0]['clause']}", *(amount(n) for n in counts), day_text(last))


def coming_duties_table(ctx: Context, _: Params) -> TableContent:
    """What has to be reported, held and drilled in the period that follows."""
    following = ctx.period.shift(1)
    frame = ctx.data.frame("duties", first_date=following.start, last_date=following.end)
    columns = (
        Column("義務", "left", 70),
        Column("単位", "left", 16),
        Column("根拠", "left", 24),
        Column("回数", "left", 34),
        Column("期限", "left", 40),
    )
    return TableContent(columns, tuple(_coming_row(row, following) for row in records(frame)))


def _coming_row(row: dict[str, Any], following: Period) -> tuple[str, ...]:
    times = (_TIMES_A_HALF if following.kind == "half" else _TIMES_A_YEAR).get(row["every"])
    year_end = Period.holding("year", following.last_month).end
    if row["every"] == "month":
        due = "各月の末日"
    else:
        due = f"{era_date(year_end if row['every'] == 'year' else following.end)}まで"
    return (row["name"], row["every_name"], f"仕様書{row['clause']}", _how_often(row, times), due)


def _how_often(row: dict[str, Any], times: int | None) -> str:
    if not row["required"]:
        return f"{amount(row['maximum'])}回以内"
    each = "各団体" if row["each_tenant"] else ""
    if times is None:
        return f"{each}年度内に{amount(row['required'])}回以上"
    return f"{each}{amount(times * row['required'])}回以上"


def events_table(ctx: Context, params: Params) -> TableContent:
    """Briefings, trainings and drills held, and reports handed in; ``params['kinds']`` chooses."""
    rows = [row for row in records(ctx.days_frame("events_held")) if row["event_kind"] in params["kinds"]]
    if not rows and not _told(ctx, "calendar_event"):
        raise NoRecord
    columns = (
        Column("種別", "left", 32),
        Column("件名", "left", 66),
        Column("実施日", "left", 22),
        Column("会場・方法", "left", 30),
        Column("団体", unit="数", weight=12),
        Column("参加", unit="人", weight=12),
    )
    return TableContent(columns, tuple(_event_row(row) for row in rows))


def _event_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["kind_name"]),
        text(row["title"]),
        day_text(row["jst_date"]),
        text(row["place"]),
        amount(row["bodies"]),
        amount_or_dash(row["participants"]),
    )


def _told(ctx: Context, table: str) -> bool:
    """Whether a file of the ledger tells of any month of the period."""
    return any(row["table_name"] == table for row in records(ctx.year_frame("told_months")))


def patches_table(ctx: Context, _: Params) -> TableContent:
    """One row per vulnerability: planned, applied, how many devices in time and outside office hours."""
    rows = records(ctx.days_frame("patch_plans"))
    if not rows and not _told(ctx, "patch"):
        raise NoRecord
    columns = (
        Column("番号", "left", 27),
        Column("件名", "left", 52),
        Column("影響", "center", 11),
        Column("予定", "left", 19),
        Column("適用", "left", 19),
        Column("対象", unit="台", group="機器", weight=11),
        Column("適用", unit="台", group="機器", weight=11),
        Column("計画内", unit="台", group="機器", weight=13),
        Column("時間外等", unit="台", group="機器", weight=15),
    )
    return TableContent(columns, tuple(_patch_row(row) for row in rows))


def _patch_row(row: dict[str, Any]) -> tuple[str, ...]:
    counts = (amount(row[name]) for name in ("devices", "applied", "in_time", "off_hours"))
    return (
        text(row["patch_id"]),
        text(row["title"]),
        text(row["impact_name"]),
        day_text(row["planned_date"]),
        day_text(row["applied_date"], "未適用"),
        *counts,
    )


def causes_table(ctx: Context, _: Params) -> TableContent:
    """Faults of the period and of the one before by kind of cause, and whether measures are written down."""
    now = records(ctx.days_frame("faults"))
    if not now and not _told(ctx, "fault"):
        raise NoRecord
    before = ctx.period.previous()
    earlier = records(ctx.data.frame("faults", first_date=before.start, last_date=before.end))
    known = ctx.is_compared
    causes = dict.fromkeys(text(row["cause_kind"], "記録なし") for row in (*now, *(earlier if known else ())))
    columns = (
        Column("原因区分", "left", 40),
        Column(ctx.words.span, unit="件", weight=20),
        Column(ctx.words.previous, unit="件", weight=20),
        Column("再発防止策の記録", unit="件", weight=28),
        Column("同じ件名の再発", unit="件", weight=28),
    )
    body = [_cause_row(cause, now, earlier if known else None) for cause in causes]
    body.sort(key=lambda row: -int(row[1]))
    return TableContent(columns, (*body, _cause_row(None, now, earlier if known else None)), total_rows=1)


def _cause_row(cause: str | None, now: list[dict[str, Any]], earlier: list[dict[str, Any]] | None) -> tuple[str, ...]:
    def own(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if cause is None or text(row["cause_kind"], "記録なし") == cause]

    mine = own(now)
    titles = [row["title"] for row in mine]
    again = sum(titles.count(title) - 1 for title in set(titles))
    return (
        cause or "合計",
        amount(len(mine)),
        amount(None if earlier is None else len(own(earlier))),
        amount(sum(not missing(row["measures"]) for row in mine)),
        amount(again),
    )


def chronicle_table(ctx: Context, params: Params) -> TableContent:
    """What happened: events that touched the whole, but for the kinds ``params['without']``, in order of time."""
    rows = [row for row in records(ctx.days_frame("time_events")) if row["kind_name"] not in params["without"]]
    columns = (Column("年月日", "left", 38), Column("区分", "left", 28), Column("内容", "left", 94))
    return TableContent(columns, tuple(_chronicle_row(row) for row in rows))


def _chronicle_row(row: dict[str, Any]) -> tuple[str, ...]:
    first, last = row["first_date"], row["last_date"]
    if missing(last):
        span = f"{day_text(first)}から継続中"
    else:
        span = day_text(first) if first == last else f"{day_text(first)}～{day_text(last)}"
    return (span, text(row["kind_name"]), text(row["name"]))


def open_tickets_table(ctx: Context, params: Params) -> TableContent:
    """Tickets that were open at the end of the period for more than ``params['days']`` open days."""
    rows = [row for row in records(ctx.own_frame("open_tickets")) if row["age_days"] > params["days"]]
    if not rows and not _told(ctx, "ticket"):
        raise NoRecord
    columns = (
        Column("管理番号", "left", 26),
        Column("団体", "left", 22),
        Column("区分", "left", 20),
        Column("件名", "left", 50),
        Column("受付", "left", 20),
        Column("経過", unit="開庁日", weight=16),
    )
    return TableContent(columns, tuple(_open_row(row) for row in rows))


def _open_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["ticket_no"]),
        text(row["tenant_name"], "団体不明"),
        text(row["kind_name"]),
        text(row["summary"]),
        day_text(row["received_at"]),
        amount(row["age_days"]),
    )


def waiting_sentences(ctx: Context, _: Params) -> Sentences:
    """How much is carried over into the next period."""
    if not _told(ctx, "ticket"):
        return (f"{ctx.words.span}の問合せ管理台帳が取り込まれていないため、未完了の件数はデータなしである。",)
    tickets = records(ctx.own_frame("open_tickets"))
    faults = records(ctx.open_faults())
    return (f"{era_date(ctx.through)}時点で未完了の問合せ・作業依頼は{len(tickets)}件、障害は{len(faults)}件である。",)
