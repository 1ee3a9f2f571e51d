"""What the sheets of a workbook hold, whatever made it: texts of cells, merged areas, and cells without a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from etl.errors import FileRefused

ERROR_CELL = "セルがエラー値です"
NOT_COMPUTED = "数式の計算結果が保存されていません（Excelで開いて上書き保存すると入ります）"
Place = tuple[int, int]
"""Row and column from 0."""


@dataclass(frozen=True)
class Fault:
    """Why a cell that is not empty has no value; ``shown`` is what Excel shows in it."""

    shown: str
    reason: str


@dataclass(frozen=True)
class Table:
    """One sheet from A1 on; all rows are of the same width.

    ``merged`` areas are (top, left, bottom, right), all included.  ``date1904`` tells that plain numbers count days
    from 1904-01-01.
    """

    rows: list[list[str]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    faults: dict[Place, Fault] = field(default_factory=dict)
    date1904: bool = False


@dataclass(frozen=True)
class Sheet:
    """A worksheet of a workbook."""

    name: str
    visible: bool
    table: Callable[[], Table]


def text_of(cell: object) -> str:
    """A cell's value as text: dates in ISO form, durations as hours, whole floats without a fraction."""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return _duration(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).replace("\r", "").replace("\n", " ").strip()


def percentage(text: str) -> str:
    """The number of a cell that Excel shows in per cent, as it is shown: 0.123 is 12.3%."""
    return f"{(Decimal(text) * 100).normalize():f}%"


def _duration(length: timedelta) -> str:
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def cannot_open(why: object) -> FileRefused:
    return FileRefused("Excelファイルとして開けません", f"{why}。",
                       "Excelで開けるか確かめ、パスワードを外し、.xlsx で保存し直して取り込んでください。")


def too_large(rows: int, columns: int) -> FileRefused:
    return FileRefused("シートが大きすぎます", f"シートの使用範囲が{rows:,}行×{columns:,}列あります。",
                       "データの外の離れたセルに何か入っていないか確かめ、消して保存し直してください。")
