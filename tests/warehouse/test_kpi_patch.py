"""K39 against the demo's ledgers of patches."""

from __future__ import annotations

from pathlib import Path

from tests.support import copy_config, load
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import PERIODS, Key, Parts, assert_parts, month_of, patches, some
from warehouse.reader import Reader


def test_k39_asks_of_the_plans_that_fell_due_whether_they_were_kept(demo_data: Path, demo_reader: Reader) -> None:
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        due = [patch for patch in patches(demo_data) if patch["planned"] and month_of(patch["planned"]) in months
               and patch["status"] != "適用不要"]
        kept = sum(bool(patch["applied"]) and patch["applied"].date() <= patch["planned"].date() for patch in due)
        wanted[period, "all", ""] = kept, len(due)
    assert_parts(demo_reader, "K39", wanted)
    assert some(wanted.values())


def test_k39_off_hours_asks_of_applied_patches_when_that_was(demo_data: Path, demo_reader: Reader) -> None:
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        done = [patch for patch in patches(demo_data) if patch["applied"] and month_of(patch["applied"]) in months
                and patch["band"]]
        wanted[period, "all", ""] = sum(patch["band"] in ("時間外", "閉庁日") for patch in done), len(done)
    assert_parts(demo_reader, "K39.off_hours", wanted)
    assert some(wanted.values())


def test_a_plan_counts_where_it_falls_due_and_an_application_where_it_was_done(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.patches(
        tmp_path, 9, ("2026/09/30", "2026/09/30 23:59", "時間外", "適用済"),
        ("2026/09/30", "2026/10/01 00:00", "閉庁日", "適用済"),
        ("2026/10/05", "2026/10/01 12:00", "開庁時間内", "適用済"), ("2026/10/31", None, None, "適用予定"),
        ("2026/11/01", None, None, "適用予定"), ("2026/10/06", None, None, "適用不要"),
        (None, "2026/10/07 12:00", None, "適用済")),
        small.patches(tmp_path, 10), config=copy_config(tmp_path / "config"))
    assert small.parts(data, "K39")["2026-09"] == (1, 2) and small.parts(data, "K39")["2026-10"] == (1, 2)
    assert small.parts(data, "K39")["FY2026"] == (2, 4), "the plan of November is not due yet"
    assert small.parts(data, "K39.off_hours")["2026-09"] == (1, 1)
    assert small.parts(data, "K39.off_hours")["2026-10"] == (1, 2), "nobody knows of the third when it was"
