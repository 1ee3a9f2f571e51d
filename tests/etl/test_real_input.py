"""Real public files load as they are, and the numbers are those that plain pandas and Python find in them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.support import ROOT, SHARED, load, rows
from warehouse.ledger import LoadRecord
from warehouse.reader import open_current

pytestmark = pytest.mark.few_marts

CONFIG = ROOT / "tests" / "real_config"
FILES = {
    "isp": "traffic/isp_transatlantic_5min_usdates.csv",
    "ec2_network": "traffic/ec2_network_in_257a54.csv",
    "ec2_cpu": "load/ec2_cpu_utilization_24ae8d.csv",
    "vm": "load/rnd_201307_vm001.csv",
    "incidents": "tickets/incident_event_log_excel6k.csv",
    "alerts": "detections/wrccdc-2018.alerts-only.json",
    "no_alerts": "detections/honeypot_2023_eve_noalerts.json",
}
JST = timedelta(hours=9)


class Loaded:
    """All files, loaded once into one warehouse."""

    def __init__(self, data: Path) -> None:
        self.data = data
        result = load(data, *(SHARED / name for name in FILES.values()), config=CONFIG)
        self.records: dict[str, LoadRecord] = {}
        for key, outcome in zip(FILES, result.outcomes, strict=True):
            assert outcome.record is not None and not outcome.failed, outcome.message
            self.records[key] = outcome.record

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return rows(self.data, sql)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    missing = [name for name in FILES.values() if not (SHARED / name).is_file()]
    if missing:
        pytest.skip(f"real input data are not beside the repository: {missing[0]}")
    return Loaded(tmp_path_factory.mktemp("real"))


def nearest_rank_95(values: list[Any]) -> Any:
    return sorted(values)[math.ceil(len(values) * 95 / 100) - 1]


def half_up(value: float) -> int:
    return math.floor(value + 0.5)


def daily_sums(times: pd.Series[Any], values: list[int]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for time, value in zip(times, values, strict=True):
        sums[f"{time + JST:%Y-%m-%d}"] += value
    return dict(sums)


@pytest.mark.parametrize(
    ("key", "line", "convert", "style"),
    [
        ("isp", "transatlantic", lambda value: (2 * value + 300) // 600, "%m/%d/%Y %H:%M"),
        ("ec2_network", "ec2-257a54", lambda value: half_up(value * 8 / 300), "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_rates_of_a_line_are_those_of_the_file(
    real: Loaded, key: str, line: str, convert: Callable[[Any], int], style: str
) -> None:
    frame = pd.read_csv(SHARED / FILES[key])
    times = pd.to_datetime(frame.iloc[:, 0], format=style)
    rates = [convert(value) for value in frame.iloc[:, 1].tolist()]
    record = real.records[key]
    assert record.accepted_rows == record.accepted_lines == len(frame) == {"isp": 14_772, "ec2_network": 4_032}[key]
    assert (record.rejected_lines, record.physical_lines) == (0, len(frame) + 1)
    own = f"FROM line_sample WHERE line_id = '{line}'"
    assert real.rows(f"SELECT count(*), sum(avg_bps), min(avg_bps), max(avg_bps) {own}") == [
        (len(rates), sum(rates), min(rates), max(rates))
    ]
    assert real.rows(f"SELECT min(ts), max(ts) {own}") == [(times.min().floor("5min"), times.max().floor("5min"))]
    assert dict(real.rows(f"SELECT CAST(jst_date AS VARCHAR), sum(avg_bps) {own} GROUP BY 1")) == daily_sums(
        times, rates
    )
    by_month: dict[str, list[int]] = {}
    for time, rate in zip(times, rates, strict=True):
        by_month.setdefault(f"{time + JST:%Y-%m}", []).append(rate)
    assert dict(
        real.rows(
            f"SELECT jst_month, p95_bps FROM wh.main.line_month WHERE line_id = '{line}' "
            "AND direction = 'in' AND received > 0"
        )
    ) == {month: nearest_rank_95(values) for month, values in by_month.items()}


def test_the_link_never_passes_its_guaranteed_bandwidth_unnoticed(real: Loaded) -> None:
    frame = pd.read_csv(SHARED / FILES["isp"])
    over = int((frame.iloc[:, 1] > 300 * 100_000_000).sum())
    (counted,) = real.rows("SELECT sum(over_guaranteed) FROM wh.main.line_month WHERE line_id = 'transatlantic'")
    assert counted == (over,)


def test_cpu_of_a_server_is_that_of_the_file(real: Loaded) -> None:
    frame = pd.read_csv(SHARED / FILES["ec2_cpu"])
    values = frame["value"].tolist()
    count, total, least, most = real.rows(
        "SELECT count(*), CAST(sum(value) AS DOUBLE), CAST(min(value) AS DOUBLE), "
        "CAST(max(value) AS DOUBLE) FROM device_sample WHERE device_id = 'ec2-24ae8d'"
    )[0]
    assert (count, least, most) == (4_032, min(values), max(values)) and total == pytest.approx(
        sum(values), abs=1e-6
    )
    assert [
        float(p95)
        for _, p95 in real.rows(
            "SELECT jst_month, p95_value FROM wh.main.device_month WHERE device_id = 'ec2-24ae8d' AND received > 0"
        )
    ] == [pytest.approx(nearest_rank_95(values))]


def test_a_virtual_machines_month_starts_when_its_epoch_seconds_say(real: Loaded) -> None:
    with (SHARED / FILES["vm"]).open(encoding="utf-8") as stream:
        table = [[float(cell) for cell in line.split(";\t")] for line in list(stream)[1:]]
    record = real.records["vm"]
    assert (record.accepted_lines, record.rejected_lines, record.accepted_rows) == (8_260, 0, 4 * 8_260)
    columns = {"cpu_pct": 4, "memory_kb": 6, "disk_write_kbs": 8, "network_in_kbs": 9}
    found = real.rows(
        "SELECT metric, count(*), CAST(sum(value) AS DOUBLE), CAST(max(value) AS DOUBLE) "
        "FROM device_sample WHERE device_id = 'vm001' GROUP BY 1"
    )
    assert {metric for metric, *_ in found} == set(columns)
    for metric, count, total, most in found:
        values = [row[columns[metric]] for row in table]
        assert (count, most) == (len(values), pytest.approx(max(values), abs=1e-6))
        assert total == pytest.approx(sum(values), abs=len(values) * 5e-7), "six decimals are stored"
    first, last = (
        datetime.fromtimestamp(table[place][0] // 300 * 300, UTC).replace(tzinfo=None) for place in (0, -1)
    )
    assert real.rows(
        "SELECT min(ts), max(ts), CAST(min(jst_date) AS VARCHAR) FROM device_sample WHERE device_id = 'vm001'"
    ) == [(first, last, "2013-07-01")]
    assert f"{first:%m-%d %H:%M}" == "06-30 22:00"
    days = Counter(f"{datetime.fromtimestamp(row[0], UTC) + JST:%Y-%m-%d}" for row in table)
    assert (
        dict(
            real.rows(
                "SELECT CAST(jst_date AS VARCHAR), received FROM wh.main.device_day WHERE device_id = 'vm001' "
                "AND metric = 'cpu_pct' AND received > 0"
            )
        )
        == days
    )


def test_updates_of_incidents_fold_into_one_ticket_each(real: Loaded) -> None:
    frame = pd.read_csv(SHARED / FILES["incidents"], na_values="?", dtype=str)
    for column in ("opened_at", "sys_updated_at", "closed_at"):
        frame[column] = pd.to_datetime(frame[column], format="%d-%m-%Y %H:%M")
    answered_before_opened = (frame["incident_state"] != "New") & (frame["sys_updated_at"] < frame["opened_at"])
    record = real.records["incidents"]
    assert len(frame) == 5_998 and answered_before_opened.sum() == 2
    assert (record.accepted_lines, record.rejected_lines, record.accepted_rows) == (5_996, 2, 890)
    kept = (
        frame[~answered_before_opened]
        .assign(order=frame["sys_mod_count"].astype(int))
        .sort_values(["number", "order"], kind="stable")
    )
    tickets = kept.groupby("number")
    first_answers = kept[kept["incident_state"] != "New"].groupby("number")["sys_updated_at"].min()
    status = {"New": "received", "Resolved": "answered", "Closed": "completed"}
    expected = [
        (
            number,
            own["opened_at"].min().to_pydatetime(),
            plain(first_answers.get(number)),
            plain(own["closed_at"].dropna().iloc[-1] if own["closed_at"].notna().any() else None),
            status.get(own["incident_state"].iloc[-1], "working"),
            own["reopen_count"].astype(int).max(),
            len(own),
        )
        for number, own in tickets
    ]
    assert (
        real.rows(
            "SELECT ticket_no, received_at, first_response_at, completed_at, status, reopen_count, update_count "
            "FROM ticket ORDER BY 1"
        )
        == expected
    )
    located = tickets["location"].agg(lambda own: own.dropna().iloc[-1] if own.notna().any() else None)
    known = {"Location 204": "100001", "Location 161": "100002"}
    assert dict(real.rows("SELECT tenant_code, count(*) FROM ticket GROUP BY 1")) == Counter(
        known.get(place, "unknown") for place in located
    )


def plain(moment: Any) -> datetime | None:
    return None if moment is None or pd.isna(moment) else moment.to_pydatetime()


def test_alerts_are_counted_by_severity_tenant_side_and_japanese_day(real: Loaded) -> None:
    events = json.loads((SHARED / FILES["alerts"]).read_text(encoding="utf-8"))
    record = real.records["alerts"]
    assert (record.physical_lines, record.accepted_lines, record.rejected_lines) == (207, 207, 0)
    ranges = {ip_network("10.47.0.0/16"): "100001", ip_network("10.128.0.0/16"): "100002"}

    def owner(address: str) -> str | None:
        return next((code for network, code in ranges.items() if ip_address(address) in network), None)

    tenants, sides, days = Counter[str](), Counter[str | None](), Counter[str]()
    for event in events:
        towards, away = owner(event["dest_ip"]), owner(event["src_ip"])
        tenants[towards or away or "unknown"] += 1
        sides["in" if towards else "out" if away else None] += 1
        days[f"{datetime.fromisoformat(event['timestamp']).astimezone(UTC) + JST:%Y-%m-%d}"] += 1
    assert dict(real.rows("SELECT tenant_code, count(*) FROM detection GROUP BY 1")) == tenants
    assert dict(real.rows("SELECT direction, count(*) FROM detection GROUP BY 1")) == sides
    assert dict(real.rows("SELECT CAST(jst_date AS VARCHAR), count(*) FROM detection GROUP BY 1")) == days
    assert dict(real.rows("SELECT signature_severity, count(*) FROM detection GROUP BY 1")) == {1: 76, 2: 82, 3: 49}
    assert real.rows("SELECT count(*), count(*) FILTER (WHERE blocked) FROM detection") == [(207, 0)]


def test_a_sensors_day_without_alerts_is_accepted_with_all_lines_accounted_for(real: Loaded) -> None:
    record = real.records["no_alerts"]
    assert (record.status, record.physical_lines, record.other_lines) == ("accepted", 253, 253)
    assert (record.accepted_lines, record.rejected_lines, record.accepted_rows) == (0, 0, 0)
    assert f"{record.period_from}" == "2023-02-28"


def test_rows_of_unknown_bodies_are_seen_by_the_prefecture_only(real: Loaded) -> None:
    reader = open_current(real.data)
    assert reader.query("status_unknown", reader.whole_scope())["n"].tolist()[0] > 0
