"""One sentence per figure that reads it: the same numbers always give the same words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from dashboards import palette
from dashboards.columns import day_ja, month_ja
from dashboards.figures.counts import counts_by_month, of_severity
from dashboards.figures.traffic import DIRECTIONS
from dashboards.frames import LOW_COVERAGE_PCT, day, rows, series, total, where
from dashboards.wording import compared, count, coverage_text, gb, listed, mbit, with_unit
from warehouse.japanese import number

NOTHING = "この期間のデータはありません。"


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


def detections(frame: pd.DataFrame, months: Sequence[str]) -> str:
    """All, serious and undecided detections of the last month."""
    levels = {None if item is None else int(item) for item in _levels(frame)}
    counts = {level: counts_by_month(of_severity(frame, level), frame, months) for level in levels}
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
    kinds = list(dict.fromkeys(zip(frame["ticket_kind"], frame["kind_name"], strict=True)))
    counts = {name: counts_by_month(where(frame, ticket_kind=kind), frame, months) for kind, name in kinds}
    every = [total([items[place] for items in counts.values()]) for place in range(len(months))]
    if not counts or every[-1] is None:
        return NOTHING
    parts = "、".join(f"{name}{count(items[-1] or 0)}" for name, items in counts.items())
    whole = f"{count(every[-1])}{compared(every[-1], every[-2], every[0])}"
    return f"{month_ja(months[-1])}の受付は{whole}です。内訳は{parts}です。"


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


def tenants(frame: pd.DataFrame) -> str:
    """Who carries the traffic, and whose figures lack samples."""
    known = sorted(
        (row for row in rows(frame) if row["bytes_total"] is not None),
        key=lambda row: -float(row["bytes_total"]),
    )
    if not known:
        return NOTHING
    first, share = known[0], total([row["share_pct"] for row in known[:3]])
    own = f"{gb(first['bytes_total'])}（全体の{number(first['share_pct'], 1)}%）"
    text = f"通信量が最も多いのは{first['name']}の{own}で、上位3団体で全体の{number(share, 1)}%を占めます。"
    low, missing = doubtful(frame)
    text += f"取得率が{LOW_COVERAGE_PCT:.0f}%未満の団体は{listed(low, '団体')}です。" if low else ""
    return text + (f"データのない団体は{listed(missing, '団体')}です。" if missing else "")


def doubtful(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Names of the bodies whose traffic lacks samples, and of those that have none at all."""
    missing = [str(row["name"]) for row in rows(frame) if row["bytes_total"] is None]
    known = [row for row in rows(frame) if row["bytes_total"] is not None and row["coverage_pct"] is not None]
    return [str(row["name"]) for row in known if row["coverage_pct"] < LOW_COVERAGE_PCT], missing


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


def service_levels(kpis: Sequence[dict[str, Any]], period: str) -> str:
    """How many figures with a target were met, and which were not."""
    judged = [kpi for kpi in kpis if kpi["target"] is not None]
    if not judged:
        return f"{period}には、目標値のある指標がありません。"
    words = [str(kpi["judgement"]) for kpi in judged]
    told = "、".join(f"{word}{words.count(word)}件" for word in ("達成", "注意", "未達", "データなし", "対象なし")
                    if words.count(word))
    missed = [f"{kpi['name']}（{kpi['entity_name']}）" for kpi in judged if kpi["judgement"] == "未達"]
    named = f"未達は{listed(missed, '件')}です。" if missed else ""
    unset = sum(str(kpi["judgement"]) == "目標未設定" for kpi in kpis)
    return f"{period}は、目標値のある{len(judged)}件のうち{told}です。{named}目標値が未設定の指標は{unset}件です。"


def proof(kpi: dict[str, Any], period: str) -> str:
    """What the figure is, how it was judged, and how it stands to the periods before."""
    value = f"{period}の{kpi['name']}（{kpi['entity_name']}）は"
    if kpi["value"] is None:
        reason = "対象がないため値がありません" if kpi["judgement"] == "対象なし" else "データがないため求められません"
        return f"{value}、{reason}。"
    told = f"{value}{_figure(kpi, kpi['value'])}です。"
    if kpi["target"] is not None:
        told += f"目標の{_figure(kpi, kpi['target'])}{kpi['target_text']}に対する判定は「{kpi['judgement']}」です。"
    before = [(label, kpi[key]) for label, key in (("前の期間", "previous_value"), ("前年同期", "last_year_value"))
              if kpi[key] is not None]
    if before:
        told += "、".join(f"{label}は{_figure(kpi, known)}" for label, known in before) + "でした。"
    return told


def kpi_history(kpi: dict[str, Any], history: Sequence[dict[str, Any]]) -> str:
    """The range of the periods shown, and in how many the target was missed."""
    known = [(row["value"], row["period_name"]) for row in history if row["value"] is not None]
    if not known:
        return NOTHING
    (most, when_most), (least, when_least) = max(known), min(known)
    told = f"値のある{len(known)}期間のうち、最大は{when_most}の{_figure(kpi, most)}"
    told += f"、最小は{when_least}の{_figure(kpi, least)}です。" if most != least else "で、変わっていません。"
    judged = [row["judgement"] for row in history if row["target"] is not None]
    return told + (f"目標のある{len(judged)}期間のうち未達は{judged.count('未達')}期間です。" if judged else "")


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


def coverage(days: Sequence[dict[str, Any]]) -> str:
    """The share of each kind of data over the whole period, and its weakest day."""
    told = []
    for title in dict.fromkeys(str(row["title"]) for row in days):
        own = [row for row in days if row["title"] == title and row["expected"]]
        if not own:
            continue
        share = 100 * sum(row["received"] for row in own) / sum(row["expected"] for row in own)
        weakest = min(own, key=lambda row: row["received"] / row["expected"])
        told.append(f"{title}{coverage_text(share)}（最低は{day_ja(day(weakest['jst_date']))}の"
                    f"{coverage_text(100 * weakest['received'] / weakest['expected'])}）")
    return f"取得率は{'、'.join(told)}です。" if told else NOTHING


def gaps(gaps: Sequence[dict[str, Any]]) -> str:
    """How many runs and values are missing, and where most of them."""
    most = gaps[0]
    where_most = most["entity_name"] or most["title"]
    total_missing = sum(int(gap["missing"]) for gap in gaps)
    told = f"届かなかったものは{len(gaps):,}区間、{total_missing:,}点です。"
    return f"{told}最も多いのは{where_most}の{int(most['missing']):,}点です。"


def bodies(bodies: Sequence[dict[str, Any]]) -> str:
    """How many bodies; the largest share of traffic; who missed a target."""
    known = sorted((row for row in bodies if row["K15"] is not None), key=lambda row: -row["K15"])
    told = f"{len(bodies)}団体です。"
    if known:
        whole = sum(row["K15"] for row in known)
        first = known[0]
        told += f"通信量が最も多いのは{first['name']}の{number(first['K15'], 1)} GB"
        told += f"（全体の{number(100 * first['K15'] / whole, 1)}%）です。" if whole else "です。"
    late = [str(row["name"]) for row in bodies if row["K27@judgement"] == "未達"]
    return told + (f"一次回答の期限内率が目標に届かないのは{listed(late, '団体')}です。" if late
                   else "一次回答の期限内率が目標に届かない団体はありません。")


def _figure(kpi: dict[str, Any], value: float) -> str:
    return with_unit(number(value, int(kpi["decimals"] or 0), kpi["rounding"] or "half_up"), str(kpi["unit"] or ""))
