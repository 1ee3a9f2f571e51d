"""Real logs of sensors and vendors load as they are; counts, signatures and times are those plain Python finds in them.

Every file is loaded by the definitions in ``tests/real_config/feeds``; several of them read their own share of a file
in which messages of several formats are mixed.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import ROOT, SHARED, load, rejects, rows
from warehouse.ledger import LoadRecord

CONFIG = ROOT / "tests" / "real_config"
FOLDER = SHARED / "detections"
JST = timedelta(hours=9)


@dataclass(frozen=True)
class Expected:
    """What a file holds for a feed: (time UTC, signature) of each detection, rejected lines, and all its lines."""

    found: list[tuple[datetime, str]]
    physical: int
    rejected: tuple[int, ...] = ()
    header: int = 0
    continued: int = 0


Hand = Callable[[Path], Expected]


def lines_of(path: Path) -> list[str]:
    return path.read_bytes().decode().removesuffix("\n").split("\n")


def epoch(text: str) -> datetime:
    """Seconds, or any finer unit by its number of digits."""
    whole, _, fraction = text.partition(".")
    digits = whole + fraction
    seconds, rest = int(digits[:10]), digits[10:16].ljust(6, "0")
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=int(rest))


def utc(text: str, hours: float | None = None) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        assert hours is not None
        return moment - timedelta(hours=hours)
    return moment.astimezone(UTC).replace(tzinfo=None)


def fast_log(path: Path) -> Expected:
    found = []
    for line in lines_of(path):
        time, _, rest = line.partition("  [**] [")
        identity, _, rest = rest.partition("] ")
        message = rest.partition(" [**]")[0]
        month, day, year = time[:10].split("/")
        signature = identity.split(":")[1] if message == "(null)" else message
        found.append((datetime.fromisoformat(f"{year}-{month}-{day} {time[11:]}"), signature))
    return Expected(found, len(found))


def eve(hours: float | None = None) -> Hand:
    def by_hand(path: Path) -> Expected:
        text = path.read_text(encoding="utf-8")
        array = text.lstrip().startswith("[")
        events = json.loads(text) if array else [json.loads(line) for line in lines_of(path)]
        alerts = [event for event in events if event.get("event_type") == "alert"]
        return Expected([(utc(e["timestamp"], hours), e["alert"]["signature"].strip()) for e in alerts], len(events))

    return by_hand


def zeek(signature: str, instead: str | None = None) -> Hand:
    def by_hand(path: Path) -> Expected:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        names = next(line for line in lines if line.startswith("#fields")).split("\t")[1:]
        records = [dict(zip(names, line.split("\t"), strict=True)) for line in lines if not line.startswith("#")]
        found = [(epoch(r["ts"]), r[signature] if r[signature] != "-" else r[instead or signature]) for r in records]
        return Expected(found, len(lines), header=len(lines) - len(records))

    return by_hand


def pairs_of(message: str) -> dict[str, str]:
    """FortiGate's pairs by a simpler rule than ours: good enough for the keys looked at."""
    found = re.findall(r'(?:^|[\s,])([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))', message)
    return {key: quoted or plain for key, quoted, plain in reversed(found)}


def fortigate(path: Path) -> Expected:
    found, rejected, continued = [], [], 0
    lines = lines_of(path)
    for number, line in enumerate(lines, 1):
        if re.match(r"(CEF:)?0\|", line):
            continue
        if not re.match(r"\w+=", line):
            continued += 1
            continue
        pairs = pairs_of(line)
        kinds = {"ips", "virus", "webfilter", "app-ctrl", "anomaly"}
        if pairs.get("type") not in {"utm", "anomaly"} or pairs.get("subtype") not in kinds:
            continue
        if "eventtime" not in pairs:
            rejected.append(number)
            continue
        told = next(pairs[key] for key in ("attack", "virus", "app", "msg") if pairs.get(key))
        found.append((epoch(pairs["eventtime"]), told))
    return Expected(found, len(lines), tuple(rejected), continued=continued)


def cef_value(line: str, *keys: str) -> str:
    for key in keys:
        match = re.search(rf" {re.escape(key)}=(.*?)(?= [\w.-]+=|$)", line)
        if match and match[1].strip():
            return match[1].strip()
    return ""


def fortigate_cef(path: Path) -> Expected:
    found, rejected, continued = [], [], 0
    lines = lines_of(path)
    wanted = {"utm:ips", "utm:virus", "utm:webfilter", "utm:waf", "utm:anomaly", "anomaly:anomaly"}
    for number, line in enumerate(lines, 1):
        if not re.match(r"(CEF:)?0\|", line):
            continued += not re.match(r"\w+=", line)
        elif cef_value(line, "cat") in wanted:
            time = cef_value(line, "FTNTFGTeventtime", "FortinetFortiGateeventtime")
            told = cef_value(line, "FTNTFGTattack", "FTNTFGTvirus") or line.split("|")[5]
            if time:
                found.append((epoch(time), told))
            else:
                rejected.append(number)
    return Expected(found, len(lines), tuple(rejected), continued=continued)


def paloalto_csv(path: Path) -> Expected:
    lines = lines_of(path)
    threats = [cells for cells in csv.reader(lines) if len(cells) > 32 and cells[3] == "THREAT"]
    found = [(datetime.strptime(cells[6], "%Y/%m/%d %H:%M:%S") - JST, cells[32]) for cells in threats]
    return Expected(found, len(lines))


def paloalto_cef(path: Path) -> Expected:
    lines = lines_of(path)
    threats = [line for line in lines if line.startswith("CEF:0|Palo Alto Networks|LF|2.0|THREAT|")]
    found = []
    for line in threats:
        told = cef_value(line, "PanOSThreatID", "PanOSFileType") or cef_value(line, "cs2")
        found.append((datetime.strptime(cef_value(line, "start"), "%b %d %Y %H:%M:%S"), told))
    return Expected(found, len(lines))


def paloalto_json(path: Path) -> Expected:
    lines = lines_of(path)
    records = [json.loads(line) for line in lines if line.startswith("{")]
    threats = [record for record in records if record.get("LogType") == "THREAT"]
    found = [(utc(r["TimeGenerated"]), r.get("ThreatID") or r.get("URLCategory") or r["Subtype"]) for r in threats]
    return Expected(found, len(lines))


def squid(path: Path) -> Expected:
    lines = lines_of(path)
    requests = [line.split() for line in lines if re.match(r"\d+\.\d{3} ", line)]
    return Expected([(epoch(r[0]), r[3]) for r in requests if r[3].startswith("TCP_DENIED/")], len(lines))


def cisco(path: Path) -> Expected:
    lines = lines_of(path)
    requests = [line.removeprefix("Info: ").split() for line in lines]
    found = []
    for request in requests:
        decision = next(word.split("-")[0] for word in request[9:] if re.match("[A-Z_0-9]+-", word))
        name = re.sub(r"_\d+$", "", decision)
        found.append((epoch(request[0]), f"{name} {request[3].split('/')[0]}"))
    return Expected(found, len(lines))


def imperva(path: Path) -> Expected:
    lines = lines_of(path)
    found, rejected = [], []
    for number, line in enumerate(lines, 1):
        start = cef_value(line, "start")
        if len(start) == 13:
            found.append((epoch(start), line.split("|")[5].strip()))
        else:
            rejected.append(number)  # 2 January 1970: none of our functions was at work then
    return Expected(found, len(lines), tuple(rejected))


FILES: list[tuple[str, str, Hand]] = [
    ("suricata_fast", "suricata_verify_http2-6_fast.log", fast_log),
    ("suricata_fast", "suricata_verify_http2_fast.log", fast_log),
    ("eve", "wrccdc-2017.alerts-only.json", eve()),
    ("eve", "wrccdc-2018.alerts-only.json", eve()),
    ("eve", "honeypot_2023_eve_noalerts.json", eve()),
    ("honeypot", "honeypot-2018.alerts-only.json", eve(hours=0)),
    ("zeek_notice", "notice.log.gz", zeek("msg", "note")),
    ("zeek_weird", "weird.log.gz", zeek("name")),
    ("fortigate", "vendor/fortigate.raw.log", fortigate),
    ("fortigate_cef", "vendor/fortigate.raw.log", fortigate_cef),
    ("paloalto", "vendor/paloalto_ngfw.raw.log", paloalto_csv),
    ("paloalto_cef", "vendor/paloalto_ngfw.raw.log", paloalto_cef),
    ("paloalto_json", "vendor/paloalto_ngfw.raw.log", paloalto_json),
    ("squid", "vendor/squid.raw.log", squid),
    ("cisco_wsa", "vendor/cisco_wsa_proxy.raw.log", cisco),
    ("imperva", "vendor/imperva_waf.raw.log", imperva),
    ("suricata_vendor", "vendor/suricata.raw.log", eve()),
]


def loaded(folder: Path, feed: str, *names: str) -> list[LoadRecord]:
    missing = [name for name in names if not (FOLDER / name).is_file()]
    if missing:
        pytest.skip(f"real input data are not beside the repository: {missing[0]}")
    result = load(folder, *(FOLDER / name for name in names), config=CONFIG, feed=feed)
    found = []
    for outcome in result.outcomes:
        assert outcome.record is not None and not outcome.failed, outcome.message
        found.append(outcome.record)
    return found


@pytest.mark.parametrize(("feed", "name", "by_hand"), FILES, ids=[f"{feed}-{name}" for feed, name, _ in FILES])
def test_every_detection_is_found_and_every_line_accounted_for(
    tmp_path: Path, feed: str, name: str, by_hand: Hand
) -> None:
    record = loaded(tmp_path, feed, name)[0]
    expected = by_hand(FOLDER / name)
    assert rows(tmp_path, "SELECT detected_at, signature FROM detection ORDER BY ALL") == sorted(expected.found)
    assert (record.physical_lines, record.header_lines, record.continued_lines) == (
        expected.physical,
        expected.header,
        expected.continued,
    )
    assert (record.accepted_lines, record.accepted_rows) == (len(expected.found), len(expected.found))
    assert [line for line, _ in rejects(tmp_path)] == list(expected.rejected)
    others = expected.physical - len(expected.found) - len(expected.rejected) - expected.header - expected.continued
    assert record.other_lines == others
    days = sorted({(time + JST).date() for time, _ in expected.found})
    if days and not others and not expected.rejected:
        assert (record.period_from, record.period_to) == (days[0], days[-1])


@pytest.mark.parametrize(
    ("feed", "name", "count", "signatures", "first", "last"),
    [
        ("suricata_fast", "suricata_verify_http2_fast.log", 28, 12, "2014-08-02 10:50:25.823699", None),
        ("zeek_notice", "notice.log.gz", 207, 3, "2018-03-24 17:15:20.629574", None),
        ("zeek_weird", "weird.log.gz", 24_202, 29, "2018-03-24 17:15:20.600843", None),
        ("eve", "wrccdc-2017.alerts-only.json", 161, 161, "2017-03-24 17:15:38.559701", None),
        ("honeypot", "honeypot-2018.alerts-only.json", 44, 43, "2019-01-02 03:50:09.097718", None),
        ("fortigate", "vendor/fortigate.raw.log", 13, 11, "2018-10-29 21:50:47", "2025-09-29 22:55:39.261872"),
        ("paloalto", "vendor/paloalto_ngfw.raw.log", 5, 4, "2021-08-31 05:00:02", "2024-08-12 06:57:04"),
        ("imperva", "vendor/imperva_waf.raw.log", 10, 5, "2022-04-12 14:09:58.763", "2025-06-24 11:56:18.780"),
    ],
)
def test_counts_and_bounds_are_those_seen_by_eye(
    tmp_path: Path, feed: str, name: str, count: int, signatures: int, first: str, last: str | None
) -> None:
    loaded(tmp_path, feed, name)
    sql = "SELECT count(*), count(DISTINCT signature), min(detected_at), max(detected_at) FROM detection"
    found = rows(tmp_path, sql)[0]
    assert found[:3] == (count, signatures, datetime.fromisoformat(first))
    assert last is None or found[3] == datetime.fromisoformat(last)


def test_a_file_that_holds_part_of_another_adds_nothing_twice(tmp_path: Path) -> None:
    """fast.log has no numbers; identical lines of one moment stay several, overlapping files do not double them."""
    whole = FOLDER / "suricata_verify_http2_fast.log"
    loaded(tmp_path / "data", "suricata_fast", whole.name)
    lines = lines_of(whole)
    repeated = Counter(lines).most_common(1)[0]
    assert repeated[1] > 1
    part = tmp_path / "part_fast.log"
    part.write_text("\n".join(lines[:20]) + "\n", encoding="utf-8")
    load(tmp_path / "data", part, config=CONFIG, feed="suricata_fast")
    assert rows(tmp_path / "data", "SELECT count(*) FROM detection") == [(len(lines),)]


def test_addresses_of_zeek_find_their_tenant_and_side(tmp_path: Path) -> None:
    loaded(tmp_path, "zeek_weird", "weird.log.gz")
    lines = gzip.decompress((FOLDER / "weird.log.gz").read_bytes()).decode().splitlines()
    records = [line.split("\t") for line in lines if not line.startswith("#")]

    def owner(address: str) -> str | None:
        return {"10.47": "100001", "10.128": "100002"}.get(".".join(address.split(".")[:2]))

    tenants = Counter(owner(r[4]) or owner(r[2]) or "unknown" for r in records)
    sides = Counter("in" if owner(r[4]) else "out" if owner(r[2]) else None for r in records)
    assert dict(counted(tmp_path, "tenant_code")) == tenants
    assert dict(counted(tmp_path, "direction")) == sides


def counted(folder: Path, column: str) -> Iterable[tuple[object, ...]]:
    return rows(folder, f"SELECT {column}, count(*) FROM detection GROUP BY 1")
