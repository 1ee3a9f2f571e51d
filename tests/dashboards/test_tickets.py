"""問合せ・申請: its numbers are those of the ledgers, missing is not zero, and a body sees nothing but its own."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.columns import month_ja
from dashboards.figures import tickets as figures
from dashboards.pages import tickets_sums
from tests.dashboards.conftest import ask, nodes
from tests.support import CONFIG, read_rows
from tests.warehouse import raw_files
from tests.warehouse.raw_files import PERIODS, changes, month_of, outages, tickets
from warehouse.japanese import number
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

MONTHS = ("2026-08", "2026-09", "2026-10")
ASKED = ("2026-10", "2026Q2", "2026H1", "FY2026")


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: datetime(2026, 11, 20, 9, 30))


def page(reader: Reader, link: str, scope: Scope | None = None) -> str:
    return json.dumps(json.loads(ask(app_on(reader, scope), link)), ensure_ascii=False)


def lines(reader: Reader, dataset: str, period: str, scope: Scope | None = None) -> list[dict[str, str]]:
    answer = app_on(reader, scope).server.test_client().get(f"/csv/tickets/{dataset}.csv?period={period}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("period", ASKED)
def test_the_cards_are_the_kpis_of_the_period_and_lead_to_their_proof(demo_reader: Reader, period: str) -> None:
    text = page(demo_reader, f"/tickets?period={period}")
    assert "表示エラー" not in text
    known = demo_reader.query("service_levels", demo_reader.whole_scope(), period=period)
    own = known[(known["grain"] == "all") & known["kpi_id"].str.match(r"K(2[6-9]|3[0-2])")]
    assert len(own) == 11
    for kpi in own.itertuples():
        assert kpi.name in text
        assert f'"{number(kpi.value, kpi.decimals, kpi.rounding)}"' in text, kpi.kpi_id
        assert f"kpi={kpi.kpi_id}&grain=all&period={period}" in text


@pytest.mark.parametrize("period", ASKED)
def test_the_sentences_count_what_the_ledgers_hold(demo_data: Path, demo_reader: Reader, period: str) -> None:
    text = page(demo_reader, f"/tickets?period={period}")
    own = [ticket for ticket in tickets(demo_data) if month_of(ticket["received"]) in PERIODS[period]]
    asked = [change for change in changes(demo_data) if month_of(change["received"]) in PERIODS[period]]
    again = [ticket for ticket in own if ticket["reopened"]]
    assert f"の受付は{len(own)}件" in text and f"の受付は{len(asked)}件" in text
    assert f"受付{len(own)}件のうち、完了の後に再び開いたものは{len(again)}件" in text
    assert f"のべ{sum(ticket['reopened'] for ticket in again)}回" in text


@pytest.mark.parametrize("period", ASKED)
def test_the_matrix_adds_up_on_both_sides(demo_data: Path, demo_reader: Reader, period: str) -> None:
    cells = lines(demo_reader, "received", period)
    own = [ticket for ticket in tickets(demo_data) if month_of(ticket["received"]) in PERIODS[period]]
    for line in cells:
        pair = line["区分コード"], line["受付経路コード"]
        wanted = sum((ticket["kind"], ticket["channel"]) == pair for ticket in own)
        assert int(line["受付（件）"]) == wanted
    assert len(cells) == 12, "a pair that nothing came by counts 0"
    shown, columns = tickets_sums.matrix(demo_reader.query(
        "ticket_matrix_period", demo_reader.whole_scope(), from_month=PERIODS[period][0], to_month=PERIODS[period][-1]))
    assert [column.label for column in columns] == ["区分", "メール", "電話", "ポータル", "合計"]
    assert shown["total"].iloc[-1] == shown["total"].iloc[:-1].sum() == len(own)


def test_ages_are_those_of_the_open_list_and_of_the_kpi(demo_reader: Reader) -> None:
    for period in ASKED:
        classes = {line["受付からの開庁日数"]: int(line["未完了（件）"]) for line in lines(demo_reader, "ages", period)}
        listed = [int(line["経過（開庁日）"]) for line in lines(demo_reader, "open", period)]
        kpis = {line["指標番号"]: line["実績"] for line in lines(demo_reader, "kpis", period)}
        assert sum(classes.values()) == len(listed)
        assert classes["11〜20"] + classes["21〜30"] + classes["30超"] == int(kpis["K29"])
        assert classes["30超"] == int(kpis["K29.over30"]) == sum(age > 30 for age in listed)


def test_the_late_answers_are_those_that_missed_the_next_open_day(demo_data: Path, demo_reader: Reader) -> None:
    listed = lines(demo_reader, "late-answers", "FY2026")
    found = {(line["受付日時"], float(line["超過（業務時間）（時間）"])) for line in listed}
    wanted = set()
    for ticket in tickets(demo_data):
        due = datetime.combine(raw_files.next_open(ticket["received"].date()), datetime.min.time()).replace(
            hour=17, minute=15)
        until = ticket["answered"] or datetime(2026, 11, 1)
        if until > due:
            wanted.add((ticket["received"].isoformat(), raw_files.office_minutes(due, until) / 60))
    assert found == wanted and wanted


def test_a_month_without_ledgers_is_missing_and_not_zero(demo_reader: Reader) -> None:
    text = page(demo_reader, "/tickets?period=2026-07")
    assert "表示エラー" not in text
    assert text.count("データなし：") >= 6
    content = text[text.index("主要指標"):]
    assert "0件）" not in content and "はありません（0件）" not in content
    assert lines(demo_reader, "received", "2026-07") == lines(demo_reader, "changes", "2026-07") == []


def test_a_body_sees_its_own_and_nothing_else(demo_data: Path, demo_reader: Reader) -> None:
    scope = Scope.of("242012")
    text = page(demo_reader, "/tickets?period=FY2026", scope)
    assert "表示エラー" not in text and "津市の問合せ・依頼と設定変更だけを示します。" in text
    assert not re.search("四日市市|242021|240001|全団体計", text)
    own = [ticket for ticket in tickets(demo_data) if ticket["tenant"] == "242012"]
    asked = [change for change in changes(demo_data) if change["tenant"] == "242012"]
    assert f"の受付は{len(own)}件" in text and f"の受付は{len(asked)}件" in text
    assert "grain=tenant&entity=242012" in text and "grain=all" not in text
    for dataset in ("late-answers", "open", "reopened", "awaiting"):
        assert {line["団体コード"] for line in lines(demo_reader, dataset, "FY2026", scope)} <= {"242012"}
    assert {line["対象コード"] for line in lines(demo_reader, "kpis", "FY2026", scope)} == {"242012"}
    received = lines(demo_reader, "received", "FY2026", scope)
    assert sum(int(line["受付（件）"]) for line in received) == len(own)


def test_several_bodies_have_a_block_each(demo_reader: Reader) -> None:
    text = page(demo_reader, "/tickets?period=2026-10", Scope.of("242012", "242021"))
    assert "表示エラー" not in text
    for name in ("津市", "四日市市"):
        assert f"問合せ・依頼（{name}）" in text and f"一次回答の期限内率（%）と件数（{name}・" in text


@pytest.mark.parametrize("scope", [None, Scope.of("242012")])
@pytest.mark.parametrize("period", ["2026-10", "2026Q2"])
def test_what_happened_is_marked_on_every_figure_of_months(
    demo_data: Path, demo_reader: Reader, period: str, scope: Scope | None
) -> None:
    answer = json.loads(ask(app_on(demo_reader, scope), f"/tickets?period={period}"))
    months = (Period.parse(PERIODS[period][-1])).trailing_months(13)
    noted = {event["valid_from"][:7] for event in read_rows(CONFIG / "noted_events.csv")}
    stopped = {month_of(stop["started"]) for stop in outages(demo_data) if stop["kind"] == "計画外停止"}
    wanted = sorted((noted | stopped if scope is None else noted) & set(months))
    drawn = {graph["id"]: graph["figure"]["data"] for graph in nodes(answer, "Graph") if "ages" not in graph["id"]}
    code = "" if scope is None else "242012"
    assert drawn.keys() == {f"figure-{name}" for name in (f"answers{code}", f"hours{code}", "received-trend",
                                                          "open-trend")}
    for traces in drawn.values():
        (marks,) = [trace for trace in traces if trace.get("name") == "事象"]
        assert marks["x"] == [month_ja(month) for month in wanted] and len(wanted) >= 2
    notes = [str(note["children"]) for note in nodes(answer, "P") if note.get("className") == "note"]
    assert sum("▼は事象です：" in note and "台風の接近" in note for note in notes) == 4


def test_without_a_scope_nothing_is_shown(demo_reader: Reader) -> None:
    assert "閲覧権限なし" in page(demo_reader, "/tickets", Scope.none())
    client = app_on(demo_reader, Scope.none()).server.test_client()
    assert client.get("/csv/tickets/open.csv?period=2026-10").status_code == 403


# ---- figures, sums, sentences -------------------------------------------------------------------------


def answered(month: str, due: int, in_time: int, **more: Any) -> dict[str, Any]:
    return {"jst_month": month, "entity": "", "received": due, "due": due, "in_time": in_time, "late": due - in_time,
            "in_time_pct": 100 * in_time / due if due else None, "target_pct": 100.0, "median_hours": 2.0,
            "p90_hours": 8.0} | more


def test_a_month_that_no_ledger_tells_of_is_a_gap() -> None:
    frame = pd.DataFrame([answered("2026-08", 20, 19), answered("2026-10", 10, 10)])
    shown = figures.answers(frame, MONTHS)
    traces = {trace["name"]: trace for trace in shown["data"]}
    assert traces["期限内"]["y"] == [19, None, 10] and traces["期限超過"]["y"] == [1, None, 0]
    assert traces["期限内率"]["y"] == [95.0, None, 100.0] and traces["期限内率"]["connectgaps"] is False
    assert traces["目標"]["y"] == [100.0, None, 100.0]
    assert [mark["x"] for mark in shown["layout"]["annotations"] if mark["text"] == "…"] == ["令和8年9月"]
    assert [trace["y"][1] for trace in figures.hours(frame, MONTHS)["data"]] == [None, None]


@pytest.mark.parametrize(("in_time", "bottom"), [(99, 95.0), (91, 85.0), (40, 0.0)])
def test_the_share_is_drawn_from_below_its_lowest(in_time: int, bottom: float) -> None:
    shown = figures.answers(pd.DataFrame([answered("2026-10", 100, in_time)]), MONTHS)
    assert shown["layout"]["yaxis2"]["range"] == [bottom, 101.0]
    assert shown["layout"]["yaxis"]["rangemode"] == "tozero"


def test_layers_of_age_do_not_overlap() -> None:
    frame = pd.DataFrame([{"jst_month": "2026-10", "open_total": 10, "over_10_days": 4, "over_30_days": 1}])
    layers = figures.open_by_age(frame, MONTHS)["data"]
    assert [(trace["name"], trace["y"]) for trace in layers[:3]] == [
        ("10開庁日以下", [None, None, 6]), ("10開庁日超30開庁日以下", [None, None, 3]), ("30開庁日超", [None, None, 1])]
    assert layers[3]["text"] == ["", "", "10"]


def test_classes_of_age_hold_every_ticket_once_and_mark_the_long_waiting() -> None:
    frame = tickets_sums.ages(pd.DataFrame({"age_days": [0, 5, 6, 10, 11, 20, 21, 30, 31, 99]}))
    assert frame["n"].tolist() == [2] * 5
    bars = figures.ages(frame.to_dict("records"))["data"][0]
    assert len(set(bars["marker"]["color"][:2])) == 1 and set(bars["marker"]["color"][2:]).isdisjoint(
        bars["marker"]["color"][:2])
    assert tickets_sums.ages(pd.DataFrame({"age_days": []}))["n"].tolist() == [0] * 5


def test_rates_come_from_the_sums_of_their_parts() -> None:
    kinds = [{"change_kind": kind, "name": kind, "requested": asked, "completed": done, "approval_needed": asked,
              "approved_before": done, "devices_changed": 0, "backed_up": 0}
             for kind, asked, done in (("a", 1, 1), ("b", 9, 0))]
    whole = tickets_sums.with_sum(pd.DataFrame(kinds))
    assert whole["completed_pct"].tolist() == [100.0, 0.0, 10.0]
    assert whole["backed_up_pct"].tolist() == [None, None, None]
    assert whole["name"].tolist() == ["a", "b", "合計"]


def kpi(value: float | None, numerator: float | None, denominator: float | None, **more: Any) -> dict[str, Any]:
    return {"value": value, "numerator": numerator, "denominator": denominator, "unit": "%", "target": 100.0,
            "target_text": "以上", "judgement": "未達", "previous_value": None, "last_year_value": None} | more


def test_the_sentence_on_answers_cuts_so_that_100_stands_for_all() -> None:
    trend = pd.DataFrame([answered("2026-09", 10, 9), answered("2026-10", 2000, 1999)])
    assert sentences.tickets.answers(kpi(99.95, 1999.0, 2000.0), trend, "令和8年10月") == (
        "令和8年10月に受け付けて一次回答の期限が到来した2,000件のうち、期限内は1,999件（99.9%）、期限超過は1件です。"
        "目標の100%以上に対する判定は「未達」です。表示中の2か月で最も低いのは令和8年9月の90.0%です。"
    )
    assert "到来したものはありません" in sentences.tickets.answers(kpi(None, 0.0, 0.0), trend, "令和8年10月")
    assert sentences.tickets.answers(None, trend, "令和8年10月") == "この期間のデータはありません。"


def test_sentences_compare_a_quarter_with_a_quarter() -> None:
    matrix = pd.DataFrame([
        {"ticket_kind": "i", "kind_name": "問合せ", "channel": "m", "channel_name": "メール", "n": 30},
        {"ticket_kind": "r", "kind_name": "作業依頼", "channel": "p", "channel_name": "電話", "n": 10},
    ])
    told = sentences.tickets.received(kpi(40, 40, 1, previous_value=20.0, last_year_value=80.0), matrix,
                                      "令和8年度第2四半期", "quarter")
    assert told == ("令和8年度第2四半期の受付は40件（前四半期比100.0%増、前年同期比50.0%減）です。"
                    "最も多いのは、区分では問合せの30件（75.0%）、受付経路ではメールの30件（75.0%）です。")
    yearly = sentences.tickets.received(kpi(40, 40, 1, previous_value=20.0, last_year_value=20.0), matrix, "令和8年度",
                                        "year")
    assert "（前年度比100.0%増）" in yearly


def test_what_waits_is_told_with_its_day_and_none_is_a_zero() -> None:
    waiting = pd.DataFrame([
        {"request_no": "C-1", "tenant_name": "津市", "waiting_days": 3},
        {"request_no": "C-2", "tenant_name": None, "waiting_days": 8},
    ])
    assert sentences.tickets.awaiting(waiting, date(2026, 10, 31)) == (
        "令和8年10月31日の時点で、県の承認を待つ設定変更は2件です。最も長く待つのはC-2で、8開庁日です。")
    assert "はありません（0件）" in sentences.tickets.awaiting(waiting.iloc[:0], date(2026, 10, 31))
