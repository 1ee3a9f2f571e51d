"""What cannot be attributed is kept under an explicit unknown, told with what the file said, and nobody's to see."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from etl.errors import FeedError
from tests.support import TENANTS, copy_config, load, rejects, rows, traffic_file, write
from warehouse.reader import open_current
from warehouse.scope import Scope
from warehouse.status import Unattributed, Unknown, read_status

pytestmark = pytest.mark.few_marts

SOC_HEADER = (
    "判定番号,検知時刻,判断時刻,緊急連絡時刻,連絡手段,遮断時刻,対応完了時刻,団体名,検知機能,シグネチャID,シグネチャ,方向,"
    "送信元IP,宛先IP,送信元国,危険度,遮断,端末,対応状況,センサーイベントID,検知内容,推奨確認方法,推奨対処方法"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def judged(number: str, tenant: str, function: str, severity: int = 2) -> str:
    times = "2026/10/05 09:00:00,2026/10/05 09:10:00"
    return f"{number},{times},,,,,{tenant},{function},1,試行,外→内,,,,{severity},,,,,,,"


def fault_ledger(folder: Path, *faults: tuple[str, str], affected: str | None = "全団体") -> Path:
    """(number, service) of faults detected on 5 October."""
    book = openpyxl.Workbook()
    assert book.active is not None
    header = ["障害番号", "件名", "サービス", "発生日時", "検知日時", "着手日時", "暫定復旧日時", "完全復旧日時",
              "原因区分", "責任分界", "影響団体", "影響利用者数", "再発防止策", "状態"]  # fmt: skip
    book.active.append(header)
    for number, service in faults:
        book.active.append([number, "断", service, None, "2026/10/05 09:00", None, None, None, "不明", "範囲内",
                            affected, "1,234", None, "対応中"])  # fmt: skip
    path = folder / "障害管理台帳_令和8年度.xlsx"
    book.save(path)
    return path


def unattributed(data: Path) -> list[tuple[str, str, str, bool, int]]:
    found: list[Unattributed] = read_status(data).unattributed
    return [(row.feed, row.column_name, row.text, row.kept, row.n) for row in found]


def test_a_judgement_of_an_unknown_body_and_function_counts_and_is_told(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    lines = [
        judged("J-1", "津市", "WAF"),
        judged("J-2", "○○町", "新しい検知"),
        judged("J-3", "○○町", "WAF"),
        judged("J-4", "", "WAF"),
    ]
    load(data, write(tmp_path / "SOC判定結果_202610.csv", SOC_HEADER, *lines), config=config)
    assert rejects(data) == []
    assert rows(data, "SELECT event_no, tenant_code, function FROM judgement ORDER BY 1") == [
        ("J-1", "242012", "waf"),
        ("J-2", "unknown", "unknown"),
        ("J-3", "unknown", "waf"),
        ("J-4", "unknown", "waf"),
    ]
    assert unattributed(data) == [
        ("soc_judgement", "団体名", "○○町", True, 2),
        ("soc_judgement", "団体名", "（空欄）", True, 1),
        ("soc_judgement", "検知機能", "新しい検知", True, 1),
    ]
    assert read_status(data).unknown == [Unknown("soc_judgement", "SOC判定結果", 3, 0)]
    with open_current(data) as reader:
        days = {"first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}
        whole = reader.query("serious_events", reader.whole_scope(), **days)
        assert whole["function_name"].tolist() == ["WAF", "不明", "WAF", "WAF"]
        own = reader.query("serious_events", Scope(frozenset(TENANTS)), **days)
        assert own["event_no"].tolist() == ["J-1"]
        functions = reader.query("detection_function_month", reader.whole_scope(), month="2026-10")
        counts = dict(zip(functions["function_name"], functions["n"], strict=True))
        assert {name: n for name, n in counts.items() if n} == {"WAF": 3, "不明": 1}
        assert counts["IDS/IPS"] == 0, "a function without detections is listed in a month that is told of"
        assert reader.query("unattributed", Scope(frozenset(TENANTS))).empty


def test_a_fault_of_an_unknown_service_counts_as_a_fault(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, fault_ledger(tmp_path, ("F-1", "プロキシ"), ("F-2", "未登録の基盤")), config=config)
    assert rows(data, "SELECT fault_no, service_id, affected_users FROM fault ORDER BY 1") == [
        ("F-1", "proxy", 1234),
        ("F-2", "unknown", 1234),
    ]
    with open_current(data) as reader:
        faults = reader.query("open_faults", reader.whole_scope(), last_date=date(2026, 10, 31))
    assert faults["service_name"].tolist() == ["プロキシ", "不明"]
    assert unattributed(data) == [("fault", "サービス", "未登録の基盤", True, 1)]


@pytest.mark.parametrize(
    ("told", "kept", "shown", "strangers"),
    [
        ("全団体", "*", "全団体", []),
        ("四日市市、津市役所", "242021,242012", "津市、四日市市", []),
        ("津市、県立病院", "242012,unknown", "津市、不明", [("fault", "影響団体", "県立病院", True, 1)]),
        (None, None, None, []),
    ],
)
def test_affected_bodies_are_kept_as_codes_and_shown_by_name(
    tmp_path: Path, config: Path, told: str | None, kept: str | None, shown: str | None, strangers: list[object]
) -> None:
    data = tmp_path / "data"
    load(data, fault_ledger(tmp_path, ("F-1", "プロキシ"), affected=told), config=config)
    assert rows(data, "SELECT affected FROM fault") == [(kept,)]
    assert unattributed(data) == strangers
    with open_current(data) as reader:
        days = {"first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}
        faults = reader.query("faults", reader.whole_scope(), **days)
    assert [None if name != name else name for name in faults["affected"]] == [shown]


def test_addresses_of_inner_networks_are_told_first(tmp_path: Path, config: Path) -> None:
    def alert(number: int, source: str, target: str) -> str:
        what = {"signature_id": 1, "signature": "s", "category": "c", "severity": 1, "action": "allowed"}
        record = {
            "timestamp": f"2026-10-01T09:00:{number:02d}.0+0900",
            "flow_id": number,
            "event_type": "alert",
            "src_ip": source,
            "dest_ip": target,
            "proto": "TCP",
            "alert": what,
        }
        return json.dumps(record)

    data = tmp_path / "data"
    pairs = [
        ("203.0.113.9", "10.250.0.1"),
        ("203.0.113.9", "10.250.0.1"),
        ("203.0.113.9", "fd00::1"),
        ("10.2.0.1", "203.0.113.9"),
    ]
    lines = [alert(number, *pair) for number, pair in enumerate(pairs)]
    load(data, write(tmp_path / "eve-1.json", *lines), config=config)
    assert [row[2:] for row in unattributed(data)] == [
        ("10.250.0.1", True, 2),
        ("fd00::1", True, 1),
        ("203.0.113.9", True, 3),
    ]


def test_a_sample_of_nobody_waits_as_a_reject_and_does_not_refuse_the_file(
    tmp_path: Path, config: Path
) -> None:
    """A body that joined before anyone registered it: 30 of 130 lines; the others are loaded."""
    data = tmp_path / "data"
    times = [f"2026/10/01 {number // 12:02d}:{number % 12 * 5:02d}" for number in range(130)]
    lines = [(time, "249999" if number % 13 < 3 else "242012", 1) for number, time in enumerate(times)]
    record = (
        load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *lines), config=config).outcomes[0].record
    )
    assert record is not None and (record.status, record.rejected_lines) == ("accepted", 30)
    assert read_status(data).unknown == [
        Unknown("tenant_traffic", "接続団体別通信量（監視システム出力）", 0, 30)
    ]
    assert unattributed(data) == [("tenant_traffic", "団体コード", "249999", False, 30)]


@pytest.mark.parametrize(("strange", "refused"), [(5, False), (6, True)])
def test_a_file_that_is_mostly_of_others_is_refused(
    tmp_path: Path, config: Path, strange: int, refused: bool
) -> None:
    times = [f"2026/10/01 00:{5 * number:02d}" for number in range(10)]
    lines = [(time, "249999" if number < strange else "242012", 1) for number, time in enumerate(times)]
    result = load(tmp_path / "data", traffic_file(tmp_path / "団体別通信量_1.csv", *lines), config=config)
    assert result.failed is refused


def test_other_mistakes_still_refuse_a_file(tmp_path: Path, config: Path) -> None:
    """Unregistered lines do not excuse the wrong ones: 4 of 100 lines have no number, the limit is 1 %."""
    times = [f"2026/10/01 {number // 12:02d}:{number % 12 * 5:02d}" for number in range(100)]
    lines = [
        (time, "249999" if number < 40 else "242012", -1 if number > 95 else 1)
        for number, time in enumerate(times)
    ]
    assert load(
        tmp_path / "data", traffic_file(tmp_path / "団体別通信量_1.csv", *lines), config=config
    ).failed


def test_a_metric_that_nobody_registered_is_told(tmp_path: Path, config: Path) -> None:
    """Its samples are kept but stand in no figure: the operator learns of it."""
    path = config / "feeds" / "device_load.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"memory_pct"', '"disk_pct"'), encoding="utf-8")
    data = tmp_path / "data"
    header = "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数"
    load(data, write(tmp_path / "機器負荷_1.csv", header, "2026/10/01 00:00,SC-FW01,1,2,3"), config=config)
    assert unattributed(data) == [("device_load", "機器/項目", "fw-1/disk_pct", True, 1)]


def test_attendees_that_are_no_body_are_told_by_name(tmp_path: Path, config: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["行事番号", "種別", "件名", "開催日時", "終了日時", "会場・方法", "出席団体", "参加者数",
                        "議事録提出日", "状態", "概要"])  # fmt: skip
    for number, attendees in (("E-1", "津市、県立病院，四日市市役所"), ("E-2", "全団体"), ("E-3", None)):
        book.active.append(
            [number, "職員研修", "研修", "2026/10/05 13:30", None, None, attendees, 5, None, "実施済", None]
        )
    book.save(tmp_path / "行事台帳_令和8年度.xlsx")
    data = tmp_path / "data"
    load(data, tmp_path / "行事台帳_令和8年度.xlsx", config=config)
    assert rejects(data) == []
    assert rows(data, "SELECT event_no, attendees FROM calendar_event ORDER BY 1") == [
        ("E-1", "242012,unknown,242021"),
        ("E-2", "*"),
        ("E-3", None),
    ]
    assert unattributed(data) == [("calendar_event", "出席団体", "県立病院", True, 1)]
    attendance = rows(data, "SELECT event_no, tenant_code FROM wh.event_attendance ORDER BY ALL")
    assert attendance == [("E-1", "242012"), ("E-1", "242021"), *(("E-2", code) for code in TENANTS)]


@pytest.mark.parametrize(
    ("feed", "old", "told"),
    [
        ("tenant_traffic", 'from = "団体コード"', "columns.tenant_code: unknown = keep は、件数で数える表の"),
        ("service_outage", 'from = "サービス"',
         "columns.service_id: unknown = keep は使えません（記録を見分ける列です"),
        ("ticket", 'from = "管理番号"', "columns.ticket_no: unknown = keep は、件数で数える表の"),
    ],
)
def test_rows_that_could_not_be_told_apart_cannot_be_kept(
    config: Path, tmp_path: Path, feed: str, old: str, told: str
) -> None:
    path = config / "feeds" / f"{feed}.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(old, f'{old}\nunknown = "keep"'), encoding="utf-8"
    )
    with pytest.raises(FeedError) as caught:
        load(tmp_path / "data", config=config)
    assert told in caught.value.message
