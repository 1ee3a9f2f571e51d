"""The year of dates that are written without one, as syslog (RFC 3164) and many sensors write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pyarrow as pa

from etl.batches import Batch
from etl.feed import Feed
from etl.readers import syslog
from etl.values import named_period

_LEAP_YEAR = 2000
_LONGEST_GAP = 8  # years between two 29 February


@dataclass(frozen=True)
class Years:
    """The days the file speaks for: those its name tells, else those up to a day after it was received."""

    first: date | None
    last: date

    @classmethod
    def told(cls, feed: Feed, name: str, received: datetime) -> Years:
        """``name`` is the file's name, ``received`` the moment of receipt (JST)."""
        named = named_period(name, feed.file.period) if feed.file.period else None
        return cls(*named) if named else cls(None, received.date() + timedelta(days=1))

    def of(self, month: int, day: int) -> int | None:
        """The year in which that day lies nearest to the named days, or newest but not in the future."""
        days = list(self._days(month, day))
        if self.first is None:
            return next((found.year for found in days if found <= self.last), None)
        return min(days, key=self._distance).year if days else None

    def _days(self, month: int, day: int) -> Iterator[date]:
        earliest = (self.first or date(self.last.year - _LONGEST_GAP, 1, 1)).year - 1
        for year in range(self.last.year + 1, max(earliest, 1) - 1, -1):
            try:
                yield date(year, month, day)
            except ValueError:
                continue

    def _distance(self, day: date) -> timedelta:
        assert self.first is not None
        return max(self.first - day, day - self.last, timedelta(0))


def with_years(batch: Batch, feed: Feed, years: Years) -> Batch:
    """The batch with complete ISO dates in the columns that the feed declares as yearless, and in ``syslog.time``.

    A text that is not written so stays as it is: it may have a year, or is rejected where it is read.
    """
    styles = {"syslog.time": syslog.STYLE, **feed.file.yearless}
    columns = {name: _completed(batch.columns[name], style, years)
               for name, style in styles.items() if name in batch.columns}
    return replace(batch, columns={**batch.columns, **columns}) if columns else batch


def _completed(texts: pa.Array, style: str, years: Years) -> pa.Array:
    encoded = texts.dictionary_encode()
    completed = [_with_year(text, style, years) for text in encoded.dictionary.to_pylist()]
    return pa.array(completed, pa.string()).take(encoded.indices)


def _with_year(text: str, style: str, years: Years) -> str:
    for written in (style,) if "%f" in style else (style, f"{style}.%f"):
        try:
            moment = datetime.strptime(f"{_LEAP_YEAR} {text.strip()}", f"%Y {written}")
        except ValueError:
            continue
        year = years.of(moment.month, moment.day)
        return text if year is None else moment.replace(year=year).isoformat(sep=" ")
    return text
