"""What rrdtool gives out: ``xport`` as XML or JSON, and the text of ``fetch``.

Source columns are ``time`` and the legend's entries (xport) or the names of the data sources (fetch).  rrdtool stamps
the end of each step: a value at ``t`` is that of ``t - step`` to ``t`` (rrdxport, OUTPUT FORMAT), so feeds say
``stamp = "end"``.  NaN and infinity mean no data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np
import orjson
import pyarrow as pa

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers import records
from etl.readers.headers import positions
from etl.readers.opening import Part
from etl.steps import refuse_other_step, step_of
from warehouse.ledger import Reject

TIME = "time"
_NO_DATA = re.compile(r"[+-]?(nan|inf|infinity|1\.#\w+)", re.IGNORECASE)
_FETCHED = re.compile(r"\s*(\d+):\s*(.*?)\s*")
_NAMES = re.compile(r"[\w\s-]+", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d[.,]\d+e[+-]\d{2,3}", re.IGNORECASE)  # the decimal mark is the locale's
_WRITE_ANEW = "rrdtool xport か rrdtool fetch で書き出し直して、取り込んでください。"


@dataclass(frozen=True)
class _Row:
    time: str | None
    values: list[str]
    raw: str


@dataclass(frozen=True)
class _Export:
    """``start`` is the first row's time, ``end`` the last one's; rows may tell their times themselves."""

    start: str
    end: str
    step: str
    legend: list[str]
    rows: list[_Row]


def read_xport(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """One batch with the rows of ``rrdtool xport``, XML or JSON; lines are numbers of rows."""
    with part.open() as stream:
        content = stream.read().removeprefix(b"\xef\xbb\xbf").lstrip()
    export = _xml(content) if content.startswith(b"<") else _json(content)
    if not export.step.isdecimal() or int(export.step) == 0:
        raise _broken(f"meta の step が「{export.step[:20]}」です")
    refuse_other_step(feed, int(export.step))
    places = positions([TIME, *export.legend], feed)
    tally.physical = len(export.rows)
    found = []
    for number, (time, row) in enumerate(zip(_times(export), export.rows, strict=True), 1):
        if len(row.values) == len(export.legend):
            found.append((number, [time, *map(told, row.values)], row.raw))
        else:
            tally.malformed.append(_wrong_width(number, len(export.legend), len(row.values), row.raw))
    yield _batch(found, places)


def read_fetch(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """One batch with the lines of ``rrdtool fetch``; without its line of names, ``file.columns`` gives them."""
    names = list(feed.file.columns)
    found: list[tuple[int, list[str], str]] = []
    for number, line in records.records(part, feed, tally):
        match = _FETCHED.fullmatch(line)
        if match:
            found.append((number, [match[1], *match[2].split()], line))
        elif not names and not found and not tally.malformed and _NAMES.fullmatch(line):
            names = [TIME, *line.split()]
            tally.header += 1
        else:
            tally.malformed.append(Reject(number, None, None, "rrdtool fetch の行（時刻: 値 …）ではありません", line))
    if not names:
        raise FileRefused("データソースの名前が分かりません", "先頭に、データソースの名前の行がありません。",
                          f"取込み定義 {feed.name}.toml の file.columns に、time から始まる列名を書いてください。")
    places = positions(names, feed)
    refuse_other_step(feed, step_of([float(cells[0]) for _, cells, _ in found]))
    yield _batch(list(_well_formed(found, len(names), tally)), places)


def told(value: str) -> str:
    """A value as text, empty where there is no data."""
    return "" if _NO_DATA.fullmatch(value.strip()) else value.strip()


def _well_formed(found: list[tuple[int, list[str], str]], width: int,
                 tally: Tally) -> Iterator[tuple[int, list[str], str]]:
    for number, (time, *values), line in found:
        if len(values) + 1 != width:
            tally.malformed.append(_wrong_width(number, width - 1, len(values), line))
        elif not all(_NUMBER.fullmatch(value) or told(value) == "" for value in values):
            reason = "rrdtool の数値ではありません（行が途中で切れた可能性があります）"
            tally.malformed.append(Reject(number, None, None, reason, line))
        else:
            yield number, [time, *(told(value).replace(",", ".") for value in values)], line


def _batch(found: Sequence[tuple[int, list[str], str]], places: dict[str, int]) -> Batch:
    columns = {name: pa.array([cells[place] for _, cells, _ in found], pa.string()) for name, place in places.items()}
    return Batch(columns, np.array([number for number, _, _ in found], dtype=np.int64), lambda row: found[row][2])


def _times(export: _Export) -> list[str]:
    """Each row's time; rows that do not tell it are counted from the start, when their number is as it should be."""
    told_by_rows = [row.time for row in export.rows if row.time is not None]
    if len(told_by_rows) == len(export.rows):
        return told_by_rows
    if told_by_rows or not (export.start.isdecimal() and export.end.isdecimal()):
        raise _broken("時刻のない行があります（xport の --showtime を付けてください）")
    start, end, step = int(export.start), int(export.end), int(export.step)
    if start + (len(export.rows) - 1) * step != end:
        raise _broken(f"meta では{start}から{end}まで{step}秒おきですが、データは{len(export.rows):,}行です")
    return [str(start + number * step) for number in range(len(export.rows))]


def _xml(content: bytes) -> _Export:
    if b"<rrd>" in content[:4096]:
        raise FileRefused("rrdtool xport の出力ではありません", "中身は rrdtool dump の出力です。", _WRITE_ANEW)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _broken("文書型の宣言（DOCTYPE）があります")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise _broken(f"XMLとして読めません（{error}）") from error
    if root.tag != "xport" or root.find("meta") is None or root.find("data") is None:
        raise _broken(f"ルート要素が {root.tag} です")
    start, end, step = (root.findtext(f"meta/{name}", "").strip() for name in ("start", "end", "step"))
    return _Export(start, end, step, [(entry.text or "").strip() for entry in root.iterfind("meta/legend/entry")],
                   [_xml_row(row) for row in root.iterfind("data/row")])


def _xml_row(row: ElementTree.Element) -> _Row:
    raw = ElementTree.tostring(row, encoding="unicode").strip()
    return _Row(row.findtext("t"), [cell.text or "" for cell in row if cell.tag.startswith("v")], raw)


def _json(content: bytes) -> _Export:
    if re.match(rb"\{\s*about\s*:", content):
        raise FileRefused("rrdtool の古い JSON です", "rrdtool 1.4 までの不具合で、JSON の書き方になっておらず、"
                          "終わりの時刻も正しくありません。", "rrdtool xport を --json なし（XML）で実行してください。")
    try:
        document = orjson.loads(content)
        meta, data = document["meta"], document["data"]
        return _Export(str(meta["start"]), str(meta["end"]), str(meta["step"]),
                       [str(entry).strip() for entry in meta["legend"]], [_json_row(row, meta) for row in data])
    except orjson.JSONDecodeError as error:
        raise _broken(f"JSONとして、{error.lineno}行{error.colno}文字目で読めなくなりました") from error
    except (KeyError, TypeError) as error:
        raise _broken("meta（start、end、step、legend）か data がありません") from error


def _json_row(row: list[Any], meta: dict[str, Any]) -> _Row:
    with_time = len(row) == len(meta["legend"]) + 1 and isinstance(row[0], str)
    values = ["" if value is None else str(value) for value in (row[1:] if with_time else row)]
    return _Row(row[0] if with_time else None, values, orjson.dumps(row).decode())


def _wrong_width(number: int, expected: int, found: int, raw: str) -> Reject:
    return Reject(number, None, None, f"値の数が違います（{expected}個のところ{found}個）", raw)


def _broken(problem: str) -> FileRefused:
    return FileRefused("rrdtool xport の出力として読めません", f"{problem}。", _WRITE_ANEW)
