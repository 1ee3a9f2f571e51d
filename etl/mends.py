"""Mended files: the lines that a load rejected, put right and loaded again.

Their names tell them: ``却下_12_<name>`` holds lines that load 12 rejected, ``却下済_12_<name>`` the numbers of rejects
that stay out for good.  What is read here takes its place beside the rows of the load whose original it mends.

Tables (CSV, Excel) carry the reject's number in a column of their own.  Line formats keep their lines; above each
record stands a line ``#却下3 …`` with the number, and a record that is left out leaves its reject open.  What stands
above the first such line is the head of the original (Zeek's lines that name the fields).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from etl.batches import Batch, Tally
from etl.errors import FileRefused
from etl.feed import Feed, FileSpec
from etl.readers import read
from etl.readers.digests import Digests
from etl.values import number as number_of
from etl.values import whole
from warehouse import ledger
from warehouse.ledger import Connection, LoadRecord, Reject

NUMBER, LINE, REASON, RAW = "却下番号", "行", "却下の理由", "原文（参考）"
CLOSING_REASON = "取り込まない理由"
MARK_OF_LINES = "#却下"
LINE_FORMATS = frozenset({"json", "pattern", "key_value", "cef", "leef", "zeek", "syslog_csv", "modsecurity"})
_MARK = re.compile(r"(?P<kind>却下済?)_(?P<load>\d+)_(?P<name>.+)")
_RECORD = re.compile(rf"{MARK_OF_LINES}(\d+) (\d+)行目")
_BOMS = (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff"))
# What Excel makes of a date in a CSV that it opens and saves again (Japanese settings).
_EXCEL_STYLES = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d")
_BY_PLACE = {"@part", "@record"}
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Answer:
    """What a marked file answers: rejects of ``load``, lines of the original that ``root`` loaded."""

    load: LoadRecord
    root: LoadRecord
    feed: Feed
    closes: bool


def mended_name(load_id: int, name: str, *, closes: bool = False) -> str:
    """The name by which a file is known as the mend of a load; ``name`` is that of the load's file."""
    marked = _MARK.fullmatch(unicodedata.normalize("NFC", name))
    return f"{'却下済' if closes else '却下'}_{load_id}_{marked['name'] if marked else name}"


def answered(connection: Connection, feeds: dict[str, Feed], name: str) -> Answer | None:
    """What a file of this name answers; None when its name has no mark.

    Raises :class:`FileRefused` when the load it names cannot be mended so.
    """
    mark = _MARK.fullmatch(unicodedata.normalize("NFC", name))
    if mark is None:
        return None
    load = ledger.entry(connection, int(mark["load"]))
    if load is None:
        raise FileRefused("却下した行の元の取込みがありません",
                          f"{name} は取込み番号 {mark['load']} の却下を直すファイルですが、その取込みがありません。",
                          "python app.py rejects list で番号を確かめ、書き出したときの名前のまま取り込んでください。")
    if load.status == "refused":
        raise FileRefused("不受理のファイルは、行だけを直して取り込むことはできません",
                          f"取込み番号 {load.load_id}（{load.file_name}）は全体が不受理です。{load.refusal}",
                          "元のファイルを直すか送付元に再出力を依頼し、ファイル全体を取り込んでください。")
    feed = feeds.get(load.feed)
    root = load if load.part_of is None else ledger.entry(connection, load.part_of)
    if feed is None or root is None:
        raise FileRefused("取込み定義がありません",
                          f"取込み番号 {load.load_id} を取り込んだ定義 {load.feed} が、設定にありません。",
                          f"config/feeds/{load.feed}.toml を戻してから、もう一度取り込んでください。")
    return Answer(load, root, feed, closes=mark["kind"] == "却下済")


def closing_reasons(archived: Path) -> list[tuple[int, str]]:
    """Numbers of rejects that stay out for good, and why."""
    rows = csv.DictReader(_decoded(archived))
    try:
        return [(int(row[NUMBER]), row[CLOSING_REASON]) for row in rows]
    except (KeyError, ValueError, TypeError, csv.Error):
        raise FileRefused("却下を閉じるファイルとして読めません",
                          f"列 {NUMBER} と {CLOSING_REASON} のある表ではありません。",
                          "python app.py rejects close で閉じてください。") from None


@dataclass
class MendedFile:
    """The records of a mended file, and, once they are read, which rejects they answer.

    ``original`` gives a load's file in the archive; ``scratch`` is a folder for a file made in passing.
    """

    answer: Answer
    archived: Path
    scratch: Path
    connection: Connection
    original: Callable[[LoadRecord], Path]
    numbers: set[int] = field(default_factory=set)
    _number_of_line: dict[int, int] = field(default_factory=dict)

    @property
    def needs_original(self) -> bool:
        """Whether rows come of a whole file's records together, so that mended ones mean nothing by themselves."""
        feed = self.answer.feed
        return bool((feed.fold and not feed.fold.across_files) or feed.counter or feed.finer)

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """The mended records; lines are those of the mended file."""
        places = self._places() if self.answer.feed.wanted() & _BY_PLACE else {}
        digests = self._digests() if "@digest" in self.answer.feed.wanted() else None
        garbled: list[Reject] = []
        for batch in self._read(tally):
            placed = self._placed(_without_garbled(batch, garbled), places)
            yield digests.added(placed) if digests else placed
        tally.malformed += garbled

    def accepted_before(self) -> Iterator[Batch]:
        """The records that the original and earlier mends of it brought."""
        for load in ledger.part(self.connection, self.answer.root.load_id):
            path = _kept(self.original(load), load)
            if load.mends is None:
                batches = read(path, self.answer.feed, Tally(), load.file_name, load.loaded_at)
            else:
                answer = replace(self.answer, load=ledger.entry(self.connection, load.mends) or self.answer.load)
                batches = replace(self, answer=answer, archived=path, numbers=set(), _number_of_line={})._read(Tally())
            rejected = np.array(ledger.rejected_lines(self.connection, load.load_id), dtype=np.int64)
            for batch in batches:
                yield batch.where(~np.isin(batch.lines, rejected))

    def with_root_lines(self, rejects: list[Reject]) -> list[Reject]:
        """Rejects of mended lines with the line of the original they come from."""
        lines = self._root_lines()
        return [replace(reject, root_line=lines.get(self._number_of_line.get(reject.line, 0))) for reject in rejects]

    def _read(self, tally: Tally) -> Iterator[Batch]:
        if self.answer.feed.file.format in LINE_FORMATS:
            return self._read_lines(tally)
        return self._read_table(tally)

    def _read_table(self, tally: Tally) -> Iterator[Batch]:
        feed = _table_feed(self.answer.feed, self.archived)
        for batch in read(self.archived, feed, tally, self.answer.root.file_name, self.answer.root.loaded_at):
            for row, line in enumerate(batch.lines.tolist()):
                self._note(line, batch.cell(NUMBER, row), batch.cell(LINE, row))
            columns = {"@time" if name == _TIME else name: column
                       for name, column in batch.columns.items() if name not in {NUMBER, LINE}}
            yield replace(batch, columns=columns)
        for reject in tally.malformed:
            cells = [cell.strip().strip('"') for cell in reject.text.split(feed.file.delimiter)]
            self._note(reject.line, *(cells[:2] if len(cells) > 1 else ("", "")))

    def _note(self, line: int, number_text: str, rejected_text: str) -> None:
        """Line ``line`` answers the reject of that number, which stood in that line; one added by hand answers none."""
        try:
            number = whole(number_of(number_text), rounded=False)
            rejected = whole(number_of(rejected_text), rounded=False)
        except ValueError:
            return
        if self._rejected.get(number) != rejected:
            load = self.answer.load
            raise FileRefused("却下の番号が、取込みの記録と合いません",
                              f"取込み番号 {load.load_id}（{load.file_name}）に、{rejected}行目の却下 {number} は"
                              "ありません。前の世代に戻した後や、番号や行の列を書き換えたときに起こります。",
                              f"python app.py rejects export {load.load_id} で書き出し直してください。")
        self._number_of_line[line] = number
        self.numbers.add(number)

    @cached_property
    def _rejected(self) -> dict[int, int]:
        return ledger.reject_lines(self.connection, self.answer.load.load_id)

    def _read_lines(self, tally: Tally) -> Iterator[Batch]:
        physical: list[int] = []
        plain = self.scratch / "mended.txt"
        marks = 0
        with plain.open("w", encoding="utf-8", newline="\n") as target:
            mark = None
            for line, text in enumerate(_decoded(self.archived), 1):
                if text.startswith(MARK_OF_LINES):
                    marks += 1
                    mark = _RECORD.match(text)
                    continue
                if mark is not None and text.strip():
                    self._note(line, mark[1], mark[2])
                physical.append(line)
                target.write(f"{text}\n")
        lines = np.array([0, *physical], dtype=np.int64)
        file = self.answer.feed.file.model_copy(update={"encoding": "utf-8", "records": None})
        feed = self.answer.feed.model_copy(update={"file": file})
        for batch in read(plain, feed, tally, self.answer.root.file_name, self.answer.root.loaded_at):
            yield replace(batch, lines=lines[batch.lines])
        tally.malformed[:] = [replace(reject, line=int(lines[reject.line])) for reject in tally.malformed]
        tally.physical += marks
        tally.header += marks

    def _placed(self, batch: Batch, places: dict[int, tuple[str, str]]) -> Batch:
        """The batch with the pseudo columns of the records in the original."""
        if not self.answer.feed.wanted() & _BY_PLACE:
            return batch
        roots = self._root_lines()
        numbers = [self._number_of_line.get(line) for line in batch.lines.tolist()]
        found = [places.get(roots.get(number or 0) or 0, ("", f"却下{number or f'なし{line}'}"))
                 for number, line in zip(numbers, batch.lines.tolist(), strict=True)]
        told = {"@part": [part for part, _ in found], "@record": [record for _, record in found]}
        columns = {name: pa.array(told[name], pa.string()) for name in _BY_PLACE & self.answer.feed.wanted()}
        return replace(batch, columns={**batch.columns, **columns})

    def _places(self) -> dict[int, tuple[str, str]]:
        """Part and number of the records that stand in the lines to be mended, where they could be read at all."""
        wanted = np.array(sorted(line for line in self._root_lines().values() if line is not None), dtype=np.int64)
        root, feed = self.answer.root, self.answer.feed
        places: dict[int, tuple[str, str]] = {}
        for batch in read(_kept(self.original(root), root), feed, Tally(), root.file_name, root.loaded_at):
            for row in np.flatnonzero(np.isin(batch.lines, wanted)).tolist():
                cells = [batch.cell(name, row) if name in batch.columns else "" for name in ("@part", "@record")]
                places[int(batch.lines[row])] = (cells[0], cells[1])
        return places

    def _digests(self) -> Digests:
        """Digests that know the texts of the records that were accepted."""
        digests = Digests(self.answer.feed)
        for batch in self.accepted_before():
            digests.added(batch)
        return digests

    def _root_lines(self) -> dict[int, int | None]:
        """Reject number -> line in the original."""
        return ledger.root_lines(self.connection, self.answer.load.load_id)


def _kept(path: Path, load: LoadRecord) -> Path:
    if not path.is_file():
        raise FileRefused("元のファイルの原本が残っていません",
                          f"取込み番号 {load.load_id}（{load.file_name}）の原本は、保存期間を過ぎたか失われています。"
                          "この種類の記録は、原本と合わせて計算し直す必要があります。",
                          "archive フォルダーをバックアップから復元するか、ファイル全体を取り込んでください。")
    return path


def _without_garbled(batch: Batch, rejects: list[Reject]) -> Batch:
    """Only the records in which no mark stands for bytes that could not be read; the others become rejects."""
    texts = [batch.text(row) for row in range(batch.size)]
    garbled = np.array([_UNREADABLE in text for text in texts], dtype=bool)
    for row in np.flatnonzero(garbled).tolist():
        reason = f"文字コードで読めなかった文字の印（{_UNREADABLE}）が残っています"
        rejects.append(Reject(int(batch.lines[row]), None, None, reason, texts[row]))
    return batch.where(~garbled) if garbled.any() else batch


_TIME = "[@time]"


def column_name(source: str) -> str:
    """The header under which a source column stands in a table of rejects."""
    return _TIME if source == "@time" else source


class _TableFeed(Feed):
    """A feed as it reads a table of mended records: the header is the one that was written with them."""

    def wanted(self) -> set[str]:
        return {NUMBER, LINE} | {column_name(name) for name in super().wanted()}


def _table_feed(feed: Feed, archived: Path) -> Feed:
    with archived.open("rb") as stream:
        book = stream.read(4) == b"PK\x03\x04"
    own = feed.file
    file = FileSpec.model_validate({
        "names": (), "format": "excel" if book else "delimited", "encoding": "utf-8" if book else "detect",
        "delimiter": own.delimiter if own.format == "delimited" else ",", "header": (NUMBER,), "nulls": own.nulls,
        "multiline": own.multiline and not book, "yearless": own.yearless, "optional": own.optional,
        "period": own.period})
    columns = dict(feed.columns)
    for column in feed.fact.columns:
        if column.type == "timestamp" and column.name in columns:
            spec = columns[column.name]
            styles = tuple(dict.fromkeys([*spec.styles, "iso", *_EXCEL_STYLES]))
            columns[column.name] = spec.model_copy(update={"styles": styles})
    return _TableFeed.model_construct(**{**dict(feed), "file": file, "columns": columns})


def _decoded(path: Path) -> list[str]:
    """The lines of a text as an editor may have saved it; bytes that are no text become marks, and cost their line."""
    content = path.read_bytes()
    marked = next((encoding for encoding, bom in _BOMS if content.startswith(bom)), None)
    text = content.decode(marked or "utf-8", errors="replace")
    for encoding in (marked,) if marked else ("utf-8", "cp932"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    return [line.rstrip("\r") for line in text.removesuffix("\n").split("\n")]
