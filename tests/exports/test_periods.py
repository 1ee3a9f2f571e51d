"""Reports on halves and years: made of the period itself, honest about what is missing."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from exports.assemble import assemble_report
from exports.blocks import results
from exports.blocks.base import Context, Unfilled
from exports.blocks.bodies import heat_table
from exports.blocks.fulfilment import clauses_sentences, clauses_table
from exports.blocks.improvement import cycle_table
from exports.blocks.security import signatures_table
from exports.catalogue import load_catalogue
from exports.chapters import headings_of, printed_sections
from exports.data import DataSource
from exports.errors import AudienceError
from exports.excel import write_excel
from exports.model import Report, Table
from exports.template import SectionSpec, load_template
from exports.wording import words_for
from tests.exports import fake_reader
from tests.exports.conftest import CLOCK, CONTRACT
from tests.exports.fake_reader import NAN, FakeReader
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

HALF = Period.parse("2026H1")
PERIODS = pd.DataFrame(
    [
        {"period_id": str(period), "name": period.label_ja, "first_date": period.start, "last_date": period.end,
         "through_date": through, "is_complete": through == period.end, "made_of": made_of,
         "month_count": period.length}
        for period, through, made_of in (
            (Period.parse("2025H2"), date(2026, 3, 31), 6), (HALF, date(2026, 9, 30), 6),
            (Period.parse("2026H2"), date(2026, 10, 31), 1), (Period.parse("FY2026"), date(2026, 10, 31), 7),
        )
    ]
)  # fmt: skip
CONTRACTS = pd.DataFrame(
    [{"contract_id": "sc", "name": "契約", "valid_from": date(2022, 4, 1), "valid_to": date(2027, 3, 31)}]
)


def context(period: Period = HALF, headings: dict[str, str] | None = None, **frames: pd.DataFrame) -> Context:
    reader = FakeReader({"reporting_periods": PERIODS, "contracts": CONTRACTS, **frames})
    data = DataSource(reader, reader.whole_scope(), words_for(period))
    return Context(period, data, CONTRACT, CLOCK, headings=headings or {})


def kpi_items(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """KPIs by (id, value, target, judgement, previous)."""
    names = {row["kpi_id"]: row for row in fake_reader.kpi_catalogue().to_dict("records")}
    return pd.DataFrame(
        [
            {"grain": "all", "entity": "", "numerator": NAN, "denominator": NAN, "n": 1, "coverage_pct": NAN,
             "target_text": "以上", "last_year_value": NAN, "description": "", "headline": True,
             **{name: names[kpi_id][name] for name in ("name", "unit", "decimals", "rounding", "direction", "clause")},
             "kpi_id": kpi_id, "value": value, "target": target, "judgement": judged, "previous_value": before}
            for kpi_id, value, target, judged, before in rows
        ]
    )  # fmt: skip


def test_a_half_has_the_columns_of_its_six_months_and_a_year_of_its_twelve() -> None:
    assert context().months == ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09")
    assert len(context(Period.parse("FY2026")).months) == 12
    assert context(Period.parse("2026-10")).months[0] == "2025-11"


def test_a_running_period_is_told_until_its_last_month_and_compared_with_nothing() -> None:
    running = context(Period.parse("FY2026"), kpi_items=kpi_items(("K27", 98.0, 100.0, "未達", NAN)))
    assert running.month == "2026-10"
    assert results.sentences(running, {"kpis": ["K27"]}) == (
        "一次回答期限内率は98.0%であり、目標（100%以上）に対し「未達」である。",
    )
    over = context(kpi_items=kpi_items(("K27", 98.0, 100.0, "未達", 99.0)))
    assert "（前半期は99.0%）" in results.sentences(over, {"kpis": ["K27"]})[0]


def test_a_rank_before_a_period_that_is_not_told_is_unknown() -> None:
    top = fake_reader.signature_top()
    assert signatures_table(context(signature_top=top), {"count": 10}).rows[2][-1] == "圏外"
    running = context(Period.parse("2026H2"), signature_top=top)
    assert signatures_table(running, {"count": 10}).rows[2][-1] == "…"


def told(**tables: int) -> pd.DataFrame:
    """``ticket=4``: the ledger tells of the first four months of the half."""
    rows = [{"table_name": name, "title": f"{name}の台帳", "jst_month": month}
            for name, count in tables.items() for month in HALF.months[:count]]  # fmt: skip
    return pd.DataFrame(rows)


CLAUSES = {
    "clauses": [
        {"clause": "11(7)エ", "item": "一次回答", "sections": ["answers"], "tables": ["ticket"]},
        {"clause": "11(7)オ", "item": "障害", "sections": ["answers"], "tables": ["ticket", "fault"]},
        {"clause": "11(8)オ", "item": "全体傾向", "sections": ["answers"], "tables": ["soc_total"]},
        {"clause": "11(7)ク", "item": "構成情報", "sections": ["answers"], "written": "設計書の更新履歴"},
    ]
}


def test_the_table_of_clauses_tells_where_and_from_which_months_each_is_answered() -> None:
    ctx = context(headings={"answers": "７（２）"}, told_months=told(ticket=6, fault=4))
    assert clauses_table(ctx, CLAUSES).rows == (
        ("11(7)エ", "一次回答", "７（２）", "ticketの台帳", "4月～9月", "○ 充足"),
        ("11(7)オ", "障害", "７（２）", "ticketの台帳、faultの台帳", "4月～7月", "△ 一部の月"),
        ("11(8)オ", "全体傾向", "７（２）", "soc_total", "…", "… データなし"),
        ("11(7)ク", "構成情報", "７（２）", "設計書の更新履歴", "－", "－ 書面による"),
    )
    assert "データのない月がある項目は2件（11(7)オ（障害）、11(8)オ（全体傾向））" in clauses_sentences(ctx, CLAUSES)[1]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"sections": ["nowhere"]}, "「nowhere」はこの帳票にありません"),
        ({"chapter": "answers"}, "clauses の1件目"),
        ({"tables": []}, "tables 又は written のどちらか一方"),
    ],
)
def test_a_clause_that_leads_nowhere_is_refused(change: dict[str, Any], word: str) -> None:
    wrong = {"clauses": [CLAUSES["clauses"][0] | change]}
    with pytest.raises(Unfilled, match=word):
        clauses_table(context(headings={"answers": "７"}, told_months=told(ticket=6)), wrong)


def test_chapters_of_the_last_contract_year_appear_in_that_year_only() -> None:
    specs = tuple(
        SectionSpec(id=name, title=name, only=only)
        for name, only in (("first", None), ("term", "last_contract_year"), ("last", None))
    )

    def numbers(year: str) -> dict[str, str]:
        return headings_of(printed_sections(specs, context(Period.parse(year)), "prefecture"))

    assert numbers("FY2026") == {"first": "１", "term": "２", "last": "３"}
    assert numbers("FY2025") == {"first": "１", "last": "２"}


def test_years_before_the_data_are_unknown_not_zero() -> None:
    years = pd.DataFrame(
        [{"period_id": "FY2026", "period_name": "令和8年度", "kpi_id": "K26", "name": "受付件数", "grain": "all",
          "entity": "", "unit": "件", "decimals": 0, "rounding": "half_up", "value": 0.0, "numerator": 0.0,
          "target": NAN, "judgement": "目標未設定", "is_complete": False}]
    )  # fmt: skip
    ctx = context(Period.parse("FY2026"), kpi_years=years)
    assert results.years_table(ctx, {}).rows == (("K26", "受付件数", "件", "…", "…", "…", "…", "0"),)
    absent = "令和4年度、令和5年度、令和6年度、令和7年度は、本システムにデータがない"
    assert absent in results.years_sentences(ctx, {})[0]


def test_a_missed_target_becomes_a_proposed_improvement_with_its_numbers() -> None:
    nothing = {name: pd.DataFrame(columns=[field.name for field in load_catalogue()[name].fields])
               for name in ("obligations", "design_results")}  # fmt: skip
    items = kpi_items(("K27", 98.66, 100.0, "未達", 100.0), ("K35", 100.0, 100.0, "達成", 100.0))
    table = cycle_table(context(kpi_items=items, **nothing), {"actions": {"K27": "見直す。", "default": "確認する。"}})
    assert table.rows == (
        ("K27　一次回答期限内率", "100%以上", "98.6%（前半期100.0%）", "× 未達", "見直す。"),
    )


def test_the_marks_of_the_table_of_bodies_stay_with_the_extremes() -> None:
    bodies = fake_reader.tenant_month().assign(availability_pct=100.0, faults=1, changes=2)
    bodies["tickets"] = range(len(bodies))
    rows = heat_table(context(tenant_period=bodies), {}).rows
    marked = [row[0] for row in rows if row[5].startswith("●")]
    assert marked == list(bodies["name"][-8:])  # a quarter of 33
    assert not any(row[1].startswith("●") for row in rows)  # all the same
    assert next(row for row in rows if row[0] == "紀宝町")[2] == "…"  # not collected, not 0


def test_no_two_reports_of_a_year_share_a_document_number() -> None:
    contract = replace(CONTRACT, document_number="SC-{era_year}-{month}")
    names = ("2026-04", "2026Q1", "2026H1", "2026H2", "FY2026")
    numbers = [contract.number_for(Period.parse(name), "運用") for name in names]
    assert numbers == ["SC-8-04", "SC-8-第1四半期", "SC-8-上期", "SC-8-下期", "SC-8-年間"]


@pytest.mark.parametrize(("name", "period"), [("half-year", "2026H1"), ("yearly", "FY2026")])
def test_a_body_gets_no_report_of_the_prefecture(name: str, period: str) -> None:
    reader = FakeReader({"reporting_periods": PERIODS})
    with pytest.raises(AudienceError):
        assemble_report(load_template(name), Period.parse(period), Scope.of("242012"), reader, CONTRACT, CLOCK)


def made(demo_reader: Reader, name: str, period: str) -> Report:
    clock = datetime(2026, 11, 6, 9, 30)
    template, scope = load_template(name), demo_reader.whole_scope()
    return assemble_report(template, Period.parse(period), scope, demo_reader, CONTRACT, clock)


@pytest.fixture(scope="module")
def half(demo_reader: Reader) -> Report:
    return made(demo_reader, "half-year", "2026H1")


@pytest.fixture(scope="module")
def year(demo_reader: Reader) -> Report:
    return made(demo_reader, "yearly", "FY2026")


def table(report: Report, anchor: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.anchor == anchor)


def test_the_half_of_the_demo_tells_of_every_kpi_and_clause(half: Report) -> None:
    assert list(dict.fromkeys(row[0] for row in table(half, "kpi").rows)) == [f"K{at:02d}" for at in range(1, 41)]
    clauses = {row[1]: row for row in table(half, "clauses").rows}
    assert clauses["問合せ件数及び進捗管理状況"][2] == "７"
    assert clauses["進捗管理及び一次回答"][2:] == ("７（２）、７（４）", "問合せ・依頼", "8月～9月", "△ 一部の月")
    assert "データのある2か月" in half.sections[0].blocks[0].paragraphs[0]  # type: ignore[union-attr]


def test_the_numbers_of_the_half_agree_with_each_other(half: Report) -> None:
    kpi = {row[0]: row[3] for row in table(half, "kpi").rows}
    annex = table(half, "annex-table")
    assert annex.rows[-1][12] == kpi["K26"] == table(half, "ticket-matrix").rows[-1][-1]
    assert annex.rows[-1][17] == kpi["K33"] == table(half, "function-table").rows[-1][1]
    assert kpi["K30"] == table(half, "change-table").rows[-1][1]
    assert kpi["K34"] == str(len(table(half, "serious-table").rows))


def test_every_body_of_the_demo_has_its_card(half: Report) -> None:
    cards = [block for block in half.blocks() if isinstance(block, Table) and block.anchor.startswith("body-card-")]
    assert len(cards) == len(table(half, "heat-table").rows) == 33
    assert cards[1].title == "津市の状況（令和8年度上期）"
    assert len({card.label for card in cards}) == 33


def test_the_last_contract_year_of_the_demo_hands_over(year: Report) -> None:
    titles = [section.title for section in year.sections]
    assert titles[10:12] == ["契約期間の総括", "次期への引継ぎ"]
    assert "問合せ・依頼" in [row[0] for row in table(year, "fact-table").rows]


@pytest.mark.parametrize("which", ["half", "year"])
def test_the_source_data_of_long_periods_are_a_workbook_machines_can_read(
    which: str, request: pytest.FixtureRequest
) -> None:
    report: Report = request.getfixturevalue(which)
    book = load_workbook(io.BytesIO(write_excel(report)), read_only=True)
    for dataset in report.datasets:
        heads = next(book[dataset.sheet].iter_rows(max_row=1, values_only=True))
        assert len(set(heads)) == len(heads) and None not in heads
        assert not any("{" in str(head) for head in heads)
