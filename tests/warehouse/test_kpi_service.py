"""K01 to K04 against the demo's ledger of stops, second by second."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.support import copy_config, load
from tests.warehouse import small_files as small
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


# ---- small ledgers ------------------------------------------------------------------------------------


def test_stops_over_a_months_end_and_beside_each_other_count_once_and_where_they_lie(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.outages(
        tmp_path, ("プロキシ", "計画外停止", "2026/09/30 23:00", "2026/10/01 01:00", "津市"),
        ("プロキシ", "計画外停止", "2026/09/30 23:30", "2026/10/01 02:00", "津市"),
        ("WAF", "計画外停止", "2026/10/01 01:30", "2026/10/01 02:00", "四日市市"),
        *((service, "計画外停止", "2026-08-03 10:00:00", "2026-08-03 10:00:20", None)
          for service in ("プロキシ", "WAF", "CDN"))),
        small.use(tmp_path, "2026-08", account=1), small.use(tmp_path, "2026-09", account=1),
        config=copy_config(tmp_path / "config"))
    assert small.parts(data, "K02", "service", "proxy") | small.parts(data, "K02") == {
        "2026-08": (1, 1), "2026-09": (60, 1), "2026-10": (150, 1), "2026Q2": (61, 1), "2026Q3": (150, 1),
        "2026H1": (61, 1), "2026H2": (150, 1), "FY2026": (211, 1), "sc-r3": (211, 1)}, "three times 20 s are a minute"
    assert small.parts(data, "K02", "service", "proxy")["2026-10"] == (120, 1)
    assert small.parts(data, "K02.count")["2026-09"] == (1, 1) == small.parts(data, "K02.count")["2026-10"]
    assert small.parts(data, "K02.count")["2026Q2"] == (4, 1)
    assert small.parts(data, "K02", "tenant", "242012")["FY2026"] == (180, 1)
    assert small.parts(data, "K02", "tenant", "242021")["FY2026"] == (30, 1)
    assert small.parts(data, "K02", "tenant", "240001")["FY2026"] == (0, 1)
    assert small.parts(data, "K01", "tenant", "242012")["2026-10"] == (13 * 31 * 1440 - 120, 13 * 31 * 1440)


def test_one_minute_of_office_hours_is_enough_to_be_in_them(tmp_path: Path) -> None:
    """12 October 2026 is a holiday, the 10th a Saturday; the stop of the 20th has not ended."""
    clear = [("05 06:30", "05 08:30"), ("07 17:15", "07 18:00"), ("10 12:00", "10 13:00"), ("12 12:00", "12 13:00"),
             ("13 17:15", "14 08:30")]
    touching = [("06 06:30", "06 08:31"), ("08 17:14", "08 18:00"), ("15 17:15", "16 08:31"), ("09 12:00", "12 01:00")]
    stops = [("プロキシ", "計画停止", f"2026/10/{start}", f"2026/10/{end}", None) for start, end in [*clear, *touching]]
    stops += [("プロキシ", "計画停止", "2026/10/20 18:00", None, None),
              ("WAF", "系切替", "2026-10-21 10:00:00", "2026-10-21 10:01:30", None),
              ("WAF", "系切替", "2026-10-22 10:00:00", None, None)]
    data = tmp_path / "data"
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.outages(tmp_path, *stops))
    assert small.parts(data, "K03")["2026-10"] == (5, 9) == small.parts(data, "K03", "service", "proxy")["2026-10"]
    assert small.parts(data, "K03", "service", "waf")["2026-10"] == (0, 0)
    assert small.parts(data, "K04")["2026-10"] == (2, 1) and small.parts(data, "K04.mean")["2026-10"] == (90, 1)


def test_a_body_is_told_of_the_days_on_which_it_was_connected(tmp_path: Path) -> None:
    """四日市市 joins on 16 October, 三重県 leaves on the 15th, in the midst of a stop."""
    config = copy_config(tmp_path / "config")
    small.change_config(config, "tenants.csv", {"tenant_code": "242021"}, valid_from="2026-10-16")
    small.change_config(config, "tenants.csv", {"tenant_code": "240001"}, valid_to="2026-10-15")
    data, whole = tmp_path / "data", 13 * 1440
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.outages(
        tmp_path, ("プロキシ", "計画外停止", "2026/10/10 10:00", "2026/10/10 12:00", "全団体"),
        ("プロキシ", "計画停止", "2026/10/15 23:00", "2026/10/16 01:00", "全団体"),
        ("プロキシ", "計画外停止", "2026/10/20 10:00", "2026/10/20 11:00", "全団体")), config=config)
    found = {code: small.parts(data, "K01", "tenant", code)["2026-10"] for code in ("242012", "242021", "240001")}
    assert found == {"242012": (whole * 31 - 300, whole * 31 - 120), "242021": (whole * 16 - 120, whole * 16 - 60),
                     "240001": (whole * 15 - 180, whole * 15 - 60)}
    counts = [small.parts(data, "K02.count", "tenant", code)["2026-10"][0] for code in ("242012", "242021", "240001")]
    assert counts == [2, 1, 1]
