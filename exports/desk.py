"""What handling documents needs in one place: the folders, the data of a generation, and who wrote and signed what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from exports.contract import ContractInfo
from exports.places import places
from state.approvals import Approvals
from state.closing import Closing
from state.commentary import Commentary
from state.database import StateDatabase
from state.documents import DocumentKey
from state.jobs import Jobs
from state.register import Register
from warehouse.issued import Touched
from warehouse.reading import FrameReader
from warehouse.scope import Scope


@dataclass(frozen=True)
class Texts:
    """The commentary that a document prints: text and version by place."""

    text: Mapping[str, str]
    version: Mapping[str, int]


@dataclass(frozen=True)
class Desk:
    """``open_reader`` opens a generation by its number, the published one without; close it when done.

    ``touched`` tells which issued documents later loads have touched.
    """

    out: Path
    issued: Path
    contract: ContractInfo
    open_reader: Callable[[int | None], AbstractContextManager[FrameReader]]
    approvals: Approvals
    commentary: Commentary
    register: Register
    jobs: Jobs
    closing: Closing
    touched: Callable[[], Sequence[Touched]]

    @classmethod
    def of(cls, out: Path, issued: Path, contract: ContractInfo, database: StateDatabase,
           open_reader: Callable[[int | None], AbstractContextManager[FrameReader]],
           touched: Callable[[], Sequence[Touched]] = tuple) -> Desk:
        return cls(out, issued, contract, open_reader, Approvals(database), Commentary(database), Register(database),
                   Jobs(database), Closing(database), touched)

    def folder(self, key: DocumentKey) -> Path:
        """Where the files of a document that anybody may fetch lie."""
        return self.out / key.report / key.period / key.tenant

    def texts(self, scope: Scope, key: DocumentKey) -> Texts:
        """The newest texts of the places that the report has; places whose text was emptied are left out."""
        known = {place.id for place in places(key.report, key.tenant)}
        found = {place: one.newest for place, one in self.commentary.texts(scope, key).items()
                 if place in known and one.newest is not None and one.newest.text}
        return Texts({place: entry.text for place, entry in found.items()},
                     {place: entry.version for place, entry in found.items()})


def scope_of(scope: Scope, key: DocumentKey) -> Scope:
    """What the document may read: all of the prefecture's, or the one body's."""
    return scope.narrowed_to(key.tenant) if key.tenant else scope
