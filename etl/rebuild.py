"""Everything anew from the originals: what was loaded is loaded again, in its order and with its clock.

The journal beside the originals tells which files were loaded when and by whom; today's configuration says how they
are read.  The result is a new snapshot with the same rows as the living one, unless the configuration changed, which
makes it the way to map landed rows again, and the proof that nothing but ``archive/`` is needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from etl import remapping
from etl.errors import FileRefused
from etl.landing import Landings
from etl.mends import answered
from etl.receive import Original
from etl.revisions import named_revision
from etl.run import Clock, Run, enter_original
from etl.setup import Setup
from warehouse import ledger, retention, snapshot
from warehouse.build import Progress, WarehouseBuild, silent
from warehouse.comparing import Difference, differences
from warehouse.errors import ConfigError, MiharashiError, NoSnapshot, SnapshotDamaged
from warehouse.folder import DataFolder
from warehouse.journal import History, Journal, JournalDamaged, history_in, missing_numbers, restore_touched
from warehouse.ledger import LoadRecord
from warehouse.retention import Copy
from warehouse.snapshot import Snapshot

_GONE = ("保管した原本が失われています: 原本を戻す（同じファイルを取り込むと戻ります）と、"
         "python app.py rebuild で記録も戻ります")


@dataclass(frozen=True)
class Damage:
    """An original, or a copy that stands for originals, that is missing or not what it was."""

    load: LoadRecord | None
    name: str
    problem: str

    def told(self) -> str:
        if self.load is None:
            return f"{self.name}: {self.problem}"
        return (f"{self.name}（取込み番号 {self.load.load_id}、{self.load.title}、"
                f"{self.load.loaded_at:%Y-%m-%d %H:%M} 受領、{self.load.accepted_rows:,}件）: {self.problem}")


class OriginalsDamaged(MiharashiError):
    """Originals are missing or damaged: what they brought would be lost."""

    def __init__(self, damages: Sequence[Damage]) -> None:
        rows = sum(damage.load.accepted_rows for damage in damages if damage.load)
        super().__init__(
            "保管した原本に欠けや傷みがあるため、作り直しませんでした",
            f"{len(damages):,}件、受入れ{rows:,}件分です。公開中のデータは前のままです。\n  "
            + "\n  ".join(damage.told() for damage in damages),
            "archive をバックアップから復元するか、送付元から同じファイルを受け取って python app.py load で取り込むと、"
            "原本が元に戻ります（同じ内容なら、記録は変わりません）。"
            "失われた分を除いて作り直すときは python app.py rebuild --without-damaged を実行してください。")


@dataclass
class Rebuilt:
    """What came of it.  ``snapshot`` is None when it was a check; ``unnamed`` counts originals of no known load."""

    loads: int
    snapshot: Snapshot | None = None
    compared: Snapshot | None = None
    damages: list[Damage] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    unnamed: int = 0
    reconfigured: bool = False

    @property
    def proved(self) -> bool:
        """Whether the originals give just what is published."""
        return self.compared is not None and not self.damages and not self.differences


def rebuild(folder: DataFolder, config: Path, *, clock: Clock, check: bool = False, without_damaged: bool = False,
            restore_samples: bool = False, progress: Progress = silent) -> Rebuilt:
    """Build everything anew and publish it, or with ``check`` only compare it with what is published.

    ``restore_samples``: samples of retired months come back, and files of theirs that came late count, as far as the
    originals are there.

    Raises :class:`MiharashiError`: nothing was ever loaded, the journal has gaps, originals are damaged (unless
    ``check`` or ``without_damaged``), or today's configuration lacks a feed.  The published snapshot is unharmed then.
    """
    setup = Setup.read(config)
    with folder.writer_lock():
        snapshot.finish_publication(folder)
        history = history_of(folder)
        if restore_samples:
            history = replace(history, retired=tuple(month for month in history.retired if month.copied_in is not None))
        copies = [retention.read_copy(folder, number) for number in sorted(
            {month.copied_in for month in history.retired if month.copied_in is not None})]
        damages = list(_damages(folder, history, copies, progress))
        if damages and not (check or without_damaged):
            raise OriginalsDamaged(damages)
        _refuse_missing_feeds(setup, history, config)
        result = Rebuilt(len(history.loads), damages=damages, unnamed=_unnamed(folder))
        try:
            with setup.build(folder, progress, anew=True) as build:
                _Replay(build, setup, history, copies, damages, progress).run()
                remapping.note(build, remapping.fingerprints(setup))
                build.verify()
                published = _published(folder) if check else None
                if published is not None:
                    result.compared, result.reconfigured = published, build.configured_otherwise_than(published.path)
                    result.differences = differences(build, published.path, progress)
                if not check:
                    build.landings = history.landings
                    result.snapshot = build.publish(clock())
        finally:
            snapshot.remove_leftovers(folder)
    return result


def history_of(folder: DataFolder) -> History:
    """Everything that led to the published snapshot, or to the last one when the warehouse itself is lost.

    Where the journal has a gap, the ledger of the published snapshot stands in.
    """
    journal, current = Journal(folder), snapshot.readable_number(folder)
    head = journal.head()
    if head is None and current is None:
        raise NoSnapshot(str(folder.root))
    restored = head is not None and (current is None or (head > current and head not in snapshot.generations(folder)))
    number = head if restored or current is None else current
    assert number is not None
    try:
        history = journal.history(number) if journal.has(number) or current is None else None
        if history is not None and not missing_numbers(history.loads):
            return history
    except JournalDamaged:
        if restored:
            raise
    if restored:
        raise JournalDamaged("保管した取込みの記録に欠けがあります",
                             f"archive/journal から世代 {number} までの取込みをすべてはたどれません。",
                             "archive フォルダーをバックアップから復元してから、もう一度実行してください。")
    with snapshot.reading(folder, number) as connection:
        return history_in(connection)


class _Replay:
    """One run through the history."""

    def __init__(self, build: WarehouseBuild, setup: Setup, history: History, copies: Sequence[Copy],
                 damages: Sequence[Damage], progress: Progress) -> None:
        self._build, self._setup, self._history, self._progress = build, setup, history, progress
        self._copies = {number: copy for copy in copies for number in copy.loads}
        self._lost = {damage.load.load_id for damage in damages if damage.load}
        self._run = Run(build, setup.feeds, setup.registry, lambda: history.loads[0].loaded_at, None, False, "")
        self._landings = Landings(self._run)
        self._seen: set[tuple[str, str]] = set()
        whole = [copy for copy in copies if not copy.damaged]
        retention.restore_marts(build.connection, whole)
        build.restored = frozenset().union(*(copy.months for copy in whole))

    def run(self) -> None:
        """Load everything, retire what was retired at its time, and build the marts."""
        done = 0
        for landing in _landings(self._history):
            self._retire(before=landing[0].load_id)
            if any(load.mends is not None for load in landing):
                self._landings.finish()  # which rejects a mend closes depends on what has landed
            for load in landing:
                self._progress(f"再取込み {load.file_name}", done, len(self._history.loads))
                self._load(load)
                done += 1
            self._landings.gather()
        self._progress("再取込み", done, done)
        self._retire(before=None)
        self._landings.finish()
        restore_touched(self._build.connection, self._history.touched)
        self._build.build_marts()

    def _retire(self, before: int | None) -> None:
        """Let samples go that were let go before a load came (None: all that ever were)."""
        known = {month.jst_month for month in self._build.retired()}
        due = [month for month in self._history.retired
               if month.jst_month not in known and (before is None or month.after_load < before)]
        if not due:
            return
        self._landings.finish()
        self._build.build_marts()
        retention.retire(self._build.connection, due)
        retention.drop_samples(self._build.connection)

    def _load(self, load: LoadRecord) -> None:
        self._run.clock, self._run.by = lambda: load.loaded_at, load.loaded_by or ""
        self._run.again = self._was_again(load)
        self._seen.add((load.feed, load.sha256))
        connection = self._build.connection
        if load.load_id in self._copies:
            ledger.add_load(connection, load, [])
            retention.restore_ledger(connection, self._copies[load.load_id], load.load_id)
        elif load.load_id in self._lost:
            ledger.add_load(connection, _refused(load, _GONE), [])
        elif not load.feed:  # of no known kind then: which feed would take it now, its folder told and is gone
            ledger.add_load(connection, load, [])
        else:
            self._enter(load)

    def _enter(self, load: LoadRecord) -> None:
        path = self._build.folder.archive / load.sha256
        original = Original(load.file_name, load.sha256, load.file_bytes, path)
        try:
            answer = answered(self._build.connection, self._setup.feeds, load.file_name)
        except FileRefused as error:
            ledger.add_load(self._build.connection, _refused(load, f"{error.title}: {error.message}"), [])
            return
        enter_original(self._run, path, original, answer.feed if answer else self._setup.feeds[load.feed], answer)

    def _was_again(self, load: LoadRecord) -> bool:
        """Whether the load was one of the same content again, which gives it the highest revision."""
        feed = self._setup.feeds.get(load.feed)
        if feed is None or feed.file.revision is None or (load.feed, load.sha256) not in self._seen:
            return False
        return (load.revision or 0) > named_revision(load.file_name, feed.file.revision)


def _landings(history: History) -> Iterator[list[LoadRecord]]:
    """The loads in order, those together that landed together."""
    ends, group = set(history.landings), list[LoadRecord]()
    for load in history.loads:
        group.append(load)
        if load.load_id in ends:
            yield group
            group = []
    if group:
        yield group


def _refused(load: LoadRecord, why: str) -> LoadRecord:
    return replace(load, status="refused", refusal=why, accepted_lines=0, accepted_rows=0, note=None)


def _damages(folder: DataFolder, history: History, copies: Sequence[Copy], progress: Progress) -> Iterator[Damage]:
    """Read every original once and compare it with its hash."""
    for copy in copies:
        for name in copy.damaged:
            yield Damage(None, str(copy.place / name), "外した月の写しがないか、内容が変わっています")
    pruned = set().union(*(copy.loads for copy in copies))
    needed = [load for load in history.loads if load.load_id not in pruned]
    found: dict[str, str] = {}
    for done, load in enumerate(needed):
        if load.sha256 not in found:
            progress("原本の確認", done, len(needed))
            found[load.sha256] = _problem(folder.archive / load.sha256, load.sha256)
        if found[load.sha256]:
            yield Damage(load, load.file_name, f"{found[load.sha256]}（archive/{load.sha256}）")


def _problem(path: Path, sha256: str) -> str:
    try:
        with path.open("rb") as stream:
            whole = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return "原本がありません"
    except OSError as error:
        return f"原本が読めません（{error.strerror}）"
    return "" if whole else "原本の内容が受け取ったときと違います"


def _refuse_missing_feeds(setup: Setup, history: History, config: Path) -> None:
    missing = sorted({load.feed for load in history.loads if load.feed} - setup.feeds.keys())
    if missing:
        raise ConfigError("取込み定義がありません",
                          f"取り込んだファイルの定義 {'、'.join(missing)} が {config / 'feeds'} にありません。",
                          "定義のファイルを戻してから、もう一度実行してください。")


def _published(folder: DataFolder) -> Snapshot | None:
    """The snapshot to compare with; None when there is none that can be read."""
    number = snapshot.readable_number(folder)
    try:
        return None if number is None else snapshot.describe(folder, number)
    except SnapshotDamaged:
        return None


def _unnamed(folder: DataFolder) -> int:
    """Originals that no entry of the journal names: received by a load that never was published."""
    named = Journal(folder).all_named()
    return sum(len(path.name) == 64 and path.name not in named for path in folder.archive.iterdir())
