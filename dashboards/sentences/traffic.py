"""Sentences on traffic and lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from dashboards.columns import day_ja, month_ja
from dashboards.figures.traffic import DIRECTIONS
from dashboards.frames import LOW_COVERAGE_PCT, day, rows, series, total, values, where
from dashboards.wording import NOTHING, compared, gb, listed, mbit
from warehouse.japanese import number


def monthly_traffic(frame: pd.DataFrame, months: Sequence[str], open_days: dict[str, int]) -> str:
    """Both directions of the last month, compared; the peak of the window; the number of open days."""
    parts: list[str] = []
    received: list[float | None] = []
    for key, name in DIRECTIONS:
        amounts = series(where(frame, direction=key), months, "jst_month", "bytes")
        received = received or amounts
        if amounts[-1] is not None:
            parts.append(f"{name}{gb(amounts[-1])}{compared(amounts[-1], amounts[-2], amounts[0])}")
    if not parts:
        return NOTHING
    return f"{month_ja(months[-1])}は{'、'.join(parts)}です。{_peak(received, months)}{_open_days(months, open_days)}"


def _peak(amounts: Sequence[float | None], months: Sequence[str]) -> str:
    known = [(amount, month) for amount, month in zip(amounts, months, strict=True) if amount is not None]
    if len(known) < 2:
        return ""
    month = max(known)[1]
    when = "この月" if month == months[-1] else month_ja(month)
    return f"受信は直近{len(known)}か月では{when}が最大です。"


def _open_days(months: Sequence[str], open_days: dict[str, int]) -> str:
    this, before = open_days.get(months[-1]), open_days.get(months[-2])
    if this is None or before is None:
        return ""
    return f"開庁日は{this}日（前月{before}日）です。"


def daily_traffic(frame: pd.DataFrame, days: Sequence[date]) -> str:
    """The busiest and the quietest day of reception, and the days that lack data."""
    amounts = series(where(frame, direction="in"), days, "jst_date", "bytes")
    known = [(amount, day) for amount, day in zip(amounts, days, strict=True) if amount is not None]
    if not known:
        return NOTHING
    most, least = max(known), min(known)
    text = f"受信が最も多い日は{day_ja(most[1])}の{gb(most[0])}、最も少ない日は{day_ja(least[1])}の{gb(least[0])}です。"
    return text + _gaps(frame, days, {day for _, day in known})


def total_of_days(frame: pd.DataFrame, before: Sequence[float | None]) -> str:
    """All traffic of a run of days, compared with ``before``: the run before it and the same of last year."""
    previous, last_year = before
    whole = total(values(frame, "bytes"))
    return f"受信と送信の計は{gb(whole)}{compared(whole, previous, last_year, 'days')}です。"


def sum_of_days(frame: pd.DataFrame, days: Sequence[date]) -> float | None:
    """All bytes of the days; ``None`` unless each of them has data, for less would mislead a comparison."""
    known = {day(item) for item in frame[frame["bytes"].notna()]["jst_date"].tolist()}
    return total(values(frame, "bytes")) if known == set(days) else None


def _gaps(frame: pd.DataFrame, days: Sequence[date], known: set[date]) -> str:
    coverage = series(where(frame, direction="in"), days, "jst_date", "coverage_pct")
    missing = [day for day in days if day not in known]
    low = [
        day
        for day, pct in zip(days, coverage, strict=True)
        if day in known and pct is not None and pct < LOW_COVERAGE_PCT
    ]
    text = f"データのない日が{len(missing)}日あります。" if missing else ""
    if low:
        names = listed([f"{day.month}月{day.day}日" for day in low], "日")
        text += f"取得率が{LOW_COVERAGE_PCT:.0f}%未満の日は{len(low)}日（{names}）です。"
    return text


def lines(frame: pd.DataFrame) -> str:
    """The line that fills most of its guaranteed bandwidth."""
    known = [row for row in rows(frame) if row["p95_guaranteed_pct"] is not None]
    if not known:
        return NOTHING
    most = max(known, key=lambda row: float(row["p95_guaranteed_pct"]))
    words = {row["judgement"] for row in known}
    text = (
        f"確保帯域に対する95パーセンタイルが最も高いのは{most['name']}の{most['direction_name']}で、"
        f"{mbit(most['p95_bps'])}（{number(most['p95_guaranteed_pct'], 1)}%）です。"
    )
    all_met = "達成" in words and not words & {"注意", "未達"}
    return text + ("目標のある回線に、注意または未達の判定はありません。" if all_met else "")


def percentiles(frame: pd.DataFrame, months: Sequence[str]) -> str:
    """One tenant's 95th percentile of reception against the months before."""
    rates = series(where(frame, direction="in"), months, "jst_month", "p95_bps")
    amounts = {key: series(where(frame, direction=key), months, "jst_month", "bytes") for key, _ in DIRECTIONS}
    if rates[-1] is None:
        return NOTHING
    both = [total([amounts[key][place] for key, _ in DIRECTIONS]) for place in range(len(months))]
    return (
        f"{month_ja(months[-1])}の通信量は受信と送信の合計で{gb(both[-1])}{compared(both[-1], both[-2], both[0])}、"
        f"受信の95パーセンタイルは{mbit(rates[-1])}{compared(rates[-1], rates[-2], rates[0])}です。"
    )


def routes(frame: pd.DataFrame) -> str:
    """The route that carries most of the reception."""
    received = [row for row in rows(where(frame, direction="in")) if row["bytes"] is not None]
    if not received:
        return NOTHING
    most = max(received, key=lambda row: float(row["bytes"]))
    share = f"（受信の{number(most['route_share_pct'], 1)}%）" if most["route_share_pct"] is not None else ""
    return f"受信が最も多い経路は{most['route_name']}の{gb(most['bytes'])}{share}です。"
