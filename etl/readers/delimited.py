"""Delimited text in blocks of whole lines, so that every record keeps its physical line and memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from etl.batches import Batch, BoolArray, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers import multiline
from etl.readers.blocks import Layout, Parsed, cells_of, parse
from etl.readers.headers import SEARCHED_ROWS, Header, HeaderSearch, header_not_found, headless, positions
from etl.readers.multiline import Row, Rows
from etl.readers.opening import Part
from etl.readers.text import Text, likely, opened, shown

BLOCK_BYTES = 8 << 20
LONGEST_LINE = 32 << 20
_AHEAD = 2
_SHOWN_BYTES = 1 << 16


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of a delimited text file."""
    with opened(part, feed, tally) as text:
        own = text.feed(feed)
        if feed.file.multiline:
            rows = Rows(text, own)
            header = headless(feed) if feed.file.columns else _header_of(_rows(rows, tally), part, feed, tally)
            layout = _layout(header, rows.first_cells(), feed)
            yield from multiline.batches(rows, header, layout, own, tally)
            return
        header = headless(feed) if feed.file.columns else _header_of(_lines(text, own, tally), part, feed, tally)
        yield from _records(text.stream, header, own, tally)
        if text.known_as != text.encoding:
            _name_encoding(text, tally)


def _name_encoding(text: Text, tally: Tally) -> None:
    """Rejects of transcoded lines tell the file's own encoding."""
    read_as, known_as = f"文字コード {text.encoding} ", f"文字コード {text.known_as} "
    tally.malformed[:] = [replace(reject, reason=reject.reason.replace(read_as, known_as))
                          for reject in tally.malformed]


def _records(stream: BinaryIO, header: Header, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """The records below the header."""
    first = stream.readline(LONGEST_LINE)
    layout = _layout(header, cells_of(first.decode(feed.file.encoding, errors="replace").rstrip("\r\n"), feed), feed)
    with ThreadPoolExecutor(max_workers=_AHEAD) as pool:
        for parsed in _in_order(pool, stream, first, feed, layout):
            batch = replace(parsed.batch, lines=parsed.batch.lines + tally.physical)
            tally.add(parsed.tally)
            again = _headers_again(batch, header, layout)
            if again.any():
                tally.header += int(again.sum())
                batch = batch.where(~again)
            if batch.size:
                yield batch


def _layout(header: Header, first: list[str], feed: Feed) -> Layout:
    """The columns; the header and the records may have different numbers of empty cells left over at the right."""
    fits = len(first) >= header.named and not any(cell.strip() for cell in first[header.named:])
    width = len(first) if fits else len(header.names)
    return Layout.of(width, positions(header.names, feed), feed, header.named, max(width, len(header.names)))


def _in_order(pool: ThreadPoolExecutor, stream: BinaryIO, first: bytes, feed: Feed,
              layout: Layout) -> Iterator[Parsed]:
    """Parse a few blocks ahead (Arrow and the codecs leave Python's lock), give them back in file order."""
    waiting: list[Future[Parsed]] = []
    for block in _blocks(stream, first):
        waiting.append(pool.submit(parse, block, feed, layout))
        if len(waiting) > _AHEAD:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _blocks(stream: BinaryIO, rest: bytes) -> Iterator[bytes]:
    while chunk := stream.read(BLOCK_BYTES):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
        if len(rest) > LONGEST_LINE:
            raise _endless_line()
    if rest:
        yield rest


def _headers_again(batch: Batch, header: Header, layout: Layout) -> BoolArray:
    """Which records are the header repeated, as page breaks of print-outs leave it."""
    again: BoolArray = np.zeros(batch.size, dtype=bool)
    for row in header.rows:
        told = {name: row[place] for name, place in layout.wanted.items() if place < len(row) and row[place].strip()}
        candidates = np.arange(batch.size) if told else np.zeros(0, dtype=np.int64)
        for name, text in told.items():
            candidates = candidates[_equals(batch.columns[name].take(pa.array(candidates)), text)]
            if len(candidates) == 0:
                break
        again[candidates] = True
    return again


def _equals(column: pa.Array, text: str) -> BoolArray:
    if pa.types.is_dictionary(column.type):
        code = column.dictionary.index(text).as_py()
        return np.asarray(column.indices.to_numpy(zero_copy_only=False) == code, dtype=bool)
    if not pa.types.is_string(column.type):
        return np.zeros(len(column), dtype=bool)
    return np.asarray(pa.compute.equal(column, text).to_numpy(zero_copy_only=False), dtype=bool)


def _header_of(rows: Iterator[Row], part: Part, feed: Feed, tally: Tally) -> Header:
    """The header, below any title rows; counts it and them."""
    search = HeaderSearch(feed)
    for _, row in zip(range(SEARCHED_ROWS), rows, strict=False):
        cells = row.cells or []
        header = search.found(cells)
        if header is not None or any(cell.strip() for cell in cells):
            tally.header += row.height
        else:
            tally.blank += row.height
        if header is not None:
            return header
    raise _not_found(part, feed)


def _lines(text: Text, feed: Feed, tally: Tally) -> Iterator[Row]:
    """The first lines of the file, each a row."""
    while raw := text.stream.readline(LONGEST_LINE):
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raise _endless_line()
        tally.physical += 1
        line = raw.decode(text.encoding, errors="replace").rstrip("\r\n")
        yield Row(tally.physical, 1, line, cells_of(line, feed))


def _rows(rows: Rows, tally: Tally) -> Iterator[Row]:
    while row := rows.next():
        tally.physical += row.height
        yield row


def _not_found(part: Part, feed: Feed) -> FileRefused:
    """Quotes the file's beginning in the encoding in which it can be read, above all one that shows the header."""
    with part.open() as stream:
        start = stream.read(_SHOWN_BYTES)
    readable = likely(start)
    right = next((encoding for encoding in readable if _shows_header(start, encoding, feed)), None)
    declared = feed.file.encoding
    garbled = right or (readable[0] if readable and declared not in {*readable, "detect"} else None)
    text = start.decode(garbled or (readable or ["utf-8"])[0], errors="replace").removeprefix("\ufeff")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return header_not_found(feed, first, shown(garbled) if garbled else None)


def _shows_header(start: bytes, encoding: str, feed: Feed) -> bool:
    search = HeaderSearch(feed)
    lines = start.decode(encoding, errors="replace").splitlines()[:SEARCHED_ROWS]
    return any(search.found(cells_of(line, feed)) for line in lines)


def _endless_line() -> FileRefused:
    return FileRefused("行が長すぎます",
                       f"改行のないまま{LONGEST_LINE >> 20}MBを超えました。テキストのファイルではないようです。",
                       "ファイルの種類を確かめ、正しい定義を --feed で指定してください。")
