"""Sentences on what arrived and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.columns import day_ja
from dashboards.frames import day
from dashboards.wording import NOTHING, coverage_text, listed
from warehouse.japanese import number


def feeds(feeds: Sequence[dict[str, Any]]) -> str:
    """How many feeds are up to date, which lag behind, how many rejects wait."""
    dated = [feed for feed in feeds if feed["behind_days"] is not None]
    late = sorted((feed for feed in dated if feed["behind_days"] > 1), key=lambda feed: -feed["behind_days"])
    told = f"日ごとに届く{len(dated)}件の取込み定義のうち、数値時点の前日までのデータがあるのは"
    told += f"{len(dated) - len(late)}件です。"
    if late:
        names = listed([str(feed["title"]) for feed in late], "件")
        told += f"遅れているのは{names}で、最大{late[0]['behind_days']}日です。"
    waiting = sum(int(feed["open_rejects"] or 0) for feed in feeds)
    return told + f"未対応の却下は{number(waiting)}行です。"


def coverage(days: Sequence[dict[str, Any]], before: Sequence[tuple[str, float | None]] = ()) -> str:
    """The share of all data, compared with ``before`` (names and shares), then of each kind with its weakest day."""
    told = []
    for title in dict.fromkeys(str(row["title"]) for row in days):
        own = [row for row in days if row["title"] == title and row["expected"]]
        if not own:
            continue
        share = 100 * sum(row["received"] for row in own) / sum(row["expected"] for row in own)
        weakest = min(own, key=lambda row: row["received"] / row["expected"])
        told.append(f"{title}{coverage_text(share)}（最低は{day_ja(day(weakest['jst_date']))}の"
                    f"{coverage_text(100 * weakest['received'] / weakest['expected'])}）")
    if not told:
        return NOTHING
    earlier = "、".join(f"{name}は{coverage_text(share)}" for name, share in before if name and share is not None)
    whole = f"全体の取得率は{coverage_text(of_all(days))}{f'（{earlier}）' if earlier else ''}です。"
    return f"{whole}種類別では{'、'.join(told)}です。"


def of_all(days: Sequence[dict[str, Any]]) -> float | None:
    """The share of all kinds of data together, from the sums; ``None`` where nothing was due."""
    expected = sum(row["expected"] or 0 for row in days)
    return 100 * sum(row["received"] or 0 for row in days) / expected if expected else None


def gaps(gaps: Sequence[dict[str, Any]]) -> str:
    """How many runs and values are missing, and where most of them."""
    most = gaps[0]
    where_most = most["entity_name"] or most["title"]
    total_missing = sum(int(gap["missing"]) for gap in gaps)
    told = f"届かなかったものは{len(gaps):,}区間、{total_missing:,}点です。"
    return f"{told}最も多いのは{where_most}の{int(most['missing']):,}点です。"
