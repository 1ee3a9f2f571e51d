"""Delimited text in blocks of whole lines, so that every record keeps its physical line and memory stays bounded."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from etl.batches import Batch, Tally
from etl.feed import Feed
from etl.readers.blocks import Layout, Parsed, cells_of, parse
from etl.readers.headers import SEARCHED_ROWS, has_no_rows, header_not_found, is_header, positions

BLOCK_BYTES = 8 << 20
_AHEAD = 2


def read(path: Path, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of a delimited text file."""
    with path.open("rb") as stream:
        layout = _find_header(stream, feed, tally)
        first_line, any_row = tally.physical + 1, False
        with ThreadPoolExecutor(max_workers=_AHEAD) as pool:
            for parsed in _in_order(pool, stream, feed, layout, first_line):
                _add(tally, parsed.tally)
                any_row = any_row or parsed.batch.size > 0 or bool(parsed.tally.malformed)
                if parsed.batch.size:
                    yield parsed.batch
    if not any_row and not feed.file.period:
        raise has_no_rows()


def _in_order(pool: ThreadPoolExecutor, stream: BinaryIO, feed: Feed, layout: Layout,
              first_line: int) -> Iterator[Parsed]:
    """Parse a few blocks ahead (Arrow and the codecs leave Python's lock), give them back in file order."""
    waiting: list[Future[Parsed]] = []
    for block in _blocks(stream):
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        waiting.append(pool.submit(parse, block, lines, first_line, feed, layout))
        first_line += lines
        if len(waiting) > _AHEAD:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(BLOCK_BYTES):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
    if rest:
        yield rest


def _find_header(stream: BinaryIO, feed: Feed, tally: Tally) -> Layout:
    if not stream.read(3).startswith(codecs.BOM_UTF8):
        stream.seek(0)
    first = ""
    for _ in range(SEARCHED_ROWS):
        raw = stream.readline()
        if not raw:
            break
        tally.physical += 1
        line = raw.decode(feed.file.encoding, errors="replace")
        first = first or line.strip()
        cells = cells_of(line, feed)
        if is_header(cells, feed):
            tally.header += 1
            return Layout(len(cells), positions(cells, feed))
        if any(cell.strip() for cell in cells):
            tally.header += 1
        else:
            tally.blank += 1
    raise header_not_found(feed, first)


def _add(tally: Tally, block: Tally) -> None:
    tally.physical += block.physical
    tally.blank += block.blank
    tally.total += block.total
    tally.malformed += block.malformed
