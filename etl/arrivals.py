"""What each feed promised, handed to the warehouse: how often, when and of whom its files speak."""

from __future__ import annotations

from collections.abc import Iterable

from etl.errors import FeedError
from etl.feed import ArrivalSpec, Feed
from warehouse.arrivals import FeedPlan
from warehouse.registry import Registry

_NOTHING = ArrivalSpec.model_validate({"every": "day"})
_SAMPLES = ArrivalSpec.model_validate({"every": "sample", "entities": "seen"})


def plans_of(feeds: Iterable[Feed], registry: Registry) -> list[FeedPlan]:
    """The plans of all feeds; raises :class:`FeedError` when a feed lists an entity that is not registered."""
    return [_plan(feed, registry) for feed in feeds]


def _plan(feed: Feed, registry: Registry) -> FeedPlan:
    fact = feed.fact
    spec = feed.arrival or (_SAMPLES if fact.interval_seconds else None)
    known = spec or _NOTHING
    listed = () if isinstance(known.entities, str) else tuple(_code(feed, name, registry) for name in known.entities)
    opens, closes = known.hours
    return FeedPlan(
        feed=feed.name, title=feed.title, table=feed.table, file_names=feed.file.names,
        every=spec.every if spec else None, days=known.days, opens_minute=opens, closes_minute=closes,
        interval_minutes=max(feed.sample_seconds, fact.interval_seconds or 0) // 60, due_day=known.due_day,
        entities=known.entities if isinstance(known.entities, str) else "listed", listed=listed, series=series_of(feed),
        minimum_share_pct=known.minimum_share_pct, maximum_share_pct=known.maximum_share_pct)


def _code(feed: Feed, name: str, registry: Registry) -> str:
    dimension = feed.fact.column(feed.fact.entity).dimension
    code = registry.code(dimension, name)
    if code is None:
        raise FeedError("取込み定義に誤りがあります",
                        f"{feed.name}.toml: arrival.entities の {name} は、"
                        f"{registry.title(dimension)}の設定に登録されていません。",
                        f"config/feeds/{feed.name}.toml を直してから、もう一度実行してください。")
    return code


def series_of(feed: Feed) -> tuple[str, ...]:
    """What the feed delivers of each entity (``internet/in``), as far as its definition fixes it; else nothing."""
    fact = feed.fact
    if fact.interval_seconds is None:
        return ()
    names = [name for name in fact.key if name not in (fact.entity, fact.time)]
    constant = {name: str(spec.value) for name, spec in feed.columns.items() if spec.value is not None}
    sets = [measure.set for measure in feed.measures] or [{}]
    found = [[{**constant, **chosen}.get(name) for name in names] for chosen in sets]
    if any(value is None for values in found for value in values):
        return ()
    return tuple("/".join(str(value) for value in values) for values in found)
