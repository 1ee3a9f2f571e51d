"""Excel ledgers and JSON records."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.batches import Tally
from etl.errors import FileRefused
from etl.feed import Feed, read_feed, read_feeds
from etl.readers import read
from tests.support import CONFIG, load, rejects, rows, write

TICKETS = [
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
]


def workbook(path: Path, *table: list[Any], sheet: str = "台帳") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in table:
        book.active.append(row)
    book.save(path)
    return path


def ticket(number: str, received: Any, answered: Any = None, **changes: Any) -> list[Any]:
    row = {
        "団体名": "津市",
        "受付経路": "電話",
        "区分": "問合せ",
        "状態": "回答済",
        "再オープン回数": 0,
        "件名": "照会",
        **changes,
    }
    return [
        number,
        row["団体名"],
        row["受付経路"],
        row["区分"],
        received,
        answered,
        None,
        row["状態"],
        row["再オープン回数"],
        row["件名"],
    ]


def ledger(tmp_path: Path, *records: list[Any]) -> Path:
    return workbook(
        tmp_path / "問合せ管理台帳_令和8年10月.xlsx",
        ["問合せ管理台帳"],
        [None],
        ["作成", "運用責任者"],
        TICKETS,
        *records,
        ["合計", None, None, None, f"{len(records)}件"],
    )


def test_a_ledger_is_read_between_its_title_rows_and_its_total(tmp_path: Path) -> None:
    path = ledger(
        tmp_path,
        ticket("T-1", "令和8年10月1日 9:30", datetime(2026, 10, 1, 15, 10)),
        [None] * 10,
        ticket("T-2", "令和８年１０月２日 １０：００", "2026/10/02 11:00"),
    )
    record = load(tmp_path / "data", path).outcomes[0].record
    assert record is not None
    assert (record.physical_lines, record.header_lines, record.blank_lines, record.total_lines) == (8, 3, 2, 1)
    assert (record.accepted_lines, record.rejected_lines, record.accepted_rows) == (2, 0, 2)
    assert (record.period_from, record.period_to) == (date(2026, 10, 1), date(2026, 10, 31))
    jst = timedelta(hours=9)
    found = rows(tmp_path / "data", "SELECT ticket_no, received_at, first_response_at FROM ticket ORDER BY 1")
    assert found == [
        ("T-1", datetime(2026, 10, 1, 9, 30) - jst, datetime(2026, 10, 1, 15, 10) - jst),
        ("T-2", datetime(2026, 10, 2, 10, 0) - jst, datetime(2026, 10, 2, 11, 0) - jst),
    ]


def test_every_minute_of_an_excel_date_comes_back_exactly(tmp_path: Path) -> None:
    moments = [datetime(2026, 10, 1) + timedelta(minutes=7 * number) for number in range(300)]
    load(tmp_path / "data", ledger(tmp_path, *(ticket(f"T-{n}", moment) for n, moment in enumerate(moments))))
    found = rows(tmp_path / "data", "SELECT received_at + INTERVAL 9 HOUR FROM ticket ORDER BY 1")
    assert [row[0] for row in found] == moments


def test_bad_rows_of_a_ledger_are_rejected_with_their_excel_row_and_reason(tmp_path: Path) -> None:
    good = [ticket(f"T-{number}", "R8.10.1 9:00") for number in range(200)]
    path = ledger(
        tmp_path,
        *good,
        ticket("B-1", "令和8年10月32日 9:00"),
        ticket("B-2", "R8.10.1", 区分="その他の区分"),
        ticket("T-1", "R8.10.1"),
        ticket("B-3", "R8.10.2 9:00", "2026/10/01 9:00"),
        ticket("B-4", "R8.10.1", 状態="保留"),
        ticket("B-5", None),
        ticket("B-6", "R8.10.1", 再オープン回数=-1),
        ticket("B-7", "令和9年10月1日 9:00"),
        ticket("B-8", "R4.3.31 9:00"),
    )
    load(tmp_path / "data", path)
    found = rejects(tmp_path / "data")
    assert [line for line, _ in found] == list(range(205, 214))
    told = [
        "日時として読めません",
        "問合せ区分の設定に登録されていません",
        "重複",
        "一次回答日時が受付日時より前です",
        "使えない値です",
        "受付日時がありません",
        "下限0を下回っています",
        "未来の日時",
        "有効期間外",
    ]
    assert all(part in str(reason) for part, (_, reason) in zip(told, found, strict=True)), found


def test_another_sheet_or_no_workbook_is_refused_with_what_there_is(tmp_path: Path) -> None:
    definition = (
        (CONFIG / "feeds" / "ticket.toml").read_text(encoding="utf-8").replace("[file]", '[file]\nsheet = "10月"')
    )
    feed = read_feed(write(tmp_path / "ticket.toml", definition))
    with pytest.raises(FileRefused, match="シート「10月」がありません。あるシート: 台帳"):
        list(read(ledger(tmp_path, ticket("T-1", "R8.10.1")), feed, Tally()))
    with pytest.raises(FileRefused, match="Excelファイルとして開けません"):
        list(read(write(tmp_path / "x.xlsx", "no workbook"), feed, Tally()))


def eve(signature: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-10-01T08:59:59.5+0900",
        "flow_id": 7,
        "event_type": "alert",
        "src_ip": "203.0.113.9",
        "dest_ip": "10.2.3.4",
        "proto": "TCP",
        "alert": {"action": "blocked", "signature_id": signature, "signature": "S", "severity": 2},
        **changes,
    }


def records(tmp_path: Path, content: bytes) -> tuple[list[tuple[int, str]], Tally]:
    path, tally = tmp_path / "eve-1.json", Tally()
    path.write_bytes(content)
    feed: Feed = read_feeds(CONFIG)["detection_eve"]
    found = [
        (int(line), batch.columns["alert.signature_id"][row].as_py())
        for batch in read(path, feed, tally)
        for row, line in enumerate(batch.lines)
    ]
    return found, tally


def test_one_record_a_line_and_an_array_give_the_same_records(tmp_path: Path) -> None:
    events = [eve(1), eve(2)]
    lines = b"\n".join(json.dumps(event).encode() for event in events)
    assert records(tmp_path, lines) == ([(1, "1"), (2, "2")], Tally(physical=2))
    assert records(tmp_path, json.dumps(events, indent=1).encode()) == ([(1, "1"), (2, "2")], Tally(physical=2))
    assert records(tmp_path, b"\xef\xbb\xbf" + lines)[0] == [(1, "1"), (2, "2")]


def test_broken_json_lines_cost_one_line_each(tmp_path: Path) -> None:
    lines = [json.dumps(eve(1)), "{", "", "[1]", '"text"', json.dumps(eve(2)), '{"a": "\udcff"}']
    found, tally = records(tmp_path, "\n".join(lines).encode("utf-8", "surrogateescape"))
    assert found == [(1, "1"), (6, "2")]
    assert ([reject.line for reject in tally.malformed], tally.blank, tally.physical) == ([2, 4, 5, 7], 1, 7)


def test_an_array_that_stops_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="JSONとして読めません"):
        records(tmp_path, json.dumps([eve()]).encode()[:-1])


def test_alerts_find_their_tenant_side_and_day_by_address(tmp_path: Path) -> None:
    events = [
        eve(1),
        eve(2, src_ip="10.2.0.1", dest_ip="198.51.100.1"),
        eve(3, src_ip="192.0.2.1", dest_ip="192.0.2.2"),
        eve(4, timestamp="2026-10-01T18:00:00-0600"),
        {**eve(5), "event_type": "dns"},
    ]
    path = write(tmp_path / "eve-202610.json", *(json.dumps(event) for event in events))
    record = load(tmp_path / "data", path).outcomes[0].record
    assert record is not None and (record.accepted_lines, record.other_lines, record.rejected_lines) == (4, 1, 0)
    assert rows(
        tmp_path / "data", "SELECT signature_id, tenant_code, direction, jst_date FROM detection ORDER BY 1"
    ) == [
        ("1", "242012", "in", date(2026, 10, 1)),
        ("2", "242012", "out", date(2026, 10, 1)),
        ("3", "unknown", None, date(2026, 10, 1)),
        ("4", "242012", "in", date(2026, 10, 2)),
    ]


@pytest.mark.parametrize("content", [b"", b"[]", b"\n\n"])
def test_a_file_without_any_record_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileRefused):
        records(tmp_path, content)
