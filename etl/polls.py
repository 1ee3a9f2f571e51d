"""Counter polls of one file, joined to those of the files before and after it, become fact rows.

An interval between two files has one poll in each.  So of every file the few polls at its ends (and at its gaps) are
kept, and whichever of two files comes second makes the slots between them: the result is that of one file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.batches import Batch, BoolArray, IntArray
from etl.columns import Parsed, plain, rows_where
from etl.counters import MICROSECOND, Polls, Slots
from etl.errors import ValueProblem
from etl.feed import Feed
from etl.values import number, whole
from warehouse.edges import POLLS, SPANS, Ends

Neighbours = Callable[[int, int], pa.Table]
"""Polls (:data:`warehouse.edges.POLLS`) kept of the feed's older loads between two times (microseconds UTC)."""

_JST, _DAY = 9 * 3600 * MICROSECOND, 86_400 * MICROSECOND
_BETWEEN = "\t"
_PLAIN = r"^[0-9]{1,19}$"  # fits into 64 bits
_TEXT = pa.dictionary(pa.int32(), pa.string())
_GATHERED = pa.schema([(field.name, _TEXT if field.type == pa.string() else field.type) for field in POLLS])
_Series = dict[str, Polls]


def nobody(_first: int, _last: int) -> pa.Table:
    """The neighbours of a file that stands alone."""
    return POLLS.empty_table()


@dataclass(frozen=True)
class SlotRates:
    """Rates of one measure: a row per entity, further key columns and slot."""

    measure: int
    columns: dict[str, pa.Array]


class PollMapper:
    """Gathers one file's polls; when all are there, makes the rates and the polls to be kept."""

    def __init__(self, feed: Feed, neighbours: Neighbours) -> None:
        assert feed.counter is not None and feed.fact.interval_seconds is not None
        self._feed, self._spec, self._neighbours = feed, feed.counter, neighbours
        self._slots = Slots(feed.fact.interval_seconds)
        self._nulls = frozenset(feed.file.nulls)
        self._sources = [measure.source for measure in feed.measures]
        self._others = [name for name in feed.columns
                        if name in feed.fact.key and name not in {feed.fact.time, feed.fact.entity}]
        self._gathered: list[pa.Table] = []
        self.ends = Ends(POLLS.empty_table(), SPANS.empty_table())

    def read(self, batch: Batch) -> list[Parsed]:
        """The counters' cells in the measures' order (64-bit counters pass the signed range), then the uptimes."""
        cells = [self._cells(batch, source, self._spec.bits) for source in self._sources]
        return [*cells, *([self._cells(batch, self._spec.uptime, 32)] if self._spec.uptime else [])]

    def gather(self, base: dict[str, pa.Array], cells: list[Parsed], good: BoolArray) -> None:
        """Keep the good records' polls; ``base`` are their fact columns."""
        rows = pa.array(np.flatnonzero(good))
        own = {name: plain(values).take(rows) for name, values in base.items()}
        uptimes = cells[-1].values.take(rows).fill_null(2**64 - 1).to_numpy().astype(np.int64) \
            if self._spec.uptime else np.full(len(rows), -1)
        for source, parsed in zip(self._sources, cells, strict=False):
            series = pa.repeat(source, len(rows))
            if self._others:
                series = pc.binary_join_element_wise(series, *(own[name] for name in self._others), _BETWEEN)
            octets = parsed.values.take(rows)
            table = pa.table([own[self._feed.fact.entity].dictionary_encode(), series.dictionary_encode(),
                              own[self._feed.fact.time], octets, pa.array(uptimes)], schema=_GATHERED)
            self._gathered.append(table.filter(octets.is_valid()))

    def rates(self) -> Iterator[SlotRates]:
        """The rates of all slots of which the file tells something; afterwards ``ends`` are known."""
        own = pa.concat_tables(self._gathered) if self._gathered else _GATHERED.empty_table()
        if own.num_rows == 0:
            return
        bounds = pc.min_max(own.column("ts")).as_py()
        others = self._known(self._neighbours(bounds["min"] - self._slots.reach, bounds["max"] + self._slots.reach))
        found: dict[str, list[tuple[str, IntArray, IntArray]]] = {}
        kept: list[pa.Table] = []
        spans: list[pa.Table] = []
        for entity, series in _by_entity(own, others):
            days = _days([polls.times[polls.own] for polls in series.values()])
            for name, starts, bps in self._rates_of(series, days):
                found.setdefault(name, []).append((entity, starts, bps))
            kept += self._kept_of(entity, series)
            spans.append(pa.table([pa.repeat(entity, len(days[0])), *map(pa.array, days[1:])], schema=SPANS))
        self.ends = Ends(pa.concat_tables(kept), pa.concat_tables(spans))
        for name, parts in found.items():
            yield self._slot_rates(name, parts)

    def _known(self, others: pa.Table) -> pa.Table:
        """The polls of counters that the feed still names (its definition may have changed since they were kept)."""
        names = [name for name in pc.unique(others.column("series")).to_pylist()
                 if name.split(_BETWEEN)[0] in self._sources and name.count(_BETWEEN) == len(self._others)]
        return others.filter(pc.is_in(others.column("series"), value_set=pa.array(names, pa.string())))

    def _rates_of(self, series: _Series, days: tuple[IntArray, ...]) -> Iterator[tuple[str, IntArray, IntArray]]:
        """The rates of one entity.  All its counters are told for the same slots: rows of a load replace the entity's
        older ones, whichever counter they are of."""
        known = {name: polls.where(polls.own | ~_within_days(polls.times, days)).ordered()
                 for name, polls in series.items()}
        touched = np.concatenate([self._slots.touched(polls) for polls in known.values()])
        for name, polls in known.items():
            starts, bps = self._slots.rates(polls, self._spec)
            told = np.isin(starts, touched)
            yield name, starts[told], bps[told]

    def _kept_of(self, entity: str, series: _Series) -> list[pa.Table]:
        own = {name: polls.where(polls.own).ordered() for name, polls in series.items()}
        bounds = [bound for polls in own.values() for bound in self._slots.ends(polls)]
        kept = {name: polls.where(self._slots.within(polls, bounds)) for name, polls in own.items()}
        return [pa.table([pa.repeat(entity, len(polls.times)), pa.repeat(name, len(polls.times)), polls.times,
                          polls.octets, polls.uptimes], schema=POLLS) for name, polls in kept.items()]

    def _slot_rates(self, name: str, parts: list[tuple[str, IntArray, IntArray]]) -> SlotRates:
        source, *others = name.split(_BETWEEN)
        sizes = [len(starts) for _, starts, _ in parts]
        entities = pa.DictionaryArray.from_arrays(np.repeat(np.arange(len(parts), dtype=np.int32), sizes),
                                                  pa.array([entity for entity, _, _ in parts]))
        measure = self._sources.index(source)
        return SlotRates(measure, {
            self._feed.fact.time: pa.array(np.concatenate([starts for _, starts, _ in parts])),
            self._feed.fact.entity: entities,
            **{column: pa.repeat(value, sum(sizes)) for column, value in zip(self._others, others, strict=True)},
            self._feed.measures[measure].into: pa.array(np.concatenate([bps for _, _, bps in parts]))})

    def _cells(self, batch: Batch, source: str, bits: int) -> Parsed:
        """Plainly written numbers are cast all at once; what is written otherwise or too large is looked at singly."""
        texts = batch.texts(source)
        simple = pc.match_substring_regex(texts, _PLAIN)
        cast = pc.cast(pc.if_else(simple, texts, pa.scalar(None, pa.string())), pa.uint64())
        odd = np.flatnonzero(~rows_where(pc.less_equal(cast, pa.scalar(2**bits - 1, pa.uint64()))))
        results: list[int | None] = []
        problems: dict[int, str] = {}
        for row, text in zip(odd.tolist(), texts.take(pa.array(odd)).to_pylist(), strict=True):
            try:
                results.append(self._octets(text.strip(), bits))
            except ValueProblem as problem:
                results.append(None)
                problems[row] = str(problem)
        is_odd = np.zeros(batch.size, dtype=bool)
        is_odd[odd] = True
        return Parsed(pc.replace_with_mask(cast, is_odd, pa.array(results, pa.uint64())), problems, source)

    def _octets(self, text: str, bits: int) -> int | None:
        if text in self._nulls:
            return None
        value = whole(number(text), rounded=False)
        if not 0 <= value < 2**bits:
            raise ValueProblem(f"カウンタ値の範囲（0から2の{bits}乗未満）を外れています")
        return value


def _by_entity(own: pa.Table, others: pa.Table) -> Iterator[tuple[str, _Series]]:
    """The polls of each entity of ``own``, with the others' of the same entities."""
    same = pc.is_in(others.column("entity"), value_set=pc.unique(own.column("entity").cast(pa.string())))
    both = pa.concat_tables([own, others.filter(same).cast(_GATHERED)]).unify_dictionaries().combine_chunks()
    entities, series = (both.column(name).chunk(0) for name in ("entity", "series"))
    codes = [column.indices.to_numpy() for column in (entities, series)]
    times, octets, uptimes = (both.column(name).to_numpy() for name in ("ts", "octets", "uptime"))
    is_own = np.arange(both.num_rows) < own.num_rows
    order = np.lexsort((times, codes[1], codes[0]))
    starts = np.flatnonzero(np.diff(codes[0][order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        names = np.split(rows, np.flatnonzero(np.diff(codes[1][rows])) + 1)
        yield entities.dictionary[codes[0][rows[0]]].as_py(), {
            series.dictionary[codes[1][of_one[0]]].as_py():
                Polls(times[of_one], octets[of_one], uptimes[of_one], is_own[of_one]) for of_one in names}


def _days(times: list[IntArray]) -> tuple[IntArray, IntArray, IntArray]:
    """JST days with polls, and the first and the last poll of each."""
    ordered = np.sort(np.concatenate(times))
    days, first = np.unique((ordered + _JST) // _DAY, return_index=True)
    return days, ordered[first], ordered[np.append(first[1:], len(ordered)) - 1]


def _within_days(times: IntArray, days: tuple[IntArray, ...]) -> BoolArray:
    """Whether each time lies between the first and the last poll of its day."""
    place = np.minimum(np.searchsorted(days[0], (times + _JST) // _DAY), len(days[0]) - 1)
    same = days[0][place] == (times + _JST) // _DAY
    inside: BoolArray = same & (days[1][place] <= times) & (times <= days[2][place])
    return inside
