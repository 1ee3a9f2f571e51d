"""95th percentiles of longer periods (K09, K11, K15.p95, K18): those of all 5-minute values, however they lie."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.model_sql import Bench
from tests.warehouse.raw_files import nearest_rank

SERIES = ("jst_month VARCHAR, table_name VARCHAR, entity VARCHAR, series VARCHAR, tenant_code VARCHAR, ts TIMESTAMP, "
          "value DECIMAL(18,6)")
Months = dict[str, list[int]]


def built(*series: Months, kept: tuple[str, ...] | None = None) -> Bench:
    """Lines 0, 1, … whose months hold these values; ``kept``: the months whose samples are still there (all)."""
    bench, first = Bench(), datetime(2026, 4, 1)
    rows = [(month, "line_sample", str(line), "in", None, first + timedelta(minutes=5 * place), value)
            for line, months in enumerate(series) for month, values in months.items()
            for place, value in enumerate(values)]
    bench.table("sample_series", SERIES, rows)
    bench.table("period_month", "period_id VARCHAR, kind VARCHAR, jst_month VARCHAR", [
        (period, kind, month) for month in sorted({row[0] for row in rows})
        for period, kind in ((month, "month"), ("2026Q1", "quarter"))])
    if kept is not None:
        bench.keep("high_sample")
        bench.table("sample_series", SERIES, [row for row in rows if row[0] in kept])
    return bench


def percentiles(bench: Bench) -> dict[tuple[str, int], Any]:
    """(period, line) -> percentile, maximum, number of values."""
    found = bench.run("percentile", "period_id, entity, p95_value, max_value, samples")
    return {(period, int(line)): tuple(told) for period, line, *told in found}


def percentile(bench: Bench, period: str = "2026Q1") -> Any:
    return percentiles(bench)[period, 0][0]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_a_quarter_has_the_percentile_of_all_its_values(seed: int) -> None:
    """Thirty lines at a time: few and many values, equal ones, months of their own level, months that are missing."""
    chance = random.Random(seed)
    series: list[Months] = [uneven(100)]
    for _ in range(30):
        spread, months = chance.choice((3, 20, 10_000)), {}
        for number in chance.sample((4, 5, 6), chance.randint(1, 3)):
            level = chance.choice((0, 0, spread // 2, 3 * spread))
            months[f"2026-{number:02d}"] = [level + chance.randrange(spread) for _ in range(chance.randint(1, 120))]
        series.append(months)
    bench = built(*series)
    wanted = {(period, line): every for line, months in enumerate(series) for period, every in (
        *months.items(), ("2026Q1", [value for own in months.values() for value in own]))}
    assert percentiles(bench) == {
        key: (nearest_rank(every, 95), max(every), len(every)) for key, every in wanted.items()}
    assert bench.run("percentile_short"), "some month has more than its share of the high values"


def uneven(share: int) -> Months:
    """Of May's hundred values so many are high; April and June have none."""
    return {"2026-04": list(range(100)), "2026-05": [1_000 + place if place < share else place for place in range(100)],
            "2026-06": list(range(100))}


@pytest.mark.parametrize(("share", "short"), [(0, []), (10, []), (14, ["2026-05"]), (100, ["2026-05"])])
def test_only_a_month_whose_highest_eighth_is_not_enough_is_short(share: int, short: list[str]) -> None:
    bench = built(uneven(share))
    assert [row[0] for row in bench.run("percentile_short", "jst_month")] == short
    every = [value for own in uneven(share).values() for value in own]
    assert percentile(bench) == nearest_rank(every, 95)


def test_samples_that_retired_matter_only_where_a_month_was_short() -> None:
    every = [value for own in uneven(10).values() for value in own]
    assert percentile(built(uneven(10), kept=())) == nearest_rank(every, 95)
    assert percentiles(built(uneven(100), kept=("2026-04", "2026-06")))["2026Q1", 0] == (None, 1_099, 300)
    assert percentile(built(uneven(100), kept=("2026-05",))) == 1_084


def test_equal_values_count_each_by_itself() -> None:
    months = {"2026-04": [5] * 100, "2026-05": [5] * 94 + [6] * 6, "2026-06": [5] * 91 + [7] * 9}
    bench = built(months)
    assert percentile(bench) == 5, "15 of 300 values are higher"
    assert (percentile(bench, "2026-04"), percentile(bench, "2026-05")) == (5, 6)
    months["2026-06"] = [5] * 90 + [7] * 10
    assert percentile(built(months)) == 6, "16 of 300 values are higher"
