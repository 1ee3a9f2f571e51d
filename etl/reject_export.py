"""Rejected lines as a file that can be mended and loaded again (read back by :mod:`etl.mends`)."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
import xlsxwriter

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.mends import (
    CLOSING_REASON,
    LINE,
    LINE_FORMATS,
    MARK_OF_LINES,
    NUMBER,
    RAW,
    REASON,
    Answer,
    MendedFile,
    answered,
    column_name,
    mended_name,
)
from etl.readers import read
from etl.readers.blocks import cells_of
from etl.readers.headers import SEARCHED_ROWS, HeaderSearch, tidy
from etl.readers.opening import parts
from etl.readers.pseudo import from_file
from etl.readers.text import opened
from warehouse.folder import DataFolder
from warehouse.ledger import Connection
from warehouse.rejects import RejectedLine, load_of, rejected_lines

_WRAPPINGS = {".gz", ".bz2", ".zip", ".tar", ".tgz"}
_TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".tab"}
_Row = list[str]


@dataclass(frozen=True)
class Exported:
    """The file that was written, and how many rejects are in it."""

    path: Path
    lines: int


def export_rejects(connection: Connection, folder: DataFolder, feeds: dict[str, Feed], load_id: int,
                   out: Path | None) -> Exported:
    """Write the open rejects of a load; ``out`` is a folder or a file (default: ``out/rejects/`` of the data folder).

    Raises :class:`FileRefused` when the load was refused whole, has no open reject, or ``out`` cannot be recognised
    when it is loaded again.
    """
    load = load_of(connection, load_id)
    answer = answered(connection, feeds, mended_name(load_id, load.file_name))
    assert answer is not None
    rejects = rejected_lines(connection, load_id)
    if not rejects:
        raise FileRefused("直す行がありません",
                          f"取込み番号 {load_id}（{load.file_name}）に、閉じていない却下はありません。",
                          f"閉じた却下は python app.py rejects show {load_id} --all で見られます。")
    target = _target(folder, answer, out)
    if answer.feed.file.format in LINE_FORMATS:
        content = _lines(rejects, _head(folder.archive / answer.root.sha256, answer))
    else:
        rows = list(_table(connection, folder, answer, rejects))
        content = _book(rows) if target.suffix.lower() == ".xlsx" else _text(rows, answer.feed)
    _write(target, content)
    return Exported(target, len(rejects))


def closing_list(connection: Connection, load_id: int, lines: list[int], reason: str,
                 scratch: Path) -> Path:
    """A file that closes open rejects of a load for good when it is loaded: those of these lines, all when none named.

    Raises :class:`FileRefused` when a line has no open reject.
    """
    load = load_of(connection, load_id)
    rejects = rejected_lines(connection, load_id)
    missing = sorted(set(lines) - {reject.line for reject in rejects})
    if missing or not rejects:
        told = f"{'、'.join(map(str, missing))}行目に" if missing else ""
        raise FileRefused("閉じる却下がありません",
                          f"取込み番号 {load_id}（{load.file_name}）の{told}閉じていない却下はありません。",
                          f"python app.py rejects show {load_id} で行を確かめてください。")
    chosen = [reject for reject in rejects if not lines or reject.line in lines]
    rows = [[NUMBER, LINE, REASON, CLOSING_REASON],
            *([str(reject.number), str(reject.line), reject.reason, reason] for reject in chosen)]
    path = scratch / PurePath(mended_name(load_id, load.file_name, closes=True)).with_suffix(".csv")
    path.write_bytes(_delimited(rows, ",").encode("utf-8-sig"))
    return path


def _target(folder: DataFolder, answer: Answer, out: Path | None) -> Path:
    name = mended_name(answer.load.load_id, answer.root.file_name)
    plain = PurePath(name)
    while plain.suffix.lower() in _WRAPPINGS:
        plain = plain.with_suffix("")
    if answer.feed.file.format not in LINE_FORMATS:
        keeps = answer.feed.file.format == "delimited" and plain.suffix.lower() in _TEXT_SUFFIXES
        plain = plain if keeps else plain.with_suffix(".xlsx" if answer.feed.file.format == "excel" else ".csv")
    if out is None:
        return folder.out / "rejects" / plain
    if out.is_dir():
        return out / plain
    mark = name[:name.index("_", name.index("_") + 1) + 1]
    if not out.name.startswith(mark):
        raise FileRefused("書き出すファイルの名前を変えられません",
                          f"「{out.name}」では、取り込むときにどの却下を直したファイルか分かりません。",
                          f"{mark} で始まる名前（例: {plain}）か、フォルダーを指定してください。")
    return out


def _head(archived: Path, answer: Answer) -> str:
    """What a line format needs above its records: Zeek's lines that name the fields."""
    if answer.feed.file.format != "zeek":
        return ""
    with next(parts(archived, answer.root.file_name)).open() as stream:
        head = itertools.takewhile(lambda line: line.startswith(b"#"), stream)
        return b"".join(head).decode("utf-8", errors="replace")


def _lines(rejects: Iterable[RejectedLine], above: str) -> bytes:
    """The raw records, each below a line that tells its number; for an editor."""
    head = (f"{MARK_OF_LINES}の直し方: 各記録を直し、このまま取り込みます。{MARK_OF_LINES} で始まる行は変えません。"
            "直さない記録は、その行を消します。\n")
    told = (f"{MARK_OF_LINES}{reject.number} {reject.line}行目 {_reason(reject)}\n{reject.text}\n"
            for reject in rejects)
    return (above + head + "".join(told)).encode("utf-8-sig")


def _reason(reject: RejectedLine) -> str:
    return f"{reject.reason}（{reject.column}={reject.value}）" if reject.column else reject.reason


def _table(connection: Connection, folder: DataFolder, answer: Answer,
           rejects: list[RejectedLine]) -> Iterable[_Row]:
    """A row per reject: its number, line and reason, the columns that the feed reads, and the line as it came."""
    wanted = answer.feed.wanted()
    columns = sorted(from_file(wanted), key=lambda name: _place(answer.feed, name))
    columns += ["@time"] if "@time" in wanted else []
    found = _records(connection, folder, answer, columns, {reject.line for reject in rejects})
    guess = _Guess(folder, answer, columns)
    yield [NUMBER, LINE, REASON, *map(column_name, columns), RAW]
    for reject in rejects:
        cells = found.get(reject.line) or guess.cells(reject.text)
        yield [str(reject.number), str(reject.line), _reason(reject), *cells, reject.text]


def _place(feed: Feed, name: str) -> tuple[int, str]:
    """Columns stand in the order in which the feed names them."""
    named = [source for spec in feed.columns.values() for source in spec.sources]
    named += [measure.source for measure in feed.measures]
    return (named.index(name) if name in named else len(named), name)


def _records(connection: Connection, folder: DataFolder, answer: Answer, columns: list[str],
             lines: set[int]) -> dict[int, _Row]:
    """The cells of rejected records by their line, as far as the file's reader could tell records at all."""
    wanted = np.array(sorted(lines), dtype=np.int64)
    found: dict[int, _Row] = {}
    for batch in _batches(connection, folder, answer):
        for row in np.flatnonzero(np.isin(batch.lines, wanted)).tolist():
            found[int(batch.lines[row])] = [batch.cell(name, row) if name in batch.columns else "" for name in columns]
    return found


def _batches(connection: Connection, folder: DataFolder, answer: Answer) -> Iterable[Batch]:
    load = answer.load
    archived = folder.archive / load.sha256
    if not archived.is_file():
        raise FileRefused("元のファイルが残っていません",
                          f"取込み番号 {load.load_id}（{load.file_name}）の原本がありません。",
                          "archive フォルダーをバックアップから復元してください。")
    if load.mends is None:
        return read(archived, answer.feed, Tally(), load.file_name, load.loaded_at)
    before = answered(connection, {answer.feed.name: answer.feed}, load.file_name)
    assert before is not None
    mended = MendedFile(before, archived, folder.scratch, connection, lambda one: folder.archive / one.sha256)
    return mended.batches(Tally())


class _Guess:
    """Cells of lines that the reader could not take apart: by the header, when they are as many as its columns.

    Of another number nobody can say which cell belongs where; they stay empty, to be filled by whoever mends the line.
    """

    def __init__(self, folder: DataFolder, answer: Answer, columns: list[str]) -> None:
        self._feed, self._columns = answer.feed, columns
        known = answer.feed.file.format == "delimited" and answer.load.mends is None
        self._names = self._header(folder.archive / answer.load.sha256, answer.load.file_name) if known else []

    def cells(self, text: str) -> _Row:
        cells = cells_of(text, self._feed)
        if not self._names or len(cells) != len(self._names):
            return [""] * len(self._columns)
        by_name = dict(zip(self._names, cells, strict=True))
        return [by_name.get(tidy(name), "") for name in self._columns]

    def _header(self, archived: Path, name: str) -> list[str]:
        if self._feed.file.columns:
            return [tidy(column) for column in self._feed.file.columns]
        search = HeaderSearch(self._feed)
        for part in parts(archived, name):
            with opened(part, self._feed, Tally()) as text:
                for _, raw in zip(range(SEARCHED_ROWS), text.stream, strict=False):
                    line = raw.decode(text.encoding, errors="replace").rstrip("\r\n")
                    if header := search.found(cells_of(line, self._feed)):
                        return [tidy(column) for column in header.names]
            break
        return []


def _text(rows: list[_Row], feed: Feed) -> bytes:
    """Delimited text in the feed's encoding, or in UTF-8 with its mark, which Excel needs."""
    text = _delimited(rows, feed.file.delimiter if feed.file.format == "delimited" else ",")
    try:
        return text.encode("cp932" if feed.file.encoding.lower() in {"cp932", "shift_jis"} else "utf-8-sig")
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


def _delimited(rows: list[_Row], delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def _book(rows: list[_Row]) -> bytes:
    """A workbook whose cells are texts, so that Excel changes no date, number or leading zero by itself."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("却下")
        plain, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell, plain if number else head)
        sheet.freeze_panes(1, 3)
        sheet.set_column(0, len(rows[0]) - 1, 16, plain)
    return stream.getvalue()


def _write(target: Path, content: bytes) -> None:
    """Write a file that nobody has begun to mend."""
    if target.exists() and target.read_bytes() != content:
        raise FileRefused("書き出す先に、ほかの内容のファイルがあります", f"{target}（直している途中かもしれません）。",
                          "そのファイルを取り込むか片付けるか、--out で別の場所を指定してください。")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
