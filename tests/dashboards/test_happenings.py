"""What happened is marked on time axes: once per place, told in words, a body's own only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from dashboards.data import Data, FrameCache
from dashboards.figures import base
from dashboards.figures.events import NAME, annotated
from dashboards.pages.happenings import happenings, over_days, over_months
from dashboards.view import View
from tests.dashboards.fake_reader import FakeReader
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

OCTOBER = Period.parse("2026-10")
DAYS = [date(2026, 10, day) for day in range(1, 32)]


def view_of(rows: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch) -> View:
    frame = pd.DataFrame(rows, columns=["first_date", "last_date", "kind_name", "name"])
    monkeypatch.setattr(FakeReader, "query", lambda *_args, **_params: frame)
    reader = FakeReader()
    return View(Data(reader, reader.whole_scope(), FrameCache()), OCTOBER, None, datetime(2026, 11, 20))


def figure() -> base.Figure:
    return {"data": [], "layout": base.layout()}


def test_what_stops_together_is_one_and_what_lasts_ends_with_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    view = view_of([
        (date(2026, 10, 14), date(2026, 10, 14), "計画外停止", "メール中継"),
        (date(2026, 10, 14), date(2026, 10, 14), "計画外停止", "DNS"),
        (date(2026, 9, 29), None, "縮退", "プロキシ"),
    ], monkeypatch)
    assert [one.told for one in happenings(view, DAYS[0], DAYS[-1])] == [
        "10月1日（木）から10月31日（土）まで 縮退（プロキシ）", "10月14日（水） 計画外停止（メール中継、DNS）"]


def test_every_place_has_one_mark_that_tells_all(monkeypatch: pytest.MonkeyPatch) -> None:
    view = view_of([
        (date(2026, 10, 14), date(2026, 10, 15), "計画停止", "DNS"),
        (date(2026, 10, 15), date(2026, 10, 15), "大規模更新", "OS"),
    ], monkeypatch)
    drawn, note = over_days(figure(), view, DAYS)
    (marks,) = drawn["data"]
    assert (marks["name"], marks["x"]) == (NAME, ["10月14日（水）", "10月15日（木）"])
    assert marks["customdata"][1].count("<br>") == 1
    assert drawn["layout"][f"yaxis{marks['yaxis'][1:]}"]["range"] == [0, 1]
    stop, update = "10月14日（水）から10月15日（木）まで 計画停止（DNS）", "10月15日（木） 大規模更新（OS）"
    assert note == f"▼は事象です：{stop}、{update}。"
    months, note = over_months(figure(), view, ["2026-09", "2026-10"])
    assert months["data"][0]["x"] == ["令和8年10月"]
    assert note == f"▼は事象です：{update}。", "no planned stops over months"


def test_without_events_a_figure_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = figure()
    assert over_days(plain, view_of([], monkeypatch), DAYS) == (plain, "")
    assert annotated(plain, {}) is plain


def test_the_note_tells_the_newest_and_how_many_more(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(day, day, "計画停止", "DNS") for day in DAYS[:8]]
    _, note = over_days(figure(), view_of(rows, monkeypatch), DAYS)
    assert note.startswith("▼は事象です：10月4日（日） 計画停止（DNS）、") and note.endswith("、ほか3件。")


def test_stops_are_the_wholes_and_memberships_the_bodys_own(demo_reader: Reader) -> None:
    def told(scope: Scope) -> pd.DataFrame:
        return demo_reader.query("time_events", scope, first_date=date(2022, 4, 1), last_date=date(2026, 10, 31))

    whole, own, nobody = told(demo_reader.whole_scope()), told(Scope.of("24A001")), told(Scope.none())
    stops = demo_reader.query("outages", demo_reader.whole_scope(), first_date=date(2022, 4, 1),
                              last_date=date(2026, 10, 31))
    kinds = whole[~whole["kind_name"].isin(["加入", "脱退", "災害", "大規模更新"])]
    assert len(stops) > 0 and sorted(kinds["kind_name"]) == sorted(stops["kind_name"])
    joined = whole[whole["kind_name"] == "加入"]
    assert len(joined) == len(demo_reader.whole_scope().tenant_codes)
    assert own[own["kind_name"] == "加入"]["name"].tolist() == ["紀北広域連合"]
    assert set(own["kind_name"]) <= {"加入", "災害", "大規模更新"} and "災害" in set(own["kind_name"])
    assert len(nobody) == 0
