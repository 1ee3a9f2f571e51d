"""What real monitoring systems gave out loads as it is; rows, sums and extremes are those plain Python finds in it.

Every file is loaded by the definitions in ``tests/real_config/feeds``.  ``test_real_input.py`` has the others of the
same folders (the ISP's link, one virtual machine, EC2 network and CPU).
"""

from __future__ import annotations

import ast
import bz2
import csv
import json
import math
import re
import shutil
import tarfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.support import ROOT, SHARED, load, rows
from warehouse.ledger import LoadRecord

CONFIG = ROOT / "tests" / "real_config"
Series = dict[datetime, float]


def real(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"real input data are not beside the repository: {name}")
    return path


def loaded(data: Path, path: Path, config: Path = CONFIG, feed: str | None = None) -> LoadRecord:
    (outcome,) = load(data, path, config=config, feed=feed).outcomes
    assert outcome.record is not None and not outcome.failed, outcome.message
    return outcome.record


def refusal(data: Path, path: Path, config: Path = CONFIG, feed: str | None = None) -> str:
    (outcome,) = load(data, path, config=config, feed=feed).outcomes
    assert outcome.failed
    return outcome.message


def device(data: Path, device_id: str, metric: str) -> Series:
    found = rows(
        data,
        "SELECT ts, CAST(value AS DOUBLE) FROM device_sample "
        f"WHERE device_id = '{device_id}' AND metric = '{metric}' ORDER BY ts",
    )
    return dict(found)  # type: ignore[arg-type]


def same(found: Series, expected: Series) -> bool:
    """The same slots, the same values to six decimals (what is stored), the same sum and extremes."""
    assert found.keys() == expected.keys()
    assert math.isclose(sum(found.values()), sum(expected.values()), abs_tol=1e-6 * max(len(found), 1))
    assert not found or (min(found.values()), max(found.values())) == pytest.approx(
        (min(expected.values()), max(expected.values())), abs=5.1e-7
    )
    return all(math.isclose(found[moment], value, abs_tol=5.1e-7) for moment, value in expected.items())


def utc(second: float, step: int = 300) -> datetime:
    return datetime.fromtimestamp(int(second // step) * step, UTC).replace(tzinfo=None)


def slot(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment - timedelta(minutes=moment.minute % 5, seconds=moment.second)


def cloudwatch(path: Path) -> tuple[int, list[tuple[datetime, float]]]:
    """All records of a CloudWatch export, by slot."""
    with path.open(encoding="utf-8", newline="") as stream:
        records = [(slot(row["timestamp"]), float(row["value"])) for row in csv.DictReader(stream)]
    return len(records), records


def firsts(records: Iterable[tuple[datetime, float]]) -> Series:
    """Of several records of one slot the first stays."""
    kept: Series = {}
    for moment, value in records:
        kept.setdefault(moment, value)
    return kept


@pytest.mark.parametrize(
    ("name", "device_id", "metric", "count"),
    [
        ("cpu_utilization_asg_misconfiguration.csv", "asg", "cpu_pct", 18_050),
        ("elb_request_count_8c0756.csv", "elb", "requests", 4_032),
        ("rds_cpu_utilization_cc0c53.csv", "rds", "cpu_pct", 4_032),
    ],
)
def test_metrics_of_several_machines_are_told_apart_by_the_files_name(
    tmp_path: Path, name: str, device_id: str, metric: str, count: int
) -> None:
    path = real(f"load/{name}")
    record = loaded(tmp_path / "data", path)
    size, records = cloudwatch(path)
    expected = firsts(records)
    assert size == count == record.physical_lines - 1
    assert (record.accepted_rows, record.rejected_lines) == (len(expected), size - len(expected))
    assert same(device(tmp_path / "data", device_id, metric), expected)


def test_bytes_of_an_interval_become_its_rate(tmp_path: Path) -> None:
    path = real("traffic/iio_us-east-1_i-a2eb1cd9_NetworkIn.csv")
    record = loaded(tmp_path / "data", path)
    _, records = cloudwatch(path)
    expected = {moment: math.floor(Fraction(value) * 8 / 300 + Fraction(1, 2)) for moment, value in
                firsts(records).items()}  # fmt: skip
    found = rows(tmp_path / "data", "SELECT ts, avg_bps FROM line_sample WHERE line_id = 'iio-a2eb1cd9' ORDER BY ts")
    assert found == sorted(expected.items())
    assert (record.accepted_rows, record.rejected_lines) == (len(expected), len(records) - len(expected))
    assert len(records) == 1_243


# ---- rrdtool ------------------------------------------------------------------------------------------


def xport_xml(path: Path) -> Series:
    """Column ``wh`` by the start of its 10 minutes."""
    found = re.findall(r"<t>(\d+)</t><v0>[^<]*</v0><v1>([^<]+)</v1>", path.read_text(encoding="iso-8859-1"))
    assert len(found) == 26
    return {utc(int(time) - 600): float(value) for time, value in found if value != "NaN"}


def xport_json(path: Path) -> Series:
    document = json.loads(path.read_text(encoding="utf-8"))
    place = document["meta"]["legend"].index("wh")
    return {
        utc(document["meta"]["start"] + 600 * number - 600): row[place]
        for number, row in enumerate(document["data"])
        if row[place] is not None
    }


@pytest.mark.parametrize(("name", "by_hand"), [("xml", xport_xml), ("json", xport_json)])
def test_an_export_of_rrdtool_is_read_as_xml_and_as_json(
    tmp_path: Path, name: str, by_hand: Callable[[Path], Series]
) -> None:
    path = real(f"traffic/rrdtool/xport1.{name}.output")
    record = loaded(tmp_path / "data", path)
    expected = by_hand(path)
    assert len(expected) == 25 and min(expected) == datetime(2011, 3, 13, 7, 10)
    assert same(device(tmp_path / "data", f"rrd-{name}", "wh"), expected)
    assert (record.physical_lines, record.accepted_lines, record.accepted_rows) == (26, 26, 25)


def without_step(folder: Path) -> Path:
    """The configuration with no feed that declares its step."""
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    for path in (config / "feeds").glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\[step\]\n(\w+ = \d+\n)+", "", text), encoding="utf-8")
    return config


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("traffic/rrdtool/xport1.xml.output", 600),
        ("traffic/rrdtool/xport1.json.output", 600),
        ("traffic/rrdtool/dcounter1.output", 600),
        ("traffic/rrdtool/rpn2.output", 7200),
        ("traffic/rrdtool/pdp-calc1-1-avg-60.output", 60),
        ("load/prometheus_query_range_node_load1.json", 15),
    ],
)
def test_values_that_are_not_of_five_minutes_never_become_such_unsaid(tmp_path: Path, name: str, seconds: int) -> None:
    assert f"{seconds}秒おき" in refusal(tmp_path / "data", real(name), without_step(tmp_path))


def test_an_export_of_two_hours_each_counts_rows_from_its_start(tmp_path: Path) -> None:
    path = real("traffic/rrdtool/rpn2.output")
    document = json.loads(path.read_text(encoding="utf-8"))
    meta = document["meta"]
    loaded(tmp_path / "data", path)
    for metric in ("myspeed", "year"):
        place = meta["legend"].index(metric)
        expected = {utc(meta["start"] + 7200 * (number - 1)): row[place]
                    for number, row in enumerate(document["data"])}  # fmt: skip
        assert len(expected) == 18 and same(device(tmp_path / "data", "rrd-rpn2", metric), expected)


def fetched(path: Path) -> list[tuple[int, list[float]]]:
    lines = path.read_text(encoding="ascii").splitlines()
    return [(int(line[:10]), [float(value) for value in line[11:].split()]) for line in lines if line[10:11] == ":"]


def test_fetched_text_without_its_line_of_names_is_read_by_the_feeds(tmp_path: Path) -> None:
    path = real("traffic/rrdtool/dcounter1.output")
    record = loaded(tmp_path / "data", path)
    expected = {utc(time - 600): values[1] for time, values in fetched(path)}
    assert same(device(tmp_path / "data", "rrd-dcounter1", "wh"), expected)
    assert (record.physical_lines, record.header_lines, record.accepted_rows) == (25, 0, 25)


METRICS = ("gauge", "counter", "absolute")


def test_fetched_text_of_five_minutes_is_loaded_with_its_gaps(tmp_path: Path) -> None:
    path = real("traffic/rrdtool/pdp-calc1-1-avg-300.output")
    record = loaded(tmp_path / "data", path)
    assert (record.physical_lines, record.header_lines, record.blank_lines, record.accepted_lines) == (10, 1, 1, 8)
    for place, metric in enumerate(METRICS):
        expected = {utc(time - 300): values[place] for time, values in fetched(path) if not math.isnan(values[place])}
        assert same(device(tmp_path / "data", "rrd-300", metric), expected)
    assert len(device(tmp_path / "data", "rrd-300", "counter")) == 5, "the counter's gap is one"


def test_minutes_joined_here_are_the_five_minutes_that_rrdtool_joined_itself(tmp_path: Path) -> None:
    """rrdtool consolidated the same readings to 300 s where at least half of the minutes were known."""
    minutes, five = (real(f"traffic/rrdtool/pdp-calc1-1-avg-{seconds}.output") for seconds in (60, 300))
    record = loaded(tmp_path / "data", minutes)
    assert (record.accepted_lines, record.accepted_rows) == (32, 17)
    for place, metric in enumerate(METRICS):
        by_rrdtool = {utc(time - 300): values[place] for time, values in fetched(five)
                      if not math.isnan(values[place])}  # fmt: skip
        found = device(tmp_path / "data", "rrd-60", metric)
        assert found.keys() == by_rrdtool.keys()
        assert all(found[moment] == pytest.approx(value, abs=1e-6) for moment, value in by_rrdtool.items())


def test_a_dump_of_rrdtool_is_no_export(tmp_path: Path) -> None:
    path = real("traffic/rrdtool/modify-test1.create.dump")
    assert "rrdtool dump の出力" in refusal(tmp_path / "data", path, feed="rrd_xport")
    assert "データソースの名前" in refusal(tmp_path / "data", path, feed="rrd_fetch_300")


# ---- Zabbix, Prometheus -------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [False, True], ids=["bare array", "answer"])
def test_trends_of_zabbix_stand_at_their_hours(tmp_path: Path, answer: bool) -> None:
    trends = ast.literal_eval(real("traffic/zabbix_trend_get_pyrepr_excerpt.txt").read_text(encoding="utf-8"))
    converted = tmp_path / "zabbix_trend.json"
    document = {"jsonrpc": "2.0", "result": trends, "id": 1} if answer else trends
    converted.write_text(json.dumps(document), encoding="utf-8")
    record = loaded(tmp_path / "data", converted)
    assert (record.physical_lines, record.accepted_lines, record.accepted_rows) == (11, 11, 33)
    for key, metric in (("value_min", "least"), ("value_avg", "mean"), ("value_max", "most")):
        expected = {utc(int(trend["clock"])): float(trend[key]) for trend in trends}
        assert same(device(tmp_path / "data", "zabbix-772698", metric), expected)


def test_trends_that_python_printed_are_no_json(tmp_path: Path) -> None:
    told = refusal(tmp_path / "data", real("traffic/zabbix_trend_get_pyrepr_excerpt.txt"))
    assert "JSONではありません" in told and "1行3文字目" in told


def test_samples_of_prometheus_are_averaged_where_the_feed_says_how_many_are_needed(tmp_path: Path) -> None:
    path = real("load/prometheus_query_range_node_load1.json")
    (series,) = json.loads(path.read_text(encoding="utf-8"))["data"]["result"]
    record = loaded(tmp_path / "data", path)
    assert (record.physical_lines, record.accepted_lines, record.accepted_rows) == (21, 21, 2)
    by_slot: dict[datetime, list[Fraction]] = {}
    for time, value in series["values"]:
        by_slot.setdefault(utc(time), []).append(Fraction(value))
    assert sorted(map(len, by_slot.values())) == [6, 15]
    assert same(device(tmp_path / "data", "prom-default", "load1"),
                {moment: float(sum(values) / len(values)) for moment, values in by_slot.items()})  # fmt: skip


# ---- files without times ------------------------------------------------------------------------------


def test_hosts_in_an_archive_are_told_apart_by_member_and_their_values_by_place(tmp_path: Path) -> None:
    path = real("load/planetlab_20110306_first33.tar.gz")
    record = loaded(tmp_path / "data", path)
    assert (record.physical_lines, record.accepted_rows, record.rejected_lines) == (33 * 288, 33 * 288, 0)
    with (CONFIG / "aliases.csv").open(encoding="utf-8", newline="") as stream:
        names = {row["alias"]: row["code"] for row in csv.DictReader(stream)}
    midnight = datetime(2011, 3, 6)
    with tarfile.open(path) as archive:
        members = [member for member in archive if member.isfile()]
        for member in members:
            content = archive.extractfile(member)
            assert content is not None
            expected = {midnight + timedelta(minutes=5 * number): float(value)
                        for number, value in enumerate(content.read().split())}  # fmt: skip
            assert len(expected) == 288 and same(device(tmp_path / "data", names[member.name], "cpu_pct"), expected)
    assert len(members) == 33


def test_two_walks_of_a_router_tell_what_passed_between_them(tmp_path: Path) -> None:
    """The second walk is the first with known octets more; ifHCInOctets 6, ifHCOutOctets 10, interfaces 4 and 5."""
    walk = bz2.decompress(real("load/vyatta-unknown.snmprec.bz2").read_bytes())
    grown = {"6.4": 37_500, "10.4": 75_000_000, "6.5": 0, "10.5": 150}
    later = walk
    for column, octets in grown.items():
        line = re.search(rb"^1\.3\.6\.1\.2\.1\.31\.1\.1\.1\.%s\|70\|(\d+)$" % re.escape(column).encode(), walk, re.M)
        assert line is not None and int(line[1]) > 2**32
        later = later.replace(line[0], line[0].replace(line[1], b"%d" % (int(line[1]) + octets)))
    records = []
    for name, content in (("T0005", later), ("T0000", walk)):
        path = tmp_path / f"vyatta_20261001{name}.snmprec.bz2"
        path.write_bytes(bz2.compress(content))
        records.append(loaded(tmp_path / "data", path))
    for record in records:
        assert (record.physical_lines, record.accepted_lines, record.rejected_lines) == (12_110, 4, 0)
        assert record.other_lines == 12_106
    found = rows(tmp_path / "data", "SELECT line_id, direction, avg_bps, epoch(ts) FROM line_sample ORDER BY ALL")
    moment = int(datetime(2026, 9, 30, 15, tzinfo=UTC).timestamp())
    assert found == [
        ("vyatta-eth1", "in", 1_000, moment),
        ("vyatta-eth1", "out", 2_000_000, moment),
        ("vyatta-eth2", "in", 0, moment),
        ("vyatta-eth2", "out", 4, moment),
    ]
