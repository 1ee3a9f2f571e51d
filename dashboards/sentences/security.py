"""Sentences on detections and serious cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.figures.security import LIMIT_MINUTES, case_label, is_late
from dashboards.palette import SERIOUS_FROM
from dashboards.wording import COMPARED_WITH, NOTHING, change, count, listed
from warehouse.japanese import number
from warehouse.period import Period

Row = dict[str, Any]
WEEKDAYS = "月火水木金土日"


def detections(period: Period, severities: Sequence[Row], before: Sequence[float | None]) -> str:
    """All, serious, blocked and undecided detections; ``before``: those of the period before and of last year's."""
    if not severities:
        return NOTHING
    whole, stopped = sum(row["n"] for row in severities), sum(row["blocked"] for row in severities)
    serious = sum(row["n"] for row in severities if row["severity"] is not None and row["severity"] >= SERIOUS_FROM)
    undecided = sum(row["n"] for row in severities if row["severity"] is None)
    changes = [f"{name}比{text}" for name, base in zip(COMPARED_WITH[period.kind], before, strict=False)
               if name and (text := change(whole, base))]
    told = f"{period.label_ja}の検知は{count(whole)}{_bracketed(changes)}で、"
    told += f"うち重大（危険度{SERIOUS_FROM}以上）は{count(serious)}、"
    told += f"遮断は{count(stopped)}{_share(stopped, whole)}です。"
    return told + (f"危険度の判断を待つものが{count(undecided)}あります。" if undecided else "")


def _bracketed(parts: Sequence[str]) -> str:
    return f"（{'、'.join(parts)}）" if parts else ""


def _share(part: float, whole: float) -> str:
    return f"（{number(100 * part / whole, 1, 'truncate')}%）" if whole else ""


def blocked(rows: Sequence[Row], name: str, what: str) -> str:
    """Where most was detected, and where least of it was blocked."""
    found = [row for row in rows if row["n"]]
    if not found:
        return f"{what}別の検知はありません（0件）。"
    whole = sum(row["n"] for row in found)
    most, least = max(found, key=lambda row: row["n"]), min(found, key=lambda row: row["blocked_pct"])
    share = number(100 * most["n"] / whole, 1)
    told = f"検知が最も多い{what}は{most[name]}の{count(most['n'])}（全体の{share}%）です。"
    return told + (f"遮断の割合が最も低いのは{least[name]}の{number(least['blocked_pct'], 1, 'truncate')}%です。"
                   if len(found) > 1 else "")


def hours(rows: Sequence[Row]) -> str:
    """The busiest hour of the week, and the busiest hour of the day over all days of the week."""
    found = [row for row in rows if row["n"]]
    if not found:
        return "この期間の検知はありません（0件）。"
    most = max(found, key=lambda row: row["n"])
    by_hour = {hour: sum(row["n"] for row in found if row["hour"] == hour) for hour in range(24)}
    busiest = max(by_hour, key=lambda hour: by_hour[hour])
    return (f"検知が最も多いのは{WEEKDAYS[most['weekday']]}曜日の{most['hour']}時台で{count(most['n'])}です。"
            f"全曜日の合計では{busiest}時台の{count(by_hour[busiest])}が最多です。")


def signatures(rows: Sequence[Row], whole: float | None, comparable: bool) -> str:
    """The first of the list, the share of the list, and how many are new in it."""
    if not rows:
        return "この期間の検知はありません（0件）。"
    first = rows[0]
    told = f"最も多いシグネチャは{first['signature']}の{count(first['n'])}"
    told += f"で、上位{len(rows)}件で検知の{number(100 * sum(row['n'] for row in rows) / whole, 1)}%を占めます。" \
        if whole else "です。"
    if not comparable:
        return told
    new = [str(row["signature"]) for row in rows if row["previous_rank"] is None]
    return told + (f"前の期間にないのは{listed(new, '件')}です。" if new else "前の期間にないものはありません。")


def cases(events: Sequence[Row]) -> str:
    """How many serious cases there were, how many were told in time, too late or not at all, and which."""
    told = [event for event in events if event["contact_minutes"] is not None]
    late = [event for event in told if is_late(event)]
    text = f"重大なセキュリティイベント（危険度2以上）は{len(events)}件です。"
    text += f"判断から{LIMIT_MINUTES}分以内の緊急連絡は{len(events)}件中{len(told) - len(late)}件、"
    text += f"{LIMIT_MINUTES}分超過（■）は{len(late)}件、連絡の記録がないものは{len(events) - len(told)}件です。"
    if late:
        text += f"超えたのは{listed([_late(event) for event in late], '件')}です。"
    elif told:
        text += f"連絡までの最長は{number(max(event['contact_minutes'] for event in told), 1)}分です。"
    waiting = sum(event["completed_at"] is None for event in events)
    return text + (f"対応中は{waiting}件です。" if waiting else "すべて対応を完了しています。")


def _late(event: Row) -> str:
    return f"{case_label(event).removeprefix('■ ')}（{number(event['contact_minutes'], 1)}分）"


def soc(rows: Sequence[Row]) -> str:
    """What the SOC judged for all its customers, and this prefecture's share of it."""
    whole, own = sum(row["soc"] for row in rows), sum(row["own"] for row in rows)
    share = f"（{number(100 * own / whole, 1)}%）" if whole else ""
    return f"SOCが全利用者について判定したのは{count(whole)}で、うち本県は{count(own)}{share}です。"
