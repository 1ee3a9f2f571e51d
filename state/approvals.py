"""Draft, review, approved, locked: every step with who took it, when, and from which snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from state.database import StateDatabase
from state.documents import DocumentKey, named, require_handling
from state.errors import SamePerson, StepNotAllowed
from state.tables import approval
from warehouse.scope import Scope

Status = Literal["draft", "review", "approved", "locked"]
StepName = Literal["submit", "return", "approve", "withdraw", "issue", "correct"]
STATUSES: dict[str, str] = {"draft": "案", "review": "確認中", "approved": "承認済み", "locked": "発行済み"}


@dataclass(frozen=True)
class StepRule:
    """One allowed step: from which status to which, and what it is called."""

    before: Status
    after: Status
    title: str


STEPS: dict[str, StepRule] = {
    "submit": StepRule("draft", "review", "確認依頼"),
    "return": StepRule("review", "draft", "差戻し"),
    "approve": StepRule("review", "approved", "承認"),
    "withdraw": StepRule("approved", "draft", "承認取消し"),
    "issue": StepRule("approved", "locked", "発行"),
    "correct": StepRule("locked", "draft", "訂正開始"),
}


@dataclass(frozen=True)
class Step:
    """A step that was taken; ``snapshot`` is the generation that it is about, where it is about one."""

    number: int
    step: str
    status: str
    snapshot: int | None
    note: str
    taken_by: str
    taken_at: datetime

    def told(self) -> str:
        return f"{STEPS[self.step].title}（{self.taken_by}、{self.taken_at:%Y-%m-%d %H:%M}）"


@dataclass(frozen=True)
class Progress:
    """Where a document stands; ``steps`` are all that were taken, in order."""

    steps: tuple[Step, ...]

    @property
    def status(self) -> str:
        return self.steps[-1].status if self.steps else "draft"

    @property
    def title(self) -> str:
        return STATUSES[self.status]

    @property
    def allowed(self) -> tuple[str, ...]:
        """Steps that may be taken now."""
        return tuple(name for name, rule in STEPS.items() if rule.before == self.status)

    @property
    def allowed_titles(self) -> str:
        return "、".join(STEPS[name].title for name in self.allowed)

    @property
    def snapshot(self) -> int | None:
        """The generation that was submitted and may be issued; None while the document is a draft."""
        if self.status in ("draft", "locked"):
            return None
        return next(step.snapshot for step in reversed(self.steps) if step.step == "submit")

    def last(self, step: str) -> Step | None:
        return next((one for one in reversed(self.steps) if one.step == step), None)


class Approvals:
    """Steps by document; every read and every step takes a scope."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def progress(self, scope: Scope, key: DocumentKey) -> Progress:
        """Raises :class:`state.errors.NotAllowedHere`."""
        require_handling(scope, key)
        with self._database.reading() as connection:
            return progress_in(connection, key)

    def progress_of(self, scope: Scope, keys: Iterable[DocumentKey]) -> dict[DocumentKey, Progress]:
        """Where several documents stand; those that the scope does not handle are left out."""
        with self._database.reading() as connection:
            return {key: progress_in(connection, key) for key in keys if key.handled_by(scope)}

    def take(self, scope: Scope, key: DocumentKey, step: str, by: str, at: datetime, *, snapshot: int | None = None,
             note: str = "") -> Progress:
        """Take a step; raises :class:`StepNotAllowed`, :class:`SamePerson`, :class:`state.errors.NotAllowedHere`."""
        require_handling(scope, key)
        with self._database.writing() as connection:
            take_in(connection, key, step, named(by), at, snapshot=snapshot, note=note)
            return progress_in(connection, key)


def progress_in(connection: Connection, key: DocumentKey) -> Progress:
    """As part of a transaction."""
    rows = connection.execute(select(approval).where(key.where(approval)).order_by(approval.c.number)).mappings()
    return Progress(tuple(Step(**{name: row[name] for name in Step.__dataclass_fields__}) for row in rows))


def take_in(connection: Connection, key: DocumentKey, step: str, by: str, at: datetime, *,
            snapshot: int | None = None, note: str = "") -> None:
    """As part of a transaction."""
    progress = progress_in(connection, key)
    if step not in progress.allowed:
        title = STEPS[step].title if step in STEPS else step
        raise StepNotAllowed(title, progress.title, progress.allowed_titles)
    asked = progress.last("submit")
    if step == "approve" and asked is not None and asked.taken_by == by:
        raise SamePerson(by)
    number = connection.execute(select(func.count()).select_from(approval).where(key.where(approval))).scalar_one()
    connection.execute(insert(approval).values(
        **key.values(), number=number + 1, step=step, status=STEPS[step].after, snapshot=snapshot, note=note.strip(),
        taken_by=by, taken_at=at))
