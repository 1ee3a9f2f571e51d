"""K26 to K29 against the demo's ledgers of tickets and the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import copy_config, load, rows
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import (
    PERIODS,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    end_of,
    is_open,
    median,
    month_of,
    nearest_rank,
    next_open,
    office_minutes,
    some,
    tickets,
    valid,
)
from warehouse.reader import Reader

AS_OF = datetime(2026, 11, 1)
CHANNELS = valid("ticket_channels.csv", "channel", "2026-10")
KINDS = valid("ticket_kinds.csv", "ticket_kind", "2026-10")
Ticket = dict[str, Any]


def of_entities(data: Path, measure: Callable[[list[Ticket]], Parts], *, by_kind: bool = False) -> dict[Key, Parts]:
    """The measure of the tickets received in every period."""
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        own = [ticket for ticket in tickets(data) if month_of(ticket["received"]) in months]
        wanted[period, "all", ""] = measure(own)
        for grain, column, values in (("tenant", "tenant", TENANT_CODES), ("channel", "channel", CHANNELS),
                                      ("ticket_kind", "kind", KINDS)):
            if grain == "tenant" or by_kind:
                wanted |= {(period, grain, value): measure([ticket for ticket in own if ticket[column] == value])
                           for value in values}
    return wanted


def due_of(ticket: Ticket) -> datetime:
    day = next_open(ticket["received"].date())
    return datetime(day.year, day.month, day.day, 17, 15)


def test_k26_counts_tickets_by_body_channel_and_kind(demo_data: Path, demo_reader: Reader) -> None:
    wanted = of_entities(demo_data, lambda own: (len(own), 1), by_kind=True)
    assert_parts(demo_reader, "K26", wanted)
    assert any(ticket["tenant"] == "unknown" for ticket in tickets(demo_data)), "one ticket is of no connected body"


def test_k26_reopened_counts_tickets_that_ledger_or_log_saw_taken_up_again(
    demo_data: Path, demo_reader: Reader
) -> None:
    wanted = of_entities(demo_data, lambda own: (sum(ticket["reopened"] > 0 for ticket in own), 1))
    assert_parts(demo_reader, "K26.reopened", wanted)
    assert wanted["FY2026", "all", ""][0] > 0


def test_k27_is_the_share_answered_by_the_end_of_the_next_open_day(demo_data: Path, demo_reader: Reader) -> None:
    def measure(own: list[Ticket]) -> Parts:
        due = [ticket for ticket in own if ticket["answered"] or due_of(ticket) <= AS_OF]
        return sum(bool(ticket["answered"]) and ticket["answered"] <= due_of(ticket) for ticket in due), len(due)

    wanted = of_entities(demo_data, measure)
    assert_parts(demo_reader, "K27", wanted)
    assert some(wanted.values())
    assert wanted["2026-10", "all", ""][1] < of_entities(demo_data, lambda own: (len(own), 1))["2026-10", "all", ""][0]


@pytest.mark.parametrize("kpi_id", ["K28", "K28.p90"])
def test_k28_is_told_of_office_minutes_of_the_answered_tickets(
    demo_data: Path, demo_reader: Reader, kpi_id: str
) -> None:
    def measure(own: list[Ticket]) -> Parts:
        spent = [office_minutes(ticket["received"], ticket["answered"]) for ticket in own if ticket["answered"]]
        if not spent:
            return None, 0
        return (median(spent) if kpi_id == "K28" else nearest_rank(spent, 90)), 60

    assert_parts(demo_reader, kpi_id, of_entities(demo_data, measure))


def open_days_after(day: date, until: date) -> int:
    return sum(is_open(day + timedelta(days=ahead)) for ahead in range(1, (until - day).days + 1))


@pytest.mark.parametrize(("kpi_id", "limit"), [("K29", 10), ("K29.over30", 30)])
def test_k29_counts_what_was_open_at_the_end_and_older_than_so_many_open_days(
    demo_data: Path, demo_reader: Reader, kpi_id: str, limit: int
) -> None:
    wanted: dict[Key, Parts] = {}
    for period in PERIODS:
        end = end_of(period)
        old = [ticket for ticket in tickets(demo_data) if ticket["received"].date() <= end
               and (ticket["completed"] is None or ticket["completed"].date() > end)
               and open_days_after(ticket["received"].date(), end) > limit]
        wanted[period, "all", ""] = len(old), 1
        wanted |= {(period, "tenant", code): (sum(ticket["tenant"] == code for ticket in old), 1)
                   for code in TENANT_CODES}
    assert_parts(demo_reader, kpi_id, wanted)
    if limit == 10:
        assert any(numerator for numerator, _ in wanted.values())


def test_a_month_without_a_ledger_is_unknown_and_missing_from_the_quarter(tmp_path: Path) -> None:
    """August's and October's ledgers came, September's did not; T-1 is older than ten open days at August's end."""
    data = tmp_path / "data"
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.use(tmp_path, "2026-09", account=1),
         small.tickets(tmp_path, 8, ("T-1", "2026/08/14 10:00", "2026/08/17 17:15", None),
                       ("T-2", "2026/08/17 10:00", "2026/08/18 17:16", "2026/08/31 23:59"),
                       ("T-3", "2026/08/17 10:00", None, None), ("T-5", "2026/08/14 10:00", None, "2026/09/01 00:00")),
         small.tickets(tmp_path, 10, ("T-4", "2026/10/30 17:16", None, None)), config=copy_config(tmp_path / "config"))
    assert small.parts(data, "K26")["2026-09"] == (None, None)
    assert small.parts(data, "K26")["2026Q2"] == (4, 1) and small.parts(data, "K26")["FY2026"] == (5, 1)
    assert rows(data, "SELECT period_id, expected, received FROM wh.kpi_value WHERE kpi_id = 'K26' AND grain = 'all' "
                      "AND period_id IN ('2026-09', '2026Q2', 'FY2026') ORDER BY ALL") == [
        ("2026-09", 1, 0), ("2026Q2", 2, 1), ("FY2026", 3, 2)]
    assert small.parts(data, "K27")["2026-08"] == (1, 4) and small.parts(data, "K27")["2026-10"] == (0, 0)
    assert small.parts(data, "K29")["2026-08"] == (2, 1) == small.parts(data, "K29")["2026Q2"], "T-3 is ten days old"
    assert small.parts(data, "K29")["2026-10"] == (2, 1), "T-1 and T-3 are still open, as far as anyone knows"
    assert small.parts(data, "K29.over30")["2026-10"] == (2, 1) and small.parts(data, "K29.over30")["2026-08"] == (0, 1)
