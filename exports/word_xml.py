"""WordprocessingML that python-docx does not offer: fields, captions, TOC, table heads, chart drawings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from docx.oxml import parse_xml

from exports.model import Table

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)
_LOOK_HEADED = '<w:tblLook w:val="0620" w:firstRow="1" w:noHBand="1" w:noVBand="1"/>'
_LOOK_PLAIN = '<w:tblLook w:val="0600" w:firstRow="0" w:noHBand="1" w:noVBand="1"/>'
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIZES = {"normal": "TableText", "small": "TableSmall", "dense": "TableDense"}
_ALIGN = {"left": "left", "right": "right", "center": "center"}
EMU_PER_MM = 36000
DXA_PER_MM = 56.6929


def dxa(mm: float) -> int:
    """Millimetres as twentieths of a point."""
    return round(mm * DXA_PER_MM)


def xml_text(value: str) -> str:
    """Text for an XML element or attribute: escaped, without characters that XML forbids."""
    return escape(_ILLEGAL.sub("", value), quote=True)


def elements(fragment: str) -> list[Any]:
    """Parse body content; one pass for the whole document."""
    return list(parse_xml(f"<w:body {_NAMESPACES}>{fragment}</w:body>"))


def run(text: str, properties: str = "") -> str:
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{xml_text(text)}</w:t></w:r>'


def paragraph(style: str, content: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def text_paragraph(style: str, text: str, properties: str = "") -> str:
    return paragraph(style, run(text), properties)


def field(instruction: str, shown: str) -> str:
    """A complex field with the result that is shown until the reader updates it."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {xml_text(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run(shown)}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def bookmarked(name: str, number: int, content: str) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def caption(style: str, kind: str, number: str, title: str, properties: str = "") -> str:
    """「表１　題名」 with a SEQ field, so that Word can list, renumber and refer to it."""
    sequence = field(f"SEQ {kind} \\* DBCHAR", number)
    return paragraph(style, f"{run(kind)}{sequence}{run(f'　{title}')}", properties)


def toc(entries: Sequence[tuple[int, str, str, str]]) -> str:
    """A TOC field already filled: level, heading, bookmark, page."""
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    lines = [
        paragraph(f"TOC{level}", (begin if at == 0 else "") + _toc_entry(heading, mark, page))
        for at, (level, heading, mark, page) in enumerate(entries)
    ]
    return (
        "".join(lines) + '<w:p><w:pPr><w:pStyle w:val="Tiny"/></w:pPr><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def _toc_entry(heading: str, mark: str, page: str) -> str:
    number = "<w:r><w:tab/></w:r>" + field(f"PAGEREF {mark} \\h", page)
    return f'<w:hyperlink w:anchor="{mark}" w:history="1">{run(heading)}{number}</w:hyperlink>'


def table(block: Table, width_mm: float, keep_together: bool) -> str:
    """A table with repeated, marked head rows, unsplit rows and a description for screen readers."""
    widths = column_widths([column.weight for column in block.columns], width_mm)
    last = len(block.rows) - 1
    first_total = len(block.rows) - block.total_rows
    size = _SIZES[block.size]
    rows = [*_head_rows(block, widths, size)]
    for at, row in enumerate(block.rows):
        keep = keep_together or at == last
        rows.append(_row(block, row, widths, size, keep, at >= first_total))
    return table_frame("".join(rows), widths, block.title, block.summary)


def table_frame(
    rows: str,
    widths: Sequence[int],
    title: str,
    description: str,
    *,
    style: str = "ReportTable",
    align: str = "left",
    headed: bool = True,
) -> str:
    """A table of ready rows; title and description are for screen readers."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="{align}"/><w:tblLayout w:type="fixed"/>'
        f"{_LOOK_HEADED if headed else _LOOK_PLAIN}"
        f'<w:tblCaption w:val="{xml_text(title)}"/><w:tblDescription w:val="{xml_text(description)}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def column_widths(weights: Sequence[float], width_mm: float) -> list[int]:
    whole = sum(weights)
    widths = [int(dxa(width_mm) * weight / whole) for weight in weights]
    widths[-1] += dxa(width_mm) - sum(widths)
    return widths


def cell(content: str, width: int, properties: str = "") -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def simple_row(cells: Iterable[str], head: bool = False) -> str:
    marks = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(cells)}</w:tr>"


def _row(block: Table, row: tuple[str, ...], widths: list[int], style: str, keep: bool, total: bool) -> str:
    cells = []
    before = "left"
    weight = "<w:b/>" if total else ""
    border = '<w:tcBorders><w:top w:val="single" w:sz="6" w:color="333333"/></w:tcBorders>' if total else ""
    for column, width, value in zip(block.columns, widths, row, strict=True):
        keeping = "<w:keepNext/>" if keep else ""
        apart = '<w:ind w:left="80"/>' if (before, column.align) == ("right", "left") else ""
        properties = f'{keeping}{apart}<w:jc w:val="{_ALIGN[column.align]}"/>'
        before = column.align
        cells.append(cell(paragraph(style, run(value, weight), properties), width, border))
    return simple_row(cells)


def _head_rows(block: Table, widths: list[int], style: str) -> list[str]:
    if not block.has_groups:
        cells = (
            cell(_head(column.header, column.unit, style), width)
            for column, width in zip(block.columns, widths, strict=True)
        )
        return [simple_row(cells, head=True)]
    upper, lower, at = [], [], 0
    while at < len(block.columns):
        column = block.columns[at]
        span = 1
        while column.group and at + span < len(block.columns) and block.columns[at + span].group == column.group:
            span += 1
        width = sum(widths[at : at + span])
        if column.group:
            upper.append(cell(_head(column.group, "", style), width, f'<w:gridSpan w:val="{span}"/>'))
            lower += [
                cell(_head(block.columns[place].header, block.columns[place].unit, style), widths[place])
                for place in range(at, at + span)
            ]
        else:
            upper.append(cell(_head(column.header, column.unit, style), width, '<w:vMerge w:val="restart"/>'))
            lower.append(cell(paragraph(style, ""), width, "<w:vMerge/>"))
        at += span
    return [simple_row(upper, head=True), simple_row(lower, head=True)]


def _head(header: str, unit: str, style: str) -> str:
    second = "<w:r><w:br/></w:r>" + run(f"（{unit}）", '<w:b w:val="0"/>') if unit else ""
    return paragraph(style, run(header, "<w:b/>") + second, '<w:keepNext/><w:jc w:val="center"/>')


def chart_drawing(relation: str, number: int, title: str, alt: str, width_mm: float, height_mm: float) -> str:
    """An inline chart; ``alt`` is its alternative text."""
    size = f'cx="{round(width_mm * EMU_PER_MM)}" cy="{round(height_mm * EMU_PER_MM)}"'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr id="{number}" name="{xml_text(title)}" title="{xml_text(title)}" descr="{xml_text(alt)}"/>'
        "<wp:cNvGraphicFramePr/><a:graphic>"
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )
