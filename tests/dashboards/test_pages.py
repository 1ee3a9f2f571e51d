"""The screens through the callback, as the browser asks for them."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

import pytest
from dash import Dash

from dashboards.pages import overview_data
from dashboards.pages.kpi_cards import groups, target
from dashboards.pages.tenant_cards import answers_card
from dashboards.routing import PAGES
from dashboards.wording import coverage_text, step
from tests.dashboards.conftest import app_for, ask
from tests.dashboards.fake_bodies import bodies
from tests.dashboards.fake_reader import FakeReader, FakeSnapshot
from warehouse.errors import NoSnapshot, QueryTooLong
from warehouse.scope import Scope


def test_the_overview_shows_indicators_figures_and_all_bodies(staff: Dash) -> None:
    text = ask(staff, "/")
    for expected in (
        "概況",
        "令和8年10月",
        "サービス稼働率",
        "99.984",
        "未達",
        "目標に対する判定",
        "確認が必要な事項",
        "通信回線の使用状況",
        "対確保帯域",
        "対総帯域",
        "第12版",
        "令和8年10月31日 23時55分",
    ):
        assert expected in text, expected
    assert all(str(body["name"]) in text for body in bodies())
    assert "表示エラー" not in text


def test_the_tenant_page_shows_one_body_and_no_other(reader: FakeReader) -> None:
    text = ask(app_for(reader, Scope.of("242012")), "/tenant?tenant=242012&period=2026-10")
    for expected in ("津市", "通信量（受信）", "95パーセンタイル（受信）", "期限超過", "Emotet", "推奨対処方法"):
        assert expected in text, expected
    others = [str(body["name"]) for body in bodies() if body["tenant_code"] not in ("242012", "240001")]
    assert not [name for name in others if name in text]


def test_the_same_link_gives_the_same_screen(staff: Dash) -> None:
    assert ask(staff, "/?period=2026-08") == ask(staff, "/?period=2026-08")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/?period=abc", "対象期間の書き方が違います"),
        ("/?period=2027-01", "未取込"),
        ("/?period=2024-05", "データなし"),
        ("/tenant?tenant=999999", "接続団体が見つかりません"),
        ("/tenant", "表示する接続団体を選んでください"),
        ("/tenant?tenant=24A003", "データなし"),
        ("/nowhere", "ページが見つかりません"),
    ],
)
def test_a_link_that_cannot_be_shown_gets_a_japanese_card(staff: Dash, link: str, expected: str) -> None:
    text = ask(staff, link)
    assert expected in text
    assert "表示エラー" not in text


@pytest.mark.parametrize("link", ["/", "/tenant", "/tenant?tenant=242012", "/tenant?tenant=242012&period=2026Q2"])
def test_without_a_scope_no_name_no_number_and_no_question(reader: FakeReader, link: str) -> None:
    text = ask(app_for(reader, Scope.none()), link)
    assert "閲覧権限なし" in text
    assert not [body["name"] for body in bodies() if str(body["name"]) in text]
    assert reader.asked == []


def test_a_tenant_may_see_neither_the_overview_nor_another_body(reader: FakeReader) -> None:
    app = app_for(reader, Scope.of("242012"))
    for link in ("/", "/tenant?tenant=242021", "/tenant?tenant=999999"):
        text = ask(app, link)
        assert "閲覧権限なし" in text
        assert "四日市市" not in text
    assert "概況" not in ask(app, "/tenant")


def test_a_scope_that_fails_shows_an_error_and_no_data(reader: FakeReader) -> None:
    def broken() -> Scope:
        raise RuntimeError("who is this?")

    from dashboards.app import create_app

    text = ask(create_app(lambda: reader, broken, datetime.now), "/")
    assert "表示エラー" in text
    assert reader.asked == []


def test_one_failing_part_leaves_the_others_and_logs_its_number(caplog: pytest.LogCaptureFixture) -> None:
    app = app_for(FakeReader(broken=frozenset({"traffic_day"})))
    with caplog.at_level(logging.ERROR, logger="miharashi.dashboards"):
        text = ask(app, "/")
    assert text.count("表示エラー") == 1
    assert "通信回線の使用状況" in text
    number = caplog.records[0].getMessage().split(" ")[0]
    assert number.startswith("E1120-0930-")
    assert number in text
    assert "broken on purpose" not in text


def test_the_overview_of_a_longer_period_shows_no_month_of_lines_or_bodies(staff: Dash) -> None:
    text = ask(staff, "/?period=2026Q2")
    assert "主要指標" in text and "表示エラー" not in text
    assert "令和8年度第2四半期の回線ごと・団体ごとの値は、次の画面で示します。" in text
    assert "lines?period=2026Q2" in text and "tenants?period=2026Q2" in text and "接続団体別の利用" not in text
    client = staff.server.test_client()
    for dataset in ("lines", "tenants"):
        lines = client.get(f"/csv/overview/{dataset}.csv?period=2026Q2").get_data(as_text=True).splitlines()
        assert len(lines) == 1, "a month's numbers would misstate the quarter"
    trend = client.get("/csv/overview/traffic-trend.csv?period=2026Q2").get_data(as_text=True).splitlines()
    assert trend[-1].startswith('"2026-09"')


def test_a_part_that_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = FakeReader()
    answer = slow.query

    def query(name: str, scope: Scope, **params: Any) -> Any:
        if name == "traffic_day":
            raise QueryTooLong(name, 20)
        return answer(name, scope, **params)

    monkeypatch.setattr(slow, "query", query)
    text = ask(app_for(slow), "/")
    assert "時間がかかりすぎるため、照会を中止しました" in text and "制限時間の20秒" in text and "E1120-0930-" in text
    assert "通信回線の使用状況" in text and "表示エラー" not in text


def test_before_the_first_load_the_screen_says_so() -> None:
    def nothing() -> Any:
        raise NoSnapshot("data")

    from dashboards.app import create_app

    text = ask(create_app(nothing, lambda: Scope(frozenset({"242012"}), platform=True), datetime.now), "/")
    assert "未取込" in text


@pytest.mark.parametrize(
    ("link", "spoken"),
    [
        ("/", "概況 令和8年10月を表示しました。"),
        ("/tenant", "接続団体を選んでください。"),
        ("/tenant?tenant=999999", "接続団体が見つかりません。"),
        ("/?period=abc", "対象期間の書き方が違います。"),
        ("/?period=2027-01", "概況 令和9年1月は未取込です。"),
        ("/nowhere", "ページが見つかりません。"),
    ],
)
def test_a_screen_reader_is_told_what_is_on_the_screen(staff: Dash, link: str, spoken: str) -> None:
    title, announcement = json.loads(ask(staff, link))["response"]["screen-title"]["data"]
    assert announcement == spoken
    assert title.endswith("｜見晴らし")
    assert "表示しました" not in title


def test_a_shown_difference_is_that_of_the_shown_values() -> None:
    assert step(61.0512, 60.9488, "%", 1) == "0.2ポイント増"  # 61.1 and 60.9
    assert step(61.1499, 60.9501, "%", 1) == "0.1ポイント増"  # 61.1 and 61.0
    assert step(97.89, 97.81, "%", 1, "truncate") == "増減なし"
    assert step(97.69, 97.81, "%", 1, "truncate") == "0.2ポイント減"  # 97.6 and 97.8
    assert step(3, 5, "件", 0) == "2件減"
    assert step(None, 5, "件", 0) is None


def test_a_target_of_none_says_at_most() -> None:
    kpi = {"target": 0.0, "target_text": "以下", "unit": "件", "decimals": 0, "direction": "down"}
    assert target(kpi) == "0件以下"


def test_only_a_kpi_that_is_good_or_bad_can_lack_a_target() -> None:
    kpi = {"target": None, "target_text": None, "unit": "件", "decimals": 0}
    assert target(kpi | {"direction": "down"}) == "未設定"
    assert target(kpi | {"direction": "none"}) == "－"


def test_a_kpi_of_several_lines_has_a_card_for_each() -> None:
    kpis = [{"kpi_id": key, "entity": entity} for key, entity in (("K10", "a"), ("K99", ""), ("K10", "b"), ("K01", ""))]
    shown = [(title, [(kpi["kpi_id"], kpi["entity"]) for kpi in members]) for title, members in groups(kpis)]
    assert shown == [
        ("稼働・障害", [("K01", "")]),
        ("通信回線", [("K10", "a"), ("K10", "b")]),
        ("その他", [("K99", "")]),
    ]


def test_what_needs_a_look_names_each_line_once(staff: Dash) -> None:
    text = ask(staff, "/?period=2026-10")
    assert text.count("対確保帯域使用率（インターネット接続回線） 74.3%（目標 90%以下）") == 1
    assert text.count("クラウド接続回線（主系） クラウド接続回線使用率 103.8%") == 1
    assert "インターネット接続回線 対確保帯域使用率" not in text


def test_a_share_that_must_reach_100_is_cut() -> None:
    assert coverage_text(99.99) == "99.9%" and coverage_text(100.0) == "100.0%"
    assert overview_data.ANSWERS_IN_TIME.show(99.99) == "99.9"
    record = {"answers_due": 10_000, "answers_in_time": 9_999, "in_time_pct": 99.99}
    assert answers_card(record).value == "99.9"


def test_a_month_under_way_is_marked() -> None:
    reader = FakeReader(snapshot=FakeSnapshot(data_as_of=datetime(2026, 11, 18, 23, 55)))
    assert "期間の途中です" in ask(app_for(reader), "/?period=2026-11")


def test_every_page_says_what_kind_it_is() -> None:
    assert {page.mark for page in PAGES} <= {"提示型", "探索型"}
    assert len({page.path for page in PAGES}) == len(PAGES)
    assert all(len({item.name for item in page.datasets}) == len(page.datasets) for page in PAGES)
