"""Issuing: an approved document gets its number, its inputs are frozen, and it is proved that it can be made again.

``data/issued/<number>/`` holds the files, ``manifest.json`` and the frozen inputs (``inputs.zip``) for good.  The files
are put into ``data/out`` as well, where readers fetch them; an issue of a corrected edition takes their place there.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from exports.correction import Change, changes, with_corrections
from exports.desk import Desk, Texts, scope_of
from exports.errors import ExportError
from exports.frozen import Inputs, Recording, freeze, template_text, thaw
from exports.gate import Finding, check_pack
from exports.leaks import Member
from exports.manifest import manifest_bytes
from exports.model import Report, Revision
from exports.packs import members_of
from exports.program import program_sha256
from exports.publish import place_files, render
from state.approvals import STEPS, Progress
from state.documents import DocumentKey
from state.errors import StepNotAllowed
from state.register import Issue, IssuedFile
from warehouse.folder import fsync_path
from warehouse.period import Period
from warehouse.reading import SnapshotFacts
from warehouse.scope import Scope

INPUTS = "inputs.zip"
_LOCK = ".issuing.lock"
_SHOWN_FINDINGS = 10


class AlreadyIssued(ExportError):
    """A draft would take the place of an issued document."""

    def __init__(self, entry: Issue) -> None:
        super().__init__(
            "発行済みの文書は作成し直せません",
            f"「{entry.title}」は第{entry.version}版を発行済みです。",
            "内容を改めるときは、python app.py report correct で訂正の手続を始めてください。"
            "別の場所に案を作るときは --out を指定してください。",
        )


class ReleaseRefused(ExportError):
    """The finished files of a body's document do not pass the release gate."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        told = "".join(f"\n  {one.file}: {one.what}" for one in findings[:_SHOWN_FINDINGS])
        super().__init__("提出前の検査に合格しません", f"不合格 {len(findings)}件。発行していません。{told}",
                         "元データと所見を直してから、確認の依頼をやり直してください。")


class NotReproducible(ExportError):
    """A document made anew from its frozen inputs differs from itself."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            "作り直しても同じものになりません",
            f"凍結した入力から作り直した {'、'.join(names)} が、作成したものと一致しません。発行していません。",
            "もう一度発行し、続けて起きるときは管理者に連絡してください。",
        )


class NothingToCorrect(ExportError):
    """A corrected edition would say what the issued one says."""

    def __init__(self, version: str) -> None:
        super().__init__("訂正する内容がありません", f"第{version}版と同じ内容になります。発行していません。",
                         "データの訂正を取り込むか、所見を直してから、訂正の手続を行ってください。")


class IssuedTooEarly(ExportError):
    """A day of issue before the data were published."""

    def __init__(self, issued_on: date, published_on: date) -> None:
        super().__init__(
            "提出年月日がデータの公開日より前です",
            f"提出年月日 {issued_on}、データの公開日 {published_on}。"
            "後から公開したデータを、前の日付の報告書には載せられません。",
            "公開日以後の日付を指定してください。",
        )


@dataclass(frozen=True)
class Order:
    """Who issues what, as of which day; ``at`` is the present time (JST, naive)."""

    key: DocumentKey
    formats: tuple[str, ...]
    by: str
    at: datetime
    issued_on: date


def issue(desk: Desk, scope: Scope, order: Order) -> Issue:
    """Issue an approved document from the generation that was submitted; returns its entry in the register.

    The second issue of a document is a corrected edition.  Raises :class:`state.errors.StepNotAllowed` unless it is
    approved, :class:`NothingToCorrect`, :class:`IssuedTooEarly`, :class:`NotReproducible`, :class:`ReleaseRefused`, and
    whatever stops the document.  Nothing is left behind when it fails.
    """
    progress = _approved(desk, scope, order.key)
    before = desk.register.last(scope, order.key)
    with _alone(desk.issued), desk.open_reader(progress.snapshot) as reader:
        recording, texts = Recording(reader), desk.texts(scope, order.key)
        inputs, report = _made(desk, scope, order, recording, texts, before, progress)
        if before is not None and not inputs.corrections:
            raise NothingToCorrect(before.version)
        files = render(report, inputs.formats)
        frozen = freeze(inputs, recording)
        _prove(frozen, files)
        number = desk.register.next_number()
        told = {**files, "manifest.json": manifest_bytes(report, files, order.issued_on, issue_number=number,
                                                         commentary=texts.version)}
        if order.key.tenant:
            check_release(order.key.tenant, told, members_of(reader, scope, inputs.period)[1])
        entry = _entry(number, order, report, {**told, INPUTS: frozen}, texts, before, inputs.reason)
        with _kept(desk.issued / f"{number:06d}", {**told, INPUTS: frozen}):
            desk.register.enter(scope, entry)
    place_files(told, desk.folder(order.key))
    return entry


def check_release(tenant: str, files: Mapping[str, bytes], members: Collection[Member]) -> None:
    """The release gate over a body's finished files, as they would lie on disk; raises :class:`ReleaseRefused`."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        findings = check_pack(Path(folder), tenant, members)
    if findings:
        raise ReleaseRefused(findings)


def preview(desk: Desk, scope: Scope, key: DocumentKey, at: datetime) -> Report:
    """The document as it would be issued today; the issued one while it is locked.

    A draft is made from the published data, one that was submitted from the generation of its submission.
    """
    return _present(desk, scope, key, at)[1]


def preview_changes(desk: Desk, scope: Scope, key: DocumentKey, at: datetime) -> tuple[Change, ...]:
    """What a corrected edition made from the published data and the newest texts would change.

    Raises :class:`state.errors.StepNotAllowed` when the document was never issued.
    """
    before = desk.register.last(scope, key)
    progress = desk.approvals.progress(scope, key)
    if before is None:
        raise StepNotAllowed(STEPS["correct"].title, progress.title, progress.allowed_titles)
    return _present(desk, scope, key, at, locked_too=True)[0].corrections


def _present(desk: Desk, scope: Scope, key: DocumentKey, at: datetime, *, locked_too: bool = False
             ) -> tuple[Inputs, Report]:
    progress, before = desk.approvals.progress(scope, key), desk.register.last(scope, key)
    if progress.status == "locked" and before is not None and not locked_too:
        inputs, frozen = thaw(read_file(desk.issued, before.number, INPUTS))
        return inputs, inputs.assemble(frozen)
    with desk.open_reader(progress.snapshot) as reader:
        on = max(at.date(), reader.snapshot.published_at.date())
        order = Order(key, (), "", at, on)
        return _made(desk, scope, order, Recording(reader), desk.texts(scope, key), before, progress)


def read_file(issued: Path, number: int, name: str) -> bytes:
    """A file of an issue."""
    return (issued / f"{number:06d}" / name).read_bytes()


def _approved(desk: Desk, scope: Scope, key: DocumentKey) -> Progress:
    progress = desk.approvals.progress(scope, key)
    if progress.status != "approved":
        raise StepNotAllowed(STEPS["issue"].title, progress.title, progress.allowed_titles)
    return progress


def _made(desk: Desk, scope: Scope, order: Order, recording: Recording, texts: Texts, before: Issue | None,
          progress: Progress) -> tuple[Inputs, Report]:
    """The inputs and the document; of a corrected edition with what it changes."""
    inputs = Inputs(
        report=order.key.report, template=template_text(order.key.report), period=Period.parse(order.key.period),
        scope=scope_of(scope, order.key), contract=desk.contract,
        created_at=_clock(order.issued_on, recording.snapshot), submitted_on=order.issued_on, formats=order.formats,
        commentary=texts.text)
    if before is None:
        return inputs, inputs.assemble(recording)
    old_inputs, old_reader = thaw(read_file(desk.issued, before.number, INPUTS))
    old, opened = old_inputs.assemble(old_reader), progress.last("correct")
    reason, version = opened.note if opened else "", next_version(before.version)
    line = Revision(version, order.issued_on, f"訂正（{reason.rstrip('。')}）。変更箇所は別紙「訂正一覧」による。",
                    desk.contract.author, desk.contract.approver)
    corrected = replace(inputs, version=version, revisions=(*old.revisions, line))
    report = corrected.assemble(recording)
    found = changes(old, report)
    return replace(corrected, corrections=found, reason=reason), with_corrections(report, found, reason)


def next_version(version: str) -> str:
    """1.0 -> 1.1: corrected editions count on behind the point."""
    major, minor = version.split(".")
    return f"{major}.{int(minor) + 1}"


def _clock(issued_on: date, snapshot: SnapshotFacts) -> datetime:
    """The document's time: the day it is issued, but never before its data were published."""
    if issued_on < snapshot.published_at.date():
        raise IssuedTooEarly(issued_on, snapshot.published_at.date())
    return max(datetime.combine(issued_on, datetime.min.time()), snapshot.published_at)


def remade(frozen: bytes, formats: Sequence[str] | None = None) -> dict[str, bytes]:
    """The files of an issue, or those of some formats, made again from its frozen inputs alone."""
    inputs, reader = thaw(frozen)
    return render(inputs.assemble(reader), formats or inputs.formats)


def _prove(frozen: bytes, files: Mapping[str, bytes]) -> None:
    again = remade(frozen)
    if different := [name for name in files if again.get(name) != files[name]]:
        raise NotReproducible(different)


def _entry(number: int, order: Order, report: Report, files: Mapping[str, bytes], texts: Texts, before: Issue | None,
           reason: str) -> Issue:
    return Issue(
        number=number, key=order.key, title=report.header_text, document_number=report.cover.document_number,
        version=next_version(before.version) if before else "1.0", corrects=before.number if before else None,
        reason=reason, snapshot=report.provenance.snapshot, template_sha256=report.provenance.template_sha256,
        program_sha256=program_sha256(), issued_on=order.issued_on, issued_by=order.by.strip(), issued_at=order.at,
        files=tuple(IssuedFile(name, len(content), hashlib.sha256(content).hexdigest())
                    for name, content in sorted(files.items())),
        commentary=texts.version)


@contextmanager
def _kept(folder: Path, files: Mapping[str, bytes]) -> Iterator[None]:
    """The files of an issue on disk; they go again when what follows fails.

    A folder of that number that never got into the register, because a kill came between, gives way.
    """
    part = folder.with_name(f".{folder.name}.part")
    for leftover in (part, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    part.mkdir(parents=True)
    for name, content in files.items():
        (part / name).write_bytes(content)
        fsync_path(part / name)
    part.replace(folder)
    fsync_path(folder.parent)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder)
        raise


@contextmanager
def _alone(issued: Path) -> Iterator[None]:
    """One issue at a time, over all processes."""
    issued.mkdir(parents=True, exist_ok=True)
    with (issued / _LOCK).open("a", encoding="ascii") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
