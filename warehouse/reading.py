"""What screens and documents need of a reader: the one shape that the real one and a test's stand-in share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

import pandas as pd

from warehouse.japanese import is_missing
from warehouse.scope import Scope


class SnapshotFacts(Protocol):
    """What is printed of a snapshot.  Times are naive JST."""

    @property
    def number(self) -> int: ...
    @property
    def published_at(self) -> datetime: ...
    @property
    def data_as_of(self) -> datetime | None: ...


class FrameReader(Protocol):
    """Answers named queries under a scope (see :class:`warehouse.reader.Reader`)."""

    @property
    def snapshot(self) -> SnapshotFacts: ...
    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame: ...
    def rows_by_load(self, table: str, scope: Scope, first: date, last: date, column: str = "",
                     value: str = "") -> pd.DataFrame: ...


_DATES = {"period_from", "period_to", "valid_from", "valid_to"}


def plain_rows(reader: FrameReader, query: str, scope: Scope, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of a named query as plain values: dates and times of Python, whole numbers as int, missing as None."""
    frame = reader.query(query, scope, **parameters)
    dates = {name for name in map(str, frame.columns) if name.endswith("_date") or name in _DATES}
    columns = {str(name): frame[name].tolist() for name in frame.columns}
    return [{name: _value(values[row], date_only=name in dates) for name, values in columns.items()}
            for row in range(len(frame))]


def _value(value: Any, *, date_only: bool) -> Any:
    """pandas gives dates as midnights, missing integers as NaN and present ones beside them as floats."""
    if is_missing(value):
        return None
    if isinstance(value, datetime):
        return value.date() if date_only else datetime.fromisoformat(value.isoformat())
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
