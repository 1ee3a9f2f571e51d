"""ArcSight Common Event Format: ``CEF:0|vendor|product|version|class id|name|severity|key=value key=value``.

Columns: the header as ``cef.vendor``, ``cef.product``, ``cef.device_version``, ``cef.class_id``, ``cef.name``,
``cef.severity`` and ``cef.version``; every key of the extension; and what a ``cs1Label`` names, as ``label.<name>``.
Source: Implementing ArcSight Common Event Format, version 26.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from etl.batches import Batch, Tally
from etl.errors import ValueProblem
from etl.feed import Feed
from etl.readers import records
from etl.readers.opening import Part
from etl.readers.syslog import without_header

# Relays that split syslog messages take "CEF:" for the name of the program and drop it.
_BEGINNING = re.compile(r"(?:^|(?<=\s))CEF:\s?(?=[0-9]+\|)")
_HEADER = re.compile(r"([0-9]+)" + r"\|((?:[^|\\]|\\.)*)" * 6 + r"(?:\||$)", re.DOTALL)
_NAMES = ("cef.version", "cef.vendor", "cef.product", "cef.device_version", "cef.class_id", "cef.name", "cef.severity")
_KEY = re.compile(r"(?<!\S)([\w.\-\[\]]+)=")
_LINE_ENDS = {"n": "\n", "r": "\r"}


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of events, with or without a syslog header."""
    return records.read(part, feed, tally, parse)


def parse(text: str) -> dict[str, str]:
    """The columns of one event (of equal keys the first counts)."""
    columns, event = _event(text)
    header = _HEADER.match(event)
    if header is None:
        raise ValueProblem("CEF の見出し（「|」で区切った7項目）として読めません")
    columns.update({name: _plain(value).strip() for name, value in zip(_NAMES, header.groups(), strict=True)})
    extension = event[header.end():]
    before, *pairs = _KEY.split(extension)
    if before.strip():
        raise ValueProblem("CEF の拡張部が key=value で始まっていません")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        columns.setdefault(key, _plain(value.strip()))
    for name in [name for name in columns if name.endswith("Label")]:
        labelled = columns.get(name.removesuffix("Label"))
        if labelled is not None:
            columns.setdefault(f"label.{columns[name]}", labelled)
    return columns


def _event(text: str) -> tuple[dict[str, str], str]:
    beginning = _BEGINNING.search(text)
    if beginning is None:
        return without_header(text)
    return without_header(text[:beginning.start()])[0], text[beginning.end():]


def _plain(value: str) -> str:
    """Without the escapes ``\\\\``, ``\\|``, ``\\=``, ``\\n`` and ``\\r``; other backslashes stand for themselves."""
    if "\\" not in value:
        return value
    return re.sub(r"\\([\\|=nr])", lambda match: _LINE_ENDS.get(match[1], match[1]), value)
