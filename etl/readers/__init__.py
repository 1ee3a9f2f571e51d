"""Readers turn one file into batches of raw text records with their physical lines; they know no tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from etl.batches import Batch, Tally
from etl.feed import Feed
from etl.readers import delimited, excel, json_records
from etl.readers.headers import refuse_other_kinds

_READERS = {"delimited": delimited.read, "excel": excel.read, "json": json_records.read}


def read(path: Path, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of the file's records; counts every other line in ``tally``.

    Raises :class:`etl.errors.FileRefused` when the file cannot be read at all (wrong format, header not found).
    """
    if feed.file.format != "excel":
        refuse_other_kinds(path, feed)
    return _READERS[feed.file.format](path, feed, tally)
