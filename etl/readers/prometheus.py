"""Answers of Prometheus to ``/api/v1/query_range``: one record per sample.

Source columns are ``time`` (epoch seconds), ``value`` and the labels as ``metric.<label>`` (empty where a series has no
such label).  NaN and infinity mean no data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers.opening import Part
from etl.readers.pseudo import from_file
from etl.readers.rrd import told
from etl.steps import refuse_other_step, step_of
from warehouse.ledger import Reject

_NEXT = "/api/v1/query_range の答えを、そのまま書き出してください。"
_Sample = tuple[int, dict[str, Any], Any]


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """One batch with the samples of all series; lines are numbers of samples."""
    found: list[_Sample] = []
    for series in _series_of(_document(part)):
        labels = series.get("metric", {})
        samples = [(tally.physical + number, labels, sample) for number, sample in enumerate(series["values"], 1)]
        tally.physical += len(samples)
        good = [sample for sample in samples if _well_formed(sample[2])]
        tally.malformed += [Reject(number, None, None, "時刻と値の組ではありません", orjson.dumps(sample).decode())
                            for number, _, sample in samples if not _well_formed(sample)]
        refuse_other_step(feed, step_of([float(sample[0]) for _, _, sample in good]))
        found += good
    yield _batch(found, feed)


def _batch(found: list[_Sample], feed: Feed) -> Batch:
    columns = {name: pa.array([_cell(name, labels, sample) for _, labels, sample in found], pa.string())
               for name in sorted(from_file(feed.wanted()))}
    return Batch(columns, np.array([number for number, _, _ in found], dtype=np.int64),
                 lambda row: orjson.dumps({"metric": found[row][1], "value": found[row][2]}).decode())


def _cell(name: str, labels: dict[str, Any], sample: list[Any]) -> str:
    if name == "time":
        return repr(sample[0])
    if name == "value":
        return told(sample[1])
    return str(labels.get(name.removeprefix("metric."), "")) if name.startswith("metric.") else ""


def _well_formed(sample: Any) -> bool:
    return (isinstance(sample, list) and len(sample) == 2 and isinstance(sample[0], int | float)
            and isinstance(sample[1], str))


def _document(part: Part) -> dict[str, Any]:
    with part.open() as stream:
        content = stream.read().removeprefix(b"\xef\xbb\xbf")
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileRefused("JSONとして読めません", f"{error.lineno}行{error.colno}文字目で読めなくなりました。",
                          _NEXT) from error
    if not isinstance(document, dict) or "status" not in document:
        raise FileRefused("Prometheus の答えではありません", "status がありません。", _NEXT)
    if document["status"] != "success":
        raise FileRefused("Prometheus の答えがエラーです",
                          f"status は {document['status']}、{document.get('errorType', '')} "
                          f"{document.get('error', '')}".rstrip() + " です。",
                          "問合せの式と期間を確かめて、取り直してください。")
    return document


def _series_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    data = document.get("data")
    kind = data.get("resultType") if isinstance(data, dict) else None
    result = data.get("result") if isinstance(data, dict) else None
    if kind != "matrix" or not isinstance(result, list):
        raise FileRefused("Prometheus の期間の答えではありません",
                          f"resultType は {kind} です（使えるのは matrix）。", _NEXT)
    for series in result:
        if not isinstance(series, dict) or not isinstance(series.get("values"), list):
            raise FileRefused("Prometheus の値がありません",
                              f"values のない系列があります（{str(series)[:60]}）。", _NEXT)
    return result
