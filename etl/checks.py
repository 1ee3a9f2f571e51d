"""Row checks that need more than one value: required, bounds, validity on the day, order of times, duplicates."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.batches import BoolArray, IntArray
from etl.columns import Parsed, rows_where
from warehouse.facts import Column, FactTable
from warehouse.registry import Registry
from warehouse.scope import UNKNOWN

MICROSECOND = 1_000_000
JST_SECONDS = 9 * 3600
_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)
_ANYBODY = frozenset({UNKNOWN, "*"})


class Findings:
    """The first problem of each row of a batch: row -> (source column, reason)."""

    def __init__(self, size: int) -> None:
        self.bad: BoolArray = np.zeros(size, dtype=bool)
        self.problems: dict[int, tuple[str, str]] = {}

    def add(self, rows: IntArray, source: str, reason: str) -> None:
        for row in rows:
            if not self.bad[row]:
                self.bad[row] = True
                self.problems[int(row)] = (source, reason)

    def add_parsed(self, parsed: Parsed) -> None:
        for row, reason in parsed.problems.items():
            self.add(np.array([row]), parsed.source, reason)


def check_values(parsed: Parsed, column: Column, findings: Findings, excused: BoolArray | None = None) -> None:
    """Required values (except in ``excused`` rows) and bounds of one column."""
    if column.required and parsed.values.null_count:
        missing = rows_where(parsed.values.is_null())
        wrong = missing if excused is None else missing & ~excused
        findings.add(np.flatnonzero(wrong), parsed.source, f"{column.title}がありません")
    if column.type in {"integer", "decimal"} and len(parsed.values) > parsed.values.null_count:
        bounds = pc.min_max(parsed.values).as_py()
        if column.minimum is not None and bounds["min"] < column.minimum:
            low = rows_where(pc.less(parsed.values, column.minimum))
            findings.add(np.flatnonzero(low), parsed.source, f"{column.title}が下限{column.minimum:g}を下回っています")
        if column.maximum is not None and bounds["max"] > column.maximum:
            high = rows_where(pc.greater(parsed.values, column.maximum))
            findings.add(np.flatnonzero(high), parsed.source, f"{column.title}が上限{column.maximum:g}を超えています")


def jst_days(times: pa.Array) -> IntArray:
    """JST day number (days since 1970) of microseconds UTC, within the calendar; missing times become day 0."""
    seconds = np.asarray(times.fill_null(0).to_numpy(zero_copy_only=False)) // MICROSECOND
    days = np.asarray((seconds + JST_SECONDS) // _DAY_SECONDS, dtype=np.int64)
    return np.clip(days, (date.min - _EPOCH).days, (date.max - _EPOCH).days)


def check_validity(parsed: Parsed, column: Column, days: IntArray, registry: Registry, findings: Findings) -> None:
    """Keys must be valid on the row's JST day (a body that had not joined yet has no traffic)."""
    encoded = parsed.values.dictionary_encode()
    first, last = (_EPOCH + timedelta(days=int(bound)) for bound in (days.min(), days.max()))
    held = [(number, code) for number, text in enumerate(encoded.dictionary.to_pylist())
            for code in (str(text).split(",") if column.many else [str(text)])]
    for number, code in held:
        periods = registry.periods(column.dimension, code)
        if code in _ANYBODY or any(period.holds(first) and period.holds(last) for period in periods):
            continue
        inside = np.zeros(len(days), dtype=bool)
        for period in periods:
            inside |= (days >= (period.start - _EPOCH).days) & (days <= (period.end - _EPOCH).days)
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero((codes == number) & ~inside)
        findings.add(rows, parsed.source, f"{registry.title(column.dimension)} {code} の有効期間外の日付です")


def check_not_future(parsed: Parsed, title: str, now: int, findings: Findings) -> None:
    """Measured times may not lie more than a day ahead of the clock."""
    limit = now + _DAY_SECONDS * MICROSECOND
    if parsed.values.null_count < len(parsed.values) and pc.max(parsed.values).as_py() > limit:
        late = rows_where(pc.greater(parsed.values, limit))
        findings.add(np.flatnonzero(late), parsed.source, f"{title}が未来の日時です")


def check_order(columns: dict[str, Parsed], table: FactTable, findings: Findings) -> None:
    """Times must follow one another as the fact table says."""
    for earlier, later in table.ordered:
        if earlier in columns and later in columns:
            wrong = rows_where(pc.greater(columns[earlier].values, columns[later].values))
            findings.add(np.flatnonzero(wrong), columns[later].source,
                         f"{table.column(later).title}が{table.column(earlier).title}より前です")


_SERIES_BITS = 28


class SeenKeys:
    """Finds rows whose key stood in the same file before.

    Keys of regular samples are packed into one integer (second, then a running number per distinct text), sorted
    batches are kept, and only batches whose time ranges overlap are compared.  Other keys are kept as tuples.
    """

    def __init__(self, table: FactTable, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._packed = table.interval_seconds is not None
        self._time = table.time
        self._numbers: dict[tuple[object, ...], int] = {}
        self._batches: list[IntArray] = []
        self._tuples: set[tuple[object, ...]] = set()

    def repeated(self, values: dict[str, pa.Array], good: BoolArray) -> IntArray:
        """Rows (of the good ones) that repeat a key; the first stays."""
        rows = np.flatnonzero(good)
        if len(rows) == 0:
            return rows
        return self._packed_repeats(values, rows) if self._packed else self._tuple_repeats(values, rows)

    def _packed_repeats(self, values: dict[str, pa.Array], rows: IntArray) -> IntArray:
        seconds = np.asarray(values[self._time].fill_null(0).to_numpy(zero_copy_only=False)) // MICROSECOND
        keys = ((seconds << _SERIES_BITS) | self._series(values))[rows]
        ordered, first = np.unique(keys, return_index=True)
        repeated = np.ones(len(keys), dtype=bool)
        repeated[first] = False
        for batch in self._batches:
            if batch[0] <= ordered[-1] and ordered[0] <= batch[-1]:
                repeated |= np.isin(keys, batch)
        self._batches.append(ordered)
        return rows[repeated]

    def _series(self, values: dict[str, pa.Array]) -> IntArray:
        """A running number per distinct combination of the other key columns, the same in every batch."""
        combined, size, dictionaries = np.int64(0), 1, []
        for name in self._columns:
            if name != self._time:
                encoded = values[name].dictionary_encode()
                indices = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
                texts = encoded.dictionary.to_pylist() or [None]
                combined = combined * len(texts) + indices
                size *= len(texts)
                dictionaries.append(texts)
        codes = np.atleast_1d(np.asarray(combined, dtype=np.int64))
        numbers = np.zeros(size, dtype=np.int64)
        for code in np.flatnonzero(np.bincount(codes, minlength=size)):
            numbers[code] = self._numbers.setdefault(_texts_of(int(code), dictionaries), len(self._numbers))
        return numbers[codes]

    def _tuple_repeats(self, values: dict[str, pa.Array], rows: IntArray) -> IntArray:
        taken = pa.array(rows)
        keys = list(zip(*(values[name].take(taken).to_pylist() for name in self._columns), strict=True))
        distinct = set(keys)
        if len(distinct) == len(keys) and self._tuples.isdisjoint(distinct):  # as nearly always
            self._tuples |= distinct
            return np.array([], dtype=np.int64)
        repeated = []
        for row, key in zip(rows, keys, strict=True):
            if key in self._tuples:
                repeated.append(row)
            self._tuples.add(key)
        return np.array(repeated, dtype=np.int64)


def _texts_of(code: int, dictionaries: list[list[object]]) -> tuple[object, ...]:
    texts: list[object] = []
    for dictionary in reversed(dictionaries):
        code, index = divmod(code, len(dictionary))
        texts.append(dictionary[index])
    return tuple(reversed(texts))
