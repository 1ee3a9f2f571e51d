"""Numbering, refusals, and the difference between missing, zero and not applicable."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from datetime import datetime

import pandas as pd
import pytest

from exports.assemble import assemble_report
from exports.errors import AudienceError, PeriodKindError, SectionError
from exports.model import Bullets, Chart, Report, Table
from exports.template import load_template
from exports.text import as_of_ja
from tests.exports import fake_reader
from tests.exports.conftest import CLOCK, CONTRACT, make_report
from tests.exports.fake_reader import FakeReader
from warehouse.period import Period
from warehouse.scope import Scope


def table(report: Report, anchor: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.anchor == anchor)


def chart(report: Report, anchor: str) -> Chart:
    return next(block for block in report.blocks() if isinstance(block, Chart) and block.anchor == anchor)


def row_of(block: Table, head: str) -> tuple[str, ...]:
    return next(row for row in block.rows if row[0] == head)


def bullets(report: Report, section: str) -> tuple[str, ...]:
    found = next(one for one in report.all_sections() if one.anchor == section)
    return tuple(item for block in found.blocks if isinstance(block, Bullets) for item in block.items)


def test_headings_are_numbered_as_the_prefecture_does(report: Report) -> None:
    headings = [section.heading for section in report.all_sections()]
    assert headings[:3] == ["１　今月の要点", "（１）特記事項", "（２）本県への依頼・判断事項"]
    assert "８　セキュリティ監視の概況" in headings
    assert [one for one in headings if one.startswith("別紙")] == [
        "別紙１　接続団体別一覧",
        "別紙２　指標の定義",
        "別紙３　データの状況",
    ]


def test_tables_and_figures_are_counted_separately_without_gaps(report: Report) -> None:
    wide = str.maketrans("０１２３４５６７８９", "0123456789")
    for kind in ("表", "図"):
        numbers = [
            int(block.label[1:].translate(wide))
            for block in report.blocks()
            if isinstance(block, (Table, Chart)) and block.label[0] == kind
        ]
        assert numbers == list(range(1, len(numbers) + 1))


def test_anchors_are_unique(report: Report) -> None:
    anchors = [section.anchor for section in report.all_sections()]
    anchors += [block.anchor for block in report.blocks() if isinstance(block, (Table, Chart))]
    assert len(anchors) == len(set(anchors))


def test_a_report_cannot_be_changed(report: Report) -> None:
    with pytest.raises(FrozenInstanceError):
        report.file_stem = "other"  # type: ignore[misc]


def test_all_33_bodies_are_listed_with_what_belongs_to_none_and_a_total(report: Report) -> None:
    annex = table(report, "annex-table")
    assert len(annex.rows) == 35
    assert annex.rows[0][0] == "三重県"
    assert annex.rows[-2] == ("団体不明", *["－"] * 11, "0", "0", "0", "0", "－", "3", "0")
    listed = fake_reader.tenant_month()["detections"].sum()
    assert (annex.rows[-1][0], annex.rows[-1][17]) == ("合計", f"{listed + 3:,}")


def test_no_row_for_unknown_bodies_when_every_record_has_its_body() -> None:
    nothing = fake_reader.unplaced_month().assign(detections=0)
    annex = table(make_report(FakeReader({"unplaced_month": nothing})), "annex-table")
    assert len(annex.rows) == 34
    assert "団体不明" not in [row[0] for row in annex.rows]


@pytest.mark.parametrize(
    ("anchor", "head", "column", "shown"),
    [
        ("annex-table", "紀宝町", 4, "…"),  # not collected
        ("annex-table", "四日市市", 18, "0"),  # a real zero
        ("annex-table", "三重県", 6, "▲5.3"),  # a decrease
        ("annex-table", "紀北広域連合", 7, "…"),  # joined within the year
        ("availability-table", "Webサーバ", 3, "0"),
        ("availability-table", "プロキシ", 5, "99.907"),  # cut, not rounded
        ("function-table", "振る舞い検知", 3, "－"),  # 0 of 0: not applicable
        ("answer-table", "R7.12", 5, "－"),
        ("answer-table", "R8.2", 5, "…"),
        ("kpi", "K35", 5, "…"),
        ("kpi", "K01", 3, "99.999"),
        ("kpi", "K02", 5, "0.0"),
        ("answer-table", "R8.10", 5, "98.6"),  # 98.675 %, cut as K27 is
    ],
)
def test_missing_zero_and_not_applicable_look_different(
    report: Report, anchor: str, head: str, column: int, shown: str
) -> None:
    assert row_of(table(report, anchor), head)[column] == shown


def test_a_table_with_unknown_values_explains_the_sign(report: Report) -> None:
    for block in report.blocks():
        if isinstance(block, Table):
            unknown = any(cell.startswith("…") for row in block.rows for cell in row)
            assert unknown == any("データなし（不明又は未取得）" in note for note in block.notes)


def test_missing_samples_are_gaps_in_a_chart_never_zero(report: Report) -> None:
    breakout = next(one for one in chart(report, "line-daily-in").spec.series if one.name == "ブレイクアウト接続回線")
    assert breakout.values[13:15] == (None, None)
    assert all(value is None or value > 0 for value in breakout.values)
    assert "データなし" in chart(report, "line-daily-in").summary


def test_both_denominators_of_a_line_are_named(report: Report) -> None:
    heads = [(column.group, column.header) for column in table(report, "line-table").columns]
    assert ("95%値の使用率（%）", "対確保") in heads and ("95%値の使用率（%）", "対総") in heads
    assert any(
        "確保帯域（1,000Mbps）に対し72.4%、総帯域（4,000Mbps）に対し18.1%" in one
        for one in bullets(report, "line-month")
    )


def test_judgements_have_a_word_beside_the_symbol(report: Report) -> None:
    words = {row[-1] for row in table(report, "kpi").rows}
    assert words == {"－ 目標未設定", "△ 注意", "○ 達成", "× 未達", "－"}


def test_a_kpi_that_is_neither_good_nor_bad_lacks_no_target(report: Report) -> None:
    row = row_of(table(report, "kpi"), "K26")
    assert (row[3], row[4], row[-1]) == ("142", "－", "－")
    assert row_of(table(report, "definitions-table"), "K26")[-1] == "－"
    assert not any("K26" in one for one in bullets(report, "requests"))


def test_a_kpi_of_lines_has_a_row_for_each_and_one_definition(report: Report) -> None:
    rows = [row for row in table(report, "kpi").rows if row[0] == "K10"]
    assert [(row[1], row[3], row[4]) for row in rows] == [
        ("対確保帯域使用率（インターネット接続回線）", "72.4", "90%以下"),
        ("対確保帯域使用率（ブレイクアウト接続回線）", "48.6", "未設定"),
    ]
    defined = [row for row in table(report, "definitions-table").rows if row[0] == "K10"]
    assert [(row[1], row[-1]) for row in defined] == [("対確保帯域使用率", "対象による")]


def test_nothing_due_is_said_to_be_not_applicable() -> None:
    frame = fake_reader.kpi_summary()
    chosen = frame["kpi_id"] == "K35"
    frame = frame.assign(value=frame["value"].mask(chosen), judgement=frame["judgement"].mask(chosen, "対象なし"))
    events = fake_reader.serious_events().iloc[0:0]
    report = make_report(FakeReader({"kpi_summary": frame, "serious_events": events}))
    row = row_of(table(report, "kpi"), "K35")
    assert (row[3], row[-1]) == ("－", "－ 対象なし")
    assert bullets(report, "contact") == (
        "重大なセキュリティイベント（危険度2以上）は0件であり、15分以内の緊急連絡は対象なしである。",
    )


def test_an_empty_list_says_none_only_when_the_ledger_was_loaded() -> None:
    nothing = fake_reader.outages().iloc[0:0]
    loaded = make_report(FakeReader({"outages": nothing}))
    assert table(loaded, "unplanned-table").rows == (("対象月の計画外停止及び縮退はない。",),)
    services = fake_reader.service_month().assign(availability_pct=math.nan)
    unknown = make_report(FakeReader({"outages": nothing, "service_month": services}))
    assert table(unknown, "unplanned-table").rows == (("データなし（対象月の台帳が取り込まれていません。）",),)
    assert all(cell == "…" for row in table(unknown, "availability-table").rows for cell in row[3:])


def test_highlights_put_the_missed_targets_first(report: Report) -> None:
    found = bullets(report, "notable")
    assert 3 <= len(found) <= 5
    assert found[0] == "一次回答期限内率は98.6%で、目標（100%以上）を満たさなかった。前月は100.0%であった。"


def test_requests_carry_their_numbers(report: Report) -> None:
    found = bullets(report, "requests")
    assert found[0] == "一次回答の期限を超過した2件について、超過の理由の確認を依頼する。"
    assert any("県の承認前に実施した設定変更1件" in one for one in found)
    assert any("使用率が83.1%（上限26,500台）" in one for one in found)
    assert found[-1] == (
        "主要指標のうち目標値が未設定の7指標（K01、K02、K06、K10、K11、K29、K34）について、目標値の決定を依頼する。"
    )


def test_a_line_is_asked_about_once_when_it_misses_its_target(report: Report) -> None:
    found = [one for one in bullets(report, "requests") if "増強" in one and "回線" in one]
    assert found == ["インターネット接続回線の対確保帯域使用率が72.4%に達したため、増強の要否の判断を依頼する。"]


@pytest.mark.parametrize(("share", "asked"), [(99.99, False), (100.0, True), (131.5, True)])
def test_a_line_without_a_target_is_asked_about_once_it_fills_what_is_guaranteed(share: float, asked: bool) -> None:
    frame = fake_reader.line_month()
    chosen = frame["line_id"] == "breakout"
    lines = FakeReader({"line_month": frame.assign(judged_pct=frame["judged_pct"].mask(chosen, share))})
    wanted = f"ブレイクアウト接続回線の対確保帯域使用率が{share:.1f}%に達したため、増強の要否の判断を依頼する。"
    assert (wanted in bullets(make_report(lines), "requests")) is asked


def test_a_section_without_its_rows_stops_the_report() -> None:
    empty = fake_reader.tenant_month().iloc[0:0]
    with pytest.raises(SectionError) as caught:
        make_report(FakeReader({"tenant_month": empty}))
    assert "接続団体が1件もありません" in caught.value.message


def test_a_column_that_is_gone_stops_the_report_and_is_named() -> None:
    frame = fake_reader.line_month().drop(columns=["p95_total_pct"])
    with pytest.raises(SectionError) as caught:
        make_report(FakeReader({"line_month": frame}))
    assert "p95_total_pct" in caught.value.message


def test_a_month_without_serious_events_shows_zero_not_unknown() -> None:
    frame = fake_reader.detection_trend()
    silent = (frame["jst_month"] == "2026-05") & (frame["severity"] == 3)
    report = make_report(FakeReader({"detection_trend": frame[~silent]}))
    row = row_of(table(report, "detection-trend-table"), "危険度3（Critical）")
    assert row[7] == "0"  # loaded month, no such event
    assert row[3] == "…"  # month that was never loaded


def test_single_bodies_cannot_get_the_prefecture_s_report() -> None:
    reader = FakeReader()
    with pytest.raises(AudienceError):
        assemble_report(
            load_template("monthly-operations"), Period.parse("2026-10"), Scope.of("242012"), reader, CONTRACT, CLOCK
        )
    assert reader.asked == []


def test_a_promised_column_that_no_table_prints_is_missed_too() -> None:
    frame = fake_reader.device_month().drop(columns=["avg_value"])
    with pytest.raises(SectionError) as caught:
        make_report(FakeReader({"device_month": frame}))
    assert "照会「device_month」に列 avg_value がありません" in caught.value.message


def test_a_list_without_a_fact_stops_the_report() -> None:
    frame = fake_reader.line_month().assign(guaranteed_bps=math.nan)
    with pytest.raises(SectionError) as caught:
        make_report(FakeReader({"line_month": frame}))
    assert "書くべき事実が1件もありません" in caught.value.message


def test_the_template_wants_a_month() -> None:
    with pytest.raises(PeriodKindError, match="対象期間は月"):
        make_report(month="2026H1")


def test_every_query_runs_under_the_given_scope_and_period(report: Report) -> None:
    reader = FakeReader()
    make_report(reader)
    months = {params["month"] for _, params in reader.asked if "month" in params}
    assert months == {"2026-10"}
    assert ("kpi_summary", {"period": "2026-10"}) in reader.asked


def test_no_text_of_the_report_is_left_unfilled(report: Report) -> None:
    for block in report.blocks():
        shown = str(block)
        for sign in ("'nan", "NaT", "nan%", "'None'", "<NA>", "{{", "{%"):
            assert sign not in shown, block


def test_missing_is_recognised_in_all_its_forms() -> None:
    from exports.text import amount, missing

    for value in (None, math.nan, pd.NA, pd.NaT):
        assert missing(value)
        assert amount(value) == "…"
    assert amount(0) == "0"
    assert amount(-1.25, 1) == "▲1.3"


def test_a_kpi_reads_the_same_wherever_it_stands(report: Report) -> None:
    assert row_of(table(report, "kpi"), "K27")[3] == "98.6"
    assert any("期限内率は98.6%" in one for one in bullets(report, "answers"))
    assert any("一次回答期限内率は98.6%" in one for one in bullets(report, "notable"))
    shown = row_of(table(report, "kpi"), "K06")[3]
    assert shown in row_of(table(report, "fault-trend"), "平均復旧時間（分）")


def test_a_figure_of_an_unknown_kpi_stops_the_report() -> None:
    frame = fake_reader.kpi_catalogue()
    with pytest.raises(SectionError, match="指標「K27」が指標一覧にありません"):
        make_report(FakeReader({"kpi_catalogue": frame[frame["kpi_id"] != "K27"]}))


def test_coverage_is_100_only_when_nothing_is_missing() -> None:
    almost = 100 * 1767743 / 1767744
    frame = fake_reader.coverage_month().assign(coverage_pct=[almost, 96.96, 100.0])
    lines = fake_reader.line_month().assign(coverage_pct=almost)
    groups = fake_reader.line_group_month().assign(coverage_pct=almost)
    replaced = {"coverage_month": frame, "line_month": lines, "line_group_month": groups}
    report = make_report(FakeReader(replaced))
    assert [row[4] for row in table(report, "coverage-table").rows] == ["99.9", "96.9", "100.0"]
    assert {row[10] for row in table(report, "line-table").rows} == {"99.9"}
    assert {row[6] for row in table(report, "line-groups").rows} == {"99.9"}
    assert any("団体別通信量（取得率99.9%）" in one for one in bullets(report, "quality"))


def test_the_rounding_rule_names_what_is_cut(report: Report) -> None:
    assert row_of(table(report, "premises-table"), "端数処理")[1] == (
        "比率は小数第1位まで（四捨五入）とする。ただし、サービス稼働率は小数第3位まで、"
        "一次回答期限内率、緊急連絡15分以内率、遮断率及び取得率は小数第1位までとし、表示桁未満を切り捨てる。"
        "端数処理のため合計が一致しない場合がある。"
    )


def test_open_faults_of_earlier_months_are_listed() -> None:
    reader = FakeReader()
    found = bullets(make_report(reader), "fault-open")
    assert found == (
        "令和8年10月31日までに検知した障害のうち、未完了のものは2件である。",
        "F8-009（Webサーバの断続的な停止、令和8年6月3日検知）は「復旧済」であり、令和8年6月3日に完全復旧した。",
        "F8-022（外部DNSの応答遅延、令和8年10月20日検知）は「対応中」であり、完全復旧していない。",
    )
    assert ("open_faults", {"last_date": Period.parse("2026-10").end}) in reader.asked
    none = make_report(FakeReader({"open_faults": fake_reader.open_faults().iloc[0:0]}))
    assert bullets(none, "fault-open") == ("令和8年10月31日までに検知した障害で、未完了のものはない。",)
    unknown = make_report(FakeReader({"fault_trend": fake_reader.fault_trend().iloc[:-1]}))
    assert bullets(unknown, "fault-open") == (
        "対象月の障害管理台帳が取り込まれていないため、未完了の障害はデータなしである。",
    )


def test_grave_detections_have_a_figure_with_their_own_scale(report: Report) -> None:
    every, grave = chart(report, "detection-chart"), chart(report, "serious-chart")
    assert len(every.spec.series) == 5
    assert [one.name for one in grave.spec.series] == ["危険度2（High）", "危険度3（Critical）"]
    assert (every.spec.first_style, grave.spec.first_style) == (0, 2)  # the same colours in both
    assert grave.summary.startswith("対象月の危険度2以上の検知は")


def test_the_end_of_a_month_is_told_as_its_last_day() -> None:
    report = make_report(FakeReader(snapshot=fake_reader.FakeSnapshot(data_as_of=datetime(2026, 11, 1))))
    assert row_of(table(report, "premises-table"), "データ基準日時")[1].startswith("令和8年10月31日 24時00分")
    assert "令和8年10月31日 24時00分" in table(report, "kpi").source
    assert "データ基準 2026-10-31 24:00" in report.footer_text
    assert as_of_ja(None, "不明") == "不明"


def test_a_failure_of_our_own_leaves_its_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    frame = fake_reader.line_month().assign(p95_guaranteed_pct="many")
    with pytest.raises(SectionError, match="値の形が想定と違います"), caplog.at_level("ERROR", "miharashi.exports"):
        make_report(FakeReader({"line_month": frame}))
    assert caplog.records[0].exc_info is not None


def test_an_outside_fault_of_an_earlier_month_is_asked_about_while_it_is_open() -> None:
    frame = fake_reader.open_faults().assign(boundary_name="範囲外")
    found = bullets(make_report(FakeReader({"open_faults": frame})), "requests")
    assert any("範囲外の障害F8-009" in one for one in found)
