"""Report -> PowerPoint: one message a slide, native editable charts and tables, sources in the speaker's notes."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.parts.chart import ChartPart
from pptx.parts.embeddedpackage import EmbeddedXlsxPart
from pptx.util import Mm

from exports import slide_xml as sx
from exports.model import Chart, Report, Table
from exports.native_chart import WORKBOOK_RELATION, chart_workbook, chart_xml
from exports.package import with_fixed_times
from exports.slide_xml import Box
from exports.slides import Slide, slides_of

_LEFT, _WIDTH = 15.0, sx.WIDTH_MM - 30.0
_TITLE = Box(_LEFT, 18, _WIDTH, 22)
_BODY_TOP, _BODY_END = 46.0, 176.0
_GAP = 5.0
_CAPTION = 6.5
_LEAST_CHART, _TALLEST_CHART = 48.0, 108.0
_TABLE_POINTS = (15.0, 14.0, 13.0, 12.0, 11.0)
_POINTS = {"chart": 10.0, "point": 15.0, "caption": 11.0, "foot": 9.0}
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_LEFTOVER_RELATIONS = ("/thumbnail", "/extended-properties", "/printerSettings")


def write_powerpoint(report: Report) -> bytes:
    """The presentation's bytes, 16:9."""
    deck = Presentation()
    _set_page(deck)
    writer = _Writer(report, deck)
    writer.cover()
    for slide in slides_of(report):
        writer.slide(slide)
    _properties(deck, report)
    out = io.BytesIO()
    deck.save(out)
    return with_fixed_times(out.getvalue())


class _Writer:
    """Adds slides; numbers the chart parts and the shapes as it goes."""

    def __init__(self, report: Report, deck: Any) -> None:
        self._report, self._deck = report, deck
        self._layout = next(layout for layout in deck.slide_layouts if layout.name == "Title Only")
        self._charts = 0
        self._shapes = 0

    def cover(self) -> None:
        front = self._report.cover
        slide = self._blank()
        lines = [f"{front.addressee}　御中", front.period, f"{front.submitter}　{front.submitted_on}　{front.version}",
                 f"文書番号　{front.document_number}", front.contract_name]
        self._add(slide, sx.text_box, "機密区分", Box(_LEFT, 14, _WIDTH, 8),
                  sx.paragraph(sx.run(front.classification, 14), align="r"))
        heading = sx.paragraph(sx.run(f"{front.title}　{front.subtitle}", 34, bold=True, color=sx.NAVY))
        self._add(slide, sx.title, Box(_LEFT, 52, _WIDTH, 30), heading, "b")
        self._add(slide, sx.rule, Box(_LEFT, 86, _WIDTH, 0))
        facts = "".join(sx.paragraph(sx.run(line, 20 if at == 0 else 14), before=6) for at, line in enumerate(lines))
        self._add(slide, sx.text_box, "文書の情報", Box(_LEFT, 94, _WIDTH, 60), facts)
        _speak(slide, (f"データの基準: {self._report.footer_text}",))

    def slide(self, content: Slide) -> None:
        slide = self._blank()
        size = 24.0 if len(content.headline) <= 52 else 20.0
        place = sx.paragraph(sx.run(content.place, 11, color=sx.QUIET))
        self._add(slide, sx.text_box, "章", Box(_LEFT, 9, _WIDTH, 7), place)
        headline = sx.run(content.headline, size, bold=True, color=sx.NAVY)
        self._add(slide, sx.title, _TITLE, sx.paragraph(headline), "ctr")
        self._add(slide, sx.rule, Box(_LEFT, 42.5, _WIDTH, 0))
        top = self._points(slide, content.points)
        self._visuals(slide, content.visuals, top)
        self._foot(slide)
        _speak(slide, content.notes)

    def _points(self, slide: Any, points: Sequence[str]) -> float:
        """The points; gives where the room below them begins."""
        if not points:
            return _BODY_TOP
        size = _POINTS["point"]
        height = sum(sx.row_height([point], [_WIDTH - 5], size) for point in points)
        bullets = "".join(sx.paragraph(sx.run(point, size), bullet=True) for point in points)
        self._add(slide, sx.text_box, "要点", Box(_LEFT, _BODY_TOP, _WIDTH, height), bullets)
        return _BODY_TOP + height + _GAP

    def _visuals(self, slide: Any, visuals: Sequence[Chart | Table], top: float) -> None:
        charts = [one for one in visuals if isinstance(one, Chart)]
        tables = [one for one in visuals if isinstance(one, Table)]
        points, shares = _fitted(tables, _BODY_END - top - (_LEAST_CHART + _GAP if charts else 0), bool(charts))
        room = _BODY_END - top - sum(_CAPTION + height + _GAP for _, height in shares)
        width = (_WIDTH - _GAP * (len(charts) - 1)) / max(len(charts), 1)
        for at, chart in enumerate(charts):
            self._chart(slide, chart, Box(_LEFT + at * (width + _GAP), top, width, min(room, _TALLEST_CHART)))
        y = top + (min(room, _TALLEST_CHART) + _GAP if charts else 0)
        for table, (rows, height) in zip(tables, shares, strict=True):
            self._table(slide, table, rows, Box(_LEFT, y, _WIDTH, height), points)
            y += _CAPTION + height + _GAP

    def _chart(self, slide: Any, chart: Chart, box: Box) -> None:
        self._caption(slide, chart, box)
        inner = Box(box.x, box.y + _CAPTION, box.width, box.height - _CAPTION)
        if not chart.spec.has_values:
            self._add(slide, sx.text_box, chart.label, inner, sx.paragraph(sx.run(chart.summary, 14)), "ctr")
            return
        relation = slide.part.relate_to(self._chart_part(chart), RT.CHART)
        self._add(slide, sx.chart_frame, f"{chart.label}　{chart.title}", chart.alt, inner, relation)

    def _chart_part(self, chart: Chart) -> Any:
        self._charts += 1
        package = self._deck.part.package
        space = parse_xml(chart_xml(chart.spec, _POINTS["chart"]))
        part = ChartPart(PackURI(f"/ppt/charts/chart{self._charts}.xml"), _CHART_TYPE, package, space)
        blob = chart_workbook(chart.spec, self._report.provenance.created_at)
        if part.relate_to(EmbeddedXlsxPart.new(blob, package), RT.PACKAGE) != WORKBOOK_RELATION:
            raise AssertionError("a new chart part has no other relationship")
        return part

    def _table(self, slide: Any, table: Table, rows: Sequence[Sequence[str]], box: Box, points: float) -> None:
        self._caption(slide, table, box, "" if len(rows) == len(table.rows) else
                      f"　（全{len(table.rows)}行のうち{len(rows)}行。残りは資料本文）")
        inner = Box(box.x, box.y + _CAPTION, box.width, box.height)
        self._add(slide, sx.table_frame, table, rows, inner, points)

    def _caption(self, slide: Any, block: Chart | Table, box: Box, more: str = "") -> None:
        unit = f"（単位 {block.spec.unit}）" if isinstance(block, Chart) else ""
        text = f"{block.label}　{block.title}{unit}{more}"
        line = sx.paragraph(sx.run(text, _POINTS["caption"], bold=True))
        self._add(slide, sx.text_box, "図表の題", Box(box.x, box.y, box.width, _CAPTION), line)

    def _foot(self, slide: Any) -> None:
        size, report = _POINTS["foot"], self._report
        left = sx.paragraph(sx.run(f"{report.header_text}　{report.footer_text}", size, color=sx.QUIET))
        self._add(slide, sx.text_box, "文書名", Box(_LEFT, 181, _WIDTH - 60, 6), left)
        right = sx.run(f"{report.cover.classification}　", size, color=sx.QUIET) + sx.page_number(size)
        self._add(slide, sx.text_box, "頁", Box(_LEFT + _WIDTH - 60, 181, 60, 6), sx.paragraph(right, align="r"))

    def _blank(self) -> Any:
        slide = self._deck.slides.add_slide(self._layout)
        for shape in list(slide.shapes):
            shape.element.getparent().remove(shape.element)
        self._shapes = 1
        return slide

    def _add(self, slide: Any, shape: Callable[..., str], *told: Any) -> None:
        self._shapes += 1
        slide.shapes._spTree.append(sx.element(shape(self._shapes, *told)))


_Share = tuple[Sequence[Sequence[str]], float]
"""Rows of a table that are shown, and the height in millimetres that they take with the head row."""


def _fitted(tables: Sequence[Table], room: float, below_chart: bool) -> tuple[float, list[_Share]]:
    """The largest letters at which all rows fit below each other; at the smallest, as many rows as fit."""
    for points in _TABLE_POINTS[2 if below_chart else 0 :]:
        whole = [(table.rows, _height(table, table.rows, points)) for table in tables]
        if sum(_CAPTION + height + _GAP for _, height in whole) <= room:
            return points, list(whole)
    return points, [_cut(table, room / len(tables), points) for table in tables]


def _height(table: Table, rows: Sequence[Sequence[str]], points: float) -> float:
    widths = sx.column_widths(table.columns, _WIDTH)
    heads = [sx.head(column) for column in table.columns]
    return sum(sx.row_height(row, widths, points) for row in (heads, *rows))


def _cut(table: Table, room: float, points: float) -> _Share:
    kept = len(table.rows)
    while kept > 1 and _height(table, table.rows[:kept], points) > room - _CAPTION - _GAP:
        kept -= 1
    return table.rows[:kept], _height(table, table.rows[:kept], points)


def _speak(slide: Any, lines: Sequence[str]) -> None:
    """The speaker's notes, a line a paragraph."""
    body = slide.notes_slide.notes_text_frame._txBody
    for old in body.p_lst:
        body.remove(old)
    fragment = sx.text_body("".join(sx.paragraph(sx.run(line, 11)) for line in lines))
    for new in sx.element(fragment).p_lst:
        body.append(new)


def _set_page(deck: Any) -> None:
    """16:9, layouts stretched to it, the house's fonts, and nothing of the library's template that is not used."""
    stretch = Mm(sx.WIDTH_MM) / deck.slide_width
    deck.slide_width, deck.slide_height = Mm(sx.WIDTH_MM), Mm(sx.HEIGHT_MM)
    master = deck.slide_master
    for layout in list(deck.slide_layouts):
        if layout.name not in ("Title Only", "Blank"):
            deck.slide_layouts.remove(layout)
    for shape in (*master.shapes, *(shape for layout in deck.slide_layouts for shape in layout.shapes)):
        if shape.element.spPr.find(".//{*}off") is not None:
            shape.left, shape.width = math.floor(shape.left * stretch), math.floor(shape.width * stretch)
    for part in (master.part, deck.notes_master.part):
        _set_fonts(part.part_related_by(RT.THEME))
    for relations in (deck.part.rels, deck.part.package._rels):
        for key in [key for key, one in relations.items() if one.reltype.endswith(_LEFTOVER_RELATIONS)]:
            relations.pop(key)


def _set_fonts(theme: Any) -> None:
    tree = etree.fromstring(theme.blob) if not hasattr(theme, "_element") else theme._element
    for fonts in tree.iter("{*}majorFont", "{*}minorFont"):
        for kind in ("latin", "ea"):
            fonts.find(f"{{*}}{kind}").set("typeface", sx.FONT)
    if not hasattr(theme, "_element"):
        theme._blob = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _properties(deck: Any, report: Report) -> None:
    core, made = deck.core_properties, report.provenance.created_at
    core.title, core.subject = report.header_text, report.cover.contract_name
    core.author = core.last_modified_by = report.cover.submitter
    core.created = core.modified = made
    core.language, core.identifier = "ja-JP", report.cover.document_number
    core.category, core.keywords, core.comments = report.cover.classification, "", ""
    core.revision, core.version = 1, report.cover.version
