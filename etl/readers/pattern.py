"""Logs of any make: every record matches one regular expression, whose named groups are the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from etl.batches import Batch, Tally
from etl.errors import ValueProblem
from etl.feed import Feed
from etl.readers import records
from etl.readers.opening import Part
from etl.readers.syslog import without_header


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of records; a group that takes no part in the match is an empty cell."""
    pattern, behind_syslog = re.compile(feed.file.record or ""), feed.file.syslog

    def parse(text: str) -> dict[str, str]:
        header, message = without_header(text) if behind_syslog else ({}, text)
        match = pattern.fullmatch(message)
        if match is None:
            raise ValueProblem("取込み定義の file.record の書き方に合いません")
        return {**header, **match.groupdict("")}

    return records.read(part, feed, tally, parse)
