"""The slides: one message each, charts that can be edited, notes with sources, the same bytes every time."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pptx.oxml.ns import qn

from exports.model import Chart, Report
from exports.powerpoint import write_powerpoint
from exports.slides import slides_of
from tests.exports.body_pack import make_briefing
from warehouse.reader import Reader

IMPRESS = Path("/usr/lib/libreoffice/program/libsdlo.so")


@pytest.fixture(scope="module")
def briefing(demo_reader: Reader) -> Report:
    return make_briefing(demo_reader)


@pytest.fixture(scope="module")
def content(briefing: Report) -> bytes:
    return write_powerpoint(briefing)


@pytest.fixture(scope="module")
def deck(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def test_each_slide_has_its_message_as_its_title(briefing: Report, deck: Any) -> None:
    assert 8 <= len(deck.slides) <= 12 and deck.slide_width * 9 == pytest.approx(deck.slide_height * 16, rel=1e-4)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles[1:] == [slide.headline for slide in slides_of(briefing)]
    assert len(set(titles)) == len(titles) and all(title.endswith("。") for title in titles[1:])


def test_requests_stand_on_the_slide_of_the_year(briefing: Report) -> None:
    year = slides_of(briefing)[0]
    assert any(point.startswith("お願い事項: ") for point in year.points)


def test_charts_are_native_with_their_numbers_inside(briefing: Report, deck: Any) -> None:
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    drawn = [block for block in briefing.blocks() if isinstance(block, Chart) and block.spec.has_values]
    assert len(charts) == len(drawn) == 5, "the figure of a place that is not told has no chart"
    for chart in charts:
        sheet = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        assert sheet is not None
        columns = {column[0].value: tuple(cell.value for cell in column[1:]) for column in sheet.iter_cols(min_col=2)}
        shown = {series.name: series.values for series in chart.plots[0].series}
        assert columns.keys() == shown.keys()
        for name, values in shown.items():
            assert columns[name] == pytest.approx(values)


def test_the_notes_of_every_slide_name_sources_and_sheets_that_exist(briefing: Report, deck: Any) -> None:
    sheets = {dataset.sheet for dataset in briefing.datasets} | {"資料本文"}
    for slide in list(deck.slides)[1:]:
        notes = slide.notes_slide.notes_text_frame.text
        named = [name for line in notes.splitlines() if "元データ: " in line
                 for name in line.rpartition("元データ: ")[2].split("、")]  # fmt: skip
        assert named and set(named) <= sheets
        assert "スナップショット" in notes


def test_letters_have_japanese_fonts_and_figures_have_words(deck: Any) -> None:
    for slide in deck.slides:
        for properties in slide.element.iter(qn("a:rPr")):
            assert properties.find(qn("a:ea")).get("typeface").startswith("BIZ UD")
        for frame in slide.element.iter(qn("p:graphicFrame")):
            assert frame.find(f".//{qn('p:cNvPr')}").get("descr")


def test_nothing_runs_over_the_edge_of_the_slide(deck: Any) -> None:
    for number, slide in enumerate(deck.slides, 1):
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width, number
            height = sum(row.height for row in shape.table.rows) if shape.has_table else shape.height
            assert shape.top + height <= deck.slide_height, f"{number}: {shape.name}"


def test_the_same_report_gives_the_same_bytes(briefing: Report, content: bytes) -> None:
    assert write_powerpoint(briefing) == content


@pytest.mark.skipif(shutil.which("soffice") is None or not IMPRESS.exists(), reason="LibreOffice Impress is missing")
def test_another_program_opens_it_with_all_its_slides(deck: Any, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "deck.pptx").write_bytes(content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command: list[str | Path] = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path]
    subprocess.run([*command, tmp_path / "deck.pptx"], capture_output=True, check=True, timeout=120)
    told = subprocess.run(["pdfinfo", tmp_path / "deck.pdf"], capture_output=True, check=True).stdout.decode()
    assert f"Pages:           {len(deck.slides)}" in told
