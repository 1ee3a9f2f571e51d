"""Sentences on detections, tickets and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards import palette
from dashboards.columns import month_ja
from dashboards.figures.axis import months_axis
from dashboards.figures.counts import counts_on, of_severity
from dashboards.frames import rows, total, where
from dashboards.wording import NOTHING, compared, count
from warehouse.japanese import number


def detections(frame: pd.DataFrame, months: Sequence[str]) -> str:
    """All, serious and undecided detections of the last month."""
    axis = months_axis(months)
    levels = {None if item is None else int(item) for item in _levels(frame)}
    counts = {level: counts_on(of_severity(frame, level), frame, axis) for level in levels}
    every = [total([items[place] for items in counts.values()]) for place in range(len(months))]
    if not counts or every[-1] is None:
        return NOTHING
    serious = total(
        [items[-1] for level, items in counts.items() if level is not None and level >= palette.SERIOUS_FROM]
    )
    undecided = counts.get(None, [0])[-1] or 0
    text = f"{month_ja(months[-1])}の検知は{count(every[-1])}{compared(every[-1], every[-2], every[0])}で、"
    text += f"うち重大（危険度{palette.SERIOUS_FROM}以上）は{count(serious or 0)}です。"
    return text + (f"危険度の判断を待つものが{count(undecided)}あります。" if undecided else "")


def _levels(frame: pd.DataFrame) -> list[Any]:
    return [row["severity"] for row in rows(frame[["severity"]])]


def tickets(frame: pd.DataFrame, months: Sequence[str]) -> str:
    """The last month's tickets and their kinds."""
    axis, kinds = months_axis(months), list(dict.fromkeys(zip(frame["ticket_kind"], frame["kind_name"], strict=True)))
    counts = {name: counts_on(where(frame, ticket_kind=kind), frame, axis) for kind, name in kinds}
    every = [total([items[place] for items in counts.values()]) for place in range(len(months))]
    if not counts or every[-1] is None:
        return NOTHING
    parts = "、".join(f"{name}{count(items[-1] or 0)}" for name, items in counts.items())
    whole = f"{count(every[-1])}{compared(every[-1], every[-2], every[0])}"
    return f"{month_ja(months[-1])}の受付は{whole}です。内訳は{parts}です。"


def answers(frame: pd.DataFrame) -> str:
    """Tickets of the month by the judgement of their first answer, and how many are completed."""
    words = frame["answer_judgement"].tolist()
    parts = "、".join(f"{word}{words.count(word)}件" for word in ("期限内", "期限超過", "回答待ち") if word in words)
    done = int(frame["completed_at"].notna().sum())
    return f"受付{len(frame)}件のうち、一次回答は{parts or '判定なし'}です。完了は{done}件です。"


def events(frame: pd.DataFrame) -> str:
    """How many serious events there were, and how many were told within 15 minutes."""
    judged = [row for row in rows(frame) if row["within_15"] is not None]
    in_time = sum(1 for row in judged if row["within_15"])
    slowest = max((row["contact_minutes"] for row in judged if row["contact_minutes"] is not None), default=None)
    told = f"判断から15分以内の緊急連絡は{len(judged)}件中{in_time}件"
    text = f"重大なセキュリティイベントは{len(frame)}件で、{told}です。"
    return text + (f"連絡までの最長は{number(slowest)}分です。" if slowest is not None else "")
