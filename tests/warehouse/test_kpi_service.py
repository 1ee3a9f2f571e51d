"""K01 to K04 against the demo's ledger of stops, second by second."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.warehouse.raw_files import (
    LAST_DAY,
    PERIODS,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    days_of,
    is_open,
    month_of,
    outages,
    some,
    valid,
)
from warehouse.reader import Reader

SERVICES = valid("services.csv", "service_id", "2026-10")
AS_OF = datetime(2026, 11, 1)


def runs(stops: Iterable[dict[str, Any]]) -> list[tuple[datetime, datetime]]:
    """Unbroken stretches of stops, in order."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted((stop["started"], stop["ended"] or AS_OF) for stop in stops):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def seconds(stops: Iterable[dict[str, Any]], month: str) -> int:
    first = datetime.fromisoformat(f"{month}-01")
    after = datetime.combine(LAST_DAY[month], datetime.min.time()) + timedelta(days=1)
    return sum(max(0, int((min(end, after) - max(start, first)).total_seconds())) for start, end in runs(stops))


def told(data: Path, period: str, service: str, tenant: str | None) -> tuple[Fraction, Fraction, int]:
    """(planned service, unplanned stops in minutes, how many of them began)"""
    own = [stop for stop in outages(data) if stop["service"] == service and tenant in (None, *stop["tenants"])]
    planned = [stop for stop in own if stop["kind"] == "計画停止"]
    excused = [stop for stop in own if stop["kind"] == "計画外停止" and stop["excluded"]]
    unplanned = [stop for stop in own if stop["kind"] == "計画外停止" and not stop["excluded"]]
    due, lost, begun = Fraction(0), Fraction(0), 0
    for month in PERIODS[period]:
        due += 1440 * LAST_DAY[month].day - Fraction(seconds(planned, month), 60)
        lost += Fraction(seconds([*planned, *excused, *unplanned], month) - seconds([*planned, *excused], month), 60)
        begun += sum(month_of(start) == month for start, _ in runs(unplanned))
    return due, lost, begun


def entities(data: Path, period: str) -> Iterable[tuple[Key, list[tuple[Fraction, Fraction, int]]]]:
    by_service = [told(data, period, service, None) for service in SERVICES]
    yield (period, "all", ""), by_service
    for service, one in zip(SERVICES, by_service, strict=True):
        yield (period, "service", service), [one]
    for code in TENANT_CODES:
        yield (period, "tenant", code), [told(data, period, service, code) for service in SERVICES]


def test_k01_is_the_planned_service_without_the_unplanned_stops_over_the_planned_service(
    demo_data: Path, demo_reader: Reader
) -> None:
    wanted: dict[Key, Parts] = {}
    for period in PERIODS:
        for key, several in entities(demo_data, period):
            due, lost = sum(one[0] for one in several), sum(one[1] for one in several)
            wanted[key] = due - lost, due
    assert_parts(demo_reader, "K01", wanted)
    assert some(wanted.values())


def test_k02_adds_up_minutes_and_stops_not_planned(demo_data: Path, demo_reader: Reader) -> None:
    lost: dict[Key, Parts] = {}
    begun: dict[Key, Parts] = {}
    for period in PERIODS:
        for key, several in entities(demo_data, period):
            lost[key] = sum(one[1] for one in several), 1
            begun[key] = sum(one[2] for one in several), 1
    assert_parts(demo_reader, "K02", lost)
    assert_parts(demo_reader, "K02.count", begun)
    assert lost["2026-10", "all", ""] != (0, 1) != begun["2026-10", "all", ""]


def touches_office_hours(stop: dict[str, Any]) -> bool:
    return any(is_open(day) and stop["started"] < datetime(day.year, day.month, day.day, 17, 15)
               and stop["ended"] > datetime(day.year, day.month, day.day, 8, 30) for day in days_of(LAST_DAY))


def test_k03_asks_of_planned_stops_whether_they_kept_clear_of_office_hours(
    demo_data: Path, demo_reader: Reader
) -> None:
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        for grain, entity in [("all", ""), *(("service", service) for service in SERVICES)]:
            own = [stop for stop in outages(demo_data) if stop["kind"] == "計画停止" and stop["ended"]
                   and month_of(stop["started"]) in months and entity in ("", stop["service"])]
            wanted[period, grain, entity] = sum(not touches_office_hours(stop) for stop in own), len(own)
    assert_parts(demo_reader, "K03", wanted)
    assert wanted["FY2026", "all", ""][1] > 0


def test_k04_counts_switch_overs_and_their_mean_interruption_in_seconds(demo_data: Path, demo_reader: Reader) -> None:
    count: dict[Key, Parts] = {}
    mean: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        for grain, entity in [("all", ""), *(("service", service) for service in SERVICES)]:
            own = [stop for stop in outages(demo_data) if stop["kind"] == "系切替"
                   and month_of(stop["started"]) in months and entity in ("", stop["service"])]
            ended = [(stop["ended"] - stop["started"]).total_seconds() for stop in own if stop["ended"]]
            count[period, grain, entity] = len(own), 1
            mean[period, grain, entity] = sum(ended), len(ended)
    assert_parts(demo_reader, "K04", count)
    assert_parts(demo_reader, "K04.mean", mean)
