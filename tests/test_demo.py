"""The demo generator: same arguments, same bytes; every planted defect where demo/defects.py says it is."""

from __future__ import annotations

import csv
import ipaddress
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import demo
from demo import defects
from demo.changes import month_changes
from demo.counters import Counters, counter_file
from demo.detections import month_events
from demo.errors import DemoError
from demo.events import event_ledger
from demo.generate import FEEDS
from demo.incidents import month_faults, month_stops
from demo.patches import month_patches
from demo.rhythm import rhythm
from demo.tickets import month_tickets
from demo.traffic import INTERNET_IN, WEB_OUT, month_traffic
from demo.traffic_files import line_file, line_rates, tenant_file
from demo.world import read_world
from demo.writers import digits, stamps, tenths, to_bytes
from warehouse.period import Period

CONFIG = Path(__file__).parents[1] / "config"
MONTHS = ("2026-09", "2026-10")
SEED = 7
WORLD = read_world(CONFIG)
THREE = read_world(CONFIG, 3)
ALL_MONTHS = [
    Period("month", index) for index in range(Period.parse("2025-04").index, Period.parse("2026-11").index)
]
OUTSIDE = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")
]
WRAP = 2**64


@dataclass(frozen=True)
class Inbox:
    root: Path
    made: demo.GeneratedFiles

    def bytes(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def lines(self, name: str, encoding: str) -> list[str]:
        return self.bytes(name).decode(encoding).splitlines()

    def rows(self, name: str) -> int:
        return self.made.rows[self.root / name]


def make(root: Path, **changes: object) -> Inbox:
    arguments: dict[str, object] = {
        "months_from": MONTHS[0],
        "months_to": MONTHS[1],
        "seed": SEED,
        "scale": 0.2,
        "tenants": 3,
        **changes,
    }
    return Inbox(root, demo.generate(root, CONFIG, **arguments))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    return make(tmp_path_factory.mktemp("demo"))


def month(text: str) -> Period:
    return Period.parse(text)


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


# ---- the whole --------------------------------------------------------------------------------------


def test_same_arguments_give_the_same_bytes(inbox: Inbox, tmp_path: Path) -> None:
    again = make(tmp_path)
    assert [path.relative_to(tmp_path) for path in again.made.files] == [
        path.relative_to(inbox.root) for path in inbox.made.files
    ]
    for path in again.made.files:
        assert path.read_bytes() == (inbox.root / path.relative_to(tmp_path)).read_bytes(), path.name


def test_another_seed_gives_other_values(inbox: Inbox, tmp_path: Path) -> None:
    other = make(tmp_path, seed=SEED + 1, months_to="2026-09")
    name = "tenant_traffic/団体別通信量_202609.csv"
    assert other.bytes(name) != inbox.bytes(name)


def test_a_month_does_not_depend_on_the_other_months(inbox: Inbox, tmp_path: Path) -> None:
    alone = make(tmp_path, months_from="2026-10")
    for name in (
        "tenant_traffic/団体別通信量_202610.csv",
        "soc_judgement/SOC判定結果_202610.csv",
        "line_traffic/回線トラフィック_202610.csv",
    ):
        assert alone.bytes(name) == inbox.bytes(name)


def test_every_feed_gets_files_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    small = make(
        tmp_path, tenants=1, scale=0.01, months_to="2026-09", progress=lambda *step: told.append(step)
    )
    assert {path.parent.name for path in small.made.files} == set(FEEDS)
    assert told == [("令和8年9月", 1, 2), ("年度の台帳", 2, 2)]


@pytest.mark.parametrize(
    "changes", [{"months_from": "2026-11"}, {"months_from": "FY2026"}, {"scale": 0}, {"tenants": 0}]
)
def test_senseless_arguments_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(DemoError):
        make(tmp_path, **changes)


def test_a_missing_configuration_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=re.escape("aliases.csv")):
        demo.generate(tmp_path, tmp_path)


def test_loaders_are_not_imported() -> None:
    for path in (CONFIG.parent / "demo").glob("*.py"):
        assert not re.search(
            r"^(from|import) (etl|app|exports|dashboards)\b", path.read_text(encoding="utf-8"), re.M
        )


# ---- writing numbers fast ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [0, 7, 10, 9_999, 10_000, 10_001, 99_999_999, 100_000_000, 100_010_000, 999_999_999_999]
)
def test_digits_are_decimal_text(value: int) -> None:
    assert to_bytes(digits(np.array([value]))) == str(value).encode()


def test_missing_numbers_show_a_dash_or_nothing() -> None:
    assert to_bytes(digits(np.array([-1]))) == b"-"
    assert to_bytes(digits(np.array([-1]), missing=0)) == b""


@pytest.mark.parametrize(("value", "text"), [(0, b"0.0"), (5, b"0.5"), (123, b"12.3"), (1000, b"100.0")])
def test_tenths_have_one_decimal(value: int, text: bytes) -> None:
    assert to_bytes(tenths(np.array([value]))) == text


# ---- traffic of bodies ------------------------------------------------------------------------------

TENANT_HEADER = (
    "収集時刻,団体コード,団体名,インターネット受信(byte),インターネット送信(byte),ブレイクアウト受信(byte),"
    "ブレイクアウト送信(byte),Web公開受信(byte),Web公開送信(byte),"
    "インターネットセッション数,ブレイクアウトセッション数,Web公開セッション数"
)


@pytest.mark.parametrize("text", MONTHS)
def test_tenant_file_has_a_title_a_blank_line_and_the_planted_bad_rows(inbox: Inbox, text: str) -> None:
    name = f"tenant_traffic/団体別通信量_{text.replace('-', '')}.csv"
    raw = inbox.bytes(name)
    assert raw.count(b"\n") == raw.count(b"\r\n")
    title, blank, header, *lines = raw.decode("cp932").splitlines()
    assert title.startswith("団体別通信量") and blank == "" and header == TENANT_HEADER
    assert len(lines) == inbox.rows(name)
    rows = [line.split(",") for line in lines]
    found = {
        "letters": sum(not all(cell == "-" or is_number(cell) for cell in row[3:]) for row in rows),
        "unknown_code": sum(row[1] not in {tenant.code for tenant in THREE.tenants} for row in rows),
        "impossible_date": sum(row[0].split()[0].endswith("/32") for row in rows),
        "duplicate": len(lines) - len(set(lines)),
    }
    assert found == {kind: defects.planted("tenant_traffic", text, kind) for kind in found}  # type: ignore[arg-type]
    assert any("-" in row[3:] for row in rows)


def test_late_day_is_absent_from_the_month_and_complete_in_its_own_file(inbox: Inbox) -> None:
    day = f"{defects.LATE_DAY:%Y/%m/%d}"
    monthly = inbox.lines("tenant_traffic/団体別通信量_202609.csv", "cp932")
    assert not [line for line in monthly if line.startswith(day)]
    late = [
        line.split(",") for line in inbox.lines("tenant_traffic/団体別通信量_20260915_再送.csv", "cp932")[3:]
    ]
    assert {row[0][:10] for row in late} == {day}
    assert Counter(row[1] for row in late) == {tenant.code: 288 for tenant in THREE.tenants}
    assert all(is_number(cell) for row in late for cell in row[3:])


def test_sessions_are_counted_where_bytes_are(inbox: Inbox) -> None:
    lines = inbox.lines("tenant_traffic/団体別通信量_202610.csv", "cp932")[3:]
    rows = [
        row
        for row in (line.split(",") for line in lines)
        if all(is_number(cell) or cell == "-" for cell in row[3:])
    ]
    for place in range(3):
        assert all((row[9 + place] == "-") == (row[3 + 2 * place] == "-") for row in rows)
        carried = [int(row[9 + place]) for row in rows if is_number(row[9 + place])]
        assert max(carried) > 100 * (min(carried) + 1)
    cut = [row for row in rows if row[0] == f"{defects.OUTAGE.start:%Y/%m/%d %H:%M}"]
    assert {row[9] for row in cut} == {"0"} and {row[11] for row in cut} == {"0"}


def test_gap_of_a_body_is_missing_rows(inbox: Inbox) -> None:
    gap = next(gap for gap in defects.GAPS if gap.tenant_code == "242012")
    times = {
        line[:16]
        for line in inbox.lines("tenant_traffic/団体別通信量_202610.csv", "cp932")
        if ",242012," in line
    }
    moment = gap.start
    while moment < gap.end:
        assert f"{moment:%Y/%m/%d %H:%M}" not in times
        moment += timedelta(minutes=5)


def test_outage_shows_zero_or_dash_on_the_routes_of_the_internet_line(inbox: Inbox) -> None:
    start, end = f"{defects.OUTAGE.start:%Y/%m/%d %H:%M}", f"{defects.OUTAGE.end:%Y/%m/%d %H:%M}"
    rows = [line.split(",") for line in inbox.lines("tenant_traffic/団体別通信量_202610.csv", "cp932")[3:]]
    cut = [row for row in rows if start <= row[0] < end]
    assert len(cut) >= 20
    assert {cell for row in cut for cell in (*row[3:5], *row[7:9])} == {"0", "-"}
    assert all(int(row[5]) > 0 for row in cut if row[5] != "-")


def test_late_joiner_has_no_data_before_it_joins(tmp_path: Path) -> None:
    joiner = next(tenant for tenant in WORLD.tenants if tenant.code == defects.LATE_JOINER)
    assert joiner.valid_from == date(2025, 7, 1)
    for text, expected in (("2025-06", 0), ("2025-07", 31 * 288)):
        beat = rhythm(WORLD, month(text))
        traffic = month_traffic(WORLD, beat, SEED)
        assert traffic.polled[WORLD.tenants.index(joiner)].sum() == pytest.approx(expected, abs=40)
        (path,) = tenant_file(tmp_path, WORLD, traffic, stamps(beat.month.start, beat.days), SEED)
        assert (defects.LATE_JOINER.encode() in path.read_bytes()) is (expected > 0)


# ---- lines, counters, devices -----------------------------------------------------------------------


def test_line_file_tells_the_sum_of_the_bodies(inbox: Inbox) -> None:
    carried: Counter[str] = Counter()
    for line in inbox.lines("tenant_traffic/団体別通信量_202610.csv", "cp932")[3:]:
        row = line.split(",")
        if is_number(row[3]) and is_number(row[7]) and row[0] == "2026/10/07 10:00":
            carried["internet"] += int(row[3]) + int(row[7])
            carried["breakout"] += int(row[5])
            carried["web"] += int(row[7])
    for line in inbox.lines("line_traffic/回線トラフィック_202610.csv", "cp932"):
        row = line.split(",")
        if row[0] == "2026/10/07 10:00":
            assert int(row[3]) == pytest.approx(carried[row[1]] * 8 / 300, rel=0.03)
            assert int(row[5]) > int(row[3]) and row[7] == "正常"


@pytest.mark.parametrize("text", MONTHS)
def test_line_file_has_its_planted_bad_rows(inbox: Inbox, text: str) -> None:
    name = f"line_traffic/回線トラフィック_{text.replace('-', '')}.csv"
    rows = [line.split(",") for line in inbox.lines(name, "cp932")[1:]]
    assert len(rows) == inbox.rows(name)
    assert sum(row[1] not in WORLD.lines for row in rows) == defects.planted(
        "line_traffic", text, "unknown_code"
    )
    assert sum(row[3] == "error" for row in rows) == defects.planted("line_traffic", text, "letters")
    assert all((row[7] == "取得不可") == (row[4] == "-") for row in rows)


def test_corrected_day_is_a_thousand_times_too_small_until_the_correction(tmp_path: Path) -> None:
    beat = rhythm(THREE, month("2026-08"))
    traffic = month_traffic(THREE, beat, SEED)
    wrong, right = line_file(
        tmp_path, THREE, traffic, line_rates(traffic, SEED), stamps(beat.month.start, 31), SEED
    )
    day = f"{defects.CORRECTED_DAY:%Y/%m/%d}"
    first = [row for row in csv.reader(wrong.read_text("cp932").splitlines()) if row[0].startswith(day)]
    second = list(csv.reader(right.read_text("cp932").splitlines()))[1:]
    assert [row[:3] for row in first] == [row[:3] for row in second] and len(second) == 3 * 288
    for old, new in zip(first, second, strict=True):
        factor = defects.CORRECTED_FACTOR if old[1] == defects.CORRECTED_LINE else 1
        assert [int(cell) for cell in old[3:7]] == [int(cell) // factor for cell in new[3:7]]


def polls(lines: list[str], host: str) -> dict[int, tuple[int, int]]:
    rows = [line.split(",") for line in lines[1:]]
    return {int(row[0]): (int(row[3]), int(row[4])) for row in rows if row[1] == host and is_number(row[3])}


def jst(epoch: int) -> datetime:
    return datetime(1970, 1, 1, 9) + timedelta(seconds=epoch)


def test_counters_wrap_once_restart_once_and_meet_at_the_month_end(inbox: Inbox) -> None:
    september = inbox.lines("interface_counter/ifcounter_202609.csv", "utf-8")
    october = inbox.lines("interface_counter/ifcounter_202610.csv", "utf-8")
    assert september[0] == "epoch,host,interface,ifHCInOctets,ifHCOutOctets"
    first, second = polls(september, "nw-sc-1"), polls(october, "nw-sc-1")
    shared = max(first)
    assert jst(shared) == datetime(2026, 10, 1) and shared == min(second) and first[shared] == second[shared]
    values = sorted((first | second).items())
    falls = [
        (jst(epoch), before[0], after[0])
        for (_, before), (epoch, after) in zip(values, values[1:], strict=False)
        if after[0] < before[0]
    ]
    (wrapped, high, low), (restarted, _, small) = falls
    assert wrapped.day == defects.COUNTER_WRAP_DAY and high > WRAP - 10**12 and low < 10**12
    assert timedelta(0) < restarted - defects.COUNTER_RESTART <= timedelta(minutes=15) and small < 10**12


@pytest.mark.parametrize("text", MONTHS)
def test_counter_file_has_its_planted_bad_rows(inbox: Inbox, text: str) -> None:
    name = f"interface_counter/ifcounter_{text.replace('-', '')}.csv"
    lines = inbox.lines(name, "utf-8")[1:]
    assert len(lines) == inbox.rows(name)
    assert len(lines) - len(set(lines)) == defects.planted("interface_counter", text, "duplicate")
    assert sum("timeout" in line for line in lines) == defects.planted("interface_counter", text, "letters")


def test_standby_line_carries_the_load_during_the_failover(tmp_path: Path) -> None:
    beat = rhythm(THREE, month("2026-06"))
    rates = line_rates(month_traffic(THREE, beat, SEED), SEED)
    (path,) = counter_file(tmp_path, Counters(), beat, rates["internet"], SEED)
    lines = path.read_text().splitlines()
    noon = int((datetime(2026, 6, 17, 12) - datetime(1970, 1, 1) - timedelta(hours=9)).total_seconds())
    moved = {}
    for host in ("nw-sc-1", "nw-sc-2"):
        seen = polls(lines, host)
        before, after = (max(epoch for epoch in seen if epoch <= limit) for limit in (noon, noon + 3600))
        moved[host] = (seen[after][0] - seen[before][0]) % WRAP
    assert moved["nw-sc-1"] == 0 and moved["nw-sc-2"] * 8 / 3600 > 10_000_000


@pytest.mark.parametrize("text", MONTHS)
def test_device_file_starts_with_a_bom_and_leaves_absent_sessions_empty(inbox: Inbox, text: str) -> None:
    name = f"device_load/機器負荷_{text.replace('-', '')}.csv"
    assert inbox.bytes(name).startswith(b"\xef\xbb\xbf")
    header, *lines = inbox.lines(name, "utf-8-sig")
    rows = [line.split(",") for line in lines]
    assert header == "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数" and len(rows) == inbox.rows(name)
    hosts = {device.host for device in WORLD.devices}
    assert len(hosts) == 10
    assert sum(row[1] not in hosts for row in rows) == defects.planted("device_load", text, "unknown_code")
    assert sum(float(row[2]) > 100 for row in rows) == defects.planted("device_load", text, "out_of_range")
    without = {device.host for device in WORLD.devices if device.session_limit is None}
    assert without and all((row[4] == "") == (row[1] in without) for row in rows if row[1] in hosts)


def test_magnitudes_of_the_whole_prefecture() -> None:
    peaks, busy = {}, {}
    for text in ("2025-04", "2025-11", "2026-07", "2026-08", "2026-10"):
        rates = line_rates(month_traffic(WORLD, rhythm(WORLD, month(text)), 20261101), 20261101)
        peaks[text] = {line: values.max(axis=0) / 1e6 for line, values in rates.items()}
        busy[text] = {line: np.quantile(values[:, 0], 0.95) / 1e6 for line, values in rates.items()}
    assert 400 < busy["2025-04"]["internet"] < busy["2026-10"]["internet"] < 700
    assert 300 < busy["2025-04"]["breakout"] < busy["2026-10"]["breakout"] < 600
    assert [text for text in peaks if peaks[text]["internet"][0] > 1000] == ["2025-11", "2026-07", "2026-10"]
    assert 160 < peaks["2026-08"]["web"][1] < 200 and all(
        peak["web"][1] < 120 for text, peak in peaks.items() if text != "2026-08"
    )


def test_closed_days_are_quiet() -> None:
    beat = rhythm(WORLD, month("2026-05"))
    days = (
        month_traffic(WORLD, beat, SEED)
        .truth[:, :, INTERNET_IN]
        .sum(axis=0)
        .reshape(beat.days, 288)
        .sum(axis=1)
    )
    is_open = np.array([WORLD.is_open(beat.month.start + timedelta(days=day)) for day in range(beat.days)])
    assert is_open.sum() == 18
    assert days[~is_open].max() < days[is_open].min() / 3


def test_a_disaster_brings_readers_to_web_pages() -> None:
    beat = rhythm(THREE, month("2026-08"))
    days = (
        month_traffic(THREE, beat, SEED).truth[:, :, WEB_OUT].sum(axis=0).reshape(beat.days, 288).sum(axis=1)
    )
    assert days.argmax() == defects.DISASTER_DAY.day - 1


# ---- ledgers ----------------------------------------------------------------------------------------


def ledger(path: Path) -> tuple[openpyxl.worksheet.worksheet.Worksheet, list[tuple[object, ...]]]:
    sheet = openpyxl.load_workbook(path).active
    return sheet, list(sheet.iter_rows(values_only=True))


@pytest.mark.parametrize(
    "name",
    [
        "ticket/問合せ管理台帳_令和8年10月.xlsx",
        "change_request/設定変更管理台帳_令和8年10月.xlsx",
        "service_outage/稼働停止台帳_令和8年度.xlsx",
        "fault/障害管理台帳_令和8年度.xlsx",
        "patch/パッチ管理台帳_令和8年10月.xlsx",
        "calendar_event/行事台帳_令和8年度.xlsx",
    ],
)
def test_ledgers_have_title_rows_a_header_and_a_total(inbox: Inbox, name: str) -> None:
    sheet, rows = ledger(inbox.root / name)
    assert "A1:" in str(sheet.merged_cells) and "台帳" in str(rows[0][0])
    assert any(str(cell).startswith("作成日：令和8年11月2日") for cell in rows[1])
    assert all(isinstance(cell, str) for cell in rows[3])
    assert rows[-1][:2] == ("合計", f"{len(rows) - 5}件") and len(rows) - 5 == inbox.rows(name)


def test_ticket_ledger_mixes_date_styles_and_carries_open_tickets_over(inbox: Inbox) -> None:
    _, rows = ledger(inbox.root / "ticket/問合せ管理台帳_令和8年10月.xlsx")
    assert rows[3] == (
        "管理番号",
        "団体名",
        "受付経路",
        "区分",
        "受付日時",
        "一次回答日時",
        "完了日時",
        "状態",
        "再オープン回数",
        "件名",
    )
    body = rows[4:-1]
    assert all(re.match(r"令和8年\d+月\d+日 \d+:\d\d$", str(row[4])) for row in body)
    assert {type(row[5]) for row in body} == {str, datetime}
    assert any(re.match(r"2026/\d\d/\d\d \d\d:\d\d$", str(row[5])) for row in body)
    older = [row for row in body if str(row[0]).startswith("TK-202609")]
    assert older and {row[0] for row in older} < {
        row[0] for row in ledger(inbox.root / "ticket/問合せ管理台帳_令和8年9月.xlsx")[1]
    }
    assert {row[7] for row in body} <= {"受付", "対応中", "回答済", "完了"}
    assert all((row[6] == "－") == (row[7] != "完了") for row in body)


@pytest.mark.parametrize("text", MONTHS)
def test_ticket_ledger_has_its_planted_bad_rows(inbox: Inbox, text: str) -> None:
    _, rows = ledger(inbox.root / f"ticket/問合せ管理台帳_令和8年{int(text[5:])}月.xlsx")
    body = rows[4:-1]
    known = {name for tenant in WORLD.tenants for name in (tenant.name, *tenant.aliases)}
    strange = [row[1] for row in body if row[1] not in known]
    assert strange == [defects.UNKNOWN_TENANT_TICKET] * (text == defects.UNKNOWN_TENANT_MONTH)
    kinds = set(WORLD.ticket_kinds.values())
    assert sum(row[3] not in kinds for row in body) == defects.planted("ticket", text, "unknown_code")
    assert sum("32日" in str(row[4]) for row in body) == defects.planted("ticket", text, "impossible_date")
    assert len(body) - len({row[0] for row in body}) == defects.planted("ticket", text, "duplicate")


def test_first_answers_are_mostly_in_time() -> None:
    rates = []
    for period in ALL_MONTHS:
        tickets = month_tickets(WORLD, rhythm(WORLD, period), 20261101, 1.0)
        assert 200 <= len(tickets) <= 300
        assert all(ticket.received_at <= ticket.answered_at <= ticket.completed_at for ticket in tickets)
        late = sum(ticket.answered_at > in_time(ticket.received_at) for ticket in tickets)
        rates.append(1 - late / len(tickets))
    assert min(rates) >= 0.94 and max(rates) == 1.0 and min(rates) < 0.99


def in_time(received: datetime) -> datetime:
    due = WORLD.next_open(received.date())
    return datetime(due.year, due.month, due.day, 17, 15)


def test_next_open_day_skips_the_long_closures() -> None:
    assert WORLD.next_open(date(2026, 5, 1)) == date(2026, 5, 7)
    assert WORLD.next_open(date(2026, 9, 18)) == date(2026, 9, 24)
    assert WORLD.next_open(date(2026, 12, 28)) == date(2027, 1, 4)


def test_one_change_of_the_whole_period_lacks_its_approval() -> None:
    lacking = [
        change.number
        for period in ALL_MONTHS
        for change in month_changes(WORLD, rhythm(WORLD, period), SEED, 1.0)
        if not change.minor and (change.approved_at is None or change.approved_at > change.executed_at)
    ]
    assert len(lacking) == 1 and lacking[0].startswith(
        f"CH-{defects.MISSING_APPROVAL_MONTH.replace('-', '')}"
    )


def test_change_ledger_uses_short_era_dates_and_the_seven_kinds(inbox: Inbox) -> None:
    _, rows = ledger(inbox.root / "change_request/設定変更管理台帳_令和8年10月.xlsx")
    body = rows[4:-1]
    assert all(re.match(r"R8\.\d+\.\d+$", str(row[4])) for row in body)
    strange = [row for row in body if row[2] not in WORLD.change_kinds.values()]
    assert len(strange) == defects.planted("change_request", "2026-10", "unknown_code")
    assert all(row[5] == "－" for row in body if row[3] == "○")


def test_stops_fit_the_faults_and_planned_ones_keep_out_of_office_hours() -> None:
    for period in ALL_MONTHS:
        beat = rhythm(WORLD, period)
        faults = month_faults(WORLD, beat, SEED)
        stops = month_stops(WORLD, beat, faults, SEED)
        assert 1 <= len(faults) <= 5
        assert all(fault.occurred <= fault.detected <= fault.started <= fault.restored for fault in faults)
        assert {fault.number for fault in faults if fault.stop_kind} == {
            stop.remark.removeprefix("障害番号 ") for stop in stops if stop.remark.startswith("障害番号")
        }
        for stop in stops:
            assert stop.start < stop.end
            if stop.kind == "計画停止":
                assert not WORLD.is_open(stop.start.date()) or stop.start.hour >= 21


def test_outage_ledger_holds_the_outage_and_one_reversed_row(inbox: Inbox) -> None:
    _, rows = ledger(inbox.root / "service_outage/稼働停止台帳_令和8年度.xlsx")
    body = rows[4:-1]
    assert sum(row[3] > row[4] for row in body) == defects.bad_rows("service_outage", *MONTHS)  # type: ignore[operator]
    cut = [row for row in body if row[3] == defects.OUTAGE.start]
    assert {row[1] for row in cut} == {"プロキシ", "メールリレー", "Webサーバ"} and all(
        row[4] == defects.OUTAGE.end for row in cut
    )


def test_faults_tell_how_many_users_they_hit(inbox: Inbox) -> None:
    _, rows = ledger(inbox.root / "fault/障害管理台帳_令和8年度.xlsx")
    place = rows[3].index("影響利用者数")
    users = {tenant.name: tenant.users for tenant in THREE.tenants}
    for row in rows[4:-1]:
        hit = users if row[place - 1] == "全団体" else str(row[place - 1]).split("、")
        assert row[place] == sum(users[name] for name in hit) > 0


def updates(inbox: Inbox, text: str) -> list[dict[str, str]]:
    name = f"ticket_event/問合せ更新履歴_{text.replace('-', '')}.csv"
    found = list(csv.DictReader(inbox.lines(name, "cp932")))
    assert len(found) == inbox.rows(name)
    return found


@pytest.mark.parametrize("text", MONTHS)
def test_updates_of_tickets_begin_with_their_receipt_and_follow_each_other(inbox: Inbox, text: str) -> None:
    by_ticket: dict[str, list[dict[str, str]]] = {}
    for row in updates(inbox, text):
        by_ticket.setdefault(row["管理番号"], []).append(row)
        assert row["更新日時"].startswith(text.replace("-", "/"))
    own = {key: rows for key, rows in by_ticket.items() if key.startswith(f"TK-{text.replace('-', '')}")}
    _, ledger_rows = ledger(inbox.root / f"ticket/問合せ管理台帳_令和8年{int(text[5:])}月.xlsx")
    assert set(own) == {
        str(row[0]) for row in ledger_rows[4:-1] if str(row[0]).startswith("TK-2026" + text[5:])
    }
    bad = [row for rows in by_ticket.values() for row in rows if not is_number(row["更新連番"])]
    assert len(bad) == defects.planted("ticket_event", text, "letters")
    for rows in own.values():
        good = [row for row in rows if row not in bad]
        assert [int(row["更新連番"]) for row in good] == sorted(int(row["更新連番"]) for row in good)
        assert rows[0] in bad or rows[0]["操作"] == "受付"
        for before, after in zip(rows, rows[1:], strict=False):
            assert after["操作"] != "再オープン" or before["更新後の状態"] == "完了"


def test_patches_are_applied_after_they_were_published_and_mostly_outside_office_hours() -> None:
    patches = [patch for period in ALL_MONTHS for patch in month_patches(WORLD, rhythm(WORLD, period), SEED)]
    applied = [patch for patch in patches if patch.applied_at]
    assert len(patches) > 100 and {patch.impact for patch in patches} == {
        "緊急",
        "重要",
        "警告",
        "注意",
        "なし",
    }
    assert all(patch.published < patch.applied_at.date() for patch in applied if patch.applied_at)
    office = [patch for patch in applied if patch.applied_at and WORLD.is_open(patch.applied_at.date())
              and patch.applied_at.hour < 17]  # fmt: skip
    assert {patch.impact for patch in office} == {"緊急"}


@pytest.mark.parametrize("text", MONTHS)
def test_patch_ledger_has_its_planted_bad_row(inbox: Inbox, text: str) -> None:
    _, rows = ledger(inbox.root / f"patch/パッチ管理台帳_令和8年{int(text[5:])}月.xlsx")
    names = {device.name for device in WORLD.devices}
    assert sum(row[2] not in names for row in rows[4:-1]) == defects.planted("patch", text, "unknown_code")
    assert all((row[6] == "－") == (row[8] != "適用済") for row in rows[4:-1])


def test_event_ledger_fulfils_the_years_duties_and_plans_the_rest(tmp_path: Path) -> None:
    until = rhythm(WORLD, month("2026-10"))
    (path,) = event_ledger(tmp_path, WORLD, Period.parse("FY2026"), until, SEED)
    body = ledger(path)[1][4:-1]
    kinds = Counter(row[1] for row in body)
    assert kinds == {
        "報告会（県）": 12,
        "報告書の提出": 12 + 2 + 1,  # each month, both halves, the year
        "報告会（接続団体）": 33,
        "職員研修": 2,
        "訓練": 1,
    }
    briefed = {
        str(row[2]).removeprefix("年次報告会（").removesuffix("）")
        for row in body
        if "接続団体" in str(row[1])
    }
    assert briefed == {tenant.name for tenant in WORLD.tenants}
    for row in body:
        assert (row[9] == "実施済") == (row[3] < datetime(2026, 11, 1))  # type: ignore[operator]
        assert (row[6] == "－") == (row[9] == "予定")
    named = {name for row in body for name in str(row[6]).split("、")} - {"全団体", "－"}
    assert named - {tenant.name for tenant in WORLD.tenants} == {defects.UNKNOWN_ATTENDEE}


# ---- detections -------------------------------------------------------------------------------------


def alerts(inbox: Inbox, text: str) -> Iterator[dict[str, object]]:
    for line in inbox.lines(f"detection_eve/eve-{text.replace('-', '')}.json", "utf-8"):
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        if record["event_type"] == "alert":
            yield record


def judgements(inbox: Inbox, text: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(inbox.lines(f"soc_judgement/SOC判定結果_{text.replace('-', '')}.csv", "utf-8-sig"))
    )


def sensor_id(record: dict[str, object]) -> str:
    return f"{record['flow_id']}-{record['alert']['signature_id']}"  # type: ignore[index]


@pytest.mark.parametrize("text", MONTHS)
def test_eve_file_has_its_planted_bad_lines_and_other_records(inbox: Inbox, text: str) -> None:
    name = f"detection_eve/eve-{text.replace('-', '')}.json"
    lines = inbox.lines(name, "utf-8")
    assert len(lines) == inbox.rows(name)
    assert len(lines) - len(set(lines)) == defects.planted("detection_eve", text, "duplicate")
    broken = [line for line in lines if not line.endswith("}")]
    assert len(broken) == defects.planted("detection_eve", text, "broken_line")
    kinds = {json.loads(line)["event_type"] for line in lines if line not in broken}
    assert kinds == {"alert", "flow", "dns", "stats"}


def test_every_alert_is_judged_except_some_of_the_last_days(inbox: Inbox) -> None:
    for text in MONTHS:
        seen = {sensor_id(record): str(record["timestamp"])[:10] for record in alerts(inbox, text)}
        judged = {row["センサーイベントID"] for row in judgements(inbox, text)} - {""}
        assert judged <= set(seen)
        open_days = {seen[key] for key in set(seen) - judged}
        assert open_days == (set() if text == "2026-09" else {"2026-10-30", "2026-10-31"})


def test_addresses_are_inside_the_bodies_ranges_or_in_documentation_ranges(inbox: Inbox) -> None:
    networks = {tenant.network: tenant.name for tenant in WORLD.tenants}
    unknown = set()
    names = {row["センサーイベントID"]: row["団体名"] for row in judgements(inbox, "2026-10")}
    for record in alerts(inbox, "2026-10"):
        inside, outside = sorted(
            (str(record["src_ip"]), str(record["dest_ip"])), key=lambda text: not text.startswith("10.")
        )
        assert any(ipaddress.ip_address(outside) in network for network in OUTSIDE)
        name = networks.get(inside.rsplit(".", 2)[0], "")
        assert names.get(sensor_id(record), name) == name
        if not name:
            unknown.add(sensor_id(record))
    assert len(unknown) == defects.UNKNOWN_TENANT_ALERTS


def test_soc_file_has_its_planted_bad_row_and_the_times_in_order(inbox: Inbox) -> None:
    rows = judgements(inbox, "2026-10")
    assert sum(not is_number(row["危険度"]) for row in rows) == defects.planted(
        "soc_judgement", "2026-10", "letters"
    )
    assert (
        len({row["判定番号"] for row in rows})
        == len(rows)
        == inbox.rows("soc_judgement/SOC判定結果_202610.csv")
    )
    for row in rows:
        times = [row[name] for name in ("検知時刻", "判断時刻", "緊急連絡時刻") if row[name]]
        assert times == sorted(times)
        assert row["方向"] in {"外→内", "内→外"} and row["検知機能"] in WORLD.functions.values()


def test_serious_events_are_rare_contacted_in_time_once_late_and_absent_in_one_month() -> None:
    late = []
    for period in ALL_MONTHS:
        events = month_events(WORLD, rhythm(WORLD, period), SEED, 0.1, last=False)
        serious = [event.judgement for event in events if event.judgement and event.judgement.severity >= 2]
        assert len(serious) == 0 if period.first_month == defects.NO_SERIOUS_MONTH else 2 <= len(serious) <= 6
        for judgement in serious:
            assert judgement.contacted_at is not None and judgement.means in {"電話", "メール"}
            assert judgement.blocked_at is not None or judgement.severity == 2
            if judgement.contacted_at - judgement.judged_at > timedelta(minutes=15):
                late.append(period.first_month)
    assert late == [defects.LATE_CONTACT_MONTH]


def test_a_sensor_falls_nearly_silent_for_a_day(inbox: Inbox) -> None:
    days = Counter(str(record["timestamp"])[:10] for record in alerts(inbox, "2026-09"))
    usual = np.median([n for day, n in days.items() if WORLD.is_open(date.fromisoformat(day))])
    assert WORLD.is_open(defects.SENSOR_QUIET_DAY)
    assert days[str(defects.SENSOR_QUIET_DAY)] < usual / 10


def test_judgements_say_whether_the_attack_succeeded(inbox: Inbox) -> None:
    told = {"0": "失敗", "1": "失敗", "2": "不明", "3": "成功"}
    for row in judgements(inbox, "2026-09"):
        assert row["成否"] == told[row["危険度"]]


def test_scale_multiplies_detections_and_tickets_but_not_traffic(inbox: Inbox, tmp_path: Path) -> None:
    double = make(tmp_path, scale=0.4, months_to="2026-09")
    for name in ("detection_eve/eve-202609.json", "ticket/問合せ管理台帳_令和8年9月.xlsx"):
        assert double.rows(name) == pytest.approx(2 * inbox.rows(name), rel=0.05)
    name = "tenant_traffic/団体別通信量_202609.csv"
    assert double.bytes(name) == inbox.bytes(name)


def test_small_files_have_their_columns(inbox: Inbox) -> None:
    totals = inbox.lines("soc_total/SOC全体集計_202610.csv", "cp932")
    assert totals[0] == "年月,危険度,件数" and [line.split(",")[:2] for line in totals[1:]] == [
        ["2026年10月", str(severity)] for severity in range(4)
    ]
    used = [line.split(",") for line in inbox.lines("licence_usage/利用数_202610.csv", "utf-8")]
    assert used[0] == ["年月", "種別", "利用数"] and [row[1] for row in used[1:]] == list(
        WORLD.licences.values()
    )
    assert all(row[0] == "2026-10" and int(row[2]) > 0 for row in used[1:])


# ---- configuration the generator speaks of ----------------------------------------------------------


def test_configuration_holds_the_33_bodies_and_totals_of_the_specification() -> None:
    assert len(WORLD.tenants) == 33
    assert sum(tenant.users for tenant in WORLD.tenants) == 15_000
    assert sum(tenant.terminals for tenant in WORLD.tenants) == 15_000
    assert len({tenant.network for tenant in WORLD.tenants}) == 33
    assert (len(WORLD.services), len(WORLD.change_kinds), len(WORLD.lines)) == (13, 7, 5)
