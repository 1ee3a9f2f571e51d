"""K39 against the demo's ledgers of patches."""

from __future__ import annotations

from pathlib import Path

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
