"""QRadar's Log Event Extended Format: ``LEEF:1.0|vendor|product|version|event id|key=value<TAB>key=value``.

LEEF 2.0 adds the separator of the pairs to the header, as a character (``^``) or its code (``x09``, ``0x5E``).
Columns: ``leef.vendor``, ``leef.product``, ``leef.device_version``, ``leef.event_id``, ``leef.version``, and every key.
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

_BEGINNING = re.compile(r"(?:^|(?<=\s))LEEF:\s?(?=[12](?:\.[0-9])?\|)")
_HEADER = re.compile(r"([12](?:\.[0-9])?)" + r"\|((?:[^|\\]|\\.)*)" * 4 + r"\|", re.DOTALL)
_NAMES = ("leef.version", "leef.vendor", "leef.product", "leef.device_version", "leef.event_id")
_SEPARATOR = re.compile(r"(?:(?:0?[xX](?P<code>[0-9A-Fa-f]{1,4}))|(?P<sign>[^|=\w]?))\|", re.DOTALL)


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of events, with or without a syslog header."""
    return records.read(part, feed, tally, parse)


def parse(text: str) -> dict[str, str]:
    """The columns of one event (of equal keys the first counts)."""
    beginning = _BEGINNING.search(text)
    header = _HEADER.match(text, beginning.end()) if beginning else None
    if beginning is None or header is None:
        raise ValueProblem("LEEF の見出し（「|」で区切った5項目）として読めません")
    columns, _ = without_header(text[:beginning.start()])
    columns.update({name: re.sub(r"\\([\\|])", r"\1", value).strip()
                    for name, value in zip(_NAMES, header.groups(), strict=True)})
    separator, start = "\t", header.end()
    declared = _SEPARATOR.match(text, start) if header[1].startswith("2") else None
    if declared is not None:
        separator = chr(int(declared["code"], 16)) if declared["code"] else declared["sign"] or "\t"
        start = declared.end()
    for pair in text[start:].split(separator):
        key, equals, value = pair.strip().partition("=")
        if equals:
            columns.setdefault(key.strip(), re.sub(r"\\([\\|=])", r"\1", value.strip()))
        elif pair.strip():
            raise ValueProblem(f"LEEF の key=value として読めません（「{pair.strip()[:20]}」）")
    return columns
