"""What the October report says, in every format, word for word."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from exports.model import Report
from tests.exports.conftest import assert_golden
from tests.exports.outline import outline


def test_the_report_itself(report: Report) -> None:
    content = outline(report)
    content["datasets"] = [
        {**dataset, "rows": dataset["rows"][:3], "row_count": len(dataset["rows"])} for dataset in content["datasets"]
    ]
    content["provenance"]["template_sha256"] = "pinned"
    assert_golden("report.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def test_the_text_of_the_word_document(files: dict[str, bytes]) -> None:
    document = Document(io.BytesIO(files["docx"]))
    lines = []
    for child in document.element.body.iter():
        if child.tag.endswith("}p"):
            style = child.pPr.pStyle.val if child.pPr is not None and child.pPr.pStyle is not None else "-"
            lines.append(f"{style}\t{''.join(node.text or '' for node in child.iter() if node.tag.endswith('}t'))}")
    assert_golden("word.txt", "\n".join(lines) + "\n")


def test_the_parts_of_the_word_document(files: dict[str, bytes]) -> None:
    names = zipfile.ZipFile(io.BytesIO(files["docx"])).namelist()
    assert_golden("word_parts.txt", "\n".join(names) + "\n")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_text_of_the_pdf(files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(files["pdf"])
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    assert_golden("pdf.txt", "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip()) + "\n")


def test_the_cells_of_the_workbook(files: dict[str, bytes]) -> None:
    book = load_workbook(io.BytesIO(files["xlsx"]))
    lines = []
    for sheet in book.worksheets:
        lines.append(f"# {sheet.title} {sheet.max_row}x{sheet.max_column}")
        for row in sheet.iter_rows(max_row=5, values_only=True):
            lines.append("\t".join("" if value is None else repr(value) for value in row))
    assert_golden("workbook.txt", "\n".join(lines) + "\n")
