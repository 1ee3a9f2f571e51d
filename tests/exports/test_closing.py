"""The month's closing: due dates in open days, what is done from the register and the notes, what is overdue."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from exports.closing import ClosingStep, NoMonth, closing
from exports.desk import Desk
from state.approvals import Approvals
from state.closing import Noted
from state.database import StateDatabase
from state.documents import DocumentKey
from tests.exports.conftest import CONTRACT
from tests.exports.fake_reader import FakeReader
from warehouse.period import Period
from warehouse.scope import Scope

OCTOBER = Period.parse("2026-10")
STAFF = Scope(frozenset({"242012"}), platform=True)
NOW = datetime(2026, 11, 12, 9, 0)


class Calendar(FakeReader):
    """Weekends and 3 November are closed."""

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        assert name == "calendar_days"
        days = [date(2026, 10, 1) + timedelta(days=step) for step in range(92)]
        closed = [day.weekday() > 4 or day == date(2026, 11, 3) for day in days]
        return pd.DataFrame({"jst_date": days, "is_open_day": [not one for one in closed],
                             "closed_reason": ["閉庁日" if one else None for one in closed]})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.of(tmp_path, tmp_path, CONTRACT, StateDatabase.open(tmp_path, NOW), lambda _: nullcontext(Calendar()))


def steps(desk: Desk, reader: FakeReader | None = None, scope: Scope = STAFF) -> dict[str, ClosingStep]:
    return {one.step: one for one in closing(desk, scope, reader or Calendar(), OCTOBER, NOW.date())}


def test_due_dates_are_counted_in_open_days_and_what_is_past_them_is_overdue(desk: Desk) -> None:
    told = steps(desk)
    assert [told[name].due for name in ("auto", "check", "freeze", "draft")] == [
        date(2026, 11, 2), date(2026, 11, 5), date(2026, 11, 9), date(2026, 11, 11)]
    assert told["security"].due == date(2026, 11, 30) and told["security"].state == "期限内"
    assert told["check"].state == "期限超過（5開庁日）" and told["draft"].state == "期限超過（1開庁日）"
    assert told["send"].state == told["minutes"].state == "期限未定"


def test_the_meeting_decides_when_report_and_minutes_are_due(desk: Desk) -> None:
    desk.closing.note(STAFF, Noted("2026-10", "meeting", date(2026, 11, 24), "", "山", NOW))
    told = steps(desk)
    assert (told["send"].due, told["minutes"].due) == (date(2026, 11, 23), date(2026, 11, 27))


def test_data_notes_and_approvals_tell_what_is_done_and_how_late(desk: Desk) -> None:
    assert steps(desk)["auto"].done is False, "the month's last five minutes are missing"
    whole = Calendar()
    whole.snapshot = replace(whole.snapshot, data_as_of=datetime(2026, 11, 1))
    assert steps(desk, whole)["auto"].state == "完了"
    desk.closing.note(STAFF, Noted("2026-10", "freeze", date(2026, 11, 10), "データ版3", "山", NOW))
    Approvals.take(desk.approvals, STAFF, DocumentKey("monthly-operations", "2026-10"), "submit", "山",
                   datetime(2026, 11, 11, 17), snapshot=3)
    told = steps(desk)
    assert (told["freeze"].state, told["freeze"].detail) == ("完了（1開庁日遅れ）", "山　データ版3")
    assert (told["draft"].state, told["draft"].done_on) == ("完了", date(2026, 11, 11))


def test_the_closing_is_of_months_and_for_the_prefecture(desk: Desk) -> None:
    assert steps(desk, scope=Scope.of("242012")) == {}
    with pytest.raises(NoMonth):
        closing(desk, STAFF, Calendar(), Period.parse("2026H1"), NOW.date())
