"""What readers hand on: raw records as text columns with the physical line of each."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.ledger import Reject

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


PLAIN_LIMIT = 10**12
"""Numbers below this need no care: neither a cast nor a unit conversion can overflow."""


@dataclass(frozen=True)
class Batch:
    """Some raw records of one file.

    ``columns``  source column -> text (plain or dictionary-encoded), empty where the cell was empty (never null); or
                 numbers (int64, float64, null for a missing value) when all cells are plainly written ones below
                 :data:`PLAIN_LIMIT`; all of the same length.
    ``lines``    1-based physical line (Excel row, or record number of a JSON array) of each record.
    ``text``     the raw text of the i-th record, for the list of rejects.
    """

    columns: dict[str, pa.Array]
    lines: IntArray
    text: Callable[[int], str]

    @property
    def size(self) -> int:
        return len(self.lines)

    def texts(self, name: str) -> pa.Array:
        """A column of text as plain strings."""
        column = self.columns[name]
        return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column

    def cell(self, name: str, row: int) -> str:
        """One cell as text, for the list of rejects."""
        value = self.columns[name][row].as_py()
        return "" if value is None else str(value)

    def where(self, keep: BoolArray) -> Batch:
        """Only the records where ``keep`` is true."""
        chosen = np.flatnonzero(keep)
        taken = pa.array(chosen)
        return Batch({name: column.take(taken) for name, column in self.columns.items()}, self.lines[keep],
                     lambda row: self.text(int(chosen[row])))


@dataclass
class Tally:
    """Physical lines of a file by what became of them before mapping; malformed ones are rejects already.

    A record that spans several lines is counted once, where it becomes accepted, rejected or other, as a record of one
    line is; its further lines are ``continued``.  So records and lines are both told, and all lines still add up.
    ``encoding`` is the character encoding that was found where the feed leaves it to be detected; ``parts`` are the
    named parts of the file, each with the number of the line before its first.
    """

    physical: int = 0
    header: int = 0
    blank: int = 0
    total: int = 0
    other: int = 0
    continued: int = 0
    encoding: str = ""
    parts: list[tuple[int, str]] = field(default_factory=list)
    malformed: list[Reject] = field(default_factory=list)

    def place(self, line: int) -> str | None:
        """Where a line stands in a file of several parts: 9月.csv 3行目; None in a file of one."""
        if len(self.parts) < 2:
            return None
        before, name = self.parts[bisect.bisect_left(self.parts, line, key=lambda part: part[0]) - 1]
        return f"{name} {line - before}行目"

    def add(self, part: Tally) -> None:
        """Append the lines of a part that follows; its lines were numbered from 1."""
        self.malformed += [replace(reject, line=reject.line + self.physical) for reject in part.malformed]
        self.physical += part.physical
        self.header += part.header
        self.blank += part.blank
        self.total += part.total
        self.other += part.other
        self.continued += part.continued
        if part.encoding and part.encoding not in self.encoding.split("、"):
            self.encoding = f"{self.encoding}、{part.encoding}" if self.encoding else part.encoding
