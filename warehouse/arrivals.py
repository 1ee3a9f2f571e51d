"""What a feed has promised: how often, when and of whom its files speak, so that what did not come can be told.

``dim_feed`` (one row per feed), ``dim_feed_entity`` (entities that a feed lists), ``dim_feed_series`` (series that it
delivers) hold it for the arrival models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import duckdb

from warehouse.engine import insert_rows
from warehouse.facts import FACT_TABLES
from warehouse.models import months_between

Every = Literal["sample", "day", "month"]
_NEVER = 9999


@dataclass(frozen=True)
class FeedPlan:
    """One feed.  ``every`` None: nothing is expected of it.  Minutes of the day, JST; ``closes_minute`` exclusive.

    ``file_names`` are the patterns of the files that it takes.
    ``entities``: ``valid`` = all that the configuration holds valid on the day, ``seen`` = those that came in this
    month or the one before, ``listed`` = those in ``listed``.  ``series`` empty: all that the configuration knows.
    """

    feed: str
    title: str
    table: str
    file_names: tuple[str, ...]
    every: Every | None
    days: Literal["all", "open"]
    opens_minute: int
    closes_minute: int
    interval_minutes: int
    due_day: int
    entities: Literal["valid", "seen", "listed"]
    listed: tuple[str, ...]
    series: tuple[str, ...]
    minimum_share_pct: float
    maximum_share_pct: float


def write_plans(connection: duckdb.DuckDBPyConnection, plans: Sequence[FeedPlan] | None) -> None:
    """Write the three tables; without plans those of the parent snapshot stay."""
    create = "CREATE TABLE IF NOT EXISTS" if plans is None else "CREATE OR REPLACE TABLE"
    connection.execute(_TABLES.format(create=create))
    if plans is not None:
        insert_rows(connection, "dim_feed", [_row(plan) for plan in plans])
        insert_rows(connection, "dim_feed_entity",
                    [{"feed": plan.feed, "entity": name} for plan in plans for name in plan.listed])
        insert_rows(connection, "dim_feed_series",
                    [{"feed": plan.feed, "series": name} for plan in plans for name in plan.series])
    connection.execute(
        "UPDATE dim_feed SET first_date = (SELECT min(l.period_from) FROM load AS l "
        "WHERE l.feed = dim_feed.feed AND l.status = 'accepted')")


_TABLES = """
{create} dim_feed (
    feed VARCHAR, title VARCHAR, table_name VARCHAR, file_names VARCHAR, every VARCHAR, days VARCHAR,
    opens_minute BIGINT, closes_minute BIGINT, interval_minutes BIGINT, table_interval_minutes BIGINT, due_day BIGINT,
    entities VARCHAR, minimum_share_pct DECIMAL(9,2), maximum_share_pct DECIMAL(9,2), first_date DATE);
{create} dim_feed_entity (feed VARCHAR, entity VARCHAR);
{create} dim_feed_series (feed VARCHAR, series VARCHAR);
"""


def _row(plan: FeedPlan) -> dict[str, object]:
    interval = FACT_TABLES[plan.table].interval_seconds
    return {
        "feed": plan.feed, "title": plan.title, "table_name": plan.table,
        "file_names": "、".join(plan.file_names), "every": plan.every, "days": plan.days,
        "opens_minute": plan.opens_minute, "closes_minute": plan.closes_minute,
        "interval_minutes": plan.interval_minutes, "table_interval_minutes": interval // 60 if interval else None,
        "due_day": plan.due_day, "entities": plan.entities, "minimum_share_pct": plan.minimum_share_pct,
        "maximum_share_pct": plan.maximum_share_pct}


@dataclass(frozen=True)
class Reach:
    """Until when the data reach and since when each feed speaks: what arrivals depend on beside facts."""

    until: datetime | None
    first_dates: dict[str, date]
    due_days: dict[str, int]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection) -> Reach:
        """As the snapshot under construction holds it; empty before its first publication."""
        tables = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if not {"as_of", "dim_feed"} <= tables:
            return cls(None, {}, {})
        row = connection.execute("SELECT max(as_of_jst) FROM as_of").fetchone()
        feeds = connection.execute("SELECT feed, first_date, every, due_day FROM dim_feed").fetchall()
        return cls(row[0] if row else None, {feed: first for feed, first, _, _ in feeds if first},
                   {feed: due for feed, _, every, due in feeds if every == "month"})

    def moved(self, before: Reach) -> dict[str, set[str]]:
        """Months whose arrivals change because the data reach further, a feed begins earlier or a ledger fell due."""
        begun = [(before.first_dates.get(feed, self.until or first), first)
                 for feed, first in self.first_dates.items() if before.first_dates.get(feed) != first]
        return {"as_of": _months(before.until, self.until) if before.until != self.until else set(),
                "dim_feed": {month for pair in begun for month in _months(*pair)} | self._fallen_due(before)}

    def _fallen_due(self, before: Reach) -> set[str]:
        if not self.until or not before.until:
            return set()
        first, last = sorted((before.until.date(), self.until.date()))
        return {month for month in _months(first - timedelta(days=62), last) for days in set(self.due_days.values())
                if first <= _due(month, days) < last}


def _due(month: str, days: int) -> date:
    """The last day on which a month's ledger is in time."""
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1) + timedelta(days=days - 1)


def _months(one: date | None, other: date | None) -> set[str]:
    ends = sorted(f"{day:%Y-%m}" for day in (one, other) if day and day.year < _NEVER)
    return set(months_between(ends[0], ends[-1])) if ends else set()


def months_of_loads(connection: duckdb.DuckDBPyConnection, since: int) -> set[str]:
    """Months of which the files entered after load ``since`` tell."""
    rows = connection.execute(
        "SELECT period_from, period_to FROM load WHERE load_id > ? AND period_from IS NOT NULL", [since]).fetchall()
    return {month for first, last in rows for month in _months(first, last)}
