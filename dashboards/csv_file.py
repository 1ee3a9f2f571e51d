"""A table as a CSV file that machines and spreadsheets read alike.

One header row, one record per line, UTF-8 with BOM, CRLF, ISO dates, missing = empty, text quoted (so codes stay text),
and no text that a spreadsheet would run as a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from dashboards.columns import Column, Exported

BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_bytes(frame: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """The frame's named columns, in the given order."""
    cells = [[column.export(value) for value in frame[column.key].tolist()] for column in columns]
    lines = [_line(column.file_heading for column in columns)]
    lines += [_line(row) for row in zip(*cells, strict=True)]
    return (BOM + "".join(lines)).encode()


def _line(row: Iterable[Exported]) -> str:
    return ",".join(_cell(value) for value in row) + "\r\n"


def _cell(value: Exported) -> str:
    if value is None:
        return ""
    return _quoted(harmless(value)) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def harmless(text: str) -> str:
    """The text on one line, with an apostrophe in front where a spreadsheet would see a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line
