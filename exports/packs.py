"""A report for every connected body at once: one pack of files each, in processes of their own, checked when made.

A pack that exists and was made from the same data, template and day of issue is kept, so a run that was stopped goes
on where it ended.  One body's failure stops no other.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from exports.assemble import assemble_report
from exports.contract import ContractInfo
from exports.desk import Texts
from exports.errors import NoFigures
from exports.gate import Finding, check_pack, check_together
from exports.leaks import Member
from exports.manifest import made_files
from exports.publish import write_report
from exports.template import Template, load_template
from warehouse.errors import MiharashiError
from warehouse.folder import DataFolder
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.reading import FrameReader, plain_rows
from warehouse.scope import Scope
from warehouse.snapshot import Snapshot

Progress = Callable[[str, int, int], None]
_EVER = (date(1900, 1, 1), date(9999, 12, 31))


@dataclass(frozen=True)
class Order:
    """What is to be made, the same for every body.  ``clock`` is the documents' time (JST, naive)."""

    report: str
    period: Period
    data: Path
    config: Path
    out: Path
    snapshot: Snapshot
    clock: datetime
    issued_on: date | None
    members: tuple[Member, ...]
    texts: Mapping[str, Texts] = field(default_factory=dict)
    """What staff wrote for a body, by its code."""


@dataclass(frozen=True)
class PackResult:
    """What became of one body's pack: kept or made, what the gate found, or why it could not be made."""

    member: Member
    seconds: float
    kept: bool = False
    findings: tuple[Finding, ...] = ()
    failure: str = ""


@dataclass(frozen=True)
class Release:
    """The whole set; it may be issued when there is neither a failure nor a finding."""

    folder: Path
    packs: tuple[PackResult, ...]
    together: tuple[Finding, ...]

    @property
    def findings(self) -> list[Finding]:
        return [*self.together, *(finding for pack in self.packs for finding in pack.findings)]

    @property
    def good(self) -> bool:
        return not self.findings and not any(pack.failure for pack in self.packs)


def members_of(reader: FrameReader, whole: Scope, period: Period) -> tuple[list[Member], list[Member]]:
    """The bodies that get a pack of the period, and all names that any body ever had or has in it.

    Raises :class:`exports.errors.NoFigures` when there are no figures of the period.
    """
    reach = plain_rows(reader, "period_state", whole, period=str(period))
    if not reach:
        raise NoFigures(period.label_ja)
    due = list(_members(reader, whole, period.start, reach[0]["through_date"]))
    return due, list(dict.fromkeys([*due, *_members(reader, whole, *_EVER)]))


def _members(reader: FrameReader, whole: Scope, first: date, last: date) -> Iterator[Member]:
    for row in plain_rows(reader, "tenants", whole, first_date=first, last_date=last):
        yield Member(str(row["tenant_code"]), str(row["name"]), public=row["kind"] == "prefecture")


def make_packs(order: Order, due: Sequence[Member], workers: int, progress: Progress) -> Release:
    """Make and check the packs of all bodies that are due."""
    found: dict[str, PackResult] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(order,)) as pool:
        asked = {pool.submit(_make, member): member for member in due}
        for done, future in enumerate(as_completed(asked), 1):
            member = asked[future]
            found[member.code] = _outcome(future, member)
            progress(f"作成 {member.name}", done, len(due))
    together = check_together(order.out, [member.code for member in due])
    return Release(order.out, tuple(found[member.code] for member in due), tuple(together))


def _outcome(future: Future[PackResult], member: Member) -> PackResult:
    try:
        return future.result()
    except BrokenProcessPool:
        told = "作成の処理が途中で終わりました。空きメモリーを確かめ、もう一度実行してください。"
        return PackResult(member, 0.0, failure=told)


class _Worker:
    """What one process needs for every pack, read once."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.template: Template = load_template(order.report)
        self.contract = ContractInfo.from_toml(order.config / "contract.toml")
        self.reader = Reader(DataFolder(order.data), order.snapshot)

    def pack(self, member: Member) -> PackResult:
        started, folder = time.perf_counter(), self.order.out / member.code
        texts = self.order.texts.get(member.code, Texts({}, {}))
        try:
            if kept := self._is_made(folder, texts):
                return PackResult(member, time.perf_counter() - started, kept, self._check(folder, member))
            report = assemble_report(
                self.template, self.order.period, Scope.of(member.code), self.reader, self.contract, self.order.clock,
                submitted_on=self.order.issued_on, commentary=texts.text,
            )  # fmt: skip
            write_report(report, self.template.spec.formats, folder, issued_on=self.order.issued_on,
                         commentary=texts.version)
            return PackResult(member, time.perf_counter() - started, findings=self._check(folder, member))
        except (MiharashiError, OSError) as error:
            told = error.message if isinstance(error, MiharashiError) else str(error)
            return PackResult(member, time.perf_counter() - started, failure=told)

    def _check(self, folder: Path, member: Member) -> tuple[Finding, ...]:
        return tuple(check_pack(folder, member.code, self.order.members))

    def _is_made(self, folder: Path, texts: Texts) -> bool:
        period, formats = str(self.order.period), set(self.template.spec.formats)
        made = made_files(folder, self.order.snapshot.number, self.template.sha256, period)
        if {path.suffix[1:] for path in made} != {*formats, "json"}:
            return False
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        issued_on = self.order.issued_on.isoformat() if self.order.issued_on else None
        return bool((told["issued_on"], told["commentary"]) == (issued_on, dict(texts.version)))


_worker: _Worker | None = None


def _start(order: Order) -> None:
    """A process makes one pack after another with one reader; its queries need no second thread."""
    global _worker  # a pool's processes have no other place for what they keep
    os.environ.setdefault("MIHARASHI_THREADS", "1")
    _worker = _Worker(order)


def _make(member: Member) -> PackResult:
    if _worker is None:
        raise RuntimeError("the process was not started with an order")
    return _worker.pack(member)
