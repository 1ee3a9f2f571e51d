"""PresentationML of a slide's shapes: texts, tables and chart frames, measured in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pptx.oxml import parse_xml

from exports.model import Column, Table
from exports.word_xml import xml_text

FONT = "BIZ UDPゴシック"
WIDTH_MM, HEIGHT_MM = 338.667, 190.5
INK, QUIET, NAVY, HEAD = "1A1A1A", "626264", "000060", "F1F1F4"
_EMU = 36000
_NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_MM_PER_POINT = 25.4 / 72
_CELL_MARGIN_MM = 1.4


@dataclass(frozen=True)
class Box:
    """A place on the slide, in millimetres from its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def transform(self) -> str:
        return f'<a:off x="{emu(self.x)}" y="{emu(self.y)}"/><a:ext cx="{emu(self.width)}" cy="{emu(self.height)}"/>'


def emu(mm: float) -> int:
    """Millimetres as English metric units."""
    return round(mm * _EMU)


def element(fragment: str) -> Any:
    """Parse one shape."""
    tag_end = min(at for at in (fragment.find(" "), fragment.find(">")) if at > 0)
    return parse_xml(f"{fragment[:tag_end]} {_NAMESPACES}{fragment[tag_end:]}")


def run(text: str, points: float, *, bold: bool = False, color: str = INK) -> str:
    weight = ' b="1"' if bold else ""
    return (
        f'<a:r><a:rPr lang="ja-JP" altLang="en-US" sz="{round(points * 100)}"{weight} dirty="0">{_look(color)}</a:rPr>'
        f"<a:t>{xml_text(text)}</a:t></a:r>"
    )


def _look(color: str) -> str:
    return (
        f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill><a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/>'
    )


def paragraph(content: str, *, align: str = "l", bullet: bool = False, before: float = 0) -> str:
    """``align`` is l, r or ctr; ``before`` is the space above, in points."""
    space = f'<a:spcBef><a:spcPts val="{round(before * 100)}"/></a:spcBef>' if before else ""
    if bullet:
        return (
            '<a:p><a:pPr marL="180000" indent="-180000"><a:spcBef><a:spcPts val="300"/></a:spcBef>'
            f'<a:buFont typeface="{FONT}"/><a:buChar char="・"/></a:pPr>{content}</a:p>'
        )
    return f'<a:p><a:pPr algn="{align}">{space}<a:buNone/></a:pPr>{content}</a:p>'


def page_number(points: float) -> str:
    return f'<a:fld id="{{00000000-0000-4000-8000-000000000001}}" type="slidenum"><a:rPr lang="ja-JP" ' \
           f'sz="{round(points * 100)}">{_look(QUIET)}</a:rPr><a:t>‹#›</a:t></a:fld>'


def text_box(number: int, name: str, box: Box, paragraphs: str, anchor: str = "t") -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{xml_text(name)}"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm>{box.transform}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
        f"{text_body(paragraphs, anchor)}</p:sp>"
    )


def title(number: int, box: Box, paragraphs: str, anchor: str = "t") -> str:
    """The slide's title, where screen readers and the outline look for it."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="見出し"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm>{box.transform}</a:xfrm></p:spPr>'
        f"{text_body(paragraphs, anchor)}</p:sp>"
    )


def text_body(paragraphs: str, anchor: str = "t") -> str:
    return (
        f'<p:txBody><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{anchor}"><a:normAutofit/>'
        f"</a:bodyPr><a:lstStyle/>{paragraphs}</p:txBody>"
    )


def rule(number: int, box: Box) -> str:
    return (
        f'<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="{number}" name="罫線"/><p:cNvCxnSpPr/><p:nvPr/></p:nvCxnSpPr><p:spPr>'
        f'<a:xfrm>{box.transform}</a:xfrm><a:prstGeom prst="line"><a:avLst/></a:prstGeom>'
        f'<a:ln w="19050"><a:solidFill><a:srgbClr val="{NAVY}"/></a:solidFill></a:ln></p:spPr></p:cxnSp>'
    )


def chart_frame(number: int, name: str, alt: str, box: Box, relation: str) -> str:
    return _frame(
        number, name, alt, box,
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        f'r:id="{relation}"/></a:graphicData>',
    )  # fmt: skip


def _frame(number: int, name: str, alt: str, box: Box, data: str) -> str:
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="{xml_text(name)}" descr="{xml_text(alt)}"/>'
        "<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp=\"1\"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>"
        f"<p:xfrm>{box.transform}</p:xfrm><a:graphic>{data}</a:graphic></p:graphicFrame>"
    )


def table_frame(number: int, table: Table, rows: Sequence[Sequence[str]], box: Box, points: float) -> str:
    """A native table of ``rows``; its head row is marked as such."""
    widths = column_widths(table.columns, box.width)
    body = [_row([head(one) for one in table.columns], table.columns, widths, points, is_head=True)]
    body += [_row(row, table.columns, widths, points) for row in rows]
    grid = "".join(f'<a:gridCol w="{emu(width)}"/>' for width in widths)
    return _frame(
        number, f"{table.label}　{table.title}", table.summary, box,
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table">'
        f'<a:tbl><a:tblPr firstRow="1"/><a:tblGrid>{grid}</a:tblGrid>{"".join(body)}</a:tbl></a:graphicData>',
    )  # fmt: skip


def head(column: Column) -> str:
    """A column's heading on one line: its group, its own name, its unit."""
    return f"{column.group}{'　' if column.group else ''}{column.header}{f'（{column.unit}）' if column.unit else ''}"


def column_widths(columns: Sequence[Column], width: float) -> list[float]:
    """Widths in millimetres that add up to ``width``."""
    whole = sum(column.weight for column in columns)
    return [width * column.weight / whole for column in columns]


def row_height(cells: Iterable[str], widths: Iterable[float], points: float) -> float:
    """The height that the tallest cell needs, in millimetres."""
    lines = max(_lines(cell, width, points) for cell, width in zip(cells, widths, strict=True))
    return lines * points * _MM_PER_POINT * 1.22 + 1.6


def _lines(text: str, width: float, points: float) -> int:
    ems = sum(1.0 if ord(letter) > 0x2E7F else 0.56 for letter in text)
    return max(1, math.ceil(ems * points * _MM_PER_POINT / max(width - 2 * _CELL_MARGIN_MM, 1.0)))


_ALIGN = {"left": "l", "right": "r", "center": "ctr"}


def _row(
    cells: Sequence[str], columns: Sequence[Column], widths: list[float], points: float, *, is_head: bool = False
) -> str:
    height = emu(row_height(cells, widths, points))
    parts = [
        _cell(cell, "ctr" if is_head else _ALIGN[column.align], points, is_head)
        for cell, column in zip(cells, columns, strict=True)
    ]
    return f'<a:tr h="{height}">{"".join(parts)}</a:tr>'


def _cell(text: str, align: str, points: float, is_head: bool) -> str:
    margin = emu(_CELL_MARGIN_MM)
    line = f'w="6350"><a:solidFill><a:srgbClr val="{QUIET if is_head else "B3B3B3"}"/></a:solidFill>'
    fill = f'<a:solidFill><a:srgbClr val="{HEAD}"/></a:solidFill>' if is_head else "<a:noFill/>"
    none = "".join(f'<a:{side} w="0"><a:noFill/></a:{side}>' for side in ("lnL", "lnR"))
    return (
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{paragraph(run(text, points, bold=is_head), align=align)}</a:txBody>"
        f'<a:tcPr marL="{margin}" marR="{margin}" marT="28800" marB="28800" anchor="ctr">'
        f"{none}<a:lnT {line}</a:lnT><a:lnB {line}</a:lnB>{fill}</a:tcPr></a:tc>"
    )
