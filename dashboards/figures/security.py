"""Security: detections with the blocked part of them, and serious cases from detection to completion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboards import palette
from dashboards.columns import time_ja
from dashboards.figures import base
from warehouse.japanese import number

LIMIT_MINUTES = 15
"""An emergency contact is due this long after the judgement (specification 11(8)エ)."""
Row = dict[str, Any]
_LIMIT_COLOUR = "#C5D7FB"
_LATE_COLOUR = "#620000"
CASE_SIGNS = "○ 検知　◆ 判断　● 緊急連絡　■ 15分を超えた緊急連絡　✖ 遮断　★ 対応完了"
"""What the marks are; a line of text, for a legend of six entries would fill half a phone."""
_MINUTES_PANEL = (0.0, 0.68)
_HOURS_PANEL = (0.74, 0.98)
_STEPS = (
    ("検知", "detected_at", "circle-open", palette.SUBTITLE),
    ("重大と判断", "judged_at", "diamond", palette.SERIES[1]),
    ("緊急連絡", "notified_at", "circle", palette.BLUE),
    ("遮断", "blocked_at", "x", palette.SERIES[2]),
)


def blocked(rows: Sequence[Row], name: str) -> base.Figure:
    """Horizontal bars per row, the blocked part first; the count and the share that was blocked stand above the bar."""
    shares = [f"遮断{number(row['blocked_pct'], 1, 'truncate')}%" for row in rows]
    labels = [base.row_label(f"{row[name]}　{number(row['n'])}件（{share}）", place)
              for place, (row, share) in enumerate(zip(rows, shares, strict=True))]
    return {
        "data": [
            _bars("遮断", [row["blocked"] for row in rows], palette.SERIES[0], ""),
            _bars("遮断以外", [row["n"] - row["blocked"] for row in rows], palette.SERIES[3], "/"),
        ],
        "layout": base.layout(
            barmode="stack",
            hovermode="closest",
            xaxis=base.y_axis(nticks=5),
            yaxis=base.row_axis(len(rows)),
            annotations=labels,
        ),
    }


def _bars(name: str, counts: Sequence[Any], colour: str, pattern: str) -> base.Trace:
    marker: dict[str, Any] = {"color": colour}
    if pattern:
        marker |= {"pattern": {"shape": pattern, "bgcolor": "#FFFFFF", "size": 5},
                   "line": {"color": colour, "width": 1}}
    return {
        "type": "bar",
        "orientation": "h",
        "width": base.ROW_BAR,
        "name": name,
        "x": list(counts),
        "y": list(range(len(counts))),
        "customdata": [f"{name} {number(item)}件" for item in counts],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": marker,
    }


def is_late(event: Row) -> bool:
    """Whether the contact came after the limit; a contact that was not recorded is not known to be late."""
    return event["contact_minutes"] is not None and event["contact_minutes"] > LIMIT_MINUTES


def minutes_after(event: Row, key: str) -> float | None:
    """Minutes from the detection to a step; ``None`` when the step is not recorded."""
    moment = event[key]
    return None if moment is None else (moment - event["detected_at"]).total_seconds() / 60


def cases(events: Sequence[Row]) -> base.Figure:
    """One row per case: its steps in minutes since the detection, at the right the hours until it was completed."""
    return {
        "data": [_limits(events), *_steps(events), *_ends(events)],
        "layout": base.layout(
            hovermode="closest",
            showlegend=False,
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis=_axis(_MINUTES_PANEL, "検知からの分"),
            xaxis2=_axis(_HOURS_PANEL, "完了まで（時間）", nticks=3) | {"anchor": "y"},
            yaxis=base.row_axis(len(events)),
            annotations=[base.row_label(case_label(event), place) for place, event in enumerate(events)],
        ),
    }


def _axis(domain: tuple[float, float], title: str, nticks: int = 6) -> dict[str, Any]:
    return base.y_axis(domain=list(domain), nticks=nticks) | {"title": {"text": title, "font": {"size": 13}}}


def case_label(event: Row) -> str:
    """■ 10月14日 津市・危険度3: the sign stands before a case whose contact came too late."""
    day = event["detected_at"]
    sign = "■ " if is_late(event) else ""
    return f"{sign}{day.month}月{day.day}日 {event['tenant_name'] or '不明'}・危険度{int(event['severity'])}"


def _limits(events: Sequence[Row]) -> base.Trace:
    """From each judgement on, the time in which the contact is due."""
    spans = [(place, start) for place, event in enumerate(events)
             if (start := minutes_after(event, "judged_at")) is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"判断から{LIMIT_MINUTES}分",
        "x": [value for _, start in spans for value in (start, start + LIMIT_MINUTES, None)],
        "y": [value for place, _ in spans for value in (place, place, None)],
        "line": {"color": _LIMIT_COLOUR, "width": 10},
        "hoverinfo": "skip",
    }


def _steps(events: Sequence[Row]) -> list[base.Trace]:
    placed = list(enumerate(events))
    traces = []
    for name, key, symbol, colour in _STEPS:
        contact = key == "notified_at"
        own = [(place, event) for place, event in placed if not (contact and is_late(event))]
        traces.append(_marks(name, key, own, symbol, colour))
        if contact:
            late = [(place, event) for place, event in placed if is_late(event)]
            traces.append(_marks(f"緊急連絡（{LIMIT_MINUTES}分超過）", key, late, "square", _LATE_COLOUR))
    return traces


def _marks(name: str, key: str, placed: Sequence[tuple[int, Row]], symbol: str, colour: str) -> base.Trace:
    found = [(minutes, place, event) for place, event in placed if (minutes := minutes_after(event, key)) is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [minutes for minutes, _, _ in found] or [None],
        "y": [place for _, place, _ in found] or [None],
        "customdata": [f"{event['tenant_name'] or '不明'}　{name} {time_ja(event[key])}（{number(minutes, 1)}分後）"
                       for minutes, _, event in found],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"symbol": symbol, "color": colour, "size": 12, "line": {"color": colour, "width": 2}},
        "cliponaxis": False,
    }


def _ends(events: Sequence[Row]) -> list[base.Trace]:
    """The completion of each case in hours; a word where it is not completed."""
    done = [(place, event) for place, event in enumerate(events) if event["completed_at"] is not None]
    marks = _marks("対応完了", "completed_at", done, "star", palette.INK)
    hours = [None if value is None else value / 60 for value in marks["x"]]
    under_way = [place for place, event in enumerate(events) if event["completed_at"] is None]
    words = {
        "type": "scatter",
        "mode": "text",
        "x": [0] * len(under_way),
        "y": under_way,
        "text": ["対応中"] * len(under_way),
        "textposition": "middle right",
        "textfont": {"size": 13, "color": palette.INK},
        "xaxis": "x2",
        "hoverinfo": "skip",
    }
    return [marks | {"x": hours, "xaxis": "x2"}, *([words] if under_way else [])]


def shown_cases(events: Sequence[Row], most: int) -> list[Row]:
    """All of them, or those that took longest to be told (not told first), in order of detection."""
    def waiting(event: Row) -> float:
        return float("inf") if event["contact_minutes"] is None else float(event["contact_minutes"])

    def detected(event: Row) -> datetime:
        return event["detected_at"]  # type: ignore[no-any-return]

    return sorted(sorted(events, key=waiting, reverse=True)[:most], key=detected)
