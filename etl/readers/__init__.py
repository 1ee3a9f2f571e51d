"""Readers turn one file into batches of raw text records with their physical lines; they know no tables.

A reader reads one part (see :mod:`etl.readers.opening`) and numbers its lines from 1; here the parts of an original
are put one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers import (
    cef,
    delimited,
    excel,
    json_records,
    key_value,
    leef,
    modsecurity,
    pattern,
    prometheus,
    rrd,
    syslog_csv,
    zeek,
)
from etl.readers.digests import Digests
from etl.readers.headers import has_no_rows, is_empty, refuse_empty, refuse_other_kinds
from etl.readers.opening import Part, open_plainly, parts
from etl.readers.passing import pass_over_malformed, records_only
from etl.readers.pseudo import Whence, with_pseudo_columns
from etl.readers.years import Years, with_years

Reader = Callable[[Part, Feed, Tally], Iterator[Batch]]

_READERS: dict[str, Reader] = {
    "delimited": delimited.read, "excel": excel.read, "json": json_records.read, "pattern": pattern.read,
    "key_value": key_value.read, "cef": cef.read, "leef": leef.read, "zeek": zeek.read,
    "syslog_csv": syslog_csv.read, "modsecurity": modsecurity.read,
    "rrd_xport": rrd.read_xport, "rrd_fetch": rrd.read_fetch, "prometheus": prometheus.read}


def read(path: Path, feed: Feed, tally: Tally, name: str | None = None,
         received: datetime | None = None, opened: Callable[[Path], BufferedReader] = open_plainly) -> Iterator[Batch]:
    """Batches of the file's records; counts every other line in ``tally``.  ``name`` is the name it came under,
    ``received`` when it came (JST; needed only for dates without a year), ``opened`` opens it for reading.

    Lines are numbered over all parts consecutively.
    Raises :class:`etl.errors.FileRefused` when the file cannot be read at all (wrong format, header not found).
    """
    name = path.name if name is None else name
    years = Years.told(feed, name, received) if received else None
    digests = Digests(feed)
    records = 0
    for part in _parts(path, feed, name, opened):
        own = Tally()
        tally.parts += [(tally.physical, part.name)] if part.name else []
        for batch, whence in _batches(part, feed, own, name):
            records += batch.size
            placed = replace(with_pseudo_columns(batch, feed, whence), lines=batch.lines + tally.physical)
            yield with_years(digests.added(placed), feed, years) if years else digests.added(placed)
        tally.add(own)
    if not records and not tally.malformed and not tally.other and not feed.file.period:
        raise has_no_rows()


def _parts(path: Path, feed: Feed, name: str, opened: Callable[[Path], BufferedReader]) -> Iterator[Part]:
    for part in parts(path, name, opened):
        if is_empty(part):
            with _named(part):
                refuse_empty(feed)
        elif feed.file.format == "excel":
            yield from excel.sheets(part, feed)
        else:
            yield part


def _batches(part: Part, feed: Feed, tally: Tally, name: str) -> Iterator[tuple[Batch, Whence]]:
    before = 0
    with _named(part):
        if feed.file.format != "excel":
            refuse_other_kinds(part, feed)
        for batch in _READERS[feed.file.format](part, feed, tally):
            batch = records_only(batch, feed, tally)
            if batch.size:
                yield batch, Whence(name, part.name, before)
            before += batch.size
        pass_over_malformed(feed, tally)


@contextmanager
def _named(part: Part) -> Iterator[None]:
    """What is refused within a part is told with the part's name."""
    try:
        yield
    except FileRefused as error:
        if not part.name:
            raise
        raise FileRefused(error.title, f"{part.name}: {error.message}", error.next_step) from error
