"""Sentences on tickets, their answers and ages, and on changes of settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from dashboards.columns import month_ja
from dashboards.frames import rows, series
from dashboards.wording import COMPARED_WITH, NOTHING, compared, count, with_unit
from warehouse.japanese import era_date, number
from warehouse.period import Kind

Row = dict[str, Any]


def share(part: float | None, whole: float | None) -> str:
    """97.8%: cut, so that 100.0% stands only where nothing is missing; empty where there is no whole."""
    return f"{number(100 * part / whole, 1, 'truncate')}%" if whole and part is not None else ""


def _named(row: Row, number_key: str) -> str:
    """津市のTK-202610-0029; the number alone where the body is unknown."""
    return f"{row['tenant_name']}の{row[number_key]}" if row["tenant_name"] else str(row[number_key])


def _in_brackets(text: str) -> str:
    return f"（{text}）" if text else ""


def _compared(value: float, kpi: Row | None, kind: Kind) -> str:
    return compared(value, kpi["previous_value"], kpi["last_year_value"], kind) if kpi else ""


def answers(kpi: Row | None, trend: pd.DataFrame, period: str) -> str:
    """The period's first answers against the target, and the weakest month of the trend.  ``kpi`` is K27."""
    if kpi is None or kpi["denominator"] is None:
        return NOTHING
    due, in_time = kpi["denominator"], kpi["numerator"]
    if not due:
        return f"{period}に受け付けたもので、一次回答の期限が到来したものはありません。"
    told = f"{period}に受け付けて一次回答の期限が到来した{count(due)}のうち、期限内は{count(in_time)}"
    told += f"（{share(in_time, due)}）、期限超過は{count(due - in_time)}です。"
    if kpi["target"] is not None:
        told += f"目標の{with_unit(number(kpi['target']), kpi['unit'])}{kpi['target_text']}に対する判定は"
        told += f"「{kpi['judgement']}」です。"
    months = [row for row in rows(trend) if row["due"]]
    weakest = min(months, key=lambda row: row["in_time"] / row["due"], default=None)
    if weakest is None or weakest["late"] == 0:
        return told
    return told + (f"表示中の{len(months)}か月で最も低いのは{month_ja(weakest['jst_month'])}の"
                   f"{share(weakest['in_time'], weakest['due'])}です。")


def hours(median: Row | None, p90: Row | None, trend: pd.DataFrame, period: str) -> str:
    """The period's median and 90th percentile (K28), and between which values the monthly median lay."""
    if median is None or p90 is None or median["value"] is None or p90["value"] is None:
        return f"{period}に受け付けたもので、一次回答のあるものはありません。"
    told = f"{period}の受付から一次回答までの業務時間は、中央値が{number(median['value'], 1)}時間、"
    told += f"90パーセンタイルが{number(p90['value'], 1)}時間です。"
    known = [row["median_hours"] for row in rows(trend) if row["median_hours"] is not None]
    if len(known) < 2:
        return told
    least, most = (number(amount, 1) for amount in (min(known), max(known)))
    return told + f"表示中の{len(known)}か月の中央値は、{least}時間から{most}時間です。"


def late(frame: pd.DataFrame) -> str:
    """How many answers were late or are still missing, and which by the most office hours."""
    found = list(rows(frame))
    unanswered = sum(row["first_response_at"] is None for row in found)
    most = max(found, key=lambda row: row["late_minutes"] or 0)
    told = f"期限を過ぎたものは{len(found)}件"
    told += f"（うち未回答{unanswered}件）です。" if unanswered else "で、すべて回答済みです。"
    hours = number((most["late_minutes"] or 0) / 60, 1)
    return f"{told}超過が最も長いのは{_named(most, 'ticket_no')}の{hours}時間（業務時間）です。"


def received(kpi: Row | None, matrix: pd.DataFrame, period: str, kind: Kind) -> str:
    """How many tickets, compared, and which kind and channel has most of them.

    ``kpi`` is K26, or what a run of days is compared with under the same names.
    """
    whole = int(matrix["n"].sum())
    told = f"{period}の受付は{count(whole)}{_compared(whole, kpi, kind)}です。"
    if not whole:
        return told
    most = [matrix.groupby(key, sort=False)["n"].sum() for key in ("kind_name", "channel_name")]
    parts = [f"{name}{counted.idxmax()}の{count(counted.max())}（{share(counted.max(), whole)}）"
             for name, counted in zip(("区分では", "受付経路では"), most, strict=True)]
    return f"{told}最も多いのは、{'、'.join(parts)}です。"


def still_open(trend: pd.DataFrame, months: Sequence[str]) -> str:
    """What is open at the end of the last month, compared with the month before and last year."""
    every, over_10, over_30 = (series(trend, months, "jst_month", key)
                               for key in ("open_total", "over_10_days", "over_30_days"))
    if every[-1] is None:
        return NOTHING
    compared_with = zip(COMPARED_WITH["month"], (every[-2], every[0]), strict=True)
    before = [f"{name}末{count(amount)}" for name, amount in compared_with if amount is not None]
    told = f"{month_ja(months[-1])}末の未完了は{count(every[-1])}{_in_brackets('、'.join(before))}です。"
    told += f"うち受付から10開庁日を超えるものは{count(over_10[-1])}、"
    return f"{told}30開庁日を超えるものは{count(over_30[-1])}です。"


def ages(frame: pd.DataFrame) -> str:
    """How many are open, and the oldest of them."""
    if not len(frame):
        return "未完了のものはありません（0件）。"
    oldest = max(rows(frame), key=lambda row: row["age_days"])
    told = f"未完了{len(frame)}件のうち、最も長いのは{_named(oldest, 'ticket_no')}で、"
    return f"{told}受付から{oldest['age_days']}開庁日です。"


def reopened(frame: pd.DataFrame, whole: int) -> str:
    """How many of the tickets received were taken up again, and how often in all."""
    times = int(frame["reopened"].sum())
    again = int((frame["reopened"] > 1).sum())
    told = f"受付{count(whole)}のうち、完了の後に再び開いたものは{count(len(frame))}"
    return f"{told}{_in_brackets(share(len(frame), whole))}、のべ{number(times)}回です。2回以上は{count(again)}です。"


def awaiting(frame: pd.DataFrame, until: date) -> str:
    """How many changes wait for the prefecture, and the one that waits longest."""
    day = era_date(until)
    if not len(frame):
        return f"{day}の時点で、県の承認を待つ設定変更はありません（0件）。"
    oldest = max(rows(frame), key=lambda row: row["waiting_days"])
    told = f"{day}の時点で、県の承認を待つ設定変更は{count(len(frame))}です。"
    return f"{told}最も長く待つのは{_named(oldest, 'request_no')}で、{oldest['waiting_days']}開庁日です。"


def changes(kpi: Row | None, frame: pd.DataFrame, period: str, kind: Kind) -> str:
    """How many changes, compared, the most frequent kind, and how many had approval and backup.  ``kpi`` is K30."""
    sums = {key: int(frame[key].sum()) for key in (
        "requested", "completed", "approval_needed", "approved_before", "devices_changed", "backed_up")}
    told = f"{period}の受付は{count(sums['requested'])}{_compared(sums['requested'], kpi, kind)}"
    if not sums["requested"]:
        return f"{told}です。"
    most = max(rows(frame), key=lambda row: row["requested"])
    told += f"で、完了は{count(sums['completed'])}（{share(sums['completed'], sums['requested'])}）です。"
    told += f"最も多いのは「{most['name']}」の{count(most['requested'])}です。"
    told += _part("県の承認が要る実施", sums["approval_needed"], "承認の後に実施したもの", sums["approved_before"])
    return told + _part("実施", sums["devices_changed"], "2世代以上のバックアップを保有するもの", sums["backed_up"])


def _part(of: str, whole: int, name: str, part: int) -> str:
    return f"{of}{count(whole)}のうち、{name}は{count(part)}（{share(part, whole)}）です。" if whole else ""
