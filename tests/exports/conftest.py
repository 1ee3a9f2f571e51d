"""The October report made from canned frames, with a pinned clock, and its finished files."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from exports.assemble import assemble_report
from exports.contract import ContractInfo
from exports.model import Report
from exports.publish import render
from exports.template import load_template
from tests.exports.fake_reader import FakeReader
from warehouse.period import Period

CLOCK = datetime(2026, 11, 6, 9, 30)
GOLDEN = Path(__file__).with_name("golden")
CONTRACT = ContractInfo(
    contract_name="三重県自治体情報セキュリティクラウド（令和3年度）構築及び運用・保守業務",
    system_name="三重県自治体情報セキュリティクラウド",
    submitter="受託事業者　運用責任者",
    addressee="三重県",
    classification="関係者限り",
    document_number="MSC-OPS-{period}",
    author="運用担当者",
    approver="運用責任者",
)


def make_report(reader: FakeReader | None = None, month: str = "2026-10") -> Report:
    reader = reader or FakeReader()
    return assemble_report(
        load_template("monthly-operations"), Period.parse(month), reader.whole_scope(), reader, CONTRACT, CLOCK
    )


@pytest.fixture(scope="session")
def report() -> Report:
    return make_report()


@pytest.fixture(scope="session")
def files(report: Report) -> dict[str, bytes]:
    """Finished files by extension."""
    return {name.rpartition(".")[2]: content for name, content in render(report).items()}


def assert_golden(name: str, text: str) -> None:
    """Compare with tests/exports/golden/<name>; MIHARASHI_UPDATE_GOLDENS=1 writes it anew."""
    path = GOLDEN / name
    if os.environ.get("MIHARASHI_UPDATE_GOLDENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name} differs from its golden"
