"""K09 to K14 against the 5-minute values of the demo's raw files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import CONFIG, copy_config, load, read_rows
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import (
    PERIODS,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    line_samples,
    nearest_rank,
    traffic,
    within,
)
from warehouse.reader import Reader

GUARANTEED = {row["line_id"]: int(row["guaranteed_bps"] or 0) for row in read_rows(CONFIG / "lines.csv")}
LINES = tuple(GUARANTEED)
SHARED = ("internet", "breakout")


def of_lines(data: Path, lines: tuple[str, ...], measure: Callable[[list[list[int]]], Parts]) -> dict[Key, Parts]:
    """The measure of both directions' values, for every period and line."""
    samples = line_samples(data)
    return {(period, "line", line): measure([within(samples[line, side], period) for side in ("in", "out")])
            for period in PERIODS for line in lines}


def test_k09_is_the_larger_of_both_directions_percentiles(demo_data: Path, demo_reader: Reader) -> None:
    assert_parts(demo_reader, "K09", of_lines(demo_data, LINES, lambda sides: (
        max(nearest_rank(side, 95) for side in sides), 1)))


@pytest.mark.parametrize(("kpi_id", "place"), [("K09.in", 0), ("K09.out", 1)])
def test_k09_of_one_direction_looks_at_that_one_only(
    demo_data: Path, demo_reader: Reader, kpi_id: str, place: int
) -> None:
    assert_parts(demo_reader, kpi_id, of_lines(demo_data, LINES, lambda sides: (
        nearest_rank(sides[place], 95), 1)))


def test_k10_is_k09_over_the_guaranteed_bandwidth_of_lines_that_share_a_capacity(
    demo_data: Path, demo_reader: Reader
) -> None:
    assert_parts(demo_reader, "K10", of_lines(demo_data, SHARED, lambda sides: (
        max(nearest_rank(side, 95) for side in sides), 1_000_000_000)))


def test_k11_sums_the_lines_slot_by_slot_before_it_ranks(demo_data: Path, demo_reader: Reader) -> None:
    samples, wanted = line_samples(demo_data), {}
    for period in PERIODS:
        ranks = []
        for side in ("in", "out"):
            first, second = samples["internet", side], samples["breakout", side]
            ranks.append(nearest_rank([first[month][time] + second[month][time] for month in PERIODS[period]
                                       for time in first[month].keys() & second[month].keys()], 95))
        wanted[period, "line_group", "internet_breakout"] = max(ranks), 4_000_000_000
    assert_parts(demo_reader, "K11", wanted)


def test_k12_counts_the_slots_above_the_guaranteed_bandwidth_in_the_busier_direction(
    demo_data: Path, demo_reader: Reader
) -> None:
    wanted = of_lines(demo_data, SHARED, lambda sides: (
        max(sum(value > 1_000_000_000 for value in side) for side in sides), 1))
    assert_parts(demo_reader, "K12", wanted)


def test_k13_is_the_peak_of_web_access_over_its_bandwidth_and_its_percentile_beside_it(
    demo_data: Path, demo_reader: Reader
) -> None:
    assert_parts(demo_reader, "K13", of_lines(demo_data, ("web",), lambda sides: (
        max(max(side) for side in sides), 200_000_000)))
    assert_parts(demo_reader, "K13.p95", of_lines(demo_data, ("web",), lambda sides: (
        max(nearest_rank(side, 95) for side in sides), 200_000_000)))


def test_k13_peak_is_told_of_the_line_and_of_every_bodys_web_route(demo_data: Path, demo_reader: Reader) -> None:
    wanted: dict[Key, Parts] = of_lines(demo_data, ("web",), lambda sides: (max(map(max, sides)), 1))
    found = traffic(demo_data)
    for period in PERIODS:
        for code in TENANT_CODES:
            values = [value for side in ("in", "out") for value in within(found.get((code, "web", side), {}), period)]
            wanted[period, "tenant", code] = max(values) * 8 // 300 if values else None, 1
    assert_parts(demo_reader, "K13.peak", wanted)


def test_k14_is_asked_of_the_active_cloud_line_only(demo_data: Path, demo_reader: Reader) -> None:
    assert_parts(demo_reader, "K14", of_lines(demo_data, ("cloud_active",), lambda sides: (
        max(nearest_rank(side, 95) for side in sides), 1_000_000_000)))


def test_the_demos_lines_differ_enough_to_tell_directions_and_periods_apart(demo_data: Path) -> None:
    samples = line_samples(demo_data)
    ranks = [nearest_rank(within(samples[line, side], period), 95) for line in LINES if line != "cloud_standby"
             for side in ("in", "out") for period in ("2026-08", "2026-09", "2026Q2", "FY2026")]
    assert len(set(ranks)) == len(ranks)


def test_only_values_above_the_guaranteed_bandwidth_exceed_it_and_the_busier_direction_counts(tmp_path: Path) -> None:
    data, giga = tmp_path / "data", 1_000_000_000
    samples = [("internet", 5, giga), ("internet", giga + 1, giga + 1), ("internet", 5, giga + 2), ("web", giga, 5)]
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.lines(
        tmp_path, *((f"2026/10/01 00:{5 * place:02d}", *sample) for place, sample in enumerate(samples))),
        config=copy_config(tmp_path / "config"))
    assert small.parts(data, "K12", "line", "internet")["2026-10"] == (2, 1), "receiving exceeds once, sending twice"
    assert small.parts(data, "K12", "line", "breakout")["2026-10"][0] is None, "nothing came: unknown, not 0"
    assert small.parts(data, "K12", "line", "web") == {}
    assert small.parts(data, "K11", "line_group", "internet_breakout")["2026-10"] == (None, 4 * giga)
    assert small.parts(data, "K13", "line", "web")["2026-10"] == (giga, 200_000_000), "500 %"
