"""The worker does what was ordered, one by one, and tells what stopped a job."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from cli.worker import Told, Worker
from exports.desk import Desk
from exports.errors import SectionError
from state.database import StateDatabase
from state.jobs import Job
from tests.exports.conftest import CONTRACT
from tests.exports.fake_reader import FakeReader
from tests.state.test_state import NOW, OCTOBER, STAFF


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("MIHARASHI_DATA", str(tmp_path))
    database = StateDatabase.open(tmp_path, NOW)
    return Desk.of(tmp_path / "out", tmp_path / "issued", CONTRACT, database, lambda _: nullcontext(FakeReader()))


def test_jobs_are_done_in_turn_and_one_that_fails_stops_no_other(desk: Desk, tmp_path: Path) -> None:
    seen: list[str] = []

    def make(job: Job, told: Told) -> None:
        told("紙面の作成", 1, 2)
        seen.append(f"{job.key.period} {desk.jobs.newest(STAFF)[-job.number].step}")
        if job.key == OCTOBER:
            raise SectionError("通信回線", "行がありません")
        if job.key == OCTOBER.previous():
            raise ZeroDivisionError

    worker = Worker(desk, lambda: STAFF, make, "w")
    assert worker.run_one() is False
    september = OCTOBER.previous()
    for key in (OCTOBER, september, september.previous()):
        desk.jobs.order(STAFF, key, "山", NOW)
    while worker.run_one():
        pass
    assert seen == ["2026-10 紙面の作成", "2026-09 紙面の作成", "2026-08 紙面の作成"]
    done, unforeseen, refused = desk.jobs.newest(STAFF)
    assert (done.status, done.done) == ("done", 2)
    assert refused.status == "failed" and "「通信回線」を作成できません: 行がありません" in refused.reason
    assert "誤り番号" in unforeseen.reason and "ZeroDivisionError" in (tmp_path / "miharashi.log").read_text()


def test_an_order_to_issue_what_is_not_approved_fails_with_the_reason(desk: Desk) -> None:
    desk.jobs.order(STAFF, OCTOBER, "山", NOW, "issue")
    assert Worker(desk, lambda: STAFF, lambda *_: None, "w").run_one()
    assert "「発行」は、状態「案」ではできません" in desk.jobs.newest(STAFF)[0].reason
