"""The Word document as Word, its readers and its editors need it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from exports.model import Chart, Report, Table
from exports.pdf import lay_out


@pytest.fixture(scope="module")
def package(files: dict[str, bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(files["docx"]))


@pytest.fixture(scope="module")
def document(files: dict[str, bytes]) -> Any:
    return Document(io.BytesIO(files["docx"]))


def instructions(document: Any) -> list[str]:
    return [node.text.strip() for node in document.element.body.iter(qn("w:instrText"))]


def test_headings_are_real_headings(report: Report, document: Any) -> None:
    found = [one.text for one in document.paragraphs if one.style.style_id.startswith("Heading")]
    assert found == [section.heading for section in report.all_sections()]


def test_captions_count_with_seq_fields(report: Report, document: Any) -> None:
    fields = instructions(document)
    tables = [block for block in report.blocks() if isinstance(block, Table)]
    charts = [block for block in report.blocks() if isinstance(block, Chart)]
    assert fields.count("SEQ 表 \\* DBCHAR") == len(tables)
    assert fields.count("SEQ 図 \\* DBCHAR") == len(charts)


def test_the_table_of_contents_is_a_filled_field(report: Report, document: Any) -> None:
    assert 'TOC \\o "1-2" \\h \\z \\u' in instructions(document)
    entries = [one for one in document.paragraphs if one.style.style_id.startswith("TOC")]
    pages = lay_out(report).pagination
    expected = [f"{one.heading}{pages.page_of(one.anchor)}" for one in report.all_sections() if one.level <= 2]
    shown = [re.sub(r"\s*TOC.*?\\u\s*|\s*PAGEREF \S+ \\h\s*|\t", "", "".join(_texts(one))) for one in entries]
    assert shown == expected
    marks = {node.get(qn("w:name")) for node in document.element.body.iter(qn("w:bookmarkStart"))}
    assert {node.get(qn("w:anchor")) for node in document.element.body.iter(qn("w:hyperlink"))} <= marks


def _texts(paragraph: Any) -> list[str]:
    return [node.text or "" for node in paragraph._p.iter(qn("w:t"))]


def test_pages_open_where_the_printed_pages_open(report: Report, document: Any) -> None:
    openers = lay_out(report).pagination.openers(report)
    assert openers
    breaks = [
        one.text
        for one in document.paragraphs
        if one.style.style_id not in ("FrontHeading", "TOC1") and one._p.pPr.find(qn("w:pageBreakBefore")) is not None
    ]
    assert len(breaks) == len(openers)


def test_readers_are_not_asked_to_update_fields(package: zipfile.ZipFile) -> None:
    assert b"updateFields" not in package.read("word/settings.xml")


def test_every_figure_has_an_alternative_text(report: Report, document: Any) -> None:
    charts = [block for block in report.blocks() if isinstance(block, Chart)]
    heat = {chart.alt for chart in charts if chart.spec.kind == "heatmap"}
    found = [node.get("descr") for node in document.element.body.iter(qn("wp:docPr"))]
    assert found == [chart.alt for chart in charts if chart.alt not in heat]
    assert heat <= {node.get(qn("w:val")) for node in document.element.body.iter(qn("w:tblDescription"))}
    assert all(len(text) > 20 for text in found)


def test_charts_are_native_and_carry_their_numbers(report: Report, package: zipfile.ZipFile) -> None:
    charts = [block for block in report.blocks() if isinstance(block, Chart) and block.spec.kind != "heatmap"]
    for at, chart in enumerate(charts, 1):
        xml = package.read(f"word/charts/chart{at}.xml").decode()
        assert 'dispBlanksAs val="gap"' in xml and "externalData" in xml
        book = load_workbook(io.BytesIO(package.read(f"word/embeddings/chart{at}.xlsx")))
        cells = list(book["Sheet1"].iter_rows(values_only=True))
        order = -1 if chart.spec.kind == "hbar" else 1
        assert [row[0] for row in cells[1:]] == list(chart.spec.categories)[::order]
        expected = pytest.approx(list(chart.spec.series[0].values)[::order])
        assert [row[1] for row in cells[1:]] == expected


def test_head_rows_repeat_and_rows_do_not_split(document: Any) -> None:
    tables = [table for table in document.tables if table.style.style_id == "ReportTable"]
    for table in tables:
        rows = table._tbl.tr_lst
        assert all(row.trPr is not None and row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    heads = [table for table in tables if table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None]
    assert len(heads) == len(tables) - 1  # the front page's facts have no head row


def test_every_table_is_described(document: Any) -> None:
    for table in document.tables:
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
        assert table._tbl.tblPr.find(qn("w:tblDescription")) is not None


def test_cell_widths_add_up_to_the_table(document: Any) -> None:
    for table in document.tables:
        whole = int(table._tbl.tblPr.find(qn("w:tblW")).get(qn("w:w")))
        for row in table._tbl.tr_lst:
            assert sum(int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) for cell in row.tc_lst) == whole


def test_only_the_wide_annex_is_turned(document: Any) -> None:
    sizes = [(section.page_width.mm, section.page_height.mm) for section in document.sections]
    assert [width > height for width, height in sizes] == [False, True, False]


def test_margins_are_those_of_the_prefecture(document: Any) -> None:
    page = document.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(margin.mm) for margin in margins] == [25, 25, 30, 20]


def test_header_and_footer_name_the_document(report: Report, document: Any) -> None:
    for section in document.sections:
        top = "".join(_texts(section.header.paragraphs[0]))
        assert report.cover.title in top and "令和8年10月" in top and report.cover.classification in top
        fields = [node.text.strip() for node in section.footer._element.iter(qn("w:instrText"))]
        assert fields == ["PAGE", "NUMPAGES"]


def test_fonts_are_named_and_no_theme_is_left(package: zipfile.ZipFile) -> None:
    for name in package.namelist():
        if name.endswith(".xml"):
            assert b"asciiTheme" not in package.read(name) and b"eastAsiaTheme" not in package.read(name), name
    assert not [name for name in package.namelist() if "theme" in name or "thumbnail" in name or "customXml" in name]
    styles = package.read("word/styles.xml").decode()
    assert 'w:eastAsia="BIZ UDゴシック"' in styles and 'w:eastAsia="BIZ UD明朝"' in styles
    assert 'w:lang w:val="ja-JP" w:eastAsia="ja-JP"' in styles


def test_core_properties_come_from_the_clock(document: Any) -> None:
    core = document.core_properties
    assert core.title == "運用報告書（月次）　令和8年10月"
    assert core.created.isoformat().startswith("2026-11-06T09:30")
    assert core.language == "ja-JP"


def test_markup_in_the_data_stays_text(package: zipfile.ZipFile) -> None:
    assert "Path Traversal &lt;script&gt;" in package.read("word/document.xml").decode()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_it_opens_and_its_page_numbers_are_right(report: Report, files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(files["docx"])
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command: list[str | Path] = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path]
    subprocess.run([*command, tmp_path / "report.docx"], capture_output=True, check=True, timeout=120)
    text = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, check=True).stdout.decode()
    pages = ["".join(page.split()) for page in text.split("\f")]
    numbers = lay_out(report).pagination
    for section in report.all_sections():
        assert "".join(section.title.split()) in pages[numbers.page_of(section.anchor) - 1], section.heading
    assert len([page for page in pages if page]) == max(numbers.pages.values())
