"""Lines of JSON in blocks: parsed by Arrow where that tells the same as line by line, which is five times as slow.

Arrow gives up a whole block for one bad line, reads two objects on a line as two records, and needs to know whether a
value is a text or a number.  So a block goes to Arrow in pieces; a piece in which every line is plainly one object, and
whose records are as many as its lines, is taken; any other is parsed line by line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from etl.batches import PLAIN_LIMIT, Batch, IntArray, Tally
from etl.readers.text import without_inner_marks
from warehouse.ledger import Reject

BLOCK_BYTES = 16 << 20
_PIECE_BYTES = 1 << 20
_LEARNED_LINES = 200
_WHITE = b" \t\r\n"
_UNREADABLE = "JSONとして読めません（途中で切れているか、書き方が違います）"
_NO_JSON = (re.compile(rb"NaN\s*[,}\]]"), re.compile(rb"Inf(?:inity)?\s*[,}\]]"))
_KINDS = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}


@dataclass
class Kinds:
    """What the wanted values were so far; ``plain`` as long as each column is of one kind that Arrow reads alike.

    ``numbers`` are those of the wanted columns that may be handed on as numbers; lines that ``skip`` matches are not
    of this feed.
    """

    wanted: Sequence[str]
    numbers: Collection[str] = ()
    skip: re.Pattern[str] | None = None
    kinds: dict[str, pa.DataType] = field(default_factory=dict)
    plain: bool = True

    def __post_init__(self) -> None:
        parents = {name[:place] for name in self.wanted for place, sign in enumerate(name) if sign == "."}
        places = any(key.isdecimal() for name in self.wanted for key in name.split("."))
        self.plain = parents.isdisjoint(self.wanted) and not places and self.skip is None

    def learn(self, records: Sequence[dict[str, Any]]) -> None:
        for name in self.wanted:
            for kind in {type(value) for value in values_at(records, name)} - {type(None)}:
                known = self.kinds.setdefault(name, _KINDS.get(kind))
                self.plain = self.plain and known is not None and known == _KINDS.get(kind)

    def schema(self) -> pa.Schema:
        """The wanted paths; one with dots may be a key of that name or lead into objects, so both places are read."""
        tree: dict[str, Any] = {}
        for name in self.wanted:
            kind = self.kinds.get(name, pa.string())
            *parents, last = name.split(".")
            node = tree
            for parent in parents:
                node = node.setdefault(parent, {})
            node[last] = kind
            tree[name] = kind
        return pa.schema(_fields(tree))


def _fields(tree: dict[str, Any]) -> list[pa.Field]:
    return [pa.field(name, pa.struct(_fields(below)) if isinstance(below, dict) else below)
            for name, below in tree.items()]


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Whole lines, about ``BLOCK_BYTES`` at a time, without the file's byte order mark."""
    block = stream.read(BLOCK_BYTES).removeprefix(b"\xef\xbb\xbf")
    while block:
        yield block + stream.readline()
        block = stream.read(BLOCK_BYTES)


def parse(block: bytes, kinds: Kinds) -> tuple[Batch, Tally]:
    """The records of a block of whole lines, and what its other lines are; its first line is line 1."""
    tally = Tally()
    lines: list[IntArray] = []
    columns: dict[str, list[pa.Array]] = {name: [] for name in kinds.wanted}
    block = without_inner_marks(block, "utf-8")
    for piece in _pieces(block):
        count = piece.count(b"\n") + (not piece.endswith(b"\n"))
        first = 1 + tally.physical
        found = _by_arrow(piece, count, kinds) if kinds.plain else None
        numbers = np.arange(first, first + count, dtype=np.int64)
        if found is None:
            found, numbers = _by_line(piece, first, kinds, tally)
        tally.physical += count
        lines.append(numbers)
        for name, values in found.items():
            columns[name].append(values)
    numbers = np.concatenate(lines)
    joined = {name: _joined(values, name in kinds.numbers) for name, values in columns.items()}
    return Batch(joined, numbers, _Lines(block, numbers - 1)), tally


def _joined(values: list[pa.Array], may_be_numbers: bool) -> pa.Array:
    """The pieces' values as one column: plain numbers where the feed wants nothing else, otherwise distinct texts."""
    if may_be_numbers and all(pa.types.is_integer(piece.type) for piece in values):
        numbers = pa.concat_arrays(values)
        bounds = pc.min_max(numbers).as_py()
        if bounds["min"] is None or (bounds["min"] > -PLAIN_LIMIT and bounds["max"] < PLAIN_LIMIT):
            return numbers
    return pa.concat_arrays([piece.cast(pa.string()).fill_null("") for piece in values]).dictionary_encode()


def _pieces(block: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(block):
        end = block.find(b"\n", start + _PIECE_BYTES) + 1 or len(block)
        yield block[start:end]
        start = end


def _by_arrow(piece: bytes, lines: int, kinds: Kinds) -> dict[str, pa.Array] | None:
    """The piece's columns, or None when only the careful way can tell."""
    if not kinds.kinds:
        kinds.learn([record for _, record in _objects(piece.splitlines()[:_LEARNED_LINES], 1, Tally(), None)])
    if not _is_one_object_a_line(piece, lines) or not kinds.plain:
        return None
    try:
        table = pa_json.read_json(
            pa.BufferReader(piece), read_options=pa_json.ReadOptions(use_threads=False, block_size=len(piece) + 1),
            parse_options=pa_json.ParseOptions(explicit_schema=kinds.schema(), unexpected_field_behavior="ignore"))
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines:
        return None
    return {name: _column(table, name) for name in kinds.wanted}


def _is_one_object_a_line(piece: bytes, lines: int) -> bool:
    """Whether each line begins and ends with a brace (a line end elsewhere than between objects is no JSON).

    Nothing else may be in it that Arrow takes for JSON and we do not.
    """
    between = b"}\r\n{" if b"\r" in piece else b"}\n{"
    if not piece.startswith(b"{") or not piece.rstrip(b"\r\n").endswith(b"}") or piece.count(between) != lines - 1:
        return False
    if b"\0" in piece or any(word.search(piece) for word in _NO_JSON):
        return False
    return piece.isascii() or _decodes(piece)


def _decodes(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def _column(table: pa.Table, name: str) -> pa.Array:
    """The values under the key ``name`` or else, when it has dots, at the end of that path; null where none is."""
    values = table.column(name).combine_chunks()
    if "." in name:
        top, *path = name.split(".")
        values = pc.coalesce(values, pc.struct_field(table.column(top).combine_chunks(), path))
    return values


def _by_line(piece: bytes, first: int, kinds: Kinds, tally: Tally) -> tuple[dict[str, pa.Array], IntArray]:
    """The careful way: each line is one record, blank, or one reject."""
    raw_lines = piece.split(b"\n")
    if raw_lines[-1] == b"":
        raw_lines.pop()
    found = list(_objects(raw_lines, first, tally, kinds.skip))
    records = [record for _, record in found]
    kinds.learn(records)
    return texts_of(records, kinds.wanted), np.array([number for number, _ in found], dtype=np.int64)


def _objects(lines: Sequence[bytes], first: int, tally: Tally,
             skip: re.Pattern[str] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, raw in enumerate(lines, first):
        line = raw.strip(_WHITE)
        if not line:
            tally.blank += 1
            continue
        if skip is not None and skip.match(line.decode("utf-8", errors="replace")):
            tally.other += 1
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            tally.malformed.append(refused(number, line, _UNREADABLE))
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            tally.malformed.append(refused(number, line, "JSONのオブジェクトではありません"))


def refused(number: int, line: bytes, reason: str) -> Reject:
    """The reject of one line or element."""
    return Reject(number, None, None, reason, line.decode("utf-8", errors="replace"))


def texts_of(records: Sequence[dict[str, Any]], wanted: Sequence[str]) -> dict[str, pa.Array]:
    """Column -> texts; objects and arrays as JSON, missing values empty."""
    return {name: _texts(values_at(records, name)) for name in wanted}


def values_at(records: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """The value of each record under the key ``name`` or else, when it has dots, at the end of that path.

    A number in the path is a place in an array, from 0.
    """
    values = [record.get(name) for record in records]
    if "." in name:
        path = name.split(".")
        values = [_at(record, path) if value is None else value for record, value in zip(records, values, strict=True)]
    return values


def _at(record: dict[str, Any], path: list[str]) -> Any:
    value: Any = record
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _texts(values: list[Any]) -> pa.Array:
    if all(value is None or isinstance(value, str) for value in values):
        return pa.array(values, pa.string()).fill_null("")
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return orjson.dumps(value).decode()


class _Lines:
    """Raw text of a block's lines, split only when somebody asks (rejects are rare)."""

    def __init__(self, block: bytes, offsets: IntArray) -> None:
        self._block, self._offsets = block, offsets
        self._lines: list[bytes] | None = None

    def __call__(self, row: int) -> str:
        if self._lines is None:
            self._lines = self._block.split(b"\n")
        return self._lines[int(self._offsets[row])].strip(_WHITE).decode("utf-8", errors="replace")
