"""One load, in reading order: receive, read, map, check, land, build, verify, publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from etl.batches import Tally
from etl.errors import FeedError, FileRefused
from etl.feed import Feed, feed_for, read_feeds
from etl.mapping import Mapped, Mapper
from etl.readers import read
from etl.receive import Original, files_of, receive
from etl.values import named_period
from warehouse import ledger
from warehouse.build import Progress, WarehouseBuild, silent
from warehouse.dimensions import config_hash
from warehouse.errors import MiharashiError
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder
from warehouse.kpi import KpiCatalogue
from warehouse.lake import JST, StagedLoad
from warehouse.ledger import LoadRecord
from warehouse.registry import Registry
from warehouse.snapshot import Snapshot

_REJECTS_OF_REFUSED = 100
_MONTH_IN_NAME = r"(?P<year>20\d{2})[-_]?(?P<month>0[1-9]|1[0-2])"

Clock = Callable[[], datetime]
"""Gives the present time, naive JST."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file; ``record`` is its ledger entry, None when nothing was entered."""

    file: Path
    record: LoadRecord | None
    message: str
    failed: bool



@dataclass
class LoadResult:
    """What became of a run; ``snapshot`` is None when nothing new had to be published."""

    outcomes: list[Outcome] = field(default_factory=list)
    snapshot: Snapshot | None = None

    @property
    def failed(self) -> bool:
        return any(outcome.failed for outcome in self.outcomes)


def load(folder: DataFolder, config: Path, paths: Sequence[Path], *, clock: Clock, feed: str | None = None,
         progress: Progress = silent) -> LoadResult:
    """Load files and publish one new snapshot.

    A refused file does not stop the others.  Raises :class:`MiharashiError` when the configuration is wrong, another
    load is running, or the checks fail; then the published snapshot is unharmed.
    """
    registry, kpis, feeds = Registry.read(config), KpiCatalogue.read(config), read_feeds(config)
    result = LoadResult()
    with folder.writer_lock(), WarehouseBuild(folder, registry, kpis, config_hash(config), progress) as build:
        staged: list[StagedLoad] = []
        files = files_of(paths)
        for done, path in enumerate(files):
            progress(f"取込み {path.name}", done, len(files))
            outcome, load_of_file = _load_file(build, path, feeds, feed, registry, clock)
            result.outcomes.append(outcome)
            if load_of_file is not None:
                staged.append(load_of_file)
        progress("取込み", len(files), len(files))
        if any(outcome.record for outcome in result.outcomes) or build.config_changed:
            build.land(staged)
            build.build_marts()
            build.verify()
            result.outcomes = [_with_replaced(build, outcome) for outcome in result.outcomes]
            result.snapshot = build.publish(clock())
    return result


def _with_replaced(build: WarehouseBuild, outcome: Outcome) -> Outcome:
    """Tell of samples that took others' place, above all when fewer came than went."""
    record = outcome.record
    replaced = build.replaced_samples(record.load_id) if record else 0
    if record is None or replaced == 0:
        return outcome
    fewer = replaced - record.accepted_rows
    loss = f"（{fewer:,}件減りました。ファイルを確かめてください）" if fewer > 0 else ""
    return replace(outcome, message=f"{outcome.message}。既存の{replaced:,}件を差し替えました{loss}")


def _load_file(build: WarehouseBuild, path: Path, feeds: dict[str, Feed], feed_name: str | None, registry: Registry,
               clock: Clock) -> tuple[Outcome, StagedLoad | None]:
    try:
        feed = feed_for(path, feeds, feed_name)
        original = receive(path, build.folder)
    except (FeedError, FileRefused) as error:
        return Outcome(path, None, error.paragraph(), failed=True), None
    known = ledger.known_file(build.connection, feed.name, original.sha256)
    if known and known.status == "accepted":
        told = f"同じ内容のファイルは取込み済みです（取込み番号 {known.load_id}、{known.file_name}）。"
        return Outcome(path, None, f"{told}何も変えませんでした。", failed=False), None
    if known and not build.config_changed:
        told = f"前に受け付けられなかったファイルと同じ内容です（取込み番号 {known.load_id}）。{known.refusal}"
        return Outcome(path, None, told, failed=True), None
    return _load_original(build, path, original, feed, registry, clock())


def _load_original(build: WarehouseBuild, path: Path, original: Original, feed: Feed, registry: Registry,
                   now: datetime) -> tuple[Outcome, StagedLoad | None]:
    named = named_period(original.name, feed.file.period) if feed.file.period else None
    staged = build.stage(feed.table, feed.name, ledger.next_load_id(build.connection), named[1] if named else None)
    tally = Tally()
    mapper = Mapper(feed, registry, _microseconds(now))
    refusal: MiharashiError | None = None
    try:
        if feed.file.period and named is None:
            raise _unnamed_period(feed, original.name)
        for rows in mapper.rows(read(original.archived, feed, tally)):
            staged.append(rows)
        staged.close()
        _reconcile(feed, tally, mapper.mapped)
    except FileRefused as error:
        refusal = error
        staged.discard()
    record = _record(feed, original, staged, tally, mapper.mapped, now, refusal, named)
    record = _with_note(record, ledger.newest_day(build.connection, feed.name))
    rejects = sorted([*tally.malformed, *mapper.mapped.rejects], key=lambda reject: reject.line)
    ledger.add_load(build.connection, record, rejects if refusal is None else rejects[:_REJECTS_OF_REFUSED])
    outcome = Outcome(path, record, _message(record, refusal), failed=refusal is not None)
    return outcome, staged if refusal is None else None


def _unnamed_period(feed: Feed, name: str) -> FileRefused:
    """Which of two ledgers is newer is told by their names; a name that does not tell is refused."""
    return FileRefused("ファイル名から対象期間が読めません",
                       f"{name} の名前に、台帳の対象期間がありません。どの台帳が新しいかは名前で決まります。",
                       f"送付元の名前（例: {_example_name(feed)}）のとおりに直して、取り込み直してください。")


def _example_name(feed: Feed) -> str:
    pattern = feed.file.period or ""
    month = "月" if "(?P<month>" in pattern else "度"
    example = (f"令和8年{'10' if month == '月' else ''}{month}") if "(?P<era>" in pattern else "202610"
    return feed.file.names[0].replace("*", example)


def _reconcile(feed: Feed, tally: Tally, mapped: Mapped) -> None:
    """Every physical line is accounted for, and not too many are rejects; otherwise the file is refused whole."""
    rejected = len(tally.malformed) + len(mapped.rejects)
    told = mapped.accepted_lines + rejected + mapped.other_lines + tally.header + tally.blank + tally.total
    if told != tally.physical:
        raise FileRefused("行数が合いません",
                          f"ファイルは{tally.physical:,}行ですが、受入れ・却下・見出し等の合計は{told:,}行です。",
                          "ファイルの途中に改行や閉じていない引用符がないか確かめ、送付元に再出力を依頼してください。")
    data = mapped.accepted_lines + rejected
    too_many = rejected > feed.reject_grace and 100 * rejected / data > feed.reject_limit_pct
    if too_many or (rejected and not mapped.accepted_lines):
        first = min([*tally.malformed, *mapped.rejects], key=lambda reject: reject.line)
        raise FileRefused("却下された行が多すぎます",
                          f"{data:,}行のうち{rejected:,}行が却下されました（上限{feed.reject_limit_pct:g}%）。"
                          f"最初は{first.line}行目: {first.reason}"
                          f"{f'（{first.column}={first.value}）' if first.column else ''}。",
                          "定義とファイルの組合せを確かめ、直したファイルを取り込んでください。")


def _record(feed: Feed, original: Original, staged: StagedLoad, tally: Tally, mapped: Mapped, now: datetime,
            refusal: MiharashiError | None, named: tuple[date, date] | None) -> LoadRecord:
    period_from, period_to = named or _period_of_rows(mapped)
    if refusal is not None and period_from is None:
        period_from, period_to = named_period(original.name, _MONTH_IN_NAME) or (None, None)
    return LoadRecord(
        load_id=staged.load_id, feed=feed.name, title=feed.title, table_name=feed.table, file_name=original.name,
        sha256=original.sha256, file_bytes=original.size, status="refused" if refusal else "accepted",
        refusal=f"{refusal.title}: {refusal.message}" if refusal else None, physical_lines=tally.physical,
        accepted_lines=0 if refusal else mapped.accepted_lines,
        rejected_lines=len(tally.malformed) + len(mapped.rejects), header_lines=tally.header, blank_lines=tally.blank,
        total_lines=tally.total, other_lines=mapped.other_lines, accepted_rows=staged.rows, period_from=period_from,
        period_to=period_to, loaded_at=now)


def _period_of_rows(mapped: Mapped) -> tuple[date | None, date | None]:
    """The days from the first to the last record (JST)."""
    if mapped.first is None or mapped.last is None:
        return None, None
    return _jst_date(mapped.first), _jst_date(mapped.last)


def _with_note(record: LoadRecord, newest: date | None) -> LoadRecord:
    """Mark a file of samples all of whose days lie before what its feed has already brought: it came late."""
    regular = FACT_TABLES[record.table_name].interval_seconds is not None
    if regular and record.status == "accepted" and newest and record.period_to and record.period_to < newest:
        return LoadRecord(**{**vars(record), "note": "late"})
    return record


def _message(record: LoadRecord, refusal: MiharashiError | None) -> str:
    if refusal is not None:
        return refusal.paragraph()
    rejected = f"、却下 {record.rejected_lines:,}行" if record.rejected_lines else ""
    return f"受入れ {record.accepted_rows:,}件{rejected}（取込み番号 {record.load_id}）"


def _microseconds(jst: datetime) -> int:
    return (jst - JST - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def _jst_date(microseconds: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds) + JST).date()
