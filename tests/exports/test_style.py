"""A deployment's own rules for headings, captions and the kind of PDF."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from exports.assemble import assemble_report
from exports.contract import ContractInfo
from exports.errors import ContractError
from exports.model import Report, Section
from exports.pdf import lay_out, page_html
from exports.template import load_template
from exports.word import write_word
from tests.exports.conftest import CLOCK, CONTRACT
from tests.exports.fake_reader import FakeReader
from warehouse.period import Period

OTHER = replace(CONTRACT, heading_style="decimal", table_caption="below", figure_caption="above",
                pdf_variant="pdf/a-3a")


def made(contract: ContractInfo) -> Report:
    reader = FakeReader()
    return assemble_report(load_template("monthly-operations"), Period.parse("2026-10"), reader.whole_scope(), reader,
                           contract, CLOCK)


@pytest.fixture(scope="module")
def short() -> Report:
    """The chapter on lines only: tables, figures and subsections enough."""
    report = made(OTHER)
    lines = next(section for section in report.sections if section.anchor == "lines")
    return replace(report, sections=(lines,))


def numbers(section: Section) -> list[str]:
    return [one.number for one in section.walk()]


def test_headings_are_numbered_in_the_style_that_is_asked(short: Report) -> None:
    own = numbers(short.sections[0])
    assert own[:3] == ["4", "4.1", "4.2"] and short.sections[0].heading == "4　通信回線・負荷"
    usual = next(section for section in made(CONTRACT).sections if section.anchor == "lines")
    assert numbers(usual)[:3] == ["４", "（１）", "（２）"] and len(numbers(usual)) == len(own)


def test_captions_stand_where_they_are_asked_and_the_pdf_is_of_its_kind(short: Report, tmp_path: Path) -> None:
    layout = lay_out(short)
    body = list(Document(io.BytesIO(write_word(short, layout.pagination))).element.body)
    kinds = [element.tag.rpartition("}")[2] for element in body]
    style = [node.get(qn("w:val")) for element in body for node in element.iter(qn("w:pStyle"))]
    below = [body[at + 1] for at, kind in enumerate(kinds) if kind == "tbl" and at + 1 < len(body)]
    captions = [("".join(node.text or "" for node in one.iter(qn("w:t")))) for one in below]
    assert sum(text.startswith("表") for text in captions) >= 5, "a table's caption follows it"
    assert "TableTitle" in style, "a figure's caption stands above it and keeps with it"
    html = page_html(short)
    assert html.index("<figcaption>") < html.index("<img") and "caption-side: bottom" in html
    (tmp_path / "lines.pdf").write_bytes(layout.pdf())
    told = subprocess.run(["pdfinfo", "-meta", str(tmp_path / "lines.pdf")], capture_output=True, text=True, check=True)
    assert 'pdfaid:part="3"' in told.stdout and 'pdfaid:conformance="A"' in told.stdout


@pytest.mark.parametrize(("name", "value"), [("heading_style", "roman"), ("table_caption", "left"),
                                             ("pdf_variant", "pdf/x-4")])
def test_a_style_that_there_is_not_is_refused_with_those_that_there_are(name: str, value: str) -> None:
    with pytest.raises(ContractError) as caught:
        ContractInfo.from_mapping({**vars(CONTRACT), name: value})
    assert f"{name} の「{value}」は使えません" in caught.value.message and "使えるもの: " in caught.value.message
