"""Zeek's tab-separated logs: lines that begin with ``#`` tell separator, columns and what an empty value looks like.

Several logs may follow one another in a file; each ``#fields`` line begins anew.  The kind of log (``#path``) is the
column ``#path``, so that ``keep`` can choose between them.  Zeek's JSON logs are read by the format ``json``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from etl.batches import Batch, Tally
from etl.errors import FileRefused, ValueProblem
from etl.feed import Feed
from etl.readers import records, text
from etl.readers.opening import Part
from etl.readers.pseudo import from_file

_ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")


@dataclass
class _Head:
    """What the ``#`` lines told so far."""

    feed: Feed
    separator: str = "\t"
    empty: str = "(empty)"
    unset: str = "-"
    path: str = ""
    fields: tuple[str, ...] = ()

    def learn(self, line: str) -> None:
        """Take in one line that begins with ``#``; unknown ones (``#open``, ``#types``, ``#close``) tell nothing."""
        if line.startswith("#separator "):
            self.separator = _plain(line.removeprefix("#separator ").strip(" ")) or "\t"
            return
        name, *values = line.split(self.separator)
        if name == "#empty_field":
            self.empty = "".join(values[:1])
        elif name == "#unset_field":
            self.unset = "".join(values[:1])
        elif name == "#path":
            self.path = "".join(values[:1])
        elif name == "#fields":
            self.fields = tuple(values)
            self._check_fields()

    def record(self, line: str) -> dict[str, str]:
        """The columns of one line; those without a value are empty."""
        if not self.fields:
            raise ValueProblem("この行の前に #fields の行がありません")
        cells = line.split(self.separator)
        if len(cells) != len(self.fields):
            raise ValueProblem(f"列の数が違います（{len(self.fields)}列のところ{len(cells)}列）")
        nothing = {self.empty, self.unset}
        return {"#path": self.path, **{name: "" if cell in nothing else _plain(cell)
                                       for name, cell in zip(self.fields, cells, strict=True)}}

    def _check_fields(self) -> None:
        missing = from_file(self.feed.wanted()) - {*self.fields, "#path"}
        if missing and not records.passed_over({"#path": self.path}, self.feed):
            raise FileRefused("#fields の列が違います",
                              f"列 {'、'.join(sorted(missing))} がありません。"
                              f"ファイルにある列: {'、'.join(self.fields)}。",
                              f"取込み定義 {self.feed.name}.toml の列名とファイルを合わせてください。")


def read(part: Part, feed: Feed, tally: Tally) -> Iterator[Batch]:
    """Batches of records."""
    head = _Head(feed)
    yield from records.batches(_records(part, feed, tally, head), feed, tally, head.record)
    if tally.header == 0:
        raise FileRefused("Zeek のログではありません", "「#fields」などで始まる見出しの行が一行もありません。",
                          "正しい定義を --feed で指定してください。JSON 形式のログは format = \"json\" で読みます。")


def _records(part: Part, feed: Feed, tally: Tally, head: _Head) -> Iterator[tuple[int, str]]:
    for number, line in text.lines(part, feed, tally):
        if not line.strip():
            tally.blank += 1
        elif line.startswith("#"):
            tally.header += 1
            head.learn(line)
        else:
            yield number, line


def _plain(value: str) -> str:
    """Without Zeek's escapes: ``\\x09`` for bytes (UTF-8 where they are), ``\\\\`` for a backslash."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: _bytes(match[0]), value.replace("\\\\", "\\x5c"))


def _bytes(escapes: str) -> str:
    raw = codecs.decode(escapes.replace("\\x", ""), "hex")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return escapes
