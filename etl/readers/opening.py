"""Opening an original whatever it is wrapped in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Part:
    """One file within an original; ``name`` is empty when the original is the file itself."""

    name: str
    path: Path

    def open(self) -> BinaryIO:
        """The part's bytes, decompressed."""
        return self.path.open("rb")


def parts(path: Path, name: str) -> Iterator[Part]:
    """The files within an original in natural order of their names; ``name`` is the original's name."""
    yield Part("", path)
