"""The pages' questions to the warehouse, each answered once per snapshot, scope and choice.

Every question carries the request's scope; a tenant page asks with the scope narrowed to its tenant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from dashboards.recent import Recent
from dashboards.urls import Subject
from warehouse.explain import Proof, explain
from warehouse.period import DayRange, Period
from warehouse.reading import FrameReader
from warehouse.scope import Scope

TREND_MONTHS = 13
"""A month, and the twelve before it: the same month of last year is on the chart."""
_CACHED_FRAMES = 512


class FrameCache:
    """The last frames, each asked for once."""

    def __init__(self, size: int = _CACHED_FRAMES) -> None:
        self._frames: Recent[tuple[Any, ...], pd.DataFrame] = Recent(size)

    def get(self, key: tuple[Any, ...], ask: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """The kept frame (a lazy copy: a caller's change never reaches the next one), or the answer of ``ask``."""
        kept = self._frames.get(key)
        if kept is None:
            kept = _plain_texts(ask())
            self._frames.keep(key, kept)
        return kept.copy(deep=False)


def _plain_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts as Python's own, which pages read several times as fast as pandas' strings; missing ones are None."""
    texts = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]
    return frame.assign(**{str(name): frame[name].astype(object).where(frame[name].notna(), None) for name in texts})


@dataclass(frozen=True)
class Data:
    """Questions about one snapshot under one scope."""

    reader: FrameReader
    scope: Scope
    cache: FrameCache
    _proofs: dict[tuple[Subject, Period], Proof] = field(default_factory=dict, repr=False, compare=False)

    def narrowed_to(self, tenant_code: str) -> Data:
        """The same questions about one tenant only."""
        return Data(self.reader, self.scope.narrowed_to(tenant_code), self.cache)

    def _ask(self, name: str, **params: Any) -> pd.DataFrame:
        key = (self.reader.snapshot.number, self.scope, name, tuple(sorted(params.items())))
        return self.cache.get(key, lambda: self.reader.query(name, self.scope, **params))

    def _ask_days(self, name: str, period: Period) -> pd.DataFrame:
        return self._ask(name, first_date=period.start, last_date=period.end)

    def _ask_months(self, name: str, period: Period) -> pd.DataFrame:
        return self._ask(name, from_month=period.first_month, to_month=period.last_month)

    def _ask_trend(self, name: str, period: Period) -> pd.DataFrame:
        months = period.trailing_months(TREND_MONTHS)
        return self._ask(name, from_month=months[0], to_month=months[-1])

    def _ask_compared(self, name: str, period: Period) -> pd.DataFrame:
        return self._ask(
            name,
            month=period.first_month,
            previous_month=period.previous().first_month,
            last_year_month=period.last_year().first_month,
        )

    # choices

    def tenants(self, period: Period) -> pd.DataFrame:
        """One row per body that is a member at any day of the period."""
        return self._ask_days("tenants", period)

    def open_days(self, period: Period) -> dict[str, int]:
        """Open days of each month of the trend window."""
        frame = self._ask_trend("calendar_months", period)
        return dict(zip(frame["jst_month"], frame["open_days"].astype(int), strict=True))

    def periods(self) -> list[Period]:
        """Months, quarters, halves and fiscal years that have numbers, in order of time."""
        frame = self._ask("reporting_periods")
        known = frame[frame["kind"].isin(("month", "quarter", "half", "year"))]
        return [Period.parse(text) for text in known["period_id"]]

    # any period

    def service_levels(self, period: Period) -> pd.DataFrame:
        """Every KPI measure of the contract's whole, of lines, devices and licences."""
        return self._ask("service_levels", period=str(period))

    def tenant_kpis(self, period: Period) -> pd.DataFrame:
        """Every KPI measure of every body of the scope."""
        return self._ask("kpi_results", period=str(period), grain="tenant")

    def judgements(self, period: Period) -> pd.DataFrame:
        """Judgements of the period and the twelve of its kind before it."""
        first = period.shift(1 - TREND_MONTHS)
        return self._ask("judgement_history", kind=period.kind, first_date=first.start, last_date=period.start)

    def kpi_history(self, subject: Subject, period: Period) -> pd.DataFrame:
        """One KPI figure in all periods of a kind."""
        return self._ask("kpi_history", kpi_id=subject.kpi_id, grain=subject.grain, entity=subject.entity,
                         kind=period.kind)

    def proof(self, subject: Subject, period: Period) -> Proof:
        """What a figure rests on, looked for once a request.

        Raises :class:`warehouse.errors.QueryError` when there is no such figure.
        """
        known = self._proofs.get((subject, period))
        if known is None:
            known = explain(self.reader, self.scope, subject.kpi_id, str(period), subject.entity, subject.grain)
            self._proofs[subject, period] = known
        return known

    # quality of the data

    def feeds(self) -> pd.DataFrame:
        """Every feed: when a file last came, what is expected and received, gaps, rejects; of all that is loaded."""
        return self._ask("status_feeds")

    def coverage_days(self, period: Period) -> pd.DataFrame:
        return self._ask_days("coverage_days", period)

    def gaps(self, period: Period) -> pd.DataFrame:
        return self._ask_days("arrival_gaps", period)

    def anomalies(self, period: Period) -> pd.DataFrame:
        return self._ask_days("arrival_anomalies", period)

    def rejects(self, period: Period) -> pd.DataFrame:
        return self._ask_days("rejects_summary", period)

    def loads(self, period: Period) -> pd.DataFrame:
        return self._ask_days("loads_month", period)

    # prefecture-wide

    def kpis(self, period: Period) -> pd.DataFrame:
        """The main KPIs; one that is asked of lines has a row for each."""
        return self._ask("kpi_summary", period=str(period))

    def traffic_trend(self, period: Period) -> pd.DataFrame:
        return self._ask_trend("traffic_trend", period)

    def traffic_days(self, period: Period) -> pd.DataFrame:
        return self._ask_days("traffic_day", period)

    def lines(self, period: Period) -> pd.DataFrame:
        return self._ask("line_month", month=period.first_month)

    def line_groups(self, period: Period) -> pd.DataFrame:
        return self._ask("line_group_month", month=period.first_month)

    def late_answers(self, period: Period) -> pd.DataFrame:
        return self._ask_days("late_answers", period)

    # lines and capacity

    def lines_in_service(self, period: Period) -> pd.DataFrame:
        """One row per line that is in service on any day of the period."""
        return self._ask_days("lines", period)

    def line_period(self, period: Period) -> pd.DataFrame:
        """One row per line or group of lines, and direction, of any period."""
        return self._ask("line_period", period=str(period))

    def line_days(self, line_id: str, period: Period) -> pd.DataFrame:
        return self._ask("line_days", line_id=line_id, first_date=period.start, last_date=period.end)

    def line_months(self, line_id: str, period: Period) -> pd.DataFrame:
        return self._ask("line_months", line_id=line_id, from_month=period.first_month, to_month=period.last_month)

    def line_range(self, period: Period) -> pd.DataFrame:
        """One row per line and direction over any run of days."""
        return self._ask_days("line_range", period)

    def line_hours(self, line_id: str, period: Period) -> pd.DataFrame:
        """One row per direction, day of the week and hour, over the whole period."""
        if isinstance(period, DayRange):
            return self._ask("line_hours_range", line_id=line_id, first_date=period.start, last_date=period.end)
        return self._ask("line_hours", line_id=line_id, from_month=period.first_month, to_month=period.last_month)

    def design_results(self, period: Period) -> pd.DataFrame:
        """What was designed beside what was measured, of lines, devices, services and licences."""
        return self._ask("design_results", period=str(period))

    def capacity_outlook(self, period: Period) -> pd.DataFrame:
        """When trends reach 70, 90 and 100 %, as seen from the last month of the period that tells of any."""
        found = pd.DataFrame()
        for month in reversed(period.months):
            found = self._ask("capacity_outlook", month=month)
            if len(found):
                return found.assign(seen_from=month)
        return found.assign(seen_from=None)

    def capacity_trend(self, line_id: str, month: str) -> pd.DataFrame:
        """The months behind the trend of one line as seen from a month, with the trend's line and range."""
        return self._ask("capacity_trend", line_id=line_id, month=month)

    # devices, services, outages

    def services(self, period: Period) -> pd.DataFrame:
        """One row per service: its stops, and how full the devices that make it up were."""
        return self._ask("service_results", period=str(period))

    def outages(self, period: Period) -> pd.DataFrame:
        """Stops, degradations and switch-overs that touch the period."""
        return self._ask_days("outages", period)

    def devices(self, period: Period) -> pd.DataFrame:
        """One row per device and metric."""
        return self._ask("device_results", period=str(period))

    def device_range(self, period: Period) -> pd.DataFrame:
        """One row per device and metric over any run of days."""
        return self._ask_days("device_range", period)

    def device_days(self, period: Period) -> pd.DataFrame:
        """One row per day, device and metric."""
        return self._ask_days("device_days", period)

    def licences(self, period: Period) -> pd.DataFrame:
        return self._ask("licence_results", period=str(period))

    # tickets and changes

    def told_months(self, table: str, period: Period) -> list[str]:
        """The months of the period of which a ledger tells, in order."""
        frame = self._ask_months("told_months", period)
        named = zip(frame["table_name"], frame["jst_month"], strict=True)
        return [str(month) for name, month in named if name == table]

    def first_answers(self, grain: str, entity: str, period: Period) -> pd.DataFrame:
        """First answers of the whole or of one body, one row per month of the trend window."""
        months = period.trailing_months(TREND_MONTHS)
        return self._ask("first_answer_trend", grain=grain, entity=entity, from_month=months[0], to_month=months[-1])

    def tickets_by_channel(self, period: Period) -> pd.DataFrame:
        """Tickets received in the period, one row per kind and channel."""
        if isinstance(period, DayRange):
            return self._ask_days("ticket_matrix_range", period)
        return self._ask_months("ticket_matrix_period", period)

    def open_tickets(self, period: Period) -> pd.DataFrame:
        """Tickets open at the period's end with their age."""
        return self._ask("open_tickets", period=str(period))

    def open_tickets_trend(self, period: Period) -> pd.DataFrame:
        return self._ask_trend("open_ticket_trend", period)

    def reopened_tickets(self, period: Period) -> pd.DataFrame:
        return self._ask_days("reopened_tickets", period)

    def changes_by_kind(self, period: Period) -> pd.DataFrame:
        return self._ask_months("change_kinds_period", period)

    def awaiting_approval(self, period: Period) -> pd.DataFrame:
        """Changes that waited for the prefecture's approval at the period's end."""
        return self._ask("awaiting_approval", period=str(period))

    # security

    def functions(self, period: Period) -> pd.DataFrame:
        """Detections of the period by the function that found them."""
        return self._ask_days("detection_functions", period)

    def directions(self, period: Period) -> pd.DataFrame:
        return self._ask_days("detection_directions", period)

    def hours(self, period: Period) -> pd.DataFrame:
        """Detections of the period by day of the week and hour."""
        return self._ask_days("detection_hours", period)

    def signatures(self, period: Period, limit: int) -> pd.DataFrame:
        """The most frequent signatures with their rank in the period (or run of days) before."""
        if isinstance(period, DayRange):
            before = period.previous()
            return self._ask("signature_range", first_date=period.start, last_date=period.end,
                             previous_first=before.start, previous_last=before.end, limit=limit)
        return self._ask("signature_top", period=str(period), limit=limit)

    def severities(self, period: Period) -> pd.DataFrame:
        """Detections of each month of the period, or of each day of a run of them, by severity."""
        if isinstance(period, DayRange):
            return self.detection_days(period)
        return self._ask_months("detection_trend", period)

    def detection_days(self, period: Period) -> pd.DataFrame:
        """Detections of each day of the period by severity."""
        return self._ask_days("detection_range", period)

    def soc_totals(self, period: Period) -> pd.DataFrame:
        """What the SOC judged for all its customers, by month and severity."""
        return self._ask_months("soc_totals", period)

    # catalogue

    def catalogue_tables(self) -> pd.DataFrame:
        return self._ask("catalogue_tables")

    def catalogue_columns(self) -> pd.DataFrame:
        return self._ask("catalogue_columns")

    def catalogue_codes(self) -> pd.DataFrame:
        return self._ask("catalogue_codes")

    def catalogue_kpis(self) -> pd.DataFrame:
        """Every measure of every KPI, a row for each of its targets."""
        return self._ask("catalogue_kpis")

    def catalogue_feeds(self) -> pd.DataFrame:
        return self._ask("catalogue_feeds")

    # of the whole or of the scope's bodies

    def time_events(self, first: date, last: date) -> pd.DataFrame:
        """What time axes are annotated with: noted events, stops, memberships."""
        return self._ask("time_events", first_date=first, last_date=last)

    def tickets_trend(self, period: Period) -> pd.DataFrame:
        return self._ask_trend("ticket_trend", period)

    def detections_trend(self, period: Period) -> pd.DataFrame:
        return self._ask_trend("detection_trend", period)

    def tenant_months(self, period: Period) -> pd.DataFrame:
        """One row per tenant of the scope."""
        return self._ask_compared("tenant_month", period)

    def tenant_range(self, period: Period) -> pd.DataFrame:
        """Likewise over any run of days."""
        return self._ask_days("tenant_range", period)

    # one tenant (ask through ``narrowed_to``)

    def tenant_routes(self, period: Period) -> pd.DataFrame:
        return self._ask("tenant_route_month", month=period.first_month)

    def tenant_routes_summed(self, period: Period) -> pd.DataFrame:
        """Likewise over the months of any period or over any run of days, without percentiles."""
        if isinstance(period, DayRange):
            return self._ask_days("tenant_route_range", period)
        return self._ask_months("tenant_route_period", period)

    def tenant_days(self, period: Period) -> pd.DataFrame:
        return self._ask_days("tenant_traffic_day", period)

    def tenant_trend(self, period: Period) -> pd.DataFrame:
        return self._ask_trend("tenant_traffic_trend", period)

    def tenant_tickets(self, period: Period) -> pd.DataFrame:
        return self._ask_days("tenant_tickets", period)

    def tenant_positions(self, tenant_code: str, period: Period) -> pd.DataFrame:
        """Where the body stands among all bodies and among those of its size, one row per KPI measure and group."""
        return self._ask("peer_positions", period=str(period), tenant=tenant_code)

    def serious_events(self, period: Period) -> pd.DataFrame:
        return self._ask_days("serious_events", period)


def latest_month(data_as_of: datetime | None, today: date) -> Period:
    """The newest month to open with: the last one that is over, if its data has arrived."""
    last_over = Period.month_of(today).previous()
    loaded = last_loaded_day(data_as_of)
    if loaded is None:
        return last_over
    return min(last_over, Period.month_of(loaded), key=lambda period: period.index)


def last_loaded_day(data_as_of: datetime | None) -> date | None:
    """The day the newest value belongs to: a value as of midnight closes the day before."""
    return None if data_as_of is None else (data_as_of - timedelta(seconds=1)).date()
