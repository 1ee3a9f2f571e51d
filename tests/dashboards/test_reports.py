"""レポート: what exists per period, files for whoever may see all of it, and making one anew from this server only."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from exports.errors import SectionError
from exports.shelf import Shelf
from tests.dashboards.conftest import NOW, ask
from tests.exports.test_shelf import put
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

HERE = {"Sec-Fetch-Site": "same-origin"}
FILE = "/documents/monthly-operations/2026-10/報告書.pdf"


def app_on(reader: Reader, folder: Path, scope: Scope | None = None) -> Dash:
    def make(report: str, period: Period) -> None:
        if period == Period.parse("2026-08"):
            raise SectionError("通信回線", "行がありません")
        put(folder, report, str(period), sorted(reader.whole_scope().tenant_codes))

    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: NOW, Shelf(folder, make))


def screen(app: Dash, link: str) -> str:
    return json.dumps(json.loads(ask(app, link)), ensure_ascii=False)


def test_every_period_with_data_has_a_row_and_what_is_made_its_files(demo_reader: Reader, tmp_path: Path) -> None:
    put(tmp_path, "monthly-operations", "2026-10", ["242012"], issued_on="2026-11-10")
    put(tmp_path, "monthly-operations", "2020-01", ["242012"])
    app = app_on(demo_reader, tmp_path)
    text = screen(app, "/reports?period=2026-10")
    assert "提出年月日令和8年11月10日の報告書があります（11月5日（木）9時00分作成、データ版 第3版）" in text
    assert "/documents/monthly-operations/2026-10/%E5%A0%B1%E5%91%8A%E6%9B%B8.pdf" in text and "作成し直す" in text
    csv = app.server.test_client().get("/csv/reports/documents.csv?period=2026-10").get_data().decode("utf-8-sig")
    lines = csv.splitlines()[1:]
    periods = demo_reader.query("reporting_periods", demo_reader.whole_scope())
    months = min(sum(periods["kind"] == "month"), 13)
    listed = list(dict.fromkeys(line.split(",")[0] for line in lines))
    assert len(listed) == months + 1, "a document of a month that has no data any more stays in the list"
    assert listed[:: len(listed) - 1] == ['"2026-10"', '"2020-01"']


def test_a_period_without_a_report_of_its_kind_says_so(demo_reader: Reader, tmp_path: Path) -> None:
    text = screen(app_on(demo_reader, tmp_path), "/reports?period=2026Q2")
    assert "令和8年度第2四半期を対象期間とする報告書はありません" in text and '"action": "/reports/make"' not in text


def test_a_report_is_made_by_the_button_and_the_page_shows_it(demo_reader: Reader, tmp_path: Path) -> None:
    app = app_on(demo_reader, tmp_path)
    assert "まだ作成していません" in screen(app, "/reports?period=2026-10")
    given = {"report": "monthly-operations", "period": "2026-10"}
    answer = app.server.test_client().post("/reports/make", data=given, headers=HERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reports?period=2026-10")
    assert "案があります" in screen(app, "/reports?period=2026-10")
    given_file = app.server.test_client().get(FILE)
    assert (given_file.status_code, given_file.data) == (200, b"%PDF")
    assert "attachment" not in given_file.headers["Content-Disposition"]


@pytest.mark.parametrize(("given", "told"), [
    ({"report": "monthly-operations", "period": "2026-08"}, "「通信回線」を作成できません: 行がありません"),
    ({"report": "monthly-operations", "period": "2026Q2"}, "この報告書の対象期間ではありません"),
    ({"report": "../x", "period": "2026-10"}, "報告書の名前が違います"),
    ({"period": "2026-10"}, "報告書の名前が違います"),
    ({"report": "monthly-operations", "period": "x"}, "対象期間の書き方が違います"),
])
def test_what_stops_a_report_is_told(demo_reader: Reader, tmp_path: Path, given: dict[str, str], told: str) -> None:
    answer = app_on(demo_reader, tmp_path).server.test_client().post("/reports/make", data=given, headers=HERE)
    assert answer.status_code == 409 and told in answer.get_data(as_text=True)


@pytest.mark.parametrize("headers", [
    {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://elsewhere.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
])
def test_pages_of_other_servers_can_order_nothing(
    demo_reader: Reader, tmp_path: Path, headers: dict[str, Any]
) -> None:
    given = {"report": "monthly-operations", "period": "2026-10"}
    answer = app_on(demo_reader, tmp_path).server.test_client().post("/reports/make", data=given, headers=headers)
    assert answer.status_code == 403 and not list(tmp_path.glob("*/*"))


def test_a_body_sees_and_gets_its_own_documents_only(demo_reader: Reader, tmp_path: Path) -> None:
    put(tmp_path, "monthly-operations", "2026-10", ["242012", "242021"])
    put(tmp_path, "monthly-operations", "2026-09", ["242012"], platform=False)
    app = app_on(demo_reader, tmp_path, Scope.of("242012"))
    text, client = screen(app, "/reports?period=2026-10"), app.server.test_client()
    assert "2026-09" in text and "2026-10/" not in text and '"action": "/reports/make"' not in text
    assert client.get(FILE).status_code == 404
    assert client.get(FILE.replace("2026-10", "2026-09")).status_code == 200
    given = {"report": "monthly-operations", "period": "2026-10"}
    assert client.post("/reports/make", data=given, headers=HERE).status_code == 403


def test_sentences_say_when_newer_data_are_published() -> None:
    made = {"created_at": datetime(2026, 11, 5, 9), "issued_on": None, "snapshot": 3}
    assert sentences.reports.state(made, 3) == "案があります（11月5日（木）9時00分作成、データ版 第3版）。"
    assert sentences.reports.state(made, 4).endswith("データ版 第3版）。公開中のデータは第4版です。")
    assert sentences.reports.existing(["案", "未作成", "案"]) == "提出用0件、案2件、未作成1件です。"
