"""Serious events as cards: what was seen, when it was judged, told and blocked, and what to check and do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.columns import time_ja
from dashboards.components.judgement import chip
from dashboards.palette import behind_white, severity_colour
from warehouse.japanese import number

Event = dict[str, Any]
_STEPS = (
    ("検知", "detected_at"),
    ("重大と判断", "judged_at"),
    ("緊急連絡", "notified_at"),
    ("遮断", "blocked_at"),
    ("対応完了", "completed_at"),
)
_TEXTS = (
    ("検知内容", "finding"),
    ("被疑端末", "endpoint"),
    ("推奨確認方法", "recommended_check"),
    ("推奨対処方法", "recommended_action"),
)


def event_cards(events: Sequence[Event]) -> Component:
    return html.Div([_event(event) for event in events], className="events")


def _event(event: Event) -> Component:
    level = int(event["severity"])
    return html.Article(
        [
            html.Div(
                [
                    _badge(level, event),
                    html.H3(str(event["signature"] or "名称なし"), className="event-title"),
                ],
                className="event-head",
            ),
            html.P(
                "　".join(str(event[key]) for key in ("event_no", "function_name", "direction_name") if event[key]),
                className="event-sub",
            ),
            html.Ol([_step(label, event[key]) for label, key in _STEPS], className="event-steps"),
            html.P(_contact(event), className="event-contact"),
            html.Dl(
                [html.Div([html.Dt(label), html.Dd(str(event[key]))]) for label, key in _TEXTS if event[key]],
                className="event-texts",
            ),
        ],
        className="panel event",
        style={"borderLeftColor": severity_colour(level)},
    )


def _badge(level: int, event: Event) -> Component:
    return html.Span(
        str(event["severity_name"]),
        className="badge",
        style={"backgroundColor": behind_white(severity_colour(level))},
    )


def _step(label: str, moment: datetime | None) -> Component:
    done = moment is not None
    return html.Li(
        [
            html.Span(label, className="step-name"),
            html.Span(time_ja(moment) if moment else "記録なし", className="step-time"),
        ],
        className="done" if done else "open",
    )


def _contact(event: Event) -> list[Component | str]:
    if event["contact_minutes"] is None:
        return ["判断から緊急連絡まで：記録なし"]
    word = {True: "期限内", False: "期限超過"}.get(event["within_15"], "")
    means = f"（{event['contact_means']}）" if event["contact_means"] else ""
    text = f"判断から緊急連絡まで{number(event['contact_minutes'])}分{means}　15分以内："
    return [text, chip(word) if word else "判定なし"]
