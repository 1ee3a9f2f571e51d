"""ModSecurity's audit log in its native serial format (versions 2 and 3): one record per transaction.

``--6b253045-A--`` begins a transaction, ``--6b253045-Z--`` ends it; the parts between hold what their letter says.  All
lines of a transaction are one record.  Columns:

``time``, ``id``, ``src_ip``, ``src_port``, ``dst_ip``, ``dst_port``   part A (the time has its own offset)
``request``, ``method``, ``uri``, ``host``                         part B; ``request`` is the whole first line
``status``                                                         part F
``rule_id``, ``message``, ``severity``, ``rule_ids``, ``messages``   part H: of the most severe rule, and of all
``action``                                                         part H, such as ``Intercepted (phase 2)``

Audit logs in JSON are read by the format ``json``.  Source: ModSecurity Reference Manual, "Audit Log Format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from etl.batches import Batch, Tally
from etl.errors import ValueProblem
from etl.feed import Feed
from etl.readers import records, text
from etl.readers.opening import Part
from warehouse.ledger import Reject

_BOUNDARY = re.compile(r"-{2,3}(?P<id>[0-9A-Za-z]{6,})-(?:--)?(?P<part>[A-Z])--\s*")
_PART_A = re.compile(r"\[(?P<time>[^\]]+)\] (?P<id>\S+)\s+(?P<src_ip>\S+) (?P<src_port>\d+) (?P<dst_ip>\S+) "
                     r"(?P<dst_port>\d+)\s*")
_RULE = re.compile(r"(?:Message: |ModSecurity: |Apache-Error: .*?ModSecurity: )")
_FIELD = re.compile(r'\[(id|msg|severity) "((?:[^"\\]|\\.)*)"\]')
_SEVERITIES = ("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG")
_LEAST_SEVERE = len(_SEVERITIES)
_OUTSIDE = "トランザクション（--…-A-- から --…-Z-- まで）の外にある行です"
_UNENDED = "トランザクションが --…-Z-- で終わっていません（途中で切れた可能性があります）"


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of transactions; a transaction's line is that of its part A."""
    yield from records.batches(_transactions(part, feed, tally), feed, tally, parse)


@dataclass
class _Transaction:
    """The lines of one transaction so far."""

    line: int
    boundary: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def _transactions(part: Part, feed: Feed, tally: Tally) -> Iterator[tuple[int, str]]:
    """First line and text of every whole transaction; what is outside or unended is a reject.

    Only the boundary a transaction began with ends it: request bodies may hold lines that look like others.
    """
    current: _Transaction | None = None
    for number, line in text.lines(part, feed, tally):
        boundary = _BOUNDARY.fullmatch(line)
        if boundary and boundary["part"] == "A" and (current is None or boundary["id"] != current.boundary):
            if current is not None:
                tally.malformed.append(Reject(current.line, None, None, _UNENDED, current.text))
            current = _Transaction(number, boundary["id"], [line])
        elif current is not None:
            current.lines.append(line)
            tally.continued += 1
            if boundary and boundary.groups() == (current.boundary, "Z"):
                yield current.line, current.text
                current = None
        elif not line.strip():
            tally.blank += 1
        else:
            tally.malformed.append(Reject(number, None, None, _OUTSIDE, line))
    if current is not None:
        tally.malformed.append(Reject(current.line, None, None, _UNENDED, current.text))


def parse(transaction: str) -> dict[str, str]:
    """The columns of one whole transaction."""
    parts = _parts(transaction)
    head = _PART_A.fullmatch(_first(parts, "A"))
    if head is None:
        raise ValueProblem("トランザクションのA部（時刻、番号、送信元、宛先）として読めません")
    request, response = _first(parts, "B"), _first(parts, "F").split(" ")
    method, uri = [*request.split(" "), "", ""][:2]
    return {**head.groupdict(), "request": request, "method": method, "uri": uri, "host": _host(parts.get("B", [])),
            "status": response[1] if len(response) > 1 else "", **_rules(parts.get("H", []))}


def _parts(transaction: str) -> dict[str, list[str]]:
    own: str | None = None
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in transaction.split("\n"):
        boundary = _BOUNDARY.fullmatch(line)
        if boundary and own in {None, boundary["id"]}:
            own = boundary["id"]
            current = parts.setdefault(boundary["part"], [])
        else:
            current.append(line)
    return parts


def _first(parts: dict[str, list[str]], letter: str) -> str:
    return next((line for line in parts.get(letter, []) if line.strip()), "")


def _host(request: list[str]) -> str:
    named = (line.partition(":") for line in request[1:])
    return next((value.strip() for name, _, value in named if name.strip().lower() == "host"), "")


def _rules(trailer: list[str]) -> dict[str, str]:
    """What part H tells of the rules that matched; the first of the most severe ones gives the single values."""
    rules = [dict(_FIELD.findall(line)) for line in trailer if _RULE.match(line)]
    told = [rule for rule in rules if rule.get("id")]
    worst = min(told, key=lambda rule: _rank(rule.get("severity", "")), default={})
    action = next((line.removeprefix("Action: ").strip() for line in trailer if line.startswith("Action: ")), "")
    return {"rule_id": worst.get("id", ""), "message": worst.get("msg", ""), "severity": worst.get("severity", ""),
            "rule_ids": ",".join(dict.fromkeys(rule["id"] for rule in told)),
            "messages": "、".join(dict.fromkeys(rule["msg"] for rule in told if rule.get("msg"))), "action": action}


def _rank(severity: str) -> int:
    """0 = most severe; version 2 writes names, version 3 numbers."""
    if severity.isdecimal():
        return int(severity)
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else _LEAST_SEVERE
