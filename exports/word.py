"""Report -> Word: real headings, a filled TOC field, captions that count, editable charts, a landscape annex."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.shared import Mm

from exports import word_xml as wx
from exports.model import Bullets, Chart, Commentary, PageBreak, Report, Section, Table, Text
from exports.native_chart import WORKBOOK_RELATION, chart_workbook, chart_xml
from exports.package import with_fixed_times
from exports.pagination import Pagination
from exports.word_boxes import commentary_box, heat_table
from exports.word_front import cover, front_matter, mark_of, table_of_contents
from exports.word_styles import apply_styles, font_table

PORTRAIT_MM, LANDSCAPE_MM = 160.0, 267.0
_KEEP_TOGETHER_ROWS = 24
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_word(report: Report, pagination: Pagination) -> bytes:
    """The document's bytes, with the page breaks and page numbers of ``pagination``."""
    document = Document()
    apply_styles(document)
    _clear(document)
    writer = _Writer(report, document, pagination)
    _page(document.sections[0], landscape=False)
    document.sections[0].different_first_page_header_footer = True
    _running_texts(document.sections[0], report, PORTRAIT_MM)
    writer.append(cover(report) + front_matter(report) + table_of_contents(report, pagination))
    landscape = False
    for turned, group in groupby(report.sections, key=lambda section: section.landscape):
        if turned != landscape:
            _turn(document, report, turned)
            landscape = turned
        width = LANDSCAPE_MM if turned else PORTRAIT_MM
        writer.append("".join(writer.section(section, width) for section in group))
    _properties(document, report)
    out = io.BytesIO()
    document.save(out)
    return with_fixed_times(out.getvalue(), {"word/fontTable.xml": font_table()})


class _Writer:
    """Turns blocks into WordprocessingML; numbers bookmarks and drawings as it goes."""

    def __init__(self, report: Report, document: Any, pagination: Pagination) -> None:
        self._report = report
        self._document = document
        self._pagination = pagination
        self._openers = pagination.openers(report)
        self._count = 0
        self._charts = 0

    def append(self, fragment: str) -> None:
        end = self._document.element.body.sectPr
        for element in wx.elements(fragment):
            end.addprevious(element)

    def section(self, section: Section, width: float) -> str:
        heading = wx.bookmarked(mark_of(section), self._next(), wx.run(section.heading))
        parts = [wx.paragraph(f"Heading{section.level}", heading, self._opening(section.anchor))]
        parts += [self._block(block, width) for block in section.blocks]
        parts += [self.section(child, width) for child in section.sections]
        return "".join(parts)

    def _opening(self, anchor: str) -> str:
        return "<w:pageBreakBefore/>" if anchor in self._openers else ""

    def _block(self, block: Any, width: float) -> str:
        if isinstance(block, Text):
            return "".join(wx.text_paragraph("BodyText1", paragraph) for paragraph in block.paragraphs)
        if isinstance(block, Bullets):
            return "".join(wx.text_paragraph("ReportBullet", item) for item in block.items)
        if isinstance(block, Table):
            return self._table(block, width)
        if isinstance(block, Chart):
            return self._chart(block, width)
        if isinstance(block, Commentary):
            return commentary_box(block)
        assert isinstance(block, PageBreak)
        return wx.paragraph("Tiny", '<w:r><w:br w:type="page"/></w:r>')

    def _table(self, block: Table, width: float) -> str:
        keep, opening = len(block.rows) <= _KEEP_TOGETHER_ROWS, self._opening(block.anchor)
        table = wx.table(block, width, keep)
        if self._report.style.table_caption == "above":
            return _caption(block, "TableTitle", opening) + table + _foot(block)
        start = wx.paragraph("Tiny", "", f"<w:keepNext/>{opening}") if opening else ""
        return start + table + _caption(block, "FigureTitle") + _foot(block)

    def _chart(self, block: Chart, width: float) -> str:
        opening, reading = self._opening(block.anchor), wx.text_paragraph("Reading", block.summary) + _foot(block)
        if self._report.style.figure_caption == "above":
            return _caption(block, "TableTitle", opening) + self._picture(block, width, "") + reading
        return self._picture(block, width, opening) + _caption(block, "FigureTitle") + reading

    def _picture(self, block: Chart, width: float, opening: str) -> str:
        if block.spec.kind == "heatmap":
            return wx.paragraph("Tiny", "", f"<w:keepNext/>{opening}") + heat_table(block, width)
        title, number = f"{block.label}　{block.title}", self._next()
        drawing = wx.chart_drawing(self._chart_part(block), number, title, block.alt, width, block.spec.height_mm)
        return wx.paragraph("Figure", drawing, opening)

    def _chart_part(self, block: Chart) -> str:
        self._charts += 1
        package = self._document.part.package
        blob = chart_workbook(block.spec, self._report.provenance.created_at)
        book = Part(PackURI(f"/word/embeddings/chart{self._charts}.xlsx"), _WORKBOOK_TYPE, blob, package)
        name = PackURI(f"/word/charts/chart{self._charts}.xml")
        chart = Part(name, _CHART_TYPE, chart_xml(block.spec), package)
        if chart.relate_to(book, RT.PACKAGE) != WORKBOOK_RELATION:
            raise AssertionError("a new chart part has no other relationship")
        relation: str = self._document.part.relate_to(chart, RT.CHART)
        return relation

    def _next(self) -> int:
        self._count += 1
        return self._count


def _caption(block: Table | Chart, style: str, properties: str = "") -> str:
    return wx.caption(style, block.label[0], block.label[1:], block.title, properties)


def _foot(block: Table | Chart) -> str:
    """Notes and source; the last line carries the space below the block."""
    lines = list(_foot_lines(block))
    return "".join(
        wx.paragraph("Foot", wx.run(tag) + "<w:r><w:tab/></w:r>" + wx.run(line), _foot_spacing(at == len(lines) - 1))
        for at, (tag, line) in enumerate(lines)
    )


def _foot_spacing(last: bool) -> str:
    tab = '<w:tabs><w:tab w:val="left" w:pos="480"/></w:tabs>'
    if last:
        return f'{tab}<w:spacing w:before="0" w:after="200" w:line="220" w:lineRule="exact"/>'
    return f"<w:keepNext/>{tab}"


def _foot_lines(block: Table | Chart) -> Iterator[tuple[str, str]]:
    many = len(block.notes) > 1
    for at, note in enumerate(block.notes, 1):
        yield (f"注{at}" if many else "注"), note
    if block.source:
        yield "出所", block.source


def _clear(document: Any) -> None:
    body = document.element.body
    for child in list(body):
        if child is not body.sectPr:
            body.remove(child)


def _page(section: Any, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.top_margin, section.bottom_margin = Mm(20 if landscape else 25), Mm(15 if landscape else 25)
    section.left_margin, section.right_margin = (Mm(15), Mm(15)) if landscape else (Mm(30), Mm(20))
    section.header_distance, section.footer_distance = (Mm(10), Mm(7)) if landscape else (Mm(14), Mm(12))


def _turn(document: Any, report: Report, landscape: bool) -> None:
    """A new section with the other orientation; its break takes no visible line."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    holder = document.element.body.xpath("./w:p[w:pPr/w:sectPr]")[-1]
    holder.get_or_add_pPr().get_or_add_pStyle().val = "Tiny"
    section.different_first_page_header_footer = False
    _page(section, landscape)
    _running_texts(section, report, LANDSCAPE_MM if landscape else PORTRAIT_MM)


def _running_texts(section: Any, report: Report, width: float) -> None:
    section.header.is_linked_to_previous = False
    section.footer.is_linked_to_previous = False
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{wx.dxa(width)}"/></w:tabs>'
    gap = "<w:r><w:tab/></w:r>"
    pages = f"{wx.field('PAGE', '1')}{wx.run('／')}{wx.field('NUMPAGES', '1')}"
    top = wx.paragraph("Header", wx.run(report.header_text) + gap + wx.run(report.cover.classification), tab)
    _fill(section.header, top)
    _fill(section.footer, wx.paragraph("Footer", wx.run(report.footer_text) + gap + pages, tab))


def _fill(part: Any, fragment: str) -> None:
    for child in list(part._element):
        part._element.remove(child)
    for element in wx.elements(fragment):
        part._element.append(element)


def _properties(document: Any, report: Report) -> None:
    core, made = document.core_properties, report.provenance.created_at
    core.title, core.subject = report.header_text, report.cover.contract_name
    core.author = core.last_modified_by = report.cover.submitter
    core.created = core.modified = made
    core.language, core.identifier = "ja-JP", report.cover.document_number
    core.category, core.keywords, core.comments = report.cover.classification, "", ""
    core.revision, core.version = 1, report.cover.version
