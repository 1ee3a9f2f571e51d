"""JSON arrays and NDJSON (one record per line): source columns are dotted paths such as ``alert.signature_id``.

A number in a path is a place in an array, from 0: ``transaction.messages.0.message``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import orjson

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers import json_blocks
from etl.readers.json_blocks import Kinds, refused, texts_of, values_at
from etl.readers.opening import Part
from etl.readers.pseudo import from_file

_BATCH_ROWS = 50_000
_AHEAD = 2


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of records; lines are physical lines of NDJSON, record numbers of an array.

    The array is the whole document, or stands within it where ``file.records`` says.
    """
    with part.open() as stream:
        start = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if feed.file.records or start == b"[":
        return _array(part, feed, tally)
    return _lines(part, feed, tally)


def _lines(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Blocks are parsed a few ahead (Arrow leaves Python's lock) and given back in file order."""
    skip = re.compile(feed.file.skip) if feed.file.skip else None
    kinds = Kinds(sorted(from_file(feed.wanted())), feed.plain_numbers().keys(), skip)
    waiting: list[Future[tuple[Batch, Tally]]] = []
    with part.open() as stream, ThreadPoolExecutor(max_workers=_AHEAD) as pool:
        for block in json_blocks.blocks(stream):
            waiting.append(pool.submit(json_blocks.parse, block, kinds))
            if len(waiting) > _AHEAD:
                yield from _next(waiting, tally)
        while waiting:
            yield from _next(waiting, tally)


def _next(waiting: list[Future[tuple[Batch, Tally]]], tally: Tally) -> Iterator[Batch]:
    batch, block = waiting.pop(0).result()
    shifted = Batch(batch.columns, batch.lines + tally.physical, batch.text)
    tally.add(block)
    if batch.size:
        yield shifted


def _array(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    with part.open() as stream:
        text = stream.read().removeprefix(b"\xef\xbb\xbf")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _unreadable(text, f"{error.lineno}行{error.colno}文字目で読めなくなりました。") from error
    records = _records_of(document, feed)
    tally.physical = len(records)
    found = []
    for number, record in enumerate(records, 1):
        if isinstance(record, dict):
            found.append((number, record))
        else:
            tally.malformed.append(refused(number, orjson.dumps(record), "JSONのオブジェクトではありません"))
    for start in range(0, len(found), _BATCH_ROWS):
        yield _batch(found[start:start + _BATCH_ROWS], feed)


def _unreadable(text: bytes, where: str) -> FileRefused:
    if re.match(rb"\s*[\[{]+\s*'", text):
        return FileRefused("JSONではありません",
                           f"{where}引用符が ' です（プログラムの変数をそのまま書き出した形です）。",
                           "JSON として書き出して（Python なら json.dump）、取り込んでください。")
    return FileRefused("JSONとして読めません", where, "書き出しが途中で止まっていないか、送付元に確かめてください。")


def _records_of(document: Any, feed: Feed) -> list[Any]:
    """The array that the feed names; a document that is nothing but an array is that array."""
    path = feed.file.records
    if path is None or isinstance(document, list):
        return list(document)
    records = values_at([document], path)[0] if isinstance(document, dict) else None
    if not isinstance(records, list):
        raise FileRefused("JSONの中に記録の並びがありません",
                          f"file.records = \"{path}\" の場所に、配列がありません（ファイルの先頭: "
                          f"「{orjson.dumps(document).decode()[:120]}」）。",
                          "送付元の答えがエラーでないか確かめるか、取込み定義の file.records を直してください。")
    return records


def _batch(records: list[tuple[int, dict[str, Any]]], feed: Feed) -> Batch:
    columns = texts_of([record for _, record in records], sorted(from_file(feed.wanted())))
    lines = np.array([number for number, _ in records], dtype=np.int64)
    return Batch(columns, lines, lambda row: orjson.dumps(records[row][1]).decode())
