"""Excel ledgers as offices keep them: a merged title, the date of making, a framed header, a 合計 row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from demo.world import World
from warehouse.japanese import era_date

Cell = str | int | datetime | None

NOT_APPLICABLE = "－"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Ledger:
    """``columns`` are headers with their widths in characters."""

    title: str
    made_on: date
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Cell]]


def write_ledger(path: Path, ledger: Ledger) -> dict[Path, int]:
    """Write one sheet, the same bytes for the same ledger; returns the number of data rows."""
    with xlsxwriter.Workbook(path, {"in_memory": True, "default_date_format": "yyyy/m/d h:mm"}) as book:
        book.set_properties(
            {"created": datetime(ledger.made_on.year, ledger.made_on.month, ledger.made_on.day, 9)}
        )
        sheet = book.add_worksheet("台帳")
        last = len(ledger.columns) - 1
        sheet.merge_range(
            0, 0, 0, last, ledger.title, book.add_format({"bold": True, "font_size": 14, "align": "center"})
        )
        sheet.merge_range(
            1,
            max(last - 2, 0),
            1,
            last,
            f"作成日：{era_date(ledger.made_on)}",
            book.add_format({"align": "right"}),
        )
        head = book.add_format(
            {"bold": True, "border": 1, "bg_color": "#D9D9D9", "align": "center", "text_wrap": True}
        )
        for column, (title, width) in enumerate(ledger.columns):
            sheet.write(3, column, title, head)
            sheet.set_column(column, column, width)
        _write_rows(book, sheet, ledger)
        sheet.freeze_panes(4, 0)
    return {path: len(ledger.rows)}


def _write_rows(book: Any, sheet: Any, ledger: Ledger) -> None:
    framed = book.add_format({"border": 1})
    dated = book.add_format({"border": 1, "num_format": "yyyy/m/d h:mm"})
    for row, cells in enumerate(ledger.rows, 4):
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                sheet.write_datetime(row, column, cell, dated)
            else:
                sheet.write(row, column, cell, framed)
    total = 4 + len(ledger.rows)
    bold = book.add_format({"border": 1, "bold": True})
    for column in range(len(ledger.columns)):
        sheet.write(total, column, {0: "合計", 1: f"{len(ledger.rows)}件"}.get(column), bold)


def wide(number: int) -> str:
    """Full-width digits, as some clerks type them."""
    return str(number).translate(_WIDE)


def era_minute(moment: datetime) -> str:
    """令和8年10月1日 9:30"""
    return f"{era_date(moment.date())} {moment.hour}:{moment.minute:02d}"


def era_short(day: date) -> str:
    """R8.10.1"""
    return f"R{day.year - 2018}.{day.month}.{day.day}"


def made_after(world: World, day: date) -> date:
    """Ledgers are closed on the next open day."""
    return world.next_open(day)


def add_office_minutes(world: World, moment: datetime, minutes: float) -> datetime:
    """The moment after so many minutes of office hours (open days 8:30-17:15)."""
    moment = into_office_hours(world, moment)
    while True:
        left = (_closing(moment) - moment).total_seconds() / 60
        if minutes <= left:
            return (moment + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        minutes -= left
        moment = opening(world.next_open(moment.date()))


def into_office_hours(world: World, moment: datetime) -> datetime:
    """The moment itself when offices are open, otherwise their next opening."""
    if not world.is_open(moment.date()) or moment >= _closing(moment):
        return opening(world.next_open(moment.date()))
    return max(moment, opening(moment.date()))


def opening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, 30)


def _closing(moment: datetime) -> datetime:
    return moment.replace(hour=17, minute=15, second=0, microsecond=0)
