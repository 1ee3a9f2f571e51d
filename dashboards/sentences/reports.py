"""Sentences on the documents that exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.columns import time_ja
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
