"""Report -> PDF/UA with WeasyPrint: one HTML page, charts as SVG data URIs, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from exports.catalogue import TEMPLATES
from exports.heat import heat_rows
from exports.model import Chart, Column, PdfVariant, Report, Table
from exports.pagination import Pagination
from exports.svg import render_svg
from warehouse.japanese import era_date

logging.getLogger("fontTools").setLevel(logging.WARNING)


_SCREEN = (
    "@media screen { html { background: #E6E6E6; } body { box-sizing: border-box; max-width: 210mm; "
    "margin: 16px auto; padding: 20mm 25mm; background: #FFFFFF; } .landscape { overflow-x: auto; } }"
)


@dataclass(frozen=True)
class Group:
    """A cell of the upper heading row: a shared heading over ``span`` columns, or one column's own."""

    name: str
    span: int
    column: Column


@dataclass(frozen=True)
class Layout:
    """A laid-out report: where every heading stands, and its PDF on demand."""

    document: Any
    pagination: Pagination
    identifier: bytes
    variant: PdfVariant

    def pdf(self) -> bytes:
        result: bytes = self.document.write_pdf(
            pdf_variant=self.variant, pdf_tags=True, pdf_identifier=self.identifier, custom_metadata=False
        )
        return result


def page_html(report: Report) -> str:
    """The document as one HTML page: what the PDF is set from, and what a preview shows."""
    return _template("report.html.j2").render(_names(report))


def preview_html(report: Report) -> str:
    """The same page for the screen: as wide as the paper's text, on a grey ground."""
    return page_html(report).replace("</head>", f"<style>{_SCREEN}</style>\n</head>", 1)


def lay_out(report: Report) -> Layout:
    """Set the report's pages; Word takes its page breaks and its table of contents from the same pages."""
    html = page_html(report)
    fetcher = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    document = HTML(string=html, url_fetcher=fetcher).render(
        font_config=FontConfiguration(), pdf_variant=report.style.pdf, pdf_tags=True
    )
    pages: dict[str, int] = {}
    for number, page in enumerate(document.pages, 1):
        for anchor in page.anchors:
            pages.setdefault(anchor, number)  # a table over several pages is named on each: it stands where it begins
    return Layout(document, Pagination(pages), hashlib.sha256(html.encode()).digest()[:16], report.style.pdf)


def _names(report: Report) -> dict[str, Any]:
    css = _template("report.css.j2").render(
        header=_css_text(report.header_text),
        classification=_css_text(report.cover.classification),
        footer=_css_text(report.footer_text),
        table_caption="top" if report.style.table_caption == "above" else "bottom",
    )
    return {
        "report": report,
        "css": Markup(css),
        "created": report.provenance.created_at.strftime("%Y-%m-%dT%H:%M:%S+09:00"),
        "cover_facts": report.cover.facts,
        "era_date": era_date,
        "image": _image,
        "widths": _widths,
        "groups": lambda table: list(heading_groups(table)),
        "heat_rows": lambda chart: heat_rows(chart.spec),
        "kind_of": lambda block: type(block).__name__,
    }


def _template(name: str) -> Template:
    loader = FileSystemLoader(TEMPLATES / "print")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(name)


def _css_text(value: str) -> Markup:
    """A CSS string literal; angle brackets are written as escapes so that it can stand inside <style>."""
    quoted = json.dumps(value, ensure_ascii=False).replace("<", "\\3c ").replace(">", "\\3e ")
    return Markup(quoted)


def _image(chart: Chart) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(render_svg(chart.spec).encode()).decode()}"


def _widths(table: Table) -> list[str]:
    whole = sum(column.weight for column in table.columns)
    return [f"{column.weight / whole * 100:.3f}" for column in table.columns]


def heading_groups(table: Table) -> Iterator[Group]:
    """The upper heading row of a table whose columns share headings."""
    columns = table.columns
    at = 0
    while at < len(columns):
        span = 1
        if columns[at].group:
            while at + span < len(columns) and columns[at + span].group == columns[at].group:
                span += 1
        yield Group(columns[at].group, span, columns[at])
        at += span
