"""The reporting periods that a snapshot has numbers for, and the months that each of them is made of.

``reporting_period`` (one row per period): months, quarters, halves and fiscal years as :mod:`warehouse.period` counts
them, and contracts.  ``period_month`` (one row per period and month it is made of).  A month is told while it runs;
longer periods are made of the months that are over, so that all their numbers speak of the same days
(``docs/adr/0013-longer-periods-are-made-of-whole-months.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

from warehouse.engine import insert_rows
from warehouse.japanese import era_month
from warehouse.models import months_between
from warehouse.period import Kind, Period

_KINDS: tuple[Kind, ...] = ("month", "quarter", "half", "year")
_LAST_SAMPLES = timedelta(hours=1)
"""A month counts as over although its last samples are missing: files of months bring no later ones."""
_TABLES = """
CREATE TABLE IF NOT EXISTS reporting_period (
    period_id VARCHAR, kind VARCHAR, name VARCHAR, first_date DATE, last_date DATE, through_date DATE,
    month_count BIGINT, made_of BIGINT, previous_id VARCHAR, last_year_id VARCHAR, sort_order BIGINT);
CREATE TABLE IF NOT EXISTS period_month (period_id VARCHAR, kind VARCHAR, jst_month VARCHAR);
"""


@dataclass(frozen=True)
class ReportingPeriod:
    """One period: all its days, and ``months``, those whose numbers make up its own.  ``through`` is their last day."""

    period_id: str
    kind: str
    name: str
    first: date
    last: date
    through: date
    months: tuple[str, ...]
    previous_id: str | None
    last_year_id: str | None

    def row(self, place: int) -> dict[str, object]:
        return {"period_id": self.period_id, "kind": self.kind, "name": self.name, "first_date": self.first,
                "last_date": self.last, "through_date": self.through,
                "month_count": len(months_between(f"{self.first:%Y-%m}", f"{self.last:%Y-%m}")),
                "made_of": len(self.months), "previous_id": self.previous_id, "last_year_id": self.last_year_id,
                "sort_order": place}


@dataclass(frozen=True)
class PeriodChanges:
    """The periods there are, each with its months, and which of them are new, changed or gone.

    ``fresh``: made of other months than before; ``moved``: of the same months, but told until another day.
    """

    months_of: Mapping[str, tuple[str, ...]]
    fresh: frozenset[str]
    moved: frozenset[str]
    gone: frozenset[str]

    def holding(self, months: Iterable[str]) -> set[str]:
        """The periods that are made of any of these months."""
        wanted = set(months)
        return {period for period, own in self.months_of.items() if wanted.intersection(own)}


def reporting_periods(months: Iterable[str], as_of: datetime | None,
                      contracts: Iterable[tuple[str, date, date]]) -> list[ReportingPeriod]:
    """All periods with at least one month to tell of; ``contracts`` are (id, first day, last day).

    A month is told of once the data have reached it, a longer period once one of its months is over.
    """
    begun = [month for month in sorted(months) if as_of and _midnight(_month(month).start) < as_of]
    over = [month for month in begun if as_of and _is_over(_month(month), as_of)]
    found = [_calendar_period(_month(month), (month,), as_of) for month in begun]
    for kind in _KINDS[1:]:
        held: dict[Period, list[str]] = {}
        for month in over:
            held.setdefault(Period.holding(kind, month), []).append(month)
        found += [_calendar_period(period, tuple(own), as_of) for period, own in held.items()]
    return found + _contract_periods(over, contracts)


def _month(text: str) -> Period:
    return Period.parse(text)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())


def _is_over(month: Period, as_of: datetime) -> bool:
    return as_of >= _midnight(month.end) + timedelta(days=1) - _LAST_SAMPLES


def _calendar_period(period: Period, months: tuple[str, ...], as_of: datetime | None) -> ReportingPeriod:
    through = _month(months[-1]).end
    if as_of is not None:  # midnight closes the day before
        through = min(through, (as_of - timedelta(seconds=1)).date())
    return ReportingPeriod(str(period), period.kind, period.label_ja, period.start, period.end, through, months,
                           str(period.previous()), str(period.last_year()))


def _contract_periods(over: list[str], contracts: Iterable[tuple[str, date, date]]) -> list[ReportingPeriod]:
    found: list[ReportingPeriod] = []
    for contract_id, first, last in sorted(contracts, key=lambda contract: contract[1]):
        months = tuple(month for month in over if f"{first:%Y-%m}" <= month <= f"{last:%Y-%m}")
        if months:
            name = f"契約期間（{era_month(first)}から{era_month(last)}まで）"
            found.append(ReportingPeriod(contract_id, "contract", name, first, last, _month(months[-1]).end, months,
                                         found[-1].period_id if found else None, None))
    return found


def write_periods(connection: duckdb.DuckDBPyConnection, months: Iterable[str]) -> PeriodChanges:
    """Bring both tables up to date with ``as_of`` and ``dim_contract``; tells what changed since the last time."""
    connection.execute(_TABLES)
    before = _told(connection)
    row = connection.execute("SELECT max(as_of_jst) FROM as_of").fetchone()
    contracts = connection.execute("SELECT contract_id, valid_from, valid_to FROM dim_contract").fetchall()
    periods = reporting_periods(months, row[0] if row else None, contracts)
    _replace(connection, "reporting_period", [period.row(place) for place, period in enumerate(periods, 1)])
    _replace(connection, "period_month", [{"period_id": period.period_id, "kind": period.kind, "jst_month": month}
                                          for period in periods for month in period.months])
    after = _told(connection)
    changed = {period for period, told in after.items() if before.get(period) != told}
    fresh = frozenset(period for period in changed if before.get(period, ((), ()))[1] != after[period][1])
    return PeriodChanges({period.period_id: period.months for period in periods}, fresh, frozenset(changed - fresh),
                         frozenset(before.keys() - after.keys()))


def _told(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[tuple[object, ...], tuple[str, ...]]]:
    """Per period what its numbers depend on: its days and how far it is told, and its months."""
    rows = connection.execute(
        "SELECT p.period_id, p.first_date, p.last_date, p.through_date, list(m.jst_month ORDER BY m.jst_month) "
        "FROM reporting_period AS p JOIN period_month AS m ON m.period_id = p.period_id GROUP BY ALL").fetchall()
    return {row[0]: (tuple(row[1:4]), tuple(row[4])) for row in rows}


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    connection.execute(f"DELETE FROM {table}")
    insert_rows(connection, table, rows)
