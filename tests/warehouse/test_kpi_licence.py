"""K21 to K24 against the demo's files of use, and what stands for a longer period."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.raw_files import PERIODS, assert_parts, licences
from warehouse.reader import Reader


def last(data: Path, period: str, kind: str) -> int:
    return licences(data)[PERIODS[period][-1], kind]


def test_k21_k22_and_k23_are_the_last_months_use_over_what_was_procured(demo_data: Path, demo_reader: Reader) -> None:
    for kpi_id, kind, capacity in (("K21", "account", 30_000), ("K22", "terminal", 26_500), ("K23", "cdn_site", 76),
                                   ("K23.sites", "cdn_site", 1)):
        assert_parts(demo_reader, kpi_id, {(period, "all", ""): (last(demo_data, period, kind), capacity)
                                           for period in PERIODS})
    assert last(demo_data, "2026-08", "account") != last(demo_data, "2026-09", "account")


def test_k24_asks_for_the_addresses_of_each_line_by_themselves(demo_data: Path, demo_reader: Reader) -> None:
    assert_parts(demo_reader, "K24", {(period, "licence", kind): (last(demo_data, period, kind), capacity)
                                      for period in PERIODS
                                      for kind, capacity in (("ip_internet", 256), ("ip_breakout", 128))})
