"""What screens ask of tickets and changes, against the demo's ledgers read once more."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import copy_config, load
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import (
    MONTHS,
    PERIODS,
    changes,
    end_of,
    is_open,
    month_of,
    next_open,
    office_minutes,
    tickets,
)
from warehouse.period import Period
from warehouse.reader import Reader, open_current
from warehouse.scope import Scope

AS_OF = datetime(2026, 11, 1)
ASKED = ("2026-08", "2026-09", "2026-10", "2026Q2", "FY2026")


def months(period: str) -> dict[str, str]:
    return {"from_month": PERIODS[period][0], "to_month": PERIODS[period][-1]}


def days(period: str) -> dict[str, date]:
    return {"first_date": Period.parse(PERIODS[period][0]).start, "last_date": Period.parse(PERIODS[period][-1]).end}


def open_days(first: date, last: date) -> int:
    """Open days after ``first`` until ``last``."""
    return sum(is_open(last - timedelta(days=back)) for back in range((last - first).days))


def open_at(last: date, case: dict[str, Any], *ends: str) -> bool:
    """Whether it had come by then and none of its ends had."""
    after = datetime.combine(last, datetime.min.time()) + timedelta(days=1)
    return case["received"] < after and all(case[end] is None or case[end] >= after for end in ends)


@pytest.mark.parametrize("period", ASKED)
def test_tickets_are_counted_by_kind_and_channel(demo_data: Path, demo_reader: Reader, period: str) -> None:
    frame = demo_reader.query("ticket_matrix_period", demo_reader.whole_scope(), **months(period))
    own = [ticket for ticket in tickets(demo_data) if month_of(ticket["received"]) in PERIODS[period]]
    wanted = Counter((ticket["kind"], ticket["channel"]) for ticket in own)
    assert {(row.ticket_kind, row.channel): row.n for row in frame.itertuples() if row.n} == wanted
    assert len(frame) == 12, "a kind that no channel brought counts 0"


def test_of_months_without_a_ledger_nothing_is_known(demo_reader: Reader) -> None:
    before = {"from_month": "2026-06", "to_month": "2026-07"}
    for name in ("ticket_matrix_period", "change_kinds_period", "open_ticket_trend"):
        assert demo_reader.query(name, demo_reader.whole_scope(), **before).empty
    told = demo_reader.query("told_months", demo_reader.whole_scope(), **before)
    assert len(told) and not {"ticket", "change_request"} & set(told["table_name"])


@pytest.mark.parametrize("period", ASKED)
def test_open_tickets_have_the_age_they_had_at_the_end(demo_data: Path, demo_reader: Reader, period: str) -> None:
    frame, last = demo_reader.query("open_tickets", demo_reader.whole_scope(), period=period), end_of(period)
    wanted = [open_days(ticket["received"].date(), last) for ticket in tickets(demo_data)
              if open_at(last, ticket, "completed")]
    assert sorted(frame["age_days"]) == sorted(wanted)
    assert frame["received_at"].is_monotonic_increasing
    month = PERIODS[period][-1]
    trend = demo_reader.query("open_ticket_trend", demo_reader.whole_scope(), from_month=month, to_month=month).iloc[0]
    assert (trend["open_total"], trend["over_10_days"], trend["over_30_days"]) == (
        len(wanted), sum(age > 10 for age in wanted), sum(age > 30 for age in wanted))


def test_a_late_answer_is_late_by_the_office_hours_since_it_was_due(demo_data: Path, demo_reader: Reader) -> None:
    frame = demo_reader.query(
        "late_answers", demo_reader.whole_scope(), first_date=date(2026, 8, 1), last_date=date(2026, 10, 31))
    wanted = []
    for ticket in tickets(demo_data):
        day = next_open(ticket["received"].date())
        due = datetime(day.year, day.month, day.day, 17, 15)
        until = ticket["answered"] or AS_OF
        if until > due and month_of(ticket["received"]) in MONTHS:
            wanted.append((ticket["received"], office_minutes(due, until)))
    assert sorted(zip(frame["received_at"], frame["late_minutes"], strict=True)) == sorted(wanted)
    assert any(minutes > 0 for _, minutes in wanted), "the demo has answers that came late"


def test_first_answers_of_the_whole_are_those_of_the_monthly_report(demo_reader: Reader) -> None:
    window = {"from_month": MONTHS[0], "to_month": MONTHS[-1]}
    whole = demo_reader.query("first_answer_trend", demo_reader.whole_scope(), grain="all", entity="", **window)
    known = demo_reader.query("first_answer_month", demo_reader.whole_scope(), **window)
    assert whole[list(known.columns)].equals(known)
    assert whole["target_pct"].tolist() == [100.0] * 3


@pytest.mark.parametrize("period", ASKED)
def test_reopened_tickets_are_those_of_ledger_or_log(demo_data: Path, demo_reader: Reader, period: str) -> None:
    frame = demo_reader.query("reopened_tickets", demo_reader.whole_scope(), **days(period))
    wanted = sorted((ticket["received"], ticket["reopened"]) for ticket in tickets(demo_data)
                    if ticket["reopened"] and month_of(ticket["received"]) in PERIODS[period])
    assert sorted(zip(frame["received_at"], frame["reopened"], strict=True)) == wanted
    assert frame["reopened"].is_monotonic_decreasing


@pytest.mark.parametrize("period", ASKED)
def test_changes_are_counted_by_kind(demo_data: Path, demo_reader: Reader, period: str) -> None:
    frame = demo_reader.query("change_kinds_period", demo_reader.whole_scope(), **months(period))
    assert len(frame) == 7
    for row in frame.itertuples():
        own = [change for change in changes(demo_data)
               if change["kind"] == row.change_kind and month_of(change["received"]) in PERIODS[period]]
        done = [change for change in own if change["executed"]]
        needed = [change for change in done if not change["minor"]]
        before = [change for change in needed if change["approved"] and change["approved"] <= change["executed"]]
        assert (row.requested, row.completed) == (len(own), sum(bool(change["completed"]) for change in own))
        assert (row.approval_needed, row.approved_before) == (len(needed), len(before))
        assert (row.devices_changed, row.backed_up) == (len(done), sum(change["generations"] >= 2 for change in done))


@pytest.mark.parametrize("period", ASKED)
def test_changes_wait_until_the_prefecture_approves(demo_data: Path, demo_reader: Reader, period: str) -> None:
    frame, last = demo_reader.query("awaiting_approval", demo_reader.whole_scope(), period=period), end_of(period)
    wanted = sorted((change["tenant"], change["kind"], open_days(change["received"].date(), last))
                    for change in changes(demo_data)
                    if not change["minor"] and open_at(last, change, "approved", "executed", "completed"))
    assert sorted(zip(frame["tenant_code"], frame["change_kind"], frame["waiting_days"], strict=True)) == wanted


def test_what_waits_is_what_was_not_decided_by_the_end_and_each_body_sees_its_own(tmp_path: Path) -> None:
    columns = ("受付番号,団体名,変更区分,軽微,受付日,県承認日時,実施日時,完了日時,対象機器,バックアップ日時,"
               "バックアップ世代数,状態")
    entries = (
        ("C-1", "津市", None, "2026/10/20", None, None, None),
        ("C-2", "四日市市", None, "2026/10/30", "2026/11/02 9:00", None, None),
        ("C-3", "四日市市", None, "2026/10/30", "2026/10/31 23:59", None, None),
        ("C-4", "津市", "○", "2026/10/01", None, None, None),
        ("C-5", "津市", None, "2026/10/01", None, "2026/10/02 10:00", "2026/10/02 11:00"),
    )
    ledger = small.ledger(tmp_path / "設定変更管理台帳_令和8年10月.xlsx", columns, *(
        (number, body, "DNSサーバのレコード登録", minor, *times, None, None, None, "受付")
        for number, body, minor, *times in entries))
    load(tmp_path / "data", small.until(tmp_path, "2026/11/04 23:55"), ledger, config=copy_config(tmp_path / "config"))
    with open_current(tmp_path / "data") as reader:
        found = {scope: reader.query("awaiting_approval", scope, period="2026-10")
                 for scope in (reader.whole_scope(), Scope.of("242012"), Scope.of("242021"), Scope.none())}
    whole, *bodies, nobody = found.values()
    assert list(zip(whole["request_no"], whole["waiting_days"], strict=True)) == [("C-1", 8), ("C-2", 0)]
    assert [frame["request_no"].tolist() for frame in bodies] == [["C-1"], ["C-2"]] and nobody.empty
