"""K30 to K32 against the demo's ledgers of changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support import copy_config, load
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import (
    PERIODS,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    changes,
    month_of,
    some,
    valid,
)
from warehouse.reader import Reader

KINDS = valid("change_kinds.csv", "change_kind", "2026-10")
Change = dict[str, Any]


def of_entities(data: Path, measure: Callable[[list[Change]], Parts], *, parted: bool) -> dict[Key, Parts]:
    """The measure of the changes received in every period."""
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        own = [change for change in changes(data) if month_of(change["received"]) in months]
        wanted[period, "all", ""] = measure(own)
        for grain, column, values in (("tenant", "tenant", TENANT_CODES), ("change_kind", "kind", KINDS)):
            if parted:
                wanted |= {(period, grain, value): measure([change for change in own if change[column] == value])
                           for value in values}
    return wanted


def test_k30_counts_changes_and_how_many_of_them_are_complete(demo_data: Path, demo_reader: Reader) -> None:
    complete = of_entities(demo_data, lambda own: (sum(bool(change["completed"]) for change in own), len(own)),
                           parted=True)
    assert_parts(demo_reader, "K30", of_entities(demo_data, lambda own: (len(own), 1), parted=True))
    assert_parts(demo_reader, "K30.completed", complete)
    assert some(complete.values())


def test_k31_asks_of_executed_changes_that_are_not_minor_whether_approval_came_first(
    demo_data: Path, demo_reader: Reader
) -> None:
    def measure(own: list[Change]) -> Parts:
        asked = [change for change in own if change["executed"] and not change["minor"]]
        before = [change for change in asked if change["approved"] and change["approved"] <= change["executed"]]
        return len(before), len(asked)

    wanted = of_entities(demo_data, measure, parted=False)
    assert_parts(demo_reader, "K31", wanted)
    assert wanted["2026-09", "all", ""][0] == wanted["2026-09", "all", ""][1] - 1, "September lacks one approval"


def test_k32_asks_of_executed_changes_for_two_generations_of_backups(demo_data: Path, demo_reader: Reader) -> None:
    def measure(own: list[Change]) -> Parts:
        done = [change for change in own if change["executed"]]
        return sum(change["generations"] >= 2 for change in done), len(done)

    assert_parts(demo_reader, "K32", of_entities(demo_data, measure, parted=False))


def test_approval_in_the_same_minute_is_before_and_one_generation_is_no_backup(tmp_path: Path) -> None:
    data, day = tmp_path / "data", "2026/09/01"
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.changes(
        tmp_path, 9, (False, day, f"{day} 10:00", f"{day} 10:00", f"{day} 11:00", 2),
        (False, day, f"{day} 10:01", f"{day} 10:00", f"{day} 11:00", 1),
        (False, day, None, f"{day} 10:00", None, None), (False, day, None, None, None, None),
        (True, day, None, "2026/10/01 10:00", "2026/10/01 11:00", 5)), config=copy_config(tmp_path / "config"))
    assert small.parts(data, "K30")["2026-09"] == (5, 1) and small.parts(data, "K30.completed")["2026-09"] == (3, 5)
    assert small.parts(data, "K31")["2026-09"] == (1, 3) and small.parts(data, "K32")["2026-09"] == (2, 4)
    assert small.parts(data, "K30")["2026-10"] == (None, None), "no ledger of October came"
