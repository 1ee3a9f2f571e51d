"""Delimited text whose quoted cells hold line ends, so that a record may span physical lines.

A quote that nothing closes must cost its own line only.  So the lines that a quote swallows are given back unless they
make a whole record, and unless none of them looks like a record of its own.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from etl.batches import Batch, Tally
from etl.feed import Feed
from etl.readers.blocks import BROKEN, Layout, refuse_cut, refuse_width, strict_cells
from etl.readers.headers import Header, is_total
from etl.readers.text import Text, undecodable, without_inner_marks
from warehouse.ledger import Reject

_MOST_LINES = 200
_BATCH_RECORDS = 50_000
_NO_RECORD_BELOW = 3
"""With fewer columns than this, any line of prose with a comma looks like a record."""


@dataclass(frozen=True)
class Row:
    """One record: its first line, how many lines it spans, its text, and its cells (None: no record can be made).

    ``cut`` tells that the file ends in it without a line end.
    """

    line: int
    height: int
    text: str
    cells: list[str] | None
    reject: Reject | None = None
    cut: bool = False


class Rows:
    """The rows of a text, one after another; ``layout`` is set once the header is known."""

    def __init__(self, text: Text, feed: Feed) -> None:
        self._text, self._feed = text, feed
        self._ahead: deque[bytes] = deque()
        self._line = 1
        self.layout: Layout | None = None

    def next(self) -> Row | None:
        """The next row, None at the end."""
        first = self._raw(0)
        if first is None:
            return None
        row = self._row(first)
        for _ in range(row.height):
            self._ahead.popleft()
        self._line += row.height
        return row

    def first_cells(self) -> list[str]:
        """The cells of the row that comes next; it stays."""
        first = self._raw(0)
        return (self._row(first).cells or []) if first is not None else []

    def _row(self, first: bytes) -> Row:
        try:
            shown = first.decode(self._text.encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            reject = undecodable(self._line, first.rstrip(b"\r\n"), self._text)
            return Row(self._line, 1, reject.text, None, reject)
        taken: list[str] = []
        try:
            cells = next(csv.reader(self._lines(taken), delimiter=self._feed.file.delimiter, strict=True), [])
        except (csv.Error, UnicodeDecodeError):
            cells, taken = None, taken[:1]
        if cells is not None and len(taken) > 1 and self._swallowed(cells, taken[1:]):
            cells, taken = None, taken[:1]
        if cells is None:
            return Row(self._line, 1, shown, None, Reject(self._line, None, None, BROKEN, shown))
        text = "".join(taken).rstrip("\r\n")
        cut = not taken[-1].endswith("\n")
        return Row(self._line, len(taken), text, [" ".join(cell.splitlines()) for cell in cells], cut=cut)

    def _swallowed(self, cells: list[str], further: list[str]) -> bool:
        """Whether the lines belong together only by a quote that was never meant to stay open."""
        layout = self.layout
        if layout is None:
            return False
        own = layout.named >= _NO_RECORD_BELOW and any(self._is_record(line, layout) for line in further[:-1])
        return own or layout.fitted(cells) is None

    def _is_record(self, line: str, layout: Layout) -> bool:
        try:
            return layout.fitted(strict_cells(line, self._feed)) is not None
        except csv.Error:
            return False

    def _lines(self, taken: list[str]) -> Iterator[str]:
        while len(taken) < _MOST_LINES and (raw := self._raw(len(taken))) is not None:
            taken.append(raw.decode(self._text.encoding))
            yield taken[-1]

    def _raw(self, place: int) -> bytes | None:
        while len(self._ahead) <= place:
            line = self._text.stream.readline()
            if not line:
                return None
            self._ahead.append(without_inner_marks(line, self._text.encoding))
        return self._ahead[place]


def batches(rows: Rows, header: Header, layout: Layout, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """The records below the header; every row is accounted for in ``tally``."""
    rows.layout = layout
    waiting: list[Row] = []
    while row := rows.next():
        tally.physical += row.height
        if _is_record(row, layout, header, feed, tally):
            waiting.append(row)
        if len(waiting) == _BATCH_RECORDS:
            yield _batch(waiting, layout)
            waiting = []
    if waiting:
        yield _batch(waiting, layout)


def _is_record(row: Row, layout: Layout, header: Header, feed: Feed, tally: Tally) -> bool:
    if row.reject is not None or row.cells is None:
        tally.malformed += [row.reject] if row.reject else []
        return False
    if not any(cell.strip() for cell in row.cells):
        tally.blank += row.height
        return False
    if header.again(row.cells):
        tally.header += row.height
        return False
    tally.continued += row.height - 1
    if is_total(row.cells, feed):
        tally.total += 1
        return False
    if row.cut:
        refuse_cut(tally, row.line, row.text)
        return False
    if layout.fitted(row.cells) is None:
        refuse_width(tally, row.line, row.text, feed, layout.width)
        return False
    return True


def _batch(rows: list[Row], layout: Layout) -> Batch:
    cells = [layout.fitted(row.cells or []) or [] for row in rows]
    columns = {name: pa.array([row[place] for row in cells], pa.string()) for name, place in layout.wanted.items()}
    return Batch(columns, np.array([row.line for row in rows], dtype=np.int64), lambda place: rows[place].text)
