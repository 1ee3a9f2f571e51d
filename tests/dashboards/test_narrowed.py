"""問合せ・申請 and セキュリティ narrowed to one body: what it sees of itself, nothing of another or the whole."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.data import Data, FrameCache
from dashboards.routing import PAGES
from dashboards.view import View
from tests.dashboards.conftest import NOW, app_for, ask, nodes
from tests.dashboards.fake_bodies import LATE_JOINER, bodies
from tests.dashboards.fake_reader import FakeReader
from tests.support import CONFIG, TENANTS, read_rows
from tests.warehouse.raw_files import PERIODS, changes, judgements, month_of, tickets, waiting_alerts
from warehouse.japanese import number
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

NARROWING = [page for page in PAGES if page.narrows]
DATASETS = [(page.name, dataset.name) for page in NARROWING for dataset in page.datasets]
TSU, YOKKAICHI = "242012", "242021"
NAMES = {row["tenant_code"]: row["name"] for row in read_rows(CONFIG / "tenants.csv")}
NEVER = {"awaiting"}
"""In the demo's three months no change of the three bodies waits for approval."""


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: NOW)


def screen(app: Dash, link: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(ask(app, link))["response"]
    return answer


def text_of(node: Any) -> str:
    return json.dumps(node, ensure_ascii=False)


def parts(app: Dash, link: str) -> list[Any]:
    """The page below its title and the word on a period under way."""
    head, *content = screen(app, link)["content"]["children"]
    assert head["props"]["className"] == "page-head"
    return [part for part in content if part["props"].get("className") != "banner"]


def chooser(app: Dash, link: str) -> dict[str, Any] | None:
    selects = nodes(screen(app, link)["content"]["children"], "Select")
    return next((select for select in selects if select["name"] == "tenant"), None)


def file(app: Dash, link: str) -> list[dict[str, str]]:
    answer = app.server.test_client().get(link)
    assert answer.status_code == 200, link
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_pages_of_tickets_and_of_security_can_be_narrowed() -> None:
    assert [page.path for page in NARROWING] == ["/tickets", "/security"]


# ---- whose values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", ["2026-10", "2026Q2", "FY2026"])
@pytest.mark.parametrize("path", [page.path for page in NARROWING])
def test_staff_see_of_a_body_what_the_body_sees_of_itself(demo_reader: Reader, path: str, period: str) -> None:
    whose, *narrowed = parts(app_on(demo_reader), f"{path}?tenant={TSU}&period={period}")
    own = parts(app_on(demo_reader, Scope.of(TSU)), f"{path}?period={period}")[-len(narrowed):]
    assert "津市の" in text_of(whose) and "だけを示します。" in text_of(whose)
    assert text_of(narrowed).replace(f"tenant={TSU}&", "") == text_of(own).replace(f"tenant={TSU}&", "")
    assert len(narrowed) >= 6 and "表示エラー" not in text_of(narrowed)


@pytest.mark.parametrize(("page", "dataset"), DATASETS)
@pytest.mark.parametrize("scope", [None, Scope.of(TSU, YOKKAICHI)])
def test_a_file_of_one_body_holds_its_own_rows_only(
    demo_reader: Reader, page: str, dataset: str, scope: Scope | None
) -> None:
    link = f"/csv/{page}/{dataset}.csv?period=FY2026"
    app = app_on(demo_reader, scope)
    own = file(app_on(demo_reader, Scope.of(TSU)), link)
    assert file(app, f"{link}&tenant={TSU}") == own
    assert {row["団体コード"] for row in own if row.get("団体コード")} <= {TSU}
    if scope is None and dataset not in NEVER:
        assert own != file(app, link), "else it proves nothing"


@pytest.mark.parametrize("period", ["2026-10", "2026H1", "FY2026"])
@pytest.mark.parametrize("tenant", TENANTS)
def test_the_numbers_of_a_body_are_those_of_the_files(
    demo_data: Path, demo_reader: Reader, tenant: str, period: str
) -> None:
    app, asked = app_on(demo_reader), f"tenant={tenant}&period={period}"

    def own(found: list[dict[str, Any]], time: str) -> list[dict[str, Any]]:
        return [each for each in found if each["tenant"] == tenant and month_of(each[time]) in PERIODS[period]]

    seen = own([*judgements(demo_data), *waiting_alerts(demo_data)], "detected")
    functions = file(app, f"/csv/security/functions.csv?{asked}")
    counted = Counter(event["function"] for event in seen)
    assert {row["検知機能コード"]: int(row["検知（件）"]) for row in functions} == counted and counted.total() > 20
    received = file(app, f"/csv/tickets/received.csv?{asked}")
    asked_for = own(tickets(demo_data), "received")
    assert sum(int(row["受付（件）"]) for row in received) == len(asked_for) > 0
    changed = file(app, f"/csv/tickets/changes.csv?{asked}")
    assert sum(int(row["受付（件）"]) for row in changed) == len(own(changes(demo_data), "received"))
    assert f"の検知は{len(seen):,}件" in text_of(parts(app, f"/security?{asked}"))
    assert f"の受付は{len(asked_for)}件" in text_of(parts(app, f"/tickets?{asked}"))


@pytest.mark.parametrize("page", NARROWING, ids=lambda page: page.name)
def test_no_other_body_and_nothing_of_the_whole_stands_on_the_page_of_one(demo_reader: Reader, page: Any) -> None:
    content = parts(app_on(demo_reader), f"{page.path}?tenant={TSU}&period=FY2026")
    text = text_of(content[1:]).replace("三重県自治体", "")
    assert not [word for code, name in NAMES.items() if code != TSU for word in (code, name) if word in text]
    assert "grain=tenant&entity=242012" in text and "grain=all" not in text
    assert "全団体計" not in text and "SOC全体" not in text


@pytest.mark.parametrize(("page", "left_out"), [
    ("security", ["判断所要時間の中央値", "判断所要時間の最大", "緊急遮断実施率", "緊急遮断所要の最大",
                  "被疑端末特定率", "SOC全体との対比"]),
    ("tickets", ["県承認取得率", "変更後バックアップ取得率"]),
])
def test_figures_that_only_the_whole_has_are_left_out_in_so_many_words(
    demo_reader: Reader, page: str, left_out: list[str]
) -> None:
    whole, several = demo_reader.whole_scope(), Scope.of(TSU, YOKKAICHI)
    whose = parts(app_on(demo_reader, whole), f"/{page}?tenant={TSU}&period=2026-10")[0]["props"]["children"]
    assert whose.endswith(f"だけを示します。全体についてだけ求めるもの（{'、'.join(left_out)}）は、"
                          "「すべての接続団体」を選ぶと示します。")
    link = f"/csv/{page}/{'kpis' if page == 'tickets' else 'kpi'}.csv?tenant={TSU}&period=2026-10"
    shown = {row["指標"]: row for row in file(app_on(demo_reader), link)}
    figures = demo_reader.query("kpi_results", whole, period="2026-10", grain="tenant")
    known = figures[figures["entity"] == TSU].set_index("name")["value"].dropna()
    assert shown and not set(shown) & set(left_out)
    assert {row["粒度"] for row in shown.values()} == {"tenant"}
    for name, row in shown.items():
        assert number(float(row["実績"]), 3) == number(known[name], 3) if row["実績"] else name not in known
    of_several = parts(app_on(demo_reader, several), f"/{page}?tenant={TSU}&period=2026-10")[0]["props"]["children"]
    assert of_several.endswith("だけを示します。"), "who cannot see the whole is not sent to it"


def test_a_workbook_says_whose_it_is(demo_reader: Reader) -> None:
    client = app_on(demo_reader).server.test_client()
    answer = client.get(f"/xlsx/security/functions.xlsx?tenant={TSU}&period=2026-10")
    about = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[-1]
    told = dict(row[:2] for row in about.iter_rows(min_row=2, values_only=True))
    assert (told["団体コード"], told["団体名"]) == (TSU, "津市")
    assert f"_{TSU}_" in answer.headers["Content-Disposition"]


# ---- who may -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [YOKKAICHI, "999999", "unknown"])
@pytest.mark.parametrize("scope", [Scope.of(TSU), Scope.of(TSU, "240001"), Scope.none()])
@pytest.mark.parametrize("page", NARROWING, ids=lambda page: page.name)
def test_another_bodys_code_in_the_link_ends_as_on_the_page_of_a_body(
    reader: FakeReader, page: Any, scope: Scope, code: str
) -> None:
    app = app_for(reader, scope)
    refused = screen(app, f"{page.path}?tenant={code}&period=2026-10")
    assert text_of(refused["content"]) == text_of(screen(app, f"/tenant?tenant={code}&period=2026-10")["content"])
    assert refused["screen-title"]["data"] == ["閲覧権限なし｜見晴らし", "閲覧権限なし。"]
    assert not [body["name"] for body in bodies() if str(body["name"]) in text_of(refused)]
    assert code not in text_of(refused), "the menu leads on, not back to the refusal"
    for ending in ("csv", "xlsx"):
        for dataset in page.datasets:
            answer = app.server.test_client().get(f"/{ending}/{page.name}/{dataset.name}.{ending}?tenant={code}")
            assert answer.status_code == 403 and "市" not in answer.get_data(as_text=True)
    assert reader.asked == []


@pytest.mark.parametrize("page", NARROWING, ids=lambda page: page.name)
def test_a_code_that_nobody_has_is_told_to_staff_who_can_choose_again(demo_reader: Reader, page: Any) -> None:
    app, link = app_on(demo_reader), f"{page.path}?tenant=999999&period=2026-10"
    assert "接続団体が見つかりません" in text_of(screen(app, link))
    select = chooser(app, link)
    assert select and {option["props"]["value"] for option in select["children"]} == {"", *NAMES}
    download = f"/csv/{page.name}/{page.datasets[0].name}.csv?tenant=999999"
    assert app.server.test_client().get(download).status_code == 400


@pytest.mark.parametrize("path", [page.path for page in NARROWING])
def test_a_body_has_nothing_to_choose_and_its_own_code_changes_nothing(demo_reader: Reader, path: str) -> None:
    app = app_on(demo_reader, Scope.of(TSU))
    plain, named = (screen(app, f"{path}?{tenant}period=2026-10") for tenant in ("", f"tenant={TSU}&"))
    assert plain["content"] == named["content"] and plain["screen-title"] == named["screen-title"]
    assert chooser(app, f"{path}?period=2026-10") is None


# ---- choosing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "label"), [("security", "セキュリティ"), ("tickets", "問合せ・申請")])
def test_the_choice_stands_in_title_select_steps_menu_and_files(demo_reader: Reader, page: str, label: str) -> None:
    app, link = app_on(demo_reader), f"/{page}?tenant={TSU}&period=2026-09"
    answer = screen(app, link)
    text = text_of(answer["content"])
    assert answer["screen-title"]["data"][0] == f"{label}（津市） 令和8年9月｜見晴らし"
    assert f"{label}（津市）" in text and f"/{page}?tenant={TSU}&period=2026-08" in text
    assert f"/csv/{page}/" in text and "csv?period=" not in text and "xlsx?period=" not in text, "files are the body's"
    select = chooser(app, link)
    assert select is not None
    options = {option["props"]["value"]: option["props"] for option in select["children"]}
    assert options.keys() == {"", *NAMES} and next(iter(options.values()))["children"] == "すべての接続団体"
    assert [value for value, option in options.items() if option["selected"]] == [TSU]
    menu = {item["href"] for item in nodes(answer["navigation"], "A")}
    keeping = {page.path for page in PAGES if page.takes_tenant}
    assert keeping == {"/tenant", "/tickets", "/security"}
    assert {href for href in menu if "tenant=" in href} == {f"{path}?tenant={TSU}&period=2026-09" for path in keeping}


@pytest.mark.parametrize("path", [page.path for page in NARROWING])
def test_without_a_choice_all_bodies_are_shown_and_can_be_chosen(demo_reader: Reader, path: str) -> None:
    app, link = app_on(demo_reader), f"{path}?period=2026-10"
    assert "grain=all" in text_of(screen(app, link)["content"])
    select = chooser(app, link)
    assert select and [option["props"]["selected"] for option in select["children"]] == [True] + [False] * len(NAMES)
    assert "選んでください" not in text_of(select)


def test_a_body_that_was_no_member_then_stays_chosen_and_is_told_so(reader: FakeReader) -> None:
    data = Data(reader, reader.whole_scope(), FrameCache())
    own = data.narrowed_to(LATE_JOINER)

    def of(period: str) -> View:
        return View(own, Period.parse(period), LATE_JOINER, datetime(2026, 11, 20), reach=data)

    assert (LATE_JOINER, f"{LATE_JOINER}（この期間は未登録）") in of("2025-05").tenants_to_choose()
    assert of("2025-05").tenant_name() == LATE_JOINER and of("2026-10").tenant_name() == "紀北広域連合"
    assert sentences.bodies.only("", "検知", ["SOC全体との対比"], "すべて") == (
        "この団体は、この期間には接続していません。検知は、この団体の分だけを示します。")
    assert len(of("2025-05").tenants_to_choose()) == len(of("2026-10").tenants_to_choose()) == len(bodies())
