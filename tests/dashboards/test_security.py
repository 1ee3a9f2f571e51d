"""セキュリティ: numbers are those of the files, the 15 minutes run from the judgement, bodies see their own."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.figures import security as figures
from dashboards.frames import days_between
from dashboards.pages.security import hour_grid
from tests.dashboards.conftest import ask
from tests.support import TENANTS
from tests.warehouse.raw_files import PERIODS, judgements, month_of, waiting_alerts
from warehouse.japanese import number
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

SEEN = datetime(2026, 10, 14, 11, 0)
CASE: dict[str, Any] = {
    "event_no": "S-1", "tenant_name": "甲市", "severity": 3, "detected_at": SEEN, "contact_minutes": 8.0,
    "judged_at": SEEN + timedelta(minutes=20), "notified_at": SEEN + timedelta(minutes=28),
    "blocked_at": SEEN + timedelta(minutes=25), "completed_at": SEEN + timedelta(hours=30),
}
LATE = CASE | {"event_no": "S-2", "tenant_name": "乙町", "contact_minutes": 15.2, "completed_at": None,
               "notified_at": SEEN + timedelta(minutes=35.2)}
UNTOLD = CASE | {"event_no": "S-3", "tenant_name": "丙町", "contact_minutes": None, "notified_at": None,
                 "blocked_at": None, "detected_at": SEEN + timedelta(days=1)}


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: datetime(2026, 11, 20, 9, 30))


def page(reader: Reader, period: str, scope: Scope | None = None) -> str:
    return json.dumps(json.loads(ask(app_on(reader, scope), f"/security?period={period}")), ensure_ascii=False)


def file(reader: Reader, name: str, period: str, scope: Scope | None = None) -> list[dict[str, str]]:
    answer = app_on(reader, scope).server.test_client().get(f"/csv/security/{name}.csv?period={period}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def found_in(data: Path, period: str, tenant: str | None = None) -> list[dict[str, Any]]:
    """Every event of the period in the SOC's and the sensor's files."""
    return [event for event in [*judgements(data), *waiting_alerts(data)]
            if month_of(event["detected"]) in PERIODS[period] and tenant in (None, event["tenant"])]


@pytest.mark.parametrize("period", ["2026-10", "2026Q2", "2026H1", "FY2026"])
def test_every_security_figure_is_shown_with_its_judgement_and_proof(demo_reader: Reader, period: str) -> None:
    text = page(demo_reader, period)
    assert "表示エラー" not in text
    kpis = demo_reader.query("service_levels", demo_reader.whole_scope(), period=period)
    own = kpis[(kpis["grain"] == "all") & kpis["kpi_no"].isin(["K33", "K34", "K35", "K36"])]
    assert len(own) == 6
    for kpi in own.dropna(subset=["value"]).itertuples():
        assert f'"{number(kpi.value, kpi.decimals, kpi.rounding)}"' in text, kpi.kpi_id
        assert f"kpi={kpi.kpi_id}&grain=all&period={period}" in text


@pytest.mark.parametrize("tenant", [None, "242012"])
@pytest.mark.parametrize("period", ["2026-10", "2026H1", "FY2026"])
def test_breakdowns_are_those_of_the_files(
    demo_data: Path, demo_reader: Reader, period: str, tenant: str | None
) -> None:
    events = found_in(demo_data, period, tenant)
    scope = Scope.of(tenant) if tenant else None
    told = {row["検知機能コード"]: (int(row["検知（件）"]), int(row["うち遮断（件）"]))
            for row in file(demo_reader, "functions", period, scope)}
    blocked = Counter(event["function"] for event in events if event["blocked"])
    counted = Counter(event["function"] for event in events)
    assert told == {function: (n, blocked[function]) for function, n in counted.items()} and counted.total() > 100
    ways = {row["方向コード"]: int(row["検知（件）"]) for row in file(demo_reader, "directions", period, scope)}
    assert sum(ways.values()) == len(events)
    assert ways["out"] >= sum(event["outward"] for event in events if "outward" in event) > 0
    hours = {(row["曜日"], int(row["時"])): int(row["検知（件）"]) for row in file(demo_reader, "hours", period, scope)}
    assert hours == Counter(("月火水木金土日"[event["detected"].weekday()], event["detected"].hour) for event in events)


def test_the_soc_totals_stand_beside_what_was_judged_here(demo_data: Path, demo_reader: Reader) -> None:
    told = {row["危険度"]: row for row in file(demo_reader, "soc", "FY2026")}
    whole = demo_reader.query("soc_totals", demo_reader.whole_scope(), from_month="2026-04", to_month="2027-03")
    for row in whole.groupby("severity_name", as_index=False)["n"].sum().itertuples():
        assert int(told[row.severity_name]["SOC全体（件）"]) == row.n
    own = Counter(event["severity"] for event in judgements(demo_data))
    assert int(told["危険度3（Critical）"]["うち本県（件）"]) == own[3]


def test_a_signature_that_was_not_there_before_is_new_and_without_a_before_nothing_is(demo_reader: Reader) -> None:
    top = demo_reader.query("signature_top", demo_reader.whole_scope(), period="2026-08", limit=10)
    assert top["previous_rank"].isna().all()
    text = page(demo_reader, "2026-08")
    assert "前の期間の順位は示しません" in text and '"新"' not in text
    rows = [{"signature": "甲", "n": 6, "previous_rank": 3}, {"signature": "乙", "n": 3, "previous_rank": None}]
    assert sentences.security.signatures(rows, 12, True) == (
        "最も多いシグネチャは甲の6件で、上位2件で検知の75.0%を占めます。前の期間にないのは乙です。")
    assert "前の期間" not in sentences.security.signatures(rows, 12, False)


def test_a_body_sees_itself_and_no_other(demo_reader: Reader) -> None:
    for code in TENANTS[1:]:
        text = page(demo_reader, "2026-10", Scope.of(code))
        assert "表示エラー" not in text and "SOC全体" not in text
        for name, other in (("三重県", "240001"), ("津市", "242012"), ("四日市市", "242021")):
            assert (name in text.replace("三重県自治体", "")) <= (other == code), (code, name)
        own = demo_reader.query("kpi_results", Scope.of(code), period="2026-10", grain="tenant").set_index("kpi_id")
        assert f'"{number(own.loc["K33", "value"])}"' in text
        assert f"kpi=K33&grain=tenant&entity={code}" in text
        assert file(demo_reader, "soc", "2026-10", Scope.of(code)) == []
        assert {row["団体コード"] for row in file(demo_reader, "events", "FY2026", Scope.of(code))} <= {code}
    assert "閲覧権限なし" in page(demo_reader, "2026-10", Scope.none())


def test_a_case_is_drawn_in_minutes_since_its_detection_and_told_late_only_after_the_limit() -> None:
    traces = {trace.get("name", "words"): trace for trace in figures.cases([CASE, LATE, UNTOLD])["data"]}
    assert traces["重大と判断"]["x"] == [20, 20, 20 - 24 * 60]
    assert (traces["緊急連絡"]["x"], traces["緊急連絡"]["y"]) == ([28], [0])
    late = traces["緊急連絡（15分超過）"]
    assert (late["x"], late["y"], late["marker"]["symbol"]) == ([pytest.approx(35.2)], [1], "square")
    assert traces["判断から15分"]["x"][:3] == [20, 35, None]
    assert traces["遮断"]["y"] == [0, 1], "no mark where nothing was recorded"
    assert traces["対応完了"]["x"][0] == 30
    assert traces["words"]["text"] == ["対応中"] and traces["words"]["y"] == [1]
    symbols = {trace["marker"]["symbol"] for trace in traces.values() if "marker" in trace}
    assert len(symbols) == 6, "marks are told apart without colour"


def test_exactly_fifteen_minutes_are_in_time() -> None:
    assert not figures.is_late(CASE | {"contact_minutes": 15.0})
    assert figures.is_late(CASE | {"contact_minutes": 15.0001})
    assert not figures.is_late(UNTOLD)
    assert figures.case_label(LATE) == "■ 10月14日 乙町・危険度3"


def test_of_many_cases_those_told_last_are_kept_in_order_of_detection() -> None:
    assert [event["event_no"] for event in figures.shown_cases([UNTOLD, CASE, LATE], 2)] == ["S-2", "S-3"]


def test_the_sentence_counts_in_time_late_and_unrecorded_apart() -> None:
    assert sentences.security.cases([CASE, LATE, UNTOLD]) == (
        "重大なセキュリティイベント（危険度2以上）は3件です。判断から15分以内の緊急連絡は3件中1件、15分超過（■）は1件、"
        "連絡の記録がないものは1件です。超えたのは10月14日 乙町・危険度3（15.2分）です。対応中は1件です。")
    assert sentences.security.cases([CASE]).endswith("連絡までの最長は8.0分です。すべて対応を完了しています。")


def test_detections_are_compared_with_the_period_before_and_with_last_years() -> None:
    severities = [{"severity": 1, "n": 90, "blocked": 60}, {"severity": 2, "n": 8, "blocked": 8},
                  {"severity": None, "n": 2, "blocked": 0}]
    assert sentences.security.detections(Period.parse("2026Q2"), severities, [80, 200]) == (
        "令和8年度第2四半期の検知は100件（前四半期比25.0%増、前年同期比50.0%減）で、うち重大（危険度2以上）は8件、"
        "遮断は68件（68.0%）です。危険度の判断を待つものが2件あります。")
    assert "比" not in sentences.security.detections(Period.parse("FY2026"), severities, [])


def test_the_share_that_was_blocked_stands_in_sign_and_number() -> None:
    rows = [{"name": "IPS", "n": 10, "blocked": 7, "blocked_pct": 70.0}, {"name": "WAF", "n": 0, "blocked": 0,
                                                                           "blocked_pct": None}]
    figure = figures.blocked(rows, "name")
    assert [trace["x"] for trace in figure["data"]] == [[7, 0], [3, 0]]
    assert figure["data"][1]["marker"]["pattern"]["shape"], "not by colour alone"
    labels = [note["text"] for note in figure["layout"]["annotations"]]
    assert labels == ["IPS　10件（遮断70.0%）", "WAF　0件（遮断…%）"]
    assert sentences.security.blocked(rows, "name", "機能") == "検知が最も多い機能はIPSの10件（全体の100.0%）です。"


def test_hours_have_a_cell_each_and_the_darkest_is_the_highest() -> None:
    found = [{"weekday": 0, "hour": 9, "n": 10}, {"weekday": 6, "hour": 23, "n": 1}]
    grid = hour_grid(found, days_between(date(2026, 10, 5), date(2026, 10, 12)))
    assert [len(cells) for _, cells in grid] == [24] * 7
    assert [name for name, _ in grid][:2] == ["月（2日）", "火（1日）"]
    cell = grid[0][1][9]
    assert (cell.shown, cell.css, cell.told) == ("10", "place-5", "月曜日9時台：10件")
    assert (grid[6][1][23].css, grid[3][1][3].shown, grid[3][1][3].css) == ("place-1", "0", "")
    assert sentences.security.hours(found) == (
        "検知が最も多いのは月曜日の9時台で10件です。全曜日の合計では9時台の10件が最多です。")
