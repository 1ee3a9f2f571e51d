"""The reader of the snapshot that is published at the moment, for whoever serves requests.

With a watch (``watch``) a new snapshot is made ready in the background, and requests get its reader when it is: until
then they are answered from the snapshot before.  Without one a request opens what is published when it comes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from warehouse import snapshot
from warehouse.errors import MiharashiError
from warehouse.folder import DataFolder
from warehouse.reader import SCREEN_SECONDS, Reader

LOOK_SECONDS = 1.0
"""How often the watch looks for a new snapshot: one small file is read."""


class CurrentReader:
    """Gives every request a reader.

    Requests under way finish on the reader they have; it closes when the last of them lets it go.  A person waits for
    the answer, so every query has a time limit.
    """

    def __init__(self, data: Path, limit_seconds: float = SCREEN_SECONDS) -> None:
        self._folder, self._limit_seconds = DataFolder(data), limit_seconds
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._watch: threading.Thread | None = None

    def __call__(self) -> Reader:
        """The reader of the published snapshot; raises :class:`warehouse.errors.NoSnapshot`."""
        watched = self._watch is not None and self._watch.is_alive()
        with self._lock:
            if self._reader is None or (not watched and self._is_old(self._reader)):
                self._reader = self._open()
            return self._reader

    def watch(self, make_ready: Callable[[Reader], None]) -> None:
        """Look for new snapshots from now on; ``make_ready`` is called with the reader of each before requests get it.

        The watch ends with the process.
        """
        self._watch = threading.Thread(
            target=self._look_again_and_again, args=(make_ready,), name="snapshot-watch", daemon=True)
        self._watch.start()

    def look(self, make_ready: Callable[[Reader], None] = lambda _: None) -> None:
        """One look of the watch.  A snapshot that cannot be read is told to the next who asks."""
        reader = self._reader
        if reader is None:  # nobody has asked yet: there is nothing to make ready
            return
        try:
            if not self._is_old(reader):
                return
            newer: Reader | None = self._open()
        except MiharashiError:
            newer = None
        if newer is not None:
            make_ready(newer)
        with self._lock:
            self._reader = newer

    def _look_again_and_again(self, make_ready: Callable[[Reader], None]) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_SECONDS):
            self.look(make_ready)

    def _is_old(self, reader: Reader) -> bool:
        return reader.snapshot.number != snapshot.current_number(self._folder)

    def _open(self) -> Reader:
        return Reader(self._folder, snapshot.current(self._folder), self._limit_seconds)
