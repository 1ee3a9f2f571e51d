"""The PDF: tagged, bookmarked, self-contained, readable without colour."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from exports.model import ChartSpec, Column, Report, Section, Series, Table
from exports.palette import LINES
from exports.pdf import _css_text, lay_out
from exports.svg import _marked, render_svg
from exports.svg_parts import Box, hatching, ticks

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
    line = next(part for part in render_svg(spec).split("<path") if f'stroke="{LINES[0].color}"' in part)
    assert (line.count("M"), line.count("L")) == (2, 2)
    assert render_svg(spec) == render_svg(spec)


def test_a_long_line_has_few_markers_but_one_wherever_a_value_stands_alone() -> None:
    values = tuple(None if day in (11, 13) else 5.0 for day in range(31))
    assert _marked(values) == [0, 5, 10, 12, 15, 20, 25, 30]
    assert _marked(values[:13]) == list(range(13))


@pytest.mark.parametrize(
    ("low", "high", "whole", "marks"),
    [
        (0.0, 1120.0, True, (0.0, 250.0, 500.0, 750.0, 1000.0)),
        (0.0, 3.4, True, (0.0, 1.0, 2.0, 3.0)),
        (0.0, 1.0, False, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (99.96, 100.0024, False, (99.96, 99.97, 99.98, 99.99, 100.0)),
    ],
)
def test_axes_have_few_round_figures(low: float, high: float, whole: bool, marks: tuple[float, ...]) -> None:
    assert ticks(low, high, whole=whole) == pytest.approx(marks)


@pytest.mark.parametrize("kind", ["/", "\\", "-"])
def test_hatching_stays_inside_its_bar(kind: str) -> None:
    drawn = hatching(kind, Box(10, 20, 33, 61))
    ends = [tuple(map(float, found)) for found in re.findall(r"([0-9.]+) ([0-9.]+)", drawn)]
    assert len(ends) > 8
    assert all(10 <= x <= 33 and 20 <= y <= 61 for x, y in ends)


def test_a_chart_without_any_value_says_so() -> None:
    spec = ChartSpec("line", ("1", "2"), (Series("受信", (None, None)),), "Mbps")
    assert "データなし" in render_svg(spec)


def test_a_table_over_several_pages_stands_where_it_begins(report: Report) -> None:
    rows = tuple((str(at),) for at in range(90))
    long = Table("long", "表１", "長い表", (Column("列"),), rows, "")
    chapter = Section("chapter", "１", "章", 1, (long,))
    placed = lay_out(replace(report, sections=(chapter,), datasets=())).pagination
    assert placed.page_of("long") == placed.page_of("chapter") < placed.page_of("long--end")
