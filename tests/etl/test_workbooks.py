"""Workbooks of Excel as offices send them: sheets, merged headings, formulas, dates, and cells without a value."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from etl.batches import Tally
from etl.errors import FileRefused
from etl.readers import read
from tests.etl.office import NAMES, Record, feed, take

EXCEL = 'format = "excel"'


def book(*sheets: tuple[str, list[list[object]]]) -> Workbook:
    made = Workbook()
    made.remove(made.active)
    for name, cells in sheets:
        sheet = made.create_sheet(name)
        for row in cells:
            sheet.append(row)
    return made


def saved(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def old_book(name: str, cells: list[list[object]], formats: dict[tuple[int, int], str] | None = None) -> bytes:
    """A workbook of Excel 97 to 2003."""
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet(name)
    for number, row in enumerate(cells):
        for column, cell in enumerate(row):
            form = (formats or {}).get((number, column))
            sheet.write(number, column, cell, *([xlwt.easyxf(num_format_str=form)] if form else []))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


HEAD: list[object] = list(NAMES)


def test_months_on_sheets_of_their_own_are_read_one_after_another(tmp_path: Path) -> None:
    made = book(("表紙", [["月報"]]), ("4月", [HEAD, ["a", "x", 1]]), ("5月", [["月報"], HEAD, ["b", "x", 2]]),
                ("6月", [HEAD]), ("7月", []), ("集計 4月", [["合計"]]))
    made["集計 4月"].sheet_state = "hidden"
    made.create_chartsheet("8月")
    names = (*NAMES, "@part", "@record")
    records, tally = take_with(tmp_path, saved(made), f'{EXCEL}\nsheet = "*月"', names)
    assert records == [(2, "a", "x", "1", "4月", "1"), (5, "b", "x", "2", "5月", "1")]
    assert (tally.physical, tally.header) == (6, 4)


def take_with(folder: Path, content: bytes, file: str, names: Sequence[str]) -> tuple[list[Record], Tally]:
    """As :func:`take`, with pseudo columns after the three."""
    path = folder / "月報.xlsx"
    path.write_bytes(content)
    definition = feed(folder, file)
    spec = definition.columns["line_id"].model_copy(update={"source": names[1:2] + tuple(names[3:])})
    definition = definition.model_copy(update={"columns": {**definition.columns, "line_id": spec}})
    tally = Tally()
    found = [(int(line), *(batch.cell(name, row) for name in names))
             for batch in read(path, definition, tally) for row, line in enumerate(batch.lines)]
    return found, tally


def test_workbooks_in_an_archive_are_parts_of_it(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for month in (10, 9):
            archive.writestr(f"R8/{month}月.xlsx", saved(book(("台帳", [HEAD, [f"{month}", "x", 1]]))))
    records, _ = take_with(tmp_path, stream.getvalue(), EXCEL, (*NAMES, "@part"))
    assert records == [(2, "9", "x", "1", "R8/9月.xlsx/台帳"), (4, "10", "x", "1", "R8/10月.xlsx/台帳")]


def test_the_first_visible_sheet_is_meant_unless_one_is_named(tmp_path: Path) -> None:
    made = book(("隠し", [HEAD, ["a", "x", 1]]), ("台帳", [HEAD, ["b", "x", 1]]))
    made["隠し"].sheet_state = "veryHidden"
    assert take(tmp_path, saved(made), EXCEL)[0] == [(2, "b", "x", "1")]
    assert take(tmp_path, saved(made), f'{EXCEL}\nsheet = "隠し"')[0] == [(2, "a", "x", "1")]
    with pytest.raises(FileRefused, match=r"シート「\*月」がありません。あるシート: 隠し、台帳"):
        take(tmp_path, saved(made), f'{EXCEL}\nsheet = "*月"')


def test_merged_headings_stand_for_all_columns_they_cover(tmp_path: Path) -> None:
    made = book(("月報", [["令和8年4月 月報"], ["団体", "インターネット", None, "備考", "Web公開", None],
                        [None, "受信", "送信", None, "受信", "送信"], ["津市", 1, 2, "x", 3, 4]]))
    for area in ("A1:F1", "A2:A3", "B2:C2", "D2:D3", "E2:F2"):
        made["月報"].merge_cells(area)
    names = ("団体", "インターネット/受信", "Web公開/受信")
    records, tally = take(tmp_path, saved(made), f"{EXCEL}\nheader_rows = 2", names)
    assert records == [(4, "津市", "1", "3")] and tally.header == 3
    joined = "団体、インターネット/受信、インターネット/送信、備考、Web公開/受信、Web公開/送信"
    with pytest.raises(FileRefused, match=joined):
        take(tmp_path, saved(made), f'{EXCEL}\nheader_rows = 2\nheader = ["団体"]', ("団体", "x", "y"))


def test_a_heading_spans_no_more_than_the_cells_that_are_merged(tmp_path: Path) -> None:
    made = book(("月報", [["団体", "インターネット", None, None], [None, "受信", "送信", "備考"], ["津市", 1, 2, "x"]]))
    made["月報"].merge_cells("B1:C1")
    names = ("団体", "インターネット/送信", "備考")
    assert take(tmp_path, saved(made), f"{EXCEL}\nheader_rows = 2", names)[0] == [(3, "津市", "2", "x")]


def test_a_formula_is_read_by_its_stored_result_only(tmp_path: Path) -> None:
    made = book(("s", [HEAD, ["a", "x", "=1+2"], ["b", "=\"x\"", 2], ["c", "x", 3]]))
    made["s"]["D2"] = "=1/0"
    records, tally = take(tmp_path, saved(made), EXCEL)
    assert records == [(4, "c", "x", "3")]
    assert [(reject.line, reject.column) for reject in tally.malformed] == [(2, "受信"), (3, "回線")]
    assert all("計算結果が保存されていません" in reject.reason for reject in tally.malformed)
    content = cached_formulas()
    assert take(tmp_path, content, EXCEL)[0] == [(2, "a", "津市", "5"), (3, "b", "", "7")]


def cached_formulas() -> bytes:
    """Results as Excel stores them, an empty text among them; beside them one that nobody has computed yet."""

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["a"])
        sheet.write_formula(1, 1, '="津"&"市"', value="津市")
        sheet.write_formula(1, 2, "=2+3", value=5)
        sheet.write_row(2, 0, ["b"])
        sheet.write_formula(2, 1, '=IF(1,"","x")', value="EMPTY")
        sheet.write_formula(2, 2, "=3+4", value=7)
    return edited(stream.getvalue(), "xl/worksheets/sheet1.xml", "<v>EMPTY</v>", "<v></v>")


def test_a_zero_that_its_maker_left_to_be_computed_is_no_result(tmp_path: Path) -> None:

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["a", "x", 0])
        sheet.write_row(2, 0, ["b", "x"])
        sheet.write_formula(2, 2, "=1+1")
    records, tally = take(tmp_path, stream.getvalue(), EXCEL)
    assert records == [(2, "a", "x", "0")] and [reject.line for reject in tally.malformed] == [3]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_error_cells_are_rejects_with_what_excel_shows(tmp_path: Path, error: str) -> None:
    made = book(("s", [HEAD, ["a", "x", error], ["b", "x", 1], [error, None, None]]))
    made["s"]["D3"] = error
    made["s"]["C2"].data_type = made["s"]["D3"].data_type = made["s"]["A4"].data_type = "e"
    records, tally = take(tmp_path, saved(made), EXCEL)
    assert records == [(3, "b", "x", "1")]
    assert [(reject.line, reject.column, reject.value) for reject in tally.malformed] == [
        (2, "受信", error), (4, "日時", error)]
    assert tally.malformed[0].reason == f"セルがエラー値です（{error}）"
    records, tally = take(tmp_path, saved(made), f'{EXCEL}\nnulls = ["", "{error}"]')
    assert [record[0] for record in records] == [2, 3] and tally.malformed == []


def test_error_cells_of_old_workbooks_are_rejects_too(tmp_path: Path) -> None:
    made = xlwt.Workbook()
    sheet = made.add_sheet("台帳")
    for number, row in enumerate([NAMES, ("a", "x", 1), ("b", "x", 1)]):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    sheet.row(3).set_cell_error(2, 0x07)
    stream = io.BytesIO()
    made.save(stream)
    records, tally = take(tmp_path, stream.getvalue(), EXCEL)
    assert [record[0] for record in records] == [2, 3]
    assert [(reject.line, reject.value) for reject in tally.malformed] == [(4, "#DIV/0!")]


CELLS: list[list[object]] = [
    ["月報", "", ""], HEAD, [datetime(2026, 4, 1, 9, 5), "012025", 12.5], [date(2026, 4, 2), "令和８年", -3],
    [time(9, 5), "x", True], ["", "", ""], ["合計", "", 9.5]]
FORMATS = {(2, 0): "yyyy/m/d h:mm", (3, 0): 'ggge"年"m"月"d"日"', (4, 0): "h:mm"}
TOLD: list[Record] = [(3, "2026-04-01 09:05:00", "012025", "12.5"), (4, "2026-04-02", "令和８年", "-3"),
                      (5, "09:05:00", "x", "TRUE")]


def test_old_and_new_workbooks_give_the_same(tmp_path: Path) -> None:
    new = book(("台帳", [[cell if cell != "" else None for cell in row] for row in CELLS]))
    for content in (saved(new), old_book("台帳", CELLS, FORMATS)):
        records, tally = take(tmp_path, content, f'{EXCEL}\ntotals = ["合計"]')
        assert records == TOLD and (tally.physical, tally.header, tally.blank, tally.total) == (7, 2, 1, 1)


def test_hours_that_pass_a_day_and_percentages_are_read_as_excel_shows_them(tmp_path: Path) -> None:
    made = book(("s", [HEAD, [timedelta(hours=25, minutes=30), "x", 0.123], ["a", "x", 1], ["b", "x", 0.07]]))
    for cell, form in (("A2", "[h]:mm"), ("C2", "0.0%"), ("C3", "0%"), ("C4", '0.0"%"')):
        made["s"][cell].number_format = form
    shown = [(2, "25:30:00", "x", "12.3%"), (3, "a", "x", "100%"), (4, "b", "x", "0.07")]
    assert take(tmp_path, saved(made), EXCEL)[0] == shown
    old = old_book("s", [HEAD, [25.5 / 24, "x", 0.123], ["a", "x", 1]],
                   {(1, 0): "[h]:mm", (1, 2): "0.0%", (2, 2): "0%"})
    assert take(tmp_path, old, EXCEL)[0] == shown[:2]


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    made = book(("s", [HEAD, [date(2026, 4, 1), "x", 1], [44651.375, "x", 46113]]))
    made.epoch = CALENDAR_MAC_1904
    expected = [(2, "2026-04-01", "x", "1"), (3, "46113.375", "x", "46113")]
    assert take(tmp_path, saved(made), EXCEL)[0] == expected
    old = xlwt.Workbook()
    old.dates_1904 = True
    sheet = old.add_sheet("s")
    for number, row in enumerate([HEAD, [44651, "x", 1], [44651.375, "x", 46113]]):
        for column, cell in enumerate(row):
            form = xlwt.easyxf(num_format_str="yyyy/m/d" if (number, column) == (1, 0) else "General")
            sheet.write(number, column, cell, form)
    stream = io.BytesIO()
    old.save(stream)
    assert take(tmp_path, stream.getvalue(), EXCEL)[0] == expected


def test_rows_that_are_formatted_but_empty_are_no_rows(tmp_path: Path) -> None:
    made = book(("s", [HEAD, ["a", "x", 1], [None, "  ", None], ["b", "x", 1]]))
    for row in (5, 6, 2000):
        made["s"].cell(row, 1).fill = PatternFill("solid", fgColor="FFFF00")
    made["s"].cell(1, 300).fill = PatternFill("solid", fgColor="FFFF00")
    records, tally = take(tmp_path, saved(made), EXCEL)
    assert [record[0] for record in records] == [2, 4] and (tally.physical, tally.blank) == (4, 1)


def test_a_single_cell_far_away_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    made = book(("s", [HEAD, ["a", "x", 1]]))
    made["s"]["XFD1048576"] = "x"
    with pytest.raises(FileRefused, match="シートの使用範囲が1,048,576行×16,384列"):
        take(tmp_path, saved(made), EXCEL)


def test_reading_guides_above_kanji_are_no_part_of_the_text(tmp_path: Path) -> None:
    content = saved(book(("s", [HEAD, ["a", "津市", 1]])))
    guided = edited(content, "xl/sharedStrings.xml", "<t>津市</t>", '<t>津市</t><rPh sb="0" eb="2"><t>ツシ</t></rPh>')
    assert take(tmp_path, guided, EXCEL)[0] == [(2, "a", "津市", "1")]


def edited(content: bytes, member: str, old: str, new: str) -> bytes:
    """A workbook with a passage of one of its members replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            held = source.read(name).decode()
            assert name != member or old in held, held
            target.writestr(name, held.replace(old, new) if name == member else held)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "空のファイル"),
        (b"<html><table>", "Excelブックではなく"),
        (b"PK\x03\x04 cut", "zip又はExcelブック"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "古い形式（.xls）のブックが壊れています"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_it_is(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(FileRefused, match=told):
        take(tmp_path, content, EXCEL)


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_workbook_with_a_broken_member_is_refused(tmp_path: Path, member: str) -> None:
    content = saved(book(("s", [HEAD, ["a", "x", "=1+2"]])))
    for old, new in (("</", "<"), ("<", "")):
        with pytest.raises(FileRefused, match="Excelファイルとして開けません"):
            take(tmp_path, edited(content, member, old, new), EXCEL)


def test_every_cut_of_an_old_workbook_is_refused_or_read(tmp_path: Path) -> None:
    whole = old_book("台帳", CELLS, FORMATS)
    for keep in range(8, len(whole), 97):
        try:
            take(tmp_path, whole[:keep], EXCEL)
        except FileRefused as refused:
            assert refused.title
