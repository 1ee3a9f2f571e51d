"""Source columns to typed columns: distinct texts are parsed once, plain numbers are cast at Arrow's speed."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import values
from etl.addresses import AddressReader
from etl.batches import Batch, BoolArray, IntArray
from etl.errors import FeedError, ValueProblem
from etl.feed import ColumnSpec, Feed, MeasureSpec
from warehouse.facts import Column
from warehouse.registry import ADDRESSED, Registry
from warehouse.scope import UNKNOWN

ARROW_TYPES = {"text": pa.string(), "timestamp": pa.int64(), "integer": pa.int64(), "decimal": pa.float64(),
               "boolean": pa.bool_()}
_MEMO_LIMIT = 200_000
_MOSTLY_DISTINCT = 0.1
# Texts that need no care: short enough that neither the cast nor a unit conversion can overflow.
_PLAIN = {"integer": r"^-?[0-9]{1,12}$", "decimal": r"^-?[0-9]{1,12}(\.[0-9]+)?$"}
_TOO_LARGE = {"integer": 2**63, "decimal": 10**12}  # BIGINT and DECIMAL(18,6)
ALL_OF_THEM = frozenset({"*", "全団体", "全接続団体"})
UNREGISTERED = "の設定に登録されていません"
"""End of the reason for a key that no configuration knows: the record may be right, only nobody can be named for it."""
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Parsed:
    """A typed column (null = missing or a problem; times are microseconds UTC) and the rows that could not be read.

    Texts that repeat stay dictionary-encoded; the dictionary then holds no null and nothing twice.
    ``said`` holds what the file said of keys that are kept as unknown (null elsewhere).
    """

    values: pa.Array
    problems: dict[int, str]
    source: str
    said: pa.Array | None = None


class TextParser:
    """Parses distinct texts once; remembers them from batch to batch.

    ``at_once`` may read all distinct texts of a batch at a stroke; it gives None when one of them needs care.
    """

    def __init__(self, parse: Callable[[str], Value], nulls: frozenset[str],
                 at_once: Callable[[pa.Array], pa.Array | None] | None = None) -> None:
        self._parse, self._nulls, self._at_once = parse, nulls, at_once
        self._memo: dict[str, tuple[Value, str | None]] = {}

    def column(self, texts: pa.Array, kind: pa.DataType, source: str) -> Parsed:
        encoded = texts.dictionary_encode()
        if self._at_once and (kind != pa.string() or len(encoded.dictionary) > len(texts) * _MOSTLY_DISTINCT):
            whole = self._at_once(encoded.dictionary)
            if whole is not None:
                return Parsed(whole.take(encoded.indices), {}, source)
        results = [self._one(text) for text in encoded.dictionary.to_pylist()]
        typed = _spread([value for value, _ in results], kind, encoded.indices)
        bad = [code for code, (_, reason) in enumerate(results) if reason is not None]
        problems: dict[int, str] = {}
        if bad:
            codes = encoded.indices.to_numpy(zero_copy_only=False)
            for row in np.flatnonzero(np.isin(codes, bad)):
                problems[int(row)] = results[codes[row]][1] or ""
        return Parsed(typed, problems, source)

    def _one(self, text: str) -> tuple[Value, str | None]:
        known = self._memo.get(text)
        if known is None:
            known = self._parsed(text)
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[text] = known
        return known

    def _parsed(self, text: str) -> tuple[Value, str | None]:
        stripped = text.strip()
        if stripped in self._nulls:
            return None, None
        try:
            return self._parse(stripped), None
        except ValueProblem as problem:
            return None, str(problem)


def _spread(values_of_texts: list[Value], kind: pa.DataType, indices: pa.Array) -> pa.Array:
    """The value of each text, put where the text stood; texts as a dictionary."""
    if kind != pa.string():
        return pa.array(values_of_texts, kind).take(indices)
    places: dict[Value, int] = {}
    codes = np.array([-1 if value is None else places.setdefault(value, len(places)) for value in values_of_texts],
                     dtype=np.int32)
    if not np.array_equal(codes, np.arange(len(codes))):
        spread = codes[indices.to_numpy(zero_copy_only=False)]
        indices = pa.array(spread, mask=spread < 0 if codes.min(initial=0) < 0 else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(places), pa.string()))


def plain(column: pa.Array) -> pa.Array:
    """The column without a dictionary."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def joined_texts(columns: list[pa.Array], separator: str) -> pa.Array:
    """The texts of each row that are not null, joined; null where all are."""
    joined = columns[0]
    for column in columns[1:]:
        joined = pc.coalesce(pc.binary_join_element_wise(joined, column, separator), joined, column)
    return joined


class ColumnReader:
    """Reads one fact column of a feed from batches; ``addresses`` are shared by all columns of the file."""

    def __init__(self, feed: Feed, column: Column, spec: ColumnSpec, registry: Registry,
                 addresses: dict[str, AddressReader]) -> None:
        self.column, self._feed, self._spec, self._registry = column, feed, spec, registry
        self._addresses = addresses
        self._nulls = frozenset(feed.file.nulls)
        self._kind = ARROW_TYPES[column.type]
        self._factor = unit_factor(spec.unit, column)
        self._parser = TextParser(self._value, self._nulls, self._reader_at_once())
        self._constant = self._checked_constant() if spec.value is not None else None

    def read(self, batch: Batch, days: IntArray | None = None) -> Parsed:
        """The column for every record of the batch; ``days`` (JST day numbers) tell whose an address was."""
        spec = self._spec
        if spec.value is not None:
            constant = pa.array([self._constant], self._kind)
            return Parsed(constant.take(pa.array(np.zeros(batch.size, np.int64))), {}, "")
        if spec.template is not None:
            parsed = self._parser.column(_composed(batch, spec.template), self._kind, spec.template)
        else:
            parsed = self._first_of(batch, days)
        if spec.only_if:
            meets = pc.is_in(batch.texts(spec.only_if.column), value_set=pa.array(spec.only_if.values, pa.string()))
            taken = rows_where(meets)
            parsed = Parsed(pc.if_else(meets, plain(parsed.values), pa.scalar(None, self._kind)),
                            {row: reason for row, reason in parsed.problems.items() if taken[row]}, parsed.source)
        return self._with_unknown(parsed, batch) if spec.unknown == "keep" else parsed

    def _first_of(self, batch: Batch, days: IntArray | None) -> Parsed:
        if self._spec.by == "address_side":
            return self._side(batch, days)
        columns = [self._one(batch.columns[name], name, days) for name in self._spec.sources]
        if len(columns) == 1:
            return columns[0]
        merged = pc.coalesce(*[plain(column.values) for column in columns])
        filled = merged.is_valid().to_numpy(zero_copy_only=False)
        problems = {row: reason for column in columns for row, reason in column.problems.items() if not filled[row]}
        return Parsed(merged, problems, "、".join(self._spec.sources))

    def _one(self, texts: pa.Array, source: str, days: IntArray | None) -> Parsed:
        if self._spec.by == "address":
            owners = self._owners(texts, days)
            return Parsed(owners, self._strange_addresses(texts, owners), source)
        if self.column.type in {"integer", "decimal"} and not self._spec.codes and not self.column.dimension:
            return read_numbers(texts, self.column, self._factor, self._parser, source)
        return self._parser.column(texts, self._kind, source)

    def _side(self, batch: Batch, days: IntArray | None) -> Parsed:
        inward, outward = (self._owners(batch.columns[name], days).is_valid() for name in self._spec.sources)
        none = pa.scalar(None, pa.string())
        return Parsed(pc.if_else(inward, "in", pc.if_else(outward, pa.scalar("out"), none)), {}, "")

    def _strange_addresses(self, texts: pa.Array, owners: pa.Array) -> dict[int, str]:
        """Rows whose address nobody held on their day (an empty cell is a missing value, not a strange address)."""
        if self._spec.unknown == "keep" or owners.null_count == 0:
            return {}
        reason = f"{self._registry.title(ADDRESSED[self.column.dimension][0])}{UNREGISTERED}"
        missing = pc.is_in(pc.utf8_trim_whitespace(plain(texts)), value_set=pa.array(sorted(self._nulls), pa.string()))
        strange = rows_where(owners.is_null()) & ~rows_where(missing)
        return dict.fromkeys(np.flatnonzero(strange).tolist(), reason)

    def _owners(self, addresses: pa.Array, days: IntArray | None) -> pa.Array:
        """Whose each address was on the record's day; null when it was nobody's."""
        assert days is not None, "addresses are looked up by day"
        dimension = self.column.dimension or "tenant"
        if dimension not in self._addresses:
            self._addresses[dimension] = AddressReader(self._registry, dimension)
        return self._addresses[dimension].column(addresses, days)

    def _with_unknown(self, parsed: Parsed, batch: Batch) -> Parsed:
        """Keys that could not be told become ``unknown``, and what the file said is kept beside."""
        values_or_null = plain(parsed.values)
        strange = pc.match_substring(values_or_null, UNKNOWN) if self.column.many else values_or_null.is_null()
        if not pc.any(strange).as_py():
            return Parsed(parsed.values, {}, parsed.source)
        kept = values_or_null if self.column.many else values_or_null.fill_null(UNKNOWN)
        return Parsed(kept, {}, parsed.source, pc.if_else(strange, self._said(batch), pa.scalar(None, pa.string())))

    def _said(self, batch: Batch) -> pa.Array:
        """``列=値`` of every record, as the file has it; several columns and values joined by ``／``."""
        none = pa.scalar(None, pa.string())
        texts = [pc.utf8_trim_whitespace(batch.texts(name)) for name in self._spec.sources]
        if self.column.many:
            texts = [pa.array(["／".join(self._strangers(text)) for text in texts[0].to_pylist()], pa.string())]
        if self._spec.template is not None:
            texts = [_composed(batch, self._spec.template)]
        filled = [pc.if_else(pc.equal(text, ""), none, text) for text in texts]
        names = "／".join(self._spec.sources) or self.column.title
        return pc.binary_join_element_wise(pa.scalar(names), joined_texts(filled, "／").fill_null("（空欄）"), "=")

    def _checked_constant(self) -> Value:
        """The feed's constant, checked as a value of a file would be; raises :class:`FeedError`."""
        value = self._spec.value
        if isinstance(value, bool) and self.column.type == "boolean":
            return value
        try:
            return self._value(str(value))
        except ValueProblem as problem:
            raise wrong_constant(self._feed, self.column.name, str(value), str(problem)) from None

    def _value(self, text: str) -> Value:
        spec, column = self._spec, self.column
        if spec.digits and text.isascii() and text.isdigit():
            text = text.zfill(spec.digits)
        if spec.codes:
            code = spec.codes.get(text, spec.codes.get("*"))
            if code is None:
                raise ValueProblem(f"使えない値です（使える値: {'、'.join(spec.codes)}）")
            text = code
        if column.type == "timestamp":
            return values.timestamp(text, spec.styles, spec.zone)
        if column.type == "boolean":
            return text in spec.true
        if column.many:
            return self._keys(text)
        if column.dimension:
            return self._key(text)
        if column.type in {"integer", "decimal"}:
            return read_number(text, column, self._factor, spec.unit)
        if column.allowed and text not in column.allowed:
            raise ValueProblem(f"使えない値です（使える値: {'、'.join(column.allowed)}）")
        return text

    def _reader_at_once(self) -> Callable[[pa.Array], pa.Array | None] | None:
        """How all texts of a batch may be read at a stroke, for the two kinds of which many differ."""
        spec, column = self._spec, self.column
        if column.type == "timestamp" and not spec.codes:
            return lambda texts: values.timestamps(texts, spec.styles[0], spec.zone)
        if column.type == "text" and not (spec.codes or column.dimension or column.allowed or spec.digits):
            return self._free_texts
        return None

    def _free_texts(self, texts: pa.Array) -> pa.Array:
        stripped = pc.utf8_trim_whitespace(texts)
        missing = pc.is_in(stripped, value_set=pa.array(sorted(self._nulls), pa.string()))
        return pc.if_else(missing, pa.scalar(None, pa.string()), stripped)

    def _key(self, text: str) -> Value:
        code = self._registry.code(self.column.dimension, text)
        if code is None:
            raise ValueProblem(f"{self._registry.title(self.column.dimension)}{UNREGISTERED}")
        return int(code) if self.column.type == "integer" else code

    def _keys(self, text: str) -> str:
        """The codes of several names in one cell, joined by commas; ``*`` for all."""
        if text in ALL_OF_THEM:
            return "*"
        strange = self._strangers(text)
        if strange and self._spec.unknown != "keep":
            raise ValueProblem(f"{'、'.join(strange)} は{self._registry.title(self.column.dimension)}{UNREGISTERED}")
        codes = [self._registry.code(self.column.dimension, name) or UNKNOWN for name in _listed(text)]
        return ",".join(dict.fromkeys(codes))

    def _strangers(self, text: str) -> list[str]:
        """The names in a list that nobody registered."""
        return [name for name in _listed(text)
                if name not in ALL_OF_THEM and self._registry.code(self.column.dimension, name) is None]


def _listed(text: str) -> list[str]:
    return [name.strip() for name in re.split("[、，,；;\n]", text) if name.strip()]


class MeasureReader:
    """Reads one value column of a wide file."""

    def __init__(self, feed: Feed, measure: MeasureSpec, registry: Registry) -> None:
        self.measure = measure
        for name, value in measure.set.items():
            dimension = feed.fact.column(name).dimension
            if dimension and not registry.periods(dimension, value):
                raise wrong_constant(feed, name, value, f"{registry.title(dimension)}{UNREGISTERED}")
        self._columns = {}
        for name, source in {measure.into: measure.source, **measure.also}.items():
            column = feed.fact.column(name)
            factor = unit_factor(measure.unit, column)
            self._columns[name] = (source, column, factor, TextParser(_number_parser(column, factor, measure.unit),
                                                                      frozenset(feed.file.nulls)))

    def read(self, batch: Batch) -> dict[str, Parsed]:
        """Fact column -> values; the measure's own column first."""
        return {name: read_numbers(batch.columns[source], column, factor, parser, source)
                for name, (source, column, factor, parser) in self._columns.items()}


def wrong_constant(feed: Feed, name: str, value: str, reason: str) -> FeedError:
    return FeedError("取込み定義に誤りがあります", f"{feed.name}.toml: {name}={value}: {reason}。",
                     f"config/feeds/{feed.name}.toml を直してから、もう一度実行してください。")


def unit_factor(unit: str | None, column: Column) -> tuple[int, int]:
    """Multiplier and divisor from the source's unit to the fact's (the feed's definition was checked when read)."""
    if unit is None or unit == column.unit:
        return (1, 1)
    return values.UNIT_FACTORS[unit, column.unit]


def read_numbers(texts: pa.Array, column: Column, factor: tuple[int, int], parser: TextParser, source: str) -> Parsed:
    """Plainly written numbers are cast all at once; only what is written otherwise is parsed text by text."""
    kind = ARROW_TYPES[column.type]
    if texts.type == kind:
        return Parsed(texts if factor == (1, 1) else _converted(texts, factor), {}, source)
    texts = plain(texts)
    simple = pc.match_substring_regex(texts, _PLAIN[column.type])
    cast = pc.cast(pc.if_else(simple, texts, pa.scalar(None, pa.string())), kind)
    if factor != (1, 1):
        cast = _converted(cast, factor)
    odd = np.flatnonzero(~rows_where(simple))
    if len(odd) == 0:
        return Parsed(cast, {}, source)
    parsed = parser.column(texts.take(pa.array(odd)), kind, source)
    values_of_odd = pc.replace_with_mask(cast, pc.invert(simple), parsed.values)
    return Parsed(values_of_odd, {int(odd[row]): reason for row, reason in parsed.problems.items()}, source)


def _converted(numbers: pa.Array, factor: tuple[int, int]) -> pa.Array:
    """Numbers in the fact's unit; integers are rounded half up."""
    missing = rows_where(numbers.is_null())
    values_or_zero = numbers.fill_null(0).to_numpy(zero_copy_only=False)
    multiplier, divisor = factor
    if pa.types.is_integer(numbers.type):
        converted = (values_or_zero * (2 * multiplier) + divisor) // (2 * divisor)
    else:
        converted = values_or_zero * multiplier / divisor
    return pa.array(converted, numbers.type, mask=missing)


def read_number(text: str, column: Column, factor: tuple[int, int], unit: str | None = None) -> int | float:
    """One number in the fact's unit; ``unit`` is the source's."""
    value = values.number(text, unit) * factor[0] / Decimal(factor[1])
    if abs(value) >= _TOO_LARGE[column.type]:
        raise ValueProblem("桁が大きすぎます")
    return values.whole(value, rounded=factor != (1, 1)) if column.type == "integer" else float(value)


def _number_parser(column: Column, factor: tuple[int, int], unit: str | None) -> Callable[[str], Value]:
    return lambda text: read_number(text, column, factor, unit)


def _composed(batch: Batch, template: str) -> pa.Array:
    parts: list[pa.Array | pa.Scalar] = []
    for text, name, _, _ in string.Formatter().parse(template):
        if text:
            parts.append(pa.scalar(text))
        if name:
            parts.append(batch.texts(name))
    return pc.binary_join_element_wise(*parts, "")


def rows_where(mask: pa.Array) -> BoolArray:
    """An Arrow boolean array (null = false) as numpy."""
    return np.asarray(mask.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)
