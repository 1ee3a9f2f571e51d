"""The same cell on screen, in the file and in the sort order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from dashboards.columns import Column, Kind
from dashboards.csv_file import csv_bytes, harmless

NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "value", "shown", "exported"),
    [
        ("gb", 12_345_678_901, "12.3", 12_345_678_901),
        ("mbps", 743_100_000.0, "743.1", 743_100_000),
        ("number", -3.14, "▲3.1", -3.14),
        ("number", 0, "0.0", 0),
        ("number", NAN, "…", None),
        ("gb", None, "…", None),
        ("code", "242012", "242012", "242012"),
        ("date", date(2026, 10, 1), "10月1日（木）", "2026-10-01"),
        ("date", pd.Timestamp("2026-10-01"), "10月1日（木）", "2026-10-01"),
        ("time", pd.Timestamp("2026-10-01"), "10月1日 0:00", "2026-10-01T00:00:00"),
        ("time", datetime(2026, 10, 1, 9, 5), "10月1日 9:05", "2026-10-01T09:05:00"),
        ("time", pd.NaT, "…", None),
        ("month", "2026-10", "令和8年10月", "2026-10"),
        ("yes_no", True, "はい", "はい"),
    ],
)
def test_a_cell(kind: Kind, value: Any, shown: str, exported: Any) -> None:
    column = Column("x", "欄", kind, decimals=1)
    assert column.show(value) == shown
    assert column.export(value) == exported


def test_file_headings_name_the_base_unit_on_one_line() -> None:
    assert Column("b", "通信量", "gb").file_heading == "通信量（バイト）"
    assert Column("p", "受信\n95パーセンタイル", "mbps").file_heading == "受信95パーセンタイル（bit/s）"
    assert Column("n", "受付", "number", "件").file_heading == "受付（件）"


def test_a_file_has_bom_one_header_and_empty_missing_cells() -> None:
    frame = pd.DataFrame({"code": ["242012", "242021"], "n": [3.0, NAN], "day": [date(2026, 10, 1), None]})
    columns = (Column("code", "団体コード", "code"), Column("n", "受付", "number", "件"), Column("day", "日付", "date"))
    assert csv_bytes(frame, columns) == (
        b"\xef\xbb\xbf" + '"団体コード","受付（件）","日付"\r\n"242012",3,"2026-10-01"\r\n"242021",,\r\n'.encode()
    )


@pytest.mark.parametrize("text", ["=1+1", "+81", "-5", "@SUM(A1)", "\t=1", "\r\n=cmd|' /C calc'!A0", "＝1+1", " =1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text).startswith("'")


def test_text_stays_on_one_line_and_quotes_are_doubled() -> None:
    frame = pd.DataFrame({"t": ['二重引用符"と\n改行, 読点']})
    assert csv_bytes(frame, (Column("t", "件名"),)).decode("utf-8-sig") == '"件名"\r\n"二重引用符""と 改行, 読点"\r\n'
