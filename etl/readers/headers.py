"""Finding the header row below title rows, and the columns a feed wants in it."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers.opening import Part
from etl.readers.pseudo import from_file

SEARCHED_ROWS = 50
_NO_TEXT = ((b"PK\x03\x04", "Excelブックまたはzip"), (b"\xd0\xcf\x11\xe0", "古い形式のExcelブック"),
            (b"%PDF-", "PDF"), (b"\x89PNG", "画像"), (b"\xff\xd8\xff", "画像"), (b"\x1f\x8b", "gzip圧縮ファイル"),
            (bytes(8), "NULバイト（0x00）の並び（書込みの途中で失われたもの）"))
_FORMATS = {"delimited": "区切り文字のテキスト（CSVなど）", "json": "JSON", "excel": "Excelブック"}


def tidy(name: str) -> str:
    """The form in which column names are compared: NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", name).split())


@dataclass(frozen=True)
class Header:
    """The header that was found: the name of each column, and the cells of its rows as they stand in the file."""

    names: list[str]
    rows: list[list[str]]

    @property
    def named(self) -> int:
        """How many columns there are up to the last one that has a name."""
        return max((place for place, name in enumerate(self.names, 1) if name.strip()), default=0)

    def again(self, cells: Sequence[str]) -> bool:
        """Whether the row is one of the header's, repeated further down as page breaks of print-outs leave it."""
        tidied = [tidy(cell) for cell in cells]
        return any(tidied) and tidied in ([tidy(cell) for cell in row] for row in self.rows)


class HeaderSearch:
    """Looks for the header row by row: the first ``header_rows`` rows whose columns have all names of the feed.

    A name in an upper row stands for all columns it spans: it is carried rightwards over empty cells.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._rows: list[list[str]] = []
        self._carried: list[bool] = []

    def found(self, cells: Sequence[str], *, carried: bool = True) -> Header | None:
        """The header that ends in this row; ``carried`` is false for a row in which merged cells are filled already."""
        file = self._feed.file
        self._rows = [*self._rows, list(cells)][-file.header_rows:]
        self._carried = [*self._carried, carried][-file.header_rows:]
        if len(self._rows) < file.header_rows:
            return None
        header = Header(joined_names(self._rows, self._carried), self._rows)
        names = {tidy(name) for name in header.names}
        return header if file.header and all(tidy(name) in names for name in file.header) else None


def headless(feed: Feed) -> Header:
    """The header of a file without one: the names stand in the feed."""
    return Header(list(feed.file.columns), [])


def joined_names(rows: Sequence[Sequence[str]], carried: Sequence[bool]) -> list[str]:
    """One name per column: its different names in the rows from the top, joined by ``/``."""
    width = max(len(row) for row in rows)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    full = [_carried(row, full[number + 1:]) if carried[number] else row for number, row in enumerate(full)]
    return ["/".join(_without_repeats(row[column] for row in full)) if len(rows) > 1 else rows[0][column]
            for column in range(width)]


def _carried(row: list[str], below: list[list[str]]) -> list[str]:
    """An upper row with each name carried over the columns that it spans: those that have names of their own below."""
    named = [any(under[column].strip() for under in below) for column in range(len(row))]
    carried = list(row)
    for column in range(1, len(row)):
        if not row[column].strip() and named[column] and named[column - 1]:
            carried[column] = carried[column - 1]
    return carried


def _without_repeats(names: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for name in names:
        if name.strip() and (not kept or tidy(kept[-1]) != tidy(name)):
            kept.append(name.strip())
    return kept


def positions(cells: Sequence[str], feed: Feed) -> dict[str, int]:
    """Source column -> position; raises :class:`FileRefused` when a wanted column is missing or stands there twice."""
    found: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        found.setdefault(tidy(cell), []).append(position)
    wanted = {name: found.get(tidy(name), []) for name in sorted(from_file(feed.wanted()))}
    missing = [name for name, places in wanted.items() if not places and name not in feed.file.optional]
    twice = [name for name, places in wanted.items() if len(places) > 1]
    if missing or twice:
        problem = f"列 {'、'.join(missing)} がありません" if missing else f"列 {'、'.join(twice)} が二つ以上あります"
        raise FileRefused("見出し行の列が違います",
                          f"{problem}。見出し行にある列: {'、'.join(cell for cell in cells if cell)}。",
                          f"取込み定義 {feed.name}.toml の列名とファイルの見出しを合わせてください。")
    return {name: places[0] for name, places in wanted.items() if places}


def header_not_found(feed: Feed, first: str, encoding: str | None = None) -> FileRefused:
    """``first`` is what the file begins with, readably; ``encoding`` what its text seems to be written in, if other
    than the feed says."""
    if encoding is not None:
        declared = f"定義は {feed.file.encoding} です"
        return FileRefused("見出し行が見つかりません",
                           f"文字コードは {encoding} のようです。{declared}（定義 {feed.name}。"
                           f"ファイルの先頭: 「{first[:40]}」）。",
                           f"{feed.name}.toml の encoding を直すか、正しい定義を --feed で指定してください。")
    read_as = f"、文字コード {feed.file.encoding}" if feed.file.format == "delimited" else ""
    rows = f"、続く{feed.file.header_rows}行を合わせて" if feed.file.header_rows > 1 else ""
    return FileRefused("見出し行が見つかりません",
                       f"先頭{SEARCHED_ROWS}行に{rows}、列 {'、'.join(feed.file.header)} を含む行がありません"
                       f"（定義 {feed.name}{read_as}。ファイルの先頭: 「{first[:40]}」）。",
                       "ファイルの種類と文字コードを確かめ、正しい定義を --feed で指定してください。")


def refuse_other_kinds(part: Part, feed: Feed) -> None:
    """Refuse what is plainly no text: a workbook, a document or an archive within an archive."""
    with part.open() as stream:
        start = stream.read(8)
    kind = next((kind for magic, kind in _NO_TEXT if start.startswith(magic)), None)
    if kind:
        wanted = _FORMATS.get(feed.file.format, "テキスト")
        raise FileRefused("ファイルの中身が違います", f"中身は{kind}です。定義 {feed.name} は{wanted}を読みます。",
                          "送付元の書き出し方を確かめるか、正しい定義を --feed で指定してください。")


def is_empty(part: Part) -> bool:
    """Whether there is nothing in it, not even a line (the mark of an encoding alone is nothing)."""
    with part.open() as stream:
        return stream.read(len(codecs.BOM_UTF8) + 1) in {b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}


def refuse_empty(feed: Feed) -> None:
    """Refuse a file without content, unless its source sends such for a period in which nothing happened."""
    if feed.file.empty == "valid":
        return
    raise FileRefused("空のファイルです",
                      "空のファイル（0バイト）で、見出しも記録もありません。送信の失敗と区別できません。",
                      "送付元に確かめ、再送を依頼してください。何もない期間に空のファイルが届く送付元のときは、"
                      f"取込み定義 {feed.name}.toml の [file] に empty = \"valid\" と書くと、0件として受け付けます。")


def is_total(cells: Sequence[str], feed: Feed) -> bool:
    """Whether the first cell with a value marks a total row."""
    first = next((cell for cell in cells if cell.strip() and cell.strip() not in feed.file.nulls), "")
    return tidy(first) in feed.file.totals


def has_no_rows() -> FileRefused:
    return FileRefused("データ行がありません", "見出し行の下にデータ行が一行もありません。",
                       "書き出しが途中で止まっていないか、送付元に確かめてください。")
