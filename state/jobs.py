"""Jobs: reports that somebody ordered.  They wait, run one by one, survive a restart and end as done or failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from state.database import StateDatabase
from state.documents import DocumentKey, named, require_handling
from state.tables import job
from warehouse.scope import Scope

KINDS: dict[str, str] = {"make": "作成", "issue": "発行"}
STATUSES: dict[str, str] = {"queued": "待機中", "running": "実行中", "done": "完了", "failed": "失敗"}
MOST_TRIES = 3
SILENT_SECONDS = 30
"""A running job whose worker has not been heard of for so long is taken back."""
SHOWN = 20


@dataclass(frozen=True)
class Job:
    """An order, to make a draft or to issue.

    ``done`` of ``total`` steps are behind it, ``step`` is what it is at; times are naive JST.
    """

    number: int
    kind: str
    key: DocumentKey
    status: str
    ordered_by: str
    ordered_at: datetime
    tries: int
    worker: str
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    step: str
    done: int
    total: int
    reason: str

    @property
    def title(self) -> str:
        return STATUSES[self.status]

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.status in ("queued", "running")


class Jobs:
    """The queue.  Orders and reads take a scope; the worker, which serves everybody, takes and reports by number."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def order(self, scope: Scope, key: DocumentKey, by: str, at: datetime, kind: str = "make") -> Job:
        """Queue a report, or give the job that is at it already; raises :class:`state.errors.NotAllowedHere`."""
        require_handling(scope, key)
        with self._database.writing() as connection:
            waiting = _jobs(connection, key.where(job), job.c.kind == kind, job.c.status.in_(("queued", "running")))
            if waiting:
                return waiting[0]
            number = connection.execute(select(func.coalesce(func.max(job.c.number), 0))).scalar_one() + 1
            connection.execute(insert(job).values(
                number=number, kind=kind, **key.values(), status="queued", ordered_by=named(by), ordered_at=at, tries=0,
                worker="", step="", done=0, total=0, reason=""))
            return _jobs(connection, job.c.number == number)[0]

    def newest(self, scope: Scope, limit: int = SHOWN) -> list[Job]:
        """The jobs that the scope handles, the newest first."""
        with self._database.reading() as connection:
            return [one for one in reversed(_jobs(connection)) if one.key.handled_by(scope)][:limit]

    def take(self, worker: str, at: datetime) -> Job | None:
        """The next job for a worker, which is running from now on; None when none waits.

        Jobs of workers that fell silent go back to the queue first, or fail when they were tried often enough.
        """
        with self._database.writing() as connection:
            self._take_back(connection, at)
            found = connection.execute(select(job.c.number).where(job.c.status == "queued").order_by(job.c.number)
                                       .limit(1).with_for_update(skip_locked=True)).scalar()
            if found is None:
                return None
            _set(connection, found, status="running", worker=worker, tries=job.c.tries + 1, started_at=at,
                 heartbeat_at=at, finished_at=None, step="準備", done=0, total=0, reason="")
            return _jobs(connection, job.c.number == found)[0]

    def beat(self, number: int, worker: str, at: datetime) -> None:
        """The worker is alive."""
        self._tell(number, worker, heartbeat_at=at)

    def progress(self, number: int, worker: str, at: datetime, step: str, done: int, total: int) -> None:
        self._tell(number, worker, heartbeat_at=at, step=step, done=done, total=total)

    def finish(self, number: int, worker: str, at: datetime) -> None:
        self._tell(number, worker, status="done", finished_at=at, step="", done=job.c.total)

    def fail(self, number: int, worker: str, at: datetime, reason: str) -> None:
        """What stopped it would stop it again: it is not tried once more by itself."""
        self._tell(number, worker, status="failed", finished_at=at, reason=reason)

    def _tell(self, number: int, worker: str, **values: Any) -> None:
        """Only the worker that has the job may tell of it: one that was given up for dead has lost it."""
        with self._database.writing() as connection:
            _set(connection, number, and_(job.c.worker == worker, job.c.status == "running"), **values)

    def _take_back(self, connection: Connection, at: datetime) -> None:
        silent = at - timedelta(seconds=SILENT_SECONDS)
        lost = and_(job.c.status == "running", or_(job.c.heartbeat_at.is_(None), job.c.heartbeat_at < silent))
        for one in _jobs(connection, lost):
            if one.tries < MOST_TRIES:
                _set(connection, one.number, status="queued", worker="")
            else:
                _set(connection, one.number, status="failed", finished_at=at,
                     reason=f"作成の途中でプロセスが{one.tries}回止まりました。サーバーの記録を確かめてください。")


def _set(connection: Connection, number: int, *conditions: Any, **values: Any) -> None:
    connection.execute(update(job).where(job.c.number == number, *conditions).values(**values))


def _jobs(connection: Connection, *conditions: Any) -> list[Job]:
    rows = connection.execute(select(job).where(*conditions).order_by(job.c.number)).mappings()
    return [Job(key=DocumentKey(row["report"], row["period"], row["tenant"]),
                **{name: row[name] for name in Job.__dataclass_fields__ if name != "key"}) for row in rows]
