"""Which keys of a definition go together where arrivals and unknown keys are concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.facts import UNATTRIBUTED

if TYPE_CHECKING:
    from etl.feed import Feed

_ONLY = {"hours": "sample", "entities": "sample", "due_day": "month"}


def wrong_arrival(feed: Feed) -> str | None:
    """What is wrong with ``[arrival]``; None when nothing is."""
    arrival = feed.arrival
    if arrival is None:
        return None
    if arrival.every == "sample" and feed.fact.interval_seconds is None:
        return f"arrival.every = sample は5分値の表で使います（{feed.table} では day か month）"
    if arrival.every == "month" and arrival.days == "open":
        return "arrival.days は every = sample、day で使います"
    for key, every in _ONLY.items():
        if key in arrival.model_fields_set and arrival.every != every:
            return f"arrival.{key} は every = {every} で使います"
    if arrival.entities == ():
        return "arrival.entities に、届くべき対象のコードを一つ以上書いてください"
    return None


def wrong_unknowns(feed: Feed) -> str | None:
    """What is wrong with ``unknown = "keep"``: rows under one code must still be told apart, and say what they were."""
    for name, spec in feed.columns.items():
        if spec.unknown != "keep":
            continue
        column = feed.fact.column(name)
        if not column.dimension or column.type != "text" or UNATTRIBUTED not in feed.fact.names:
            return f"columns.{name}: unknown = keep は、件数で数える表の、団体・サービスなどを引く列で使います"
        if name in feed.fact.key:
            return f"columns.{name}: unknown = keep は使えません（記録を見分ける列です。不明どうしを区別できません）"
    return None
