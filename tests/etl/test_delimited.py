"""Delimited text: every physical line is accounted for, and one bad line costs one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.batches import Tally
from etl.errors import FileRefused
from etl.feed import Feed, read_feed
from etl.readers import delimited, read
from tests.support import write

DEFINITION = """
title = "t"
table = "line_sample"
[file]
names = ["*"]
format = "delimited"
header = ["日時", "回線"]
totals = ["合計"]
{more}
[columns.ts]
from = "日時"
[columns.line_id]
from = "回線"
[columns.direction]
value = "in"
[columns.avg_bps]
from = "受信(bps)"
"""
NAMES = ("日時", "回線", "受信(bps)")


def feed(folder: Path, more: str = "") -> Feed:
    return read_feed(write(folder / "lines.toml", DEFINITION.format(more=more)))


def take(folder: Path, content: bytes, more: str = "") -> tuple[list[tuple[int, ...]], Tally]:
    """(line, first cell, ...) of every record, and what the other lines were."""
    path = folder / "file.csv"
    path.write_bytes(content)
    tally, records = Tally(), []
    for batch in read(path, feed(folder, more), tally):
        for row, line in enumerate(batch.lines):
            records.append((int(line), *(batch.cell(name, row) for name in NAMES)))
    return records, tally


def told(tally: Tally, records: int) -> int:
    return records + len(tally.malformed) + tally.header + tally.blank + tally.total + tally.other


HEADER = "日時,回線,受信(bps)\n"


def test_titles_blanks_and_totals_around_the_records_are_counted(tmp_path: Path) -> None:
    text = f"回線トラフィック\n\n作成 R8.10.1,,\n{HEADER}a,internet,1\n\nb,internet,2\n , ,\n合 計,,3\n"
    records, tally = take(tmp_path, text.encode())
    assert records == [(5, "a", "internet", "1"), (7, "b", "internet", "2")]
    assert (tally.physical, tally.header, tally.blank, tally.total, tally.malformed) == (9, 3, 3, 1, [])


def test_the_header_is_found_by_its_names_whatever_their_width_order_and_spacing(tmp_path: Path) -> None:
    records, _ = take(tmp_path, "受信（ｂｐｓ）,備考,回 線,日時\n1,x,internet,a\n".encode())
    assert records == [(2, "a", "internet", "1")]


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("a,b,c\n1,2,3\n", "見出し行が見つかりません"),
        ("", "空のファイルです"),
        ("PK\x03\x04 a workbook that was cut", "圧縮ファイルが壊れています"),
        ("\xd0\xcf\x11\xe0 an old workbook", "ファイルの中身が違います"),
        ("x\n" * 50 + HEADER + "a,internet,1\n", "見出し行が見つかりません"),
        ("日時,回線\na,internet\n", "見出し行の列が違います"),
        ("日時,回線,受信(bps),受信(bps)\na,internet,1,2\n", "見出し行の列が違います"),
        (HEADER, "データ行がありません"),
        (HEADER + "\n\n", "データ行がありません"),
    ],
)
def test_a_file_without_its_header_columns_or_rows_is_refused(tmp_path: Path, content: str, title: str) -> None:
    with pytest.raises(FileRefused) as caught:
        take(tmp_path, content.encode("latin-1" if content.startswith("\xd0") else "utf-8"))
    assert caught.value.title == title


def test_missing_columns_are_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"列 受信\(bps\) がありません。見出し行にある列: 日時、回線、送信"):
        take(tmp_path, "日時,回線,送信\na,internet,1\n".encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_does_not_hide_the_header(tmp_path: Path, encoding: str) -> None:
    records, _ = take(tmp_path, (HEADER + "a,回線①,1\n").encode(encoding))
    assert records == [(2, "a", "回線①", "1")]


def test_a_byte_that_does_not_decode_rejects_its_line_and_is_not_replaced_silently(tmp_path: Path) -> None:
    good = (HEADER + "a,髙橋①線,1\n").encode("cp932")
    records, tally = take(tmp_path, good + b"b,\x81\xff,2\nc,x,3\n", 'encoding = "cp932"')
    assert records == [(2, "a", "髙橋①線", "1"), (4, "c", "x", "3")]
    assert [(reject.line, reject.reason) for reject in tally.malformed] == [
        (3, "文字コード cp932 で読めない文字があります")
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('b,"internet,2', "引用符"),
        ('b,internet,"2', "引用符"),
        ("b,inter\rnet,2", "行の途中に改行"),
        ("b,internet", "3列のところ2列"),
        ("b,internet,2,", "3列のところ4列"),
        ("b", "3列のところ1列"),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_one_broken_line_costs_one_line(tmp_path: Path, line: str, reason: str, last: bool) -> None:
    after = "" if last else "".join(f"c{number},internet,{number}\n" for number in range(100))
    records, tally = take(tmp_path, f"{HEADER}a,internet,1\n{line}\n{after}".encode())
    assert len(records) == (1 if last else 101)
    assert [(reject.line, reject.text) for reject in tally.malformed] == [(3, line)]
    assert reason in tally.malformed[0].reason
    assert tally.physical == told(tally, len(records))


def test_a_cell_with_a_line_break_is_refused_line_by_line_and_shifts_nothing(tmp_path: Path) -> None:
    records, tally = take(tmp_path, f'{HEADER}a,"inter\nnet",1\nb,internet,2\n'.encode())
    assert records == [(4, "b", "internet", "2")]
    assert [reject.line for reject in tally.malformed] == [2, 3]


def test_broken_lines_that_even_each_other_out_shift_nothing(tmp_path: Path) -> None:
    text = f'{HEADER}a,internet,1\nb,inter\rnet,2\nc,"inter\nnet",3\nd,internet,4\n'
    records, tally = take(tmp_path, text.encode())
    assert [line for line, *_ in records] == [2, 6]
    assert [reject.line for reject in tally.malformed] == [3, 4, 5]


def test_quoted_cells_and_quotes_inside_cells_are_read_as_written(tmp_path: Path) -> None:
    lines = 'a,"inter,net",1\nb,"say ""hi""",2\nc,5" disk,3\n'
    expected = [(2, "a", "inter,net", "1"), (3, "b", 'say "hi"', "2"), (4, "c", '5" disk', "3")]
    assert take(tmp_path, (HEADER + lines).encode())[0] == expected
    broken = take(tmp_path, (HEADER + lines + 'd,"x,4\n').encode())
    assert broken[0] == expected and len(broken[1].malformed) == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_of_either_kind_give_the_same(tmp_path: Path, newline: str) -> None:
    text = (HEADER + "a,internet,1\nb,internet,2\n").replace("\n", newline)
    records, tally = take(tmp_path, text.encode())
    assert records == [(2, "a", "internet", "1"), (3, "b", "internet", "2")] and tally.physical == 3


@pytest.mark.parametrize("end", ["b,internet,77661524"[:length] for length in (4, 12, 16, 19)])
def test_a_last_line_without_a_line_end_may_be_cut_and_is_never_taken_at_its_word(tmp_path: Path, end: str) -> None:
    records, tally = take(tmp_path, (HEADER + "a,internet,1\n" + end).encode())
    assert records == [(2, "a", "internet", "1")]
    (reject,) = tally.malformed
    assert (reject.line, reject.text) == (3, end) and "改行で終わっていません" in reject.reason


def test_lines_keep_their_numbers_over_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 64)
    lines = [f"{number},internet,{number}" for number in range(200)]
    lines[50], lines[150] = '50,"internet,50', ""
    records, tally = take(tmp_path, (HEADER + "\n".join(lines) + "\n").encode())
    assert [(line, int(cell)) for line, cell, *_ in records] == [
        (number + 2, number) for number in range(200) if number not in (50, 150)
    ]
    assert ([reject.line for reject in tally.malformed], tally.blank, tally.physical) == ([52], 1, 201)


@pytest.mark.parametrize("more", ["", "multiline = true"])
def test_files_put_one_after_another_keep_no_mark_in_the_middle(tmp_path: Path, more: str) -> None:
    one = b"\xef\xbb\xbf" + (HEADER + "a,internet,1\n").encode()
    records, tally = take(tmp_path, one + one.replace(b"a,", b"b,"), more)
    assert records == [(2, "a", "internet", "1"), (4, "b", "internet", "1")]
    assert (tally.header, tally.malformed) == (2, [])


def test_a_file_of_zeros_is_told_as_lost_content(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="NULバイト"):
        take(tmp_path, bytes(4096))


CELLS = st.text(alphabet='ab1",;\r\n 　あ\x00', max_size=6)


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), min_size=1, max_size=12))
def test_lines_reconcile_whatever_a_file_holds(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    content = (HEADER + "a,internet,1\n" + "".join(line + "\n" for line in lines)).encode()
    records, tally = take(tmp_path_factory.mktemp("any", numbered=True), content)
    assert tally.physical == content.count(b"\n") + (not content.endswith(b"\n")) == told(tally, len(records))
    assert (2, "a", "internet", "1") in records
