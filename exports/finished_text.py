"""All texts of a finished file, as whoever receives it could find them: notes, alternative texts, properties, and the
workbooks inside charts included.  Figures are left out: among the digits of byte counts any code turns up by chance.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pypdfium2
from lxml import etree

_PACKAGES = (".docx", ".xlsx", ".pptx")
_XML = (".xml", ".rels")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_INLINE = (_W, _A, _X)
_BLOCKS = {f"{_W}p", f"{_A}p", f"{_X}si", f"{_X}c", f"{_X}is"}
"""Where a line begins in namespaces whose other elements stand inside lines: a name may be split over several runs."""
_NAMED = {"name", "descr", "title", "tooltip", "displayName", "Target"}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


@dataclass(frozen=True)
class Passage:
    """A piece of text and the part of the file that holds it."""

    where: str
    text: str


class Unreadable(Exception):
    """A part of a file whose text cannot be told; nobody can vouch for it."""


def passages(name: str, content: bytes) -> Iterator[Passage]:
    """The texts of a file by its ending (docx, xlsx, pptx, pdf, json); raise :class:`Unreadable` for anything else."""
    if name.endswith(_PACKAGES):
        yield from _package(name, content)
    elif name.endswith(".pdf"):
        yield from _pdf(name, content)
    elif name.endswith(".json"):
        yield Passage(name, content.decode("utf-8"))
    else:
        raise Unreadable(f"{name} の内容を読めません。")


def _package(name: str, content: bytes) -> Iterator[Passage]:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{name} は Office の文書として読めません。") from error
    with parts:
        for part in parts.namelist():
            where = f"{name}/{part}"
            yield Passage(where, part)
            if part.endswith(_XML):
                yield Passage(where, _xml_text(part, parts.read(part)))
            elif part.endswith(_PACKAGES):
                yield from _package(where, parts.read(part))
            else:
                raise Unreadable(f"{where} の内容を読めません。")


@lru_cache(maxsize=512)
def _xml_text(where: str, content: bytes) -> str:
    """Texts, a paragraph or a cell a line, then the attributes that can name something.

    Remembered: most parts of an office file are the same in every file that the same program wrote.
    """
    try:
        root = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"{where} は XML として読めません。") from error
    for figures in list(root.iter(f"{_C}numCache", f"{_C}numLit")):
        figures.getparent().remove(figures)
    pieces: list[str] = []
    labels: list[str] = []
    for node in root.iter(etree.Element):
        if node.tag in _BLOCKS or not node.tag.startswith(_INLINE):
            pieces.append("\n")
        if node.text and not _is_figure(node):
            pieces.append(node.text)
        labels += [str(found) for name, found in node.attrib.items() if _names_something(str(name), str(found))]
    return "".join(pieces) + "\n" + "\n".join(labels)


def _names_something(attribute: str, found: str) -> bool:
    """Names of fonts name nothing else; they are written in many scripts."""
    return attribute in _NAMED or (attribute != "typeface" and not found.isascii())


def _is_figure(node: etree._Element) -> bool:
    """A worksheet's number or its index of a shared text; a text that a formula gave is none."""
    return bool(node.tag == f"{_X}v" and node.getparent().get("t") != "str")


def _pdf(name: str, content: bytes) -> Iterator[Passage]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"{name} は PDF として読めません。") from error
    try:
        yield Passage(name, "\n".join(document.get_metadata_dict().values()))
        yield Passage(name, "\n".join(mark.get_title() for mark in document.get_toc()))
        for number, page in enumerate(document, 1):
            yield Passage(f"{name} {number}頁", page.get_textpage().get_text_range())
    finally:
        document.close()
