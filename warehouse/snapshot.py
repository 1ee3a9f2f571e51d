"""Published generations: ``wh-<number>.duckdb`` files and the pointer ``CURRENT``.

A snapshot is immutable once published.  Rolling back is flipping the pointer (specification 11(1)ア 切り戻し).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.engine import literal
from warehouse.errors import MiharashiError, NoSnapshot, SnapshotDamaged
from warehouse.folder import DataFolder, write_atomically
from warehouse.journal import Journal, JournalEntry, history_in

KEPT_GENERATIONS = 5
_NAME = re.compile(r"wh-(\d{6})\.duckdb")


@dataclass(frozen=True)
class Snapshot:
    """What is known of a published generation.  Times are naive JST; ``data_as_of`` ends the newest sample."""

    number: int
    path: Path
    published_at: datetime
    data_as_of: datetime | None


def snapshot_path(folder: DataFolder, number: int) -> Path:
    return folder.snapshots / f"wh-{number:06d}.duckdb"


def generations(folder: DataFolder) -> list[int]:
    """Numbers of all complete snapshots on disk, ascending, also of one that a kill kept from being published."""
    if not folder.snapshots.is_dir():
        return []
    return sorted(int(match[1]) for path in folder.snapshots.iterdir() if (match := _NAME.fullmatch(path.name)))


def published_generations(folder: DataFolder) -> list[int]:
    """Numbers of the snapshots on disk that are or were published, ascending."""
    unpublished = Journal(folder).pending()
    return [number for number in generations(folder) if number != unpublished or number == readable_number(folder)]


def next_number(folder: DataFolder) -> int:
    """A number that no snapshot ever had: documents and caches are known by it."""
    return max([0, *generations(folder), *Journal(folder).numbers()]) + 1


def heal(folder: DataFolder) -> None:
    """Finish or undo, under the writer lock, what a kill in the midst of a publication or rollback left.

    Raises :class:`MiharashiError` when the journal tells of a newer snapshot than the warehouse has: it was lost, or an
    older backup was put back, and going on from what there is would lose the loads since.
    """
    finish_publication(folder)
    journal, current = Journal(folder), current_number(folder)
    head = journal.head()
    if head is not None and current is None:
        raise MiharashiError(
            "公開済みのデータが失われています",
            f"archive/journal には世代 {head} までの記録がありますが、"
            f"{folder.snapshots} に公開済みのデータがありません。",
            "保管した原本から作り直すには python app.py rebuild を実行するか、バックアップから復元してください。")
    if head is not None and current is not None and head > current and head not in generations(folder):
        raise MiharashiError(
            "公開中のデータが、保管した取込みの記録より古くなっています",
            f"archive/journal の記録は世代 {head} まで進んでいますが、公開中の世代は {current} です。"
            "warehouse フォルダーを古いバックアップから復元した可能性があります。",
            f"記録のとおりに戻すには python app.py rebuild を、世代 {current} から続けるには "
            f"python app.py rollback {current} を実行してください。")
    if current is not None:
        enter_in_journal(folder, current)


def finish_publication(folder: DataFolder) -> None:
    """Complete the journal's entry of a snapshot that is published, or remove the snapshot that never was."""
    journal, current = Journal(folder), readable_number(folder)
    unpublished = journal.pending()
    if unpublished is not None and unpublished == current:
        journal.settle(unpublished)
        return
    if unpublished is not None:
        snapshot_path(folder, unpublished).unlink(missing_ok=True)
    journal.withdraw()


def enter_in_journal(folder: DataFolder, number: int) -> None:
    """Let the journal tell that ``number`` is published; what it does not know of it is taken from its ledger."""
    journal = Journal(folder)
    if not journal.has(number) and journal.pending() != number:
        with reading(folder, number) as connection:
            history = history_in(connection)
        published_at = describe(folder, number).published_at
        journal.announce(JournalEntry(number, None, published_at, True, history.loads, history.landings,
                                      history.retired, history.touched))
    journal.settle(number)


def readable_number(folder: DataFolder) -> int | None:
    """As :func:`current_number`, but None also when the pointer is damaged."""
    try:
        return current_number(folder)
    except SnapshotDamaged:
        return None


def current_number(folder: DataFolder) -> int | None:
    """Number of the published snapshot, None when nothing was ever published.

    Raises :class:`SnapshotDamaged` when the pointer names no snapshot.
    """
    pointer = folder.snapshots / "CURRENT"
    if not pointer.is_file():
        return None
    name = pointer.read_text(encoding="utf-8").strip()
    match = _NAME.fullmatch(name)
    if not match or not (folder.snapshots / name).is_file():
        raise SnapshotDamaged(
            "公開中のスナップショットが読めません", f"{pointer} が指す {name or '（空）'} がありません。",
            "python app.py rollback で前の世代に戻すか、python app.py rebuild で原本から作り直してください。")
    return int(match[1])


def point_to(folder: DataFolder, number: int) -> None:
    """Publish generation ``number`` in one atomic step."""
    write_atomically(folder.snapshots / "CURRENT", snapshot_path(folder, number).name + "\n")


def describe(folder: DataFolder, number: int) -> Snapshot:
    """Read a generation's own description."""
    path = snapshot_path(folder, number).resolve()
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            row = connection.execute("SELECT published_at, data_as_of FROM snapshot_info").fetchone()
    except duckdb.Error as error:
        raise SnapshotDamaged(
            "スナップショットが読めません", f"{path.name} がないか、内容が壊れています。",
            "python app.py rollback で前の世代に戻すか、python app.py rebuild で原本から作り直してください。",
        ) from error
    if row is None:
        raise NoSnapshot(str(path))
    return Snapshot(number, path, row[0], row[1])


def current(folder: DataFolder) -> Snapshot:
    """The published snapshot; raises :class:`NoSnapshot`."""
    number = current_number(folder)
    if number is None:
        raise NoSnapshot(str(folder.snapshots))
    return describe(folder, number)


@contextmanager
def reading(folder: DataFolder, number: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A generation opened for reading; raises :class:`SnapshotDamaged`."""
    with duckdb.connect(str(describe(folder, number).path), read_only=True) as connection:
        yield connection


def roll_back(folder: DataFolder, number: int | None = None) -> Snapshot:
    """Publish an older generation again: ``number``, or the one the published one was built on.

    Use under the writer lock.  One that a kill kept from being published is not among those to choose from.
    """
    available = published_generations(folder)
    if number is None:
        number = _one_before(folder, available)
    if number not in available:
        listed = "、".join(str(candidate) for candidate in available) or "なし"
        raise MiharashiError("その世代には戻せません", f"残っている世代: {listed}。",
                             "残っている世代の番号を指定してください（例: python app.py rollback 3）。")
    described = describe(folder, number)
    finish_publication(folder)
    point_to(folder, number)
    enter_in_journal(folder, number)
    return described


def _one_before(folder: DataFolder, available: list[int]) -> int | None:
    """The published generation's parent; when that cannot be told, the newest older generation."""
    try:
        present = current_number(folder) or 0
    except SnapshotDamaged:
        present = available[-1] + 1 if available else 0
    parent = _parent(snapshot_path(folder, present)) if present in available else None
    if parent in available:
        return parent
    older = [candidate for candidate in available if candidate < present]
    return older[-1] if older else None


def _parent(path: Path) -> int | None:
    """The generation that a snapshot was built on; None when it is the first or too damaged to tell."""
    try:
        with duckdb.connect(str(path.resolve()), read_only=True) as connection:
            row = connection.execute("SELECT parent FROM snapshot_info").fetchone()
    except duckdb.Error:
        return None
    return row[0] if row else None


def prune(folder: DataFolder, keep: int = KEPT_GENERATIONS) -> list[int]:
    """Remove all but the newest ``keep`` generations and, always, keep the published one; returns what went."""
    kept = set(generations(folder)[-keep:]) | {current_number(folder)}
    gone = [number for number in generations(folder) if number not in kept]
    for number in gone:
        snapshot_path(folder, number).unlink()
    return gone


def referenced_lake_files(folder: DataFolder) -> set[str] | None:
    """Lake files (relative paths) that any generation on disk still needs; None when a damaged one cannot tell."""
    needed: set[str] = set()
    with duckdb.connect() as connection:  # one instance for all of them: five of their own take three times as long
        for number in generations(folder):
            files = _lake_files_of(connection, snapshot_path(folder, number))
            if files is None:
                return None
            needed |= files
    return needed


def _lake_files_of(connection: duckdb.DuckDBPyConnection, path: Path) -> set[str] | None:
    """Lake files of one generation, None when it is damaged."""
    try:
        connection.execute(f"ATTACH {literal(path)} AS generation (READ_ONLY)")
        files = {row[0] for row in connection.execute("SELECT path FROM generation.lake_file").fetchall()}
        connection.execute("DETACH generation")
    except duckdb.Error:
        return None
    return files


def remove_leftovers(folder: DataFolder) -> int:
    """Remove unfinished snapshots, half received originals and lake files that no generation needs; returns how many.

    While a generation is damaged no lake file goes: what it needs is not known, and it may be restored.
    """
    removed = 0
    if folder.snapshots.is_dir():
        for path in folder.snapshots.iterdir():
            if path.name != "CURRENT" and not _NAME.fullmatch(path.name):
                path.unlink()
                removed += 1
    for path in folder.archive.glob("incoming-*.part"):
        path.unlink()
        removed += 1
    needed = referenced_lake_files(folder)
    if needed is None:
        return removed
    for path in sorted(folder.lake.rglob("*.parquet")) if folder.lake.is_dir() else []:
        if path.relative_to(folder.lake).as_posix() not in needed:
            path.unlink()
            removed += 1
    return removed
