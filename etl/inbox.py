"""The inbox: which of its files are complete, and where they go once they were loaded or refused.

A file is complete when ``<name>.done`` lies beside it, or when nothing about it changed for the settle time.  Loaded
files go to ``inbox/済/<feed>/``, those that somebody has to look at to ``inbox/要確認/<feed>/`` with a text that says
why.  Nothing is overwritten there, and a file that changed in the meantime stays where it is.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from etl.receive import files_of
from warehouse.errors import ConfigError
from warehouse.folder import ACCEPTED_FOLDER, REASON_SUFFIX, REFUSED_FOLDER, DataFolder

UNKNOWN_FEED, SAME_CONTENT = "種類不明", "重複"
"""Folders for files of no known feed, and for those whose content had been loaded before."""
_DAY = 86_400


@dataclass(frozen=True)
class InboxRules:
    """``config/watch.toml``; ``keep_days``: how long loaded files stay in ``済``, 0 = not at all, None = for good."""

    keep_days: int | None = 14

    @classmethod
    def read(cls, config: Path) -> InboxRules:
        """The rules of a deployment, the usual ones when it has no such file; raises :class:`ConfigError`."""
        path = config / "watch.toml"
        if not path.is_file():
            return cls()
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _wrong(path, f"TOMLとして読めません（{error}）") from None
        if unknown := sorted(raw.keys() - {"keep_days"}):
            raise _wrong(path, f"項目 {'、'.join(unknown)} は使えません（使える項目: keep_days）")
        days = raw.get("keep_days")
        if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 0):
            raise _wrong(path, f"keep_days = {days} は使えません（0以上の整数。書かなければ消しません）")
        return cls(days)


@dataclass(frozen=True)
class Arrival:
    """A file as it was found; it counts as another file when any of this changes."""

    path: Path
    size: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Arrival:
        found = path.stat()
        return cls(path, found.st_size, found.st_mtime_ns, found.st_ino)

    @property
    def unchanged(self) -> bool:
        """Whether the file is still there as it was."""
        try:
            return Arrival.of(self.path) == self
        except FileNotFoundError:
            return False


class Inbox:
    """The inbox of one data folder.  ``settle`` in seconds."""

    def __init__(self, folder: DataFolder, settle: float) -> None:
        self._folder, self._settle = folder, settle
        self._since: dict[Arrival, float] = {}
        self._stuck: set[Arrival] = set()

    def complete(self, now: float) -> list[Arrival]:
        """Files that are complete at ``now`` (seconds of a clock that never jumps), in the order in which they load."""
        found = list(self._arrivals())
        self._since = {arrival: self._since.get(arrival, now) for arrival in found}
        self._stuck &= self._since.keys()
        return [arrival for arrival in found if arrival not in self._stuck
                and (_marker(arrival.path).exists() or now - self._since[arrival] >= self._settle)]

    def waiting(self) -> int:
        """How many files the last look saw, complete or not, that can still be loaded."""
        return len(self._since) - len(self._stuck)

    def accept(self, arrival: Arrival, feed: str | None) -> Path | None:
        """Put a loaded file away; None when it changed meanwhile: then it is a new file and stays."""
        return self._put_away(arrival, self._folder.inbox / ACCEPTED_FOLDER, feed or SAME_CONTENT)

    def refuse(self, arrival: Arrival, feed: str | None, reason: str) -> Path | None:
        """Put a file away that somebody has to look at, and say why beside it."""
        feed = feed or self._feed_folder(arrival.path) or UNKNOWN_FEED
        target = self._put_away(arrival, self._folder.inbox / REFUSED_FOLDER, feed)
        if target is not None:
            target.with_name(target.name + REASON_SUFFIX).write_text(reason + "\n", encoding="utf-8")
        return target

    def expire(self, now: float, keep_days: int | None) -> list[Path]:
        """Remove files that lay in ``済`` for ``keep_days``, each only while its original is whole in the archive."""
        place = self._folder.inbox / ACCEPTED_FOLDER
        if keep_days is None or not place.is_dir():
            return []
        gone = []
        for path in sorted(path for path in place.rglob("*") if path.is_file()):
            if now - path.stat().st_ctime >= keep_days * _DAY and _archived(path, self._folder):
                path.unlink()
                gone.append(path)
        return gone

    def _arrivals(self) -> Iterable[Arrival]:
        if not self._folder.inbox.is_dir():
            return
        for path in files_of([self._folder.inbox]):
            try:
                yield Arrival.of(path)
            except FileNotFoundError:
                continue

    def _put_away(self, arrival: Arrival, place: Path, feed: str) -> Path | None:
        if not arrival.unchanged:
            return None
        folder = place / feed
        try:
            folder.mkdir(parents=True, exist_ok=True)
            target = _free_name(folder / arrival.path.name)
            _move(arrival.path, target)
            if Arrival.of(target).modified_ns != arrival.modified_ns and not arrival.path.exists():
                _move(target, arrival.path)  # somebody was still writing: it is another file now
                return None
        except OSError:
            self._stuck.add(arrival)
            raise
        _marker(arrival.path).unlink(missing_ok=True)
        return target

    def _feed_folder(self, path: Path) -> str | None:
        parts = path.relative_to(self._folder.inbox).parts
        return parts[0] if len(parts) > 1 else None


def _marker(path: Path) -> Path:
    return path.with_name(path.name + ".done")


def _free_name(path: Path) -> Path:
    """``path``, or the first of ``name (2).csv``, ``name (3).csv`` … that is free (its reason's name, too)."""
    candidate, number = path, 1
    while candidate.exists() or candidate.with_name(candidate.name + REASON_SUFFIX).exists():
        number += 1
        candidate = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return candidate


def _move(source: Path, target: Path) -> None:
    """Rename, or copy and remove when the inbox lies on a disk of its own."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy = target.with_name(f".{target.name}.part")
        shutil.copy2(source, copy)
        copy.replace(target)
        source.unlink()


def _archived(path: Path, folder: DataFolder) -> bool:
    """Whether the archive holds the same content, read anew."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    original = folder.archive / digest
    if not original.is_file():
        return False
    with original.open("rb") as stream:
        return os.fstat(stream.fileno()).st_size == path.stat().st_size \
            and hashlib.file_digest(stream, "sha256").hexdigest() == digest


def _wrong(path: Path, problem: str) -> ConfigError:
    return ConfigError("見張りの設定に誤りがあります", f"{path}: {problem}。", f"{path} を直してください。")
