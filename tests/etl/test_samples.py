"""Regular samples: units, missing values, intervals, keys valid on the day, duplicates, refused files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etl.run import LoadResult
from tests.support import copy_config, load, read_rows, rejects, rows, traffic_file, write, write_rows
from warehouse.ledger import LoadRecord

JST = timedelta(hours=9)


def record_of(result: LoadResult) -> LoadRecord:
    (outcome,) = result.outcomes
    assert outcome.record is not None, outcome.message
    return outcome.record


def line_feed(config: Path, measure: str = "", column: str = "") -> Path:
    """A feed ``lines`` of 日時, 回線, 受信 for a configuration."""
    return write(
        config / "feeds" / "lines.toml",
        f"""
title = "回線"
table = "line_sample"
reject_limit_pct = 50
[file]
names = ["lines*.csv"]
format = "delimited"
header = ["日時"]
[columns.ts]
from = "日時"
{column}
[columns.line_id]
from = "回線"
[[measures]]
from = "受信"
into = "avg_bps"
set = {{ direction = "in" }}
{measure}
""",
    )


def lines_file(path: Path, *records: str) -> Path:
    return write(path, "日時,回線,受信", *records)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


# ---- values and units ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "text", "bps"),
    [
        ("bits_per_interval", "3562279127", 11_874_264),
        ("bits_per_interval", "150", 1),
        ("bits_per_interval", "149", 0),
        ("bytes_per_interval", "251643.0", 6_710),
        ("bytes_per_interval", "251643", 6_710),
        ("kbps", "1.5", 1_500),
        ("Mbps", "0.2666666", 266_667),
        ("Mbps", "200", 200_000_000),
        ("Mbps", "1,000", 1_000_000_000),
        ("Mbps", "999999999999", 999_999_999_999_000_000),
    ],
)
def test_values_become_the_facts_unit_rounded_half_up(
    tmp_path: Path, config: Path, unit: str, text: str, bps: int
) -> None:
    line_feed(config, f'unit = "{unit}"')
    load(
        tmp_path / "data", lines_file(tmp_path / "lines.csv", f'2026-10-01 00:00,internet,"{text}"'), config=config
    )
    assert rows(tmp_path / "data", "SELECT avg_bps FROM line_sample") == [(bps,)]


@pytest.mark.parametrize("text", ["9223372036854775808", "1e30", "9" * 40, "9999999999999999"])
def test_a_number_too_large_for_its_column_is_rejected_and_stops_nothing(
    tmp_path: Path, config: Path, text: str
) -> None:
    line_feed(config, 'unit = "Mbps"')
    path = lines_file(tmp_path / "lines.csv", f"2026-10-01 00:00,internet,{text}", "2026-10-01 00:05,internet,1")
    assert record_of(load(tmp_path / "data", path, config=config)).rejected_lines == 1
    assert rejects(tmp_path / "data") == [(2, "桁が大きすぎます")]


@pytest.mark.parametrize("text", ["1000000000000", "1234567890123456", "1e12"])
def test_a_decimal_too_large_for_the_lake_is_rejected(tmp_path: Path, text: str) -> None:
    header, good = (
        "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数",
        [f"2026/10/01 {h:02d}:00,fw-1,1,2,3" for h in range(1, 24)],
    )
    day = [f"2026/10/{d:02d} {row[11:]}" for d in range(1, 8) for row in good]
    path = write(tmp_path / "機器負荷_1.csv", header, f"2026/10/01 00:00,fw-1,5.5,6,{text}", *day)
    assert record_of(load(tmp_path / "data", path)).rejected_lines == 1
    assert rejects(tmp_path / "data") == [(2, "桁が大きすぎます")]


def test_a_missing_value_is_a_missing_sample_and_never_zero(tmp_path: Path) -> None:
    path = write(
        tmp_path / "機器負荷_1.csv",
        "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数",
        "2026/10/01 00:00,SC-FW01,12.5,-,",
        "2026/10/01 00:05,SC-FW01,0,…,0",
    )
    record = record_of(load(tmp_path / "data", path))
    assert (record.accepted_lines, record.accepted_rows, record.rejected_lines) == (2, 3, 0)
    assert rows(
        tmp_path / "data", "SELECT metric, CAST(value AS DOUBLE) FROM device_sample ORDER BY metric, ts"
    ) == [("cpu_pct", 12.5), ("cpu_pct", 0.0), ("sessions", 0.0)]


def test_samples_lie_at_the_start_of_their_interval_in_japanese_days(tmp_path: Path, config: Path) -> None:
    line_feed(config)
    load(
        tmp_path / "data",
        lines_file(tmp_path / "lines.csv", "2026-10-01 00:04:59,internet,1", "2026-09-30 23:57,internet,2"),
        config=config,
    )
    assert rows(
        tmp_path / "data", "SELECT ts, jst_date, jst_month, jst_minute_of_week FROM line_sample ORDER BY ts"
    ) == [
        (datetime(2026, 9, 30, 14, 55), datetime(2026, 9, 30).date(), "2026-09", 2 * 1440 + 1435),
        (datetime(2026, 9, 30, 15), datetime(2026, 10, 1).date(), "2026-10", 3 * 1440),
    ]


def test_a_time_that_ends_its_interval_is_moved_to_the_start(tmp_path: Path, config: Path) -> None:
    line_feed(config, column='stamp = "end"')
    load(tmp_path / "data", lines_file(tmp_path / "lines.csv", "2026-10-01 00:00,internet,1"), config=config)
    assert rows(tmp_path / "data", "SELECT jst_month, ts FROM line_sample") == [
        ("2026-09", datetime(2026, 9, 30, 14, 55))
    ]


# ---- keys and duplicates ------------------------------------------------------------------------------


def test_keys_count_only_inside_their_validity_periods(tmp_path: Path, config: Path) -> None:
    tenants = read_rows(config / "tenants.csv")
    tenants[1] |= {"valid_from": "2026-10-02", "valid_to": "2026-10-03"}
    write_rows(config / "tenants.csv", tenants)
    path = traffic_file(
        tmp_path / "団体別通信量_1.csv",
        *((f"2026/10/{day:02d} 00:00", "242012", day) for day in range(1, 6)),
        *((f"2026/10/{day:02d} {hour:02d}:00", "240001", 1) for day in range(1, 31) for hour in range(24)),
    )
    record_of(load(tmp_path / "data", path, config=config))
    assert rejects(tmp_path / "data") == [(line, "接続団体 242012 の有効期間外の日付です") for line in (2, 5, 6)]


def test_an_address_belongs_to_whoever_held_its_range_on_the_day(tmp_path: Path, config: Path) -> None:
    ranges = read_rows(config / "address_ranges.csv")
    moved = {"prefix": "10.2.0.0/16", "tenant_code": "242012", "valid_from": "2022-04-01", "valid_to": "2026-10-01"}
    kept = [row for row in ranges if row["prefix"] != moved["prefix"]]
    write_rows(
        config / "address_ranges.csv",
        [*kept, moved, {**moved, "tenant_code": "242021", "valid_from": "2026-10-02", "valid_to": ""}],
    )
    event = (
        '{{"timestamp":"2026-10-0{}T12:00:00+0900","flow_id":1,"event_type":"alert","dest_ip":"10.2.9.9","alert":'
        '{{"signature_id":1,"signature":"S"}}}}'
    )
    load(tmp_path / "data", write(tmp_path / "eve-1.json", event.format(1), event.format(2)), config=config)
    assert rows(tmp_path / "data", "SELECT tenant_code FROM detection ORDER BY detected_at") == [
        ("242012",),
        ("242021",),
    ]


def test_a_tenant_that_cannot_be_told_is_kept_under_unknown_where_the_feed_says_so(tmp_path: Path) -> None:
    header = (
        "判定番号,検知時刻,判断時刻,緊急連絡時刻,連絡手段,遮断時刻,対応完了時刻,団体名,検知機能,シグネチャID,シグネチャ,方向,送信元IP,宛先IP,送信元国,危険度,"
        "遮断,端末,対応状況,センサーイベントID,検知内容,推奨確認方法,推奨対処方法"
    )
    record = "{},2026/10/01 10:00:00,2026/10/01 10:05:00,,,,,{},IPS,1,S,外→内,,,,0,,,,,,,"
    path = write(
        tmp_path / "SOC判定結果_202610.csv",
        header,
        record.format("J1", ""),
        record.format("J2", "どこか"),
        record.format("J3", "津市役所"),
    )
    assert record_of(load(tmp_path / "data", path)).rejected_lines == 0
    assert rows(tmp_path / "data", "SELECT event_no, tenant_code FROM judgement ORDER BY 1") == [
        ("J1", "unknown"),
        ("J2", "unknown"),
        ("J3", "242012"),
    ]


def test_the_first_of_two_equal_keys_stays_even_in_another_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.readers.delimited.BLOCK_BYTES", 256)
    times = [f"2026/10/{day:02d} {hour:02d}:00" for day in range(1, 10) for hour in range(24)]
    path = traffic_file(
        tmp_path / "団体別通信量_1.csv",
        *((time, "242012", number) for number, time in enumerate(times)),
        (times[3], "242012", 999),
        (times[4], "242021", 5),
    )
    record = record_of(load(tmp_path / "data", path))
    assert record.rejected_lines == 1
    assert rejects(tmp_path / "data") == [(len(times) + 2, "同じファイルに同じ記録があります（重複）")]
    assert rows(tmp_path / "data", "SELECT max(bytes) FROM tenant_traffic") == [(len(times) - 1,)]


# ---- files that are refused whole ---------------------------------------------------------------------


@pytest.mark.parametrize(("bad", "refused"), [(1, False), (3, False), (4, True), (100, True)])
def test_a_file_whose_rejects_pass_the_limit_is_refused_whole(tmp_path: Path, bad: int, refused: bool) -> None:
    times = [f"2026/10/{day:02d} {hour:02d}:00" for day in range(1, 6) for hour in range(24)][:100]
    path = traffic_file(
        tmp_path / "団体別通信量_1.csv",
        *((time, "242012", -1 if number < bad else number) for number, time in enumerate(times)),
    )
    result = load(tmp_path / "data", path)
    record = record_of(result)
    assert (record.status == "refused", result.failed) == (refused, refused)
    assert (record.accepted_lines, record.rejected_lines, record.accepted_rows) == (
        (0, bad, 0) if refused else (100 - bad, bad, 6 * (100 - bad))
    )
    assert rows(tmp_path / "data", "SELECT count(*) FROM tenant_traffic") == [(0 if refused else 6 * (100 - bad),)]
    if refused:
        assert f"100行のうち{bad}行が却下されました（上限1%）。最初は2行目" in result.outcomes[0].message
        assert load(tmp_path / "data", path).failed, "a refused file is no known file"


def test_a_refused_file_leaves_what_was_loaded_before(tmp_path: Path) -> None:
    good = traffic_file(tmp_path / "団体別通信量_1.csv", ("2026/10/01 00:00", "242012", 7))
    bad = traffic_file(tmp_path / "団体別通信量_2.csv", ("2026/10/01 00:00", "249999", 8))
    load(tmp_path / "data", good)
    result = load(tmp_path / "data", bad)
    assert result.failed and result.snapshot is not None
    assert rows(tmp_path / "data", "SELECT DISTINCT bytes FROM tenant_traffic") == [(7,)]
    assert rows(tmp_path / "data", "SELECT file_name, status FROM wh.main.load ORDER BY load_id") == [
        (good.name, "accepted"),
        (bad.name, "refused"),
    ]


def test_every_original_is_kept_unchanged_even_when_it_is_refused(tmp_path: Path) -> None:
    bad = traffic_file(tmp_path / "団体別通信量_2.csv", ("2026/10/01 00:00", "249999", 8))
    record = record_of(load(tmp_path / "data", bad))
    kept = tmp_path / "data" / "archive" / record.sha256
    assert kept.read_bytes() == bad.read_bytes() and not kept.stat().st_mode & 0o222
