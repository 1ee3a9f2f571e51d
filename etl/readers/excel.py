"""Excel ledgers as Japanese offices keep them: title rows above the header, a total row below, merged headings."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers import xls, xlsx
from etl.readers.headers import (
    SEARCHED_ROWS,
    Header,
    HeaderSearch,
    header_not_found,
    headless,
    is_total,
    positions,
)
from etl.readers.opening import Part
from etl.readers.tables import Fault, Sheet, Table, cannot_open
from warehouse.ledger import Reject

_OLD, _NEW = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BETWEEN_1900_AND_1904 = 1462
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True)
class SheetPart(Part):
    """One sheet of a workbook; its rows are its lines."""

    sheet: Sheet


def sheets(part: Part, feed: Feed) -> Iterator[Part]:
    """The sheets that the feed takes: the named one, all visible ones that match, or the first visible one.

    Raises :class:`FileRefused` when the part is no workbook or holds no such sheet.
    """
    found = _sheets(part)
    for sheet in _chosen(found, feed):
        name = str(PurePosixPath(part.name) / sheet.name) if part.name else sheet.name
        yield SheetPart(name, part.open, sheet)


def _sheets(part: Part) -> list[Sheet]:
    with part.open() as stream:
        content = stream.read()
    if content.startswith(_NEW):
        return xlsx.sheets(content, part.name or "Excelブック")
    if content.startswith(_OLD) and _ENCRYPTED in content:
        raise cannot_open("パスワードで保護されています")
    if content.startswith(_OLD):
        return xls.sheets(content)
    raise cannot_open("中身がExcelブックではなく、テキストなどです")


def _chosen(found: list[Sheet], feed: Feed) -> list[Sheet]:
    wanted = feed.file.sheet
    if wanted is None:
        chosen = [sheet for sheet in found if sheet.visible][:1]
    else:
        chosen = [sheet for sheet in found if sheet.name == wanted] or \
            [sheet for sheet in found if sheet.visible and fnmatch.fnmatchcase(sheet.name, wanted)]
    if not chosen:
        raise FileRefused("シートがありません",
                          f"シート「{wanted or '（表示されているシート）'}」がありません。"
                          f"あるシート: {'、'.join(sheet.name for sheet in found)}。",
                          f"取込み定義 {feed.name}.toml の sheet を直すか、シート名を合わせてください。")
    return chosen


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """One batch with all records of the sheet; lines are its row numbers."""
    assert isinstance(part, SheetPart)
    table = part.sheet.table()
    rows = table.rows
    if not rows:
        return
    header, below = (headless(feed), 0) if feed.file.columns else _header(table, feed, tally)
    places = positions(header.names, feed)
    _move_to_1900(table, feed, places)
    tally.physical += len(rows) - below
    kept = [number for number in range(below, len(rows)) if _is_record(table, number, header, places, feed, tally)]
    columns = {name: pa.array([rows[number][place] for number in kept], pa.string()) for name, place in places.items()}
    lines = np.array(kept, dtype=np.int64) + 1
    yield Batch(columns, lines, lambda row: "\t".join(rows[kept[row]]))


def _header(table: Table, feed: Feed, tally: Tally) -> tuple[Header, int]:
    """The header and the number of the row below it; counts it and the title rows."""
    search = HeaderSearch(feed)
    for number, row in enumerate(table.rows[:SEARCHED_ROWS]):
        spread, merged = _spread(table, number) if feed.file.header_rows > 1 else (row, False)
        header = search.found(spread, carried=not merged)
        tally.physical += 1
        if header is not None or any(row):
            tally.header += 1
        else:
            tally.blank += 1
        if header is not None:
            return header, number + 1
    first = next((" ".join(cell for cell in row if cell) for row in table.rows if any(row)), "")
    raise header_not_found(feed, first)


def _spread(table: Table, number: int) -> tuple[list[str], bool]:
    """A row in which merged cells hold their text in each cell, and whether any of them spans columns."""
    row, wide = list(table.rows[number]), False
    for top, left, bottom, right in table.merged:
        if top <= number <= bottom and left < len(row):
            row[left:right + 1] = [table.rows[top][left]] * (min(right + 1, len(row)) - left)
            wide = wide or right > left
    return row, wide


def _is_record(table: Table, number: int, header: Header, places: dict[str, int], feed: Feed, tally: Tally) -> bool:
    row = table.rows[number]
    faults = [(name, fault) for name, place in places.items() if (fault := table.faults.get((number, place)))
              and not (fault.shown and fault.shown in feed.file.nulls)]
    if not any(row) and not faults:
        tally.blank += 1
    elif is_total(row, feed):
        tally.total += 1
    elif header.again(row):
        tally.header += 1
    elif faults:
        tally.malformed.append(_refused(number, *faults[0], row))
    else:
        return True
    return False


def _refused(number: int, name: str, fault: Fault, row: list[str]) -> Reject:
    return Reject(number + 1, name, fault.shown, fault.reason, "\t".join(row))


def _move_to_1900(table: Table, feed: Feed, places: dict[str, int]) -> None:
    """Plain numbers that the feed reads as dates count from 1904 in some workbooks; here they count as elsewhere."""
    sources = {source for spec in feed.columns.values() if "excel" in spec.styles for source in spec.sources}
    for place in (places[source] for source in sources if table.date1904 and source in places):
        for row in table.rows:
            if _NUMBER.fullmatch(row[place]):
                whole, dot, fraction = row[place].partition(".")
                row[place] = f"{int(whole) + _BETWEEN_1900_AND_1904}{dot}{fraction}"
