"""The yearly briefing of one body: its contents, its language, what it says where data is missing or hidden."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from exports.assemble import assemble_report
from exports.errors import ExportError
from exports.model import Bullets, Chart, Report, Table, Text
from exports.pdf import lay_out
from exports.template import load_template
from tests.exports.body_pack import OTHER, OWN, YEAR, Changed, make_briefing
from tests.exports.conftest import CLOCK, CONTRACT
from warehouse.reader import Reader
from warehouse.scope import Scope


@pytest.fixture(scope="module")
def briefing(demo_reader: Reader) -> Report:
    return make_briefing(demo_reader)


def sentences(report: Report) -> list[str]:
    items = [block.items for block in report.blocks() if isinstance(block, Bullets)]
    items += [block.paragraphs for block in report.blocks() if isinstance(block, Text)]
    return [sentence for group in items for item in group for sentence in re.findall(r"[^。]+。", item)]


def table(report: Report, anchor: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.anchor == anchor)


def test_it_has_the_chapters_of_the_specification_in_at_most_twelve_pages_and_eight_figures(briefing: Report) -> None:
    assert [section.heading for section in briefing.sections] == [
        "１　この1年のまとめ", "２　ご利用状況", "３　サービスの稼働と影響", "４　問合せ・設定変更",
        "５　セキュリティの状況", "６　県全体の傾向", "７　来年度の予定・注意点・容量の見通し",
        "８　連絡先・緊急時の流れ", "別紙１　用語・指標・元データ",
    ]  # fmt: skip
    assert sum(isinstance(block, Chart) for block in briefing.blocks()) <= 8
    assert 8 <= len(lay_out(briefing).document.pages) <= 12


def test_it_speaks_politely_to_the_body_it_is_for(briefing: Report) -> None:
    for sentence in sentences(briefing):
        assert re.search(r"(です|ます|ました|でした|ません|ください)(（[^）]*）)?。$", sentence), sentence
    assert (briefing.cover.addressee, briefing.file_stem) == ("津市", f"年次報告資料_FY2026_{OWN}")
    assert "（津市）" in briefing.header_text


def test_a_running_year_says_until_when_and_compares_with_no_year_before(briefing: Report) -> None:
    assert "令和8年10月31日までの実績" in briefing.cover.subtitle
    assert "年度の途中のため、令和8年10月31日までの実績です。" in "".join(_items(briefing, "year"))
    assert {row[3] for row in table(briefing, "summary-table").rows} == {"－"}
    chart = next(block for block in briefing.blocks() if isinstance(block, Chart))
    assert chart.spec.categories[-1] == "R8.10", "months that lie ahead are no months without data"


def _items(report: Report, anchor: str) -> list[str]:
    section = next(one for one in report.all_sections() if one.anchor == anchor)
    return [item for block in section.blocks if isinstance(block, Bullets) for item in block.items]


def test_a_place_among_fewer_than_five_bodies_is_not_told(briefing: Report) -> None:
    position = table(briefing, "position-table")
    rows = {row[0]: row for row in position.rows}
    assert rows["通信量"][3:6] == ("x", "x", "x"), "three bodies of the demo have traffic"
    assert re.fullmatch(r"\d+位／33団体", rows["問合せ・依頼の受付"][5]), "all are told to have had no or some tickets"
    assert any("「x」は" in note for note in position.notes)
    assert all(row[2] not in ("x", "…") for row in position.rows), "the body's own figures are told"


def test_missing_figures_are_said_to_be_missing_and_are_no_zeros(demo_reader: Reader) -> None:
    def unknown(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(value=float("nan"), numerator=float("nan"), judgement="データなし")

    def nothing(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.iloc[:0]

    changes = {"kpi_results": unknown, **dict.fromkeys(
        ("tenant_traffic_trend", "tenant_route_period", "detection_trend", "ticket_trend", "change_kinds_period",
         "peer_positions", "identified_endpoints"), nothing)}  # fmt: skip
    report = make_briefing(Changed(demo_reader, changes))
    told = sentences(report)
    for missing in ("この期間の通信量はデータなしです。", "サービスの停止の記録はデータなしです。",
                    "問合せの記録はデータなしです。", "セキュリティの検知の記録はデータなしです。"):
        assert missing in told
    assert {row[2] for row in table(report, "summary-table").rows} == {"…"}
    for anchor in ("stops-table", "subjects-table", "changes-table", "signature-table", "serious-table"):
        assert "データなし" in table(report, anchor).rows[0][0], anchor
    assert not any(block.spec.has_values for block in report.blocks() if isinstance(block, Chart))


@pytest.mark.parametrize("scope", [Scope.none(), Scope.of(OWN, OTHER), Scope(frozenset({OWN}), platform=True)])
def test_it_is_made_under_the_view_of_exactly_one_body(demo_reader: Reader, scope: Scope) -> None:
    with pytest.raises(ExportError):
        assemble_report(load_template("tenant-annual"), YEAR, scope, demo_reader, CONTRACT, CLOCK)
