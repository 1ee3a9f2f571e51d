"""JSON arrays and NDJSON (one record per line): source columns are dotted paths such as ``alert.signature_id``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers.headers import has_no_rows
from warehouse.ledger import Reject

_BATCH_ROWS = 50_000


def read(path: Path, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of records; lines are physical lines of NDJSON, record numbers of a JSON array."""
    with path.open("rb") as stream:
        start = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    records = _array(path, tally) if start == b"[" else _lines(path, tally)
    waiting: list[tuple[int, dict[str, Any], bytes]] = []
    for record in records:
        waiting.append(record)
        if len(waiting) == _BATCH_ROWS:
            yield _batch(waiting, feed)
            waiting = []
    if waiting:
        yield _batch(waiting, feed)
    if tally.physical == tally.blank:
        raise has_no_rows()


def _lines(path: Path, tally: Tally) -> Iterator[tuple[int, dict[str, Any], bytes]]:
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            tally.physical += 1
            line = raw.strip(b"\xef\xbb\xbf \t\r\n")
            if not line:
                tally.blank += 1
                continue
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                tally.malformed.append(_refused(
                    number, line, "JSONとして読めません（途中で切れているか、書き方が違います）"))
                continue
            if isinstance(record, dict):
                yield number, record, line
            else:
                tally.malformed.append(_refused(number, line, "JSONのオブジェクトではありません"))


def _array(path: Path, tally: Tally) -> Iterator[tuple[int, dict[str, Any], bytes]]:
    try:
        records = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FileRefused("JSONとして読めません", f"{error.lineno}行{error.colno}文字目で読めなくなりました。",
                          "書き出しが途中で止まっていないか、送付元に確かめてください。") from error
    tally.physical = len(records)
    for number, record in enumerate(records, 1):
        if isinstance(record, dict):
            yield number, record, b""
        else:
            tally.malformed.append(_refused(number, orjson.dumps(record), "JSONのオブジェクトではありません"))


def _refused(number: int, line: bytes, reason: str) -> Reject:
    return Reject(number, None, None, reason, line.decode("utf-8", errors="replace"))


def _batch(records: list[tuple[int, dict[str, Any], bytes]], feed: Feed) -> Batch:
    columns = {}
    for name in sorted(feed.wanted()):
        path = name.split(".")
        columns[name] = pa.array([_text(_at(record, path)) for _, record, _ in records], pa.string())
    lines = np.array([number for number, _, _ in records], dtype=np.int64)
    return Batch(columns, lines, lambda row: _raw(records[row]))


def _raw(record: tuple[int, dict[str, Any], bytes]) -> str:
    return (record[2] or orjson.dumps(record[1])).decode("utf-8", errors="replace")


def _at(record: dict[str, Any], path: list[str]) -> Any:
    value: Any = record
    for part in path:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


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
