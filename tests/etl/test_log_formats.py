"""Logs as security devices write them: what becomes of every line, and why a record is refused."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.batches import Tally
from etl.errors import FeedError, FileRefused
from etl.feed import Feed, read_feed
from etl.readers import json_blocks, read
from tests.support import NOW, ROOT, copy_config, load, rows, write

Record = dict[str, str]


def feed_of(folder: Path, file: str, *wanted: str, keep: str = "", time: str = "time") -> Feed:
    """A feed of detections that reads these source columns."""
    sources = ", ".join(json.dumps(name, ensure_ascii=False) for name in wanted or (time,))
    definition = f"""
title = "x"
table = "detection"
{keep and f"keep = {keep}"}
[file]
names = ["*"]
{file}
[columns.detected_at]
from = {json.dumps(time)}
[columns.event_id]
from = [{sources}]
[columns.signature]
value = "s"
[columns.tenant_code]
value = "x"
[columns.function]
value = "ips"
"""
    return read_feed(write(folder / "feeds" / "x.toml", definition))


def read_all(folder: Path, feed: Feed, content: str | bytes, name: str = "x.log") -> tuple[list[Record], Tally]:
    """Every record (with its line as ``line``) and what became of the other lines; all lines are accounted for."""
    path, tally = folder / name, Tally()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found: list[Record] = []
    for batch in read(path, feed, tally, name, NOW):
        columns = {
            column: (values.dictionary_decode() if pa.types.is_dictionary(values.type) else values).to_pylist()
            for column, values in batch.columns.items()
        }
        for row in range(batch.size):
            record = {column: str(values[row]) for column, values in columns.items()}
            found.append({**record, "line": str(batch.lines[row])})
    others = tally.header + tally.blank + tally.total + tally.other + tally.continued
    assert tally.physical == len(found) + len(tally.malformed) + others
    return found, tally


def one(folder: Path, file: str, content: str, *wanted: str, time: str = "time") -> Record:
    """The only record of a file."""
    found, tally = read_all(folder, feed_of(folder, file, *wanted, time=time), content)
    assert (len(found), tally.malformed) == (1, [])
    return found[0]


def reasons(tally: Tally) -> list[tuple[int, str]]:
    return [(reject.line, reject.reason) for reject in tally.malformed]


# --- pattern ---------------------------------------------------------------------------------------------------------

FAST = r"""format = "pattern"
record = '(?P<time>\S+)  (?:\[(?P<act>\w+)\] )?\[\*\*\] \[1:(?P<sid>\d+):\d+\] (?P<msg>.*)'"""


def test_named_groups_of_the_pattern_are_the_columns_and_a_group_without_part_is_empty(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, FAST, "sid", "act", "msg")
    found, tally = read_all(
        tmp_path,
        feed,
        "10/01/2026-09:00:00.1  [**] [1:7:1] a [**]\n"
        "\n"
        "10/01/2026-09:00:00.2  [Drop] [**] [1:8:1] b\r\n"
        "no alert at all\n",
    )
    assert [(r["line"], r["time"], r["act"], r["sid"], r["msg"]) for r in found] == [
        ("1", "10/01/2026-09:00:00.1", "", "7", "a [**]"),
        ("3", "10/01/2026-09:00:00.2", "Drop", "8", "b"),
    ]
    assert tally.blank == 1
    assert reasons(tally) == [(4, "取込み定義の file.record の書き方に合いません")]
    assert tally.malformed[0].text == "no alert at all"


def test_the_pattern_must_match_the_whole_record(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, "format = \"pattern\"\nrecord = '(?P<time>\\d+)'")
    found, tally = read_all(tmp_path, feed, "12\n12 and more\n")
    assert ([r["time"] for r in found], [line for line, _ in reasons(tally)]) == (["12"], [2])


def test_skipped_lines_are_counted_as_other(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, FAST + "\nskip = '#|--- '", "sid")
    found, tally = read_all(tmp_path, feed, "# sensor 1\nt  [**] [1:7:1] a\n--- rotated ---\n")
    assert ([r["sid"] for r in found], tally.other, tally.malformed) == (["7"], 2, [])


def test_lines_up_to_the_next_start_belong_to_the_record(tmp_path: Path) -> None:
    file = """format = "pattern"
record = '(?s)(?P<time>\\d+) (?P<msg>.*)'
record_start = '\\d+ '"""
    feed = feed_of(tmp_path, file, "msg")
    found, tally = read_all(tmp_path, feed, "lost\n1 a\n  at b\n\n  at c\n2 d\n")
    assert [(r["line"], r["msg"]) for r in found] == [("2", "a\n  at b\n  at c"), ("6", "d")]
    assert (tally.continued, tally.blank, tally.physical) == (2, 1, 6)
    assert reasons(tally) == [(1, "この行の前に、記録の始まりの行がありません")]


def test_further_lines_of_a_skipped_record_do_not_hang_on_to_the_one_before(tmp_path: Path) -> None:
    file = """format = "pattern"
record = '(?s)(?P<time>\\d+) (?P<msg>.*)'
record_start = '\\d+ '
skip = '2 '"""
    found, tally = read_all(tmp_path, feed_of(tmp_path, file, "msg"), "1 a\n2 b\n  more of b\n3 c\n")
    assert [r["msg"] for r in found] == ["a", "c"]
    assert (tally.other, tally.continued) == (1, 1)


def test_a_record_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    file = "format = \"pattern\"\nrecord = '(?s)(?P<time>start).*'\nrecord_start = 'start'"
    found, tally = read_all(tmp_path, feed_of(tmp_path, file), "start\n" + "x\n" * 10_001)
    assert (len(found), tally.continued, len(tally.malformed)) == (1, 9_999, 2)
    assert reasons(tally)[0] == (10_001, "記録の始まりがないまま10,000行を超えました")


# --- syslog header ---------------------------------------------------------------------------------------------------

MESSAGE = "format = \"pattern\"\nsyslog = true\nrecord = '(?P<msg>.*)'"


@pytest.mark.parametrize(
    ("line", "time", "host", "app", "message"),
    [
        ("<34>Oct 11 22:14:15 fw01 su[12]: 'su root' failed", "2026-10-11 22:14:15", "fw01", "su", "'su root' failed"),
        ("Oct  1 09:00:00 fw01 app: x", "2026-10-01 09:00:00", "fw01", "app", "x"),
        ("<14>Oct  1 09:00:00.25 fw01 1,2026/10/01", "2026-10-01 09:00:00.250000", "fw01", "", "1,2026/10/01"),
        ("Oct  1 2025 09:00:00 asa01 x: y", "2025-10-01 09:00:00", "asa01", "x", "y"),
        ("2026-10-01T09:00:00.5+09:00 fw01 x: y", "2026-10-01T09:00:00.5+09:00", "fw01", "x", "y"),
        ("Oct  1 09:00:00 2001:db8::1 x: y", "2026-10-01 09:00:00", "2001:db8::1", "x", "y"),
        ("Oct  1 09:00:00 key=value", "2026-10-01 09:00:00", "", "", "key=value"),
        ("<189>key=value", "", "", "", "key=value"),
        ("<34>1 2026-10-01T09:00:00Z fw01 app 12 ID47 - \ufeffx y", "2026-10-01T09:00:00Z", "fw01", "app", "x y"),
        ("<34>1 - - - - - - x", "", "", "", "x"),
        ("no header", "", "", "", "no header"),
        ("October 1 is no time", "", "", "", "October 1 is no time"),
    ],
)
def test_a_syslog_header_becomes_columns_of_its_own(
    tmp_path: Path, line: str, time: str, host: str, app: str, message: str
) -> None:
    found = one(tmp_path, MESSAGE, line, "syslog.host", "syslog.app", "msg", time="syslog.time")
    assert [found[name] for name in ("syslog.time", "syslog.host", "syslog.app", "msg")] == [time, host, app, message]


def test_the_priority_gives_facility_and_severity_and_structured_data_their_parameters(tmp_path: Path) -> None:
    line = '<165>1 2026-10-01T09:00:00Z h a 1 m [id@1 k="a \\"b\\" [c\\]" n=""][x y="1"] text'
    names = ("syslog.pri", "syslog.facility", "syslog.severity", "syslog.data.id@1.k", "syslog.data.x.y", "msg")
    found = one(tmp_path, MESSAGE, line, *names, time="syslog.time")
    assert [found[name] for name in names] == ["165", "20", "5", 'a "b" [c]', "1", "text"]


PERIOD = "\nperiod = '(?P<year>\\d{4})(?P<month>\\d{2})'"


@pytest.mark.parametrize(
    ("written", "name", "complete"),
    [
        ("Nov  5 08:00:00", "x.log", "2026-11-05 08:00:00"),
        ("Nov  6 08:00:00", "x.log", "2026-11-06 08:00:00"),
        ("Nov  7 08:00:00", "x.log", "2025-11-07 08:00:00"),
        ("Dec 31 23:59:59", "x.log", "2025-12-31 23:59:59"),
        ("Feb 29 12:00:00", "x.log", "2024-02-29 12:00:00"),
        ("Oct  1 09:00:00", "202410.log", "2024-10-01 09:00:00"),
        ("Dec 31 23:59:59", "202501.log", "2024-12-31 23:59:59"),
        ("Jan  1 00:00:00", "202412.log", "2025-01-01 00:00:00"),
        ("Feb 30 12:00:00", "x.log", "Feb 30 12:00:00"),
    ],
)
def test_a_date_without_year_lies_in_the_named_period_else_is_the_newest_that_is_not_in_the_future(
    tmp_path: Path, written: str, name: str, complete: str
) -> None:
    """The files came on 5 November 2026; clocks may be a day ahead."""
    period = PERIOD if name[0].isdigit() else ""
    feed = feed_of(tmp_path, MESSAGE + period, time="syslog.time")
    found, _ = read_all(tmp_path, feed, f"{written} host app: x", name)
    assert found[0]["syslog.time"] == complete


def test_declared_columns_without_year_get_theirs_too(tmp_path: Path) -> None:
    file = """format = "pattern"
record = '(?P<time>\\S+)  .*'
yearless = { time = "%m/%d-%H:%M:%S.%f" }"""
    found, _ = read_all(tmp_path, feed_of(tmp_path, file), "12/01-09:00:00.5  x\n2026-10-01T09:00:00  y\n")
    assert [r["time"] for r in found] == ["2025-12-01 09:00:00.500000", "2026-10-01T09:00:00"]


# --- key=value -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r'a=1 msg="say \"no\", c:\\x \d" e= b=2', {"a": "1", "msg": r'say "no", c:\x \d', "e": "", "b": "2"}),
        ("msg=login failed for bob a=1", {"msg": "login failed for bob", "a": "1"}),
        ("url=http://x/?q=1&r=2 a=1", {"url": "http://x/?q=1&r=2", "a": "1"}),
        ('a=1,msg="x, y",b=2', {"a": "1", "msg": "x, y", "b": "2"}),
        ("a=1, b=x,y, msg=z", {"a": "1", "b": "x,y", "msg": "z"}),
        ('a="" b=""', {"a": "", "b": ""}),
        ("a=1 a=2", {"a": "1"}),
        ("a=1,a=2", {"a": "1"}),
        ("cert-type=CRL ad.vd=root", {"cert-type": "CRL", "ad.vd": "root"}),
        ("msg=接続拒否 a=1", {"msg": "接続拒否", "a": "1"}),
        ('msg="two\tparts" a=1', {"msg": "two\tparts", "a": "1"}),
    ],
)
def test_pairs_are_read_with_or_without_quotes(tmp_path: Path, line: str, expected: Record) -> None:
    for header in ("", "<189>Oct  1 09:00:00 fw01 ", "<189>", "<34>1 2026-10-01T09:00:00Z h - - - - "):
        found = one(tmp_path, 'format = "key_value"', header + line, *expected, time="a")
        assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('a=1 msg="cut off', 'msg="cut off'),
        ('a="1"2 b=3', 'a="1"2 b=3'),
        ("free text", "free text"),
        ('a="x" stray b=1', "stray b=1"),
        ("=1", "=1"),
    ],
)
def test_what_is_no_pair_is_told_where_it_begins(tmp_path: Path, line: str, place: str) -> None:
    found, tally = read_all(tmp_path, feed_of(tmp_path, 'format = "key_value"', time="a"), line)
    assert (found, reasons(tally)) == ([], [(1, f"key=value の並びとして読めません（「{place}」から）")])


def test_a_quoted_value_may_span_lines_when_the_feed_tells_how_a_record_starts(tmp_path: Path) -> None:
    file = "format = \"key_value\"\nrecord_start = 'date='"
    feed = feed_of(tmp_path, file, "msg", "x", time="date")
    found, tally = read_all(tmp_path, feed, 'date=1 msg="a\nb" x=1\ndate=2 msg="c" x=2\n')
    assert [(r["line"], r["msg"], r["x"]) for r in found] == [("1", "a\nb", "1"), ("3", "c", "2")]
    assert tally.continued == 1


def test_fortigate_times_are_found_in_any_unit(tmp_path: Path) -> None:
    """Versions write eventtime in seconds, milliseconds, microseconds or nanoseconds."""
    config = copy_config(tmp_path / "config")
    definition = """title = "x"
table = "detection"
file = { names = ["*.log"], format = "key_value" }
[columns]
event_id = { from = "id" }
detected_at = { from = "eventtime", styles = ["epoch", "epoch_ms", "epoch_us", "epoch_ns"] }
tenant_code = { from = "srcip", by = "address", unknown = "keep" }
function = { value = "ips" }
signature = { from = "attack" }
"""
    write(config / "feeds" / "fortigate.toml", definition)
    seconds = 1_790_812_800
    times = [str(seconds), f"{seconds}123", f"{seconds}123456", f"{seconds}123456789", f'"{seconds}"', "tomorrow"]
    lines = [f"eventtime={time} id={n} srcip=10.2.3.4 attack=x" for n, time in enumerate(times)]
    result = load(tmp_path / "data", write(tmp_path / "a.log", *lines), config=config, feed="fortigate")
    assert result.outcomes[0].record is not None and result.outcomes[0].record.rejected_lines == 1
    assert rows(tmp_path / "data", "SELECT event_id, detected_at FROM detection ORDER BY 1") == [
        ("0", datetime(2026, 10, 1, 0, 0)),
        ("1", datetime(2026, 10, 1, 0, 0, 0, 123_000)),
        ("2", datetime(2026, 10, 1, 0, 0, 0, 123_456)),
        ("3", datetime(2026, 10, 1, 0, 0, 0, 123_456)),
        ("4", datetime(2026, 10, 1, 0, 0)),
    ]


def test_fortigate_date_time_and_offset_are_put_together(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    definition = """title = "x"
table = "detection"
file = { names = ["*.log"], format = "key_value" }
[columns]
event_id = { from = "id" }
detected_at = { template = "{date} {time}{tz}" }
tenant_code = { from = "srcip", by = "address", unknown = "keep" }
function = { value = "ips" }
signature = { from = "attack" }
"""
    write(config / "feeds" / "fortigate.toml", definition)
    line = 'date={} time={} {} id={} srcip=10.2.3.4 attack="a b"'
    lines = [
        line.format("2026-10-01", "09:00:00", 'tz="+0900"', 1),
        line.format("2026-10-01", "09:00:00", 'tz="-0700"', 2),
        line.format("2026-10-01", "09:00:00", "", 3),
    ]
    load(tmp_path / "data", write(tmp_path / "a.log", *lines), config=config, feed="fortigate")
    assert rows(tmp_path / "data", "SELECT event_id, detected_at FROM detection ORDER BY 1") == [
        ("1", datetime(2026, 10, 1, 0, 0)),
        ("2", datetime(2026, 10, 1, 16, 0)),
        ("3", datetime(2026, 10, 1, 0, 0)),
    ]


# --- CEF and LEEF ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "<134>Oct  1 09:00:00 fw01 ", "<134>1 2026-10-01T09:00:00Z fw01 a - - - "])
def test_cef_gives_its_header_its_extension_and_what_labels_name(tmp_path: Path, header: str) -> None:
    line = (
        r"CEF:0|Make\|r|Pro\\duct|1.0|100|an a\|ttack|7|src=10.0.0.1 act=blocked by rule a\=b "
        r"msg=one\ntwo path=C:\x cs1Label=Rule name cs1=allow all empty= dst=10.0.0.2 ad.x-y=1"
    )
    expected = {
        "cef.version": "0",
        "cef.vendor": "Make|r",
        "cef.product": "Pro\\duct",
        "cef.device_version": "1.0",
        "cef.class_id": "100",
        "cef.name": "an a|ttack",
        "cef.severity": "7",
        "src": "10.0.0.1",
        "act": "blocked by rule a=b",
        "msg": "one\ntwo",
        "path": r"C:\x",
        "cs1": "allow all",
        "label.Rule name": "allow all",
        "empty": "",
        "dst": "10.0.0.2",
        "ad.x-y": "1",
        "syslog.host": "fw01" if header else "",
    }
    found = one(tmp_path, 'format = "cef"', header + line, *expected, time="src")
    assert {name: found[name] for name in expected} == expected


def test_cef_whose_prefix_a_relay_took_for_the_programs_name_is_read_all_the_same(tmp_path: Path) -> None:
    found = one(tmp_path, 'format = "cef"', "0|V|P|1|2|name|3|src=10.0.0.1", "cef.name", "src", time="src")
    assert (found["cef.name"], found["src"]) == ("name", "10.0.0.1")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("CEF:0|V|P|1|2|name", "CEF の見出し（「|」で区切った7項目）として読めません"),
        ("date=2026-10-01 type=utm", "CEF の見出し（「|」で区切った7項目）として読めません"),
        ("CEF:0|V|P|1|2|name|3|no pair", "CEF の拡張部が key=value で始まっていません"),
        ("CEF:0|V|P|1|2|name|3|stray src=1", "CEF の拡張部が key=value で始まっていません"),
    ],
)
def test_what_is_no_cef_is_refused_with_its_reason(tmp_path: Path, line: str, reason: str) -> None:
    found, tally = read_all(tmp_path, feed_of(tmp_path, 'format = "cef"', time="src"), line)
    assert (found, reasons(tally)) == ([], [(1, reason)])


def test_cef_without_extension_is_an_event(tmp_path: Path) -> None:
    for line in ("CEF:0|V|P|1|2|name|3|", "CEF:0|V|P|1|2|name|3"):
        assert one(tmp_path, 'format = "cef"', line, "cef.name", time="src")["cef.name"] == "name"


@pytest.mark.parametrize(
    "line",
    [
        "LEEF:1.0|V|P|1|42|src=10.0.0.1\tmsg=a = b\tusr=",
        "<13>Oct  1 09:00:00 h LEEF:1.0|V|P|1|42|src=10.0.0.1\tmsg=a = b\tusr=",
        "LEEF:2.0|V|P|1|42|^|src=10.0.0.1^msg=a = b^usr=",
        "LEEF:2.0|V|P|1|42|x5E|src=10.0.0.1^msg=a = b^usr=",
        "LEEF:2.0|V|P|1|42|0x09|src=10.0.0.1\tmsg=a = b\tusr=",
        "LEEF:2.0|V|P|1|42||src=10.0.0.1\tmsg=a = b\tusr=",
        "LEEF:2.0|V|P|1|42|src=10.0.0.1\tmsg=a = b\tusr=",
    ],
)
def test_leef_of_both_versions_with_any_separator(tmp_path: Path, line: str) -> None:
    expected = {"leef.vendor": "V", "leef.event_id": "42", "src": "10.0.0.1", "msg": "a = b", "usr": ""}
    found = one(tmp_path, 'format = "leef"', line, *expected, time="src")
    assert {name: found[name] for name in expected} == expected


def test_what_is_no_leef_is_refused_with_its_reason(tmp_path: Path) -> None:
    lines = ["LEEF:1.0|V|P|1", "CEF:0|V|P|1|2|n|3|", "LEEF:1.0|V|P|1|42|src=1\tstray\ta=b"]
    _, tally = read_all(tmp_path, feed_of(tmp_path, 'format = "leef"', time="src"), "\n".join(lines))
    assert [reason for _, reason in reasons(tally)] == [
        "LEEF の見出し（「|」で区切った5項目）として読めません",
        "LEEF の見出し（「|」で区切った5項目）として読めません",
        "LEEF の key=value として読めません（「stray」）",
    ]


# --- Zeek ------------------------------------------------------------------------------------------------------------

ZEEK = 'format = "zeek"'
HEAD = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{}\n#fields\t{}\n"


def test_zeek_tells_its_columns_and_what_stands_for_nothing(tmp_path: Path) -> None:
    head = HEAD.format("weird", "ts\tid.orig_h\tname\taddl")
    content = head + "1.5\t10.0.0.1\t(empty)\t-\n2.5\t::1\ta\\x09b\\\\\t\\x2d\n"
    feed = feed_of(tmp_path, ZEEK, "id.orig_h", "name", "addl", time="ts")
    found, tally = read_all(tmp_path, feed, content + "#close\t2026-10-01-09-00-00\n")
    assert [(r["line"], r["ts"], r["id.orig_h"], r["name"], r["addl"]) for r in found] == [
        ("7", "1.5", "10.0.0.1", "", ""),
        ("8", "2.5", "::1", "a\tb\\", "-"),
    ]
    assert (tally.header, tally.physical) == (7, 9)


def test_a_second_head_in_the_file_begins_anew(tmp_path: Path) -> None:
    content = HEAD.format("weird", "ts\tname") + "1\ta\n#close\n" + "#separator ,\n#fields,name,ts\nb,2\n"
    found, tally = read_all(tmp_path, feed_of(tmp_path, ZEEK, "name", time="ts"), content)
    assert [(r["ts"], r["name"]) for r in found] == [("1", "a"), ("2", "b")]
    assert (tally.header, tally.malformed) == (9, [])


def test_of_several_kinds_of_log_in_a_file_the_path_chooses(tmp_path: Path) -> None:
    content = HEAD.format("conn", "ts\tuid") + "1\tC1\n" + HEAD.format("weird", "ts\tname") + "2\ta\n"
    feed = feed_of(tmp_path, ZEEK, "name", time="ts", keep='{ "#path" = ["weird"] }')
    found, _ = read_all(tmp_path, feed, content)
    assert [(r["#path"], r["name"]) for r in found] == [("conn", ""), ("weird", "a")]
    with pytest.raises(FileRefused, match="列 name がありません。ファイルにある列: ts、uid"):
        read_all(tmp_path, feed_of(tmp_path, ZEEK, "name", time="ts"), content)


def test_zeek_lines_that_do_not_fit_their_head_are_rejects(tmp_path: Path) -> None:
    content = "0\tz\n" + HEAD.format("weird", "ts\tname") + "1\ta\tb\n2\n3\tc\n"
    found, tally = read_all(tmp_path, feed_of(tmp_path, ZEEK, "name", time="ts"), content)
    assert [r["name"] for r in found] == ["c"]
    assert reasons(tally) == [
        (1, "この行の前に #fields の行がありません"),
        (8, "列の数が違います（2列のところ3列）"),
        (9, "列の数が違います（2列のところ1列）"),
    ]


def test_a_text_without_any_head_is_no_zeek_log(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="Zeek のログではありません"):
        read_all(tmp_path, feed_of(tmp_path, ZEEK, time="ts"), "1\ta\n")


def test_zeek_json_has_its_dotted_names_as_keys(tmp_path: Path) -> None:
    lines = ['{"ts":1521911720.629574,"id.orig_h":"10.0.0.1"}', '{"ts":1,"id":{"orig_h":"10.0.0.2"}}']
    feed = feed_of(tmp_path, 'format = "json"', "id.orig_h", time="ts")
    found, _ = read_all(tmp_path, feed, "\n".join(lines))
    assert [(r["ts"], r["id.orig_h"]) for r in found] == [("1521911720.629574", "10.0.0.1"), ("1", "10.0.0.2")]


# --- CSV behind syslog -----------------------------------------------------------------------------------------------

CSV = 'format = "syslog_csv"\ncolumns = ["future", "received", "serial", "type", "threat"]'


def test_csv_behind_a_syslog_header_has_the_columns_of_the_definition(tmp_path: Path) -> None:
    lines = [
        '<14>Oct  1 09:00:00 pa01 1,2026/10/01 09:00:00,001,THREAT,"say ""no"", or",more,cells',
        "1,2026/10/01 09:00:01,002,THREAT,x",
        "1,2026/10/01 09:00:02,003,THREAT",
        '1,2026/10/01 09:00:03,003,THREAT,"cut',
    ]
    feed = feed_of(tmp_path, CSV, "threat", "syslog.host", time="received")
    found, tally = read_all(tmp_path, feed, "\n".join(lines))
    assert [(r["syslog.host"], r["received"], r["threat"]) for r in found] == [
        ("pa01", "2026/10/01 09:00:00", 'say "no", or'),
        ("", "2026/10/01 09:00:01", "x"),
    ]
    assert reasons(tally) == [
        (3, "列の数が足りません（5列のところ4列）"),
        (4, '引用符（"）が閉じていないか、CSV として読めません'),
    ]


def test_shorter_records_of_other_types_are_left_to_others(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, CSV, "threat", time="received", keep='{ type = ["THREAT"] }')
    found, tally = read_all(tmp_path, feed, "1,t,001,SYSTEM\n1,t,001,THREAT,x\n")
    assert [(r["type"], r["threat"]) for r in found] == [("SYSTEM", ""), ("THREAT", "x")]
    assert tally.malformed == []


# --- ModSecurity -----------------------------------------------------------------------------------------------------

MODSECURITY = 'format = "modsecurity"'
TRANSACTION = """--6b253045-A--
[01/Oct/2026:09:00:00 +0900] Vx3k@n 203.0.113.9 51234 10.2.3.4 443
--6b253045-B--
POST /login?a=../../etc/passwd HTTP/1.1
User-Agent: x
HOST: www.example.jp:443

--6b253045-C--
name=--ffffffff-Z--
--ffffffff-Z--
--ffffffff-H--
Message: forged [id "1"] [msg "forged"] [severity "EMERGENCY"]

--6b253045-F--
HTTP/1.1 403 Forbidden
Content-Length: 9

--6b253045-H--
Message: Warning. Pattern match "x" at ARGS:a. [file "a.conf"] [line "1"] [id "920350"] [msg "Host is \\"IP\\""] \
[severity "WARNING"]
Message: Access denied with code 403. [id "930100"] [msg "Path Traversal"] [severity "CRITICAL"] [tag "a"]
Message: Warning. [id "949110"] [msg "Score exceeded"] [severity "CRITICAL"]
Apache-Error: [file "x.c"] [line 1] [level 3] ModSecurity: Access denied. [id "930100"] [msg "Path Traversal"]
Action: Intercepted (phase 2)
Server: Apache

--6b253045-Z--
"""


def test_a_transaction_is_one_record_of_many_lines(tmp_path: Path) -> None:
    expected = {
        "time": "01/Oct/2026:09:00:00 +0900",
        "id": "Vx3k@n",
        "src_ip": "203.0.113.9",
        "src_port": "51234",
        "dst_ip": "10.2.3.4",
        "dst_port": "443",
        "request": "POST /login?a=../../etc/passwd HTTP/1.1",
        "method": "POST",
        "uri": "/login?a=../../etc/passwd",
        "host": "www.example.jp:443",
        "status": "403",
        "rule_id": "930100",
        "message": "Path Traversal",
        "severity": "CRITICAL",
        "rule_ids": "920350,930100,949110",
        "messages": 'Host is \\"IP\\"、Path Traversal、Score exceeded',
        "action": "Intercepted (phase 2)",
    }
    feed = feed_of(tmp_path, MODSECURITY, *expected)
    found, tally = read_all(tmp_path, feed, "\n" + TRANSACTION + "\n" + TRANSACTION)
    assert [{name: r[name] for name in expected} for r in found] == [expected, expected]
    lines = TRANSACTION.count("\n")
    assert [r["line"] for r in found] == ["2", str(lines + 3)]
    assert (tally.continued, tally.blank) == (2 * (lines - 1), 2)


def test_version_3_writes_boundaries_and_severities_its_own_way(tmp_path: Path) -> None:
    text = """---QXN9gZ12---A--
[01/Oct/2026:09:00:00 +0900] 160 203.0.113.9 51234 10.2.3.4 443
---QXN9gZ12---B--
GET /?x HTTP/1.1

---QXN9gZ12---H--
ModSecurity: Warning. Matched "Operator `Rx'" [file "a.conf"] [line "1"] [id "942100"] [msg "SQLi"] [severity "4"]
ModSecurity: Access denied with code 403 (phase 2). [id "949110"] [msg "Score"] [severity "2"]

---QXN9gZ12---Z--
"""
    found = one(tmp_path, MODSECURITY, text, "rule_id", "severity", "rule_ids", "host", "status")
    assert [found[name] for name in ("rule_id", "severity", "rule_ids", "host", "status")] == [
        "949110",
        "2",
        "942100,949110",
        "",
        "",
    ]


def test_transactions_that_are_cut_or_have_no_head_are_rejects(tmp_path: Path) -> None:
    before = "stray\n--aaaaaaaa-A--\n[t] cut\n--bbbbbbbb-A--\nno head\n--bbbbbbbb-Z--\n"
    content = before + TRANSACTION + "--cccccccc-A--\n[t] x\n"
    found, tally = read_all(tmp_path, feed_of(tmp_path, MODSECURITY, "id"), content)
    assert [r["line"] for r in found] == ["7"]
    unended = "トランザクションが --…-Z-- で終わっていません（途中で切れた可能性があります）"
    assert sorted(reasons(tally)) == [
        (1, "トランザクション（--…-A-- から --…-Z-- まで）の外にある行です"),
        (2, unended),
        (4, "トランザクションのA部（時刻、番号、送信元、宛先）として読めません"),
        (7 + TRANSACTION.count("\n"), unended),
    ]


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_records_may_stand_within_a_document(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, 'format = "json"\nrecords = "answer.result"', "id", time="clock")
    content = '{"jsonrpc":"2.0","answer":{"result":[{"clock":"1","id":"a"},{"clock":"2","id":"b"},3]}}'
    found, tally = read_all(tmp_path, feed, content)
    assert [(r["line"], r["clock"], r["id"]) for r in found] == [("1", "1", "a"), ("2", "2", "b")]
    assert reasons(tally) == [(3, "JSONのオブジェクトではありません")]
    with pytest.raises(FileRefused, match="「{\"error\":\"no session\"}」"):
        read_all(tmp_path, feed, '{"error":"no session"}')


def test_audit_logs_in_json_give_the_first_message_by_its_place(tmp_path: Path) -> None:
    """ModSecurity writes one array of messages per transaction: objects in version 3, texts in version 2."""
    lines = [
        '{"transaction":{"time_stamp":"Thu Oct  1 09:00:00 2026","messages":[{"details":{"ruleId":"942100"}},{}]}}',
        '{"transaction":{"time":"01/Oct/2026:09:00:00 +0900"},"audit_data":{"messages":["Warning.","x"]}}',
        '{"transaction":{"time_stamp":"Thu Oct  1 09:00:01 2026","messages":[]}}',
    ]
    paths = ("transaction.messages.0.details.ruleId", "audit_data.messages.0")
    feed = feed_of(tmp_path, 'format = "json"', *paths, time="transaction.time_stamp")
    found, _ = read_all(tmp_path, feed, "\n".join(lines))
    assert [tuple(r[path] for path in paths) for r in found] == [("942100", ""), ("", "Warning."), ("", "")]


def test_lines_that_are_skipped_need_be_no_json(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, "format = \"json\"\nskip = '[^{]'", time="t")
    found, tally = read_all(tmp_path, feed, 'CEF:0|x\n{"t":"a"}\n\n{"t":\n{"t":"b"}\n')
    assert ([r["t"] for r in found], tally.other, tally.blank, len(tally.malformed)) == (["a", "b"], 1, 1, 1)


LINES = [
    '{"time":"a","n":1,"b":true,"x":{"y":"deep"}}',
    '{"time":null,"x":null}',
    '{"b":false,"time":"\\u3042\\n\\ud83d\\ude00","n":-5,"x":{"z":1}}',
    '{"x.y":"flat","time":"c","other":[1,{"deep":[[]]}]}',
    "{}",
    '  {"time":"spaces"}  ',
]
ODD_LINES = [
    "",
    "{",
    "null",
    "[1]",
    '{"time":"a"}{"time":"b"}',
    '{"time":1.5}',
    '{"time":[1,"a"]}',
    '{"n":"text"}',
    '{"n":123456789012345678901234567890}',
    '{"time":"a","time":"b"}',
    '{"time":"\udcff"}',
    '{"time":"\\ud800"}',
    '{"x":"no object"}',
    '{"time":"nul\\u0000"}',
    '{"time":"a",}',
    '{"time":"tab\there"}',
    '{"time":"a"}\0',
    "[" * 5000,
    '{"deep":' * 3000,
    '{"time":"}',
    '{"x":',
    '"y"}',
]


@pytest.mark.parametrize(
    ("lines", "good", "bad"),
    [
        (['{"time":"a"}{"time":"b"}', '{"x":', '"y"}', '{"time":"c"}'], ["c"], [1, 2, 3]),
        (['{"time":"a"}', b'{"other":"\xff"}', '{"time":"b"}'], ["a", "b"], [2]),
        (['{"time":"a"}', '{"other":NaN}', '{"other":[-Infinity]}', '{"time":"NaN}"}'], ["a", "NaN}"], [2, 3]),
        (['{"time":"a"}', '{"time":"b"}\0', '{"time":"c"}'], ["a", "c"], [2]),
        (['{"time":"a"}', '{"x.y":"flat","x":{"y":"deep"},"time":"b"}'], ["a", "b flat"], []),
        (['{"time":"a"}', '{"time":"b","time":"c"}'], ["a", "c"], []),
        (['{"time":"a","n":1}', '{"time":"b","n":"one"}', '{"time":"c","n":2.50}'], ["a 1", "b one", "c 2.5"], []),
        (['{"time":"a"}', '{"time":"b","x":{"y":{"z":[1]}}}'], ["a", 'b {"z":[1]}'], []),
    ],
)
def test_blocks_tell_nothing_that_the_lines_do_not_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str | bytes], good: list[str], bad: list[int]
) -> None:
    """Small blocks and pieces, so that several of both make up the file."""
    monkeypatch.setattr(json_blocks, "BLOCK_BYTES", 700)
    monkeypatch.setattr(json_blocks, "_PIECE_BYTES", 300)
    feed = feed_of(tmp_path, 'format = "json"', "n", "x.y")
    before = [f'{{"time":"{number}","other":{{"deep":[{number}]}}}}' for number in range(50)]
    raw = [line if isinstance(line, bytes) else line.encode() for line in [*before, *lines, *before]]
    found, tally = read_all(tmp_path, feed, b"\n".join(raw) + b"\n")
    told = [" ".join(filter(None, (r["time"], r["n"], r["x.y"]))) for r in found]
    assert told == [*map(str, range(50)), *good, *map(str, range(50))]
    assert [line for line, _ in reasons(tally)] == [50 + line for line in bad]
    expected = [number for number in range(1, len(raw) + 1) if number - 50 not in bad]
    assert [int(r["line"]) for r in found] == expected


def by_hand(content: bytes) -> tuple[list[tuple[str, ...]], list[int], int]:
    """What plain Python finds: the records' cells, the lines that are none, and how many are blank."""
    found: list[tuple[str, ...]] = []
    bad: list[int] = []
    blank = 0
    for number, raw in enumerate(content.split(b"\n")[: None if not content.endswith(b"\n") else -1], 1):
        line = raw.strip(b" \t\r\n")
        try:
            record = json.loads(line.decode()) if line else None
            if record is not None and "\\ud8" in line.decode() and "\\ude" not in line.decode():
                raise ValueError
        except (ValueError, RecursionError):
            bad.append(number)
            continue
        if not line:
            blank += 1
        elif not isinstance(record, dict):
            bad.append(number)
        else:
            inner, flat = record.get("x"), record.get("x.y")
            deep = inner.get("y") if flat is None and isinstance(inner, dict) else flat
            values = (record.get("time"), record.get("n"), record.get("b"), deep)
            found.append((str(number), *(shown(value) for value in values)))
    return found, bad, blank


def shown(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 2**64:
        value = float(value)  # more digits than any parser of JSON numbers must keep
    return json.dumps(value, separators=(",", ":"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=6),
    st.lists(st.sampled_from(LINES + ODD_LINES), max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_lines_of_json_are_read_alike_in_blocks_and_one_by_one(
    tmp_path: Path, first: list[str], then: list[str], end: str, ended: bool
) -> None:
    content = end.join([*first, *then]).encode("utf-8", "surrogateescape") + (end.encode() if ended else b"")
    feed = feed_of(tmp_path, 'format = "json"', "n", "b", "x.y")
    expected, bad, blank = by_hand(content)
    if not expected and not bad:
        with pytest.raises(FileRefused):
            read_all(tmp_path, feed, content)
        return
    found, tally = read_all(tmp_path, feed, content)
    assert [(r["line"], r["time"], r["n"], r["b"], r["x.y"]) for r in found] == expected
    assert ([reject.line for reject in tally.malformed], tally.blank) == (bad, blank)


# --- every format ----------------------------------------------------------------------------------------------------

FORMATS = {
    "pattern": "format = \"pattern\"\nrecord = '(?P<time>\\S+) (?P<a>.*)'\nsyslog = true\nskip = '#'",
    "spanning": "format = \"key_value\"\nrecord_start = '\\w+='\nskip = 'b='",
    "key_value": 'format = "key_value"\nyearless = { time = "%b %d" }',
    "cef": 'format = "cef"',
    "leef": 'format = "leef"',
    "zeek": 'format = "zeek"',
    "syslog_csv": 'format = "syslog_csv"\ncolumns = ["time", "a"]',
    "modsecurity": MODSECURITY,
    "json": 'format = "json"',
}
WORDS = st.sampled_from(
    ["a=1", 'b="x', '"', "\\", "|", "CEF:0|", "LEEF:2.0|", "x09|", "=", ",", "#fields", "#separator \\x", "\t", " ",
     "\r", "--aaaaaa-A--", "--aaaaaa-Z--", "[t] i 1 2 3 4", "<13>", "<99999>1 ", "Feb 29 00:00:00 ", "{}", '{"time":',
     "}", "\ufeff", "\u3042", "\x00", "\x85", "\u2028", "[x y=\"", "]"])  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(
    st.binary(max_size=200),
    st.lists(st.lists(WORDS, max_size=6).map("".join), max_size=8).map(lambda lines: "\n".join(lines).encode())))
def test_whatever_comes_every_line_is_accounted_for(tmp_path: Path, kind: str, content: bytes) -> None:
    try:
        read_all(tmp_path, feed_of(tmp_path, FORMATS[kind], "a"), content)
    except FileRefused as refusal:
        assert refusal.title and refusal.next_step


# --- digests and definitions -----------------------------------------------------------------------------------------


def test_records_without_a_number_of_their_own_are_told_apart_by_text_and_occurrence(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, FAST, "@digest")
    line = "10/01/2026-09:00:00.1  [**] [1:7:1] a"
    other = "10/01/2026-09:00:00.1  [**] [1:8:1] a"
    found = [r["@digest"] for r in read_all(tmp_path, feed, f"{line}\n{line}\n{other}\n")[0]]
    assert found[1] == f"{found[0]}-2" and len(set(found)) == 3
    assert [r["@digest"] for r in read_all(tmp_path, feed, f"{other}\n{line}\n")[0]] == [found[2], found[0]]


@pytest.mark.parametrize(
    ("file", "wanted", "told"),
    [
        ('format = "pattern"', "time", "file.record に、1件の記録の書き方を正規表現で書いてください"),
        ("format = \"pattern\"\nrecord = '('", "time", "正規表現として読めません"),
        ("format = \"pattern\"\nrecord = '.*'", "time", "列にする部分を"),
        ("format = \"pattern\"\nrecord = '(?P<time>.*)'", "msg", "列 msg が file.record のグループ にありません"),
        ("format = \"cef\"\nrecord = '(?P<time>.*)'", "time", "file.record は format = pattern で使います"),
        ("format = \"zeek\"\nskip = '#'", "ts", "file.skip は format = pattern、key_value、cef、leef、"),
        ('format = "cef"\nsyslog = true', "time", "file.syslog は format = pattern で使います"),
        ('format = "cef"\nrecords = "x"', "time", "file.records は format = json で使います"),
        ('format = "syslog_csv"', "time", "file.columns に、左からの列名を書いてください"),
        ('format = "syslog_csv"\ncolumns = ["a"]', "time", "列 time が file.columns にありません"),
        ('format = "cef"\nyearless = { x = "%b %d" }', "time", "file.yearless の列 x を、どの列も使っていません"),
        ('format = "cef"\nyearless = { time = "%Y-%m-%d" }', "time", "年がなく月"),
        ("format = \"cef\"\nrecord_start = '['", "time", "正規表現として読めません"),
    ],
)
def test_keys_that_do_not_go_together_are_refused_by_name(tmp_path: Path, file: str, wanted: str, told: str) -> None:
    with pytest.raises(FeedError, match="x.toml") as refusal:
        feed_of(tmp_path, file, wanted, time=wanted)
    assert told in refusal.value.message


def test_the_example_in_the_documents_reads_its_lines(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
    example = text[text.index("## 例3") : text.index("## キーの一覧")]
    lines, definition = (block.partition("\n")[2] for block in example.split("```")[1:4:2])
    config = copy_config(tmp_path / "config")
    write(config / "feeds" / "fast_log.toml", definition)
    path = tmp_path / "sensor_fast.log"
    path.write_text(lines, encoding="utf-8")
    record = load(tmp_path / "data", path, config=config, feed="fast_log").outcomes[0].record
    assert record is not None and (record.accepted_lines, record.other_lines) == (2, 1)
    assert rows(
        tmp_path / "data",
        "SELECT detected_at, tenant_code, direction, signature_id, category, src_ip, protocol, signature_severity, "
        "blocked FROM detection ORDER BY 1",
    ) == [
        (
            datetime(2026, 10, 1, 0, 0, 0, 123_456),
            "242012",
            "in",
            "2010935",
            "Potentially Bad Traffic",
            "203.0.113.9",
            "TCP",
            2,
            None,
        ),
        (
            datetime(2026, 10, 1, 0, 0, 1, 1),
            "unknown",
            None,
            "2402000",
            None,
            "2001:0db8:0000:0000:0000:0000:0000:0001",
            "ICMP",
            1,
            True,
        ),
    ]
