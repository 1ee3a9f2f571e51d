"""Numbered physical lines of a text file: what every reader of line-based formats starts from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from etl.batches import Tally
from etl.feed import Feed
from warehouse.ledger import Reject


def lines(path: Path, feed: Feed, tally: Tally) -> Iterator[tuple[int, str]]:
    """Physical lines (from 1) without their line ends; a line that cannot be decoded is a reject and passed over."""
    encoding = feed.file.encoding
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            tally.physical += 1
            raw = raw.rstrip(b"\r\n")
            try:
                yield number, raw.decode("utf-8-sig" if number == 1 and encoding == "utf-8" else encoding)
            except UnicodeDecodeError:
                reason = f"文字コード {encoding} で読めない文字があります"
                tally.malformed.append(Reject(number, None, None, reason, raw.decode(encoding, errors="replace")))
