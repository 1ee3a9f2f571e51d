"""The release gate: what must hold of finished files before a set of packs, one per connected body, may be issued.

Everything is checked on the files as they lie on disk, not on what they were made from.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine
from docx import Document

from exports.finished_text import Passage, Unreadable, passages
from exports.glyphs import undrawable
from exports.leaks import Member, Watch

_CODE_HEAD, _COVERAGE_HEAD, _REASON_HEAD, _NOT_COLLECTED = "団体コード", "取得率（%）", "欠測理由", "未取得"
_SHARED = ("snapshot", "template_sha256", "version", "issued_on")
_EXPLAINED = ("取得率", "データなし")


@dataclass(frozen=True)
class Finding:
    """Why a set may not be issued: the body (its code; empty for the whole set), the file, and what is wrong."""

    tenant: str
    file: str
    what: str


@dataclass(frozen=True)
class Pack:
    """A folder of finished files for one body and what its manifest says."""

    folder: Path
    code: str
    manifest: Mapping[str, Any]

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 by file name, as the manifest has them."""
        return {str(file["name"]): str(file["sha256"]) for file in self.manifest["files"]}


def check_set(folder: Path, members: Collection[Member], expected: Collection[str]) -> list[Finding]:
    """Findings over ``folder/<code>``: ``members`` are all bodies there ever were, ``expected`` have a pack each."""
    there = [code for code in sorted(expected) if (folder / code / "manifest.json").is_file()]
    alone = [finding for code in there for finding in check_pack(folder / code, code, members)]
    return [*check_together(folder, expected), *alone]


def check_together(folder: Path, expected: Collection[str]) -> list[Finding]:
    """What concerns the packs as a set: all there, none too many, all from the same data and template."""
    there = {path.parent.name for path in folder.glob("*/manifest.json")}
    findings = [Finding(code, "", "資料がありません。") for code in sorted(set(expected) - there)]
    findings += [Finding(code, "", "対象でない団体の資料があります。") for code in sorted(there - set(expected))]
    made: dict[tuple[Any, ...], list[str]] = {}
    for code in sorted(there & set(expected)):
        pack = _pack(folder / code, code)
        if isinstance(pack, Pack):
            made.setdefault(tuple(pack.manifest[name] for name in _SHARED), []).append(code)
    for (snapshot, *_), codes in sorted(made.items(), key=lambda item: len(item[1]))[:-1]:
        what = f"ほかの団体と異なるデータ版、定義又は提出日で作成されています（データ版 第{snapshot}版）。"
        findings += [Finding(code, "", what) for code in codes]
    return findings


def check_pack(folder: Path, code: str, members: Collection[Member]) -> list[Finding]:
    """What is wrong with one body's pack; nothing when it may go out."""
    pack = _pack(folder, code)
    if isinstance(pack, Finding):
        return [pack]
    findings = list(_whole(pack))
    contents = {name: (folder / name).read_bytes() for name in pack.files if (folder / name).is_file()}
    contents["manifest.json"] = (folder / "manifest.json").read_bytes()
    texts: dict[str, list[Passage]] = {}
    for name, content in contents.items():
        try:
            texts[name] = list(passages(name, content))
        except Unreadable as error:
            findings.append(Finding(code, name, str(error)))
    watch = Watch(code, members)
    for name, found in texts.items():
        findings += [Finding(code, name, what) for what in _leaks(name, found, watch)]
        findings += [Finding(code, name, f"「{letter}」（U+{ord(letter):04X}）の字形が、資料の書体にありません。")
                     for letter in undrawable(one.text for one in found)]  # fmt: skip
    for name, content in contents.items():
        if name.endswith(".docx") and name in texts:
            findings += [Finding(code, name, f"「{heading}」に内容がありません。") for heading in _empty(content)]
        if name.endswith(".xlsx") and name in texts:
            findings += [Finding(code, name, what) for what in _data_problems(content, code, texts)]
    return findings


def _pack(folder: Path, code: str) -> Pack | Finding:
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        pack = Pack(folder, code, told)
        if not pack.files or told["scope"] != {"tenant_codes": [code], "platform": False}:
            return Finding(code, "manifest.json", "この団体だけの閲覧範囲で作成した資料ではありません。")
    except (OSError, ValueError, KeyError, TypeError):
        return Finding(code, "manifest.json", "資料の記録がないか、読めません。")
    return pack


def _whole(pack: Pack) -> Iterator[Finding]:
    for name, fingerprint in pack.files.items():
        path = pack.folder / name
        if not path.is_file():
            yield Finding(pack.code, name, "ファイルがありません。")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != fingerprint:
            yield Finding(pack.code, name, "作成した後に内容が変わっています。")
    for path in sorted(pack.folder.iterdir()):
        if path.name != "manifest.json" and path.name not in pack.files:
            yield Finding(pack.code, path.name, "資料の記録にないファイルがあります。")


def _leaks(name: str, found: list[Passage], watch: Watch) -> Iterator[str]:
    for passage in found:
        if leaked := watch.leaks(passage.text, wrapped=name.endswith(".pdf")):
            yield f"ほかの団体の名称又はコード（{'、'.join(leaked)}）が {passage.where} にあります。"


def _empty(content: bytes) -> Iterator[str]:
    """Headings of a Word document under which nothing stands before the next heading of their rank."""
    open_headings: list[tuple[int, str]] = []
    for paragraph in Document(io.BytesIO(content)).element.body:
        style = paragraph.find(".//{*}pPr/{*}pStyle")
        name = style.get(style.keys()[0]) if style is not None and paragraph.tag.endswith("}p") else ""
        if name.startswith("Heading"):
            level = int(name.removeprefix("Heading"))
            yield from (text for rank, text in open_headings if rank >= level)
            open_headings = [one for one in open_headings if one[0] < level]
            open_headings.append((level, "".join(node.text or "" for node in paragraph.iter("{*}t"))))
        elif any(node.text and node.text.strip() for node in paragraph.iter("{*}t")) or paragraph.tag.endswith("}tbl"):
            open_headings = []
    yield from (text for _, text in open_headings)


def _data_problems(content: bytes, code: str, texts: Mapping[str, list[Passage]]) -> Iterator[str]:
    """Rows of other bodies; gaps in the data that no document of the pack speaks of."""
    gaps = False
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in book.sheet_names:
        head, *rows = book.get_sheet_by_name(sheet).to_python() or [[]]
        for at, column in enumerate(head):
            cells = [row[at] for row in rows]
            if column == _CODE_HEAD and (others := {str(cell) for cell in cells} - {code, ""}):
                yield f"シート「{sheet}」に、ほかの団体の行（{'、'.join(sorted(others))}）があります。"
            gaps = gaps or (column == _COVERAGE_HEAD and any(isinstance(cell, float) and cell < 100 for cell in cells))
            gaps = gaps or (column == _REASON_HEAD and _NOT_COLLECTED in cells)
    told = "".join(passage.text for name, found in texts.items() if name.endswith(".docx") for passage in found)
    if gaps and not any(word in told for word in _EXPLAINED):
        yield "欠測のあるデータについて、資料に説明がありません。"
