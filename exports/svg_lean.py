"""The same drawing in fewer pieces: a PDF takes time for each element of an SVG, most of which draw nothing.

Groups that only name their contents are dissolved, marks that are used at many places are written out, neighbours of
the same look become one path, and texts come last (they always lie on top).
"""

from __future__ import annotations

import re

from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_TOKEN = re.compile(r"[MLCQz]|-?\d+(?:\.\d+)?(?:e-?\d+)?")
_INHERITED = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
"""What matplotlib's style sheet says of all elements."""
_IDLE = re.compile(r"rotate\(-?0(?:\.0+)? [^)]*\)")


def lean(svg: str) -> str:
    """The SVG document, smaller; equal inputs give equal texts."""
    root = etree.fromstring(svg.encode(), etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    marks = {f"#{path.get('id')}": path for path in root.iter(f"{_SVG}path") if path.get("id")}
    patterns, shapes, texts = [], [], []
    for node in root.iter(etree.Element):
        if any(parent.tag == f"{_SVG}defs" for parent in node.iterancestors()):
            continue
        if node.tag == f"{_SVG}defs":
            patterns += [kept for kept in node if kept.tag in (f"{_SVG}pattern", f"{_SVG}clipPath")]
        elif node.tag == f"{_SVG}use":
            shapes.append(_placed(marks[node.get(_LINK)], node))
        elif node.tag == f"{_SVG}path":
            shapes.append(node)
        elif node.tag == f"{_SVG}text":
            texts.append(_upright(node))
    for child in list(root):
        root.remove(child)
    for name, value in _INHERITED.items():
        root.set(name, value)
    etree.SubElement(root, f"{_SVG}defs").extend(patterns)
    root.extend(_joined(shapes))
    root.extend(texts)
    text: str = etree.tostring(root, encoding="unicode")
    return text


def _placed(mark: etree._Element, use: etree._Element) -> etree._Element:
    """A mark as a path of its own at the place where it is used."""
    across, down = float(use.get("x", "0")), float(use.get("y", "0"))
    moved, at = [], 0
    for token in _TOKEN.findall(mark.get("d", "")):
        if token.isalpha():
            moved.append(token)
        else:
            moved.append(f"{float(token) + (down if at % 2 else across):.4f}")
            at += 1
    path = etree.Element(f"{_SVG}path", d=" ".join(moved), style=use.get("style", mark.get("style", "")))
    if clip := _clip(use):
        path.set("clip-path", clip)
    return path


def _clip(node: etree._Element) -> str:
    """The clipping of an element or of the group around it."""
    around = (one.get("clip-path") for one in (node, *node.iterancestors(f"{_SVG}g")))
    return next((clip for clip in around if clip), "")


def _upright(text: etree._Element) -> etree._Element:
    if _IDLE.fullmatch(text.get("transform", "")):
        del text.attrib["transform"]
    return text


def _joined(shapes: list[etree._Element]) -> list[etree._Element]:
    """Neighbours of the same look as one path; what is filled is joined only with what it does not touch: bars."""
    kept: list[etree._Element] = []
    for shape in shapes:
        if clip := _clip(shape):
            shape.set("clip-path", clip)
        last = kept[-1] if kept else None
        if last is not None and _look(last) == _look(shape):
            last.set("d", f"{last.get('d')} {shape.get('d')}")
        else:
            kept.append(shape)
    for shape in kept:
        shape.set("d", " ".join(shape.get("d", "").split()))
    return kept


def _look(shape: etree._Element) -> tuple[str | None, ...]:
    return tuple(shape.get(name) for name in ("style", "clip-path", "transform"))
