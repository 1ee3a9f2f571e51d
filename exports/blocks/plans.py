"""Chapter 10 (issues and risks) and chapter 11 (what was held and what is planned)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exports.blocks.base import Context, Params, TableContent, records, require_rows
from exports.blocks.services import NoRecord
from exports.model import Column
from exports.text import NO_DATA, amount, day, missing, month_ja, text
from warehouse.japanese import era_date
from warehouse.period import Period

_ISSUE_COLUMNS = ("内容", "影響", "優先度", "発生日", "担当", "期限", "状況", "対応策", "結果")


def issues_table(_ctx: Context, _params: Params) -> TableContent:
    """The nine columns of 課題管理表; no ledger of issues reaches the system, and the table says so."""
    columns = tuple(Column(name, "left", 3.2 if name == "内容" else 1) for name in _ISSUE_COLUMNS)
    row = (f"{NO_DATA}（課題管理台帳が取り込まれていない。）", *("…" for _ in _ISSUE_COLUMNS[1:]))
    return TableContent(columns, (row,))


def risks_table(ctx: Context, params: Params) -> TableContent:
    """What the month's figures themselves show to be an issue or a risk, each by a rule with a number."""
    rules = (_capacity, _beyond_design, _late_patches, _open_faults, _old_tickets, _missed_duties)
    columns = (
        Column("区分", "left", 22),
        Column("対象", "left", 44),
        Column("実績", "left", 44),
        Column("基準", "left", 32),
        Column("期限・時期", "left", 26),
    )
    return TableContent(columns, tuple(row for rule in rules for row in rule(ctx, params)))


_Rows = Iterator[tuple[str, str, str, str, str]]


def _capacity(ctx: Context, params: Params) -> _Rows:
    """Lines and devices that fill within ``params['months']``, or for which the day to ask for money has passed."""
    for row in records(ctx.month_frame("capacity_outlook")):
        left = row["months_left"]
        if row["threshold_pct"] != 100 or missing(left) or not (left <= params["months"] or row["is_late"]):
            continue
        asked = "" if missing(row["request_by"]) else f"予算要求の期限　{era_date(_date(row['request_by']))}"
        when = "到達済み" if left == 0 else f"{month_ja(row['reach_month'])}に到達する見込み"
        yield "容量", row["name"], f"上限の{amount(row['used_pct'], 1)}%、{when}", "上限の100%", asked or "－"


def _beyond_design(ctx: Context, _: Params) -> _Rows:
    for row in records(ctx.data.frame("design_results", period=str(ctx.period))):
        if row["kind"] != "service" and not missing(row["used_pct"]) and row["used_pct"] > 100:
            used = f"設計値の{amount(row['used_pct'], 1)}%"
            yield "設計値の超過", row["name"], f"{row['item_name']}　{used}", "設計値の100%", "－"


def _late_patches(ctx: Context, _: Params) -> _Rows:
    """Grave ones that are not applied, and any that were to be applied by now."""
    for row in records(ctx.days_frame("patches")):
        waiting = row["state_name"] in ("適用予定", "未定")
        planned = None if missing(row["planned_date"]) else _date(row["planned_date"])
        overdue = planned is not None and planned <= ctx.period.end
        if waiting and (overdue or row["impact_name"] in ("緊急", "高")):
            when = "予定なし" if planned is None else f"適用予定　{era_date(planned)}"
            state = f"{row['state_name']}（影響　{row['impact_name']}）"
            yield "未適用のパッチ", f"{row['patch_id']}　{row['device_name']}", state, "予定日までに適用", when


def _open_faults(ctx: Context, _: Params) -> _Rows:
    for row in records(ctx.open_faults()):
        detected = "検知日時不明" if missing(row["detected_at"]) else f"{era_date(row['detected_at'].date())}検知"
        yield "未完了の障害", f"{row['fault_no']}　{text(row['title'])}", text(row["status_name"]), "完了", detected


def _old_tickets(ctx: Context, _: Params) -> _Rows:
    for row in records(ctx.month_frame("ticket_ageing")):
        if row["over_30_days"]:
            yield "滞留", "問合せ・作業依頼", f"{amount(row['over_30_days'])}件", "受付から30開庁日以内に完了", "－"


def _missed_duties(ctx: Context, _: Params) -> _Rows:
    for row in records(ctx.data.frame("obligations", period=str(ctx.period))):
        if row["state_name"] == "未履行":
            due = f"期限　{era_date(_date(row['due_date']))}"
            whose = "" if missing(row["tenant_name"]) else f"（{row['tenant_name']}）"
            yield (
                "報告義務",
                f"{row['name']}{whose}",
                f"実施{amount(row['done'])}回",
                f"{amount(row['required'])}回",
                due,
            )


def _date(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value


def events_table(ctx: Context, _: Params) -> TableContent:
    """Briefings, training, drills and reports handed in of the month."""
    rows = records(ctx.days_frame("events"))
    if not rows and not ctx.told("calendar_event"):
        raise NoRecord
    columns = (
        Column("期日", "left", 11),
        Column("種別", "left", 28),
        Column("件名", "left", 50),
        Column("会場・方法", "left", 26),
        Column("出席", unit="団体", weight=12),
        Column("参加者", unit="人", weight=13),
        Column("議事録", "left", 12),
        Column("状態", "left", 11),
    )
    return TableContent(columns, tuple(_event_row(row) for row in rows))


def _event_row(row: dict[str, Any]) -> tuple[str, ...]:
    has_people = not missing(row["participants"])
    return (
        day(row["event_date"]),
        text(row["kind_name"]),
        text(row["title"]),
        text(row["place"]),
        amount(row["bodies"]) if has_people else "－",
        amount(row["participants"]) if has_people else "－",
        day(row["minutes_date"], "－"),
        text(row["state_name"]),
    )


def upcoming_table(ctx: Context, _: Params) -> TableContent:
    """Events, patches and stops that the ledgers plan for the month after, in order of the day."""
    after = ctx.period.shift(1)
    columns = (
        Column("期日", "left", 1),
        Column("種別", "left", 2.4),
        Column("内容", "left", 6),
        Column("場所・対象", "left", 3),
    )
    listed = sorted([*_planned_events(ctx, after), *_planned_patches(ctx, after), *_planned_stops(ctx, after)])
    return TableContent(columns, tuple((f"{on.month}/{on.day}", *rest) for on, *rest in listed))


_Planned = Iterator[tuple[Any, str, str, str]]


def _planned_events(ctx: Context, after: Period) -> _Planned:
    for row in records(ctx.data.frame("events", first_date=after.start, last_date=after.end)):
        if row["state_name"] == "予定":
            yield _date(row["event_date"]), text(row["kind_name"]), text(row["title"]), text(row["place"])


def _planned_patches(ctx: Context, after: Period) -> _Planned:
    for row in records(ctx.days_frame("patches")):
        if row["state_name"] == "適用予定" and after.start <= _date(row["planned_date"]) <= after.end:
            name = f"{row['patch_id']}　{text(row['title'])}"
            yield _date(row["planned_date"]), "パッチの適用", name, text(row["device_name"])


def _planned_stops(ctx: Context, after: Period) -> _Planned:
    for row in records(ctx.data.frame("outages", first_date=after.start, last_date=after.end)):
        if row["kind_name"] == "計画停止" and row["started_at"].date() >= after.start:
            yield row["started_at"].date(), "計画停止", text(row["cause"]), text(row["service_name"])


def duties_table(ctx: Context, _: Params) -> TableContent:
    """The fiscal year's duties to report, brief, train and drill, and how many have been fulfilled so far."""
    year = Period.holding("year", ctx.month)
    rows = records(require_rows(ctx.data.frame("obligations", period=str(year)), "報告義務"))
    names = list(dict.fromkeys(row["obligation_id"] for row in rows))
    columns = (
        Column("報告義務", "left", 4.4),
        Column("根拠", "left", 2),
        Column("必要回数", "right", 1.3),
        Column("実施", unit="回"),
        Column("履行", unit="件"),
        Column("未履行", unit="件"),
        Column("期限前", unit="件"),
    )
    return TableContent(
        columns, tuple(_duty_row([row for row in rows if row["obligation_id"] == one]) for one in names)
    )


def _duty_row(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    first = rows[0]
    most = "" if missing(first["maximum"]) else f"{amount(first['maximum'])}以内"
    states = [row["state_name"] for row in rows]
    return (
        first["name"],
        f"仕様書{first['clause']}",
        most or amount(sum(row["required"] for row in rows)),
        amount(sum(row["done"] for row in rows)),
        *(amount(states.count(state)) for state in ("履行", "未履行", "期限前")),
    )
