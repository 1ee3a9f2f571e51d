"""What readers hand on: raw records as text columns with the physical line of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.ledger import Reject

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """Some raw records of one file.

    ``columns``  source column -> text, empty where the cell was empty (never null); all of the same length.
    ``lines``    1-based physical line (Excel row, or record number of a JSON array) of each record.
    ``text``     the raw text of the i-th record, for the list of rejects.
    """

    columns: dict[str, pa.Array]
    lines: IntArray
    text: Callable[[int], str]

    @property
    def size(self) -> int:
        return len(self.lines)

    def where(self, keep: BoolArray) -> Batch:
        """Only the records where ``keep`` is true."""
        chosen = np.flatnonzero(keep)
        taken = pa.array(chosen)
        return Batch({name: column.take(taken) for name, column in self.columns.items()}, self.lines[keep],
                     lambda row: self.text(int(chosen[row])))


@dataclass
class Tally:
    """Physical lines of a file by what became of them before mapping; malformed ones are rejects already."""

    physical: int = 0
    header: int = 0
    blank: int = 0
    total: int = 0
    other: int = 0
    malformed: list[Reject] = field(default_factory=list)
