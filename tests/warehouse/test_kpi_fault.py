"""K05 to K08 against the demo's ledger of faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
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


@pytest.mark.parametrize(
    ("kpi_ids", "until", "grains"),
    [(("K05", "K05.median", "K05.max"), "started", "service"),
     (("K06", "K06.median", "K06.max"), "restored", "service tenant")],
)
def test_k05_and_k06_are_mean_median_and_longest_from_the_detection(
    demo_data: Path, demo_reader: Reader, kpi_ids: tuple[str, ...], until: str, grains: str
) -> None:
    def mean(own: list[Fault]) -> Parts:
        return sum(spans(own, until)), len(spans(own, until))

    def middle(own: list[Fault]) -> Parts:
        return (round(median(spans(own, until)), 2), 1) if spans(own, until) else (None, 0)

    def longest(own: list[Fault]) -> Parts:
        return (max(spans(own, until)), 1) if spans(own, until) else (None, 0)

    for kpi_id, measure in zip(kpi_ids, (mean, middle, longest), strict=True):
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


# ---- small ledgers ------------------------------------------------------------------------------------


def test_a_fault_counts_where_it_was_detected_and_is_open_until_it_is_restored(tmp_path: Path) -> None:
    """Two thirds of a minute twice and one third make whole minutes: ten on the average, which is the target."""
    config, data = copy_config(tmp_path / "config"), tmp_path / "data"
    small.change_config(config, "targets.csv", {"kpi_id": "K05"}, target="10")
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.use(tmp_path, "2026-09", account=1), small.faults(
        tmp_path, ("2026-09-01 10:00:00", "2026-09-01 10:09:40", "2026-09-01 10:30:00"),
        ("2026-09-02 10:00:00", "2026-09-02 10:09:40", "2026-10-01 00:00:00"),
        ("2026-09-30 23:59:00", "2026-10-01 00:09:40", None), ("2026-09-03 10:00:00", None, "2026-09-03 12:00:00"),
        ("2026-10-31 23:59:59", None, None)), config=config)
    assert small.parts(data, "K05")["2026-09"] == (30, 3) and small.parts(data, "K05")["2026-10"] == (0, 0)
    assert rows(data, "SELECT judgement FROM wh.main.kpi_value WHERE kpi_id = 'K05' AND period_id = '2026-09' "
                      "AND grain = 'all'") == [("達成",)]
    assert small.parts(data, "K07")["2026-09"] == (4, 1) and small.parts(data, "K07")["2026-10"] == (1, 1)
    assert small.parts(data, "K08")["2026-09"] == (2, 4) and small.parts(data, "K08")["2026-10"] == (3, 5)
    assert small.parts(data, "K08.open")["2026-09"] == (2, 1) == small.parts(data, "K08.open")["FY2026"]
    assert small.parts(data, "K06")["2026-09"] == (30 + 120 + 60 * 24 * 29 - 600, 3), "restored at midnight of October"
    assert small.parts(data, "K06.max", "tenant", "242012")["2026-09"] == (60 * 24 * 29 - 600, 1)
