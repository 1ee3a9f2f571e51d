"""Published generations: ``wh-<number>.duckdb`` files and the pointer ``CURRENT``.

A snapshot is immutable once published.  Rolling back is flipping the pointer (specification 11(1)ア 切り戻し).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.errors import MiharashiError, NoSnapshot, SnapshotDamaged
from warehouse.folder import DataFolder, write_atomically

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
    """Numbers of all complete snapshots on disk, ascending."""
    if not folder.snapshots.is_dir():
        return []
    return sorted(int(match[1]) for path in folder.snapshots.iterdir() if (match := _NAME.fullmatch(path.name)))


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
            "python app.py rollback で前の世代に戻すか、バックアップから復元してください。")
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
        raise SnapshotDamaged("スナップショットが読めません", f"{path.name}: {error}",
                              "python app.py rollback で前の世代に戻してください。") from error
    if row is None:
        raise NoSnapshot(str(path))
    return Snapshot(number, path, row[0], row[1])


def current(folder: DataFolder) -> Snapshot:
    """The published snapshot; raises :class:`NoSnapshot`."""
    number = current_number(folder)
    if number is None:
        raise NoSnapshot(str(folder.snapshots))
    return describe(folder, number)


def roll_back(folder: DataFolder, number: int | None = None) -> Snapshot:
    """Publish an older generation again: ``number``, or the one the published one was built on."""
    available = generations(folder)
    if number is None:
        number = _one_before(folder, available)
    if number not in available:
        listed = "、".join(str(candidate) for candidate in available) or "なし"
        raise MiharashiError("その世代には戻せません", f"残っている世代: {listed}。",
                             "残っている世代の番号を指定してください（例: python app.py rollback 3）。")
    described = describe(folder, number)
    point_to(folder, number)
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
    for number in generations(folder):
        try:
            with duckdb.connect(str(snapshot_path(folder, number)), read_only=True) as connection:
                needed.update(row[0] for row in connection.execute("SELECT path FROM lake_file").fetchall())
        except duckdb.Error:
            return None
    return needed


def remove_leftovers(folder: DataFolder) -> int:
    """Remove unfinished snapshots and lake files that no generation needs; returns how many files went.

    While a generation is damaged no lake file goes: what it needs is not known, and it may be restored.
    """
    removed = 0
    if folder.snapshots.is_dir():
        for path in folder.snapshots.iterdir():
            if path.name != "CURRENT" and not _NAME.fullmatch(path.name):
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
