"""Rows of tables that are no records, as the feed tells: notes between or below them, and rows prepared in advance."""

from __future__ import annotations

import re

import numpy as np
import pyarrow.compute as pc

from etl.batches import Batch, BoolArray, Tally
from etl.feed import Feed

_TABLES = {"delimited", "excel"}


def records_only(batch: Batch, feed: Feed, tally: Tally) -> Batch:
    """The batch without rows that ``file.skip`` matches (counted as other) or that ``file.filled`` makes blank."""
    keep: BoolArray = np.ones(batch.size, dtype=bool)
    skip = _skip(feed)
    if skip is not None:
        keep &= ~np.array([bool(skip.match(batch.text(row))) for row in range(batch.size)], dtype=bool)
        tally.other += int((~keep).sum())
    if feed.file.filled:
        blank = keep & _all_empty(batch, feed.file.filled)
        tally.blank += int(blank.sum())
        keep &= ~blank
    return batch if keep.all() else batch.where(keep)


def pass_over_malformed(feed: Feed, tally: Tally) -> None:
    """A note need not have as many cells as a record."""
    skip = _skip(feed)
    if skip is not None:
        kept = [reject for reject in tally.malformed if not skip.match(reject.text)]
        tally.other += len(tally.malformed) - len(kept)
        tally.malformed[:] = kept


def _skip(feed: Feed) -> re.Pattern[str] | None:
    return re.compile(feed.file.skip) if feed.file.skip and feed.file.format in _TABLES else None


def _all_empty(batch: Batch, names: tuple[str, ...]) -> BoolArray:
    empty: BoolArray = np.ones(batch.size, dtype=bool)
    for name in (name for name in names if name in batch.columns):
        blank = pc.equal(pc.utf8_trim_whitespace(batch.texts(name)), "")
        empty &= np.asarray(blank.to_numpy(zero_copy_only=False), dtype=bool)
    return empty
