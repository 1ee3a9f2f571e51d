"""What monitoring systems give out: rrdtool, Prometheus, Zabbix, files without times; steps other than five minutes."""

from __future__ import annotations

import bz2
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from etl.batches import Tally
from etl.errors import FeedError, FileRefused
from etl.feed import Feed, read_feed
from etl.readers import read
from etl.steps import joined
from tests.support import ROOT, copy_config, load, read_rows, rejects, rows, write, write_rows
from warehouse.ledger import LoadRecord
from warehouse.staging import staging_schema

NOON = 1_790_823_600
"""2026-10-01 12:00 in Japan."""


def definition(file: str, *measures: str, more: str = "", time: str = "time", stamp: str = "end",
               style: str = "epoch") -> str:  # fmt: skip
    """A feed of device samples: each measure is ``source = metric``."""
    return f"""
title = "監視システム"
table = "device_sample"
reject_limit_pct = 50
{more}
[file]
names = ["*"]
{file}
[columns.ts]
from = "{time}"
styles = ["{style}"]
stamp = "{stamp}"
[columns.device_id]
value = "fw-1"
""" + "".join(
        f"""
[[measures]]
from = {json.dumps(source)}
into = "value"
set = {{ metric = "{metric}" }}
"""
        for source, _, metric in (measure.partition(" = ") for measure in measures)
    )


def feed_of(folder: Path, *arguments: str, **options: str) -> Feed:
    return read_feed(write(folder / "feeds" / "x.toml", definition(*arguments, **options)))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with the device fw-1 and no other feed than the one of the test."""
    config = copy_config(tmp_path / "config")
    for feed in (config / "feeds").glob("*.toml"):
        feed.unlink()
    return config


class Loaded:
    """One file loaded by one feed."""

    def __init__(self, config: Path, feed: str, name: str, content: str | bytes) -> None:
        write(config / "feeds" / "x.toml", feed)
        path = config.parent / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.data = config.parent / "data"
        (self.outcome,) = load(self.data, path, config=config).outcomes

    @property
    def record(self) -> LoadRecord:
        assert self.outcome.record is not None and not self.outcome.failed, self.outcome.message
        return self.outcome.record

    @property
    def refusal(self) -> str:
        assert self.outcome.failed
        return self.outcome.message

    def samples(self) -> list[tuple[object, ...]]:
        """(seconds after noon, metric, value)"""
        return [
            (int(second) - NOON, metric, value)
            for second, metric, value in rows(
                self.data, "SELECT epoch(ts), metric, CAST(value AS DOUBLE) FROM device_sample ORDER BY metric, ts"
            )
        ]  # type: ignore[call-overload]


def records_of(feed: Feed, path: Path) -> tuple[list[dict[str, str]], Tally]:
    tally = Tally()
    found = [
        {name: batch.texts(name)[row].as_py() for name in batch.columns}
        for batch in read(path, feed, tally)
        for row in range(batch.size)
    ]
    assert tally.physical == len(found) + tally.header + tally.blank + tally.other + len(tally.malformed)
    return found, tally


# ---- rrdtool ------------------------------------------------------------------------------------------

XML = f"""<?xml version="1.0" encoding="ISO-8859-1"?>

<xport>
  <meta>
    <start>{NOON + 300}</start>
    <end>{NOON + 900}</end>
    <step>300</step>
    <rows>3</rows>
    <columns>2</columns>
    <legend>
      <entry>cpu</entry>
      <entry>m\N{LATIN SMALL LETTER E WITH ACUTE}moire</entry>
    </legend>
  </meta>
  <data>
    <row><t>{NOON + 300}</t><v0>1.5000000000e+01</v0><v1>NaN</v1></row>
    <row><t>{NOON + 600}</t><v0>2.0000000000e+00</v0><v1>0.0000000000e+00</v1></row>
    <row><t>{NOON + 900}</t><v0>-nan</v0><v1>inf</v1></row>
  </data>
</xport>
""".encode("iso-8859-1")
XPORT = 'format = "rrd_xport"'
CPU_AND_MEMORY = ("cpu = cpu", "m\N{LATIN SMALL LETTER E WITH ACUTE}moire = memory")
SAMPLES = [(0, "cpu", 15.0), (300, "cpu", 2.0), (300, "memory", 0.0)]


def as_json(rows_of_data: object, start: object = NOON + 300, end: int = NOON + 900, step: int = 300) -> str:
    meta = {"start": start, "end": end, "step": step, "legend": [measure.split(" = ")[0] for measure in CPU_AND_MEMORY]}
    return json.dumps({"about": "RRDtool graph JSON output", "meta": meta, "data": rows_of_data})


@pytest.mark.parametrize(
    "content",
    [
        XML,
        XML.replace(b"v0>", b"v>").replace(b"v1>", b"v>"),
        XML.replace(b"<t>", b"<!--").replace(b"</t>", b"-->"),
        as_json([[15.0, None], [2.0, 0.0], [None, None]]),
        as_json([[str(NOON + 300), 15.0, None], [str(NOON + 600), 2.0, 0.0], [str(NOON + 900), None, None]]),
    ],
    ids=["XML", "XML without --enumds", "XML without --showtime", "JSON", "JSON with --showtime"],
)
def test_an_export_of_rrdtool_stamps_the_end_of_each_step_and_nan_is_no_value(
    config: Path, content: str | bytes
) -> None:
    loaded = Loaded(config, definition(XPORT, *CPU_AND_MEMORY), "x", content)
    assert loaded.samples() == SAMPLES
    assert (loaded.record.physical_lines, loaded.record.accepted_lines, loaded.record.accepted_rows) == (3, 3, 3)


def test_a_feed_of_rrdtool_that_takes_the_end_for_the_start_is_refused(tmp_path: Path) -> None:
    for format_ in ("rrd_xport", "rrd_fetch"):
        with pytest.raises(FeedError, match='stamp = "end"'):
            feed_of(tmp_path, f'format = "{format_}"', "cpu = cpu", stamp="start")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<xport><meta>", "XMLとして読めません"),
        (b'<?xml version="1.0"?><!DOCTYPE rrd SYSTEM "x"><rrd><version>0003</version></rrd>', "rrdtool dump の出力"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xport/>', "DOCTYPE"),
        (b"<html><body/></html>", "html"),
        (b"{ about: 'RRDtool xport JSON output',\n  meta: {", "古い JSON"),
        (b'{"about": "x"}', "meta"),
        (b'{"meta": {"start": 1, "end": 2, "step": 1, "legend": []}, "data": 5}', "meta"),
        (b'{"meta": ', "文字目で読めなくなりました"),
        (as_json([[15.0, None]]), "データは1行です"),
        (as_json([], step=0), "step"),
        (as_json([[1.0, 2.0]], start="12:05"), "--showtime"),
        (XML.replace(b">cpu<", b">cpu2<"), "列 cpu がありません"),
        (XML.replace(b"<step>300", b"<step>600"), "600秒おき"),
        (XML.replace(b"<step>300", b"<step>60"), r"[step] seconds = 60"),
    ],
)
def test_what_is_no_export_of_rrdtool_is_refused_with_the_reason(config: Path, content: str | bytes, told: str) -> None:
    assert told in Loaded(config, definition(XPORT, *CPU_AND_MEMORY), "x", content).refusal


def test_a_row_of_an_export_with_too_few_values_is_one_reject(config: Path) -> None:
    content = XML.replace(b"<v0>2.0000000000e+00</v0>", b"")
    loaded = Loaded(config, definition(XPORT, *CPU_AND_MEMORY), "x", content)
    assert rejects(loaded.data) == [(2, "値の数が違います（2個のところ1個）")]
    assert loaded.samples() == SAMPLES[:1]


FETCH = 'format = "rrd_fetch"'
FETCHED = f"""\
                        cpu             memory

{NOON + 300}: 1.5000000000e+01 -nan
{NOON + 600}: 2.0000000000e+00 0.0000000000e+00
{NOON + 900}: nan inf
{NOON + 1200}: 3.0000000000e+00 4.0000000000e+00
"""
FETCHED_SAMPLES = [*SAMPLES[:2], (900, "cpu", 3.0), SAMPLES[2], (900, "memory", 4.0)]


@pytest.mark.parametrize("comma", [False, True], ids=["point", "comma of the locale"])
def test_fetched_text_of_rrdtool_is_read_with_its_line_of_names(config: Path, comma: bool) -> None:
    content = FETCHED.replace(".", ",") if comma else FETCHED
    loaded = Loaded(config, definition(FETCH, "cpu = cpu", "memory = memory"), "x.txt", content)
    assert loaded.samples() == FETCHED_SAMPLES
    record = loaded.record
    assert (record.physical_lines, record.header_lines, record.blank_lines, record.accepted_lines) == (6, 1, 1, 4)


def test_fetched_text_without_names_takes_those_of_the_feed(config: Path) -> None:
    content = FETCHED.split("\n\n")[1]
    feed = definition(FETCH + '\ncolumns = ["time", "cpu", "memory"]', "cpu = cpu", "memory = memory")
    assert Loaded(config, feed, "x.txt", content).samples() == FETCHED_SAMPLES
    refusal = Loaded(config, definition(FETCH, "cpu = cpu"), "x2.txt", content + "\n").refusal
    assert "file.columns" in refusal


def test_a_fetched_line_that_was_cut_is_a_reject(config: Path) -> None:
    content = FETCHED.removesuffix("0\n")
    loaded = Loaded(config, definition(FETCH, "cpu = cpu", "memory = memory"), "x.txt", content)
    assert rejects(loaded.data) == [(6, "rrdtool の数値ではありません（行が途中で切れた可能性があります）")]
    short = Loaded(config, definition(FETCH, "cpu = cpu", "memory = memory"), "y.txt", content.rsplit(" ", 1)[0])
    assert rejects(short.data)[-1] == (6, "値の数が違います（2個のところ1個）")


def test_fetched_text_of_another_step_is_refused(config: Path) -> None:
    content = "      cpu\n\n" + "".join(f"{NOON + 60 * n}: 1.0000000000e+00\n" for n in range(1, 20) if n != 7)
    assert "60秒おき" in Loaded(config, definition(FETCH, "cpu = cpu"), "x.txt", content).refusal


def test_the_example_in_the_documents_gives_the_sample_that_it_says(config: Path) -> None:
    text = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
    example = text[text.index("## 例4") : text.index("## キーの一覧")]
    lines, definition = (block.partition("\n")[2] for block in example.split("```")[1:4:2])
    assert Loaded(config, definition, "fw_cpu_1.txt", lines).samples() == [(0, "cpu_pct", 15.0)]


# ---- steps --------------------------------------------------------------------------------------------


def minutes(*values: object, first: int = 1) -> str:
    """Fetched text of one value a minute; None is no value."""
    lines = (
        f"{NOON + 60 * number}: {'nan' if value is None else f'{value:.10e}'}\n"
        for number, value in enumerate(values, first)
    )
    return "      cpu\n\n" + "".join(lines)


def stepped(seconds: int, samples: int | None = None) -> str:
    return f"[step]\nseconds = {seconds}\n" + (f"samples = {samples}\n" if samples else "")


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (None, [(0, "cpu", 3.0), (600, "cpu", 10.0)]),
        (4, [(0, "cpu", 3.0), (300, "cpu", 8.0), (600, "cpu", 10.0)]),
        (1, [(0, "cpu", 3.0), (300, "cpu", 8.0), (600, "cpu", 10.0), (900, "cpu", 7.0)]),
    ],
)
def test_minutes_are_averaged_over_five_when_enough_of_them_are_there(
    config: Path, samples: int | None, expected: list[tuple[int, str, float]]
) -> None:
    values = [1, 2, 3, 4, 5, 6, None, 8, 9, 9, 10, 10, 10, 10, 10, 7]
    feed = definition(FETCH, "cpu = cpu", more=stepped(60, samples))
    loaded = Loaded(config, feed, "x.txt", minutes(*values))
    assert loaded.samples() == expected
    assert (loaded.record.accepted_lines, loaded.record.accepted_rows) == (16, len(expected))


def test_samples_of_a_minute_are_counted_by_their_own_ends(config: Path) -> None:
    """The minute that ends at 12:05 belongs to the slot of 12:00, the one that ends at 12:06 to that of 12:05."""
    feed = definition(FETCH, "cpu = cpu", more=stepped(60, 1))
    loaded = Loaded(config, feed, "x.txt", minutes(1, 2, 3, 4, first=4))
    assert loaded.samples() == [(0, "cpu", 1.5), (300, "cpu", 3.5)]


def test_a_minute_that_came_twice_is_rejected_once(config: Path) -> None:
    feed = definition('format = "delimited"\nheader = ["time"]', "cpu = cpu", more=stepped(60), stamp="start")
    lines = [f"{NOON + 60 * n},{n}\n" for n in (0, 1, 2, 2, 3, 4)]
    loaded = Loaded(config, feed, "x.csv", "time,cpu\n" + "".join(lines))
    assert loaded.samples() == [(0, "cpu", 2.0)]
    assert rejects(loaded.data) == [(5, "同じファイルに同じ記録があります（重複）")]


def test_rates_of_a_minute_are_averaged_maxima_stay_and_bytes_add_up(config: Path) -> None:
    write(
        config / "feeds" / "lines.toml",
        f"""
title = "回線（1分値）"
table = "line_sample"
{stepped(60)}
[file]
names = ["line*"]
format = "delimited"
header = ["time"]
[columns.ts]
from = "time"
styles = ["epoch"]
[columns.line_id]
value = "internet"
[[measures]]
from = "in"
into = "avg_bps"
also = {{ max_bps = "peak" }}
set = {{ direction = "in" }}
""",
    )
    write(
        config / "feeds" / "bodies.toml",
        f"""
title = "団体（1分値）"
table = "tenant_traffic"
{stepped(60)}
[file]
names = ["body*"]
format = "delimited"
header = ["time"]
[columns.ts]
from = "time"
styles = ["epoch"]
[columns.tenant_code]
value = "242012"
[columns.route]
value = "internet"
[columns.direction]
value = "in"
[columns.bytes]
from = "bytes"
""",
    )
    values = [1, 2, 4, 4, 7, 9]
    line = write(config.parent / "line.csv", "time,in,peak", *(f"{NOON + 60 * n},{v},{10 * v}" for n, v in
                                                                enumerate(values)))  # fmt: skip
    body = write(config.parent / "body.csv", "time,bytes", *(f"{NOON + 60 * n},{v}" for n, v in enumerate(values)))
    data = config.parent / "data"
    assert not load(data, line, body, config=config).failed
    assert rows(data, "SELECT epoch(ts), avg_bps, max_bps FROM line_sample") == [(NOON, 4, 70)]
    assert rows(data, "SELECT epoch(ts), bytes FROM tenant_traffic") == [(NOON, 18)]


def test_slots_of_which_the_source_says_that_nothing_was_to_be_had_are_told_so() -> None:
    line = {"title": "回線（1分値）", "table": "line_sample", "step": {"seconds": 60, "samples": 4}}
    columns = {"ts": {"from": "time"}, "line_id": {"value": "internet"}, "direction": {"value": "in"}}
    feed = Feed.model_validate({"name": "x", **line, "file": {"names": ["*"], "format": "json"}, "columns": columns})
    told = [(1, True), (2, True), (3, True), (4, True), (None, False), *[(None, False)] * 5, (1, True), (2, None)]
    minutes_of_line = [
        {
            "ts": datetime.fromtimestamp(NOON + 60 * minute, UTC).replace(tzinfo=None),
            "line_id": "internet",
            "direction": "in",
            "avg_bps": bps,
            "available": available,
        }
        for minute, (bps, available) in enumerate(told)
    ]
    slots = joined(feed, pa.Table.from_pylist(minutes_of_line, schema=staging_schema(feed.fact))).to_pylist()
    start = minutes_of_line[0]["ts"]
    assert [(slot["ts"] - start, slot["avg_bps"], slot["available"]) for slot in slots] == [
        (timedelta(0), 3, True),
        (timedelta(minutes=5), None, False),
    ]


def test_coarser_values_that_are_declared_stand_in_the_slot_of_their_time_alone(config: Path) -> None:
    content = "      cpu\n\n" + "".join(f"{NOON + 3600 * n}: {n:.10e}\n" for n in range(1, 5))
    feed = definition(FETCH, "cpu = cpu", more=stepped(3600))
    assert Loaded(config, feed, "x.txt", content).samples() == [(3600 * n, "cpu", n + 1.0) for n in range(4)]
    assert "3600秒おき" in Loaded(config, definition(FETCH, "cpu = cpu"), "y.txt", content + "\n").refusal
    other = definition(FETCH, "cpu = cpu", more=stepped(1800))
    assert "step" in Loaded(config, other, "z.txt", content + "\n\n").refusal


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (stepped(70), "割り切れません"),
        (stepped(450), "約数か倍数"),
        (stepped(60, 6), "超えています"),
        (stepped(600, 2), "samples は使えません"),
    ],
)
def test_steps_that_make_no_slots_are_refused(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(FeedError, match=told):
        feed_of(tmp_path, FETCH, "cpu = cpu", more=more)


@pytest.mark.parametrize(
    ("table", "more", "told"),
    [
        ("tenant_traffic", stepped(60, 4), "少なすぎる値"),
        ("tenant_traffic", stepped(3600), "粗い値を入れられません"),
        ("line_sample", stepped(3600), "粗い値を入れられません"),
        ("tenant_traffic", "[counter]", "bit/s になります"),
        ("line_sample", "[counter]\nbits = 32", "二度一巡"),
        ("line_sample", "[counter]\nbits = 32\nmax_bps = 114532462", "二度一巡"),
        ("line_sample", "[counter]" + stepped(60), "step は"),
    ],
)
def test_traffic_is_neither_taken_from_coarse_values_nor_counted_in_part(
    tmp_path: Path, table: str, more: str, told: str
) -> None:
    columns = {
        "tenant_traffic": ({"tenant_code": "242012", "route": "internet", "direction": "in"}, "bytes"),
        "line_sample": ({"line_id": "internet", "direction": "in"}, "avg_bps"),
    }
    constants, into = columns[table]
    feed = f'title = "x"\ntable = "{table}"\n' + more.replace("[step]", "\n[step]")
    feed += '\n[file]\nnames = ["*"]\nformat = "json"\n[columns.ts]\nfrom = "time"\n'
    feed += "".join(f'[columns.{name}]\nvalue = "{value}"\n' for name, value in constants.items())
    feed += f'[[measures]]\nfrom = "v"\ninto = "{into}"\n'
    with pytest.raises(FeedError, match=told):
        read_feed(write(tmp_path / "x.toml", feed))


@pytest.mark.parametrize("key", ['also = { max_bps = "m" }', 'unit = "kbps"', "maximum = 5"])
def test_keys_that_a_counter_would_ignore_are_refused(tmp_path: Path, key: str) -> None:
    feed = """
title = "x"
table = "line_sample"
[file]
names = ["*"]
format = "json"
[counter]
[columns.ts]
from = "time"
[columns.line_id]
value = "internet"
[[measures]]
from = "v"
into = "avg_bps"
set = { direction = "in" }
"""
    assert read_feed(write(tmp_path / "x.toml", feed)).counter
    with pytest.raises(FeedError, match="counter では"):
        read_feed(write(tmp_path / "x.toml", feed + key))
    with pytest.raises(FeedError, match="columns.max_bps"):
        read_feed(write(tmp_path / "x.toml", feed.replace("[[", '[columns.max_bps]\nfrom = "m"\n[[')))


# ---- Prometheus ---------------------------------------------------------------------------------------


def answer(*series: tuple[dict[str, str], list[list[object]]]) -> str:
    result = [{"metric": metric, "values": values} for metric, values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


PROMETHEUS = 'format = "prometheus"'


def test_samples_of_prometheus_come_with_their_labels_and_nan_is_no_value(config: Path) -> None:
    feed = definition(PROMETHEUS, "value = load", stamp="start").replace(
        'value = "fw-1"', 'from = "metric.instance"\nmap = { "10.0.0.1:9100" = "fw-1" }'
    )
    content = answer(
        (
            {"instance": "10.0.0.1:9100"},
            [[NOON + 0.5, "0.5"], [NOON + 300.5, "NaN"], [NOON + 600.5, "+Inf"], [NOON + 900.5, "7"]],
        ),
        ({"instance": "10.0.0.2:9100"}, [[NOON, "1"]]),
        ({"job": "x"}, [[NOON, "2"], [NOON + 300, 3], "x"]),
    )
    loaded = Loaded(config, feed, "x.json", content)
    assert loaded.samples() == [(0, "load", 0.5), (900, "load", 7.0)]
    assert [line for line, _ in rejects(loaded.data)] == [5, 6, 7, 8]
    assert loaded.record.physical_lines == 8


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"status": "error", "errorType": "bad_data", "error": "parse error"}', "bad_data parse error"),
        ('{"status": "success", "data": {"resultType": "vector", "result": []}}', "vector"),
        ('{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}}]}}', "values"),
        ('{"status": "success", "data": {"resultType": "matrix", "result": []}}', "データ行がありません"),
        ('{"status": "success"}', "None"),
        ("[]", "status がありません"),
        ('{"status": ', "文字目で読めなくなりました"),
        (answer(({}, [[NOON + 15 * n, "1"] for n in range(9)])), "15秒おき"),
        (answer(({}, [[NOON + 3600 * n, "1"] for n in range(9)])), "3600秒おき"),
    ],
)
def test_other_answers_of_prometheus_are_refused_with_the_reason(config: Path, content: str, told: str) -> None:
    feed = definition(PROMETHEUS, "value = load", stamp="start")
    assert told in Loaded(config, feed, "x.json", content).refusal


def test_a_few_samples_with_gaps_are_not_taken_for_a_coarse_step(config: Path) -> None:
    content = answer(({}, [[NOON, "1"], [NOON + 600, "2"], [NOON + 900, "3"], [NOON + 3600, "4"]]))
    loaded = Loaded(config, definition(PROMETHEUS, "value = load", stamp="start"), "x.json", content)
    assert len(loaded.samples()) == 4


# ---- Zabbix -------------------------------------------------------------------------------------------

HISTORY = [
    {"itemid": "23296", "clock": str(NOON), "value": "0.085", "ns": "0"},
    {"itemid": "23296", "clock": str(NOON + 300), "value": "0.16", "ns": "0"},
    {"itemid": "99999", "clock": str(NOON), "value": "1", "ns": "0"},
]
ZABBIX = 'format = "json"\nrecords = "result"'


@pytest.mark.parametrize(
    "content",
    [json.dumps({"jsonrpc": "2.0", "result": HISTORY, "id": 1}), json.dumps(HISTORY)],
    ids=["answer", "bare array"],
)
def test_a_history_of_zabbix_names_its_device_by_the_items_alias(config: Path, content: str) -> None:
    aliases = read_rows(config / "aliases.csv")
    write_rows(config / "aliases.csv", [*aliases, {"dimension": "device", "alias": "23296", "code": "fw-1"}])
    feed = definition(ZABBIX, "value = load", time="clock", stamp="start").replace('value = "fw-1"', 'from = "itemid"')
    loaded = Loaded(config, feed, "x.json", content)
    assert loaded.samples() == [(0, "load", 0.085), (300, "load", 0.16)]
    assert [line for line, _ in rejects(loaded.data)] == [3]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"jsonrpc": "2.0", "error": {"code": -32602, "data": "No permissions."}, "id": 1}', "No permissions"),
        (repr(HISTORY), "引用符が '"),
        (repr({"result": HISTORY}), "引用符が '"),
    ],
)
def test_other_answers_of_zabbix_are_refused_with_the_reason(config: Path, content: str, told: str) -> None:
    feed = definition(ZABBIX, "value = load", time="clock", stamp="start")
    assert told in Loaded(config, feed, "x.json", content).refusal


# ---- files without times ------------------------------------------------------------------------------

DAY = "columns = [\"cpu\"]\nperiod = '(?P<year>\\d{4})(?P<month>\\d{2})(?P<day>\\d{2})'\nrecord_seconds = 300"


def at_time(file: str, **options: str) -> str:
    return definition(f'format = "delimited"\n{file}', "cpu = cpu", time="@time", stamp="start", style="iso", **options)


def test_values_alone_stand_from_the_moment_that_the_files_name_tells(config: Path) -> None:
    loaded = Loaded(config, at_time(DAY), "cpu_20261001.txt", "5\n6\n\n8\n")
    midnight = -12 * 3600
    assert loaded.samples() == [(midnight, "cpu", 5.0), (midnight + 300, "cpu", 6.0), (midnight + 900, "cpu", 8.0)]


def test_a_value_that_cannot_be_read_does_not_move_those_after_it(config: Path) -> None:
    content = b"5\n\xff\nx\n8\n9,9\n10\n"
    loaded = Loaded(config, at_time(DAY), "cpu_20261001.txt", content)
    midnight = -12 * 3600
    assert loaded.samples() == [(midnight + 300 * n, "cpu", value) for n, value in ((0, 5.0), (3, 8.0), (5, 10.0))]
    assert [line for line, _ in rejects(loaded.data)] == [2, 3, 5]


def test_the_zone_of_a_moment_is_that_of_its_column(config: Path) -> None:
    feed = at_time(DAY.replace("(?P<day>\\d{2})", "(?P<day>\\d{2})T(?P<hour>\\d{2})(?P<minute>\\d{2})")).replace(
        'stamp = "start"', 'stamp = "start"\nzone = "UTC"'
    )
    loaded = Loaded(config, feed, "cpu_20261001T0255.txt", "5\n6\n")
    assert loaded.samples() == [(-300, "cpu", 5.0), (0, "cpu", 6.0)]
    assert f"{loaded.record.period_from}" == "2026-10-01"


def test_records_without_a_step_are_all_of_one_moment(tmp_path: Path) -> None:
    feed = read_feed(write(tmp_path / "x.toml", at_time(DAY.removesuffix("\nrecord_seconds = 300"))))
    path = write(tmp_path / "x_20261001.txt", "1", "2")
    found, _ = records_of(feed, path)
    assert [record["@time"] for record in found] == ["2026-10-01T00:00:00"] * 2


def test_a_name_without_the_moment_is_refused(tmp_path: Path, config: Path) -> None:
    assert "対象期間が読めません" in Loaded(config, at_time(DAY), "cpu.txt", "5\n").refusal
    with pytest.raises(FileRefused, match="日時がありません"):
        records_of(read_feed(config / "feeds" / "x.toml"), write(tmp_path / "cpu.txt", "5"))


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ('columns = ["cpu"]', "file.period"),
        (DAY.replace("(?P<day>", "("), "day"),
        (DAY.replace("(?P<day>\\d{2})", "(?P<day>\\d{2})(?P<minute>\\d{2})"), "minute"),
        (DAY.replace('columns = ["cpu"]', 'header = ["cpu"]'), "見出し行のないファイル"),
        (DAY + '\nskip = "#"', "skip とは"),
    ],
)
def test_moments_that_cannot_be_told_are_refused_in_the_definition(tmp_path: Path, file: str, told: str) -> None:
    with pytest.raises(FeedError, match=told):
        read_feed(write(tmp_path / "x.toml", at_time(file)))


def test_record_seconds_alone_mean_nothing(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="@time を使う定義"):
        read_feed(write(tmp_path / "x.toml", at_time(DAY).replace('"@time"', '"cpu"')))


def test_walks_of_a_router_one_file_each_become_rates(config: Path) -> None:
    """``OID|type|value`` without a time: the file's name tells it, and each interval lies between two files."""
    write(
        config / "feeds" / "x.toml",
        """
title = "SNMP walk"
table = "line_sample"
[file]
names = ["*.snmprec.bz2"]
format = "delimited"
delimiter = "|"
columns = ["oid", "type", "value"]
period = '(?P<year>\\d{4})(?P<month>\\d{2})(?P<day>\\d{2})T(?P<hour>\\d{2})(?P<minute>\\d{2})'
[keep]
oid = ["1.3.6.1.2.1.31.1.1.1.6.4", "1.3.6.1.2.1.31.1.1.1.10.4"]
[columns.ts]
from = "@time"
[columns.line_id]
value = "internet"
[columns.direction]
from = "oid"
map = { "1.3.6.1.2.1.31.1.1.1.6.4" = "in", "1.3.6.1.2.1.31.1.1.1.10.4" = "out" }
[counter]
max_bps = 10_000_000_000
[[measures]]
from = "value"
into = "avg_bps"
""",
    )
    data = config.parent / "data"
    for number in (2, 0, 1, 4):
        text = f"1.3.6.1.2.1.31.1.1.1.6.4|70|{2**63 + 37_500 * number}\n1.3.6.1.2.1.1.3.0|67|5\n"
        text += f"1.3.6.1.2.1.31.1.1.1.10.4|70|{75_000 * number}\n"
        path = config.parent / f"r_20261001T12{5 * number:02d}.snmprec.bz2"
        path.write_bytes(bz2.compress(text.encode()))
        (outcome,) = load(data, path, config=config).outcomes
        assert outcome.record and not outcome.failed, outcome.message
        assert (outcome.record.accepted_lines, outcome.record.other_lines) == (2, 1)
    found = rows(data, "SELECT direction, epoch(ts), avg_bps FROM line_sample ORDER BY ALL")
    assert found == [("in", NOON, 1_000), ("in", NOON + 300, 1_000), ("out", NOON, 2_000), ("out", NOON + 300, 2_000)]
