"""The documents that exist, who may have them, and making others.

They lie in ``<out>/<report>/<period>``, those of single bodies in ``<out>/<report>/<period>/<code>``, each with a
manifest.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from exports.catalogue import TEMPLATES
from exports.desk import Desk
from exports.errors import ExportError, PeriodKindError, ReportNameError
from exports.template import ReportSpec, load_template
from warehouse.period import Kind, Period
from warehouse.scope import Scope

Make = Callable[[str, Period], object]
"""Makes the files of a report for a period; raises a ``MiharashiError`` when it cannot."""
_LOCK = ".making.lock"


class ShelfBusy(ExportError):
    """Another report is being made."""

    def __init__(self) -> None:
        super().__init__("ほかの報告書を作成しています", "報告書は一つずつ作成します。",
                         "数十秒待ってから、もう一度「作成」を押してください。")


class ManifestDamaged(ExportError):
    """A folder of documents whose manifest cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__("報告書の記録が読めません", f"{path} がないか、内容が壊れています。",
                         "報告書を作成し直してください。")


@dataclass(frozen=True)
class Offer:
    """A report that can be made: its name, what it is called, for which kind of period, for whom."""

    report: str
    title: str
    kind: Kind
    of_prefecture: bool
    of_bodies: bool


@dataclass(frozen=True)
class Document:
    """A set of files that was made; times are naive JST, ``issued_on`` is None for a draft.

    ``tenant`` is the code of the body that it was made for, empty for the prefecture; ``addressee`` is the name.
    """

    report: str
    period: str
    title: str
    number: str
    version: str
    snapshot: int
    created_at: datetime
    issued_on: date | None
    files: tuple[tuple[str, int], ...]
    tenants: frozenset[str]
    platform: bool
    tenant: str = ""
    """The code of the body that it is made for; empty for the prefecture."""
    addressee: str = ""

    def readable_by(self, scope: Scope) -> bool:
        """Whoever may see all that the document holds; nobody when a body's folder holds what is not its own."""
        if self.tenant and (self.platform or self.tenants != {self.tenant}):
            return False
        return bool(scope.tenant_codes) and self.tenants <= scope.tenant_codes and (scope.platform or not self.platform)


class Shelf:
    """The documents below ``folder``.  Names from outside are looked up among those that exist, not joined to paths.

    ``desk`` opens what handles their commentary, approvals, issues and orders; without it reports are made at once.
    """

    def __init__(self, folder: Path, make: Make, desk: Callable[[], Desk] | None = None) -> None:
        self._folder, self._make, self._open_desk = folder, make, desk

    @cached_property
    def desk(self) -> Desk | None:
        """Opened when it is first asked for."""
        return self._open_desk() if self._open_desk else None

    def offers(self) -> list[Offer]:
        """Every report that there is a template for."""
        return list(_offers())

    def documents(self, scope: Scope) -> list[Document]:
        """What the scope may have, newest period first, bodies by code; raises :class:`ManifestDamaged`."""
        places = [*self._folder.glob("*/*/manifest.json"), *self._folder.glob("*/*/*/manifest.json")]
        found = [one for one in (_read(self._folder, place) for place in sorted(places)) if one.readable_by(scope)]
        found.sort(key=lambda one: one.tenant)
        return sorted(found, key=lambda one: (one.period, one.report), reverse=True)

    def file(self, scope: Scope, report: str, period: str, name: str, tenant: str = "") -> Path | None:
        """One file of a document; None when there is none of that name that the scope may have."""
        for one in self.documents(scope):
            is_it = (one.report, one.period, one.tenant) == (report, period, tenant)
            if is_it and name in {known for known, _ in one.files}:
                path = self._folder / one.report / one.period / one.tenant / name
                return path if path.is_file() else None
        return None

    def make(self, report: str, period: Period) -> None:
        """Make a report anew from what is published.

        Raises :class:`ShelfBusy` while another is made, :class:`exports.errors.ReportNameError`,
        :class:`exports.errors.PeriodKindError`, and whatever stops the document.
        """
        offer = next((one for one in self.offers() if one.report == report), None)
        if offer is None:
            raise ReportNameError(report, tuple(one.report for one in self.offers()))
        if period.kind != offer.kind:
            raise PeriodKindError(offer.title, period.label_ja, offer.kind)
        with self._alone():
            self._make(report, period)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time, over all processes that serve screens; the kernel frees the lock of one that died."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK).open("a", encoding="ascii") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ShelfBusy from None
            yield


@cache
def _offers() -> tuple[Offer, ...]:
    """Templates are part of the release: they are read once."""
    names = sorted(path.stem for path in TEMPLATES.glob("*.yaml") if path.stem != "datasets")
    return tuple(_offer(load_template(name).spec) for name in names)


def _offer(spec: ReportSpec) -> Offer:
    return Offer(spec.report, spec.title, spec.period_kind, spec.audience != "tenant", spec.audience != "prefecture")


def _read(root: Path, manifest: Path) -> Document:
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        return _document(manifest.parent.relative_to(root), told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestDamaged(manifest) from error


def _document(place: Path, told: dict[str, Any]) -> Document:
    """The folder, not the manifest, says which report, period and body: files are looked for there."""
    report, period, tenant = (*place.parts, "")[:3]
    return Document(
        report=report,
        period=period,
        title=str(told["title"]),
        number=str(told["document_number"]),
        version=str(told["version"]),
        snapshot=int(told["snapshot"]),
        created_at=datetime.fromisoformat(told["created_at"]).replace(tzinfo=None),
        issued_on=date.fromisoformat(told["issued_on"]) if told["issued_on"] else None,
        files=tuple((str(file["name"]), int(file["bytes"])) for file in told["files"]),
        tenants=frozenset(told["scope"]["tenant_codes"]),
        platform=bool(told["scope"]["platform"]),
        tenant=tenant,
        addressee=str(told.get("addressee", "")),
    )
