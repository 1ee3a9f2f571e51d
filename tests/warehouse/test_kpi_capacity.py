"""K20: Theil and Sen's line through a year of monthly percentiles, computed once more, and the month it arrives."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from tests.warehouse.model_sql import Bench
from tests.warehouse.raw_files import PERIODS, Parts, assert_parts, valid
from warehouse.models import months_between, shifted
from warehouse.reader import Reader

LINE = ("jst_month VARCHAR, line_id VARCHAR, direction VARCHAR, p95_bps BIGINT, guaranteed_bps BIGINT, "
        "expected BIGINT, received BIGINT")
DEVICE = ("jst_month VARCHAR, device_id VARCHAR, metric VARCHAR, p95_value DECIMAL(18,6), design_limit DECIMAL(18,4), "
          "expected BIGINT, received BIGINT")
LAST = "2026-10"
Months = dict[str, float]


@dataclass(frozen=True)
class Trend:
    """Slope per month with the ends of its 80 % interval, and where each line stands in the last month."""

    slopes: tuple[float, float, float]
    stands: tuple[float, float, float]

    def months_to(self, goal: float) -> tuple[int | None, int | None, int | None]:
        """Months until the line is at the goal: soonest, middle, latest; None beyond 60 or never."""
        if self.stands[1] >= goal:
            return 0, 0, 0 if self.stands[0] >= goal else self._reach(0, goal)
        if self.slopes[0] <= 0:
            return None, None, None
        middle = self._reach(1, goal)
        if middle is None:
            return None, None, None
        soonest = 0 if self.stands[2] >= goal else self._reach(2, goal)
        latest = self._reach(0, goal)
        return min(soonest or 0, middle), middle, None if latest is None else max(latest, middle)

    def _reach(self, which: int, goal: float) -> int | None:
        if self.slopes[which] <= 0:
            return None
        steps = math.ceil(round((goal - self.stands[which]) / self.slopes[which], 9))
        return steps if steps <= 60 else None


def trend_of(values: Sequence[tuple[int, float]]) -> Trend:
    """Theil 1950, Sen 1968: (month from now, value); the interval from the normal approximation of Kendall's S."""
    slopes = sorted((b - a) / (y - x) for i, (x, a) in enumerate(values) for y, b in values[i + 1:])
    n, pairs = len(values), len(slopes)
    spread = 1.2816 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low, high = math.floor((pairs - spread) / 2), math.ceil((pairs + spread) / 2) + 1  # places, counted from 1
    three = slopes[max(low, 1) - 1], median(slopes), slopes[min(high, pairs) - 1]
    low_stand, stand, high_stand = (median(value - slope * x for x, value in values) for slope in three)
    return Trend(three, (low_stand, stand, high_stand))


def placed(months: Months) -> list[tuple[int, float]]:
    """Of the last 36 months before the last one."""
    found = [(1 - len(months_between(month, max(months))), value) for month, value in sorted(months.items())]
    return [(x, value) for x, value in found if x > -36]


def series(count: int, value: Any, last: str = LAST) -> Months:
    """So many months up to the last one; ``value`` of the number of months from the first."""
    return {shifted(last, place + 1 - count): value(place) for place in range(count)}


def bench_of(lines: dict[str, Months], *, period: Sequence[str] = (LAST,), devices: Sequence[Sequence[Any]] = (),
             received: int = 8_928) -> Bench:
    bench = Bench()
    bench.table("line_month", LINE, [(month, line, side, round(value * share), 1_000_000_000, 8_928, received)
                                     for line, months in lines.items() for month, value in months.items()
                                     for side, share in (("in", 1.0), ("out", 0.5))])
    bench.table("device_month", DEVICE, devices)
    bench.table("period_month", "period_id VARCHAR, kind VARCHAR, jst_month VARCHAR",
                [("P", "quarter", month) for month in period])
    months = sorted({month for own in lines.values() for month in own} | {str(row[0]) for row in devices})
    bench.run_months("capacity_trend", months)
    return bench


def k20(bench: Bench, entity: str = "a") -> dict[str, Parts]:
    """KPI -> (months, 1), (0, 0) where nothing points there, (None, None) where too little is known."""
    return {kpi_id: (numerator, denominator) for kpi_id, own, numerator, denominator in bench.run(
        "kpi_capacity", "kpi_id, entity, numerator, denominator") if own == entity}


def noisy(seed: int) -> Months:
    chance = random.Random(seed)
    count, slope = chance.randint(12, 40), chance.choice((-3, 0, 2, 5, 20))
    start, noise = chance.randint(100, 900), chance.choice((1, 10, 60))
    months = series(count, lambda place: 1_000_000 * (start + slope * place + chance.gauss(0, noise)))
    for month in chance.sample(sorted(months)[:-1], chance.randint(0, count - 12)):
        months.pop(month)
    return {month: max(0, round(value)) for month, value in months.items()}


def test_the_trend_is_that_of_theil_and_sen_with_its_interval() -> None:
    lines = {f"line{seed}": noisy(seed) for seed in range(40)}
    bench = bench_of(lines)
    found = {row[0]: row[1:] for row in bench.run("capacity_trend", (
        "CASE WHEN jst_month = '2026-10' THEN entity ELSE entity || jst_month END, slope_low, slope, slope_high, "
        "fit_low, fit_value, fit_high, months, state"))}
    states = set()
    for line, months in lines.items():
        wanted, told = trend_of(placed(months)), found[line]
        assert [float(value) for value in told[:3]] == pytest.approx(wanted.slopes, rel=1e-6, abs=1e-3), line
        assert [float(value) for value in told[3:6]] == pytest.approx(wanted.stands, rel=1e-6, abs=0.02), line
        assert told[6] == len(placed(months))
        assert told[7] == ("short" if told[6] < 12 else "rising" if wanted.slopes[0] > 0 else "flat"), line
        states.add(told[7])
    assert {"rising", "flat"} <= states


def test_k20_k20_70_and_k20_90_are_the_months_until_the_line_arrives() -> None:
    lines = {f"line{seed}": noisy(seed) for seed in range(40)}
    bench = bench_of(lines)
    reach = {(row[0], row[1]): row[2:] for row in bench.run("capacity_reach", (
        "entity, threshold_pct, months_low, months_left, months_high, jst_month")) if row[5] == LAST}
    kinds = set()
    for line, months in lines.items():
        if len(placed(months)) < 12:
            continue
        for kpi_id, percent in (("K20.70", 70), ("K20.90", 90), ("K20", 100)):
            low, middle, high = trend_of(placed(months)).months_to(percent * 10_000_000)
            assert reach[line, percent][:3] == (low, middle, high), (line, percent)
            assert k20(bench, line)[kpi_id] == ((0, 0) if middle is None else (middle, 1)), (line, kpi_id)
            kinds.add("none" if middle is None else "there" if middle == 0 else "ahead")
    assert kinds == {"none", "there", "ahead"}


def test_a_straight_line_arrives_in_just_its_month() -> None:
    """500 Mbps in the twelfth month and 20 more each month: 700 in ten, 900 in twenty, 1000 in twenty-five months."""
    bench = bench_of({"a": series(12, lambda place: 1_000_000 * (280 + 20 * place))})
    assert k20(bench) == {"K20.70": (10, 1), "K20.90": (20, 1), "K20": (25, 1)}


@pytest.mark.parametrize(("months", "wanted"), [
    (series(11, lambda place: 1e8 * place), (None, None)),
    (series(12, lambda place: 5e8), (0, 0)),
    (series(12, lambda place: 9e8 - 1e7 * place), (0, 0)),
    (series(12, lambda place: 1.1e9), (0, 1)),
    (series(12, lambda place: 1e6 * place), (0, 0)),
], ids=["short", "flat", "falling", "above already", "not within 60 months"])
def test_what_does_not_point_there_is_told_apart(months: Months, wanted: Parts) -> None:
    assert k20(bench_of({"a": months}))["K20"] == wanted


@pytest.mark.parametrize(("last", "wanted"), [(400, (60, 1)), (399, (0, 0))])
def test_sixty_months_ahead_is_told_and_sixty_one_is_not(last: int, wanted: Parts) -> None:
    months = series(12, lambda place: 1_000_000 * (last - 10 * (11 - place)))
    assert k20(bench_of({"a": months}))["K20"] == wanted


def test_months_of_which_half_is_missing_and_the_month_that_runs_are_no_part_of_the_trend() -> None:
    whole = series(12, lambda place: 1_000_000 * (280 + 20 * place))
    assert k20(bench_of({"a": whole}, received=4_464))["K20"] == (25, 1)
    assert k20(bench_of({"a": whole}, received=4_463)) == {}


def test_a_devices_first_metric_to_arrive_is_told() -> None:
    devices = [(shifted(LAST, place - 11), "fw-1", metric, Decimal(start) + step * place, 100, 8_928, 8_928)
               for place in range(12)
               for metric, start, step in (("cpu_pct", 20, 1), ("memory_pct", 30, 2), ("sessions", 50, 0))]
    assert k20(bench_of({}, devices=devices), "fw-1") == {
        "K20.70": (9, 1), "K20.90": (19, 1), "K20": (24, 1)}, "memory: 52 in the last month, 2 more each month"


def test_steps_of_tenths_do_not_make_a_month_too_many() -> None:
    """From 63, 64 … 69 % by a tenth each month: the goal of 70 % lies a whole number of months ahead."""
    devices = [(shifted(LAST, place - 11), f"fw-{start}", "cpu_pct", start + Decimal(place) / 10, 100, 8_928, 8_928)
               for start in range(63, 69) for place in range(12)]
    bench = bench_of({}, devices=devices)
    found = {start: k20(bench, f"fw-{start}")["K20.70"] for start in range(63, 69)}
    assert found == {start: (10 * (70 - start) - 11, 1) for start in range(63, 69)}


def test_a_longer_period_is_seen_from_its_last_month() -> None:
    rising = series(14, lambda place: 1_000_000 * (240 + 20 * place))
    bench = bench_of({"a": rising}, period=("2026-08", "2026-09"))
    assert k20(bench)["K20"] == ((1000 - 480) // 20, 1), "480 Mbps in September"


def test_months_are_counted_from_the_periods_end_also_when_its_last_months_have_no_figure() -> None:
    rising = series(12, lambda place: 1_000_000 * (280 + 20 * place))
    bench = bench_of({"a": rising, "b": series(12, lambda place: 999_000_000 + 1_000_000 * place)},
                     period=(LAST, "2026-11", "2026-12"))
    assert k20(bench) == {"K20.70": (8, 1), "K20.90": (18, 1), "K20": (23, 1)}
    assert k20(bench, "b")["K20"] == (0, 1)


def test_the_demos_three_months_tell_of_no_trend(demo_reader: Reader) -> None:
    measured = [("line", line) for line in ("internet", "breakout", "cloud_active", "web")]
    measured += [("device", device) for device in valid("devices.csv", "device_id", "2026-10")]
    for kpi_id in ("K20", "K20.70", "K20.90"):
        assert_parts(demo_reader, kpi_id, {(period, *entity): (None, None) for period in PERIODS
                                           for entity in measured})
