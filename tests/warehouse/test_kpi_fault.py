"""K05 to K08 against the demo's ledger of faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.raw_files import (
    PERIODS,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    end_of,
    faults,
    median,
    minutes,
    month_of,
    valid,
)
from warehouse.reader import Reader

SERVICES = valid("services.csv", "service_id", "2026-10")
Fault = dict[str, Any]


def of_entities(data: Path, grains: str, measure: Callable[[list[Fault]], Parts]) -> dict[Key, Parts]:
    """The measure of the faults detected in every period, for all, services and bodies as the grains name them."""
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        own = [fault for fault in faults(data) if month_of(fault["detected"]) in months]
        wanted[period, "all", ""] = measure(own)
        for service in SERVICES if "service" in grains else ():
            wanted[period, "service", service] = measure([fault for fault in own if fault["service"] == service])
        for code in TENANT_CODES if "tenant" in grains else ():
            wanted[period, "tenant", code] = measure([fault for fault in own if code in fault["tenants"]])
    return wanted


def spans(own: list[Fault], until: str) -> list[Any]:
    return [minutes(fault["detected"], fault[until]) for fault in own if fault[until]]


@pytest.mark.parametrize(("kpi_no", "until", "grains"), [("K05", "started", "service"),
                                                         ("K06", "restored", "service tenant")])
def test_k05_and_k06_are_mean_median_and_longest_from_the_detection(
    demo_data: Path, demo_reader: Reader, kpi_no: str, until: str, grains: str
) -> None:
    def mean(own: list[Fault]) -> Parts:
        return sum(spans(own, until)), len(spans(own, until))

    def middle(own: list[Fault]) -> Parts:
        return (round(median(spans(own, until)), 2), 1) if spans(own, until) else (None, 0)

    def longest(own: list[Fault]) -> Parts:
        return (max(spans(own, until)), 1) if spans(own, until) else (None, 0)

    for kpi_id, measure in ((kpi_no, mean), (f"{kpi_no}.median", middle), (f"{kpi_no}.max", longest)):
        assert_parts(demo_reader, kpi_id, of_entities(demo_data, grains, measure))
    assert len({fault[until] for fault in faults(demo_data)}) > 3


def test_k07_counts_faults_within_and_beyond_the_boundary(demo_data: Path, demo_reader: Reader) -> None:
    for kpi_id, wanted in (("K07", (True, False)), ("K07.inside", (True,)), ("K07.outside", (False,))):
        assert_parts(demo_reader, kpi_id, of_entities(
            demo_data, "service tenant", lambda own, wanted=wanted: (  # type: ignore[misc]
                sum(fault["inside"] in wanted for fault in own), 1)))
    assert {fault["inside"] for fault in faults(demo_data)} == {True, False}


def test_k08_looks_at_all_faults_up_to_the_periods_end(demo_data: Path, demo_reader: Reader) -> None:
    rate: dict[Key, Parts] = {}
    still_open: dict[Key, Parts] = {}
    for period in PERIODS:
        after = datetime.combine(end_of(period), datetime.min.time()) + timedelta(days=1)
        so_far = [fault for fault in faults(demo_data) if fault["detected"] < after]
        done = sum(bool(fault["restored"]) and fault["restored"] < after for fault in so_far)
        rate[period, "all", ""], still_open[period, "all", ""] = (done, len(so_far)), (len(so_far) - done, 1)
    assert_parts(demo_reader, "K08", rate)
    assert_parts(demo_reader, "K08.open", still_open)
