"""The header that syslog puts before a message, as columns ``syslog.*``.

Read are RFC 5424 (``<34>1 2026-10-01T09:00:00+09:00 host app 12 ID47 [id key="value"] message``), RFC 3164
(``<34>Oct  1 09:00:00 host app[12]: message``), what rsyslog writes to files (no ``<pri>``, or an ISO time), and
``<34>message``.
"""

from __future__ import annotations

import re

STYLE = "%b %d %H:%M:%S"
"""How RFC 3164 writes its time, without a year (:mod:`etl.readers.years` adds it)."""

_PRIORITY = r"<(?P<pri>[0-9]{1,3})>"
_RFC5424 = re.compile(
    _PRIORITY + r"1 (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) (?P<pid>\S+) (?P<msgid>\S+) "
    r'(?P<data>-|(?:\[[^\s\]="]+(?: [^\s\]="]+="(?:[^"\\]|\\.)*")*\])+)(?: |$)', re.DOTALL)
_ELEMENT = re.compile(r'\[([^\s\]="]+)((?: [^\s\]="]+="(?:[^"\\]|\\.)*")*)\]', re.DOTALL)
_PARAMETER = re.compile(r' ([^\s\]="]+)="((?:[^"\\]|\\.)*)"', re.DOTALL)
_RFC3164 = re.compile(
    rf"(?:{_PRIORITY})?(?P<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3]?[0-9] "
    r"(?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)"
    r"(?=\s|$)(?:\s+(?P<host>[^\s=,|\"{]*[^\s=,|\"{:])(?=\s|$))?"
    r"(?:\s+(?P<app>[^\s\[\]:=,|\"{]{1,64})(?:\[(?P<pid>[^\]\s]*)\])?:(?=\s|$))?\s*")
_BARE = re.compile(_PRIORITY)
_WITH_YEAR = re.compile(r"([A-Z][a-z]{2}) ([ 0-9]?[0-9]) ([0-9]{4}) (.*)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def without_header(text: str) -> tuple[dict[str, str], str]:
    """The header's columns (none when there is no header) and the message behind it."""
    match = _RFC5424.match(text) or _RFC3164.match(text) or _BARE.match(text)
    if match is None:
        return {}, text
    given = match.groupdict()
    data = given.pop("data", None)
    columns = {f"syslog.{name}": value for name, value in given.items() if value not in {None, "-"}}
    if "syslog.pri" in columns:
        priority = int(columns["syslog.pri"])
        columns["syslog.facility"], columns["syslog.severity"] = str(priority >> 3), str(priority & 7)
    if "syslog.time" in columns:
        columns["syslog.time"] = _iso_when_it_tells_the_year(columns["syslog.time"])
    for element, parameters in _ELEMENT.findall(data or ""):
        for name, value in _PARAMETER.findall(parameters):
            columns[f"syslog.data.{element}.{name}"] = re.sub(r'\\(["\\\]])', r"\1", value)
    return columns, text[match.end():].removeprefix("\ufeff")


def _iso_when_it_tells_the_year(time: str) -> str:
    """``Oct  1 2026 09:00:00`` (Cisco and others) as ISO; every other time as it stands."""
    match = _WITH_YEAR.fullmatch(time)
    if match is None:
        return time
    month, day, year, clock = match.groups()
    return f"{year}-{_MONTHS.index(month) + 1:02d}-{int(day):02d} {clock}"
