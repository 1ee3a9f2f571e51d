"""How far the loading of a run's files is, told in bytes read of all bytes, with rows and rows per second."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.build import Progress


class LoadProgress:
    """Tells ``report`` of one file after another; ``files`` are all that the run will load."""

    def __init__(self, report: Progress, files: Sequence[Path]) -> None:
        self._report = report
        self._total = sum(_size(file) for file in files)
        self._before, self._name, self._size, self._position, self._started = 0, "", 0, 0, 0.0

    def begin(self, file: Path) -> None:
        """The next file's turn."""
        self._before += self._size
        self._name, self._size, self._position, self._started = file.name, _size(file), 0, time.monotonic()
        self._report(f"取込み {self._name}", self._before, self._total)

    def rows(self, count: int) -> None:
        """So many rows of the file are accepted by now."""
        seconds = max(time.monotonic() - self._started, 0.001)
        told = f"取込み {self._name}（{count:,}件、毎秒{count / seconds:,.0f}件）"
        self._report(told, self._before + min(self._position, self._size), self._total)

    def end(self) -> None:
        self._report("取込み", self._total, self._total)

    def open(self, path: Path) -> io.BufferedReader:
        """Open a file so that what is read of it counts."""
        return io.BufferedReader(_Metered(path, self), 1 << 20)

    def at(self, position: int) -> None:
        """The file is read up to this byte."""
        self._position = position


class _Metered(io.FileIO):
    def __init__(self, path: Path, progress: LoadProgress) -> None:
        super().__init__(path, "rb")
        self._progress = progress

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self._progress.at(self.tell())
        return count


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # it is told as what it is when its turn comes
        return 0
