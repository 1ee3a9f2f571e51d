"""What was expected and what came: every feed, entity and day; gaps in one piece; amounts that look suspicious."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from etl.errors import FeedError
from etl.run import load as etl_load
from tests.support import TENANTS, copy_config, load, marts, rows, traffic_file, write
from tests.warehouse.ledgers import ticket_ledger
from warehouse.folder import DataFolder
from warehouse.reader import open_current
from warehouse.scope import Scope

pytestmark = pytest.mark.few_marts

TSU, YOKKAICHI = "242012", "242021"
SERIES = 6
FOREVER = {"first_date": date(2000, 1, 1), "last_date": date(2100, 1, 1)}
LINE_HEADER = "日時,回線ID,回線名,受信平均(bps),送信平均(bps),受信最大(bps),送信最大(bps),状態"
ARRIVALS = (
    "arrival_count",
    "arrival_due",
    "arrival_day",
    "arrival_gap_day",
    "arrival_gap",
    "arrival_anomaly",
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def slots(
    day: str, first: int = 0, last: int = 288, code: str = TSU, value: int = 7
) -> list[tuple[str, str, int]]:
    """Samples of the 5-minute slots ``first`` (inclusive) to ``last`` of a day such as 2026/10/01."""
    return [(f"{day} {slot // 12:02d}:{slot % 12 * 5:02d}", code, value) for slot in range(first, last)]


def load_at(data: Path, when: datetime, *paths: Path, config: Path) -> None:
    result = etl_load(DataFolder(data), config, list(paths), clock=lambda: when)
    assert not result.failed, [outcome.message for outcome in result.outcomes]


def arrivals(data: Path, feed: str, entity: str = TSU) -> list[tuple[object, ...]]:
    """(day, expected, received, state) of one entity."""
    return rows(
        data,
        "SELECT CAST(jst_date AS VARCHAR), expected, received, state FROM wh.arrival_day "
        f"WHERE feed = '{feed}' AND entity = '{entity}' ORDER BY jst_date",
    )


def gaps(data: Path, feed: str, entity: str = TSU) -> list[tuple[object, ...]]:
    """(from, to, slots, minutes, missing, expected) of one entity."""
    return rows(
        data,
        "SELECT strftime(from_jst, '%Y-%m-%d %H:%M'), strftime(to_jst, '%Y-%m-%d %H:%M'), slots, minutes, missing, "
        f"expected FROM wh.arrival_gap WHERE feed = '{feed}' AND entity = '{entity}' ORDER BY from_jst",
    )


def anomalies(data: Path) -> list[tuple[object, ...]]:
    return rows(
        data,
        "SELECT feed, entity, CAST(jst_date AS VARCHAR), measure, kind, amount, CAST(normal AS DOUBLE) "
        "FROM wh.arrival_anomaly ORDER BY ALL",
    )


# ---- samples ------------------------------------------------------------------------------------------


def test_a_day_is_complete_partial_or_missing_for_each_body(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    whole = [*slots("2026/10/01"), *slots("2026/10/02", 0, 100)]
    load(
        data,
        traffic_file(tmp_path / "団体別通信量_1.csv", *whole, *slots("2026/10/02", 287, 288, "240001")),
        config=config,
    )
    assert arrivals(data, "tenant_traffic") == [
        ("2026-10-01", 288 * SERIES, 288 * SERIES, "complete"),
        ("2026-10-02", 288 * SERIES, 100 * SERIES, "partial"),
    ]
    assert arrivals(data, "tenant_traffic", YOKKAICHI) == [
        ("2026-10-01", 288 * SERIES, 0, "missing"),
        ("2026-10-02", 288 * SERIES, 0, "missing"),
    ]
    assert gaps(data, "tenant_traffic") == [("2026-10-02 08:20", "2026-10-03 00:00", 188, 940, 1128, 1128)]
    assert gaps(data, "tenant_traffic", YOKKAICHI) == [
        ("2026-10-01 00:00", "2026-10-03 00:00", 576, 2880, 3456, 3456)
    ]


@pytest.mark.usefixtures("every_mart")
def test_what_lies_ahead_of_the_data_is_not_expected(tmp_path: Path, config: Path) -> None:
    """The running month: the data reach to 13:00 of its second day."""
    data = tmp_path / "data"
    line = [f"2026/10/02 12:55,{name},x,1,1,1,1,正常" for name in ("internet", "breakout", "web")]
    files = [
        traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/10/01"), *slots("2026/10/02", 0, 12)),
        write(tmp_path / "回線トラフィック_1.csv", LINE_HEADER, *line, encoding="cp932"),
    ]
    load(data, *files, config=config)
    assert arrivals(data, "tenant_traffic") == [
        ("2026-10-01", 288 * SERIES, 288 * SERIES, "complete"),
        ("2026-10-02", 156 * SERIES, 12 * SERIES, "partial"),
    ]
    assert gaps(data, "tenant_traffic") == [("2026-10-02 01:00", "2026-10-02 13:00", 144, 720, 864, 864)]
    for table in ("tenant_traffic_day", "line_day", "device_day"):
        found = rows(
            data,
            f"SELECT max(CASE WHEN jst_date = '2026-10-01' THEN expected END), max(CASE WHEN jst_date = '2026-10-02' "
            f"THEN expected END), max(CASE WHEN jst_date > '2026-10-02' THEN expected END) FROM wh.{table} "
            "WHERE jst_month = '2026-10'",
        )
        assert found == [(288, 156, 0)], table
    with open_current(data) as reader:
        coverage = reader.query("coverage_month", reader.whole_scope(), month="2026-10").set_index(
            "feed_table"
        )
        assert coverage["expected"]["tenant_traffic"] == 3 * SERIES * (288 + 156)
        body = reader.query(
            "tenant_month",
            Scope.of(TSU),
            month="2026-10",
            previous_month="2026-09",
            last_year_month="2025-10",
        )
        assert body["coverage_pct"][0] == pytest.approx(100 * 300 / 444)
        group = reader.query("line_group_month", reader.whole_scope(), month="2026-10")
        assert group["coverage_pct"].tolist() == pytest.approx([100 / 444] * 2)


def test_a_gap_over_midnight_and_the_turn_of_the_month_is_one(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    first = [*slots("2026/09/30", 0, 276), *slots("2026/10/01", 24, 288)]
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *first), config=config)
    assert gaps(data, "tenant_traffic") == [("2026-09-30 23:00", "2026-10-01 02:00", 36, 180, 216, 216)]


def test_a_route_without_values_is_a_gap_of_a_part(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    file = traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/10/01"))
    lines = file.read_bytes().decode("cp932").split("\r\n")
    for number in (13, 14, 15, 40):  # slots 12, 13, 14 and 39
        cells = lines[number].split(",")
        lines[number] = ",".join([*cells[:7], "-", cells[8]])
    file.write_bytes("\r\n".join(lines).encode("cp932"))
    load(data, file, config=config)
    assert gaps(data, "tenant_traffic") == [
        ("2026-10-01 01:00", "2026-10-01 01:15", 3, 15, 3, 18),
        ("2026-10-01 03:15", "2026-10-01 03:20", 1, 5, 1, 6),
    ]


def test_a_month_in_which_nothing_came_from_anywhere_is_a_gap(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    file = traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/08/31"), *slots("2026/10/01"))
    load(data, file, config=config)
    assert gaps(data, "tenant_traffic") == [
        ("2026-09-01 00:00", "2026-10-01 00:00", 30 * 288, 30 * 1440, 30 * 288 * SERIES, 30 * 288 * SERIES)
    ]


def test_nothing_is_expected_before_a_feeds_first_day_or_a_bodys_joining(
    tmp_path: Path, config: Path
) -> None:
    tenants = (config / "tenants.csv").read_text(encoding="utf-8").splitlines()
    joined = [
        line.replace("2022-04-01", "2026-10-03") if line.startswith(YOKKAICHI) else line for line in tenants
    ]
    write(config / "tenants.csv", *joined)
    data = tmp_path / "data"
    file = traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/10/02", 5), *slots("2026/10/04"))
    load(data, file, config=config)
    assert [row[0] for row in arrivals(data, "tenant_traffic")] == ["2026-10-02", "2026-10-03", "2026-10-04"]
    assert [row[0] for row in arrivals(data, "tenant_traffic", YOKKAICHI)] == ["2026-10-03", "2026-10-04"]


def test_lines_are_expected_of_the_feed_that_lists_them(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    line = [f"2026/10/01 {hour:02d}:00,internet,x,1,1,1,1,正常" for hour in range(24)]
    load(
        data, write(tmp_path / "回線トラフィック_1.csv", LINE_HEADER, *line, encoding="cp932"), config=config
    )
    found = rows(data, "SELECT DISTINCT feed, entity, state FROM wh.arrival_day ORDER BY ALL")
    assert found == [
        ("line_traffic", "breakout", "missing"),
        ("line_traffic", "internet", "partial"),
        ("line_traffic", "web", "missing"),
    ]


def test_a_sample_that_the_source_calls_unobtainable_is_kept_and_not_counted(
    tmp_path: Path, config: Path
) -> None:
    data = tmp_path / "data"
    lines = ["2026/10/01 00:00,internet,x,5,6,7,8,正常", "2026/10/01 00:05,internet,x,-,-,-,-,取得不可",
             "2026/10/01 00:10,internet,x,-,-,-,-,正常", "2026/10/01 23:55,web,x,1,1,1,1,正常"]  # fmt: skip
    load(
        data, write(tmp_path / "回線トラフィック_1.csv", LINE_HEADER, *lines, encoding="cp932"), config=config
    )
    assert rows(
        data, "SELECT count(*), count(avg_bps), count(*) FILTER (NOT available) FROM line_sample"
    ) == [(6, 4, 2)]
    found = rows(
        data,
        "SELECT received, unavailable, p95_bps FROM wh.line_day WHERE line_id = 'internet' AND direction = 'in' "
        "AND jst_date = '2026-10-01'",
    )
    assert found == [(1, 1, 5)]
    assert arrivals(data, "line_traffic", "internet") == [("2026-10-01", 576, 2, "partial")]


# ---- open hours, entities, coarser steps --------------------------------------------------------------


def own_feed(config: Path, arrival: str, name: str = "office") -> Path:
    """A feed of its own for tenant traffic of one route and direction, with this ``[arrival]``."""
    definition = f"""title = "庁内の通信量"
table = "tenant_traffic"
[file]
names = ["{name}_*.csv"]
format = "delimited"
header = ["ts"]
[arrival]
{arrival}
[columns.ts]
from = "ts"
[columns.tenant_code]
from = "code"
[columns.route]
value = "web"
[columns.direction]
value = "in"
[columns.bytes]
from = "bytes"
"""
    return write(config / "feeds" / f"{name}.toml", definition)


def office_file(path: Path, times: Iterable[datetime], code: str = TSU, value: int = 1000) -> Path:
    return write(path, "ts,code,bytes", *(f"{time:%Y-%m-%d %H:%M},{code},{value}" for time in times))


def every_five_minutes(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(minutes=5 * step) for step in range(int((end - start).total_seconds() // 300))]


def test_a_feed_of_open_hours_is_expected_in_open_hours_only(tmp_path: Path, config: Path) -> None:
    """Friday 2026-10-09 afternoon to Tuesday morning, over a weekend and a holiday (12 October): one gap."""
    own_feed(config, 'every = "sample"\nentities = ["津市"]\nhours = "08:30-17:15"\ndays = "open"')
    times = every_five_minutes(datetime(2026, 10, 9, 8, 0), datetime(2026, 10, 9, 15, 15))
    times += every_five_minutes(datetime(2026, 10, 13, 9, 30), datetime(2026, 10, 14, 0, 0))
    data = tmp_path / "data"
    load(data, office_file(tmp_path / "office_1.csv", times), config=config)
    assert arrivals(data, "office") == [
        ("2026-10-09", 105, 81, "partial"),
        ("2026-10-10", 0, 0, "not_due"),
        ("2026-10-11", 0, 0, "not_due"),
        ("2026-10-12", 0, 0, "not_due"),
        ("2026-10-13", 105, 93, "partial"),
    ]
    assert gaps(data, "office") == [("2026-10-09 15:15", "2026-10-13 09:30", 36, 180, 36, 36)]
    assert arrivals(data, "office", YOKKAICHI) == []


def test_a_coarser_feed_is_expected_at_its_own_step(tmp_path: Path, config: Path) -> None:
    definition = (config / "feeds" / "device_load.toml").read_text(encoding="utf-8")
    definition = definition.replace('entities = "valid"', 'entities = ["fw-1"]')
    write(
        config / "feeds" / "device_load.toml",
        definition.replace("[arrival]", "[step]\nseconds = 3600\n\n[arrival]"),
    )
    lines = [f"2026/10/01 {hour:02d}:00,fw-1,10,20,30" for hour in (*range(10), *range(14, 24))]
    data = tmp_path / "data"
    file = write(tmp_path / "機器負荷_1.csv", "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数", *lines)
    load(data, file, traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/10/01")), config=config)
    assert arrivals(data, "device_load", "fw-1") == [("2026-10-01", 72, 60, "partial")]
    assert gaps(data, "device_load", "fw-1") == [("2026-10-01 10:00", "2026-10-01 14:00", 4, 240, 12, 12)]


def test_entities_seen_are_expected_until_a_month_after_they_fell_silent(
    tmp_path: Path, config: Path
) -> None:
    own_feed(config, 'every = "sample"\nentities = "seen"')
    data = tmp_path / "data"
    seen = {
        TSU: [datetime(2026, 7, 10)],
        YOKKAICHI: [datetime(2026, 7, 1), datetime(2026, 8, 1), datetime(2026, 10, 2)],
    }
    for code, times in seen.items():
        load(data, office_file(tmp_path / f"office_{code}.csv", times, code), config=config)
    days = rows(
        data,
        "SELECT entity, jst_month, count(*), CAST(min(jst_date) AS VARCHAR) FROM wh.arrival_day WHERE feed = 'office' "
        "GROUP BY ALL ORDER BY ALL",
    )
    assert days == [
        (TSU, "2026-07", 22, "2026-07-10"),
        (TSU, "2026-08", 31, "2026-08-01"),
        (YOKKAICHI, "2026-07", 31, "2026-07-01"),
        (YOKKAICHI, "2026-08", 31, "2026-08-01"),
        (YOKKAICHI, "2026-09", 30, "2026-09-01"),
        (YOKKAICHI, "2026-10", 1, "2026-10-02"),
    ]


def test_an_entity_that_nobody_registered_cannot_be_expected(tmp_path: Path, config: Path) -> None:
    own_feed(config, 'every = "sample"\nentities = ["架空市"]')
    with pytest.raises(FeedError) as caught:
        load(tmp_path / "data", config=config)
    assert (
        "office.toml: arrival.entities の 架空市 は、接続団体の設定に登録されていません"
        in caught.value.message
    )


# ---- files of days and months -------------------------------------------------------------------------


def alert(time: datetime, number: int, kind: str = "alert", address: str = "10.2.0.9") -> str:
    return json.dumps(
        {
            "timestamp": f"{time:%Y-%m-%dT%H:%M:%S}.000000+0900",
            "flow_id": number,
            "event_type": kind,
            "src_ip": "203.0.113.7",
            "dest_ip": address,
            "proto": "TCP",
            "alert": {
                "signature_id": 1,
                "signature": "試行",
                "category": "a",
                "severity": 2,
                "action": "allowed",
            },
        },
        ensure_ascii=False,
    )


def reach(folder: Path, day: str) -> Path:
    """A file of samples that makes the data reach to the end of a day."""
    return traffic_file(folder / f"団体別通信量_{day.replace('/', '')}.csv", *slots(day, 287))


def test_a_day_on_which_nothing_was_detected_is_a_valid_day(tmp_path: Path, config: Path) -> None:
    """A file without alerts covers its day; a day of which no file tells is missing."""
    data = tmp_path / "data"
    files = [
        write(tmp_path / "eve-1.json", alert(datetime(2026, 10, 1, 9), 1)),
        write(
            tmp_path / "eve-2.json",
            alert(datetime(2026, 10, 2, 9), 2, "flow"),
            alert(datetime(2026, 10, 2, 10), 3, "dns"),
        ),
        write(tmp_path / "eve-4.json", alert(datetime(2026, 10, 4, 9), 4)),
    ]
    load(data, *files, reach(tmp_path, "2026/10/05"), config=config)
    assert arrivals(data, "detection_eve", "") == [
        ("2026-10-01", 1, 1, "complete"),
        ("2026-10-02", 1, 1, "complete"),
        ("2026-10-03", 1, 0, "missing"),
        ("2026-10-04", 1, 1, "complete"),
        ("2026-10-05", 1, 0, "missing"),
    ]
    assert [row[:4] for row in gaps(data, "detection_eve", "")] == [
        ("2026-10-03 00:00", "2026-10-04 00:00", 1, 1440),
        ("2026-10-05 00:00", "2026-10-06 00:00", 1, 1440),
    ]


def test_a_file_says_nothing_of_a_day_that_was_not_over_when_it_came(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    file = write(tmp_path / "eve-1.json", *(alert(datetime(2026, 10, day, 9), day) for day in (1, 2)))
    load_at(data, datetime(2026, 10, 2, 12), file, config=config)
    load_at(data, datetime(2026, 10, 4, 12), reach(tmp_path, "2026/10/03"), config=config)
    assert [row[3] for row in arrivals(data, "detection_eve", "")] == ["complete", "missing", "missing"]


def test_a_months_ledger_is_due_some_days_into_the_next_month(tmp_path: Path, config: Path) -> None:
    """Not due, then missing once its day has passed (nothing of its own feed came), then complete."""
    data = tmp_path / "data"
    september = ticket_ledger(tmp_path, 9, ("T-1", "R8.9.30 9:00", "", "受付"))
    load_at(data, datetime(2026, 10, 2), september, config=config)
    load_at(data, datetime(2026, 11, 1), reach(tmp_path, "2026/10/31"), config=config)
    assert arrivals(data, "ticket", "") == [("2026-09-30", 1, 1, "complete"), ("2026-10-31", 0, 0, "not_due")]
    load_at(data, datetime(2026, 11, 6), reach(tmp_path, "2026/11/04"), config=config)
    assert arrivals(data, "ticket", "")[1:] == [("2026-10-31", 0, 0, "not_due")]
    load_at(data, datetime(2026, 11, 7), reach(tmp_path, "2026/11/05"), config=config)
    assert arrivals(data, "ticket", "")[1:] == [("2026-10-31", 1, 0, "missing")]
    assert [row[:3] for row in gaps(data, "ticket", "")] == [("2026-10-01 00:00", "2026-11-01 00:00", 1)]
    load_at(data, datetime(2026, 11, 8), ticket_ledger(tmp_path, 10), config=config)
    assert arrivals(data, "ticket", "")[1:] == [("2026-10-31", 1, 1, "complete")], (
        "a month without a ticket is told of"
    )
    assert gaps(data, "ticket", "") == []


def test_a_ledger_of_the_running_month_is_no_ledger_of_the_whole_month(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load_at(
        data,
        datetime(2026, 10, 20),
        ticket_ledger(tmp_path, 10, ("T-1", "R8.10.1 9:00", "", "受付")),
        config=config,
    )
    load_at(data, datetime(2026, 11, 10), reach(tmp_path, "2026/11/09"), config=config)
    assert arrivals(data, "ticket", "") == [("2026-10-31", 1, 0, "partial")]


def test_a_yearly_ledger_tells_of_no_month_after_the_day_it_came(tmp_path: Path, config: Path) -> None:
    """A fault ledger of the fiscal year that came in May says nothing of June: no zero faults, but none known."""
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    times = "発生日時,検知日時,着手日時,暫定復旧日時,完全復旧日時"
    book.active.append(f"障害番号,件名,サービス,{times},原因区分,責任分界,影響団体,再発防止策,状態".split(","))
    book.save(tmp_path / "障害管理台帳_令和8年度.xlsx")
    data = tmp_path / "data"
    load_at(data, datetime(2026, 5, 20), tmp_path / "障害管理台帳_令和8年度.xlsx", config=config)
    load_at(
        data,
        datetime(2026, 7, 1),
        traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/06/30")),
        config=config,
    )
    covered = rows(data, "SELECT jst_month FROM wh.covered_month WHERE table_name = 'fault' ORDER BY 1")
    assert covered == [("2026-04",), ("2026-05",)]


# ---- amounts ------------------------------------------------------------------------------------------


def daily(folder: Path, days: dict[str, int], code: str = TSU) -> Path:
    """One sample of so many bytes a day."""
    return traffic_file(
        folder / f"団体別通信量_{code}.csv", *((f"{day} 00:00", code, value) for day, value in days.items())
    )


OPEN_DAYS = [f"2026/10/{day:02d}" for day in (1, 2, 5, 6, 7, 8, 9, 13, 14, 15, 16)]
CLOSED_DAYS = [f"2026/10/{day:02d}" for day in (3, 4, 10, 11, 12, 17)]


@pytest.mark.parametrize(
    ("value", "kind"), [(99, "low"), (100, None), (1000, None), (10_000, None), (10_001, "high"), (0, "low")]
)
def test_a_day_far_from_its_normal_is_suspicious(
    tmp_path: Path, config: Path, value: int, kind: str | None
) -> None:
    data = tmp_path / "data"
    load(
        data,
        daily(tmp_path, {**dict.fromkeys(OPEN_DAYS, 1000), "2026/10/19": value, "2026/10/20": 1000}),
        config=config,
    )
    found = [(row[1], row[2], row[3], row[4], row[5]) for row in anomalies(data)]
    assert found == ([(TSU, "2026-10-19", "volume", kind, 6 * value)] if kind else [])


def test_open_days_are_compared_with_open_days_and_closed_ones_with_closed_ones(
    tmp_path: Path, config: Path
) -> None:
    """Closed days bring a twentieth of an open day: normal for them.  The holiday 12 October is a closed day."""
    days = {
        **dict.fromkeys(OPEN_DAYS, 1000),
        **dict.fromkeys(CLOSED_DAYS, 50),
        "2026/10/18": 4,
        "2026/10/19": 50,
    }
    data = tmp_path / "data"
    load(data, daily(tmp_path, {**days, "2026/10/20": 1000}), config=config)
    assert [(row[2], row[4], row[6]) for row in anomalies(data)] == [
        ("2026-10-18", "low", 300.0),
        ("2026-10-19", "low", 6000.0),
    ]


@pytest.mark.parametrize(("before", "told"), [(3, 0), (4, 1)])
def test_normal_needs_four_days_of_the_same_kind(
    tmp_path: Path, config: Path, before: int, told: int
) -> None:
    data = tmp_path / "data"
    days = dict.fromkeys(OPEN_DAYS[:before], 1000)
    load(data, daily(tmp_path, {**days, OPEN_DAYS[before]: 1, OPEN_DAYS[before + 1]: 1000}), config=config)
    assert len(anomalies(data)) == told


def test_normal_is_that_of_the_eight_weeks_before_over_months(tmp_path: Path, config: Path) -> None:
    """August's amounts are normal for September's first days and forgotten by November."""
    data = tmp_path / "data"
    august = {f"2026/08/{day:02d}": 1000 for day in (24, 25, 26, 27, 28, 31)}
    later = {"2026/09/01": 10, "2026/11/02": 10, "2026/11/03": 10, "2026/11/04": 10}
    load(data, daily(tmp_path, august), config=config)
    load(data, daily(tmp_path, later, TSU), config=config)
    assert [(row[2], row[4]) for row in anomalies(data)] == [("2026-09-01", "low")]


def test_a_sensor_that_falls_nearly_silent_is_suspicious_though_its_file_came(
    tmp_path: Path, config: Path
) -> None:
    days = [datetime(2026, 10, day, 9) for day in (1, 2, 5, 6, 7, 8)]
    many = [
        alert(day + timedelta(minutes=number), 100 * day.day + number) for day in days for number in range(20)
    ]
    quiet = [alert(datetime(2026, 10, 9, 9), 1, "flow"), alert(datetime(2026, 10, 9, 17), 2, "flow")]
    data = tmp_path / "data"
    load(data, write(tmp_path / "eve-1.json", *many, *quiet), reach(tmp_path, "2026/10/09"), config=config)
    assert arrivals(data, "detection_eve", "")[-1] == ("2026-10-09", 1, 1, "complete")
    assert anomalies(data) == [("detection_eve", "", "2026-10-09", "records", "low", 0, 20.0)]


def test_few_records_can_say_nothing_of_normal(tmp_path: Path, config: Path) -> None:
    """Of nine alerts a day a tenth is not even one: a day without any is not suspicious."""
    days = [datetime(2026, 10, day, 9) for day in (1, 2, 5, 6, 7, 8)]
    few = [
        alert(day + timedelta(minutes=number), 100 * day.day + number) for day in days for number in range(9)
    ]
    data = tmp_path / "data"
    file = write(tmp_path / "eve-1.json", *few, alert(datetime(2026, 10, 9, 9), 1, "flow"))
    load(data, file, reach(tmp_path, "2026/10/09"), config=config)
    assert anomalies(data) == []


def test_a_missing_day_is_a_gap_and_no_anomaly(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, daily(tmp_path, {**dict.fromkeys(OPEN_DAYS, 1000), "2026/10/20": 1000}), config=config)
    assert ("2026-10-19", 288 * SERIES, 0, "missing") in arrivals(data, "tenant_traffic")
    assert anomalies(data) == []


# ---- whatever way the files came ----------------------------------------------------------------------


def piles(folder: Path) -> Sequence[list[Path]]:
    """Files of several months with gaps at both ends of the months, closed and open days, and a quiet day."""
    usual = {f"2026/09/{day:02d}": 1000 for day in range(1, 31)}
    return (
        [daily(folder, {**usual, "2026/09/29": 3})],
        [
            traffic_file(
                folder / "団体別通信量_10.csv",
                *slots("2026/10/01", 0, 200),
                *slots("2026/10/02", 3, 9, YOKKAICHI),
            ),
            write(folder / "eve-10.json", *(alert(datetime(2026, 10, day, 9), day) for day in (1, 3))),
        ],
        [traffic_file(folder / "団体別通信量_7.csv", *slots("2026/07/30", 100))],
        [ticket_ledger(folder, 9, ("T-1", "R8.9.30 9:00", "", "受付")), reach(folder, "2026/11/06")],
    )


def test_arrivals_do_not_depend_on_the_order_of_the_files(tmp_path: Path, config: Path) -> None:
    made = piles(tmp_path)
    load(tmp_path / "at_once", *(file for pile in made for file in pile), config=config)
    at_once = marts(tmp_path / "at_once")
    assert at_once["arrival_anomaly"] and len(at_once["arrival_gap"]) > 5
    for number, order in enumerate(list(permutations(made))[::5]):
        data = tmp_path / str(number)
        for pile in order:
            load(data, *pile, config=config)
        step_by_step = marts(data)
        for name in (*ARRIVALS, "tenant_traffic_day", "coverage_day"):
            assert step_by_step[name] == at_once[name], (number, name)


def test_a_changed_promise_changes_what_is_missing(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/10/01")), config=config)
    assert len(arrivals(data, "tenant_traffic", YOKKAICHI)) == 1
    path = config / "feeds" / "tenant_traffic.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('entities = "valid"', 'entities = ["津市"]'),
        encoding="utf-8",
    )
    load(data, config=config)
    assert arrivals(data, "tenant_traffic", YOKKAICHI) == []


def test_gaps_that_do_not_add_up_stop_the_publication(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse.errors import ChecksFailed
    from warehouse.marts import ModelBuilder
    from warehouse.models import Model

    def without_gaps(
        self: ModelBuilder, statement: str, model: Model, ending: str = ""
    ) -> None:
        kept(self, statement, model, ending)
        if model.name == "arrival_gap":
            self._connection.execute("DELETE FROM main.arrival_gap")

    kept = ModelBuilder._select_into
    monkeypatch.setattr(ModelBuilder, "_select_into", without_gaps)
    with pytest.raises(ChecksFailed, match="欠測区間の欠測数の合計が両者の差と一致すること"):
        load(
            tmp_path / "data",
            traffic_file(tmp_path / "団体別通信量_1.csv", *slots("2026/10/01")),
            config=config,
        )


# ---- who sees what ------------------------------------------------------------------------------------


def test_a_body_sees_its_own_gaps_and_no_others(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    line = [f"2026/10/01 {hour:02d}:00,internet,x,1,1,1,1,正常" for hour in range(24)]
    load(
        data,
        traffic_file(
            tmp_path / "団体別通信量_1.csv", *slots("2026/10/01", 0, 200), *slots("2026/10/01", code="240001")
        ),
        write(tmp_path / "回線トラフィック_1.csv", LINE_HEADER, *line, encoding="cp932"),
        config=config,
    )
    with open_current(data) as reader:
        own = reader.query("arrival_gaps", Scope.of(TSU), **FOREVER)
        assert own[["entity", "entity_name"]].values.tolist() == [[TSU, "津市"]]
        assert reader.query("arrival_gaps", Scope.of("240001"), **FOREVER).empty
        assert reader.query("arrival_gaps", Scope(frozenset(TENANTS)), **FOREVER)["entity"].tolist() == [
            YOKKAICHI,
            TSU,
        ]
        whole = reader.query("arrival_gaps", reader.whole_scope(), **FOREVER)
        assert {"internet", "breakout", "web", TSU, YOKKAICHI} == set(whole["entity"])
        assert reader.query("arrival_gaps", Scope.none(), **FOREVER).empty
