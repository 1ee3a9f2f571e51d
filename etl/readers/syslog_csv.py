"""CSV without a header row, with or without a syslog header before each record, as Palo Alto firewalls send it."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from etl.batches import Batch, Tally
from etl.errors import ValueProblem
from etl.feed import Feed
from etl.readers import records
from etl.readers.opening import Part
from etl.readers.syslog import without_header


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of records; ``file.columns`` names the cells from the left, any further ones are passed over."""
    names, delimiter = feed.file.columns, feed.file.delimiter

    def parse(text: str) -> dict[str, str]:
        header, message = without_header(text)
        try:
            cells = next(csv.reader([message], delimiter=delimiter, strict=True), [])
        except csv.Error:
            raise ValueProblem("引用符（\"）が閉じていないか、CSV として読めません") from None
        columns = {**header, **dict(zip(names, (cell.strip() for cell in cells), strict=False))}
        if len(cells) < len(names) and not records.passed_over(columns, feed):
            raise ValueProblem(f"列の数が足りません（{len(names)}列のところ{len(cells)}列）")
        return columns

    return records.read(part, feed, tally, parse)
