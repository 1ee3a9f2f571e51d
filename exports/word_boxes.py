"""What Word has no native form for: heatmaps as shaded tables, commentary in a frame."""

from __future__ import annotations

from exports import word_xml as wx
from exports.heat import heat_rows
from exports.model import Chart, Commentary
from exports.palette import INK

_FIRST_COLUMN = 1.5
_NO_MARGINS = '<w:tcMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tcMar>'
_EDGE = '<w:{} w:val="single" w:sz="4" w:space="4" w:color="949494"/>'


def heat_table(block: Chart, width_mm: float) -> str:
    """The figures of a heatmap, each on its shade, and a line that says what stands where."""
    spec = block.spec
    widths = wx.column_widths([_FIRST_COLUMN, *(1.0 for _ in spec.categories)], width_mm)
    names = zip(("", *spec.categories), widths, strict=True)
    head = [wx.cell(_figure(name, bold=True), width, _NO_MARGINS) for name, width in names]
    rows = [wx.simple_row(head, head=True)]
    for row in heat_rows(spec):
        cells = [wx.cell(_figure(row.name, bold=True), widths[0], _NO_MARGINS)]
        cells += [
            wx.cell(_figure(cell.text, cell.shade.ink), width, _shading(cell.shade.fill) + _NO_MARGINS)
            for cell, width in zip(row.cells, widths[1:], strict=True)
        ]
        rows.append(wx.simple_row(cells))
    axes = f"（縦 {spec.series_title}、横 {spec.category_title}、単位 {spec.unit}）"
    table = wx.table_frame("".join(rows), widths, f"{block.label}　{block.title}", block.alt)
    return table + wx.paragraph("HeatFigure", wx.run(axes), '<w:keepNext/><w:jc w:val="right"/>')


def _figure(text: str, colour: str = INK, *, bold: bool = False) -> str:
    look = f'{"<w:b/>" if bold else ""}<w:color w:val="{colour.lstrip("#")}"/>'
    return wx.paragraph("HeatFigure", wx.run(text, look), '<w:keepNext/><w:jc w:val="center"/>')


def _shading(fill: str) -> str:
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{fill.lstrip("#")}"/>'


def commentary_box(block: Commentary) -> str:
    """A title and paragraphs in one frame: neighbouring paragraphs with equal borders share it."""
    border = "".join(_EDGE.format(side) for side in ("top", "left", "bottom", "right"))
    frame = f"<w:pBdr>{border}</w:pBdr>"
    title = wx.paragraph("CommentaryTitle", wx.run(block.title), frame)
    return title + "".join(wx.paragraph("CommentaryText", wx.run(line), frame) for line in block.paragraphs)
