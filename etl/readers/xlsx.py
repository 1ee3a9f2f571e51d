"""Workbooks of Excel 2007 and later (.xlsx, .xlsm).

calamine gives the values.  What it passes over in silence is looked up in the sheet's own XML: error cells, formulas
whose result was never stored, and percentages (ECMA-376 part 1, 18.3.1.4 ``c``, 18.8.30 ``numFmt``).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from etl.readers.tables import (
    ERROR_CELL,
    NOT_COMPUTED,
    Fault,
    Place,
    Sheet,
    Table,
    cannot_open,
    percentage,
    text_of,
    too_large,
)
from etl.readers.wrappings import damaged, limit_of
from etl.readers.wrappings import too_large as too_large_file

MOST_CELLS = 20_000_000
_PERCENT_FORMATS = {9, 10}
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_FILLED = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br=["\']([A-Z]{1,3})([0-9]{1,7})["\'][^>]*(?<!/)>(?!</)')
_SPECIAL = re.compile(rb'\st=["\']e["\']|<(?:\w+:)?f[\s/>]')
_STYLE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\bs=["\']([0-9]+)["\']')
_DAMAGE = (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, RuntimeError)
_T = TypeVar("_T")


def sheets(content: bytes, name: str) -> list[Sheet]:
    """The worksheets in the workbook's order; raises :class:`etl.errors.FileRefused` when it cannot be opened."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError) as error:
        raise damaged(name) from error
    if sum(info.file_size for info in archive.infolist()) > limit_of(len(content)):
        raise too_large_file(name, limit_of(len(content)))
    notes = _notes(archive)
    workbook = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)))
    return [Sheet(sheet.name, sheet.visible == SheetVisibleEnum.Visible, _reader(workbook, archive, notes, sheet.name))
            for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def _reader(workbook: CalamineWorkbook, archive: zipfile.ZipFile, notes: _Notes, name: str) -> Callable[[], Table]:
    return lambda: _table(workbook, archive, notes, name)


def _table(workbook: CalamineWorkbook, archive: zipfile.ZipFile, notes: _Notes, name: str) -> Table:
    path = notes.paths.get(name)
    if path is None:
        raise cannot_open(f"シート「{name}」がファイルの中に見つかりません")
    xml = _guarded(lambda: archive.read(path))
    _refuse_far_cells(xml)
    faults, percentages = _guarded(lambda: _special(xml, notes))
    sheet = _guarded(lambda: workbook.get_sheet_by_name(name))
    cells = _guarded(lambda: sheet.to_python(skip_empty_area=False))
    rows = [[text_of(cell) for cell in row] for row in cells]
    for row, column in percentages:
        rows[row][column] = percentage(rows[row][column])
    for row, column in faults:  # calamine leaves out what is empty at the end
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = ""
    width = max((len(row) for row in rows), default=0)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    return Table([row + [""] * (width - len(row)) for row in rows], merged, faults, notes.date1904)


def _guarded(call: Callable[[], _T]) -> _T:
    """The call's result; whatever a damaged workbook makes calamine stumble over is a refusal."""
    try:
        return call()
    except PasswordError as error:
        raise cannot_open("パスワードで保護されています") from error
    except (CalamineError, *_DAMAGE) as error:
        raise cannot_open("ブックの中身が壊れています") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # not exported by the library
            raise
        raise cannot_open("ファイルの中の書き方が壊れています") from error


def _refuse_far_cells(xml: bytes) -> None:
    """A single cell far away would make a table of billions."""
    rows = columns = 0
    for match in _FILLED.finditer(xml):
        rows, columns = max(rows, int(match[2])), max(columns, _column(match[1].decode()) + 1)
    if rows * columns > MOST_CELLS:
        raise too_large(rows, columns)


@dataclass(frozen=True)
class _Notes:
    """What the workbook says of all its sheets; ``stale`` when its maker left the formulas to be computed later."""

    paths: dict[str, str] = field(default_factory=dict)
    percent_styles: frozenset[int] = frozenset()
    date1904: bool = False
    stale: bool = False


def _notes(archive: zipfile.ZipFile) -> _Notes:
    book = _xml(archive, "xl/workbook.xml")
    if book is None:
        raise cannot_open("ブックの目次（xl/workbook.xml）がありません")
    targets = {relation.get("Id"): posixpath.normpath(posixpath.join("/xl", str(relation.get("Target")))).lstrip("/")
               for relation in _all(_xml(archive, "xl/_rels/workbook.xml.rels"), "Relationship")}
    paths = {str(sheet.get("name")): targets.get(_attribute(sheet, "id"), "") for sheet in _all(book, "sheet")}
    flags = {**_first(book, "workbookPr"), **_first(book, "calcPr")}
    return _Notes(paths, _percent_styles(_xml(archive, "xl/styles.xml")),
                  flags.get("date1904") in {"1", "true"}, flags.get("fullCalcOnLoad") in {"1", "true"})


def _percent_styles(styles: etree._Element | None) -> frozenset[int]:
    """The cell styles that show a number in per cent."""
    formats = {_number(own.get("numFmtId")) for own in _all(styles, "numFmt")
               if "%" in _LITERALS.sub("", own.get("formatCode", ""))} | _PERCENT_FORMATS
    groups = _all(styles, "cellXfs")
    styles_in_order = [child for group in groups for child in group]
    return frozenset(number for number, style in enumerate(styles_in_order)
                     if _number(style.get("numFmtId")) in formats)


def _number(text: str | None) -> int:
    """A number of a format, -1 where a damaged book has something else."""
    return int(text) if text and text.isdecimal() else -1


def _special(xml: bytes, notes: _Notes) -> tuple[dict[Place, Fault], list[Place]]:
    """Cells without a value, and cells shown in per cent."""
    faults: dict[Place, Fault] = {}
    percentages: list[Place] = []
    used = {int(style) for style in set(_STYLE.findall(xml))} if notes.percent_styles else set()
    if not _SPECIAL.search(xml) and used.isdisjoint(notes.percent_styles):
        return faults, percentages
    for place, cell in _cells(xml):
        fault = _fault(cell, notes.stale)
        if fault is not None:
            faults[place] = fault
        elif cell.value and cell.kind in {"", "n"} and cell.style in notes.percent_styles:
            percentages.append(place)
    return faults, percentages


@dataclass(frozen=True)
class _Cell:
    kind: str
    style: int
    formula: bool
    value: str | None


def _fault(cell: _Cell, stale: bool) -> Fault | None:
    if cell.kind == "e":
        return Fault(cell.value or "", f"{ERROR_CELL}（{cell.value}）")
    never_stored = cell.value is None or (cell.value == "" and cell.kind != "str")
    if cell.formula and (never_stored or (stale and cell.value == "0")):
        return Fault("", NOT_COMPUTED)
    return None


def _cells(xml: bytes) -> Iterator[tuple[Place, _Cell]]:
    """All cells with their places."""
    row = column = -1
    for event, element in etree.iterparse(io.BytesIO(xml), events=("start", "end"), tag=("{*}row", "{*}c"),
                                          resolve_entities=False, no_network=True):
        kind = etree.QName(element).localname
        if event == "start" and kind == "row":
            row, column = int(element.get("r") or row + 2) - 1, -1
        elif event == "end" and kind == "c":
            column = _column(re.sub(r"\d", "", element.get("r") or "")) if element.get("r") else column + 1
            inside = {etree.QName(child).localname: child.text or "" for child in element}
            yield (row, column), _Cell(element.get("t") or "", int(element.get("s") or 0), "f" in inside,
                                       inside.get("v"))
            element.clear()
        elif event == "end":
            element.clear()


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _xml(archive: zipfile.ZipFile, path: str) -> etree._Element | None:
    if path not in archive.namelist():
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(archive.read(path), parser)
    except _DAMAGE as error:
        raise cannot_open(f"{path} が壊れています") from error


def _all(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else list(element.iter(f"{{*}}{name}"))


def _first(element: etree._Element, name: str) -> dict[str, str]:
    found = _all(element, name)
    return {str(key): str(value) for key, value in found[0].attrib.items()} if found else {}


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name), "")
