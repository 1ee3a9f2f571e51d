"""A table as a workbook: the data on the first sheet, then what its columns are and where it comes from.

Values are those of the CSV file (exact, base units, ISO dates, missing = empty cell); the sheets follow the rules on
machine readability as the reports' source data do (``exports/sheets.py``).
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd

from dashboards.columns import Column, Kind
from exports.sheets import Sheets, sheet_name, workbook

About = Sequence[tuple[str, str | int]]
_COLUMNS_SHEET, _ABOUT_SHEET = "項目定義", "作成情報"
_TYPES: dict[Kind, str] = {
    "number": "数値", "gb": "数値", "mbps": "数値", "date": "日付（ISO 8601）", "era_date": "日付（ISO 8601）",
    "month": "年月（YYYY-MM）", "time": "日時（ISO 8601、日本標準時）",
}


def xlsx_bytes(title: str, frame: pd.DataFrame, columns: Sequence[Column], about: About) -> bytes:
    """The frame's named columns, in the given order, as a workbook; ``about`` says what it is of and as of when."""
    out = io.BytesIO()
    with workbook(out) as book:
        sheets = Sheets(book)
        cells = [[column.export(value) for value in frame[column.key].tolist()] for column in columns]
        sheets.add(sheet_name(title), [column.file_heading for column in columns], zip(*cells, strict=True))
        sheets.add(_COLUMNS_SHEET, ["列番号", "項目名", "物理名", "型", "単位"], [
            (place, column.file_heading, column.key, _TYPES.get(column.kind, "文字列"), column.file_unit or None)
            for place, column in enumerate(columns, 1)])
        sheets.add(_ABOUT_SHEET, ["項目", "値"], [*about, ("空欄の扱い", "空欄は値がないことを示し、0とは区別する。")])
    return out.getvalue()
