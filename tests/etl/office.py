"""Helpers of the tests of tables: a small feed, one file through its reader, and what became of every line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.batches import Tally
from etl.feed import Feed, read_feed
from etl.readers import read
from tests.support import write

NAMES = ("日時", "回線", "受信")
HEADER = ",".join(NAMES)
DEFINITION = """
title = "t"
table = "line_sample"
[file]
names = ["*"]
{file}
[columns.ts]
from = "{0}"
styles = ["iso", "excel"]
[columns.line_id]
from = "{1}"
[columns.direction]
value = "in"
[columns.avg_bps]
from = "{2}"
"""

Record = tuple[object, ...]


def feed(folder: Path, file: str, names: Sequence[str] = NAMES) -> Feed:
    if "header =" not in file and "columns =" not in file:
        file += f'\nheader = ["{names[0]}", "{names[1]}"]'
    return read_feed(write(folder / "t.toml", DEFINITION.format(*names, file=file)))


def take(folder: Path, content: bytes, file: str = "", names: Sequence[str] = NAMES,
         name: str = "t.csv") -> tuple[list[Record], Tally]:
    """(line, cells …) of every record, and what the other lines were."""
    path = folder / name
    path.write_bytes(content)
    kind = 'format = "delimited"' if "format" not in file else ""
    definition, tally, records = feed(folder, f"{kind}\n{file}", names), Tally(), list[Record]()
    for batch in read(path, definition, tally):
        records += [(int(line), *(batch.cell(name, row) for name in names)) for row, line in enumerate(batch.lines)]
    passed = tally.header + tally.blank + tally.total + tally.other + tally.continued
    assert len(records) + len(tally.malformed) + passed == tally.physical, "every line is told"
    return records, tally


def lines(*texts: str) -> str:
    return "".join(f"{text}\n" for text in texts)
