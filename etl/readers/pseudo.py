"""Source columns that no file holds and every feed may use: whence a record came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pyarrow as pa

from etl.batches import Batch
from etl.errors import FileRefused
from etl.feed import Feed
from etl.values import named_moment


@dataclass(frozen=True)
class Whence:
    """Where a batch's records stand: ``before`` records of the same part came before the batch."""

    file: str
    part: str
    before: int


_COLUMNS: dict[str, Callable[[Batch, Whence], pa.Array]] = {
    "@file": lambda batch, whence: pa.repeat(whence.file, batch.size),
    "@part": lambda batch, whence: pa.repeat(whence.part, batch.size),
    "@record": lambda batch, whence: pa.array(np.arange(batch.size) + whence.before + 1).cast(pa.string()),
}
"""``@file`` the original's name, ``@part`` the member or sheet, ``@record`` the record's number within its part."""
_TIME = "@time"
_BY_READERS = {_TIME, "@digest"}


def from_file(names: set[str]) -> set[str]:
    """Those of a feed's source columns that stand in the file itself."""
    return names - _COLUMNS.keys() - _BY_READERS


def with_pseudo_columns(batch: Batch, feed: Feed, whence: Whence) -> Batch:
    """The batch with the pseudo columns that the feed uses, and with those of its optional ones that the file lacks."""
    used = feed.wanted()
    lacking = from_file(used) & set(feed.file.optional) - batch.columns.keys()
    added = {name: pa.repeat("", batch.size) for name in sorted(lacking)}
    added |= {name: _COLUMNS[name](batch, whence) for name in sorted(used & _COLUMNS.keys())}
    if _TIME in used:
        added[_TIME] = _moments(batch, feed, whence)
    return replace(batch, columns={**batch.columns, **added}) if added else batch


def _moments(batch: Batch, feed: Feed, whence: Whence) -> pa.Array:
    """``@time``: the moment that the original's name tells, and so many steps later as the record's line is the
    part's n-th: a line that could not be read does not move those after it."""
    start = named_moment(whence.file, feed.file.period or "")
    if start is None:
        raise FileRefused("ファイル名から時刻が読めません", f"{whence.file} の名前に、値の日時がありません。",
                          f"取込み定義 {feed.name}.toml の file.period に合う名前に直して、取り込んでください。")
    step = timedelta(seconds=feed.file.record_seconds or 0)
    return pa.array([(start + (line - 1) * step).isoformat() for line in batch.lines.tolist()], pa.string())
