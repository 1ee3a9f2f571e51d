"""Excel ledgers as Japanese offices keep them: title rows above the header, a total row below, trailing blanks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers.headers import SEARCHED_ROWS, has_no_rows, header_not_found, is_header, is_total, positions


def read(path: Path, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """One batch with all records of the sheet; lines are Excel row numbers."""
    rows = _rows(path, feed)
    header = next((number for number, row in enumerate(rows[:SEARCHED_ROWS]) if is_header(row, feed)), None)
    if header is None:
        raise header_not_found(feed, " ".join(cell for cell in rows[0] if cell) if rows else "")
    places = positions(rows[header], feed)
    tally.physical = len(rows)
    titles = [row for row in rows[:header] if any(row)]
    tally.header = len(titles) + 1
    tally.blank = header - len(titles)
    records: list[list[str]] = []
    lines: list[int] = []
    for number, row in enumerate(rows[header + 1:], header + 2):
        if not any(cell.strip() for cell in row):
            tally.blank += 1
        elif is_total(row, feed):
            tally.total += 1
        else:
            records.append(row)
            lines.append(number)
    if not records and not feed.file.period:
        raise has_no_rows()
    columns = {name: pa.array([row[place] for row in records], pa.string()) for name, place in places.items()}
    yield Batch(columns, np.array(lines, dtype=np.int64), lambda row: "\t".join(records[row]))


def _rows(path: Path, feed: Feed) -> list[list[str]]:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        name = feed.file.sheet or names[0]
        if name not in names:
            raise FileRefused("シートがありません", f"シート「{name}」がありません。あるシート: {'、'.join(names)}。",
                              f"取込み定義 {feed.name}.toml の sheet を直すか、シート名を合わせてください。")
        raw = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise FileRefused("Excelファイルとして開けません", f"{error}",
                          "パスワードの有無とファイル形式（.xlsx）を確かめてください。") from error
    width = max((len(row) for row in raw), default=0)
    return [[_text(cell) for cell in row] + [""] * (width - len(row)) for row in raw]


def _text(cell: object) -> str:
    """A cell as text: dates in ISO form, whole floats without a fraction (calamine gives every number as float)."""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).replace("\r", "").replace("\n", " ").strip()
