"""The demo's input files read once more, in plain Python: these alone tell what the KPI tests count and measure."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import openpyxl

from tests.support import CONFIG, all_tables, read_rows
from warehouse.reader import Reader

MONTHS = ("2026-08", "2026-09", "2026-10")
PERIODS: dict[str, tuple[str, ...]] = {
    "2026-08": ("2026-08",),
    "2026-09": ("2026-09",),
    "2026-10": ("2026-10",),
    "2026Q2": ("2026-08", "2026-09"),
    "2026Q3": ("2026-10",),
    "2026H1": ("2026-08", "2026-09"),
    "2026H2": ("2026-10",),
    "FY2026": MONTHS,
    "sc-r3": MONTHS,
}
LAST_DAY = {"2026-08": date(2026, 8, 31), "2026-09": date(2026, 9, 30), "2026-10": date(2026, 10, 31)}
SIDES = {"受信": "in", "送信": "out"}
ROUTES = {"インターネット": "internet", "ブレイクアウト": "breakout", "Web公開": "web"}
NOTHING = (None, "", "-", "－")

Key = tuple[str, str, str]
"""(period, grain, entity)"""
Parts = tuple[Any, Any]
"""(numerator, denominator)"""


def end_of(period: str) -> date:
    """The last day of the period that the demo tells of."""
    return LAST_DAY[PERIODS[period][-1]]


# ---- what the marts say -------------------------------------------------------------------------------


def parts(reader: Reader, kpi_id: str) -> dict[Key, Parts]:
    """Numerator and denominator of every period, grain and entity of a KPI."""
    with all_tables(reader) as cursor:
        rows = cursor.execute(
            "SELECT period_id, grain, entity, numerator, denominator FROM wh.main.kpi_value WHERE kpi_id = ?", [kpi_id]
        ).fetchall()
    assert len({row[:3] for row in rows}) == len(rows)
    return {row[:3]: row[3:] for row in rows}


def assert_parts(reader: Reader, kpi_id: str, wanted: Mapping[Key, Parts]) -> None:
    """The mart has just these rows with just these numbers (to the fourth decimal that it keeps)."""
    found = parts(reader, kpi_id)
    assert found.keys() == wanted.keys(), kpi_id
    for key, (numerator, denominator) in wanted.items():
        assert close(found[key][0], numerator) and close(found[key][1], denominator), (kpi_id, key, found[key],
                                                                                     wanted[key])


def close(found: Any, wanted: Any) -> bool:
    if found is None or wanted is None:
        return found is None and wanted is None
    return abs(Fraction(found) - Fraction(wanted)) <= Fraction(6, 100_000)


def some(values: Iterable[Parts]) -> bool:
    """Whether a numerator is neither nothing nor all of its denominator, so that a test of such proves something."""
    return any(denominator and numerator not in (None, 0, denominator) for numerator, denominator in values)


# ---- small arithmetic ---------------------------------------------------------------------------------


def nearest_rank(values: Sequence[Any], percent: int) -> Any:
    """Of n values in ascending order the one at place ceil(percent n / 100)."""
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def median(values: Iterable[Any]) -> Any:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else Fraction(ordered[middle - 1] + ordered[middle]) / 2


def minutes(first: datetime, last: datetime) -> Fraction:
    return Fraction(int((last - first).total_seconds()), 60)


@cache
def codes(file: str, key: str, name: str = "name") -> dict[str, str]:
    """Name -> code of a configuration file."""
    return {row[name]: row[key] for row in read_rows(CONFIG / file)}


@cache
def valid(file: str, key: str, month: str) -> tuple[str, ...]:
    """Codes valid on a day of the month."""
    first, last = f"{month}-01", LAST_DAY[month].isoformat()
    return tuple(sorted({row[key] for row in read_rows(CONFIG / file)
                         if row["valid_from"] <= last and (row["valid_to"] or "9999") >= first}))


TENANT_CODES = valid("tenants.csv", "tenant_code", "2026-10")


@cache
def closed_days() -> frozenset[date]:
    return frozenset(date.fromisoformat(row["date"]) for row in read_rows(CONFIG / "holidays.csv"))


def is_open(day: date) -> bool:
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and day not in closed_days() and not year_end


def days_of(months: Iterable[str]) -> list[date]:
    """All days of the months."""
    return [date.fromisoformat(f"{month}-01") + timedelta(days=offset)
            for month in months for offset in range(LAST_DAY[month].day)]


def next_open(day: date) -> date:
    day += timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return day


def office_minutes(first: datetime, last: datetime) -> int:
    """Whole minutes of office hours (8:30 to 17:15 on open days) between two moments, each cut to its minute."""
    first, last = first.replace(second=0), last.replace(second=0)
    total, day = 0, first.date()
    while day <= last.date():
        if is_open(day):
            midnight = datetime.combine(day, datetime.min.time())
            opens, closes = midnight + timedelta(hours=8, minutes=30), midnight + timedelta(hours=17, minutes=15)
            total += max(0, int((min(last, closes) - max(first, opens)).total_seconds()) // 60)
        day += timedelta(days=1)
    return total


# ---- files --------------------------------------------------------------------------------------------


def csv_rows(path: Path, encoding: str, header: str) -> list[dict[str, str]]:
    lines = path.read_text(encoding=encoding).splitlines()
    start = next(number for number, line in enumerate(lines) if header in line)
    return list(csv.DictReader(lines[start:]))


def sheet_rows(path: Path, key: str) -> list[dict[str, Any]]:
    """Rows of a ledger under the header that holds ``key``; dashes are None, the line of totals is left out."""
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    table = list(sheet.iter_rows(values_only=True))
    header = next(number for number, row in enumerate(table) if key in row)
    rows = [dict(zip(table[header], row, strict=True)) for row in table[header + 1:] if "合計" not in row]
    return [{str(name): None if cell in NOTHING else cell for name, cell in row.items()}
            for row in rows if any(cell not in NOTHING for cell in row.values())]


def moment(cell: Any) -> datetime | None:
    """A ledger's date or time, also as R8.9.30 or 令和8年9月30日 17:30; ValueError when it is none."""
    if cell is None or isinstance(cell, datetime):
        return cell
    text = str(cell).translate(str.maketrans("０１２３４５６７８９：／　", "0123456789:/ ")).strip()
    day, _, time = text.partition("日") if text.startswith("令和") else text.partition(" ")
    if text.startswith("令和"):
        year, month, number = day[2:].replace("年", "/").replace("月", "/").split("/")
    elif text.startswith("R"):
        year, month, number = day[1:].split(".")
    else:
        year, month, number = day.split("/")
    hour, minute = (int(part) for part in (time.strip() or "0:0").split(":")[:2])
    return datetime(int(year) + (2018 if int(year) < 100 else 0), int(month), int(number), hour, minute)


def moments(row: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {key: moment(row[name]) for key, name in names.items()}


@cache
def tenant_names() -> dict[str, str]:
    aliases = {row["alias"]: row["code"] for row in read_rows(CONFIG / "aliases.csv") if row["dimension"] == "tenant"}
    return codes("tenants.csv", "tenant_code") | aliases


def tenant_of(name: Any) -> str:
    return tenant_names().get("".join(str(name or "").split()), "unknown")


def affected(cell: Any) -> frozenset[str]:
    """The bodies that a ledger's cell names."""
    if cell is None:
        return frozenset()
    if "全団体" in str(cell):
        return frozenset(TENANT_CODES)
    return frozenset(tenant_of(name) for name in str(cell).replace(",", "、").split("、"))


def month_of(time: datetime) -> str:
    return f"{time:%Y-%m}"


# ---- one reader per feed ------------------------------------------------------------------------------


Series = dict[str, dict[datetime, Any]]
"""month -> time -> value"""


def within(series: Series, period: str) -> list[Any]:
    """The values of a period's months."""
    return [value for month in PERIODS[period] for value in series.get(month, {}).values()]


@cache
def slot(text: str) -> datetime:
    return datetime.strptime(text, "%Y/%m/%d %H:%M")


def by_month(values: Mapping[datetime, Any]) -> Series:
    found: Series = {month: {} for month in MONTHS}
    for time, value in values.items():
        found[month_of(time)][time] = value
    return found


@cache
def traffic(data: Path) -> dict[tuple[str, str, str], Series]:
    """(tenant, route, direction) -> bytes in 5 minutes."""
    found: dict[tuple[str, str, str], dict[datetime, int]] = defaultdict(dict)
    for path in sorted((data / "inbox" / "tenant_traffic").iterdir()):
        for row in csv_rows(path, "cp932", "収集時刻"):
            cells = {(route, side): row[f"{name}{word}(byte)"] for name, route in ROUTES.items()
                     for word, side in SIDES.items()}
            if row["団体コード"] not in TENANT_CODES or not all(c == "-" or c.isdigit() for c in cells.values()):
                continue
            try:
                time = slot(row["収集時刻"])
            except ValueError:
                continue
            for (route, side), cell in cells.items():
                if cell != "-":
                    found[row["団体コード"], route, side].setdefault(time, int(cell))
    return {key: by_month(values) for key, values in found.items()}


@cache
def line_samples(data: Path) -> dict[tuple[str, str], Series]:
    """(line, direction) -> bit/s, from the files of averages and from the counters."""
    found: dict[tuple[str, str], dict[datetime, int]] = defaultdict(dict)
    known = {row["line_id"] for row in read_rows(CONFIG / "lines.csv")}
    for path in sorted((data / "inbox" / "line_traffic").iterdir()):
        fresh: dict[tuple[str, str], dict[datetime, int]] = defaultdict(dict)
        for row in csv_rows(path, "cp932", "回線ID"):
            cells = {side: row[f"{word}平均(bps)"] for word, side in SIDES.items()}
            if row["回線ID"] in known and all(cell == "-" or cell.isdigit() for cell in cells.values()):
                for side, cell in cells.items():
                    if cell != "-":
                        fresh[row["回線ID"], side][slot(row["日時"])] = int(cell)
        for key, values in fresh.items():  # a corrected file replaces the days it tells of
            days = {time.date() for time in values}
            found[key] = {time: value for time, value in found[key].items() if time.date() not in days} | values
    return {key: by_month(values) for key, values in (found | counters(data)).items()}


def counters(data: Path) -> dict[tuple[str, str], dict[datetime, int]]:
    polls: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for path in sorted((data / "inbox" / "interface_counter").iterdir()):
        for row in csv_rows(path, "utf-8", "epoch"):
            if row["ifHCInOctets"].isdigit():
                polls[row["host"]][int(row["epoch"])] = int(row["ifHCInOctets"]), int(row["ifHCOutOctets"])
    found: dict[tuple[str, str], dict[datetime, int]] = {}
    for host, line in (("nw-sc-1", "cloud_active"), ("nw-sc-2", "cloud_standby")):
        for place, side in enumerate(("in", "out")):
            found[line, side] = {
                datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None) + timedelta(hours=9): math.floor(
                    (polls[host][epoch + 300][place] - reading[place]) % 2**64 * 8 / 300 + 0.5)
                for epoch, reading in polls[host].items() if epoch + 300 in polls[host]}
    return found


@cache
def device_samples(data: Path) -> dict[tuple[str, str], Series]:
    """(device, metric) -> value."""
    names = codes("devices.csv", "device_id") | {
        row["alias"]: row["code"] for row in read_rows(CONFIG / "aliases.csv") if row["dimension"] == "device"}
    found: dict[tuple[str, str], dict[datetime, Decimal]] = defaultdict(dict)
    for path in sorted((data / "inbox" / "device_load").iterdir()):
        for row in csv_rows(path, "utf-8-sig", "機器"):
            cells = {"cpu_pct": row["CPU使用率(%)"], "memory_pct": row["メモリ使用率(%)"],
                     "sessions": row["セッション数"]}
            if row["機器"] not in names or any(float(cells[name] or 0) > 100 for name in ("cpu_pct", "memory_pct")):
                continue
            for metric, cell in cells.items():
                if cell not in NOTHING:
                    found[names[row["機器"]], metric][slot(row["日時"])] = Decimal(cell)
    return {key: by_month(values) for key, values in found.items()}


@cache
def outages(data: Path) -> list[dict[str, Any]]:
    services, found = codes("services.csv", "service_id"), []
    for path in sorted((data / "inbox" / "service_outage").iterdir()):
        for row in sheet_rows(path, "停止開始"):
            times = moments(row, started="停止開始", ended="復旧")
            if times["ended"] is None or times["ended"] >= times["started"]:
                found.append({"service": services[row["サービス"]], "kind": row["区分"], **times,
                              "tenants": affected(row["影響団体"]), "excluded": row["除外事由"] is not None})
    return found


@cache
def faults(data: Path) -> list[dict[str, Any]]:
    services = codes("services.csv", "service_id")
    return [{"no": row["障害番号"], "service": services[row["サービス"]], "inside": row["責任分界"] == "範囲内",
             "tenants": affected(row["影響団体"]),
             **moments(row, detected="検知日時", started="着手日時", restored="完全復旧日時")}
            for path in sorted((data / "inbox" / "fault").iterdir()) for row in sheet_rows(path, "障害番号")]


@cache
def tickets(data: Path) -> list[dict[str, Any]]:
    """Each ticket as its newest ledger tells of it, and how often the log of updates says it was taken up again."""
    kinds, channels = codes("ticket_kinds.csv", "ticket_kind"), codes("ticket_channels.csv", "channel")
    found: dict[str, dict[str, Any]] = {}
    for month in (8, 9, 10):
        for row in sheet_rows(data / "inbox" / "ticket" / f"問合せ管理台帳_令和8年{month}月.xlsx", "管理番号"):
            if row["区分"] not in kinds:
                continue
            try:
                times = moments(row, received="受付日時", answered="一次回答日時", completed="完了日時")
            except ValueError:
                continue
            found[row["管理番号"]] = {"tenant": tenant_of(row["団体名"]), "channel": channels[row["受付経路"]],
                                      "kind": kinds[row["区分"]], "reopened": int(row["再オープン回数"] or 0), **times}
    steps: dict[str, dict[int, str]] = defaultdict(dict)
    for path in sorted((data / "inbox" / "ticket_event").iterdir()):
        for row in csv_rows(path, "cp932", "更新連番"):
            if row["更新連番"].isdigit():
                steps[row["管理番号"]][int(row["更新連番"])] = row["更新後の状態"]
    for number, states in steps.items():
        ordered = [states[place] for place in sorted(states)]
        told = sum(before == "完了" != after for before, after in zip(ordered, ordered[1:], strict=False))
        if number in found:
            found[number]["reopened"] = max(found[number]["reopened"], told)
    return list(found.values())


@cache
def changes(data: Path) -> list[dict[str, Any]]:
    kinds, found = codes("change_kinds.csv", "change_kind"), {}
    for month in (8, 9, 10):
        path = data / "inbox" / "change_request" / f"設定変更管理台帳_令和8年{month}月.xlsx"
        for row in sheet_rows(path, "受付番号"):
            if row["変更区分"] in kinds:
                found[row["受付番号"]] = {
                    "tenant": tenant_of(row["団体名"]), "kind": kinds[row["変更区分"]], "minor": row["軽微"] == "○",
                    "generations": int(row["バックアップ世代数"] or 0),
                    **moments(row, received="受付日", approved="県承認日時", executed="実施日時", completed="完了日時")}
    return list(found.values())


@cache
def judgements(data: Path) -> list[dict[str, Any]]:
    functions, found = codes("functions.csv", "function"), []
    for path in sorted((data / "inbox" / "soc_judgement").iterdir()):
        for row in csv_rows(path, "utf-8-sig", "判定番号"):
            if row["危険度"].isdigit():
                times = {key: datetime.strptime(row[name], "%Y/%m/%d %H:%M:%S") if row[name] not in NOTHING else None
                         for key, name in (("detected", "検知時刻"), ("judged", "判断時刻"),
                                           ("notified", "緊急連絡時刻"), ("blocked_at", "遮断時刻"))}
                found.append({"tenant": tenant_of(row["団体名"]), "function": functions[row["検知機能"]],
                              "severity": int(row["危険度"]), "blocked": row["遮断"] == "○",
                              "sensor": row["センサーイベントID"], "outward": row["方向"] == "内→外",
                              "endpoint": row["端末"] not in NOTHING, **times})
    return found


@cache
def waiting_alerts(data: Path) -> list[dict[str, Any]]:
    """Alerts of the sensor that no judgement names."""
    ranges = [(ip_network(row["prefix"]), row["tenant_code"]) for row in read_rows(CONFIG / "address_ranges.csv")]
    known = {row["sensor"] for row in judgements(data)}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted((data / "inbox" / "detection_eve").iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue
            if event["event_type"] != "alert":
                continue
            number = f"{event['flow_id']}-{event['alert']['signature_id']}"
            owners = [code for address in (event["dest_ip"], event["src_ip"]) for network, code in ranges
                      if ip_address(address) in network]
            if number not in known:
                found[number, event["timestamp"]] = {
                    "tenant": owners[0] if owners else "unknown", "function": "ips", "severity": None,
                    "blocked": event["alert"]["action"] == "blocked",
                    "detected": datetime.fromisoformat(event["timestamp"]).replace(tzinfo=None)}
    return list(found.values())


@cache
def licences(data: Path) -> dict[tuple[str, str], int]:
    """(month, kind) -> used."""
    kinds = codes("licences.csv", "kind")
    return {(row["年月"].replace("年", "-").replace("月", ""), kinds[row["種別"]]): int(row["利用数"])
            for path in sorted((data / "inbox" / "licence_usage").iterdir())
            for row in csv_rows(path, "utf-8-sig", "種別")}


@cache
def patches(data: Path) -> list[dict[str, Any]]:
    devices, found = codes("devices.csv", "device_id"), {}
    for month in (8, 9, 10):
        for row in sheet_rows(data / "inbox" / "patch" / f"パッチ管理台帳_令和8年{month}月.xlsx", "識別子"):
            if row["対象機器"] in devices:
                found[row["識別子"], row["対象機器"]] = {
                    "status": row["状態"], "band": row["適用時間帯"],
                    **moments(row, planned="適用予定日", applied="適用日時")}
    return list(found.values())


@cache
def events(data: Path) -> list[dict[str, Any]]:
    kinds = codes("event_kinds.csv", "event_kind")
    return [{"kind": kinds[row["種別"]], "title": row["件名"], "held": row["状態"] == "実施済",
             "tenants": affected(row["出席団体"]), "day": starts["starts"].date()}
            for path in sorted((data / "inbox" / "calendar_event").iterdir())
            for row in sheet_rows(path, "行事番号") for starts in [moments(row, starts="開催日時")]]
