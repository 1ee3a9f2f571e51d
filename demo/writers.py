"""Delimited text by the million rows: columns are byte matrices padded with NUL, which is dropped at the end.

One row of a file is one row of the matrix, so that writing is a few array operations and one ``translate``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from demo.world import SLOTS_A_DAY, slot_time

Cells = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

CP932 = "cp932"
CRLF = b"\r\n"
UTF8_BOM = b"\xef\xbb\xbf"
_GROUP = 10_000
_DASH = ord("-")


def _group_table() -> npt.NDArray[np.uint32]:
    """Four digits for 0..9999, three ways: leading zeros dropped, kept, and dropped except for the last."""
    padded = np.array([f"{value:04d}".encode() for value in range(_GROUP)], dtype="S4")
    bare = np.array(
        [(str(value) if value else "").rjust(4, "\0").encode() for value in range(_GROUP)], dtype="S4"
    )
    last = bare.copy()
    last[0] = b"\0\0\x000"
    return np.concatenate([bare, padded, last]).view(np.uint32)


_TABLE = _group_table()


def digits(values: Integers, missing: int = _DASH) -> Cells:
    """Decimal text of integers below 10**12; negative ones are missing and show the character ``missing``."""
    absent = values < 0
    high, rest = np.divmod(np.where(absent, 0, values), _GROUP * _GROUP)
    middle, low = np.divmod(rest, _GROUP)
    groups = np.empty((*values.shape, 3), dtype=np.uint32)
    groups[..., 0] = _TABLE[high]
    groups[..., 1] = _TABLE[middle + np.where(high > 0, _GROUP, 0)]
    groups[..., 2] = _TABLE[low + np.where((high > 0) | (middle > 0), _GROUP, 2 * _GROUP)]
    cells = groups.view(np.uint8)
    cells[absent] = 0
    cells[absent, -1] = missing
    return cells


def tenths(values: Integers) -> Cells:
    """Text with one decimal of values given in tenths."""
    whole, part = np.divmod(values, 10)
    decimal = np.empty((*values.shape, 2), dtype=np.uint8)
    decimal[..., 0] = ord(".")
    decimal[..., 1] = part + ord("0")
    return np.concatenate([digits(whole), decimal], axis=-1)


def texts(values: Sequence[str], encoding: str = "ascii") -> Cells:
    """One text per row."""
    packed = np.array([value.encode(encoding) for value in values])
    return packed.view(np.uint8).reshape(len(values), -1)


def stamps(start: date, days: int) -> Cells:
    """``2026/10/01 00:05`` for every five-minute slot of the days."""
    return texts([f"{slot_time(start, slot):%Y/%m/%d %H:%M}" for slot in range(days * SLOTS_A_DAY)])


def same(text: str, rows: int, encoding: str = "ascii") -> Cells:
    """The same text in every row."""
    return np.broadcast_to(texts([text], encoding), (rows, len(text.encode(encoding))))


def join(columns: Sequence[Cells], end: bytes = CRLF) -> Cells:
    """Columns side by side with commas between and the line end behind."""
    shape = columns[0].shape[:-1]
    comma = np.full((*shape, 1), ord(","), dtype=np.uint8)
    parts: list[Cells] = []
    for column in columns:
        parts += [column, comma]
    parts[-1] = np.broadcast_to(np.frombuffer(end, dtype=np.uint8), (*shape, len(end)))
    return np.concatenate(parts, axis=-1)


def numbers_and_commas(values: Integers) -> Cells:
    """All columns of an integer table as one block, commas between them."""
    cells = digits(values)
    comma = np.full((*values.shape, 1), ord(","), dtype=np.uint8)
    return np.concatenate([cells, comma], axis=-1).reshape(len(values), -1)[:, :-1]


def to_bytes(rows: Cells) -> bytes:
    """The text of the rows without their padding."""
    return rows.tobytes().translate(None, b"\0")
