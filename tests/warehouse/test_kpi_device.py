"""K18 and K19 against the 5-minute values of the demo's raw files."""

from __future__ import annotations

from pathlib import Path

from tests.support import CONFIG, read_rows
from tests.warehouse.raw_files import PERIODS, assert_parts, device_samples, nearest_rank, within
from warehouse.reader import Reader

LIMITS = {(row["device_id"], row["metric"]): int(row["design_limit"])
          for row in read_rows(CONFIG / "device_metrics.csv")}


def devices(metric: str) -> list[str]:
    return [device for device, own in LIMITS if own == metric]


def test_k18_is_the_percentile_of_the_cpu_and_its_maximum_beside_it(demo_data: Path, demo_reader: Reader) -> None:
    assert_parts(demo_reader, "K18", {
        (period, "device", device): (nearest_rank(within(device_samples(demo_data)[device, "cpu_pct"], period), 95), 1)
        for period in PERIODS for device in devices("cpu_pct")})
    assert_parts(demo_reader, "K18.max", {
        (period, "device", device): (max(within(device_samples(demo_data)[device, "cpu_pct"], period)), 1)
        for period in PERIODS for device in devices("cpu_pct")})


def test_k19_is_the_highest_number_of_sessions_over_the_design_limit(demo_data: Path, demo_reader: Reader) -> None:
    wanted = {(period, "device", device): (max(within(device_samples(demo_data)[device, "sessions"], period)),
                                           LIMITS[device, "sessions"])
              for period in PERIODS for device in devices("sessions")}
    assert len(wanted) < len(PERIODS) * len(devices("cpu_pct")), "some devices count no sessions"
    assert_parts(demo_reader, "K19", wanted)
