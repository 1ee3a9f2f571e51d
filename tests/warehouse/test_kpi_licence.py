"""K21 to K24 against the demo's files of use, and what stands for a longer period."""

from __future__ import annotations

from pathlib import Path

from tests.support import copy_config, load, rows, write
from tests.warehouse.raw_files import PERIODS, assert_parts, licences
from warehouse.reader import Reader, open_current


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


def test_the_last_figure_of_a_month_stands_for_its_end(tmp_path: Path) -> None:
    config, data = copy_config(tmp_path / "config"), tmp_path / "data"
    feed = config / "feeds" / "licence_usage.toml"
    feed.write_text(feed.read_text(encoding="utf-8").replace('"%Y-%m"', '"%Y-%m-%d"'), encoding="utf-8")
    counted = ("2026-10-20,利用アカウント,15300", "2026-10-31,利用アカウント,15200", "2026-10-05,利用アカウント,15100")
    load(data, write(tmp_path / "利用数_202610.csv", "年月,種別,利用数", *counted), config=config)
    found = rows(data, "SELECT CAST(numerator AS BIGINT), received, expected FROM wh.kpi_value "
                       "WHERE kpi_id = 'K21' AND period_id = '2026-10'")
    assert found == [(15200, 1, 1)]
    with open_current(data) as reader:
        month = reader.query("licence_month", reader.whole_scope(), month="2026-10").set_index("kind")
    assert month.index.is_unique and month["used"]["account"] == 15200
