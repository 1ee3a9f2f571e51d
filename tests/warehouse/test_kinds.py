"""Kinds of data beside the measured ones: updates of tickets, patches, events, sessions; and files of older make."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from demo import defects
from tests.support import TENANTS, TRAFFIC_HEADER, all_tables, copy_config, load, rows, write
from warehouse.reader import Reader
from warehouse.scope import Scope


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def table(reader: Reader, sql: str) -> list[tuple[object, ...]]:
    with all_tables(reader) as cursor:
        return cursor.execute(sql).fetchall()


# ---- updates of tickets -------------------------------------------------------------------------------


def update_file(path: Path, *updates: tuple[str, int, str, str]) -> Path:
    """(ticket, number, day and time of October, state after it)."""
    lines = [f"{key},{number},2026/10/{when},津市,x,{state},総合窓口" for key, number, when, state in updates]
    return write(path, "管理番号,更新連番,更新日時,団体名,操作,更新後の状態,担当", *lines, encoding="cp932")


def test_reopened_tickets_are_told_by_their_updates(tmp_path: Path, config: Path) -> None:
    """Completion, work, completion, answer: taken up twice; the second time still open.  Two completions are none."""
    file = update_file(
        tmp_path / "問合せ更新履歴_202610.csv",
        ("T-1", 2, "02 10:00", "完了"),
        ("T-1", 1, "01 10:00", "受付"),
        ("T-1", 3, "03 10:00", "対応中"),
        ("T-1", 4, "04 10:00", "完了"),
        ("T-1", 5, "05 10:00", "回答済"),
        ("T-2", 1, "01 10:00", "受付"),
        ("T-2", 2, "02 10:00", "完了"),
        ("T-2", 3, "03 10:00", "完了"),
    )
    load(tmp_path / "data", file, config=config)
    found = rows(
        tmp_path / "data",
        "SELECT ticket_no, updates, reopened, status, completed_jst FROM wh.ticket_history ORDER BY ticket_no",
    )
    assert found == [("T-1", 5, 2, "answered", None), ("T-2", 3, 0, "completed", datetime(2026, 10, 2, 10))]


def test_a_later_month_goes_on_with_the_same_ticket(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    october = update_file(tmp_path / "問合せ更新履歴_202610.csv", ("T-1", 2, "30 10:00", "対応中"))
    september = update_file(tmp_path / "問合せ更新履歴_202609.csv", ("T-1", 1, "29 10:00", "完了"))
    for file in (october, september):
        load(data, file, config=config)
    assert rows(data, "SELECT updates, reopened FROM wh.ticket_history") == [(2, 1)]


def test_the_demos_updates_and_its_ledger_tell_the_same_of_closed_tickets(demo_reader: Reader) -> None:
    pairs = table(
        demo_reader,
        "SELECT t.ticket_no, t.reopen_count, h.reopened, t.completed_at + INTERVAL 9 HOUR, h.completed_jst "
        "FROM lake.ticket AS t JOIN wh.ticket_history AS h USING (ticket_no) WHERE t.status = 'completed'",
    )
    assert len(pairs) > 100 and sum(pair[1] for pair in pairs) > 5  # type: ignore[misc]
    rejected = table(
        demo_reader,
        "SELECT split_part(raw_text, ',', 1) FROM wh.reject JOIN wh.load USING (load_id) WHERE feed = 'ticket_event'",
    )
    strange = [(key,) for key, ledger, log, done, done_too in pairs if (ledger, done) != (log, done_too)]
    assert len(rejected) == 1 and set(strange) <= set(rejected), (
        "its update with a letter for a number is a reject"
    )


# ---- patches and events -------------------------------------------------------------------------------


def test_the_demos_patches_are_those_of_the_newest_ledger(demo_data: Path, demo_reader: Reader) -> None:
    devices = dict(table(demo_reader, "SELECT name, device_id FROM wh.dim_device"))
    newest: dict[tuple[object, object], tuple[object, ...]] = {}
    for month in (8, 9, 10):
        sheet = openpyxl.load_workbook(
            demo_data / "inbox" / "patch" / f"パッチ管理台帳_令和8年{month}月.xlsx"
        ).active
        assert sheet is not None
        body = list(sheet.iter_rows(values_only=True))[4:-1]
        newest |= {(row[0], devices[row[2]]): row for row in body if row[2] in devices}
    found = table(
        demo_reader,
        "SELECT patch_id, device_id, status, time_band, applied_at + INTERVAL 9 HOUR FROM lake.patch ORDER BY ALL",
    )
    assert len(found) == len(newest) > 20
    states = {"適用済": "applied", "適用予定": "planned", "適用不要": "not_needed"}
    bands = {"開庁時間内": "office_hours", "時間外": "after_hours", "閉庁日": "closed_day", "－": None}
    for patch, device, status, band, applied in found:
        row = newest[patch, device]
        assert (states[str(row[8])], bands[str(row[7])]) == (status, band)
        assert applied == (row[6] if isinstance(row[6], datetime) else None)
    assert {row[2] for row in found} >= {"applied", "planned"}


def test_each_body_finds_the_events_that_it_attended(demo_data: Path, demo_reader: Reader) -> None:
    sheet = openpyxl.load_workbook(demo_data / "inbox" / "calendar_event" / "行事台帳_令和8年度.xlsx").active
    assert sheet is not None
    body = list(sheet.iter_rows(values_only=True))[4:-1]
    names = dict(table(demo_reader, "SELECT name, tenant_code FROM wh.dim_tenant"))
    expected: Counter[object] = Counter()
    for row in body:
        listed = names if row[6] == "全団体" else str(row[6]).split("、")
        expected.update(names[name] for name in listed if name in names)
    found = table(
        demo_reader, "SELECT tenant_code, count(*) FROM wh.event_attendance WHERE attended GROUP BY 1"
    )
    assert dict(found) == expected and expected["242012"] > 1
    assert any(defects.UNKNOWN_ATTENDEE in str(row[6]) for row in body)
    with all_tables(demo_reader) as cursor:
        from warehouse.reader import set_scope

        set_scope(cursor, Scope.of("242012"))
        own = cursor.execute("SELECT DISTINCT tenant_code FROM scoped.event_attendance").fetchall()
        titles = cursor.execute("SELECT string_agg(title) FROM scoped.event_attendance").fetchall()
        assert own == [("242012",)] and "四日市市" not in titles[0][0]
        assert cursor.execute("SELECT count(*) FROM scoped.calendar_event").fetchall() == [(0,)]


def test_what_is_planned_for_later_is_no_mistake_and_opens_no_month(demo_reader: Reader) -> None:
    ((planned,),) = table(demo_reader, "SELECT count(*) FROM lake.calendar_event WHERE jst_month > '2026-11'")
    assert planned > 5  # type: ignore[operator]
    assert table(demo_reader, "SELECT max(jst_month) FROM wh.tenant_traffic_day") == [("2026-10",)]


# ---- files with and without newer columns -------------------------------------------------------------


def test_sessions_stand_with_their_route_and_once(tmp_path: Path, config: Path) -> None:
    header = f"{TRAFFIC_HEADER},インターネットセッション数,ブレイクアウトセッション数,Web公開セッション数"
    lines = [f"2026/10/01 00:{minute:02d},242012,津市,1,2,3,4,5,6,{minute},20,-" for minute in (0, 5)]
    data = tmp_path / "data"
    load(data, write(tmp_path / "団体別通信量_1.csv", header, *lines, encoding="cp932"), config=config)
    found = rows(
        data,
        "SELECT route, direction, sessions FROM wh.tenant_traffic_day WHERE tenant_code = '242012' AND received > 0 "
        "AND sessions IS NOT NULL ORDER BY ALL",
    )
    assert found == [("breakout", "in", 40), ("internet", "in", 5)]
    total = "SELECT sum(sessions) FROM wh.tenant_traffic_month WHERE route = 'total'"
    assert rows(data, total) == [(45,)]


def test_a_file_without_an_optional_column_has_no_values_of_it(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(
        data,
        write(
            tmp_path / "団体別通信量_1.csv",
            TRAFFIC_HEADER,
            "2026/10/01 00:00,242012,津市,1,2,3,4,5,6",
            encoding="cp932",
        ),
        config=config,
    )
    assert rows(data, "SELECT count(*), count(sessions) FROM tenant_traffic") == [(6, 0)]


def test_a_column_that_is_not_optional_is_missed(tmp_path: Path, config: Path) -> None:
    lacking = TRAFFIC_HEADER.replace(",Web公開送信(byte)", "")
    file = write(
        tmp_path / "団体別通信量_1.csv", lacking, "2026/10/01 00:00,242012,津市,1,2,3,4,5", encoding="cp932"
    )
    result = load(tmp_path / "data", file, config=config)
    assert result.failed and "列 Web公開送信(byte) がありません" in result.outcomes[0].message


def test_every_kind_of_data_has_a_feed_and_is_in_the_demo(demo_reader: Reader) -> None:
    """The thirteen kinds of the domain notes 6.1; the last is configuration, valid from day to day."""
    measured = {"line_sample", "tenant_traffic", "device_sample", "service_outage", "ticket", "ticket_event",
                "change_request", "fault", "detection", "judgement", "soc_total", "patch", "licence_usage",
                "calendar_event"}  # fmt: skip
    for name in measured:
        assert table(demo_reader, f"SELECT count(*) > 0 FROM lake.{name}") == [(True,)], name
    kinds = table(demo_reader, "SELECT DISTINCT kind FROM lake.licence_usage ORDER BY 1")
    assert [kind for (kind,) in kinds] == ["account", "cdn_site", "ip_breakout", "ip_internet", "terminal"]
    for name in ("tenant", "target", "contract", "line", "service", "device", "event_kind"):
        found = table(demo_reader, f"SELECT count(*), min(valid_from) FROM wh.dim_{name}")
        assert found[0][0] and found[0][1] == date(2022, 4, 1), name
    assert set(TENANTS) <= {code for (code,) in table(demo_reader, "SELECT tenant_code FROM wh.dim_tenant")}
