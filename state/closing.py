"""What people noted of the month's closing: steps that no file and no document tells of by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from state.database import StateDatabase
from state.documents import named
from state.errors import NotAllowedHere
from state.tables import closing
from warehouse.scope import Scope


@dataclass(frozen=True)
class Noted:
    """A step of a month and the day it was done (of the meeting: the day it is held)."""

    period: str
    step: str
    done_on: date
    note: str
    noted_by: str
    noted_at: datetime


class Closing:
    """Notes by month; the prefecture's view only."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def noted(self, scope: Scope, period: str) -> dict[str, Noted]:
        """By step; nothing for who has not the prefecture's view."""
        if not scope.platform:
            return {}
        with self._database.reading() as connection:
            rows = connection.execute(select(closing).where(closing.c.period == period)).mappings()
            return {row["step"]: Noted(**row) for row in rows}

    def note(self, scope: Scope, entry: Noted) -> None:
        """Enter a step, or enter it anew; raises :class:`state.errors.NotAllowedHere`."""
        if not scope.platform:
            raise NotAllowedHere
        named(entry.noted_by)
        with self._database.writing() as connection:
            connection.execute(delete(closing).where(closing.c.period == entry.period, closing.c.step == entry.step))
            connection.execute(insert(closing).values(**vars(entry)))
