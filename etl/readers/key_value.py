"""Messages of ``key=value`` pairs, as FortiGate and many other devices send them by syslog.

``date=2026-10-01 time=09:00:00 devname="fw 1" msg="say \\"no\\"" user=`` and the same with commas between the pairs.
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

_KEY = r"[A-Za-z_][\w.\-]*"
_QUOTED = r'"[^"\\]*(?:\\.[^"\\]*)*"'
# Nearly all messages: blanks between the pairs, none within unquoted values.  Read in two strokes, four times as fast.
_SIMPLE = re.compile(rf"(?:{_KEY}=(?:{_QUOTED}(?=\s|$)|[^\s\"]*)(?:\s+|$))+", re.DOTALL)
_SIMPLE_PAIR = re.compile(rf"({_KEY})=({_QUOTED}|[^\s\"]*)", re.DOTALL)
# An unquoted value ends where white space, then the next key, begins; so it may hold blanks, as in msg=login failed.
_PAIRS = {" ": re.compile(rf"({_KEY})=({_QUOTED}(?=\s|$)|(?!\")\S*(?:\s+(?!{_KEY}=)[^\s\"]\S*)*)(?:\s+|$)", re.DOTALL),
          ",": re.compile(rf"({_KEY})=({_QUOTED}(?=\s*(?:,|$))|(?!\")[^,]*(?:,(?!\s*{_KEY}=)[^,]*)*)\s*(?:,\s*|$)",
                          re.DOTALL)}
_WITH_COMMAS = re.compile(rf"{_KEY}=(?:{_QUOTED}|[^\s,\"]*),\s*{_KEY}=", re.DOTALL)
_SHOWN = 20


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of messages, with or without a syslog header."""
    return records.read(part, feed, tally, parse)


def parse(text: str) -> dict[str, str]:
    """The pairs of one message (of equal keys the first counts) and its ``syslog.*`` columns."""
    columns, message = without_header(text)
    message = message.strip()
    if not message:
        raise ValueProblem("syslog のヘッダーの後に何もありません")
    with_commas = _WITH_COMMAS.match(message)
    if not with_commas and _SIMPLE.fullmatch(message):
        found = {key: _unquoted(value) for key, value in reversed(_SIMPLE_PAIR.findall(message))}
        return {**found, **columns}
    return _read_carefully(message, _PAIRS["," if with_commas else " "], columns)


def _read_carefully(message: str, pair: re.Pattern[str], columns: dict[str, str]) -> dict[str, str]:
    place = 0
    while place < len(message):
        match = pair.match(message, place)
        if match is None:
            shown = message[place:place + _SHOWN]
            raise ValueProblem(f"key=value の並びとして読めません（「{shown}」から）")
        key, value = match.groups()
        columns.setdefault(key, _unquoted(value))
        place = match.end()
    return columns


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    return re.sub(r'\\(["\\])', r"\1", value[1:-1]) if "\\" in value else value[1:-1]
