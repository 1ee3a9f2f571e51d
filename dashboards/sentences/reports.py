"""Sentences on the documents that exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.columns import time_ja
from state.approvals import Progress
from state.commentary import PlaceTexts
from state.jobs import KINDS, Job
from state.register import Issue
from warehouse.japanese import era_date


def state(document: dict[str, Any] | None, snapshot: int) -> str:
    """Whether the report exists, from which data, and whether newer data are published."""
    if document is None or document["created_at"] is None:
        return "まだ作成していません。"
    issued = document["issued_on"]
    kind = f"提出年月日{era_date(issued)}の報告書" if issued else "案"
    made = int(document["snapshot"])
    told = f"{kind}があります（{time_ja(document['created_at'])}作成、データ版 第{made}版）。"
    return told if made == snapshot else f"{told}公開中のデータは第{snapshot}版です。"


def existing(states: Sequence[str]) -> str:
    """How many reports there are in each state."""
    counted = {name: states.count(name) for name in ("提出用", "案", "未作成")}
    return f"提出用{counted['提出用']}件、案{counted['案']}件、未作成{counted['未作成']}件です。"


def standing(progress: Progress, issued: Issue | None) -> str:
    """Where a document stands, who took the last step, and which edition was issued."""
    last = progress.steps[-1] if progress.steps else None
    told = f"状態は「{progress.title}」です"
    told += f"（{last.taken_by}が{time_ja(last.taken_at)}に記録）。" if last else "。"
    if issued is None:
        return told
    edition = f"発行済みは第{issued.version}版（発行番号{issued.number}、{era_date(issued.issued_on)}提出）です。"
    return told + edition


def under_way(job: Job) -> str:
    """An order that waits or runs."""
    if job.status == "queued":
        return f"{KINDS[job.kind]}を待っています（依頼{job.number}、{job.ordered_by}）。"
    return f"{KINDS[job.kind]}しています（{job.step}、{job.done}/{job.total}）。"


def failed(job: Job) -> str:
    return f"前回の{KINDS[job.kind]}は、次の理由でできませんでした。\n{job.reason}"


def text_state(texts: PlaceTexts) -> str:
    """Who wrote the newest text of a place, and when."""
    newest = texts.newest
    if newest is None:
        return "まだ書かれていません。"
    return f"第{newest.version}版（{newest.author}、{time_ja(newest.written_at)}）"


def closing(states: Sequence[str]) -> str:
    """How the month's closing stands."""
    done, late = (sum(state.startswith(word) for state in states) for word in ("完了", "期限超過"))
    return f"{len(states)}工程のうち、完了{done}、期限超過{late}です。"
