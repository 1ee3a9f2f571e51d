"""Batches of raw records to accepted fact rows, as the feed's definition says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.addresses import AddressReader
from etl.batches import Batch, BoolArray, IntArray
from etl.checks import (
    MICROSECOND,
    Findings,
    SeenKeys,
    check_not_future,
    check_order,
    check_validity,
    check_values,
    jst_days,
)
from etl.columns import UNREGISTERED, ColumnReader, MeasureReader, Parsed, TextParser, joined_texts, rows_where
from etl.feed import Feed, MeasureSpec
from etl.folding import fold
from etl.polls import Neighbours, PollMapper, SlotRates, nobody
from etl.steps import joined
from etl.values import number, whole
from warehouse.edges import Ends
from warehouse.facts import UNATTRIBUTED, Column, FactTable
from warehouse.ledger import Reject
from warehouse.registry import Registry
from warehouse.staging import staging_schema
from warehouse.updates import ORDER


@dataclass
class Mapped:
    """What became of a file's records so far; ``first``/``last`` bound the times of all its records (us UTC)."""

    accepted_lines: int = 0
    other_lines: int = 0
    unregistered_lines: int = 0
    rejects: list[Reject] = field(default_factory=list)
    first: int | None = None
    last: int | None = None


class Mapper:
    """Maps one file.  ``rows`` yields accepted rows batch by batch; ``mapped`` counts as it goes.

    ``neighbours`` tells the polls around the file that older loads of a counter's feed left; what this one leaves is in
    ``ends`` when all rows are out, and in ``updates`` those that were folded.
    """

    def __init__(self, feed: Feed, registry: Registry, now: int, neighbours: Neighbours = nobody) -> None:
        self.mapped = Mapped()
        self._feed, self._table, self._registry, self._now = feed, feed.fact, registry, now
        addresses: dict[str, AddressReader] = {}
        self._readers = {name: ColumnReader(feed, self._table.column(name), spec, registry, addresses)
                         for name, spec in feed.columns.items()}
        self._measures = [MeasureReader(feed, measure, registry) for measure in feed.measures]
        constant = {name for measure in feed.measures for name in (measure.into, *measure.set, *measure.also)}
        self._seen = SeenKeys(self._table, tuple(name for name in self._table.key if name not in constant))
        self._polls = PollMapper(feed, neighbours) if feed.counter else None
        self._kept: list[pa.Table] = []

    @property
    def updates(self) -> pa.Table | None:
        """The accepted updates that may meet those of other files."""
        fold = self._feed.fold
        return pa.concat_tables(self._kept) if fold and fold.across_files and self._kept else None

    @property
    def ends(self) -> Ends | None:
        return self._polls.ends if self._polls else None

    def rows(self, batches: Iterable[Batch]) -> Iterator[pa.Table]:
        """Accepted rows as tables of :func:`warehouse.lake.staging_schema`."""
        for batch in batches:
            for table in self._map(batch):
                if self._feed.fold or self._feed.finer:
                    self._kept.append(table)
                else:
                    yield table
        if self._kept:
            join = fold if self._feed.fold else joined
            yield join(self._feed, pa.concat_tables(self._kept))
        if self._polls:
            yield from (self._counter_rows(rates) for rates in self._polls.rates())

    def _map(self, batch: Batch) -> Iterator[pa.Table]:
        time = self._readers[self._table.time].read(batch)
        self._note_times(time)
        if self._feed.keep:
            batch, time = self._own(batch, time)
        if batch.size == 0:
            return
        days = jst_days(time.values)
        columns = {name: time if name == self._table.time else reader.read(batch, days)
                   for name, reader in self._readers.items()}
        measures = [measure.read(batch) for measure in self._measures] if not self._polls else []
        polls = self._polls.read(batch) if self._polls else []
        said = [parsed.said for parsed in columns.values() if parsed.said is not None]
        if said:
            columns[UNATTRIBUTED] = Parsed(joined_texts(said, "\n"), {}, "")
        findings = self._findings(batch, days, columns, measures, polls)
        columns[self._table.time] = Parsed(self._slot_starts(time.values), {}, time.source)
        if not self._feed.fold:
            values = {name: parsed.values for name, parsed in columns.items()}
            findings.add(self._seen.repeated(values, ~findings.bad), time.source,
                         "同じファイルに同じ記録があります（重複）")
        self._count(batch, findings)
        if self._polls:
            self._polls.gather({name: parsed.values for name, parsed in columns.items()}, polls, ~findings.bad)
        else:
            yield from self._tables(batch, columns, measures, ~findings.bad)

    def _own(self, batch: Batch, time: Parsed) -> tuple[Batch, Parsed]:
        keep = np.ones(batch.size, dtype=bool)
        for source, allowed in self._feed.keep.items():
            keep &= rows_where(pc.is_in(batch.texts(source), value_set=pa.array(allowed, pa.string())))
        self.mapped.other_lines += int((~keep).sum())
        rows = np.flatnonzero(keep)
        problems = {new: time.problems[old] for new, old in enumerate(rows.tolist()) if old in time.problems}
        return batch.where(keep), Parsed(time.values.take(pa.array(rows)), problems, time.source)

    def _findings(self, batch: Batch, days: IntArray, columns: dict[str, Parsed],
                  measures: list[dict[str, Parsed]], polls: list[Parsed]) -> Findings:
        findings = Findings(batch.size)
        for source in self._feed.fold.order if self._feed.fold else ():
            findings.add_parsed(_order_numbers(batch, source))
        for parsed in [*columns.values(), *(value for measure in measures for value in measure.values()), *polls]:
            findings.add_parsed(parsed)
        for name, parsed in columns.items():
            check_values(parsed, self._table.column(name), findings, self._excused(name, columns))
        for reader, measure in zip(self._measures, measures, strict=False):
            for name, parsed in measure.items():
                check_values(parsed, _measured(self._table.column(name), reader.measure), findings)
        for name, parsed in columns.items():
            column = self._table.column(name)
            if column.dimension:
                check_validity(parsed, column, days, self._registry, findings)
        if not self._table.planned:
            check_not_future(columns[self._table.time], self._table.column(self._table.time).title, self._now, findings)
        check_order(columns, self._table, findings)
        return findings

    def _note_times(self, time: Parsed) -> None:
        if time.values.null_count == len(time.values):
            return
        bounds = pc.min_max(time.values).as_py()
        mapped = self.mapped
        if self._table.interval_seconds and (self._feed.counter or self._feed.time_spec.stamp == "end"):
            bounds["max"] = max(bounds["min"], bounds["max"] - self._table.interval_seconds * MICROSECOND)
        if bounds["max"] <= self._now + 86_400 * MICROSECOND:
            mapped.last = bounds["max"] if mapped.last is None else max(mapped.last, bounds["max"])
        mapped.first = bounds["min"] if mapped.first is None else min(mapped.first, bounds["min"])

    def _slot_starts(self, times: pa.Array) -> pa.Array:
        """Times of regular samples at the start of their slot; other times, and raw counter polls, as they are."""
        interval = self._table.interval_seconds
        if interval is None or self._polls:
            return times
        micro = (self._feed.step.seconds if self._feed.finer and self._feed.step else interval) * MICROSECOND
        shift = self._feed.sample_seconds * MICROSECOND if self._feed.time_spec.stamp == "end" else 0
        moments = times.fill_null(0).to_numpy(zero_copy_only=False)
        return pa.array((moments - shift) // micro * micro, mask=rows_where(times.is_null()))

    def _count(self, batch: Batch, findings: Findings) -> None:
        self.mapped.accepted_lines += int((~findings.bad).sum())
        for row, (source, reason) in sorted(findings.problems.items()):
            value = batch.cell(source, row) if source in batch.columns else None
            self.mapped.unregistered_lines += reason.endswith(UNREGISTERED)
            self.mapped.rejects.append(Reject(int(batch.lines[row]), source, value, reason, batch.text(row)))

    def _tables(self, batch: Batch, columns: dict[str, Parsed], measures: list[dict[str, Parsed]],
                good: BoolArray) -> Iterator[pa.Table]:
        base = {name: parsed.values for name, parsed in columns.items()}
        if not measures:
            yield self._with_order(batch, _finished(self._table, base, good), good)
        for reader, measure in zip(self._measures, measures, strict=False):
            excused = self._excused(reader.measure.into, columns)
            present = rows_where(measure[reader.measure.into].values.is_valid())
            present = good & (present if excused is None else present | excused)
            constants = {name: pa.scalar(value) for name, value in reader.measure.set.items()}
            yield _finished(self._table, {**base, **{n: p.values for n, p in measure.items()}, **constants}, present)

    def _excused(self, name: str, columns: dict[str, Parsed]) -> BoolArray | None:
        """Rows of which the source itself says that there is no value: a statement that is kept without one."""
        reason = columns.get(self._table.column(name).excused_by)
        return rows_where(pc.invert(reason.values)) if reason and not self._feed.finer else None

    def _with_order(self, batch: Batch, table: pa.Table, good: BoolArray) -> pa.Table:
        if not self._feed.fold:
            return table
        rows = np.flatnonzero(good)
        for position, source in enumerate(self._feed.fold.order):
            numbers = _order_numbers(batch, source).values.take(pa.array(rows))
            table = table.append_column(f"{ORDER}{position}", numbers)
        return table

    def _counter_rows(self, rates: SlotRates) -> pa.Table:
        constants = {name: pa.scalar(value) for name, value in self._feed.measures[rates.measure].set.items()}
        size = len(rates.columns[self._table.time])
        return _finished(self._table, {**rates.columns, **constants}, np.ones(size, dtype=bool))


def _order_numbers(batch: Batch, source: str) -> Parsed:
    """The numbers that order updates; every update must have one."""
    parser = TextParser(lambda text: whole(number(text), rounded=False), frozenset())
    return parser.column(batch.columns[source], pa.int64(), source)


def _measured(column: Column, measure: MeasureSpec) -> Column:
    """The fact column as this measure fills it: a cell may be empty (that sample is missing, the line stands)."""
    maximum = measure.maximum if measure.maximum is not None and column.name == measure.into else column.maximum
    return replace(column, required=False, maximum=maximum)


def _finished(table: FactTable, columns: dict[str, pa.Array | pa.Scalar], keep: BoolArray) -> pa.Table:
    """The kept rows in the staging schema; columns that the feed does not give are null."""
    schema = staging_schema(table)
    rows = pa.array(np.flatnonzero(keep))
    size = len(rows)
    arrays = []
    for target in schema:
        values = columns.get(target.name)
        if values is None:
            arrays.append(pa.nulls(size, target.type))
        elif isinstance(values, pa.Scalar):
            arrays.append(_as_staged(pa.repeat(values, size), target.type))
        else:
            taken = values if size == len(values) else values.take(rows)
            arrays.append(_as_staged(taken, target.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _as_staged(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return values.dictionary_encode()
    return values.cast(kind)
