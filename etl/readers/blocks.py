"""One block of delimited text: decoded, parsed, and reconciled with its physical lines.

Records + malformed lines must equal physical lines.  When they do not (an unterminated quote swallows lines), the
block is parsed again line by line, so that one bad line costs one line.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

from etl.batches import PLAIN_LIMIT, Batch, BoolArray, Tally
from etl.feed import Feed
from etl.readers.headers import is_total
from etl.readers.text import without_inner_marks
from warehouse.ledger import Reject

_TEXTS = pa.dictionary(pa.int32(), pa.string())
_NUMBERS = {"integer": pa.int64(), "decimal": pa.float64()}
BROKEN = "引用符（\"）が閉じていないか、行の途中に改行があります"


@dataclass(frozen=True)
class Layout:
    """What the header row told: how many columns there are and where the wanted ones stand.

    ``numbers`` are the positions that are read as numbers at once; it is emptied when a block holds one that is not
    plainly written, and everything is text from then on.
    """

    width: int
    wanted: dict[str, int]
    numbers: dict[int, pa.DataType]
    named: int
    most: int

    @classmethod
    def of(cls, width: int, wanted: dict[str, int], feed: Feed, named: int, most: int) -> Layout:
        """``named`` columns have names; up to ``most``, lines may have further cells at the right, all empty."""
        numbers = {wanted[source]: _NUMBERS[kind] for source, kind in feed.plain_numbers().items() if source in wanted}
        return cls(width, wanted, numbers, named, most)

    def fitted(self, cells: list[str]) -> list[str] | None:
        """The cells in the layout's width, None when more than left-over empty cells is missing or too much."""
        if len(cells) == self.width:
            return cells
        if not self.named <= len(cells) <= self.most or any(cell.strip() for cell in cells[self.named:]):
            return None
        return [*cells[:self.width], *[""] * (self.width - len(cells))]

    @property
    def names(self) -> list[str]:
        return [f"f{position}" for position in range(self.width)]


@dataclass(frozen=True)
class Parsed:
    """One block after parsing, its lines numbered from 1: its records and what else its lines were."""

    batch: Batch
    tally: Tally


def parse(block: bytes, feed: Feed, layout: Layout) -> Parsed:
    """The records of ``block``, which holds whole physical lines; its first line is line 1."""
    block = without_inner_marks(block, feed.file.encoding)
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    tally = Tally(physical=lines)
    if not block.endswith(b"\n"):
        block, last = block[:block.rfind(b"\n") + 1], block[block.rfind(b"\n") + 1:]
        lines -= 1
        refuse_cut(tally, 1 + lines, last.decode(feed.file.encoding, errors="replace"))
    text = _decoded(block, feed.file.encoding)
    if not text or _has_lone_returns(block) or _ends_in_quotes(text, feed):
        return _parse_by_line(block, feed, layout, tally)
    table, malformed = _typed_table(text, feed, layout)
    if table.num_rows + len(malformed) != lines or any("\n" in raw or _only_empty_cells_differ(raw, feed, layout)
                                                       for _, raw in malformed):
        return _parse_by_line(block, feed, layout, tally)
    numbers = np.arange(1, 1 + lines, dtype=np.int64)
    if malformed:
        numbers = np.delete(numbers, [number - 1 for number, _ in malformed])
        for number, raw in malformed:
            refuse_width(tally, number, raw, feed, layout.width)
    columns = {name: table.column(f"f{position}").combine_chunks() for name, position in layout.wanted.items()}
    batch = Batch(columns, numbers, _BlockText(block, numbers - 1, feed.file.encoding))
    return Parsed(_without_blank_and_total(batch, feed, tally), tally)


def _typed_table(text: bytes, feed: Feed, layout: Layout) -> tuple[pa.Table, list[tuple[int, str]]]:
    """The wanted columns, numbers as numbers when all of them are plainly written; and the malformed lines."""
    numbers = {} if _may_hold_hexadecimals(text) else dict(layout.numbers)
    if numbers:
        try:
            table, malformed = _table(text, feed, layout, numbers)
            if all(_within_plain_range(table.column(f"f{position}")) for position in numbers):
                return table, malformed
        except pa.ArrowInvalid:
            pass
        layout.numbers.clear()
    return _table(text, feed, layout, {})


def _table(text: bytes, feed: Feed, layout: Layout,
           numbers: dict[int, pa.DataType]) -> tuple[pa.Table, list[tuple[int, str]]]:
    malformed: list[tuple[int, str]] = []

    def refuse(row: pc_csv.InvalidRow) -> str:
        malformed.append((row.number, row.text))
        return "skip"

    types = {f"f{position}": numbers.get(position, _TEXTS) for position in range(layout.width)}
    table = pc_csv.read_csv(
        io.BytesIO(text),
        read_options=pc_csv.ReadOptions(column_names=layout.names, use_threads=False, block_size=len(text) + 1),
        parse_options=pc_csv.ParseOptions(delimiter=feed.file.delimiter, invalid_row_handler=refuse,
                                          ignore_empty_lines=False),
        convert_options=pc_csv.ConvertOptions(
            include_columns=[f"f{position}" for position in sorted(set(layout.wanted.values()))], column_types=types,
            null_values=list(feed.file.nulls), strings_can_be_null=False, check_utf8=False))
    return table, malformed


def _within_plain_range(numbers: pa.ChunkedArray) -> bool:
    """Whether no number of the column needs the care of :func:`etl.values.number` (overflow, not a number)."""
    if pa.types.is_floating(numbers.type) and pc.any(pc.is_nan(numbers)).as_py():
        return False  # the bounds below pass it over
    bounds = pc.min_max(numbers).as_py()
    return bounds["min"] is None or (bounds["min"] > -PLAIN_LIMIT and bounds["max"] < PLAIN_LIMIT)


def _only_empty_cells_differ(raw: str, feed: Feed, layout: Layout) -> bool:
    cells = cells_of(raw.rstrip("\r\n"), feed)
    return layout.fitted(cells) is not None or not any(cell.strip() for cell in cells)


# A search for one byte is an order of magnitude faster than one for two, so it goes first.


def _has_lone_returns(block: bytes) -> bool:
    return b"\r" in block and block.count(b"\r") != block.count(b"\r\n")


def _may_hold_hexadecimals(text: bytes) -> bool:
    """Arrow takes 0x1F for a number; we do not."""
    return (b"x" in text or b"X" in text) and (b"0x" in text or b"0X" in text)


def _ends_in_quotes(text: bytes, feed: Feed) -> bool:
    """Whether the last line opens a quote that nothing closes: it would pass as one record, its line end included."""
    last = text[text.rstrip(b"\r\n").rfind(b"\n") + 1:].decode()
    try:
        strict_cells(last, feed)
    except csv.Error:
        return True
    return False


def _decoded(block: bytes, encoding: str) -> bytes | None:
    """The block as UTF-8, or None when some byte of it does not decode."""
    if block.isascii() and encoding not in {"utf-16", "utf-16-le", "utf-16-be"}:
        return block
    try:
        text = block.decode(encoding)
    except UnicodeDecodeError:
        return None
    return block if encoding == "utf-8" else text.encode()


def _parse_by_line(block: bytes, feed: Feed, layout: Layout, tally: Tally) -> Parsed:
    """The careful way: each physical line is one record or one reject."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    raw_lines = block.split(b"\n")
    for line, raw in enumerate(raw_lines[:-1] if raw_lines[-1] == b"" else raw_lines, 1):
        try:
            text = raw.decode(feed.file.encoding).rstrip("\r")
        except UnicodeDecodeError:
            shown = raw.decode(feed.file.encoding, errors="replace").rstrip("\r")
            reason = f"文字コード {feed.file.encoding} で読めない文字があります"
            tally.malformed.append(Reject(line, None, None, reason, shown))
            continue
        try:
            cells = strict_cells(text, feed)
        except csv.Error:
            tally.malformed.append(Reject(line, None, None, BROKEN, text))
            continue
        fitted = layout.fitted(cells)
        if not any(cell.strip() for cell in cells):
            tally.blank += 1
        elif fitted is None:
            refuse_width(tally, line, text, feed, layout.width)
        else:
            rows.append(fitted)
            numbers.append(line)
    columns = {name: pa.array([row[position] for row in rows], pa.string()) for name, position in layout.wanted.items()}
    lines = np.array(numbers, dtype=np.int64)
    batch = Batch(columns, lines, _BlockText(block, lines - 1, feed.file.encoding))
    return Parsed(_without_blank_and_total(batch, feed, tally), tally)


def refuse_cut(tally: Tally, line: int, text: str) -> None:
    """A last line without a line end may have been cut inside a number: it is never taken at its word."""
    if not text.strip():
        tally.blank += 1
        return
    reason = "最後の行が改行で終わっていません（途中で切れた可能性があります。正しければ改行を付けてください）"
    tally.malformed.append(Reject(line, None, None, reason, text))


def refuse_width(tally: Tally, line: int, text: str, feed: Feed, width: int) -> None:
    """Account for a line that is no record of the header's ``width``: a blank or total one, or a reject."""
    text = text.rstrip("\r\n")
    if not text.strip():
        tally.blank += 1
        return
    if is_total(cells_of(text, feed), feed):
        tally.total += 1
        return
    try:
        reason = f"列の数が違います（{width}列のところ{len(strict_cells(text, feed))}列）"
    except csv.Error:
        reason = BROKEN
    tally.malformed.append(Reject(line, None, None, reason, text))


def _without_blank_and_total(batch: Batch, feed: Feed, tally: Tally) -> Batch:
    """Take blank lines and total rows out of the records and count them."""
    first = next(iter(batch.columns.values()))
    if feed.file.totals:
        suspects = np.arange(batch.size)
    else:
        suspects = np.flatnonzero(_is_empty(first))
    keep = np.ones(batch.size, dtype=bool)
    for row in suspects:
        cells = cells_of(batch.text(int(row)), feed)
        if not any(cell.strip() for cell in cells):
            tally.blank += 1
            keep[row] = False
        elif is_total(cells, feed):
            tally.total += 1
            keep[row] = False
    return batch if keep.all() else batch.where(keep)


def _is_empty(column: pa.Array) -> BoolArray:
    if pa.types.is_dictionary(column.type):
        empty = pc.equal(column.dictionary, "").to_numpy(zero_copy_only=False)
        return np.asarray(empty[column.indices.to_numpy()], dtype=bool)
    empty = pc.equal(column, "") if pa.types.is_string(column.type) else column.is_null()
    return np.asarray(empty.to_numpy(zero_copy_only=False), dtype=bool)


class _BlockText:
    """Raw text of a block's lines, split only when somebody asks (rejects are rare)."""

    def __init__(self, block: bytes, offsets: np.ndarray[tuple[int], np.dtype[np.int64]], encoding: str) -> None:
        self._block, self._offsets, self._encoding = block, offsets, encoding
        self._lines: list[bytes] | None = None

    def __call__(self, row: int) -> str:
        if self._lines is None:
            self._lines = self._block.split(b"\n")
        return self._lines[int(self._offsets[row])].decode(self._encoding, errors="replace").rstrip("\r")


def cells_of(line: str, feed: Feed) -> list[str]:
    """The cells of a line that need not be well formed (a title, a line that is refused)."""
    try:
        return strict_cells(line, feed)
    except csv.Error:
        return line.split(feed.file.delimiter)


def strict_cells(line: str, feed: Feed) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")], delimiter=feed.file.delimiter, strict=True), [])
