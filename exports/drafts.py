"""Drafts of 所見 from the numbers alone: 事実→比較→理由の候補→対応→依頼 (domain notes 8).

The same snapshot gives the same words.  A draft begins with a mark; no document with the mark in it is submitted, so
that somebody has read and rewritten what a program wrote.  What the records do not tell is left open, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from exports.blocks import rules
from exports.blocks.base import Context, Params, records
from exports.blocks.kpi import rows_of, shown
from exports.places import Place
from exports.text import NO_DATA, amount, missing, target, text
from exports.tone import polite
from warehouse.japanese import NOT_APPLICABLE_SIGN

MARK = "【下書き】"
_OPEN = "記録からは特定できないため、担当者が記入する。"
_KPIS: dict[str, tuple[str, ...]] = {
    "services": ("K01", "K02"), "lines": ("K10", "K11", "K13"), "usage": ("K21", "K22"), "licences": ("K21", "K22"),
    "tickets": ("K26", "K27", "K29"), "faults": ("K06",), "security": ("K34", "K35"),
}
_ABOUT = {"monthly-security": "security"}
_PERIODS = {"month": ("前月", "前年同月"), "quarter": ("前四半期", "前年同期"), "half": ("前半期", "前年同期"),
            "year": ("前年度", "前々年度")}
_LIMITS: Params = {"line_floor": 100, "licence_floor": 80, "device_floor": 90, "coverage_floor": 95}
_ASKS: dict[str, tuple[rules.Rule, ...]] = {
    "lines": (rules.ask_lines, rules.ask_devices), "usage": (rules.ask_licences,), "licences": (rules.ask_licences,),
    "tickets": (rules.ask_late_answers, rules.ask_approvals, rules.ask_ageing),
    "faults": (rules.ask_outside_faults,),
}
Told = list[str]


def draft(ctx: Context, place: Place, report: str = "") -> str:
    """The draft for a place, a line per part.

    The innermost section that has numbers of its own decides on them, else what the whole report is about.
    """
    topic = next((name for name in reversed(place.sections) if name in _KPIS), _ABOUT.get(report, ""))
    rows = [row for row in (rows_of(ctx) if _has_kpis(ctx) else []) if not topic or row["kpi_id"] in _KPIS[topic]]
    parts = (
        ("事実", [_fact(row) for row in rows] or ["この箇所に使える値がない。担当者が記入する。"]),
        ("比較", [_comparison(ctx, row) for row in rows if not missing(row["value"])]),
        ("理由の候補", _REASONS.get(topic, _unknown)(ctx) or [_OPEN]),
        ("対応", _ACTIONS.get(topic, _unknown)(ctx) or [_OPEN]),
        ("依頼", _requests(ctx, topic) or ["依頼事項はない。"]),
    )
    lines = [f"{name}：{''.join(sentences)}" for name, sentences in parts if sentences]
    return "\n".join([MARK, *(map(polite, lines) if ctx.tenant else lines)])


def is_draft(written: str) -> bool:
    """Whether a text still carries the mark of a draft."""
    return MARK in written


def _has_kpis(ctx: Context) -> bool:
    return not ctx.kpis().empty


def _fact(row: dict[str, Any]) -> str:
    value = shown(row)
    if missing(row["value"]):
        return f"{row['name']}は{'対象がなかった' if value == NOT_APPLICABLE_SIGN else f'{NO_DATA}である'}。"
    return f"{row['name']}は{value}{text(row['unit'], '')}であった。"


def _comparison(ctx: Context, row: dict[str, Any]) -> str:
    """Each side by its own figure: a difference of rounded figures would be one of its own."""
    before, year = _PERIODS[ctx.period.kind]
    unit = text(row["unit"], "")
    sides = [f"{name}は{NO_DATA if missing(row[column]) else shown(row, column) + unit}"
             for name, column in ((before, "previous_value"), (year, "last_year_value"))]
    judged = text(row["judgement"], "")
    goal = f"目標（{target(row)}）に対する判定は{judged}である。" if not missing(row["target"]) and judged else ""
    return f"{row['name']}の{'、'.join(sides)}であった。{goal}"


def _unknown(_: Context) -> Told:
    return []


def _stops(ctx: Context) -> Iterator[dict[str, Any]]:
    return (row for row in records(ctx.days_frame("outages")) if row["kind_name"] == "計画外停止")


def _causes_of_stops(ctx: Context) -> Told:
    return [f"{row['started_at'].month}月{row['started_at'].day}日の{text(row['service_name'])}の計画外停止の原因は、"
            f"{str(row['cause']).rstrip('。')}と記録されている。" for row in _stops(ctx) if not missing(row["cause"])]


def _causes_of_faults(ctx: Context) -> Told:
    kinds: dict[str, int] = {}
    for row in records(ctx.days_frame("faults")):
        kind = text(row["cause_kind"], "原因の区分なし")
        kinds[kind] = kinds.get(kind, 0) + 1
    listed = "、".join(f"{kind}{count}件" for kind, count in sorted(kinds.items(), key=lambda one: (-one[1], one[0])))
    return [f"期間内に検知した障害の原因の区分は、{listed}である。"] if listed else []


def _why_late(ctx: Context) -> Told:
    late = len(ctx.days_frame("late_answers"))
    return [f"一次回答の期限を超過したものは{late}件で、理由は一覧による。"] if late else []


def _restored(ctx: Context) -> Told:
    ended = [row for row in _stops(ctx) if not missing(row["ended_at"])]
    lasting = sum(missing(row["ended_at"]) for row in _stops(ctx))
    return [f"計画外停止のうち{len(ended)}件は復旧し、{lasting}件は継続している。"] if ended or lasting else []


def _handled_faults(ctx: Context) -> Told:
    rows = records(ctx.days_frame("faults"))
    states = {name: sum(row["status_name"] == name for row in rows) for name in ("完了", "復旧済", "対応中")}
    listed = "、".join(f"{name}{amount(count)}件" for name, count in states.items())
    return [f"期間内に検知した障害の対応状況は、{listed}である。"] if rows else []


def _handled_events(ctx: Context) -> Told:
    count = len(ctx.days_frame("serious_events"))
    return [f"重大なセキュリティイベント{count}件の連絡及び遮断の経過は、一覧による。"] if count else []


_REASONS: dict[str, Callable[[Context], Told]] = {
    "services": _causes_of_stops, "faults": _causes_of_faults, "tickets": _why_late}
_ACTIONS: dict[str, Callable[[Context], Told]] = {
    "services": _restored, "faults": _handled_faults, "security": _handled_events}


def _requests(ctx: Context, topic: str) -> Told:
    """Rules of single months speak of months only; everywhere a target that is not set asks for one."""
    asked = _ASKS.get(topic, rules.REQUESTS if not topic else ()) if ctx.period.kind == "month" else ()
    return [sentence for rule in asked for sentence in rule(ctx, _LIMITS)]
