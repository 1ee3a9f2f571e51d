"""The marts against the same figures computed in plain Python and pandas from the demo's input files."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from demo import defects
from tests.support import CONFIG, TENANTS, all_tables, load, read_rows, write
from warehouse.models import load_models
from warehouse.reader import Reader, open_current

MONTHS = ("2026-08", "2026-09", "2026-10")
SLOTS = {"2026-08": 31 * 288, "2026-09": 30 * 288, "2026-10": 31 * 288}
ROUTES = {"インターネット": "internet", "ブレイクアウト": "breakout", "Web公開": "web"}
NOTHING = (None, "", "-", "－")
SIDES = {"受信": "in", "送信": "out"}


def nearest_rank_95(values: list[int]) -> int:
    return sorted(values)[math.ceil(len(values) * 95 / 100) - 1]


def table(reader: Reader, sql: str) -> list[tuple[Any, ...]]:
    with all_tables(reader) as cursor:
        return cursor.execute(sql).fetchall()


def raw_csv(path: Path, encoding: str, header: str) -> list[dict[str, str]]:
    lines = path.read_text(encoding=encoding).splitlines()
    start = next(number for number, line in enumerate(lines) if header in line)
    return list(csv.DictReader(lines[start:]))


# ---- traffic of bodies --------------------------------------------------------------------------------


@dataclass
class Traffic:
    """(tenant, route, direction, time) -> bytes, from the raw files."""

    values: dict[tuple[str, str, str, datetime], int]

    @cached_property
    def _series(self) -> dict[tuple[str, str, str, str], dict[datetime, int]]:
        series: dict[tuple[str, str, str, str], dict[datetime, int]] = defaultdict(dict)
        for (code, route, side, time), value in self.values.items():
            series[f"{time:%Y-%m}", code, route, side][time] = value
        return series

    def of(self, *month_tenant_route_side: str) -> dict[datetime, int]:
        return self._series[month_tenant_route_side]  # type: ignore[index]


@pytest.fixture(scope="module")
def traffic(demo_data: Path) -> Traffic:
    values: dict[tuple[str, str, str, datetime], int] = {}
    for path in sorted((demo_data / "inbox" / "tenant_traffic").iterdir()):
        for row in raw_csv(path, "cp932", "収集時刻"):
            cells = {
                name: row[f"{route}{side}(byte)"]
                for route in ROUTES
                for side in SIDES
                for name in [(ROUTES[route], SIDES[side])]
            }
            if row["団体コード"] not in TENANTS or not all(
                cell == "-" or cell.isdigit() for cell in cells.values()
            ):
                continue
            try:
                time = datetime.strptime(row["収集時刻"], "%Y/%m/%d %H:%M")
            except ValueError:
                continue
            for (route, side), cell in cells.items():
                if cell != "-":
                    values.setdefault((row["団体コード"], route, side, time), int(cell))
    return Traffic(values)


def test_bytes_and_percentiles_of_every_body_route_and_direction(demo_reader: Reader, traffic: Traffic) -> None:
    for month in MONTHS:
        frame = demo_reader.query("tenant_route_month", demo_reader.whole_scope(), month=month)
        own = frame[frame["tenant_code"].isin(TENANTS)]
        assert len(own) == len(TENANTS) * 6
        for row in own.itertuples():
            values = list(traffic.of(month, row.tenant_code, row.route, row.direction).values())
            assert (row.bytes, row.received, row.expected) == (sum(values), len(values), SLOTS[month])
            assert row.p95_bps == nearest_rank_95(values) * 8 // 300
            assert row.max_bps == max(values) * 8 // 300
            assert row.coverage_pct == pytest.approx(100 * len(values) / SLOTS[month])


def test_percentiles_over_all_routes_are_those_of_the_sums(demo_reader: Reader, traffic: Traffic) -> None:
    frame = demo_reader.query(
        "tenant_month",
        demo_reader.whole_scope(),
        month="2026-10",
        previous_month="2026-09",
        last_year_month="2025-10",
    )
    for row in frame[frame["tenant_code"].isin(TENANTS)].itertuples():
        totals = {}
        for side in ("in", "out"):
            routes = [traffic.of("2026-10", row.tenant_code, route, side) for route in ROUTES.values()]
            slots = set.intersection(*(set(route) for route in routes))
            totals[side] = (
                [sum(route[slot] for route in routes) for slot in slots],
                sum(sum(r.values()) for r in routes),
            )
        assert row.p95_in_bps == nearest_rank_95(totals["in"][0]) * 8 // 300
        assert row.p95_out_bps == nearest_rank_95(totals["out"][0]) * 8 // 300
        assert (row.bytes_in, row.bytes_out) == (totals["in"][1], totals["out"][1])
        assert row.bytes_total == totals["in"][1] + totals["out"][1]
        before = [
            value
            for route in ROUTES.values()
            for side in SIDES.values()
            for value in traffic.of("2026-09", row.tenant_code, route, side).values()
        ]
        assert row.previous_bytes_total == sum(before) and pd.isna(row.last_year_bytes_total)
        assert row.bytes_per_user_day == pytest.approx(row.bytes_total / row.users / 21)
    assert frame["share_pct"].sum() == pytest.approx(100)


def test_a_body_without_files_has_no_figures_and_no_coverage(demo_reader: Reader) -> None:
    frame = demo_reader.query(
        "tenant_month",
        demo_reader.whole_scope(),
        month="2026-10",
        previous_month="2026-09",
        last_year_month="2025-10",
    )
    silent = frame[~frame["tenant_code"].isin(TENANTS)]
    assert len(silent) == 30 and silent["bytes_total"].isna().all() and silent["p95_in_bps"].isna().all()
    assert (silent["coverage_pct"] == 0).all() and (silent["tickets"] == 0).all()


def test_a_day_that_came_late_is_complete(demo_reader: Reader, traffic: Traffic) -> None:
    day = defects.LATE_DAY
    frame = demo_reader.query("tenant_traffic_day", demo_reader.whole_scope(), first_date=day, last_date=day)
    own = frame[frame["tenant_code"].isin(TENANTS)]
    assert (own["received"] == 3 * 288).all() and (own["coverage_pct"] == 100).all()
    for row in own.itertuples():
        assert row.bytes == sum(
            value
            for (code, _, side, time), value in traffic.values.items()
            if (code, side, time.date()) == (row.tenant_code, row.direction, day)
        )


def test_every_day_of_membership_is_expected_whether_or_not_anything_came(demo_reader: Reader) -> None:
    gap = next(gap for gap in defects.GAPS if gap.tenant_code == "242012")
    frame = demo_reader.query(
        "tenant_traffic_day", demo_reader.whole_scope(), first_date=date(2026, 8, 1), last_date=date(2026, 10, 31)
    )
    assert len(frame) == 33 * 2 * 92
    row = frame[(frame["tenant_code"] == "242012") & (frame["jst_date"] == pd.Timestamp(gap.start.date()))].iloc[0]
    missing = 3 * int((gap.end - gap.start) / timedelta(minutes=5))
    assert row["expected"] == 864 and row["expected"] - row["received"] >= missing


# ---- lines --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def line_values(demo_data: Path) -> dict[tuple[str, str], dict[datetime, int]]:
    """(line, direction) -> time -> bit/s; the corrected day of a line replaces it."""
    found: dict[tuple[str, str], dict[datetime, int]] = defaultdict(dict)
    for path in sorted((demo_data / "inbox" / "line_traffic").iterdir()):
        fresh: dict[tuple[str, str], dict[datetime, int]] = defaultdict(dict)
        for row in raw_csv(path, "cp932", "回線ID"):
            time = datetime.strptime(row["日時"], "%Y/%m/%d %H:%M")
            for name, side in SIDES.items():
                if (
                    row["回線ID"] in {"internet", "breakout", "web"}
                    and "error" not in row.values()
                    and row[f"{name}平均(bps)"] != "-"
                ):
                    fresh[row["回線ID"], side][time] = int(row[f"{name}平均(bps)"])
        for key, values in fresh.items():
            days = {time.date() for time in values}
            found[key] = {time: value for time, value in found[key].items() if time.date() not in days} | values
    return found


def test_lines_have_their_percentile_and_both_percentages(
    demo_reader: Reader, line_values: dict[tuple[str, str], dict[datetime, int]]
) -> None:
    for month in MONTHS:
        frame = demo_reader.query("line_month", demo_reader.whole_scope(), month=month)
        for row in frame[frame["line_id"].isin(["internet", "breakout", "web"])].itertuples():
            values = [
                value for time, value in line_values[row.line_id, row.direction].items() if f"{time:%Y-%m}" == month
            ]
            p95 = nearest_rank_95(values)
            assert (row.p95_bps, row.max_bps, row.received, row.expected) == (
                p95,
                max(values),
                len(values),
                SLOTS[month],
            )
            assert row.avg_bps == pytest.approx(sum(values) / len(values))
            assert row.p95_guaranteed_pct == pytest.approx(100 * p95 / row.guaranteed_bps)
            assert row.exceeded_minutes == 5 * sum(value > row.guaranteed_bps for value in values)
            if row.line_id == "web":
                assert pd.isna(row.p95_total_pct)
            else:
                assert row.p95_total_pct == pytest.approx(100 * p95 / 4_000_000_000)


def test_lines_that_share_a_capacity_are_summed_slot_by_slot(
    demo_reader: Reader, line_values: dict[tuple[str, str], dict[datetime, int]]
) -> None:
    for row in demo_reader.query("line_group_month", demo_reader.whole_scope(), month="2026-10").itertuples():
        first, second = line_values["internet", row.direction], line_values["breakout", row.direction]
        sums = [
            first[time] + second[time] for time in first.keys() & second.keys() if time >= datetime(2026, 10, 1)
        ]
        assert row.p95_bps == nearest_rank_95(sums)
        assert row.p95_total_pct == pytest.approx(100 * nearest_rank_95(sums) / 4_000_000_000)


@pytest.mark.parametrize(
    ("period", "months"), [("2026-10", ("2026-10",)), ("2026Q2", ("2026-08", "2026-09")), ("FY2026", MONTHS)]
)
def test_lines_of_any_period_have_the_percentile_of_its_own_samples(
    demo_reader: Reader, line_values: dict[tuple[str, str], dict[datetime, int]], period: str, months: tuple[str, ...]
) -> None:
    frame = demo_reader.query("line_period", demo_reader.whole_scope(), period=period)
    own = frame[frame["entity"].isin(["internet", "breakout", "web"])]
    assert len(own) == 6
    for row in own.itertuples():
        times = line_values[row.entity, row.direction].items()
        values = [value for time, value in times if f"{time:%Y-%m}" in months]
        assert (row.p95_bps, row.max_bps, row.received) == (nearest_rank_95(values), max(values), len(values))
        assert row.avg_bps == pytest.approx(sum(values) / len(values))
        assert row.exceeded_minutes == 5 * sum(value > row.guaranteed_bps for value in values)
    for row in frame[frame["entity"] == "internet_breakout"].itertuples():
        first, second = line_values["internet", row.direction], line_values["breakout", row.direction]
        both = [time for time in first.keys() & second.keys() if f"{time:%Y-%m}" in months]
        assert row.p95_bps == nearest_rank_95([first[time] + second[time] for time in both])
        assert row.received == len(both) and pd.isna(row.avg_bps)


def test_a_lines_days_and_months_are_those_of_its_samples(
    demo_reader: Reader, line_values: dict[tuple[str, str], dict[datetime, int]]
) -> None:
    whole = demo_reader.whole_scope()
    days = demo_reader.query("line_days", whole, line_id="internet", first_date=date(2026, 9, 1),
                             last_date=date(2026, 10, 31))  # fmt: skip
    months = demo_reader.query("line_months", whole, line_id="internet", from_month="2026-09", to_month="2026-10")
    assert (len(days), len(months)) == (61 * 2, 2 * 2)
    told = [(row, f"{row.jst_date:%Y-%m-%d}") for row in days.itertuples()]
    for row, when in [*told, *((row, row.jst_month) for row in months.itertuples())]:
        samples = line_values["internet", row.direction].items()
        values = [value for time, value in samples if f"{time:%Y-%m-%d}".startswith(when)]
        assert row.received == len(values)
        if values:
            assert (row.p95_bps, row.max_bps) == (nearest_rank_95(values), max(values))
            assert row.exceeded_minutes == 5 * sum(value > 1_000_000_000 for value in values)


def test_hours_of_the_week_are_means_of_all_their_samples(
    demo_reader: Reader, line_values: dict[tuple[str, str], dict[datetime, int]]
) -> None:
    sums: dict[tuple[str, str, int, int], list[int]] = defaultdict(list)
    for (line, side), values in line_values.items():
        for time, value in values.items():
            if f"{time:%Y-%m}" in MONTHS[1:]:
                sums[line, side, time.isoweekday(), time.hour].append(value)
    for line in ("internet", "breakout", "web"):
        frame = demo_reader.query(
            "line_hours", demo_reader.whole_scope(), line_id=line, from_month=MONTHS[1], to_month=MONTHS[2]
        )
        assert len(frame) == 2 * 7 * 24 and frame["expected"].sum() == 2 * (SLOTS[MONTHS[1]] + SLOTS[MONTHS[2]])
        for row in frame.itertuples():
            own = sums[line, row.direction, row.weekday, row.hour]
            assert (row.received, row.max_bps) == (len(own), max(own))
            assert row.avg_bps == pytest.approx(sum(own) / len(own))


def test_hours_that_brought_nothing_or_lie_ahead_are_expected_but_not_zero(tmp_path: Path) -> None:
    header = "日時,回線ID,回線名,受信平均(bps),受信最大(bps),送信平均(bps),送信最大(bps),状態"
    rows = [f"2026/10/05 09:{minute:02d},internet,x,{value},9,1,1,正常" for minute, value in ((0, 10), (25, 20))]
    line_file = write(tmp_path / "回線トラフィック_20261005.csv", header, *rows, encoding="cp932")
    assert not load(tmp_path / "data", line_file).failed
    with open_current(tmp_path / "data") as reader:
        frame = reader.query("line_hours", reader.whole_scope(), line_id="internet", from_month="2026-10",
                             to_month="2026-10")  # fmt: skip
    told = frame[frame["direction"] == "in"].set_index(["weekday", "hour"])
    monday = told.loc[1]
    assert (monday["avg_bps"][9], monday["max_bps"][9], monday["received"][9]) == (15, 20, 2)
    assert pd.isna(monday["avg_bps"][8]) and (monday["expected"][8], monday["received"][8]) == (12, 0)
    assert monday["expected"][9] == 6, "up to the end of the data, 9:30"
    assert monday["expected"][10] == 0 and told.loc[4]["expected"][0] == 12 and told.loc[2]["expected"][0] == 0


def test_a_corrected_day_has_the_corrected_values(
    demo_reader: Reader, line_values: dict[tuple[str, str], dict[datetime, int]]
) -> None:
    day = defects.CORRECTED_DAY
    frame = demo_reader.query("line_day", demo_reader.whole_scope(), first_date=day, last_date=day)
    row = frame[(frame["line_id"] == "internet") & (frame["direction"] == "in")].iloc[0]
    values = [value for time, value in line_values["internet", "in"].items() if time.date() == day]
    assert row["max_bps"] == max(values) > 1_000_000 and row["avg_bps"] == pytest.approx(sum(values) / len(values))


def test_kpis_of_the_lines_take_the_busier_direction(demo_reader: Reader) -> None:
    lines = demo_reader.query("line_month", demo_reader.whole_scope(), month="2026-10").groupby("line_id")
    kpis = demo_reader.query("kpi_summary", demo_reader.whole_scope(), period="2026-10")
    kpis = kpis.set_index(["kpi_id", "entity"])
    for line in ("internet", "breakout"):
        assert kpis["value"]["K10", line] == pytest.approx(lines["p95_guaranteed_pct"].max()[line])
    assert kpis["value"]["K13", "web"] == pytest.approx(100 * lines["max_bps"].max()["web"] / 200_000_000)
    assert kpis["previous_value"]["K10", "internet"] == pytest.approx(
        demo_reader.query("line_month", demo_reader.whole_scope(), month="2026-09")
        .groupby("line_id")["p95_guaranteed_pct"]
        .max()["internet"]
    )
    assert pd.isna(kpis["last_year_value"]["K10", "internet"])


def test_both_rows_of_a_line_tell_the_kpi_that_judges_it(demo_reader: Reader) -> None:
    frame = demo_reader.query("line_month", demo_reader.whole_scope(), month="2026-10")
    values = {(kpi, line): value for kpi, line, value in table(demo_reader, """
        SELECT kpi_id, entity, value FROM wh.main.kpi_value
        WHERE period_id = '2026-10' AND grain = 'line' AND kpi_id IN ('K10', 'K13', 'K14')""")}  # fmt: skip
    assert len(frame) == 10
    judged = {(row.kpi_id, row.line_id): row.judged_pct for row in frame.itertuples() if row.line_id != "cloud_standby"}
    assert judged == values
    assert set(judged) == {("K10", "internet"), ("K10", "breakout"), ("K13", "web"), ("K14", "cloud_active")}
    words = {row.line_id: row.judgement for row in frame.itertuples()}
    assert words["internet"] == words["breakout"] == "目標未設定"  # the specification names no limit
    assert {words["web"], words["cloud_active"]} <= {"達成", "未達"}


def test_main_kpis_name_their_lines_where_there_are_several(demo_reader: Reader) -> None:
    frame = demo_reader.query("kpi_summary", demo_reader.whole_scope(), period="2026-10")
    names = dict(zip(zip(frame["kpi_id"], frame["entity"], strict=True), frame["name"], strict=True))
    assert names["K10", "internet"] == "対確保帯域使用率（インターネット接続回線）"
    assert names["K10", "breakout"] == "対確保帯域使用率（ブレイクアウト接続回線）"
    assert names["K11", "internet_breakout"] == "対総帯域使用率"
    assert names["K13", "web"] == "Web公開アクセスの最大使用率"
    assert names["K01", ""] == "サービス稼働率"
    assert not frame.duplicated(["kpi_id", "entity"]).any()


def test_a_kpi_that_is_neither_good_nor_bad_is_not_judged(demo_reader: Reader) -> None:
    frame = demo_reader.query("kpi_summary", demo_reader.whole_scope(), period="2026-10").set_index("kpi_id")
    assert pd.isna(frame["judgement"]["K26"]) and frame["value"]["K26"] > 0
    assert frame["judgement"].drop("K26").notna().all()
    nothing = demo_reader.query("kpi_summary", demo_reader.whole_scope(), period="2030-01")
    assert set(nothing["judgement"]) == {"データなし"}


def test_counters_give_every_pair_of_neighbouring_polls_one_rate(demo_data: Path, demo_reader: Reader) -> None:
    polls: dict[str, dict[int, dict[str, int]]] = defaultdict(dict)
    for path in sorted((demo_data / "inbox" / "interface_counter").iterdir()):
        for row in raw_csv(path, "utf-8", "epoch"):
            if row["ifHCInOctets"].isdigit():
                polls[row["host"]][int(row["epoch"])] = {
                    "in": int(row["ifHCInOctets"]),
                    "out": int(row["ifHCOutOctets"]),
                }
    wraps = 0
    for host, line in (("nw-sc-1", "cloud_active"), ("nw-sc-2", "cloud_standby")):
        for side in ("in", "out"):
            expected = {}
            for epoch, reading in polls[host].items():
                if epoch + 300 not in polls[host]:
                    continue
                octets = polls[host][epoch + 300][side] - reading[side]
                wraps += octets < 0
                expected[datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)] = math.floor(
                    octets % 2**64 * 8 / 300 + 0.5
                )
            found = dict(
                table(
                    demo_reader,
                    f"SELECT ts, avg_bps FROM lake.line_sample WHERE line_id = '{line}' AND direction = '{side}'",
                )
            )
            assert found == expected
    assert wraps == 1, "the demo wraps once; the restart lies between missed polls"


# ---- rejects and lines of files -----------------------------------------------------------------------


def test_every_planted_defect_is_rejected_and_nothing_else_is(demo_reader: Reader) -> None:
    found = {
        (feed, month): n
        for feed, month, n in table(
            demo_reader,
            """
        SELECT feed, CASE WHEN table_name IN ('service_outage', 'fault') THEN 'year'
                     ELSE strftime(period_from, '%Y-%m') END, sum(rejected_lines) FROM wh.main.load GROUP BY ALL""",
        )
    }
    for (feed, month), n in found.items():
        months = MONTHS if month == "year" else (month,)
        assert n == defects.bad_rows(feed, *months), (feed, month)
    assert sum(found.values()) == table(demo_reader, "SELECT count(*) FROM wh.main.reject")[0][0] > 15


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("letters", "数値として読めません"),
        ("unknown_code", "登録されていません"),
        ("impossible_date", "日時として読めません"),
        ("duplicate", "重複"),
        ("out_of_range", "上限100を超えています"),
        ("ends_before_start", "復旧が停止開始より前です"),
        ("broken_line", "JSONとして読めません"),
    ],
)
def test_planted_defects_are_rejected_for_their_reason(demo_reader: Reader, kind: str, reason: str) -> None:
    planted = Counter(
        {
            feed: sum(
                row.count
                for row in defects.BAD_ROWS
                if (row.feed, row.kind) == (feed, kind) and row.month in MONTHS
            )
            for feed in {row.feed for row in defects.BAD_ROWS}
        }
    )
    if kind == "letters":
        planted["soc_judgement"] = 0  # letters in a coded column: an unregistered code
    if kind == "unknown_code":
        planted["soc_judgement"] = 1
    found = dict(
        table(
            demo_reader,
            "SELECT feed, count(*) FROM wh.main.reject JOIN wh.main.load USING (load_id) "
            f"WHERE reason LIKE '%{reason}%' GROUP BY 1",
        )
    )
    assert found == +planted


def test_every_physical_line_of_every_file_is_accounted_for(demo_data: Path, demo_reader: Reader) -> None:
    loads = table(
        demo_reader,
        "SELECT feed, file_name, physical_lines, accepted_lines + rejected_lines + header_lines + "
        "blank_lines + total_lines + other_lines, status FROM wh.main.load",
    )
    assert len(loads) == len([path for path in (demo_data / "inbox").rglob("*") if path.is_file()])
    for feed, name, physical, told, status in loads:
        assert (physical, status) == (told, "accepted")
        if not name.endswith("xlsx"):
            assert physical == (demo_data / "inbox" / feed / name).read_bytes().count(b"\n")


def test_late_and_corrected_files_are_noted(demo_reader: Reader) -> None:
    notes = demo_reader.query(
        "load_notes", demo_reader.whole_scope(), first_date=date(2026, 8, 1), last_date=date(2026, 9, 30)
    )
    assert dict(zip(notes["file_name"], notes["note"].str[:2], strict=True)) == {
        "回線トラフィック_202608_訂正.csv": "訂正",
        "団体別通信量_20260915_再送.csv": "遅着",
    }


# ---- tickets ------------------------------------------------------------------------------------------


def is_open(day: date) -> bool:
    closed = {date.fromisoformat(row["date"]) for row in read_rows(CONFIG / "holidays.csv")}
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and day not in closed and not year_end


def due_of(received: datetime) -> datetime:
    day = received.date() + timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 17, 15)


def ledger_time(cell: Any) -> datetime | None:
    if cell in NOTHING or isinstance(cell, datetime):
        return cell if isinstance(cell, datetime) else None
    text = str(cell).translate(str.maketrans("０１２３４５６７８９：／　", "0123456789:/ ")).strip()
    if text.startswith("令和"):
        head, _, time = text.partition("日")
        year, _, rest = head[2:].partition("年")
        month, _, day = rest.partition("月")
        hour, minute = (int(part) for part in (time.strip() or "0:0").split(":"))
        return datetime(2018 + int(year), int(month), int(day), hour, minute)
    return datetime.strptime(text, "%Y/%m/%d %H:%M")


@pytest.fixture(scope="module")
def tickets(demo_data: Path) -> dict[str, dict[str, Any]]:
    """Ticket number -> its newest state over the monthly ledgers; rows that must be rejected are left out."""
    names = {row["alias"]: row["code"] for row in read_rows(CONFIG / "aliases.csv") if row["dimension"] == "tenant"}
    names |= {row["name"]: row["tenant_code"] for row in read_rows(CONFIG / "tenants.csv")}
    kinds = {row["name"] for row in read_rows(CONFIG / "ticket_kinds.csv")}
    found: dict[str, dict[str, Any]] = {}
    for month in (8, 9, 10):
        sheet = openpyxl.load_workbook(
            demo_data / "inbox" / "ticket" / f"問合せ管理台帳_令和8年{month}月.xlsx"
        ).active
        assert sheet is not None
        table_rows = list(sheet.iter_rows(values_only=True))
        header = next(number for number, row in enumerate(table_rows) if "管理番号" in row)
        for cells in table_rows[header + 1 :]:
            row = dict(zip(table_rows[header], cells, strict=True))
            code = names.get("".join(str(row["団体名"]).split()), "unknown")
            if row["管理番号"] in {None, "合計"} or row["区分"] not in kinds:
                continue
            try:
                times = {
                    key: ledger_time(row[name])
                    for key, name in (
                        ("received", "受付日時"),
                        ("answered", "一次回答日時"),
                        ("completed", "完了日時"),
                    )
                }
            except ValueError:
                continue
            found[str(row["管理番号"])] = {"tenant": code, "kind": row["区分"], **times}
    return found


def test_first_answers_in_time_are_those_of_the_calendar(
    demo_reader: Reader, tickets: dict[str, dict[str, Any]]
) -> None:
    as_of = datetime(2026, 11, 1)
    found = demo_reader.query(
        "first_answer_month", demo_reader.whole_scope(), from_month="2026-08", to_month="2026-10"
    )
    for row in found.itertuples():
        own = [ticket for ticket in tickets.values() if f"{ticket['received']:%Y-%m}" == row.jst_month]
        in_time = [t for t in own if t["answered"] and t["answered"] <= due_of(t["received"])]
        waiting = [t for t in own if not t["answered"] and due_of(t["received"]) > as_of]
        assert (row.received, row.in_time, row.due) == (len(own), len(in_time), len(own) - len(waiting))
        assert row.late == row.due - row.in_time
        assert row.in_time_pct == pytest.approx(100 * len(in_time) / (len(own) - len(waiting)))
    assert found["late"].sum() > 0, "the demo has late answers, or this test proves nothing"


def test_late_answers_are_listed_one_by_one(demo_reader: Reader, tickets: dict[str, dict[str, Any]]) -> None:
    frame = demo_reader.query(
        "late_answers", demo_reader.whole_scope(), first_date=date(2026, 8, 1), last_date=date(2026, 10, 31)
    )
    late = {
        number
        for number, t in tickets.items()
        if date(2026, 8, 1) <= t["received"].date()
        and (
            t["answered"] > due_of(t["received"])
            if t["answered"]
            else due_of(t["received"]) <= datetime(2026, 11, 1)
        )
    }
    assert set(frame["ticket_no"]) == late
    for row in frame.itertuples():
        assert row.due_at == due_of(tickets[row.ticket_no]["received"])


def test_open_tickets_age_in_open_days(demo_reader: Reader, tickets: dict[str, dict[str, Any]]) -> None:
    for month, last in (
        ("2026-08", date(2026, 8, 31)),
        ("2026-09", date(2026, 9, 30)),
        ("2026-10", date(2026, 10, 31)),
    ):
        still = [
            t
            for t in tickets.values()
            if t["received"].date() <= last and (t["completed"] is None or t["completed"].date() > last)
        ]

        def age(ticket: dict[str, Any], until: date = last) -> int:
            days = (until - ticket["received"].date()).days
            return sum(is_open(until - timedelta(days=back)) for back in range(days))

        row = demo_reader.query("ticket_ageing", demo_reader.whole_scope(), month=month).iloc[0]
        assert row["open_total"] == len(still)
        assert (row["over_10_days"], row["over_30_days"]) == (
            sum(age(t) > 10 for t in still),
            sum(age(t) > 30 for t in still),
        )


def test_tickets_of_bodies_are_counted_by_kind(demo_reader: Reader, tickets: dict[str, dict[str, Any]]) -> None:
    frame = demo_reader.query("ticket_trend", demo_reader.whole_scope(), from_month="2026-08", to_month="2026-10")
    assert frame["n"].sum() == sum(t["received"] >= datetime(2026, 8, 1) for t in tickets.values())
    own = demo_reader.query(
        "tenant_month",
        demo_reader.whole_scope(),
        month="2026-10",
        previous_month="2026-09",
        last_year_month="2025-10",
    ).set_index("tenant_code")
    for code in TENANTS:
        assert own["tickets"][code] == sum(
            t["tenant"] == code and f"{t['received']:%Y-%m}" == "2026-10" for t in tickets.values()
        )
        assert own["in_time_pct"][code] == pytest.approx(
            100 * own["answers_in_time"][code] / own["answers_due"][code]
        )
    assert own[own["answers_due"] == 0]["in_time_pct"].isna().all()


# ---- security -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged(demo_data: Path) -> dict[str, dict[str, str]]:
    return {
        row["判定番号"]: row
        for path in sorted((demo_data / "inbox" / "soc_judgement").iterdir())
        for row in raw_csv(path, "utf-8-sig", "判定番号")
        if row["危険度"].isdigit()
    }


def test_events_are_the_judged_ones_and_the_alerts_not_judged_yet(
    demo_data: Path, demo_reader: Reader, judged: dict[str, dict[str, str]]
) -> None:
    alerts: dict[tuple[str, str], str] = {}
    for path in sorted((demo_data / "inbox" / "detection_eve").iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue
            if event["event_type"] == "alert":
                alerts[f"{event['flow_id']}-{event['alert']['signature_id']}", event["timestamp"]] = event[
                    "timestamp"
                ][:7]
    known = {row["センサーイベントID"] for row in judged.values()}
    expected = Counter((row["検知時刻"][:7].replace("/", "-"), int(row["危険度"])) for row in judged.values())
    waiting = Counter(month for (number, _), month in alerts.items() if number not in known)
    frame = demo_reader.query(
        "detection_trend", demo_reader.whole_scope(), from_month="2026-08", to_month="2026-10"
    )
    found = {
        (row.jst_month, None if pd.isna(row.severity) else int(row.severity)): row.n
        for row in frame.itertuples()
        if row.n
    }
    assert found == {**expected, **{(month, None): n for month, n in waiting.items()}}
    assert waiting["2026-10"] > 0


def test_emergency_contacts_count_from_the_judgement(
    demo_reader: Reader, judged: dict[str, dict[str, str]]
) -> None:
    def minutes(row: dict[str, str]) -> float:
        start, end = (datetime.strptime(row[name], "%Y/%m/%d %H:%M:%S") for name in ("判断時刻", "緊急連絡時刻"))
        return (end - start).total_seconds() / 60

    serious = {number: row for number, row in judged.items() if int(row["危険度"]) >= 2}
    frame = demo_reader.query(
        "serious_events", demo_reader.whole_scope(), first_date=date(2026, 8, 1), last_date=date(2026, 10, 31)
    ).set_index("event_no")
    assert set(frame.index) == set(serious)
    for number, row in serious.items():
        assert frame["contact_minutes"][number] == pytest.approx(minutes(row), abs=1e-3)
        assert bool(frame["within_15"][number]) == (minutes(row) <= 15)
    kpis = table(
        demo_reader,
        "SELECT period_id, numerator, denominator FROM wh.main.kpi_value "
        "WHERE kpi_id = 'K35' AND kind = 'month' AND grain = 'all'",
    )
    assert [month for month, _, _ in sorted(kpis)] == list(MONTHS)
    for month, in_time, n in kpis:
        own = [row for row in serious.values() if row["検知時刻"][:7].replace("/", "-") == month]
        assert (in_time, n) == (sum(minutes(row) <= 15 for row in own), len(own))
    assert not frame["within_15"].astype(bool).all(), "the demo has one late contact"


# ---- availability -------------------------------------------------------------------------------------


def test_availability_is_that_of_the_outage_ledger(demo_data: Path, demo_reader: Reader) -> None:
    sheet = openpyxl.load_workbook(next((demo_data / "inbox" / "service_outage").iterdir())).active
    assert sheet is not None
    table_rows = list(sheet.iter_rows(values_only=True))
    header = next(number for number, row in enumerate(table_rows) if "停止開始" in row)
    minutes: Counter[tuple[str, str]] = Counter()
    for cells in table_rows[header + 1 :]:
        row = dict(zip(table_rows[header], cells, strict=True))
        if row["区分"] not in {"計画停止", "計画外停止"} or not row["復旧"] or row["復旧"] < row["停止開始"]:
            continue
        kind = "planned" if row["区分"] == "計画停止" else "unplanned" if row["除外事由"] in NOTHING else "excluded"
        minutes[f"{row['停止開始']:%Y-%m}", kind] += (row["復旧"] - row["停止開始"]).total_seconds() / 60
    for month in MONTHS:
        frame = demo_reader.query("service_month", demo_reader.whole_scope(), month=month)
        assert frame["planned_stop_minutes"].sum() == pytest.approx(minutes[month, "planned"])
        assert frame["unplanned_minutes"].sum() == pytest.approx(minutes[month, "unplanned"])
        service = 13 * SLOTS[month] * 5 - minutes[month, "planned"]
        (value,) = [
            row[0]
            for row in table(
                demo_reader,
                f"SELECT value FROM wh.main.kpi_value WHERE kpi_id = 'K01' AND grain = 'all' AND period_id = '{month}'",
            )
        ]
        assert value == pytest.approx(100 * (service - minutes[month, "unplanned"]) / service)


def outages(tmp_path: Path, *stops: tuple[str, str, str, str]) -> dict[str, tuple[float, ...]]:
    """month -> (planned, unplanned, excluded) minutes of the proxy; stops as (kind, start, end, exclusion)."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["サービス", "区分", "停止開始", "復旧", "影響団体", "原因", "除外事由"])
    for kind, start, end, exclusion in stops:
        book.active.append(["プロキシ", kind, start, end, None, None, exclusion])
    book.save(tmp_path / "稼働停止台帳_令和8年度.xlsx")
    usage = write(
        tmp_path / "機器負荷_202610.csv",
        "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数",
        "2026/10/15 23:55,fw-1,1,1,1",
    )
    load(tmp_path / "data", tmp_path / "稼働停止台帳_令和8年度.xlsx", usage)
    reader = open_current(tmp_path / "data")
    found = table(
        reader,
        "SELECT jst_month, planned_minutes, unplanned_minutes, excluded_minutes, unplanned_count "
        "FROM wh.main.service_month WHERE service_id = 'proxy' AND entity = ''",
    )
    return {row[0]: tuple(float(value) for value in row[1:]) for row in found if any(row[1:])}


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        (
            [
                ("計画外停止", "2026/10/01 00:00", "2026/10/01 01:00", ""),
                ("計画外停止", "2026/10/01 00:30", "2026/10/01 02:00", ""),
            ],
            {"2026-10": (0, 120, 0, 1)},
        ),
        (
            [("計画外停止", "2026/09/30 23:30", "2026/10/01 00:45", "")],
            {"2026-09": (0, 30, 0, 1), "2026-10": (0, 45, 0, 0)},
        ),
        (
            [
                ("計画停止", "2026/10/01 00:00", "2026/10/01 04:00", ""),
                ("計画外停止", "2026/10/01 03:00", "2026/10/01 05:00", ""),
            ],
            {"2026-10": (240, 60, 0, 1)},
        ),
        (
            [
                ("計画外停止", "2026/10/01 00:00", "2026/10/01 01:00", "天災"),
                ("計画外停止", "2026/10/01 00:30", "2026/10/01 02:00", ""),
            ],
            {"2026-10": (0, 60, 60, 1)},
        ),
        (
            [
                ("縮退", "2026/10/01 00:00", "2026/10/01 01:00", ""),
                ("系切替", "2026/10/01 00:30", "2026/10/01 02:00", ""),
            ],
            {},
        ),
        ([("計画外停止", "2026/10/15 12:00", "", "")], {"2026-10": (0, 720, 0, 1)}),
        ([("計画停止", "2026/10/20 12:00", "", "")], {}),
    ],
)
def test_overlapping_and_open_stops_count_once(
    tmp_path: Path, stops: list[tuple[str, str, str, str]], expected: dict[str, tuple[float, ...]]
) -> None:
    assert outages(tmp_path, *stops) == expected


# ---- models -------------------------------------------------------------------------------------------


NO_DEMO_ROWS = {
    "capacity_reach",  # needs a year; tests of the KPIs give it one
    "percentile_short",  # as a rule without rows
}


@pytest.mark.parametrize("model", load_models(), ids=lambda model: model.name)
def test_a_marts_keys_are_unique_and_never_missing_where_they_place_a_row(demo_reader: Reader, model: Any) -> None:
    keys = ", ".join(model.keys)
    ((total, distinct),) = table(
        demo_reader, f"SELECT count(*), count(DISTINCT ({keys})) FROM wh.main.{model.name}"
    )
    assert total == distinct
    assert (total == 0) == (model.name in NO_DEMO_ROWS)
    assert model.grain and model.title
    for name in {"jst_month", "jst_date", "tenant_code"} & set(model.keys):
        assert table(demo_reader, f"SELECT count(*) FROM wh.main.{model.name} WHERE {name} IS NULL") == [(0,)]
