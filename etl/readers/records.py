"""Records of line-based logs: skipped lines, records that span lines, and batches of what a parser finds in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from etl.batches import Batch, Tally
from etl.errors import ValueProblem
from etl.feed import Feed
from etl.readers import text
from etl.readers.opening import Part
from etl.readers.pseudo import from_file
from warehouse.ledger import Reject

_BATCH_RECORDS = 50_000
_MOST_LINES = 10_000
_TOO_LONG = f"記録の始まりがないまま{_MOST_LINES:,}行を超えました"
_NO_START = "この行の前に、記録の始まりの行がありません"

Parse = Callable[[str], dict[str, str]]
"""One record's text to its columns; raises :class:`etl.errors.ValueProblem` when it is not written as it should be."""

_Found = tuple[int, str, list[str]]


def read(part: Part, feed: Feed, tally: Tally, parse: Parse) -> Iterator[Batch]:
    """Batches of a file whose records ``parse`` understands; lines are the records' first physical lines."""
    yield from batches(records(part, feed, tally), feed, tally, parse)


def records(part: Part, feed: Feed, tally: Tally) -> Iterator[tuple[int, str]]:
    """The first line's number and the text of each record; blank, continued and skipped ones are counted.

    Skipped is a whole record: the further lines of one that is not wanted never hang on to the record before it.
    """
    start = re.compile(feed.file.record_start) if feed.file.record_start else None
    skip = re.compile(feed.file.skip) if feed.file.skip else None
    lines = _not_blank(part, feed, tally)
    for number, record in lines if start is None else _joined(lines, start, tally):
        if skip is not None and skip.match(record):
            tally.other += 1
        else:
            yield number, record


def batches(found: Iterable[tuple[int, str]], feed: Feed, tally: Tally, parse: Parse) -> Iterator[Batch]:
    """Records in batches; one that ``parse`` refuses is a reject."""
    wanted = sorted(from_file(feed.wanted()))
    waiting: list[_Found] = []
    for line, record in found:
        try:
            columns = parse(record)
        except ValueProblem as problem:
            tally.malformed.append(Reject(line, None, None, str(problem), record))
            continue
        waiting.append((line, record, [columns.get(name, "") for name in wanted]))
        if len(waiting) == _BATCH_RECORDS:
            yield _batch(waiting, wanted)
            waiting = []
    if waiting:
        yield _batch(waiting, wanted)


def passed_over(columns: dict[str, str], feed: Feed) -> bool:
    """Whether the feed's ``keep`` leaves the record to others, so that it need not be complete."""
    return any(source in columns and columns[source] not in allowed for source, allowed in feed.keep.items())


def _batch(found: list[_Found], wanted: list[str]) -> Batch:
    columns = {name: pa.array([cells[place] for _, _, cells in found], pa.string())
               for place, name in enumerate(wanted)}
    return Batch(columns, np.array([line for line, _, _ in found], dtype=np.int64), lambda row: found[row][1])


def _not_blank(part: Part, feed: Feed, tally: Tally) -> Iterator[tuple[int, str]]:
    for number, line in text.lines(part, feed, tally):
        if line.strip():
            yield number, line
        else:
            tally.blank += 1


def _joined(lines: Iterator[tuple[int, str]], start: re.Pattern[str], tally: Tally) -> Iterator[tuple[int, str]]:
    """Each line that ``start`` matches with the lines up to the next one; a line before the first is a reject."""
    first, parts = 0, list[str]()
    for number, line in lines:
        if start.match(line):
            if parts:
                yield first, "\n".join(parts)
            first, parts = number, [line]
        elif 0 < len(parts) < _MOST_LINES:
            parts.append(line)
            tally.continued += 1
        else:
            tally.malformed.append(Reject(number, None, None, _TOO_LONG if parts else _NO_START, line))
    if parts:
        yield first, "\n".join(parts)
