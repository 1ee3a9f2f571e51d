"""The source data workbook against the rules on machine readability (domain notes 2.6)."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from exports.model import Chart, Report, Table
from exports.sheets import as_text

MACHINE_DEPENDENT = re.compile("[①-⑳Ⅰ-Ⅻⅰ-ⅻ㈱㈲㎡㎞℡№㍻㍼㍽㍾]")


@pytest.fixture(scope="module")
def book(files: dict[str, bytes]) -> Any:
    return load_workbook(io.BytesIO(files["xlsx"]))


def rows_of(book: Any, sheet: str) -> list[dict[str, Any]]:
    rows = list(book[sheet].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_no_merged_cells_hidden_rows_objects_or_formulas(book: Any, files: dict[str, bytes]) -> None:
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert not any(one.hidden for one in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    names = zipfile.ZipFile(io.BytesIO(files["xlsx"])).namelist()
    assert not [name for name in names if "drawing" in name or "media" in name or "chart" in name]


def test_row_one_names_every_column_once(book: Any) -> None:
    for sheet in book.worksheets:
        heads = [cell.value for cell in sheet[1]]
        assert all(isinstance(head, str) and head.strip() for head in heads)
        assert len(heads) == len(set(heads)), sheet.title


def test_values_are_clean(book: Any) -> None:
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str):
                    assert cell.value == " ".join(cell.value.split())
                    assert not MACHINE_DEPENDENT.search(cell.value)
                    assert not cell.value.startswith(("=", "+", "-", "@"))


def test_codes_are_text_numbers_are_numbers_dates_are_iso(book: Any) -> None:
    body = rows_of(book, "団体別")[0]
    assert body["団体コード"] == "240001"
    assert isinstance(body["利用者数（人）"], int)
    assert rows_of(book, "停止・縮退")[0]["開始日時"] == "2026-10-14T09:20:00"
    assert rows_of(book, "回線日別")[0]["年月日"] == "2026-10-01"


def test_missing_is_empty_with_a_reason_and_zero_is_zero(book: Any) -> None:
    bodies = {row["団体名"]: row for row in rows_of(book, "団体別")}
    assert bodies["紀宝町"]["通信量（バイト）"] is None
    assert bodies["紀宝町"]["欠測理由"] == "未取得"
    assert bodies["四日市市"]["重大件数（件）"] == 0
    assert bodies["四日市市"]["欠測理由"] is None
    assert rows_of(book, "停止・縮退")[0]["欠測理由"] == "除外なし"


def test_the_dictionary_describes_every_column(book: Any) -> None:
    described = {(row["シート名"], row["項目名"]) for row in rows_of(book, "項目定義")}
    for sheet in book.worksheets:
        if sheet.title not in ("図表一覧", "項目定義", "コード表", "作成情報"):
            for cell in sheet[1]:
                assert (sheet.title, cell.value) in described


def test_every_table_and_figure_is_backed_by_a_sheet(report: Report, book: Any) -> None:
    backed = {row["図表番号"] for row in rows_of(book, "図表一覧")}
    charts = {block.label for block in report.blocks() if isinstance(block, (Table, Chart))}
    assert charts == backed
    listed = {row["図表番号"]: row["シート名"] for row in rows_of(book, "図表一覧")}
    assert set(listed.values()) <= {*book.sheetnames, "元データなし"}
    titles = {block.label: block.title for block in report.blocks() if isinstance(block, (Table, Chart))}
    bare = [titles[label] for label, sheet in listed.items() if sheet == "元データなし"]
    assert len(bare) == 1 and bare[0].startswith("課題管理表"), "no file brings issues; everything else has its data"


def test_code_lists_are_attached(book: Any) -> None:
    codes = rows_of(book, "コード表")
    assert {"コード種別": "団体コード", "コード": "242012", "名称": "津市"} in codes
    assert {"コード種別": "危険度", "コード": "3", "名称": "危険度3（Critical）"} in codes


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+81", "'+81"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        (" =1", "'=1"),
        ("津市\n四日市市", "津市 四日市市"),
        (datetime(2026, 10, 1, 9, 5), "2026-10-01T09:05:00"),
    ],
)
def test_text_cannot_become_a_formula(raw: Any, safe: str) -> None:
    assert as_text(raw) == safe


def test_sheet_names_are_short_and_plain(book: Any) -> None:
    for name in book.sheetnames:
        assert len(name) <= 31 and unicodedata.normalize("NFKC", name) == name
