"""Finding the header row below title rows, and the columns a feed wants in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from etl.errors import FileRefused
from etl.feed import Feed

SEARCHED_ROWS = 50
_FORMATS = {"delimited": "区切り文字のテキスト（CSVなど）", "json": "JSON", "excel": "Excelブック"}


def tidy(name: str) -> str:
    """The form in which column names are compared: NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def is_header(cells: Sequence[str], feed: Feed) -> bool:
    """Whether the row holds every name the feed's header must hold."""
    found = {tidy(cell) for cell in cells}
    return bool(feed.file.header) and all(tidy(name) in found for name in feed.file.header)


def positions(cells: Sequence[str], feed: Feed) -> dict[str, int]:
    """Source column -> position; raises :class:`FileRefused` when a wanted column is missing or stands there twice."""
    found: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        found.setdefault(tidy(cell), []).append(position)
    wanted = {name: found.get(tidy(name), []) for name in sorted(feed.wanted())}
    missing = [name for name, places in wanted.items() if not places]
    twice = [name for name, places in wanted.items() if len(places) > 1]
    if missing or twice:
        problem = f"列 {'、'.join(missing)} がありません" if missing else f"列 {'、'.join(twice)} が二つ以上あります"
        raise FileRefused("見出し行の列が違います",
                          f"{problem}。見出し行にある列: {'、'.join(cell for cell in cells if cell)}。",
                          f"取込み定義 {feed.name}.toml の列名とファイルの見出しを合わせてください。")
    return {name: places[0] for name, places in wanted.items()}


def header_not_found(feed: Feed, first: str) -> FileRefused:
    """``first`` is what the file begins with, as the feed's encoding reads it."""
    read_as = f"、文字コード {feed.file.encoding}" if feed.file.format == "delimited" else ""
    return FileRefused("見出し行が見つかりません",
                       f"先頭{SEARCHED_ROWS}行に、列 {'、'.join(feed.file.header)} を含む行がありません"
                       f"（定義 {feed.name}{read_as}。ファイルの先頭: 「{first[:40]}」）。",
                       "ファイルの種類と文字コードを確かめ、正しい定義を --feed で指定してください。")


def refuse_other_kinds(path: Path, feed: Feed) -> None:
    """Refuse what is plainly no text: an empty file, a workbook or archive under a text file's name."""
    with path.open("rb") as stream:
        start = stream.read(4)
    kinds = {b"": "空のファイル（0バイト）", b"PK": "Excelブックまたはzip", b"\x1f\x8b": "gzip圧縮ファイル",
             b"\xd0\xcf": "古い形式のExcelブック"}
    kind = kinds.get(start[:2])
    if kind:
        raise FileRefused("ファイルの中身が違います",
                          f"中身は{kind}です。定義 {feed.name} は{_FORMATS[feed.file.format]}を読みます。",
                          "送付元の書き出し方を確かめるか、正しい定義を --feed で指定してください。")


def is_total(cells: Sequence[str], feed: Feed) -> bool:
    """Whether the first filled cell marks a total row."""
    first = next((cell for cell in cells if cell.strip()), "")
    return tidy(first) in feed.file.totals


def has_no_rows() -> FileRefused:
    return FileRefused("データ行がありません", "見出し行の下にデータ行が一行もありません。",
                       "書き出しが途中で止まっていないか、送付元に確かめてください。")
