"""レポート with a desk: orders wait for the worker, texts and steps are kept, and all of it is the staff's alone."""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboards.app import create_app
from exports.desk import Desk
from exports.shelf import Shelf
from state.database import StateDatabase
from state.documents import DocumentKey
from state.register import Issue, IssuedFile
from tests.dashboards.conftest import NOW, ask
from tests.exports.conftest import CONTRACT
from warehouse.reader import Reader
from warehouse.scope import Scope

HERE = {"Sec-Fetch-Site": "same-origin"}
GIVEN = {"report": "monthly-operations", "period": "2026-10", "by": "山"}
KEY = DocumentKey("monthly-operations", "2026-10")
TSU = "242012"
SECURITY = {"report": "monthly-security", "period": "2026-10", "by": "山", "place": "message"}
PAGE = "/reports?period=2026-10"


@pytest.fixture
def desk(demo_reader: Reader, tmp_path: Path) -> Desk:
    database = StateDatabase.open(tmp_path, NOW)
    return Desk.of(tmp_path / "out", tmp_path / "issued", CONTRACT, database, lambda _: nullcontext(demo_reader))


def app_on(reader: Reader, desk: Desk, scope: Scope | None = None) -> Dash:
    shelf = Shelf(desk.out, lambda report, period: None, lambda: desk)
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: NOW, shelf)


def post(app: Dash, path: str, given: dict[str, str], **headers: str) -> Any:
    return app.server.test_client().post(path, data=given, headers=HERE | headers)


def screen(app: Dash, link: str = PAGE) -> str:
    return json.dumps(json.loads(ask(app, link)), ensure_ascii=False)


def test_an_order_waits_for_the_worker_and_its_bar_stands_on_the_page(demo_reader: Reader, desk: Desk) -> None:
    app = app_on(demo_reader, desk)
    answer = post(app, "/reports/step", GIVEN | {"step": "make"})
    assert (answer.status_code, answer.headers["Location"]) == (
        303, "/reports?document=monthly-operations&period=2026-10")
    assert "作成を待っています（依頼1、山）" in screen(app)
    assert app.server.test_client().get("/reports/jobs").get_json()["1"]["title"] == "待機中"
    desk.jobs.take("w", NOW)
    desk.jobs.fail(1, "w", NOW, "行がありません")
    assert "前回の作成は、次の理由でできませんでした" in screen(app)


def test_two_texts_of_one_place_are_both_kept_and_shown(demo_reader: Reader, desk: Desk) -> None:
    app, json_wanted = app_on(demo_reader, desk), {"Accept": "application/json"}
    first = post(app, "/reports/comment", SECURITY | {"text": "一つ目。", "based_on": "0"}, **json_wanted).get_json()
    assert (first["version"], first["conflict"]) == (1, False)
    second = post(app, "/reports/comment", SECURITY | {"text": "二つ目。", "based_on": "0", "by": "川"}, **json_wanted)
    assert (second.get_json()["conflict"], second.get_json()["other"]) == (True, "一つ目。")
    text = screen(app, f"{PAGE}&document=monthly-security")
    assert "一つ目。" in text and "二つ目。" in text and "同時に書かれた文（川、第2版）" in text
    assert post(app, "/reports/comment", SECURITY | {"text": "x", "place": "nowhere"}).status_code == 409
    assert post(app, "/reports/comment", SECURITY | {"text": "x", "by": " "}).status_code == 409


def test_steps_lead_to_an_order_to_issue_and_a_refused_one_is_told(demo_reader: Reader, desk: Desk) -> None:
    app = app_on(demo_reader, desk)
    assert post(app, "/reports/step", GIVEN | {"step": "submit"}).status_code == 303
    refused = post(app, "/reports/step", GIVEN | {"step": "approve"})
    assert refused.status_code == 409 and "依頼した人は承認できません" in refused.get_data(as_text=True)
    assert post(app, "/reports/step", GIVEN | {"step": "approve", "by": "川"}).status_code == 303
    text = screen(app)
    assert "状態は「承認済み」です（川が" in text and '"value": "issue"' in text and '"value": "submit"' not in text
    assert post(app, "/reports/step", GIVEN | {"step": "issue"}).status_code == 303
    assert [job.kind for job in desk.jobs.newest(demo_reader.whole_scope())] == ["issue"]


@pytest.mark.parametrize("path", ["/reports/step", "/reports/comment"])
@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere.example"}])
def test_pages_of_other_servers_can_do_nothing(
    demo_reader: Reader, desk: Desk, path: str, headers: dict[str, str]
) -> None:
    client = app_on(demo_reader, desk).server.test_client()
    assert client.post(path, data=GIVEN | {"step": "make"}, headers=headers).status_code == 403
    assert desk.jobs.newest(demo_reader.whole_scope()) == []


def test_a_body_can_neither_see_nor_do_what_is_the_staffs(demo_reader: Reader, desk: Desk) -> None:
    staff = demo_reader.whole_scope()
    own = DocumentKey("monthly-security", "2026-10", TSU)
    desk.commentary.save(staff, own, "message", "案の文。", "山", NOW, based_on=0)
    desk.jobs.order(staff, own, "山", NOW)
    app = app_on(demo_reader, desk, Scope.of(TSU))
    client, text = app.server.test_client(), screen(app)
    assert "案の文。" not in text and "/reports/step" not in text and "月次の締め" not in text
    for given in (GIVEN, SECURITY | {"tenant": TSU}):
        assert post(app, "/reports/step", given | {"step": "submit"}).status_code == 409
        assert post(app, "/reports/comment", given | {"text": "x"}).status_code == 409
    assert client.get("/reports/jobs").get_json() == {}
    assert client.get(f"/reports/preview/monthly-security/2026-10?tenant={TSU}").status_code == 409
    assert client.get("/csv/reports/closing.csv?period=2026-10").get_data(as_text=True).count("\n") == 1


def test_issued_files_are_for_whom_the_document_is(demo_reader: Reader, desk: Desk) -> None:
    staff = demo_reader.whole_scope()
    for number, tenant in ((1, TSU), (2, "")):
        key = DocumentKey("monthly-security", "2026-10", tenant)
        desk.approvals.take(staff, key, "submit", "山", NOW, snapshot=1)
        desk.approvals.take(staff, key, "approve", "川", NOW)
        folder = desk.issued / f"{number:06d}"
        folder.mkdir(parents=True)
        (folder / "報告書.pdf").write_bytes(b"%PDF")
        sha256 = hashlib.sha256(b"%PDF").hexdigest()
        desk.register.enter(staff, Issue(number, key, "月例監視報告書", "SC-8-10", "1.0", None, "", 1, "t", "p",
                                         date(2026, 11, 20), "川", NOW, (IssuedFile("報告書.pdf", 4, sha256),)))
    app = app_on(demo_reader, desk, Scope.of(TSU))
    client, text = app.server.test_client(), screen(app)
    assert "/issued/1/" in text and "/issued/2/" not in text
    assert client.get("/issued/1/報告書.pdf").data == b"%PDF"
    assert client.get("/issued/2/報告書.pdf").status_code == 409
    everything = app_on(demo_reader, desk).server.test_client()
    assert everything.get("/issued/2/報告書.pdf").status_code == 200
    assert everything.get("/reports/archive.zip?period=FY2026").data[:2] == b"PK"
    assert everything.get("/reports/archive.zip?period=FY2025").status_code == 409


def test_the_closing_of_the_month_stands_on_the_page_with_what_is_overdue(demo_reader: Reader, desk: Desk) -> None:
    app = app_on(demo_reader, desk)
    assert "7工程のうち、完了1、期限超過3です。" in screen(app)
    assert "月次の締め" not in screen(app, "/reports?period=2026H1")
