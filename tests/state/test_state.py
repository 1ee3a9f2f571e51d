"""The state database: texts that nobody loses, steps in their order, jobs that survive, an ordered schema."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from state.approvals import Approvals
from state.closing import Closing, Noted
from state.commentary import LONGEST, Commentary
from state.database import StateDatabase, state_exists
from state.documents import DocumentKey
from state.errors import NameMissing, NotAllowedHere, NotEditable, SamePerson, StateTooNew, StepNotAllowed, TextTooLong
from state.jobs import MOST_TRIES, SILENT_SECONDS, Jobs
from state.register import Issue, IssuedFile, Register
from state.tables import METADATA
from warehouse.scope import Scope

NOW = datetime(2026, 11, 9, 10, 0)
STAFF = Scope(frozenset({"242012", "242021"}), platform=True)
TSU = Scope.of("242012")
OCTOBER = DocumentKey("monthly-operations", "2026-10")
YEAR_OF_TSU = DocumentKey("tenant-annual", "FY2026", "242012")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    opened = StateDatabase.open(tmp_path, NOW)
    yield opened
    opened.close()


def test_a_new_folder_has_no_state_until_it_is_opened_and_then_the_tables_that_queries_name(tmp_path: Path) -> None:
    assert not state_exists(tmp_path)
    database = StateDatabase.open(tmp_path, NOW)
    assert state_exists(tmp_path)
    with database.reading() as connection:
        made = inspect(connection)
        for name, table in METADATA.tables.items():
            assert {column["name"] for column in made.get_columns(name)} == set(table.columns.keys()), name
    StateDatabase.open(tmp_path, NOW).close()
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO schema_version VALUES (99, '2026-11-09')")
    with pytest.raises(StateTooNew, match="99"):
        StateDatabase.open(tmp_path, NOW)


def test_two_people_who_write_at_once_lose_nothing_and_the_next_text_settles_it(database: StateDatabase) -> None:
    texts = Commentary(database)
    first = texts.save(STAFF, OCTOBER, "lines", "回線は安定している。", "山", NOW, based_on=0)
    assert (first.entry.version, first.conflict) == (1, False)
    texts.save(STAFF, OCTOBER, "lines", "回線の95%値は上がった。", "川", NOW, based_on=1)
    late = texts.save(STAFF, OCTOBER, "lines", "回線は増強を要する。", "山", NOW, based_on=1)
    assert late.conflict and late.newest.text == "回線の95%値は上がった。"
    place = texts.texts(STAFF, OCTOBER)["lines"]
    assert place.newest is not None and place.newest.author == "川"
    assert [entry.text for entry in place.aside] == ["回線は増強を要する。"]
    texts.save(STAFF, OCTOBER, "lines", "上がったため、増強を要する。", "山", NOW, based_on=place.version)
    settled = texts.texts(STAFF, OCTOBER)["lines"]
    assert (settled.version, settled.aside) == (4, ())
    assert len(texts.history(STAFF, OCTOBER, "lines")) == 4


def test_the_same_text_again_is_no_new_version(database: StateDatabase) -> None:
    texts = Commentary(database)
    texts.save(STAFF, OCTOBER, "lines", "同じ。", "山", NOW, based_on=0)
    again = texts.save(STAFF, OCTOBER, "lines", "同じ。\r\n", "川", NOW, based_on=0)
    assert (again.entry.version, again.conflict) == (1, False)


def test_last_months_texts_are_proposed_where_nothing_is_written_yet(database: StateDatabase) -> None:
    texts = Commentary(database)
    september = OCTOBER.previous()
    texts.save(STAFF, september, "lines", "先月の所見。", "山", NOW, based_on=0)
    texts.save(STAFF, september, "tickets", "先月の問合せ。", "山", NOW, based_on=0)
    texts.save(STAFF, OCTOBER, "tickets", "今月の問合せ。", "山", NOW, based_on=0)
    assert {place: entry.text for place, entry in texts.proposals(STAFF, OCTOBER).items()} == {"lines": "先月の所見。"}


def test_a_document_goes_from_draft_to_locked_and_back_only_by_the_allowed_steps(database: StateDatabase) -> None:
    approvals, texts = Approvals(database), Commentary(database)
    with pytest.raises(StepNotAllowed, match="今できる手続: 確認依頼"):
        approvals.take(STAFF, OCTOBER, "approve", "川", NOW)
    approvals.take(STAFF, OCTOBER, "submit", "山", NOW, snapshot=7)
    with pytest.raises(NotEditable, match="確認中"):
        texts.save(STAFF, OCTOBER, "lines", "遅い。", "山", NOW, based_on=0)
    with pytest.raises(SamePerson):
        approvals.take(STAFF, OCTOBER, "approve", " 山 ", NOW)
    progress = approvals.take(STAFF, OCTOBER, "approve", "川", NOW)
    assert (progress.status, progress.snapshot) == ("approved", 7)
    assert [step.told() for step in progress.steps] == [
        "確認依頼（山、2026-11-09 10:00）", "承認（川、2026-11-09 10:00）"]


@pytest.mark.parametrize("scope", [TSU, Scope.none(), Scope(frozenset(), platform=True)])
def test_drafts_are_for_the_prefectures_staff_alone(database: StateDatabase, scope: Scope) -> None:
    for key in (OCTOBER, YEAR_OF_TSU):
        with pytest.raises(NotAllowedHere):
            Commentary(database).texts(scope, key)
        with pytest.raises(NotAllowedHere):
            Approvals(database).take(scope, key, "submit", "山", NOW)
        with pytest.raises(NotAllowedHere):
            Jobs(database).order(scope, key, "山", NOW)
    assert Jobs(database).newest(scope) == [] and Closing(database).noted(TSU, "2026-10") == {}


def test_names_are_needed_and_texts_have_an_end(database: StateDatabase) -> None:
    with pytest.raises(NameMissing):
        Commentary(database).save(STAFF, OCTOBER, "lines", "文", " ", NOW, based_on=0)
    with pytest.raises(TextTooLong):
        Commentary(database).save(STAFF, OCTOBER, "lines", "文" * (LONGEST + 1), "山", NOW, based_on=0)


def entry(number: int, key: DocumentKey, version: str = "1.0", sha256: str = "ab") -> Issue:
    return Issue(number, key, "報告書", "SC-8-10", version, None, "", 7, "t", "p", date(2026, 11, 9), "山", NOW,
                 (IssuedFile("報告書.pdf", 4, sha256),), {"lines": 3})


def test_an_issue_locks_its_document_and_is_read_by_whom_it_is_for(database: StateDatabase) -> None:
    register, approvals = Register(database), Approvals(database)
    with pytest.raises(StepNotAllowed):
        register.enter(STAFF, entry(1, YEAR_OF_TSU))
    assert register.issues(STAFF) == []
    approvals.take(STAFF, YEAR_OF_TSU, "submit", "山", NOW, snapshot=7)
    approvals.take(STAFF, YEAR_OF_TSU, "approve", "川", NOW)
    register.enter(STAFF, entry(1, YEAR_OF_TSU))
    assert approvals.progress(STAFF, YEAR_OF_TSU).status == "locked"
    assert register.last(TSU, YEAR_OF_TSU) == entry(1, YEAR_OF_TSU) and register.next_number() == 2
    assert [one.number for one in register.holding(TSU, "ab")] == [1]
    other = Scope.of("242021")
    assert register.issues(other) == register.holding(other, "ab") == [] and register.last(other, YEAR_OF_TSU) is None


def test_jobs_run_in_order_and_one_that_waits_is_not_ordered_twice(database: StateDatabase) -> None:
    jobs = Jobs(database)
    first = jobs.order(STAFF, OCTOBER, "山", NOW)
    assert jobs.order(STAFF, OCTOBER, "川", NOW).number == first.number
    second = jobs.order(STAFF, YEAR_OF_TSU, "山", NOW)
    taken = jobs.take("w1", NOW)
    assert taken is not None and (taken.number, taken.status) == (first.number, "running")
    jobs.progress(first.number, "w1", NOW, "紙面の作成", 1, 3)
    jobs.finish(first.number, "w1", NOW)
    jobs.take("w1", NOW)
    jobs.fail(second.number, "w1", NOW, "行がありません")
    assert [(job.number, job.title, job.done, job.reason) for job in jobs.newest(STAFF)] == [
        (second.number, "失敗", 0, "行がありません"), (first.number, "完了", 3, "")]
    assert jobs.take("w1", NOW) is None


def test_a_job_whose_worker_died_is_done_by_the_next_but_not_for_ever(database: StateDatabase) -> None:
    jobs, at = Jobs(database), NOW
    number = jobs.order(STAFF, OCTOBER, "山", NOW).number
    for attempt in range(1, MOST_TRIES + 1):
        taken = jobs.take(f"w{attempt}", at)
        assert taken is not None and (taken.number, taken.tries) == (number, attempt)
        jobs.beat(number, f"w{attempt}", at + timedelta(seconds=SILENT_SECONDS))
        assert jobs.take("other", at + timedelta(seconds=2 * SILENT_SECONDS)) is None
        at += timedelta(seconds=2 * SILENT_SECONDS + 1)
        jobs.finish(number, "other", at)
    assert jobs.take("w9", at) is None
    given_up = jobs.newest(STAFF)[0]
    assert given_up.status == "failed" and "3回止まりました" in given_up.reason


def test_a_step_of_the_closing_is_noted_with_its_day_and_may_be_noted_anew(database: StateDatabase) -> None:
    closing = Closing(database)
    for day in (4, 5):
        closing.note(STAFF, Noted("2026-10", "check", date(2026, 11, day), "", "山", NOW))
    assert closing.noted(STAFF, "2026-10")["check"].done_on == date(2026, 11, 5)
    assert closing.noted(STAFF, "2026-09") == {}
