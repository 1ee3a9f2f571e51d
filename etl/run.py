"""One load, in reading order: receive, read, map, check, land, build, verify, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from io import BufferedReader
from pathlib import Path

from etl import remapping
from etl.batches import Batch, Tally
from etl.entering import (
    microseconds,
    own_of,
    record_of,
    record_of_closing,
    record_of_mended,
    record_of_unknown,
    refuse_lost_lines,
)
from etl.errors import FeedError, FileRefused, NotReceived
from etl.feed import Feed, feed_for, refuse_unknown_feed
from etl.folding import shared_rows
from etl.judging import reconcile, refuse_retired_months, refuse_too_many_rejects, unnamed_period
from etl.mapping import Mapped, Mapper
from etl.mends import Answer, MendedFile, answered, closing_reasons
from etl.progress import LoadProgress
from etl.readers import read
from etl.receive import Original, files_of, receive
from etl.revisions import named_revision
from etl.setup import Setup
from etl.telling import accepted_told, closed_told, known_told, landed_told
from etl.values import named_period
from warehouse import closing, edges, issued, ledger, updates
from warehouse.build import Progress, WarehouseBuild, silent
from warehouse.errors import MiharashiError
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder
from warehouse.issued import Touched
from warehouse.journal import closed_until
from warehouse.ledger import LoadRecord
from warehouse.registry import Registry
from warehouse.snapshot import Snapshot
from warehouse.staging import StagedLoad

_REJECTS_OF_REFUSED = 100

Clock = Callable[[], datetime]
"""Gives the present time, naive JST."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file; ``record`` is its ledger entry, None when nothing was entered.

    ``later``: it is not the file's fault (the disk is full), the same file may be loaded another time.  ``touched`` are
    the issued documents whose figures it changed.
    """

    file: Path
    record: LoadRecord | None
    message: str
    failed: bool
    later: bool = False
    touched: tuple[Touched, ...] = ()


@dataclass
class LoadResult:
    """What became of a run; ``snapshot`` is None when nothing new had to be published.

    ``remap`` names the configuration files that older rows in the lake were mapped with in another form.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    snapshot: Snapshot | None = None
    remap: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(outcome.failed for outcome in self.outcomes)


@dataclass
class Run:
    """What the files of one run are loaded with; ``staged`` are the loads whose rows are to land.

    ``feed`` is the one asked for, None to tell it from each file.  ``again``: load what was loaded before once more.
    ``by`` is who loads, ``progress`` tells how far the run is.
    """

    build: WarehouseBuild
    feeds: dict[str, Feed]
    registry: Registry
    clock: Clock
    feed: str | None
    again: bool
    by: str
    progress: LoadProgress = field(default_factory=lambda: LoadProgress(silent, []))
    staged: list[StagedLoad] = field(default_factory=list)


def load(folder: DataFolder, config: Path, paths: Sequence[Path], *, clock: Clock, feed: str | None = None,
         again: bool = False, by: str | None = None, progress: Progress = silent,
         until: Callable[[], bool] = lambda: False) -> LoadResult:
    """Load files and publish one new snapshot; no further file is begun once ``until`` says so.

    A refused file does not stop the others.  Raises :class:`MiharashiError` when the configuration is wrong, another
    load is running, or the checks fail; then the published snapshot is unharmed.
    """
    setup = Setup.read(config)
    refuse_unknown_feed(setup.feeds, feed)
    result = LoadResult()
    with folder.writer_lock(), setup.build(folder, progress) as build:
        files = files_of(paths)
        run = Run(build, setup.feeds, setup.registry, clock, feed, again, by or ledger.operator(),
                  LoadProgress(progress, files))
        for path in files:
            if until():
                break
            run.progress.begin(path)
            result.outcomes.append(_load_file(run, path))
        run.progress.end()
        if any(outcome.record for outcome in result.outcomes) or build.config_changed:
            land(run)
            result.remap = remapping.note(build, remapping.fingerprints(setup))
            build.build_marts()
            build.verify()
            issued.note_touched(build.connection, folder, [outcome.record for outcome in result.outcomes
                                                           if outcome.record], build.parent, build.number)
            result.outcomes = [_with_landing(build, outcome) for outcome in result.outcomes]
            result.snapshot = build.publish(clock())
    return result


def land(run: Run) -> None:
    """Bring what was staged into the lake, where it takes its place among the rows of other loads."""
    run.build.land([*run.staged, *shared_rows(run.build, run.feeds, run.staged)])
    run.staged.clear()
    closing.close_corrected(run.build.connection)


def _with_landing(build: WarehouseBuild, outcome: Outcome) -> Outcome:
    """Tell what the file's rows did to those of other files."""
    if outcome.record is None or outcome.failed:
        return outcome
    touched = tuple(issued.touched_by(build.connection, outcome.record.load_id))
    return replace(outcome, message=landed_told(build.connection, outcome.record, outcome.message, touched),
                   touched=touched)


def _load_file(run: Run, path: Path) -> Outcome:
    try:
        original = receive(path, run.build.folder)
    except FileRefused as error:
        return Outcome(path, None, error.paragraph(), failed=True, later=isinstance(error, NotReceived))
    try:
        answer = answered(run.build.connection, run.feeds, original.name)
        feed = answer.feed if answer else feed_for(path.with_name(original.name), run.feeds, run.feed)
    except (FeedError, FileRefused) as error:
        return _refuse_unknown(run, path, original, error)
    known = ledger.known_file(run.build.connection, feed.name, original.sha256,
                              None if answer else _named_days(feed, original.name))
    if known and known.status == "accepted" and not run.again:
        return Outcome(path, None, known_told(run.build.connection, known), failed=False)
    if known and known.status == "refused" and not (run.build.config_changed or run.again):
        return Outcome(path, None, known_told(run.build.connection, known), failed=True)
    return enter_original(run, path, original, feed, answer)


def enter_original(run: Run, path: Path, original: Original, feed: Feed, answer: Answer | None) -> Outcome:
    """Read an archived original, enter it into the ledger, and stage its rows unless it is refused."""
    if answer and answer.closes:
        return _close_rejects(run, path, original, answer)
    return _load_original(run, path, original, feed, answer)


def _refuse_unknown(run: Run, path: Path, original: Original, error: MiharashiError) -> Outcome:
    """A file that belongs to no feed is kept and entered all the same."""
    connection = run.build.connection
    known = ledger.known_file(connection, "", original.sha256)
    if known and not (run.build.config_changed or run.again):
        return Outcome(path, None, known_told(connection, known), failed=True)
    record = record_of_unknown(ledger.next_load_id(connection), original, run.clock(), run.by, error)
    ledger.add_load(connection, record, [])
    return Outcome(path, record, error.paragraph(), failed=True)


def _close_rejects(run: Run, path: Path, original: Original, answer: Answer) -> Outcome:
    """Rejects that stay out for good, as the file lists them."""
    connection = run.build.connection
    try:
        reasons = closing_reasons(original.archived)
    except FileRefused as error:
        return _refuse_unknown(run, path, original, error)
    load_id = ledger.next_load_id(connection)
    record = record_of_closing(load_id, original, answer, len(reasons) + 1, run.clock(), run.by)
    ledger.add_load(connection, record, [])
    closed = sum(closing.close(connection, [number], record, "loss", reason) for number, reason in reasons)
    return Outcome(path, record, closed_told(record, closed), failed=False)


def _load_original(run: Run, path: Path, original: Original, feed: Feed, answer: Answer | None) -> Outcome:
    connection, now = run.build.connection, run.clock()
    name = answer.root.file_name if answer else original.name
    named = _named_days(feed, name)
    staged = run.build.stage(feed.table, feed.name, ledger.next_load_id(connection))
    tally = Tally()
    mapper = Mapper(feed, run.registry, microseconds(now), partial(edges.near, connection, feed.name))
    mended = _mended(run, original, answer) if answer else None
    reading = _Reading(feed, tally, mapper, mended)
    refusal: MiharashiError | None = None
    try:
        if feed.file.period and named is None:
            raise unnamed_period(feed, original.name)
        for rows in mapper.rows(reading.batches(original, now, run.progress.open)):
            staged.append(rows)
            run.progress.rows(staged.rows)
        staged.close()
        reading.judge()
        refuse_retired_months(feed, staged.months(), closed_until(connection))
    except FileRefused as error:
        refusal = error
        staged.discard()
    record = record_of(staged.load_id, feed, original, tally, reading.mapped, staged.rows, now, run.by, named, refusal)
    record = record_of_mended(record, answer) if answer else _placed(run, record, feed)
    rejects = sorted([*tally.malformed, *reading.mapped.rejects], key=lambda reject: reject.line)
    rejects = [replace(reject, place=tally.place(reject.line)) for reject in rejects] if tally.parts else rejects
    if mended:
        rejects = mended.with_root_lines(rejects)
    ledger.add_load(connection, record, rejects if refusal is None else rejects[:_REJECTS_OF_REFUSED])
    if refusal is not None:
        return Outcome(path, record, refusal.paragraph(), failed=True)
    run.staged.append(staged)
    if mapper.ends is not None and not (answer and ledger.gave_way(connection, answer.root.load_id)):
        edges.keep(connection, record.load_id, feed.name, mapper.ends)
    if mapper.updates is not None and feed.fold is not None:
        updates.keep(connection, record.load_id, feed.name, feed.fact, feed.fold.key, mapper.updates)
    closed = closing.close(connection, mended.numbers, record, "mended") if mended else 0
    return Outcome(path, record, accepted_told(connection, record, closed), failed=False)


def _named_days(feed: Feed, name: str) -> tuple[date, date] | None:
    """The days that a file's name tells."""
    return named_period(name, feed.file.period) if feed.file.period else None


@dataclass
class _Reading:
    """One file on its way through the mapper; ``mended`` when it holds mended lines of another."""

    feed: Feed
    tally: Tally
    mapper: Mapper
    mended: MendedFile | None
    _before: Mapped | None = None

    @property
    def mapped(self) -> Mapped:
        """What became of the file's own records."""
        return own_of(self.mapper.mapped, self._before)

    def batches(self, original: Original, now: datetime, opened: Callable[[Path], BufferedReader]) -> Iterator[Batch]:
        if self.mended is None:
            yield from read(original.archived, self.feed, self.tally, original.name, now, opened)
            return
        if self.mended.needs_original:
            yield from self.mended.accepted_before()
            self._before = replace(self.mapper.mapped, rejects=list(self.mapper.mapped.rejects))
        yield from self.mended.batches(self.tally)

    def judge(self) -> None:
        """Raise :class:`FileRefused` unless the file may be loaded."""
        refuse_lost_lines(self._before)
        reconcile(self.tally, self.mapped)
        if self.mended is None:
            refuse_too_many_rejects(self.feed, self.tally, self.mapped)


def _mended(run: Run, original: Original, answer: Answer) -> MendedFile:
    def archived(load: LoadRecord) -> Path:
        return run.build.folder.archive / load.sha256

    return MendedFile(answer, original.archived, run.build.scratch, run.build.connection, archived)


def _placed(run: Run, record: LoadRecord, feed: Feed) -> LoadRecord:
    """The entry with what its name tells of its place among the loads, and a note when it came late."""
    connection = run.build.connection
    revision = named_revision(record.file_name, feed.file.revision) if feed.file.revision else None
    if run.again and revision is not None:
        revision = max(revision, ledger.highest_revision(connection, feed.name, record.as_of) or 0)
    newest = ledger.newest_day(connection, feed.name)
    return replace(record, revision=revision, note="late" if _is_late(record, newest) else record.note)


def _is_late(record: LoadRecord, newest: date | None) -> bool:
    """Whether a file of samples tells only of days before what its feed has already brought."""
    regular = FACT_TABLES[record.table_name].interval_seconds is not None
    return bool(regular and record.status == "accepted" and newest and record.period_to and record.period_to < newest)
