"""所見: what staff write into a document, place by place.  Every text that was ever saved stays.

Who saves on a version that is no longer the newest is told, and the text is kept *aside* with a version of its own.
The next text that is saved on the newest version settles what lay aside before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from state.approvals import progress_in
from state.database import StateDatabase
from state.documents import DocumentKey, named, require_handling
from state.errors import NotEditable, TextTooLong
from state.tables import commentary
from warehouse.scope import Scope

LONGEST = 4000


@dataclass(frozen=True)
class Entry:
    """One version of the text of one place; ``based_on`` is the version its author had before them (0: none)."""

    place: str
    version: int
    based_on: int
    aside: bool
    text: str
    author: str
    written_at: datetime


@dataclass(frozen=True)
class Saved:
    """What became of a text; ``newest`` is the other one's when it was put ``aside``."""

    entry: Entry
    newest: Entry

    @property
    def conflict(self) -> bool:
        return self.entry.aside


@dataclass(frozen=True)
class PlaceTexts:
    """A place: its newest text (None: nothing written) and the texts of others that nobody has settled yet."""

    newest: Entry | None
    aside: tuple[Entry, ...] = ()

    @property
    def version(self) -> int:
        return self.newest.version if self.newest else 0


class Commentary:
    """Texts by document and place; every read and write takes a scope."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def texts(self, scope: Scope, key: DocumentKey) -> dict[str, PlaceTexts]:
        """By place; raises :class:`state.errors.NotAllowedHere`."""
        require_handling(scope, key)
        with self._database.reading() as connection:
            return _texts(connection, key)

    def history(self, scope: Scope, key: DocumentKey, place: str) -> list[Entry]:
        """Every version of a place, the oldest first."""
        require_handling(scope, key)
        with self._database.reading() as connection:
            return [entry for entry in _entries(connection, key) if entry.place == place]

    def proposals(self, scope: Scope, key: DocumentKey) -> dict[str, Entry]:
        """Texts of the period before, for the places that have none yet."""
        require_handling(scope, key)
        with self._database.reading() as connection:
            present, before = _texts(connection, key), _texts(connection, key.previous())
        return {place: texts.newest for place, texts in before.items()
                if texts.newest is not None and texts.newest.text and place not in present}

    def save(self, scope: Scope, key: DocumentKey, place: str, text: str, author: str, at: datetime, *,
             based_on: int) -> Saved:
        """Keep a text.  One that is just like the newest makes no new version.

        Raises :class:`NotEditable` when the document is no draft, :class:`TextTooLong`,
        :class:`state.errors.NotAllowedHere`.
        """
        require_handling(scope, key)
        author, text = named(author), text.replace("\r\n", "\n").strip()
        if len(text) > LONGEST:
            raise TextTooLong(len(text), LONGEST)
        with self._database.writing() as connection:
            progress = progress_in(connection, key)
            if progress.status != "draft":
                raise NotEditable(progress.title)
            entries = [entry for entry in _entries(connection, key) if entry.place == place]
            newest = next((entry for entry in reversed(entries) if not entry.aside), None)
            same = newest is not None and newest.text == text
            if newest is not None and same and newest.version == max(entry.version for entry in entries):
                return Saved(newest, newest)
            version = entries[-1].version + 1 if entries else 1
            aside = newest is not None and newest.version != based_on and not same
            entry = Entry(place, version, based_on, aside, text, author, at)
            connection.execute(insert(commentary).values(**key.values(), **vars(entry)))
        return Saved(entry, newest if aside and newest is not None else entry)


def _entries(connection: Connection, key: DocumentKey) -> list[Entry]:
    rows = connection.execute(select(commentary).where(key.where(commentary))
                              .order_by(commentary.c.place, commentary.c.version)).mappings()
    return [Entry(**{name: row[name] for name in Entry.__dataclass_fields__}) for row in rows]


def _texts(connection: Connection, key: DocumentKey) -> dict[str, PlaceTexts]:
    found: dict[str, PlaceTexts] = {}
    for entry in _entries(connection, key):
        before = found.get(entry.place, PlaceTexts(None))
        found[entry.place] = (PlaceTexts(before.newest, (*before.aside, entry)) if entry.aside else PlaceTexts(entry))
    return found
