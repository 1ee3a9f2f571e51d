"""Where everything lies inside the data folder, and the lock that lets one process write at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import MiharashiError, WatcherBusy, WriterBusy
from warehouse.trouble import storage_trouble_told

ACCEPTED_FOLDER, REFUSED_FOLDER = "済", "要確認"
"""Below ``inbox/``: where files go that were loaded, and those that somebody has to look at."""
REASON_SUFFIX = ".理由.txt"
"""Ends the name of the text beside a file in :data:`REFUSED_FOLDER` that says why it lies there."""


@dataclass(frozen=True)
class DataFolder:
    """The data folder (``MIHARASHI_DATA``); nothing outside it is ever written."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def snapshots(self) -> Path:
        return self.root / "warehouse"

    @property
    def scratch(self) -> Path:
        """Work in progress; emptied at the start of every load."""
        return self.root / "tmp"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def issued(self) -> Path:
        """Every issued document with its frozen inputs, by number; nothing in it is ever changed or removed."""
        return self.root / "issued"

    def fresh_scratch(self) -> Path:
        """An empty scratch folder; whatever a killed load left there is removed."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        return self.scratch

    @contextmanager
    def writer_lock(self) -> Iterator[None]:
        """Hold the writer lock; the kernel frees it even when the process is killed.

        Raises :class:`WriterBusy` when another process holds it, and :class:`warehouse.trouble.StorageTrouble` for
        what the disk refuses while the lock is held.
        """
        with storage_trouble_told(self.root), self._locked("write.lock", WriterBusy):
            yield

    @contextmanager
    def watcher_lock(self) -> Iterator[None]:
        """Likewise for the one process that watches the inbox; raises :class:`WatcherBusy`."""
        with self._locked("watch.lock", WatcherBusy):
            yield

    @contextmanager
    def _locked(self, name: str, busy: Callable[[str], MiharashiError]) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        path = self.root / name
        with path.open("a", encoding="ascii") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise busy(str(path)) from None
            yield


def fsync_path(path: Path) -> None:
    """Force a file or folder to disk, so that a pointer never names something the disk does not hold."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, text: str) -> None:
    """Replace ``path`` in one step: readers see the old text or the new one, never a part."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    fsync_path(temporary)
    temporary.replace(path)
    fsync_path(path.parent)
