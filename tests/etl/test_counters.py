"""Octet counters become rates: wraps, restarts, gaps, any poller's rhythm, and intervals between two files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from etl.batches import Batch
from etl.counters import MICROSECOND, Polls, Slots
from etl.feed import CounterSpec, Feed
from etl.polls import PollMapper
from etl.run import LoadResult
from tests.support import copy_config, lake, load, rejects, rows, write
from warehouse import edges, journal, ledger
from warehouse.ledger import LoadRecord

GRID = Slots(300)
MIDNIGHT = int((datetime(2026, 9, 30, 15) - datetime(1970, 1, 1)).total_seconds())
"""Seconds of the first moment of 2026-10-01 in Japan."""
Poll = tuple[float, int] | tuple[float, int, int]


def polls_of(readings: Iterable[Poll]) -> Polls:
    """Polls of (second, octets[, uptime])."""
    table = [(second, octets, *(uptime or (-1,))) for second, octets, *uptime in readings]
    return Polls(
        np.array([round(second * MICROSECOND) for second, _, _ in table], np.int64),
        np.array([octets for _, octets, _ in table], np.uint64),
        np.array([uptime for _, _, uptime in table], np.int64),
        np.ones(len(table), dtype=bool),
    ).ordered()


def rates_of(readings: Iterable[Poll], bits: int = 64, max_bps: int = 10**8) -> list[tuple[float, int]]:
    """(second, bit/s) of every slot."""
    starts, bps = GRID.rates(polls_of(readings), CounterSpec.model_validate({"bits": bits, "max_bps": max_bps}))
    return [(start / MICROSECOND, int(rate)) for start, rate in zip(starts, bps, strict=True)]


@pytest.mark.parametrize(
    ("polls", "bits", "expected"),
    [
        ([(0, 0), (300, 37_500), (600, 75_000)], 64, [(0, 1_000), (300, 1_000)]),
        ([(600, 75_000), (0, 0), (300, 37_500)], 64, [(0, 1_000), (300, 1_000)]),
        ([(0, 2**64 - 37_500), (300, 0), (600, 37_500)], 64, [(0, 1_000), (300, 1_000)]),
        ([(0, 2**32 - 37_500), (300, 0)], 32, [(0, 1_000)]),
        ([(0, 2**63), (300, 2**63 + 37_500)], 64, [(0, 1_000)]),
        ([(0, 9 * 10**15), (300, 37_500), (600, 75_000)], 64, [(300, 1_000)]),
        ([(0, 0), (300, 10**15), (600, 10**15 + 37_500)], 64, [(300, 1_000)]),
        ([(0, 0), (600, 75_000), (900, 112_500)], 64, [(600, 1_000)]),
        ([(0, 0), (300, 37_500), (300, 37_500), (600, 75_000)], 64, [(0, 1_000), (300, 1_000)]),
        ([(0, 0), (290, 29_000), (300, 30_000), (590, 59_000)], 64, [(0, 800), (300, 800)]),
        ([(0, 0), (299, 37_375), (601, 75_125)], 64, [(0, 1_000), (300, 1_000)]),
        ([(0, 5)], 64, []),
        ([], 64, []),
    ],
    ids=["steady", "out of order", "wrap of 64 bits", "wrap of 32 bits", "past the signed range", "reset", "replaced",
         "missed poll", "same poll twice", "two polls at one slot's start", "late polls", "one poll", "no poll"],
)  # fmt: skip
def test_counters_give_rates_over_wraps_and_gaps_over_restarts_and_missed_polls(
    polls: list[Poll], bits: int, expected: list[tuple[float, int]]
) -> None:
    max_bps = 10**8 if bits == 32 else 10**10
    assert rates_of(polls, bits, max_bps) == expected


def test_a_rate_over_a_longer_interval_is_that_of_its_own_seconds() -> None:
    assert rates_of([(-20, 0), (325, 34_500)]) == [(0, 800)]


def test_a_poller_that_is_late_by_half_a_slot_divides_its_octets_by_time() -> None:
    polls = [(150, 0), (450, 37_500), (750, 112_500), (1_050, 150_000)]
    assert rates_of(polls) == [(300, 1_500), (600, 1_500)]


def test_polls_finer_than_slots_lose_nothing() -> None:
    polls = [(60 * number, 1_000 * number**2) for number in range(16)]
    assert rates_of(polls) == [(300 * slot, round(25_000 * (2 * slot + 1) * 8 / 300)) for slot in range(3)]


def test_half_a_slot_is_no_slot() -> None:
    assert rates_of([(150, 0), (450, 37_500)]) == []
    assert rates_of([(0, 0), (300, 37_500), (450, 56_250)]) == [(0, 1_000)]


@pytest.mark.parametrize("longest, found", [(450, 1), (451, 0)])
def test_polls_more_than_one_and_a_half_slots_apart_are_no_neighbours(longest: int, found: int) -> None:
    assert len(rates_of([(0, 0), (longest, 45_000)])) == found


def test_a_32_bit_counter_that_may_have_wrapped_twice_tells_nothing() -> None:
    assert rates_of([(0, 0), (300, 37_500)], 32, 114_000_000) == [(0, 1_000)]
    assert rates_of([(0, 0), (310, 38_750)], 32, 114_000_000) == []


@pytest.mark.parametrize(
    ("uptimes", "expected"),
    [
        ((10_000_000, 10_030_000), [(0, 1_000)]),
        ((10_000_000, 4_000), []),
        ((4_000, 20_000), []),
        ((2**32 - 10_000, 20_000), [(0, 1_000)]),
        ((10_000_000, 10_031_500), [(0, 1_000)]),
        ((10_000_000, -1), [(0, 1_000)]),
        ((-1, 4_000), [(0, 1_000)]),
    ],
    ids=["running", "restarted", "restarted twice", "uptime wrapped", "clocks differ", "not told", "told once"],
)
def test_uptime_tells_a_restart_from_a_wrap(uptimes: tuple[int, int], expected: list[tuple[float, int]]) -> None:
    grown = [(0, 2**32 - 30_000, uptimes[0]), (300, 7_500, uptimes[1])]
    assert rates_of(grown, 32) == expected


# ---- properties ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**11), min_size=1, max_size=50), st.sampled_from([32, 64]), st.integers(0, 2**64 - 1))
def test_octets_come_back_from_a_counter_wherever_it_starts(growth: list[int], bits: int, start: int) -> None:
    growth = [octets % 2**31 for octets in growth] if bits == 32 else growth
    readings = accumulate([start % 2**bits, *growth])
    polls = [(300.0 * number, reading % 2**bits) for number, reading in enumerate(readings)]
    most = 2**31 * 8 // 300 + 1 if bits == 32 else 2**40
    assert [bps for _, bps in rates_of(polls, bits, most)] == [int(octets * 8 / 300 + 0.5) for octets in growth]


@st.composite
def true_polls(draw: st.DrawFn) -> list[tuple[float, int]]:
    """Polls of a counter that never fails, at any seconds, with the octets that really passed."""
    steps = draw(st.lists(st.integers(20, 450), min_size=2, max_size=40))
    grown = draw(st.lists(st.integers(0, 10**7), min_size=len(steps), max_size=len(steps)))
    first = draw(st.integers(0, 299))
    return list(zip(accumulate([first, *steps]), accumulate([0, *grown]), strict=True))


@given(true_polls())
def test_rates_times_seconds_are_the_true_octets(polls: list[tuple[float, int]]) -> None:
    """Between the outermost whole slots, whatever the poller's rhythm; near a slot's start a poll's time counts as it
    were there, which moves no more octets than pass in a tenth of a slot."""
    found = rates_of(polls, max_bps=10**9)
    seconds = [second for second, _ in polls]

    def passed(moment: float) -> float:
        return float(np.interp(moment, seconds, [octets for _, octets in polls]))

    tolerated = 2 * max(
        (later - octets) * 60 / (after - second) for (second, octets), (after, later) in pairwise(polls)
    )
    if found:
        slots = [start for start, _ in found]
        assert slots == [slots[0] + 300 * number for number in range(len(slots))], "no poll is missed, no slot either"
        told = sum(bps * 300 / 8 for _, bps in found)
        assert (
            abs(told - (passed(slots[-1] + 300) - passed(slots[0]))) <= len(found) * 300 / 16 + len(found) * tolerated
        )


@given(true_polls())
def test_polls_at_starts_of_slots_keep_every_octet(polls: list[tuple[float, int]]) -> None:
    exact = [(300.0 * number, octets) for number, (_, octets) in enumerate(polls)]
    told = sum(bps * 300 / 8 for _, bps in rates_of(exact, max_bps=10**9))
    assert told == pytest.approx(polls[-1][1], abs=len(polls) * 300 / 16)


@st.composite
def any_polls(draw: st.DrawFn, bits: int = 32) -> list[Poll]:
    """Whatever a poller may say, with uptimes or without."""
    steps = draw(st.lists(st.sampled_from([0, 1, 29, 60, 270, 299, 300, 301, 330, 450, 451, 600, 86_400]), max_size=30))
    told = draw(st.booleans())
    seconds = accumulate([draw(st.integers(0, 10**6)), *steps])
    return [(second, draw(st.integers(0, 2**bits - 1)), *([draw(st.integers(0, 2**32 - 1))] if told else []))
            for second in seconds]  # fmt: skip


@given(any_polls(), st.integers(1, 100_000_000))
def test_no_rate_is_ever_above_the_possible(polls: list[Poll], most: int) -> None:
    assert all(0 <= bps <= most for _, bps in rates_of(polls, 32, most))


@given(any_polls(), st.integers(0, 30))
def test_a_poll_that_was_missed_leaves_other_slots_as_they_were(polls: list[Poll], missed: int) -> None:
    """Away from the missed poll's own slots, and never more slots than before when polls are regular."""
    without = [poll for number, poll in enumerate(polls) if number != missed]
    far = {slot: bps for slot, bps in rates_of(polls) if missed >= len(polls) or abs(slot - polls[missed][0]) > 1_200}
    assert far == {slot: bps for slot, bps in rates_of(without)
                   if missed >= len(polls) or abs(slot - polls[missed][0]) > 1_200}  # fmt: skip


@given(any_polls())
def test_polls_that_come_twice_or_in_any_order_change_nothing(polls: list[Poll]) -> None:
    once = list({second: (second, *rest) for second, *rest in reversed(polls)}.values())
    assert rates_of([*once, *once]) == rates_of(sorted(once)) == rates_of(list(reversed(once)))


# ---- files --------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def record_of(result: LoadResult) -> LoadRecord:
    (outcome,) = result.outcomes
    assert outcome.record is not None, outcome.message
    return outcome.record


def counter_file(path: Path, *polls: tuple[int, str], host: str = "nw-sc-1") -> Path:
    """A file of the feed interface_counter: (seconds since midnight, octets in and out)."""
    return write(
        path,
        "epoch,host,interface,ifHCInOctets,ifHCOutOctets",
        *(f"{MIDNIGHT + second},{host},xe-0/0/0,{octets},{octets}" for second, octets in polls),
    )


def lake_slots(data: Path, direction: str = "in") -> list[tuple[int, int]]:
    """(seconds since midnight, bit/s) of all slots."""
    found = rows(data, f"SELECT epoch(ts), avg_bps FROM line_sample WHERE direction = '{direction}' ORDER BY ts")
    return [(int(second) - MIDNIGHT, bps) for second, bps in found]  # type: ignore[call-overload]


def steady(*slots: int, step: int = 300) -> list[tuple[int, str]]:
    """Polls at these slots of a counter that grows by 1,000 bit/s."""
    return [(step * slot, str(125 * step * slot + 10**6)) for slot in slots]


def test_polls_that_jitter_around_their_slot_lose_no_slot(tmp_path: Path) -> None:
    polls = [(300 * slot + (-7, 4, 0, 9)[slot % 4], str(37_500 * slot)) for slot in range(1, 41)]
    load(tmp_path / "data", counter_file(tmp_path / "ifcounter_1.csv", *polls))
    assert [second for second, _ in lake_slots(tmp_path / "data")] == [300 * slot for slot in range(1, 40)]


def test_a_poll_just_before_midnight_does_not_touch_the_day_before(tmp_path: Path) -> None:
    first = counter_file(tmp_path / "ifcounter_1.csv", (-900, "0"), (-600, "37500"), (-300, "75000"), (0, "112500"))
    second = counter_file(tmp_path / "ifcounter_2.csv", (-2, "112500"), (300, "150000"))
    load(tmp_path / "data", first)
    load(tmp_path / "data", second)
    assert [second for second, _ in lake_slots(tmp_path / "data")] == [-900, -600, -300, 0]


def test_counter_cells_that_cannot_be_are_rejected(tmp_path: Path) -> None:
    good = [(300 * slot, str(slot)) for slot in range(400)]
    path = counter_file(
        tmp_path / "ifcounter_1.csv",
        *good,
        (300 * 400, "timeout"),
        (300 * 401, str(2**64)),
        (300 * 402, "-5"),
        (300 * 3, "77"),
        (300 * 403, "-"),
    )
    record = record_of(load(tmp_path / "data", path))
    assert (record.accepted_lines, record.rejected_lines) == (401, 4)
    told = ["数値として読めません", "2の64乗未満", "2の64乗未満", "重複"]
    assert all(part in str(reason) for part, (_, reason) in zip(told, rejects(tmp_path / "data"), strict=True))


def changed_feed(config: Path, old: str, new: str) -> Path:
    path = config / "feeds" / "interface_counter.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return config


COUNTER = "[counter]\nbits = 64\nmax_bps = 20_000_000_000\n"


def test_a_32_bit_counter_holds_no_more_than_32_bits(tmp_path: Path, config: Path) -> None:
    changed_feed(config, COUNTER, "[counter]\nbits = 32\nmax_bps = 100_000_000\n")
    file = counter_file(tmp_path / "ifcounter_1.csv", (0, "0"), *((300 * slot, str(2**32)) for slot in range(1, 5)))
    result = load(tmp_path / "data", file, config=config)
    assert result.failed and "2の32乗未満" in result.outcomes[0].message


def test_a_restart_that_the_uptime_tells_is_a_gap_though_it_looks_like_a_wrap(tmp_path: Path, config: Path) -> None:
    changed_feed(config, COUNTER, '[counter]\nbits = 32\nmax_bps = 100_000_000\nuptime = "sysUpTime"\n')
    polls = [(0, 2**32 - 1_000, 900_000), (300, 36_500, 930_000), (600, 9_000, 20_000), (900, 46_500, 50_000)]
    path = write(
        tmp_path / "ifcounter_1.csv",
        "epoch,host,interface,ifHCInOctets,ifHCOutOctets,sysUpTime",
        *(f"{MIDNIGHT + second},nw-sc-1,xe-0/0/0,{octets},{octets},{up}" for second, octets, up in polls),
        f"{MIDNIGHT + 1200},nw-sc-1,xe-0/0/0,84000,84000,?",
        f"{MIDNIGHT + 1500},nw-sc-1,xe-0/0/0,121500,121500,long",
    )
    record = record_of(load(tmp_path / "data", path, config=config))
    assert lake_slots(tmp_path / "data") == [(0, 1_000), (600, 1_000), (900, 1_000)]
    assert record.rejected_lines == 1 and rejects(tmp_path / "data") == [(7, "数値として読めません")]


def test_rows_of_one_direction_each_are_counters_of_their_own(tmp_path: Path, config: Path) -> None:
    write(
        config / "feeds" / "walks.toml",
        """
title = "1行に一つのカウンタ"
table = "line_sample"
[file]
names = ["walk*.csv"]
format = "delimited"
columns = ["epoch", "line", "direction", "octets"]
[columns.ts]
from = "epoch"
styles = ["epoch"]
[columns.line_id]
from = "line"
[columns.direction]
from = "direction"
[counter]
[[measures]]
from = "octets"
into = "avg_bps"
""",
    )
    walks = [
        write(
            tmp_path / f"walk{number}.csv",
            f"{MIDNIGHT + 300 * number},internet,in,{37_500 * number}",
            f"{MIDNIGHT + 300 * number},internet,out,{75_000 * number}",
        )
        for number in range(4)
    ]
    for walk in walks:
        load(tmp_path / "data", walk, config=config)
    assert lake_slots(tmp_path / "data") == [(0, 1_000), (300, 1_000), (600, 1_000)]
    assert lake_slots(tmp_path / "data", "out") == [(0, 2_000), (300, 2_000), (600, 2_000)]


# ---- the interval between two files -------------------------------------------------------------------


def test_the_last_five_minutes_of_a_day_are_not_lost(tmp_path: Path) -> None:
    first = counter_file(tmp_path / "ifcounter_1.csv", *steady(*range(288)))
    second = counter_file(tmp_path / "ifcounter_2.csv", *steady(*range(288, 576)))
    result = load(tmp_path / "data", first, second)
    assert lake_slots(tmp_path / "data") == [(300 * slot, 1_000) for slot in range(575)]
    assert lake_slots(tmp_path / "data", "out") == lake_slots(tmp_path / "data")
    assert [outcome.record.note for outcome in result.outcomes if outcome.record] == [None, None]


def test_a_pollers_own_rhythm_makes_no_file_a_correction(tmp_path: Path) -> None:
    """Whatever the second of its polls, a file is joined to the one before without touching that one's rows."""
    for phase in (-3, 4, 29, 31, 150, 270):
        data = tmp_path / f"data{phase}"
        polls = [(second + phase, octets) for second, octets in steady(*range(1, 41))]
        first = counter_file(tmp_path / f"{phase}" / "ifcounter_1.csv", *polls[:20])
        second = counter_file(tmp_path / f"{phase}" / "ifcounter_2.csv", *polls[20:])
        result = load(data, first, second)
        assert [outcome.record.note for outcome in result.outcomes if outcome.record] == [None, None]
        assert [bps for _, bps in lake_slots(data)] == [1_000] * (38 if phase in (31, 150) else 39)


def test_a_file_that_comes_late_is_joined_on_both_sides(tmp_path: Path) -> None:
    for name, slots in (("1", range(4)), ("3", range(8, 12)), ("2", range(4, 8))):
        load(tmp_path / "data", counter_file(tmp_path / f"ifcounter_{name}.csv", *steady(*slots)))
    assert lake_slots(tmp_path / "data") == [(300 * slot, 1_000) for slot in range(11)]


def test_a_file_for_the_gap_within_another_is_joined_to_it(tmp_path: Path) -> None:
    load(tmp_path / "data", counter_file(tmp_path / "ifcounter_1.csv", *steady(*range(4), *range(8, 12))))
    load(tmp_path / "data", counter_file(tmp_path / "ifcounter_2.csv", *steady(*range(4, 8))))
    assert lake_slots(tmp_path / "data") == [(300 * slot, 1_000) for slot in range(11)]


def test_a_corrected_file_corrects_the_interval_to_its_neighbours(tmp_path: Path) -> None:
    wrong = [(second, str(int(octets) + 8_000)) for second, octets in steady(*range(4, 8))]
    for name, polls in (("1", steady(*range(4))), ("2", wrong), ("3", steady(*range(8, 12)))):
        load(tmp_path / "data", counter_file(tmp_path / f"ifcounter_{name}.csv", *polls))
    assert dict(lake_slots(tmp_path / "data"))[900] == 1_213
    load(tmp_path / "data", counter_file(tmp_path / "ifcounter_2.csv", *steady(*range(4, 8))))
    assert lake_slots(tmp_path / "data") == [(300 * slot, 1_000) for slot in range(11)]


def test_a_refused_file_is_nobodys_neighbour(tmp_path: Path) -> None:
    load(tmp_path / "data", counter_file(tmp_path / "ifcounter_1.csv", *steady(*range(4))))
    bad = [(300 * slot, "timeout") for slot in range(4, 14)]
    assert load(tmp_path / "data", counter_file(tmp_path / "ifcounter_2.csv", (1_200, "0"), *bad)).failed
    load(tmp_path / "data", counter_file(tmp_path / "ifcounter_3.csv", *steady(*range(4, 8))))
    assert lake_slots(tmp_path / "data") == [(300 * slot, 1_000) for slot in range(7)]


def test_polls_of_a_month_whose_samples_went_are_nobodys_neighbours() -> None:
    feed = Lake(COUNTERS)
    feed.load([(MIDNIGHT - 300, 0, 0, None), (MIDNIGHT, 37_500, 37_500, None)])
    assert edges.near(feed.connection, "counters", 0, 2**60).num_rows == 4
    feed.connection.execute("INSERT INTO retired_month (jst_month) VALUES ('2026-09')")
    kept = edges.near(feed.connection, "counters", 0, 2**60).to_pylist()
    assert {poll["ts"] for poll in kept} == {MIDNIGHT * MICROSECOND}


def test_of_a_regular_file_two_polls_a_counter_are_kept(tmp_path: Path) -> None:
    load(tmp_path / "data", counter_file(tmp_path / "ifcounter_1.csv", *steady(*range(288))))
    kept = rows(tmp_path / "data", "SELECT series, ts // 1000000 FROM wh.main.counter_edge ORDER BY ALL")
    assert kept == [(series, MIDNIGHT + 300 * slot) for series in ("ifHCInOctets", "ifHCOutOctets")
                    for slot in (0, 287)]  # fmt: skip


class Lake:
    """Loads without files: the rows that stay, by the rule that rows of a load replace the entity's older ones between
    its first and last of each day."""

    def __init__(self, feed: Feed) -> None:
        self._feed, self._loads = feed, 0
        self.rows: dict[tuple[str, int], int] = {}
        self.connection = duckdb.connect()
        self.connection.execute(ledger.TABLES + journal.RETIRED_MONTHS)

    def load(self, polls: Sequence[Poll]) -> None:
        def near(first: int, last: int) -> pa.Table:
            return edges.near(self.connection, self._feed.name, first, last)

        mapper = PollMapper(self._feed, near)
        batch = Batch(
            {
                source: pa.array(["" if value is None else str(value) for value in column], pa.string())
                for source, column in zip(
                    ("in", "out", "up"), zip(*((*octets, up) for _, *octets, up in polls), strict=True), strict=True
                )
            },
            np.arange(len(polls)) + 1,
            str,
        )
        base = {
            "ts": pa.array([int(poll[0]) * MICROSECOND for poll in polls]),
            "line_id": pa.array(["line"] * len(polls)),
        }
        mapper.gather(base, mapper.read(batch), np.ones(len(polls), dtype=bool))
        new = {
            (self._feed.measures[rates.measure].source, start): bps
            for rates in mapper.rates()
            for start, bps in zip(rates.columns["ts"].to_pylist(), rates.columns["avg_bps"].to_pylist(), strict=True)
        }
        spans: dict[int, list[int]] = {}
        for _, start in new:
            spans.setdefault((start // MICROSECOND + 9 * 3600) // 86_400, []).append(start)
        for key in list(self.rows):
            of_day = spans.get((key[1] // MICROSECOND + 9 * 3600) // 86_400, [0])
            if min(of_day) <= key[1] <= max(of_day):
                del self.rows[key]
        self.rows |= new
        self._loads += 1
        edges.keep(self.connection, self._loads, self._feed.name, mapper.ends)


COUNTERS = Feed.model_validate(
    {
        "name": "counters",
        "title": "カウンタ",
        "table": "line_sample",
        "file": {"names": ["*"], "format": "delimited", "header": ["時刻"]},
        "columns": {"ts": {"from": "時刻"}, "line_id": {"value": "line"}},
        "counter": {"bits": 32, "max_bps": 100_000_000, "uptime": "up"},
        "measures": [
            {"from": "in", "into": "avg_bps", "set": {"direction": "in"}},
            {"from": "out", "into": "avg_bps", "set": {"direction": "out"}},
        ],
    }
)


@st.composite
def series_in_files(draw: st.DrawFn) -> list[list[Poll]]:
    """A series of polls, with wraps, resets, missed and irregular polls and empty cells, cut into files."""
    steps = draw(
        st.lists(st.sampled_from([15, 60, 100, 150, 200, 271, 300, 300, 300, 329, 400, 451, 600, 3_600]), max_size=24)
    )
    # near midnight in Japan, at a phase of a slot's own
    seconds = accumulate([MIDNIGHT - draw(st.integers(0, 3_000)), *steps])
    octets, polls = [2**32 - draw(st.integers(1, 10**7)), 5_000], list[Poll]()
    uptime = draw(st.integers(0, 2**32 - 1))
    before = None
    for second in seconds:
        restarted = draw(st.integers(0, 9)) == 0
        uptime = 500 if restarted else (uptime + 100 * (second - (before or second))) % 2**32
        octets = [0 if restarted else (value + draw(st.integers(0, 10**6))) % 2**32 for value in octets]
        cells = [None if draw(st.integers(0, 9)) == 0 else value for value in octets]
        polls.append((second, *cells, uptime if draw(st.integers(0, 4)) else None))  # type: ignore[arg-type]
        before = second
    files: list[list[Poll]] = []
    for first, last in pairwise(sorted({0, len(polls), *draw(st.lists(st.integers(0, len(polls)), max_size=6))})):
        # Over a file that is not there yet its neighbours may be joined when they are near enough; should it then turn
        # out that the counter was reset meanwhile, the slot stays.  So no file here is shorter than that.
        if len(files) > 1 and polls[first][0] - files[-2][-1][0] <= 450:
            files[-1] += polls[first:last]
        else:
            files.append(polls[first:last])
    return files


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(series_in_files(), st.data())
def test_files_in_any_order_give_what_one_file_gives(files: list[list[Poll]], data: st.DataObject) -> None:
    whole = Lake(COUNTERS)
    whole.load([poll for file in files for poll in file])
    parts = Lake(COUNTERS)
    order = data.draw(st.permutations(range(len(files))))
    for number in order:
        parts.load(files[number])
    assert parts.rows == whole.rows
    again = data.draw(st.sampled_from(order))
    parts.load(shifted(files[again]))
    assume(parts.rows.keys() <= whole.rows.keys())  # rows at its ends that a correction lacks stay (ADR 7)
    parts.load(files[again])
    assert parts.rows == whole.rows, "a corrected file leaves no trace of the wrong one"


def shifted(polls: list[Poll]) -> list[Poll]:
    """The polls with wrong octets."""
    return [
        (second, *(None if value is None else (value + 4_096) % 2**32 for value in octets), up)  # type: ignore[misc]
        for second, *octets, up in polls
    ]


def poll_file(path: Path, polls: list[Poll]) -> Path:
    return write(
        path,
        "epoch,host,interface,ifHCInOctets,ifHCOutOctets",
        *(
            f"{second},nw-sc-1,xe-0/0/0,{','.join('-' if value is None else str(value) for value in octets)}"
            for second, *octets, _ in polls
        ),
    )


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(files=series_in_files(), data=st.data())
def test_the_lake_holds_the_same_whichever_file_came_first(
    files: list[list[Poll]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("polls")
    config = changed_feed(copy_config(folder / "config"), "reject_limit_pct = 1.0", "reject_limit_pct = 100")
    load(
        folder / "one", poll_file(folder / "ifcounter_0.csv", [poll for file in files for poll in file]), config=config
    )
    parts = [poll_file(folder / f"ifcounter_{number}.csv", polls) for number, polls in enumerate(files, 1)]
    together = data.draw(st.booleans())
    order = data.draw(st.permutations(parts))
    for paths in [order] if together else [[path] for path in order]:
        assert not load(folder / "many", *paths, config=config).failed
    assert lake(folder / "many") == lake(folder / "one")
