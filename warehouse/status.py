"""What the published snapshot holds: per feed the last load, rows and rejects; per table of samples the coverage."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from warehouse.japanese import is_missing
from warehouse.reader import Reader, open_current
from warehouse.scope import Scope


@dataclass(frozen=True)
class FeedStatus:
    """One feed.  Times are naive JST; the period is that of all its files; the coverage that of the table it fills."""

    feed: str
    title: str
    table_name: str
    last_loaded_at: datetime
    files: int
    refused_files: int
    accepted_rows: int
    rejected_lines: int
    period_from: date | None
    period_to: date | None
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
class Status:
    number: int
    published_at: datetime
    data_as_of: datetime | None
    feeds: list[FeedStatus]
    coverage: list[CoverageStatus]
    unknown_tenants: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: dates and times in ISO form."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def read_status(data: Path) -> Status:
    """Read the status of the published snapshot; raises :class:`warehouse.errors.NoSnapshot`."""
    with open_current(data) as reader:
        scope = reader.whole_scope()
        unknown = reader.query("status_unknown", scope)
        coverage = [CoverageStatus(**row) for row in _rows(reader, "status_coverage", scope)]
        share = {row.table_name: row.coverage_pct for row in coverage}
        feeds = [FeedStatus(**row, coverage_pct=share.get(row["table_name"]))
                 for row in _rows(reader, "status_feeds", scope)]
        return Status(reader.snapshot.number, reader.snapshot.published_at, reader.snapshot.data_as_of, feeds, coverage,
                      dict(zip(unknown["title"].tolist(), unknown["n"].tolist(), strict=True)))


def _rows(reader: Reader, query: str, scope: Scope) -> list[dict[str, Any]]:
    frame = reader.query(query, scope)
    return [{str(name): _value(str(name), row[name]) for name in frame.columns} for _, row in frame.iterrows()]


def _value(name: str, value: Any) -> Any:
    """A frame's value as plain Python; DuckDB gives dates as midnights."""
    if is_missing(value):
        return None
    if isinstance(value, datetime):
        return value if name.endswith("_at") else value.date()
    return value.item() if hasattr(value, "item") else value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
