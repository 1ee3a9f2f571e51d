"""The pages before chapter 1 of the Word document: cover, revision history, signs, table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exports import word_xml as wx
from exports.model import Report, Section
from exports.pagination import Pagination
from warehouse.japanese import era_date

_SIDES = ("top", "left", "bottom", "right")
_FRAME = "".join(f'<w:{side} w:val="single" w:sz="8" w:color="333333"/>' for side in _SIDES)
_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="F1F1F4"/>'


def cover(report: Report) -> str:
    """Classification, contract, title and the table of the document's facts."""
    front = report.cover
    return "".join(
        (
            _classification(front.classification),
            wx.text_paragraph("CoverText", front.contract_name, _spaced(2600)),
            wx.text_paragraph("Title", front.title),
            wx.text_paragraph("Subtitle", front.subtitle, _spaced(0, 4600)),
            _facts(front.facts),
        )
    )


def front_matter(report: Report) -> str:
    """Revision history and the meaning of the signs."""
    revisions = [(one.version, era_date(one.on), one.change, one.author, one.approver) for one in report.revisions]
    heads = ("版", "年月日", "変更箇所", "作成", "承認")
    return "".join(
        (
            wx.text_paragraph("FrontHeading", "改版履歴", "<w:pageBreakBefore/>"),
            _plain_table("改版履歴", heads, (16, 38, 54, 26, 26), revisions),
            wx.text_paragraph("FrontHeading", "符号の凡例", _spaced(700, 200)),
            _plain_table("符号の凡例", ("符号", "意味"), (28, 132), report.legend),
        )
    )


def table_of_contents(report: Report, pagination: Pagination) -> str:
    """Headings of two levels with the pages that ``pagination`` imposes."""
    entries = [
        (one.level, one.heading, mark_of(one), str(pagination.page_of(one.anchor)))
        for one in report.all_sections()
        if one.level <= 2
    ]
    opening = _spaced(700, 200) if report.short_contents else "<w:pageBreakBefore/>"
    return wx.text_paragraph("FrontHeading", "目次", opening) + wx.toc(entries)


def mark_of(section: Section) -> str:
    """The bookmark of a heading, to which the table of contents points."""
    return f"_Toc_{section.anchor.replace('-', '_')}"


def _classification(text: str) -> str:
    width = wx.dxa(36)
    box = wx.cell(
        wx.text_paragraph("Classification", text, _spaced(60, 60)), width, f"<w:tcBorders>{_FRAME}</w:tcBorders>"
    )
    row = wx.simple_row([box])
    return wx.table_frame(row, [width], "機密区分", text, style="TableNormal", align="right", headed=False)


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    widths = [wx.dxa(34), wx.dxa(102)]
    rows = "".join(
        wx.simple_row(
            [
                wx.cell(wx.text_paragraph("TableText", name, _spaced(110, 110)), widths[0], _SHADE),
                wx.cell(wx.text_paragraph("TableText", value, _spaced(110, 110)), widths[1]),
            ]
        )
        for name, value in facts
    )
    described = "対象期間、文書番号、版、提出年月日、宛先、提出者及び機密区分。"
    return wx.table_frame(rows, widths, "文書の情報", described, align="center", headed=False)


def _spaced(before: int, after: int = 0) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}"/>'


def _plain_table(title: str, heads: Sequence[str], widths_mm: Sequence[int], rows: Iterable[Sequence[str]]) -> str:
    widths = [wx.dxa(width) for width in widths_mm]
    head = [
        wx.cell(wx.paragraph("TableText", wx.run(name, "<w:b/>"), '<w:jc w:val="center"/>'), width)
        for name, width in zip(heads, widths, strict=True)
    ]
    body = [
        wx.simple_row(
            wx.cell(wx.text_paragraph("TableText", value), width) for value, width in zip(row, widths, strict=True)
        )
        for row in rows
    ]
    described = f"列は{'、'.join(heads)}。"
    return wx.table_frame(wx.simple_row(head, head=True) + "".join(body), widths, title, described)
