"""An alert and its judgement on two sides of a month's end are one event, whichever came first."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import permutations
from pathlib import Path

import pytest

from tests.support import copy_config, load, marts, rows, write

SOC_HEADER = (
    "判定番号,検知時刻,判断時刻,緊急連絡時刻,連絡手段,遮断時刻,対応完了時刻,団体名,検知機能,シグネチャID,シグネチャ,方向,"
    "送信元IP,宛先IP,送信元国,危険度,遮断,端末,対応状況,センサーイベントID,検知内容,推奨確認方法,推奨対処方法"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def alert_file(path: Path, *times: datetime) -> Path:
    """Alerts numbered by their day and minute."""
    records = [
        {
            "timestamp": f"{time:%Y-%m-%dT%H:%M:%S}.0+0900",
            "flow_id": time.day * 100 + time.minute,
            "event_type": "alert",
            "src_ip": "203.0.113.7",
            "dest_ip": "10.2.0.9",
            "proto": "TCP",
            "alert": {
                "signature_id": 1,
                "signature": "s",
                "category": "c",
                "severity": 1,
                "action": "allowed",
            },
        }
        for time in times
    ]
    return write(path, *(json.dumps(record) for record in records))


def judgement_file(path: Path, *judged: tuple[datetime, int]) -> Path:
    """Judgements of alerts: the SOC's own time of detection, and the alert's flow number."""
    lines = [
        f"J-{number},{time:%Y/%m/%d %H:%M:%S},{time:%Y/%m/%d %H:%M:%S},,,,,津市,IPS,1,s,外→内,,,,1,,,,{number}-1,,,"
        for time, number in judged
    ]
    return write(path, SOC_HEADER, *lines)


def events(data: Path) -> list[tuple[object, ...]]:
    return rows(
        data,
        "SELECT jst_month, CASE WHEN judged_jst IS NULL THEN 'waiting' ELSE event_no END FROM wh.security_event "
        "ORDER BY ALL",
    )


def files(folder: Path) -> tuple[Path, ...]:
    """Detected at 23:59 of 30 September, in the SOC's books a minute later; and the other way round in October."""
    return (
        alert_file(folder / "eve-9.json", datetime(2026, 9, 30, 23, 59), datetime(2026, 9, 1, 9, 1)),
        alert_file(folder / "eve-11.json", datetime(2026, 11, 1, 0, 0), datetime(2026, 11, 2, 9, 2)),
        judgement_file(
            folder / "SOC判定結果_202610.csv",
            (datetime(2026, 10, 1, 0, 0), 3059),
            (datetime(2026, 10, 31, 23, 59), 100),
        ),
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_event_over_the_turn_of_a_month_counts_once(
    tmp_path: Path, config: Path, order: tuple[int, ...]
) -> None:
    data, made = tmp_path / "data", files(tmp_path)
    for place in order:
        load(data, made[place], config=config)
    assert events(data) == [
        ("2026-09", "waiting"),
        ("2026-10", "J-100"),
        ("2026-10", "J-3059"),
        ("2026-11", "waiting"),
    ]
    load(tmp_path / "at_once", *made, config=config)
    for name in ("security_event", "security_day", "signature_month", "kpi_value"):
        assert marts(data)[name] == marts(tmp_path / "at_once")[name]


def test_a_number_that_comes_again_months_later_is_another_event(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    june = judgement_file(tmp_path / "SOC判定結果_202606.csv", (datetime(2026, 6, 2, 9, 2), 202))
    load(data, june, alert_file(tmp_path / "eve-9.json", datetime(2026, 9, 2, 9, 2)), config=config)
    assert events(data) == [("2026-06", "J-202"), ("2026-09", "waiting")]
