"""Serious events one by one: a card for each, and what is recommended for them."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import CardContent, Context, Params, Sentences, TableContent
from exports.blocks.security import serious_of
from exports.blocks.services import NoRecord
from exports.model import Column
from exports.text import amount, missing, text
from warehouse.japanese import era_datetime

_COLUMNS = (Column("項目", "left", 1.25), Column("内容", "left", 6))


def cards(ctx: Context, _: Params) -> tuple[CardContent, ...]:
    """A table of item and content for each serious event, in order of detection."""
    return tuple(_card(row) for row in serious_of(ctx))


def _card(row: dict[str, Any]) -> CardContent:
    whose = text(row["tenant_name"], "団体不明")
    title = f"事案票　{text(row['event_no'])}（{whose}、危険度{amount(row['severity'])}）"
    return CardContent(title, TableContent(_COLUMNS, _items(row)))


def _items(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return (
        ("検知", f"{_when(row['detected_at'])}　{text(row['function_name'])}（{text(row['direction_name'])}）"),
        ("シグネチャ", _signature(row)),
        ("送信元・宛先", _path(row)),
        ("検知内容", text(row["finding"], "記録なし")),
        ("攻撃の成否", text(row["attack_result_name"], "記録なし")),
        ("危険度の根拠", f"{row['severity_name']}：{text(row['severity_definition'], '定義なし')}"),
        ("被疑端末", text(row["endpoint"], "特定なし")),
        ("推奨確認方法", text(row["recommended_check"], "記録なし")),
        ("推奨対処方法", text(row["recommended_action"], "記録なし")),
        ("判断・連絡", _contact(row)),
        ("遮断", _when(row["blocked_at"], "遮断の記録なし")),
        ("対応状況", _state(row)),
    )


def _when(value: Any, empty: str = "記録なし") -> str:
    return empty if missing(value) else era_datetime(value)


def _signature(row: dict[str, Any]) -> str:
    number = "" if missing(row["signature_id"]) else f"（{row['signature_id']}）"
    return f"{text(row['signature'], '記録なし')}{number}"


def _path(row: dict[str, Any]) -> str:
    country = "" if missing(row["src_country"]) else f"（{row['src_country']}）"
    return f"{text(row['src_ip'], '記録なし')}{country} → {text(row['dst_ip'], '記録なし')}"


def _contact(row: dict[str, Any]) -> str:
    judged = f"{_when(row['judged_at'], '未判断')}に判断"
    if missing(row["notified_at"]):
        return f"{judged}、緊急連絡の記録なし"
    late = "、15分を超過" if not row["within_15"] else ""
    minutes = f"判断から{amount(row['contact_minutes'], 1)}分{late}"
    return (
        f"{judged}、{_when(row['notified_at'])}に{text(row['contact_means'], '手段の記録なし')}で緊急連絡（{minutes}）"
    )


def _state(row: dict[str, Any]) -> str:
    state = text(row["status"], "状況の記録なし")
    return state if missing(row["completed_at"]) else f"{state}（{_when(row['completed_at'])}完了）"


def late_table(ctx: Context, _: Params) -> TableContent:
    """Serious events whose urgent contact was late or is not on record; the ledger holds no reason."""
    rows = [row for row in serious_of(ctx) if not missing(row["judged_at"]) and not row["within_15"]]
    columns = (
        Column("判定番号", "left", 2),
        Column("団体", "left", 1.4),
        Column("判断から連絡", unit="分", weight=1.2),
        Column("連絡手段", "left", 1),
        Column("超過の理由", "left", 2.4),
    )
    return TableContent(columns, tuple(_late_row(row) for row in rows))


def _late_row(row: dict[str, Any]) -> tuple[str, ...]:
    minutes = "未連絡" if missing(row["notified_at"]) else amount(row["contact_minutes"], 1)
    names = (text(row["event_no"]), text(row["tenant_name"], "団体不明"))
    return (*names, minutes, text(row["contact_means"]), "記録なし")


def action_sentences(ctx: Context, _: Params) -> Sentences:
    """What the SOC recommended for the month's serious events, each once with the number of events."""
    try:
        rows = serious_of(ctx)
    except NoRecord:
        return ()
    counts: dict[str, int] = {}
    for row in rows:
        if not missing(row["recommended_action"]):
            counts[str(row["recommended_action"])] = counts.get(str(row["recommended_action"]), 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(f"{action.rstrip('。')}（対象{count}件）。" for action, count in ordered)
