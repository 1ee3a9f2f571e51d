"""月例監視報告書: one definition; the prefecture's edition has all bodies, a body's itself and sums of everybody."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pandas as pd
import pytest
from docx import Document

from exports.assemble import assemble_report
from exports.blocks.base import Context
from exports.blocks.watch import hours_chart
from exports.data import DataSource
from exports.errors import CommentaryError, SectionError, SingleBodyError
from exports.model import Bullets, Chart, Commentary, Report, Table, Text
from exports.publish import render
from exports.template import load_template
from exports.wording import words_for
from tests.exports import fake_frames, fake_reader
from tests.exports.conftest import CLOCK, CONTRACT
from tests.exports.fake_reader import FakeReader
from tests.exports.test_assemble import row_of, table
from tests.support import TENANTS
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

TSU = Scope.of(fake_frames.TENANT)


def make(scope: Scope | None = None, reader: FakeReader | None = None, **given: object) -> Report:
    reader = reader or FakeReader()
    template = load_template("monthly-security")
    period = Period.parse("2026-10")
    return assemble_report(template, period, scope or reader.whole_scope(), reader, CONTRACT, CLOCK, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole() -> Report:
    return make()


@pytest.fixture(scope="module")
def body() -> Report:
    """津市's edition, from rows that are its own."""
    events = fake_reader.serious_events().iloc[:1]
    return make(TSU, FakeReader({"serious_events": events}))


def said(report: Report) -> Iterator[str]:
    """Every sentence that the program itself writes, outside the cells of tables."""
    for block in report.blocks():
        if isinstance(block, Text):
            yield from block.paragraphs
        elif isinstance(block, Bullets):
            yield from block.items
        elif isinstance(block, (Table, Chart)):
            yield from block.notes
            yield from (block.summary,) if isinstance(block, Chart) else ()


def anchors(report: Report) -> set[str]:
    return {block.anchor for block in report.blocks() if isinstance(block, (Table, Chart))}


def test_each_edition_has_its_own_parts_and_numbers_without_gaps(whole: Report, body: Report) -> None:
    assert {"body-table", "quality-prefecture"} <= anchors(whole) and "position-table" not in anchors(whole)
    assert {"position-table", "comparison-tenant"} <= anchors(body) and "body-table" not in anchors(body)
    for report in (whole, body):
        labels = [block.label for block in report.blocks() if isinstance(block, Table)]
        assert labels == list(dict.fromkeys(labels))
        assert [section.number for section in report.sections[:7]] == list("１２３４５６７")


def test_a_body_s_edition_is_addressed_to_it_and_named_by_its_code(body: Report) -> None:
    assert (body.cover.addressee, body.cover.subtitle) == ("津市", "令和8年10月分（津市）")
    assert body.file_stem == "月例監視報告書_2026-10_242012"


def test_a_body_s_files_name_no_other_body(body: Report) -> None:
    others = {row["name"] for row in fake_reader.config_rows("tenants.csv")} - {"津市", "三重県"}
    assert not [name for name in others if name in str(body)]


def test_a_body_s_edition_is_polite_throughout(body: Report) -> None:
    sentences = [part for text in said(body) for part in re.split("(?<=。)", text) if part.endswith("。")]
    assert len(sentences) > 20
    polite = re.compile("(です|ます|ました|でした|ません|ませんでした|（対象[0-9]+件）)。$")
    assert [part for part in sentences if not polite.search(part)] == []


@pytest.mark.parametrize("scope", [Scope.of("242012", "242021"), Scope.none()])
def test_a_body_s_edition_is_of_exactly_one_body(scope: Scope) -> None:
    with pytest.raises(SingleBodyError):
        make(scope)


def test_a_body_that_was_no_member_gets_no_report() -> None:
    with pytest.raises(SectionError, match="接続団体はありません"):
        make(Scope.of("999999"))


def test_every_serious_event_has_a_card_with_its_recommendations(whole: Report) -> None:
    cards = [one for one in whole.blocks() if isinstance(one, Table) and one.anchor.startswith("card-")]
    assert cards[1].title == "事案票　S8-1002（伊勢市、危険度3）"
    assert len(cards) == 4
    late = dict(cards[2].rows)
    assert "15分を超過" in late["判断・連絡"] and late["推奨対処方法"].startswith("被疑端末をネットワークから")


def test_a_month_without_serious_events_says_none_and_one_without_judgements_says_unknown() -> None:
    nothing = fake_reader.serious_events().iloc[0:0]
    quiet = make(reader=FakeReader({"serious_events": nothing}))
    texts = [paragraph for block in quiet.blocks() if isinstance(block, Text) for paragraph in block.paragraphs]
    assert "対象月の重大なセキュリティイベントは0件である。" in texts
    trend = fake_reader.detection_trend()
    unknown = {"serious_events": nothing, "detection_trend": trend[trend["jst_month"] != "2026-10"]}
    dark = make(reader=FakeReader(unknown))
    texts = [paragraph for block in dark.blocks() if isinstance(block, Text) for paragraph in block.paragraphs]
    assert "データなし（対象月の台帳が取り込まれていません。）" in texts


def test_the_whole_is_told_of_without_names_and_hidden_where_few_bodies_have_any(body: Report) -> None:
    assert row_of(table(body, "comparison-tenant"), "危険度0（Low）")[3] == "3,212"
    frame = fake_frames.security_whole()
    few = frame.assign(n=frame["n"].mask(frame["source"] == "cloud"))
    hidden = make(TSU, FakeReader({"security_whole": few, "serious_events": fake_reader.serious_events().iloc[:1]}))
    assert row_of(table(hidden, "comparison-tenant"), "危険度0（Low）")[3] == "…"
    assert [row[4] for row in table(body, "position-table").rows] == ["3", "秘匿"]


@pytest.mark.parametrize(("told", "shown"), [(fake_frames.told_months(), 0.0), (fake_frames.told_months()[:0], None)])
def test_an_hour_without_detections_is_zero_only_in_a_month_that_is_told_of(told: pd.DataFrame, shown: float) -> None:
    reader = FakeReader({"told_months": told})
    month = Period.parse("2026-10")
    ctx = Context(month, DataSource(reader, reader.whole_scope(), words_for(month)), CONTRACT, CLOCK)
    sunday = hours_chart(ctx, {}).spec.series[6]
    assert sunday.values[3] == shown


def test_approved_text_stands_at_its_place_as_it_was_written() -> None:
    report = make(commentary={"message": "一行目である。\n\n二行目 <b>&amp;", "analysis": "{{ period }}"})
    written = {block.anchor: block.paragraphs for block in report.blocks() if isinstance(block, Commentary)}
    assert written["message"] == ("一行目である。", "二行目 <b>&amp;")
    assert written["analysis"] == ("{{ period }}",)
    assert written["threat-trends"] == ("（記載なし）",)
    assert "quality-note" not in written


def test_text_for_a_place_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CommentaryError, match="「mesage」はありません"):
        make(commentary={"mesage": "本文"})


def test_the_same_report_becomes_the_same_bytes_with_the_heat_map_as_a_table_of_word(body: Report) -> None:
    files = render(body, ["docx"])
    assert render(body, ["docx"]) == files
    document = Document(io.BytesIO(files["月例監視報告書_2026-10_242012.docx"]))
    grid = next(one for one in document.tables if len(one.columns) == 25)
    assert [cell.text for cell in grid.rows[1].cells[:11]] == ["月", *"0" * 8, "18", "19"]


@pytest.mark.parametrize("code", TENANTS)
def test_a_body_s_edition_of_real_rows_holds_no_name_or_code_of_another(demo_reader: Reader, code: str) -> None:
    template = load_template("monthly-security")
    report = assemble_report(template, Period.parse("2026-10"), Scope.of(code), demo_reader, CONTRACT, CLOCK)
    content = str(report).replace(CONTRACT.contract_name, "").replace(CONTRACT.system_name, "")
    others = [row for row in fake_reader.config_rows("tenants.csv") if row["tenant_code"] != code]
    assert not [row["name"] for row in others if row["name"] in content or f"'{row['tenant_code']}'" in content]
    assert row_of(table(report, "comparison-tenant"), "危険度0（Low）")[3] == "…"  # fewer than five bodies
