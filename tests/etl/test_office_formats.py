"""Tables of text as offices send them: encodings, headers, notes and totals, and records that span lines."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import FeedError, FileRefused
from etl.feed import read_feed
from etl.readers import delimited, text
from tests.etl.office import DEFINITION, HEADER, NAMES, lines, take
from tests.support import copy_config, load, read_rows, rejects, rows, traffic_file, write, write_rows

# ---- encodings ----------------------------------------------------------------------------------------

ENCODINGS = ["utf-8", "utf-8-sig", "cp932", "euc-jp", "utf-16", "utf-16-le", "utf-16-be"]
TEXT = lines("回線トラフィック", HEADER, "a,三重県ｱ,1", "b,表示ソ－ー,2")
RECORDS = [(3, "a", "三重県ｱ", "1"), (4, "b", "表示ソ－ー", "2")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_declared_encoding_is_read_line_by_line(tmp_path: Path, encoding: str, newline: str) -> None:
    content = TEXT.replace("\n", newline).replace("－", "-" if encoding == "euc-jp" else "－").encode(encoding)
    records, tally = take(tmp_path, content, f'encoding = "{encoding.removesuffix("-sig")}"')
    assert [(*record[:2], str(record[2]).replace("-", "－"), record[3]) for record in records] == RECORDS
    assert (tally.physical, tally.header) == (4, 2)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp932", "cp932"), ("utf-16", "utf-16-le")],
)
def test_an_encoding_that_is_left_open_is_found_and_told(tmp_path: Path, encoding: str, found: str) -> None:
    records, tally = take(tmp_path, TEXT.encode(encoding), 'encoding = "detect"')
    assert (records, tally.encoding) == (RECORDS, found)


def test_the_encoding_is_found_by_the_whole_file_not_by_its_beginning(tmp_path: Path) -> None:
    ascii_lines = [f"{number},internet,{number}" for number in range(200_000)]
    names = ("ts", "line", "bps")
    last = "x,三重県,1"
    for encoding in ("utf-8", "cp932"):
        content = lines(",".join(names), *ascii_lines, last).encode(encoding)
        records, tally = take(tmp_path, content, 'encoding = "detect"', names)
        assert (records[-1][2], tally.encoding, len(records)) == ("三重県", encoding, 200_001)


@pytest.mark.parametrize("declared", ["detect", "utf-8"])
def test_one_bad_byte_costs_its_line_and_no_more(tmp_path: Path, declared: str) -> None:
    good = [f"{number},三重県津市,{number}" for number in range(50)]
    content = lines(HEADER, *good[:25]).encode() + b"x,\xe4\xb8\xff,1\n" + lines(*good[25:]).encode()
    records, tally = take(tmp_path, content, f'encoding = "{declared}"')
    (reject,) = tally.malformed
    assert (len(records), reject.line) == (50, 27)
    assert reject.reason == "文字コード utf-8 で読めない文字があります"
    assert "?" not in "".join(str(cell) for record in records for cell in record)


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda content: content.replace("津".encode("utf-16-le"), b"\x00\xd8"), 3),
        (lambda content: content.replace("津".encode("utf-16-le"), b"\x00\xdc"), 3),
        (lambda content: content[:-1], 4),
        (lambda content: content + b"\x00", 5),
        (lambda content: content + b"\x00\xd8", 5),
    ],
)
def test_broken_utf16_costs_the_line_it_stands_on(tmp_path: Path, damage: object, line: int) -> None:
    content = lines(HEADER, "a,四日市,1", "b,津,2", "c,鈴鹿,3").encode("utf-16")
    records, tally = take(tmp_path, damage(content), 'encoding = "utf-16"')  # type: ignore[operator]
    assert [reject.line for reject in tally.malformed] == [line]
    assert "文字コード utf-16 で読めない" in tally.malformed[0].reason or line > 3, "at the end the line end is missing"
    assert [number for number, *_ in records] == [number for number in (2, 3, 4) if number != line]
    assert tally.physical == max(4, line)


def test_utf16_without_its_mark_is_refused_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="BOM") as caught:
        take(tmp_path, TEXT.encode("utf-16-le"), 'encoding = "utf-16"')
    assert "utf-16-le" in caught.value.next_step


@pytest.mark.parametrize(
    ("encoding", "declared", "told"),
    [
        ("utf-8", "cp932", "文字コードは UTF-8 のようです。定義は cp932 です"),
        ("cp932", "utf-8", "文字コードは CP932（シフトJIS） のようです。定義は utf-8 です"),
        ("utf-16-le", "cp932", "文字コードは UTF-16 のようです。定義は cp932 です"),
        ("utf-16-le", "detect", "文字コードは UTF-16 のようです。定義は detect です"),
        ("euc-jp", "cp932", "文字コードは EUC-JP のようです。定義は cp932 です"),
    ],
)
def test_a_header_in_another_encoding_is_quoted_readably(
    tmp_path: Path, encoding: str, declared: str, told: str
) -> None:
    with pytest.raises(FileRefused, match="見出し行が見つかりません") as caught:
        take(tmp_path, TEXT.replace("－", "").encode(encoding), f'encoding = "{declared}"')
    assert told in caught.value.message and "ファイルの先頭: 「回線トラフィック」" in caught.value.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_that_contradicts_the_definition_is_told(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(FileRefused, match="文字コードが違います") as caught:
        take(tmp_path, TEXT.encode(encoding), 'encoding = "cp932"')
    assert "先頭に BOM があります" in caught.value.message


def test_a_file_of_another_kind_is_told_by_its_readable_beginning(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="先頭: 「問合せ台帳」") as caught:
        take(tmp_path, lines("", "問合せ台帳", "番号,件名").encode("cp932"), 'encoding = "cp932"')
    assert "のようです" not in caught.value.message
    with pytest.raises(FileRefused, match="UTF-8 のようです.*問合せ台帳"):
        take(tmp_path, lines("問合せ台帳", "番号,件名").encode(), 'encoding = "cp932"')


CELL = st.text(
    st.characters(codec="cp932", exclude_categories=["Cc", "Cs", "Co"], exclude_characters='",¢£¬‖−〜'), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.tuples(CELL, CELL), max_size=30), encoding=st.sampled_from(ENCODINGS[:3] + ENCODINGS[4:]),
       block=st.integers(16, 200))
def test_rows_come_back_as_written_in_every_encoding(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], encoding: str, block: int
) -> None:
    content = lines(HEADER, *(f"x{one},{two},1" for one, two in cells), "終,わ,り").encode(encoding)
    expected = [(number, f"x{one}", two, "1") for number, (one, two) in enumerate(cells, 2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK_BYTES", block)
        patch.setattr(text, "_CHUNK", block | 1)
        folder = tmp_path_factory.mktemp("any", numbered=True)
        records, _ = take(folder, content, f'encoding = "{encoding.removesuffix("-sig")}"')
    assert records == [*expected, (len(cells) + 2, "終", "わ", "り")]


# ---- headers of text ----------------------------------------------------------------------------------

TWO_ROWS = ("団体", "インターネット/受信", "Web公開/受信")


@pytest.mark.parametrize(
    "header",
    [
        ("団体,インターネット,,Web公開,,備考", ",受信,送信,受信,送信,"),
        (",インターネット,,Web公開,,備考", "団体,受信,送信,受信,送信,"),
        ("団体,インターネット,インターネット,Web公開,Web公開,備考", "団体,受信,送信,受信,送信,備考"),
    ],
)
def test_names_in_two_rows_are_joined(tmp_path: Path, header: tuple[str, str]) -> None:
    content = lines("月報,,,,,", *header, "津市,1,2,3,4,x", ",,,,,").encode()
    records, tally = take(tmp_path, content, "header_rows = 2", TWO_ROWS)
    assert records == [(4, "津市", "1", "3")] and (tally.header, tally.blank) == (3, 1)


def test_a_name_in_the_upper_row_alone_spans_nothing(tmp_path: Path) -> None:
    content = lines("団体,,インターネット,", ",コード,受信,送信", "津市,242012,1,2").encode()
    names = ("団体", "コード", "インターネット/送信")
    assert take(tmp_path, content, "header_rows = 2", names)[0] == [(3, "津市", "242012", "2")]


def test_names_in_several_rows_that_do_not_fit_are_told_as_they_were_joined(tmp_path: Path) -> None:
    content = lines("団体,インターネット,", ",受信,送信", "津市,1,2").encode()
    with pytest.raises(FileRefused, match="団体、インターネット/受信、インターネット/送信"):
        take(tmp_path, content, 'header_rows = 2\nheader = ["団体"]', TWO_ROWS)


def test_a_header_repeated_on_every_page_is_header_not_reject(tmp_path: Path) -> None:
    pages = [line for page in range(3) for line in (HEADER, f"a{page},internet,{page}", f"b{page},internet,{page}")]
    records, tally = take(tmp_path, lines("月報", *pages).encode())
    assert [record[0] for record in records] == [3, 4, 6, 7, 9, 10]
    assert (tally.header, tally.malformed) == (4, [])
    two = [line for page in range(2) for line in ("団体,ネット,", ",受信,送信", f"津市{page},1,2")]
    records, tally = take(tmp_path, lines(*two).encode(), "header_rows = 2", ("団体", "ネット/受信", "ネット/送信"))
    assert records == [(3, "津市0", "1", "2"), (6, "津市1", "1", "2")] and tally.header == 4


def test_a_file_without_a_header_is_read_by_the_names_of_the_definition(tmp_path: Path) -> None:
    content = "\ufeff" + lines("1,a,internet,5", "2,b,internet,6", "3,c,internet")
    records, tally = take(tmp_path, content.encode(), 'columns = ["番号", "日時", "回線", "受信"]')
    assert records == [(1, "a", "internet", "5"), (2, "b", "internet", "6")]
    assert ([reject.line for reject in tally.malformed], tally.header) == ([3], 0)


@pytest.mark.parametrize(
    ("header", "row"),
    [(HEADER, "a,x,1,,"), (f"{HEADER},,", "a,x,1"), (f"{HEADER},,", "a,x,1,,"), (HEADER, "a,x,1")],
)
def test_empty_columns_left_over_at_the_right_are_no_mistake(tmp_path: Path, header: str, row: str) -> None:
    records, tally = take(tmp_path, lines(header, *[row] * 3, ",,,,,,", "a,x", "a,x,1,,,y").encode())
    assert records == [(line, "a", "x", "1") for line in (2, 3, 4)]
    assert ([reject.line for reject in tally.malformed], tally.blank) == ([6, 7], 1)


def test_total_rows_of_any_width_and_notes_below_the_table_are_told_apart(tmp_path: Path) -> None:
    content = lines(HEADER, "a,x,1", "※ 速報値", "b,x,1", "合計", "総計,,2", "注：速報値です。,,").encode()
    records, tally = take(tmp_path, content, "totals = [\"合計\", \"総計\"]\nskip = '[※注]'")
    assert [record[0] for record in records] == [2, 4]
    assert (tally.total, tally.other, tally.malformed) == (2, 2, [])


def test_rows_whose_number_was_prepared_in_advance_are_blank(tmp_path: Path) -> None:
    content = lines(f"No,{HEADER}", "1,a,x,1", "2, ,,", "3,,,").encode()
    records, tally = take(tmp_path, content, 'filled = ["日時", "受信"]')
    assert [record[0] for record in records] == [2] and tally.blank == 2


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ('header = ["日時"]\ncolumns = ["日時", "回線", "受信"]', "file.header に"),
        ('columns = ["日時", "回線"]', "列 受信 が file.columns にありません"),
        ('columns = ["日時", "回線", "受信", "受信"]', "file.columns に同じ列名"),
        ('columns = ["日時", "回線", "受信"]\nheader_rows = 2', "file.header_rows は file.header と一緒に"),
        ("header_rows = 0", "header_rows"),
        ('sheet = "4月"', "file.sheet は format = excel"),
        ('format = "excel"\nmultiline = true', "file.multiline は format = delimited"),
        ("skip = '('", "正規表現として読めません"),
    ],
)
def test_keys_that_make_no_sense_together_are_refused(tmp_path: Path, file: str, told: str) -> None:
    with pytest.raises(FeedError) as caught:
        take(tmp_path, b"x", file)
    assert told in caught.value.message


def test_a_style_of_dates_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.toml", DEFINITION.format(*NAMES, file='format = "excel"\nheader = ["日時"]'))
    path.write_text(path.read_text(encoding="utf-8").replace('"excel"]', '"wareki"]'), encoding="utf-8")
    with pytest.raises(FeedError, match="wareki という日付の書き方はありません（使えるのは iso、japanese、"):
        read_feed(path)


# ---- records that span lines --------------------------------------------------------------------------

SPANNING = "multiline = true"


def test_a_quoted_cell_may_hold_line_ends_when_the_feed_says_so(tmp_path: Path) -> None:
    above = lines('月報,"(1)\n注意",', '日時,"回線\n(名称)",受信')
    content = above + lines('a,"inter\r\nnet ""x""",1', "b,internet,2", "", "合計,,3")
    records, tally = take(tmp_path, content.encode(), f'{SPANNING}\ntotals = ["合計"]', ("日時", "回線(名称)", "受信"))
    assert records == [(5, "a", 'inter net "x"', "1"), (7, "b", "internet", "2")]
    assert (tally.physical, tally.header, tally.continued, tally.blank, tally.total) == (9, 4, 1, 1, 1)


def test_without_that_word_such_a_record_is_rejected(tmp_path: Path) -> None:
    records, tally = take(tmp_path, lines(HEADER, 'a,"inter', 'net",1', "b,internet,2").encode())
    assert records == [(4, "b", "internet", "2")] and [reject.line for reject in tally.malformed] == [2, 3]


@pytest.mark.parametrize("closes", ["", 'z",9', 'z,"internet,9', 'z",internet,9', 'z,internet,"9"', 'z,","internet,9'])
def test_a_quote_that_nothing_closes_costs_one_line_and_not_the_file(tmp_path: Path, closes: str) -> None:
    good = [f"{number},internet,{number}" for number in range(300)]
    content = lines(HEADER, *good[:100], 'x,"internet,5', *good[100:200], *([closes] if closes else []), *good[200:])
    records, tally = take(tmp_path, content.encode(), SPANNING)
    kept = {str(cells[1]) for cells in records}
    assert {str(number) for number in range(300)} <= kept, "no good line is swallowed"
    assert 102 in [reject.line for reject in tally.malformed] and len(tally.malformed) <= 2


def test_the_last_record_without_a_line_end_is_never_taken_at_its_word(tmp_path: Path) -> None:
    records, tally = take(tmp_path, (lines(HEADER, "a,x,1") + 'b,"x\ny",2').encode(), SPANNING)
    assert records == [(2, "a", "x", "1")]
    assert [(reject.line, "改行で終わって" in reject.reason) for reject in tally.malformed] == [(3, True)]
    assert tally.continued == 1


def test_undecodable_lines_inside_a_record_leave_the_others_alone(tmp_path: Path) -> None:
    content = lines(HEADER, "a,x,1").encode() + b'b,"x\n\xff\ny",2\n' + lines("c,x,3").encode()
    records, tally = take(tmp_path, content, SPANNING)
    assert [record[1] for record in records] == ["a", "c"]
    assert [reject.line for reject in tally.malformed] == [3, 4, 5]


WILD = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters='\n",あ'), max_size=12)


@settings(max_examples=80, deadline=None)
@given(cells=st.lists(st.tuples(WILD, WILD, WILD, WILD), min_size=1, max_size=12))
def test_whatever_a_csv_writer_quotes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, ...]]
) -> None:
    looks_like_a_record = any(line.count(",") >= 3 for row in cells for cell in row for line in cell.split("\n")[1:-1])
    rows_ = [row for row in cells if any(cell.strip() for cell in row)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([("番号", *NAMES), *rows_, ("x", "x", "x", "x")])
    folder = tmp_path_factory.mktemp("any", numbered=True)
    records, tally = take(folder, stream.getvalue().encode(), SPANNING, ("番号", *NAMES)[1:])
    if not looks_like_a_record and all(len(cell.splitlines()) == cell.count("\n") + 1 - cell.endswith("\n")
                                       for row in rows_ for cell in row if cell):
        expected = [tuple(" ".join(cell.splitlines()) for cell in row[1:]) for row in [*rows_, ("x",) * 4]]
        assert [record[1:] for record in records] == expected and not tally.malformed


# ---- values that only a definition explains -----------------------------------------------------------

LOADS = """
title = "機器負荷"
table = "device_sample"
[file]
names = ["負荷_*.csv"]
format = "delimited"
encoding = "detect"
header = ["日付", "時刻", "率"]
[columns.ts]
template = "{日付} {時刻}"
styles = ["japanese", "excel"]
[columns.device_id]
value = "fw-1"
[columns.metric]
value = "cpu_pct"
[columns.value]
from = "率"
unit = "UNIT"
"""


@pytest.mark.parametrize(("unit", "written"), [("%", "12.5%"), ("%", "12.5"), ("ratio", "0.125"), ("ratio", "12.5%")])
def test_shares_are_kept_in_per_cent_however_they_are_written(tmp_path: Path, unit: str, written: str) -> None:
    config = copy_config(tmp_path / "config")
    write(config / "feeds" / "loads.toml", LOADS.replace("UNIT", unit))
    path = write(tmp_path / "負荷_1.csv", "日付,時刻,率", f"R8.10.1,午前9時5分,{written}", f"46296,0.375,{written}",
                 encoding="cp932")
    (outcome,) = load(tmp_path / "data", path, config=config).outcomes
    assert not outcome.failed and "文字コード cp932" in outcome.message
    found = rows(tmp_path / "data", "SELECT ts, CAST(value AS DOUBLE) FROM device_sample ORDER BY ts")
    assert found == [(datetime(2026, 10, 1), 12.5), (datetime(2026, 10, 1, 0, 5), 12.5)]
    assert rows(tmp_path / "data", "SELECT encoding FROM wh.main.load") == [("cp932",)]


def test_a_percent_sign_where_no_share_is_declared_is_a_reject(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    write(config / "feeds" / "loads.toml", LOADS.replace('unit = "UNIT"\n', ""))
    path = write(tmp_path / "負荷_1.csv", "日付,時刻,率", "R8.10.1,9:05,12.5", "R8.10.1,9:10,12.5%")
    load(tmp_path / "data", path, config=config)
    ((line, reason),) = rejects(tmp_path / "data")
    assert line == 3 and "unit に % か ratio" in str(reason)


def test_zeros_that_a_spreadsheet_took_from_codes_come_back_where_the_width_is_declared(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    tenants = read_rows(config / "tenants.csv")
    write_rows(config / "tenants.csv", [*tenants, {**tenants[1], "tenant_code": "012025", "name": "函館市"}])
    definition = (config / "feeds" / "tenant_traffic.toml").read_text(encoding="utf-8")
    declared = definition.replace('from = "団体コード"', 'from = "団体コード"\ndigits = 6')
    assert declared != definition
    write(config / "feeds" / "tenant_traffic.toml", declared)
    path = traffic_file(tmp_path / "団体別通信量_1.csv", ("2026/10/01 09:00", "12025", 5))
    load(tmp_path / "data", path, config=config)
    assert rows(tmp_path / "data", "SELECT DISTINCT tenant_code FROM tenant_traffic") == [("012025",)]
