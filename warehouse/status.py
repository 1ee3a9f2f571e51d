"""What the published snapshot holds: per feed what was expected, came, is missing, suspicious or nobody's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from warehouse.calendar_version import CalendarVersion, read_version
from warehouse.issued import Touched, documents_to_look_at
from warehouse.reader import open_current
from warehouse.reading import plain_rows

_EVER = {"first_date": date(1900, 1, 1), "last_date": date(2999, 12, 31)}


@dataclass(frozen=True)
class FeedStatus:
    """One feed.  Times are naive JST; the period is that of all its files; the coverage that of the table it fills.

    ``expected`` and ``received`` count 5-minute values, days or months (``unit``), None where nothing is expected;
    ``last_date`` is the last day of which something came.
    """

    feed: str
    title: str
    table_name: str
    last_loaded_at: datetime | None
    files: int
    refused_files: int
    accepted_rows: int
    rejected_lines: int
    open_rejects: int
    period_from: date | None
    period_to: date | None
    unit: str | None
    expected: int | None
    received: int | None
    last_date: date | None
    gaps: int
    suspicious_days: int
    coverage_pct: float | None


@dataclass(frozen=True)
class CoverageStatus:
    """One table of regular samples, from its first to its last day with samples."""

    table_name: str
    title: str
    first_date: date
    last_date: date
    expected: int
    received: int
    coverage_pct: float


@dataclass(frozen=True)
class Gap:
    """An unbroken run of what was due and did not come.  JST; ``to_jst`` exclusive; counts are of records."""

    feed: str
    title: str
    entity: str
    entity_name: str | None
    tenant_code: str | None
    unit: str
    from_jst: datetime
    to_jst: datetime
    slots: int
    minutes: int
    expected: int
    missing: int


@dataclass(frozen=True)
class Anomaly:
    """A day whose records or volume are far from normal: suspicious, not wrong."""

    feed: str
    title: str
    entity: str
    entity_name: str | None
    tenant_code: str | None
    jst_date: date
    measure: str
    kind: str
    amount: int
    normal: float
    share_pct: float


@dataclass(frozen=True)
class Unknown:
    """Records of a feed of which nobody knows whose they are: ``n`` kept as unknown, ``waiting`` as open rejects."""

    feed: str
    title: str
    n: int
    waiting: int


@dataclass(frozen=True)
class Unattributed:
    """What files said where the configuration knows no such body, device, service …, and of how many records."""

    feed: str
    title: str
    column_name: str
    text: str
    kept: bool
    n: int


@dataclass(frozen=True)
class Status:
    number: int
    published_at: datetime
    data_as_of: datetime | None
    feeds: list[FeedStatus]
    coverage: list[CoverageStatus]
    gaps: list[Gap]
    anomalies: list[Anomaly]
    unknown: list[Unknown]
    unattributed: list[Unattributed]
    calendar: CalendarVersion
    holidays_until: date | None
    warnings: list[str]
    documents: list[Touched]
    retired_months: list[str]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: dates and times in ISO form."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def read_status(data: Path, today: date | None = None, days: tuple[date, date] | None = None) -> Status:
    """Read the status of the published snapshot; gaps and anomalies of ``days`` only, when given.

    With ``today`` it warns of what will be missing soon.  Raises :class:`warehouse.errors.NoSnapshot`.
    """
    between = _EVER if days is None else {"first_date": days[0], "last_date": days[1]}
    with open_current(data) as reader:
        scope = reader.whole_scope()
        coverage = [CoverageStatus(**row) for row in plain_rows(reader, "status_coverage", scope)]
        share = {row.table_name: row.coverage_pct for row in coverage}
        feeds = [FeedStatus(**row, coverage_pct=share.get(row["table_name"]))
                 for row in plain_rows(reader, "status_feeds", scope)]
        calendar = read_version(reader, scope)
        return Status(
            reader.snapshot.number, reader.snapshot.published_at, reader.snapshot.data_as_of, feeds, coverage,
            gaps=[Gap(**row) for row in plain_rows(reader, "arrival_gaps", scope, **between)],
            anomalies=[Anomaly(**row) for row in plain_rows(reader, "arrival_anomalies", scope, **between)],
            unknown=[Unknown(**row) for row in plain_rows(reader, "status_unknown", scope)],
            unattributed=[Unattributed(**row) for row in plain_rows(reader, "unattributed", scope)],
            calendar=calendar, holidays_until=calendar.holidays_until,
            warnings=_warnings(calendar, today), documents=documents_to_look_at(data),
            retired_months=[str(row["jst_month"]) for row in plain_rows(reader, "retired_months", scope)])


def _warnings(calendar: CalendarVersion, today: date | None) -> list[str]:
    warning = calendar.warning(today) if today else None
    return [warning] if warning else []


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
