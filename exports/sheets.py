"""Sheets of a data workbook: row 1 = unique column names, values only, one look, nothing that runs as a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from exports.model import RawValue

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL = re.compile("[\u0000-\u0008\u000b-\u001f\ufffe\uffff]")
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def workbook(out: io.BytesIO) -> Any:
    """A new workbook that takes every text as text; close it to have it written to ``out``."""
    return xlsxwriter.Workbook(out, _OPTIONS)


def sheet_name(title: str) -> str:
    """The title as a sheet may be called."""
    return _NOT_IN_NAMES.sub("・", title)[:_LONGEST_NAME]


class Sheets:
    """Adds sheets that all look the same: a head row that stays in view, columns wide enough to read."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format(
            {"bold": True, "bg_color": "#F1F1F4", "font_name": "BIZ UDゴシック", "valign": "top"}
        )
        self._cell = book.add_format({"font_name": "BIZ UDゴシック"})
        self._whole = book.add_format({"font_name": "BIZ UDゴシック", "num_format": "0"})

    def add(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[RawValue]]) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        widths = [width_of(head) for head in heads]
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, self._head)
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                shown = self._write(sheet, at, column, value)
                widths[column] = max(widths[column], min(width_of(shown), 60))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)

    def _write(self, sheet: Any, row: int, column: int, value: RawValue) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, self._cell)
        elif isinstance(value, (int, float)):
            whole = float(value).is_integer()
            sheet.write_number(row, column, value, self._whole if whole else self._cell)
        else:
            text = as_text(value)
            sheet.write_string(row, column, text, self._cell)
            return text
        return str(value)


def as_text(value: str | date | datetime) -> str:
    """ISO dates; text on one line, and never something that a spreadsheet would run as a formula."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    text = " ".join(_ILLEGAL.sub("", value).split())
    return f"'{text}" if value.startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


def width_of(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) + 2
