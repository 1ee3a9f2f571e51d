"""Workbooks of Excel 97 to 2003 (.xls).  xlrd tells error cells and number formats, which calamine leaves out."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import xlrd
from xlrd.sheet import Cell

from etl.readers.tables import ERROR_CELL, Fault, Place, Sheet, Table, cannot_open, percentage, text_of

_WITH_VALUE = {xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE, xlrd.XL_CELL_BOOLEAN}
_T = TypeVar("_T")


def sheets(content: bytes) -> list[Sheet]:
    """The worksheets in the workbook's order; raises :class:`etl.errors.FileRefused` when it cannot be opened."""
    book = _guarded(lambda: xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO()))
    return [Sheet(sheet.name, sheet.visibility == 0, _reader(book, sheet)) for sheet in book.sheets()]


def _reader(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Callable[[], Table]:
    return lambda: _guarded(lambda: _table(book, sheet))


def _guarded(call: Callable[[], _T]) -> _T:
    """The call's result; whatever a damaged workbook makes xlrd stumble over is a refusal."""
    try:
        return call()
    except Exception as error:
        damage = "古い形式（.xls）のブックが壊れています"
        raise cannot_open("パスワードで保護されています" if "encrypted" in str(error) else damage) from error


def _table(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Table:
    width = max((sheet.row_len(number) for number in range(sheet.nrows)), default=0)
    rows: list[list[str]] = []
    faults: dict[Place, Fault] = {}
    for number in range(sheet.nrows):
        cells = sheet.row(number)
        rows.append([_text(book, cell) for cell in cells] + [""] * (width - len(cells)))
        for column, cell in enumerate(cells):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                shown = xlrd.error_text_from_code.get(cell.value, "#?")
                faults[number, column] = Fault(shown, f"{ERROR_CELL}（{shown}）")
    last = max([number for number, row in enumerate(rows) if any(row)] + [row for row, _ in faults], default=-1)
    merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    return Table(rows[:last + 1], merged, faults, book.datemode == 1)


def _text(book: xlrd.Book, cell: Cell) -> str:
    if cell.ctype not in _WITH_VALUE:
        return ""
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return text_of(bool(cell.value))
    form = _format(book, cell)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(book, float(cell.value), form)
    text = text_of(cell.value)
    return percentage(text) if cell.ctype == xlrd.XL_CELL_NUMBER and "%" in form else text


def _format(book: xlrd.Book, cell: Cell) -> str:
    known = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
    return known.format_str if known is not None else ""


def _date(book: xlrd.Book, serial: float, form: str) -> str:
    """A date, a time of day, or both, as much as the number tells; hours in brackets count on past a day."""
    if "[h" in form.lower() or serial < 0:
        return text_of(timedelta(milliseconds=round(serial * 86_400_000)))
    try:
        moment = xlrd.xldate.xldate_as_datetime(serial, book.datemode)
    except (xlrd.xldate.XLDateError, OverflowError, ValueError):
        return text_of(serial)
    if serial < 1:
        return text_of(moment.time())
    return text_of(moment.date() if math.floor(serial) == serial else moment)
