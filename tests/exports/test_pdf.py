"""The PDF: tagged, bookmarked, self-contained, readable without colour."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from exports.model import ChartSpec, Column, Report, Section, Series, Table
from exports.pdf import _css_text, lay_out
from exports.svg import render_svg

needs_poppler = pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler-utils is not installed")


@pytest.fixture
def pdf(files: dict[str, bytes], tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(files["pdf"])
    return path


def run(*command: object) -> str:
    return subprocess.run([str(one) for one in command], capture_output=True, check=True).stdout.decode()


@needs_poppler
def test_it_is_tagged_and_titled(pdf: Path) -> None:
    info = run("pdfinfo", pdf)
    assert re.search(r"Tagged:\s+yes", info)
    assert "運用報告書（月次）" in info
    assert 'pdfuaid:part="1"' in run("pdfinfo", "-meta", pdf)


@needs_poppler
def test_all_fonts_are_embedded(pdf: Path) -> None:
    rows = run("pdffonts", pdf).splitlines()[2:]
    assert rows
    for row in rows:
        assert re.search(r"\s(yes)\s+(yes|no)\s+(yes|no)\s", row), row
        assert "BIZ" in row, row


@needs_poppler
def test_no_chapter_heading_stands_alone_at_the_foot_of_a_page(pdf: Path, report: Report) -> None:
    headings = {"".join(section.heading.split()) for section in report.all_sections()}
    for page in run("pdftotext", "-layout", pdf, "-").split("\f"):
        lines = ["".join(line.split()) for line in page.splitlines() if line.strip()]
        if len(lines) > 2:
            assert lines[-2] not in headings  # the last line is the footer


def test_every_heading_and_block_has_a_page(report: Report) -> None:
    pages = lay_out(report).pagination
    assert all(pages.page_of(section.anchor) >= 4 for section in report.all_sections())


def test_the_front_page_of_the_body_holds_all_key_points(report: Report) -> None:
    pages = lay_out(report).pagination
    assert pages.page_of("premises") == pages.page_of("highlights") + 1


def test_the_wide_annex_fits_one_page(report: Report) -> None:
    pages = lay_out(report).pagination
    assert pages.page_of("annex-definitions") == pages.page_of("annex-tenants") + 1


def test_header_texts_cannot_leave_their_css_string() -> None:
    assert _css_text('a" } </style><script>') == '"a\\" } \\3c /style\\3e \\3c script\\3e "'


def test_a_missing_value_breaks_the_line() -> None:
    values = (1.0, 2.0, None, 4.0, 5.0)
    spec = ChartSpec("line", ("1", "2", "3", "4", "5"), (Series("受信", values),), "Mbps")
    whole = ChartSpec("line", spec.categories, (Series("受信", (1.0, 2.0, 3.0, 4.0, 5.0)),), "Mbps")
    assert render_svg(spec).count("<use ") == render_svg(whole).count("<use ") - 1
    assert render_svg(spec) == render_svg(spec)


def test_a_chart_without_any_value_says_so() -> None:
    spec = ChartSpec("line", ("1", "2"), (Series("受信", (None, None)),), "Mbps")
    assert "データなし" in render_svg(spec)


def test_a_table_over_several_pages_stands_where_it_begins(report: Report) -> None:
    rows = tuple((str(at),) for at in range(90))
    long = Table("long", "表１", "長い表", (Column("列"),), rows, "")
    chapter = Section("chapter", "１", "章", 1, (long,))
    placed = lay_out(replace(report, sections=(chapter,), datasets=())).pagination
    assert placed.page_of("long") == placed.page_of("chapter") < placed.page_of("long--end")
