"""What the demo data has wrong on purpose, and the events it tells about: one place for generator and tests.

All times are Japanese local time.  Bad rows are planted at the first body in sort order, so that they are
there however few bodies are generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Kind = Literal[
    "letters",
    "unknown_code",
    "impossible_date",
    "duplicate",
    "out_of_range",
    "ends_before_start",
    "broken_line",
]


@dataclass(frozen=True)
class Planted:
    """``count`` rows of one kind in the file of ``feed`` that holds ``month``."""

    feed: str
    month: str
    kind: Kind
    count: int


BAD_ROWS: tuple[Planted, ...] = (
    Planted("tenant_traffic", "2025-04", "letters", 2),
    Planted("tenant_traffic", "2025-04", "unknown_code", 1),
    Planted("tenant_traffic", "2025-11", "letters", 1),
    Planted("tenant_traffic", "2026-03", "impossible_date", 1),
    Planted("tenant_traffic", "2026-09", "letters", 1),
    Planted("tenant_traffic", "2026-09", "duplicate", 1),
    Planted("tenant_traffic", "2026-10", "letters", 2),
    Planted("tenant_traffic", "2026-10", "unknown_code", 1),
    Planted("tenant_traffic", "2026-10", "impossible_date", 1),
    Planted("tenant_traffic", "2026-10", "duplicate", 1),
    Planted("line_traffic", "2026-09", "unknown_code", 1),
    Planted("line_traffic", "2026-10", "letters", 1),
    Planted("interface_counter", "2026-09", "letters", 1),
    Planted("interface_counter", "2026-10", "duplicate", 1),
    Planted("device_load", "2026-09", "out_of_range", 1),
    Planted("device_load", "2026-10", "unknown_code", 1),
    Planted("ticket", "2026-09", "duplicate", 1),
    Planted("ticket", "2026-10", "unknown_code", 1),
    Planted("ticket", "2026-10", "impossible_date", 1),
    Planted("change_request", "2026-10", "unknown_code", 1),
    Planted("service_outage", "2026-09", "ends_before_start", 1),
    Planted("detection_eve", "2026-10", "broken_line", 1),
    Planted("detection_eve", "2026-10", "duplicate", 1),
    Planted("soc_judgement", "2026-10", "letters", 1),
    Planted("ticket_event", "2026-10", "letters", 1),
    Planted("patch", "2026-09", "unknown_code", 1),
)


def planted(feed: str, month: str, kind: Kind) -> int:
    """How many bad rows of a kind the feed's file of a month holds."""
    return sum(row.count for row in BAD_ROWS if (row.feed, row.month, row.kind) == (feed, month, kind))


def bad_rows(feed: str, *months: str) -> int:
    """How many bad rows the feed's files of these months hold."""
    return sum(row.count for row in BAD_ROWS if row.feed == feed and row.month in months)


@dataclass(frozen=True)
class Span:
    """From ``start`` (inclusive) to ``end`` (exclusive)."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Gap:
    """Five-minute polls of ``start`` .. ``end`` absent for one body; ``tenant_code`` None = for all."""

    tenant_code: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Surge:
    """A morning of software updates: the internet route times ``factor`` at its height."""

    day: date
    factor: float


GAPS: tuple[Gap, ...] = (
    Gap("242098", datetime(2025, 9, 5, 3, 0), datetime(2025, 9, 5, 12, 0)),
    Gap(None, datetime(2025, 12, 13, 2, 0), datetime(2025, 12, 13, 3, 0)),
    Gap("245615", datetime(2026, 2, 10, 0, 0), datetime(2026, 2, 12, 12, 0)),
    Gap("242012", datetime(2026, 10, 5, 13, 0), datetime(2026, 10, 5, 15, 0)),
)

LATE_JOINER = "24A001"
"""Joins on its ``valid_from`` in config/tenants.csv (2025-07-01)."""

LATE_DAY = date(2026, 9, 15)
CORRECTED_DAY = date(2026, 8, 20)
CORRECTED_LINE = "internet"
CORRECTED_FACTOR = 1000
DISASTER_DAY = date(2026, 8, 30)
SURGES = (Surge(date(2025, 11, 12), 2.15), Surge(date(2026, 7, 15), 1.74), Surge(date(2026, 10, 21), 1.86))

OUTAGE = Span(datetime(2026, 10, 14, 9, 20), datetime(2026, 10, 14, 10, 0))
"""The internet line is down: zero on the internet and web routes, polls of two slots answered with ``-``."""
OUTAGE_SILENT = Span(datetime(2026, 10, 14, 9, 25), datetime(2026, 10, 14, 9, 35))
FAILOVER = Span(datetime(2026, 6, 17, 10, 40), datetime(2026, 6, 17, 16, 45))
"""The standby cloud line carries the load."""

COUNTER_WRAP_DAY = 10
"""nw-sc-1's ifHCInOctets passes 2**64 at noon of this day of the first generated month."""
COUNTER_RESTART = datetime(2026, 9, 19, 2, 10)
"""nw-sc-1 restarts: two polls are missing and its counters begin at zero."""
COUNTER_GAP = Span(datetime(2026, 10, 5, 13, 0), datetime(2026, 10, 5, 14, 0))
"""Twelve polls of nw-sc-1 are missing."""

MISSING_APPROVAL_MONTH = "2026-09"
"""One change that needed the prefecture's approval was executed without it."""
LATE_CONTACT_MONTH = "2026-09"
LATE_CONTACT_MINUTES = 22
NO_SERIOUS_MONTH = "2026-02"
UNJUDGED_DAYS = 2
"""On the last days of the last generated month about half of the sensor alerts have no judgement yet."""
UNKNOWN_TENANT_MONTH = "2026-10"
UNKNOWN_TENANT_ALERTS = 3
"""Alerts on an inside address that belongs to no body; judged, with an empty 団体名."""
UNKNOWN_TENANT_TICKET = "県立図書館"
"""One ticket of ``UNKNOWN_TENANT_MONTH`` names an office that is no connected body."""
UNKNOWN_ATTENDEE_MONTH, UNKNOWN_ATTENDEE = "2026-10", "消防通信指令センター"
"""The training of this month was attended by an office that is no connected body."""
SENSOR_QUIET_DAY = date(2026, 9, 29)
"""The sensor's mirror port was set wrongly: of this open day's alerts only every twentieth came."""
