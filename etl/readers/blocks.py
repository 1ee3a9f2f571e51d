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

from etl.batches import Batch, Tally
from etl.feed import Feed
from etl.readers.headers import is_total
from warehouse.ledger import Reject

_BROKEN = "引用符（\"）が閉じていないか、行の途中に改行があります"


@dataclass(frozen=True)
class Layout:
    """What the header row told: how many columns there are and where the wanted ones stand."""

    width: int
    wanted: dict[str, int]

    @property
    def names(self) -> list[str]:
        return [f"f{position}" for position in range(self.width)]


@dataclass(frozen=True)
class Parsed:
    """One block after parsing: its records and what else its lines were."""

    batch: Batch
    tally: Tally


def parse(block: bytes, lines: int, first_line: int, feed: Feed, layout: Layout) -> Parsed:
    """The records of ``block``, which holds ``lines`` physical lines from ``first_line`` on."""
    tally = Tally(physical=lines)
    if not block.endswith(b"\n"):
        block, last = block[:block.rfind(b"\n") + 1], block[block.rfind(b"\n") + 1:]
        lines -= 1
        _refuse_cut(tally, first_line + lines, last.decode(feed.file.encoding, errors="replace"))
    text = _decoded(block, feed.file.encoding)
    if not text or block.count(b"\r") != block.count(b"\r\n") or _ends_in_quotes(text, feed):
        return _parse_by_line(block, first_line, feed, layout, tally)
    malformed: list[tuple[int, str]] = []

    def refuse(row: pc_csv.InvalidRow) -> str:
        malformed.append((row.number, row.text))
        return "skip"

    table = pc_csv.read_csv(
        io.BytesIO(text),
        read_options=pc_csv.ReadOptions(column_names=layout.names, use_threads=False, block_size=len(text) + 1),
        parse_options=pc_csv.ParseOptions(delimiter=feed.file.delimiter, invalid_row_handler=refuse,
                                          ignore_empty_lines=False),
        convert_options=pc_csv.ConvertOptions(
            include_columns=[f"f{position}" for position in sorted(set(layout.wanted.values()))],
            column_types=dict.fromkeys(layout.names, pa.string()), strings_can_be_null=False))
    if table.num_rows + len(malformed) != lines or any("\n" in raw for _, raw in malformed):
        return _parse_by_line(block, first_line, feed, layout, tally)
    numbers = np.arange(first_line, first_line + lines, dtype=np.int64)
    if malformed:
        numbers = np.delete(numbers, [number - 1 for number, _ in malformed])
        for number, raw in malformed:
            _refuse_width(tally, first_line + number - 1, raw, feed, layout)
    columns = {name: table.column(f"f{position}").combine_chunks() for name, position in layout.wanted.items()}
    batch = Batch(columns, numbers, _BlockText(block, numbers - first_line, feed.file.encoding))
    return Parsed(_without_blank_and_total(batch, feed, tally), tally)


def _ends_in_quotes(text: bytes, feed: Feed) -> bool:
    """Whether the last line opens a quote that nothing closes: it would pass as one record, its line end included."""
    last = text[text.rstrip(b"\r\n").rfind(b"\n") + 1:].decode()
    try:
        _strict_cells(last, feed)
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


def _parse_by_line(block: bytes, first_line: int, feed: Feed, layout: Layout, tally: Tally) -> Parsed:
    """The careful way: each physical line is one record or one reject."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    raw_lines = block.split(b"\n")
    for offset, raw in enumerate(raw_lines[:-1] if raw_lines[-1] == b"" else raw_lines):
        line = first_line + offset
        try:
            text = raw.decode(feed.file.encoding).rstrip("\r")
        except UnicodeDecodeError:
            shown = raw.decode(feed.file.encoding, errors="replace").rstrip("\r")
            reason = f"文字コード {feed.file.encoding} で読めない文字があります"
            tally.malformed.append(Reject(line, None, None, reason, shown))
            continue
        try:
            cells = _strict_cells(text, feed)
        except csv.Error:
            tally.malformed.append(Reject(line, None, None, _BROKEN, text))
            continue
        if not any(cell.strip() for cell in cells):
            tally.blank += 1
        elif len(cells) != layout.width:
            _refuse_width(tally, line, text, feed, layout)
        else:
            rows.append(cells)
            numbers.append(line)
    columns = {name: pa.array([row[position] for row in rows], pa.string()) for name, position in layout.wanted.items()}
    lines = np.array(numbers, dtype=np.int64)
    batch = Batch(columns, lines, _BlockText(block, lines - first_line, feed.file.encoding))
    return Parsed(_without_blank_and_total(batch, feed, tally), tally)


def _refuse_cut(tally: Tally, line: int, text: str) -> None:
    """A last line without a line end may have been cut inside a number: it is never taken at its word."""
    if not text.strip():
        tally.blank += 1
        return
    reason = "最後の行が改行で終わっていません（途中で切れた可能性があります。正しければ改行を付けてください）"
    tally.malformed.append(Reject(line, None, None, reason, text))


def _refuse_width(tally: Tally, line: int, text: str, feed: Feed, layout: Layout) -> None:
    """Account for a line that is no record of the header's width: a blank one, or a reject."""
    text = text.rstrip("\r\n")
    if not text.strip():
        tally.blank += 1
        return
    try:
        reason = f"列の数が違います（{layout.width}列のところ{len(_strict_cells(text, feed))}列）"
    except csv.Error:
        reason = _BROKEN
    tally.malformed.append(Reject(line, None, None, reason, text))


def _without_blank_and_total(batch: Batch, feed: Feed, tally: Tally) -> Batch:
    """Take blank lines and total rows out of the records and count them."""
    first = next(iter(batch.columns.values()))
    if feed.file.totals:
        suspects = np.arange(batch.size)
    else:
        suspects = np.flatnonzero(pc.binary_length(first).to_numpy(zero_copy_only=False) == 0)
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
        return _strict_cells(line, feed)
    except csv.Error:
        return line.split(feed.file.delimiter)


def _strict_cells(line: str, feed: Feed) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")], delimiter=feed.file.delimiter, strict=True), [])
