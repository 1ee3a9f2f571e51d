"""Vulnerabilities and patches, and changes of the rules of detection."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import Context, Params, Sentences, TableContent, records
from exports.blocks.services import NoRecord
from exports.model import Column
from exports.text import amount, day, missing, moment, text


def _patches(ctx: Context) -> list[dict[str, Any]]:
    rows = records(ctx.days_frame("patches"))
    if not rows and not ctx.told("patch"):
        raise NoRecord
    return rows


def patches_table(ctx: Context, _: Params) -> TableContent:
    """Published or applied in the month, or still to be applied at its end; the gravest first."""
    columns = (
        Column("識別子", "left", 19),
        Column("件名", "left", 52),
        Column("対象機器", "left", 29),
        Column("影響", "center", 9),
        Column("公開", "left", 12),
        Column("適用予定", "left", 13),
        Column("適用", "left", 12),
        Column("時間帯", "left", 14),
        Column("状態", "left", 13),
    )
    return TableContent(columns, tuple(_patch_row(row) for row in _patches(ctx)))


def _patch_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["patch_id"]),
        text(row["title"]),
        text(row["device_name"]),
        text(row["impact_name"]),
        day(row["published_date"]),
        day(row["planned_date"], "－"),
        day(row["applied_date"], "－"),
        text(row["time_band_name"]),
        text(row["state_name"]),
    )


def patch_sentences(ctx: Context, _: Params) -> Sentences:
    """Published and applied in the month, still open at its end."""
    try:
        rows = _patches(ctx)
    except NoRecord:
        return ("対象月の脆弱性・パッチはデータなしである。",)
    first = ctx.period.start
    published = sum(_date(row["published_date"]) >= first for row in rows)
    applied = sum(not missing(row["applied_date"]) and _date(row["applied_date"]) >= first for row in rows)
    waiting = sum(row["state_name"] in ("適用予定", "未定") for row in rows)
    return (
        f"対象月に公開された脆弱性等への対応は延べ{amount(published)}件（機器ごとに1件と数える。）で、"
        f"対象月に適用したものは{amount(applied)}件、月末に適用を終えていないものは{amount(waiting)}件である。",
    )


def _date(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value


def policy_table(ctx: Context, _: Params) -> TableContent:
    """Changes of detection and blocking rules carried out in the month."""
    rows = records(ctx.days_frame("policy_changes"))
    if not rows and not ctx.told("change_request"):
        raise NoRecord
    columns = (
        Column("変更日時", "left", 16.5),
        Column("受付番号", "left", 22.5),
        Column("依頼団体", "left", 24),
        Column("変更区分", "left", 46),
        Column("対象機器", "left", 27),
        Column("理由", "left", 14),
        Column("県の承認", "left", 16.5),
    )
    return TableContent(columns, tuple(_policy_row(row) for row in rows))


def _policy_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        moment(row["executed_at"]),
        text(row["request_no"]),
        text(row["tenant_name"], "団体不明"),
        text(row["kind_name"]),
        text(row["device"]),
        "記録なし",
        moment(row["approved_at"], "不要" if row["minor"] else "記録なし"),
    )
