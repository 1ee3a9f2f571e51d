"""Sentences on lines, their bandwidth, and when it fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from dashboards.columns import day_ja, month_ja
from dashboards.figures.traffic import DIRECTIONS
from dashboards.frames import LOW_COVERAGE_PCT, day, rows, total, where
from dashboards.wording import NOTHING, count, listed, rate, with_unit
from warehouse.japanese import era_date, number
from warehouse.outlook import AHEAD, REACHED, UNTOLD, reached

WEEKDAYS = "月火水木金土日"

Row = dict[str, Any]


def reach_text(row: Row) -> str:
    """令和10年8月, or the word for why there is no month."""
    state = reached(row)
    return month_ja(str(row["reach_month"])) if state == AHEAD else state


def reach_range(row: Row) -> str:
    """令和10年5月から令和10年12月まで; open at its end where the flatter line does not arrive within five years."""
    earliest, latest = month_ja(str(row["reach_earliest"])), row["reach_latest"]
    return f"{earliest}以降" if latest is None else f"{earliest}から{month_ja(str(latest))}まで"


def usage(frame: pd.DataFrame) -> str:
    """The line that fills most of its guaranteed bandwidth, where that was exceeded, and whose data lack samples."""
    known = [row for row in rows(frame) if row["p95_guaranteed_pct"] is not None]
    if not known:
        return NOTHING
    most = max(known, key=lambda row: float(row["p95_guaranteed_pct"]))
    told = (f"確保帯域に対する95パーセンタイルが最も高いのは{most['name']}の{most['direction_name']}で、"
            f"{rate(most['p95_bps'])}（{number(most['p95_guaranteed_pct'], 1)}%）です。")
    over = [f"{row['name']}の{row['direction_name']}（{number(row['exceeded_minutes'])}分）"
            for row in known if row["exceeded_minutes"]]
    told += f"5分平均値が確保帯域を超えたのは{listed(over, '件')}です。" if over else \
        "5分平均値が確保帯域を超えた回線はありません。"
    return told + _doubtful(frame)


def _doubtful(frame: pd.DataFrame) -> str:
    low = list(dict.fromkeys(str(row["name"]) for row in rows(frame)
                             if row["coverage_pct"] is not None and row["coverage_pct"] < LOW_COVERAGE_PCT))
    return f"取得率が{LOW_COVERAGE_PCT:.0f}%未満の回線は{listed(low, '回線')}です。" if low else ""


def _day_name(value: Any) -> str:
    return day_ja(day(value))


def percentiles_of_days(frame: pd.DataFrame) -> str:
    return _percentiles(frame, "jst_date", "日", _day_name)


def percentiles_of_months(frame: pd.DataFrame) -> str:
    return _percentiles(frame, "jst_month", "月", month_ja)


def _percentiles(frame: pd.DataFrame, key: str, unit: str, name: Callable[[Any], str]) -> str:
    """The highest of each direction, against the guaranteed bandwidth; how many days or months are missing."""
    parts = []
    for direction, label in DIRECTIONS:
        known = [row for row in rows(where(frame, direction=direction)) if row["p95_bps"] is not None]
        if known:
            most = max(known, key=lambda row: row["p95_bps"])
            share = _share_of_guaranteed(most)
            parts.append(f"{label}は{name(most[key])}の{rate(most['p95_bps'])}{share}")
    if not parts:
        return NOTHING
    told = f"95パーセンタイルが最も高い{unit}は、{'、'.join(parts)}です。"
    missing = {row[key] for row in rows(frame) if row["expected"] and not row["received"]}
    return told + (f"データのない{unit}が{len(missing)}{'日' if unit == '日' else 'か月'}あります。" if missing else "")


def _share_of_guaranteed(row: Row) -> str:
    if not row["guaranteed_bps"]:
        return ""
    return f"（確保帯域の{number(100 * row['p95_bps'] / row['guaranteed_bps'], 1)}%）"


def hours(frame: pd.DataFrame) -> str:
    """The busiest and the quietest hour of the week of one direction."""
    known = [row for row in rows(frame) if row["avg_bps"] is not None]
    if not known:
        return NOTHING
    most, least = max(known, key=lambda row: row["avg_bps"]), min(known, key=lambda row: row["avg_bps"])
    told = f"平均が最も大きいのは{_hour(most)}の{rate(most['avg_bps'])}、"
    told += f"最も小さいのは{_hour(least)}の{rate(least['avg_bps'])}です。"
    missing = sum(row["avg_bps"] is None and bool(row["expected"]) for row in rows(frame))
    return told + (f"データのない曜日・時刻が{missing}あります。" if missing else "")


def _hour(row: Row) -> str:
    return f"{WEEKDAYS[int(row['weekday']) - 1]}曜日{int(row['hour'])}時台"


def exceeded(frame: pd.DataFrame, key: str, kpi: Row | None) -> str:
    """Minutes above the guaranteed bandwidth of each direction and on how many days (months), compared where known."""
    unit = "日" if key == "jst_date" else "か月"
    parts = []
    for direction, label in DIRECTIONS:
        own = [row["exceeded_minutes"] for row in rows(where(frame, direction=direction))]
        minutes = total(own)
        if minutes is not None:
            parts.append(f"{label}{count(minutes, '分')}（{sum(bool(item) for item in own)}{unit}）")
    return f"5分平均値が確保帯域を超えた時間は、{'、'.join(parts)}です。{_compared(kpi)}" if parts else NOTHING


def _compared(kpi: Row | None) -> str:
    """The larger direction in the periods before."""
    before = [(label, kpi[key]) for label, key in (("前の期間", "previous_value"), ("前年同期", "last_year_value"))
              if kpi and kpi[key] is not None]
    return "大きい方の方向は、" + "、".join(f"{label}が{count(value, '分')}" for label, value in before) + "でした。" \
        if before else ""


def design(frame: pd.DataFrame) -> str:
    """Which result comes closest to its design, and how many went beyond it."""
    known = [row for row in rows(frame) if row["used_pct"] is not None]
    if not known:
        return NOTHING
    most = max(known, key=lambda row: row["used_pct"])
    over = [f"{row['name']}の{row['item_name']}" for row in known if row["used_pct"] > 100]
    share = number(most["used_pct"], 1)
    told = f"設計値に対する実績の割合が最も高いのは{most['name']}の{most['item_name']}で、{share}%です。"
    return told + (f"設計値を超えたのは{listed(over, '件')}です。" if over else "設計値を超えたものはありません。")


def outlook(thresholds: Sequence[Row]) -> str:
    """The threshold that comes first, what has been reached, and which deadlines have passed."""
    if not thresholds:
        return NOTHING
    states = [(row, reached(row)) for row in thresholds]
    if all(state == UNTOLD for _, state in states):
        return "実績が12か月に満たないため、到達の見込みは求められません（データなし）。"
    ahead = sorted((row for row, state in states if state == AHEAD), key=lambda row: row["months_left"])
    told = "".join(f"{row['name']}は確保帯域の{row['threshold_pct']}%に到達済みです。"
                   for row, state in states if state == REACHED)
    told += _next(ahead[0]) if ahead else "今後60か月（5年）以内に新たに到達する見込みの回線はありません。"
    late = [f"{row['name']}の{row['threshold_pct']}%" for row in ahead if row["is_late"]]
    if late:
        return f"{told}予算要求の締切を過ぎているのは{listed(late, '件')}です。"
    return told + ("予算要求の締切を過ぎたものはありません。" if ahead else "")


def _next(row: Row) -> str:
    return (f"次に到達する見込みは{row['name']}の{row['threshold_pct']}%で、{reach_text(row)}"
            f"（{reach_range(row)}の幅）です。")


def trend(name: str, frame: pd.DataFrame, thresholds: Sequence[Row]) -> str:
    """How fast the line fills, when it reaches the next threshold, and until when money can be asked for."""
    told = list(rows(frame))[0]
    months = int(told["months"])
    if told["state"] == "short":
        return f"{name}の実績は{months}か月分です。12か月に満たないため、見込みは求められません（データなし）。"
    rising = f"1か月当たり{with_unit(number(told['slope'] / 1e6, 2), 'Mbps')}の割合で増えています"
    first = f"直近{months}か月の95パーセンタイルは、" + (
        f"{rising}。" if told["state"] == "rising" else "増える傾向が認められません。")
    done = [row for row in thresholds if reached(row) == REACHED]
    first += f"確保帯域の{max(row['threshold_pct'] for row in done)}%には到達済みです。" if done else ""
    ahead = sorted((row for row in thresholds if reached(row) == AHEAD), key=lambda row: row["months_left"])
    none = "60か月（5年）以内に新たに到達する見込みはありません（見込みなし）。"
    return first + (_line_next(ahead[0]) if ahead else none)


def _line_next(row: Row) -> str:
    text = f"確保帯域の{row['threshold_pct']}%に達するのは{reach_text(row)}（{reach_range(row)}の幅）の見込みです。"
    if row["request_by"] is None:
        return text
    by = f"{era_date(day(row['request_by']))}"
    return text + (f"予算要求の締切（{by}）を過ぎています。" if row["is_late"] else f"予算要求の締切は{by}です。")
