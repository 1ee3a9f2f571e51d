"""``app.py worker``: makes the reports that were ordered, one by one; ``app.py jobs``: the orders and their state."""

from __future__ import annotations

import os
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli import failures
from cli.desk import make_desk, staffed_desk
from cli.places import data_folder, now
from cli.terminal import print_table, say
from warehouse.errors import MiharashiError

if TYPE_CHECKING:
    from exports.desk import Desk
    from state.jobs import Job, Jobs
    from warehouse.scope import Scope

Told = Callable[[str, int, int], None]
Make = Callable[["Job", Told], object]
"""Makes the draft of a job, telling its steps; raises what stops it."""
_LOOK_SECONDS = 1.0
_BEAT_SECONDS = 5.0


@dataclass(frozen=True)
class Worker:
    """Takes jobs under its own name; ``make`` makes drafts, issues go through the desk."""

    desk: Desk
    scope: Callable[[], Scope]
    make: Make
    name: str

    def run_one(self) -> bool:
        """Do the next job; False when none waits.  A job that fails is told of and ends; the worker goes on."""
        jobs = self.desk.jobs
        job = jobs.take(self.name, now())
        if job is None:
            return False
        with self._alive(jobs, job.number):
            try:
                self._do(job, lambda step, done, total: jobs.progress(job.number, self.name, now(), step, done, total))
            except MiharashiError as error:
                jobs.fail(job.number, self.name, now(), error.paragraph())
            except Exception as error:  # noqa: BLE001 - told to who ordered, the trace goes to the log
                trace = "".join(traceback.format_exception(error))
                number = failures.keep_trace(trace, data_folder() / "miharashi.log")
                jobs.fail(job.number, self.name, now(), f"予期しない誤りが起きました（誤り番号 {number}）。")
            else:
                jobs.finish(job.number, self.name, now())
        return True

    def _do(self, job: Job, told: Told) -> None:
        if job.kind == "make":
            self.make(job, told)
            return
        from exports.issue import Order, issue
        from exports.template import load_template

        formats = load_template(job.key.report).spec.formats
        told("発行（作成、凍結、作り直しの照合）", 0, 1)
        issue(self.desk, self.scope(), Order(job.key, formats, job.ordered_by, now(), job.ordered_at.date()))

    @contextmanager
    def _alive(self, jobs: Jobs, number: int) -> Iterator[None]:
        """Says every few seconds that the job is in hand."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(_BEAT_SECONDS):
                jobs.beat(number, self.name, now())

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def work(make: Make, *, once: bool, with_parent: bool = False) -> None:
    """Do jobs until stopped; ``with_parent``: until the process that started this one ends."""
    from state.database import state_exists

    parent, pause = os.getppid(), threading.Event()
    worker: Worker | None = None
    while not (with_parent and os.getppid() != parent):
        if worker is None and state_exists(data_folder()):
            worker = Worker(make_desk(), _whole_scope, make, f"{socket.gethostname()}:{os.getpid()}")
        if worker is not None and worker.run_one():
            continue
        if once:
            return
        pause.wait(_LOOK_SECONDS)


def _whole_scope() -> Scope:
    from warehouse.reader import open_current

    with open_current(data_folder()) as reader:
        return reader.whole_scope()


def jobs_command(
    limit: Annotated[int, typer.Option(help="示す件数（新しい順）", min=1)] = 20,
) -> None:
    """報告書の作成と発行の依頼を、新しい順に示す。"""
    from state.jobs import KINDS

    with staffed_desk() as (desk, scope):
        found = desk.jobs.newest(scope, limit)
    if not found:
        say("依頼はありません。")
        return
    print_table(
        ["番号", "内容", "報告書", "期間", "団体", "状態", "進み", "依頼", "終了", "備考"],
        [[job.number, KINDS[job.kind], job.key.report, job.key.period, job.key.tenant or "－", job.title,
          f"{job.step} {job.done}/{job.total}" if job.status == "running" else "－",
          f"{job.ordered_at:%m-%d %H:%M} {job.ordered_by}",
          f"{job.finished_at:%m-%d %H:%M}" if job.finished_at else "－", job.reason or "－"] for job in found])


def order_command(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="報告書の名前")],
    period: Annotated[str, typer.Option(help="対象期間")],
    by: Annotated[str, typer.Option(metavar="NAME", help="依頼する人の氏名")],
    tenant: Annotated[str | None, typer.Option(metavar="CODE", help="接続団体のコード")] = None,
) -> None:
    """報告書の案の作成を依頼する。worker が順に作成する。"""
    from cli.desk import document_key

    with staffed_desk() as (desk, scope):
        job = desk.jobs.order(scope, document_key(report, period, tenant, scope), by, now())
    say(f"依頼 {job.number} を受け付けました（状態: {job.title}）。進み具合: python app.py jobs")
