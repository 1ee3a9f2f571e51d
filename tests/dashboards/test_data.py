"""Questions are asked once per snapshot, scope and choice, and answers never cross scopes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from dashboards.data import Data, FrameCache, latest_month
from tests.dashboards.fake_reader import FakeReader
from warehouse.period import Period
from warehouse.scope import Scope

OCTOBER = Period.parse("2026-10")


def test_the_same_question_reaches_the_reader_once(reader: FakeReader) -> None:
    data = Data(reader, reader.whole_scope(), FrameCache())
    first, second = data.kpis(OCTOBER), data.kpis(OCTOBER)
    assert reader.asked == ["kpi_summary"]
    assert first.equals(second)


def test_another_month_scope_or_snapshot_asks_again(reader: FakeReader) -> None:
    cache = FrameCache()
    data = Data(reader, reader.whole_scope(), cache)
    data.tenant_months(OCTOBER)
    data.tenant_months(OCTOBER.previous())
    data.narrowed_to("242012").tenant_months(OCTOBER)
    newer = FakeReader(snapshot=replace(reader.snapshot, number=13))
    Data(newer, reader.whole_scope(), cache).tenant_months(OCTOBER)
    assert (len(reader.asked), len(newer.asked)) == (3, 1)


def test_a_narrowed_question_holds_one_tenant_and_outside_the_scope_none(reader: FakeReader) -> None:
    data = Data(reader, Scope.of("242012"), FrameCache())
    assert data.narrowed_to("242012").tenant_months(OCTOBER)["tenant_code"].tolist() == ["242012"]
    assert data.narrowed_to("242021").tenant_months(OCTOBER).empty


def test_a_callers_change_does_not_reach_the_next_caller(reader: FakeReader) -> None:
    data = Data(reader, reader.whole_scope(), FrameCache())
    frame = data.lines(OCTOBER)
    frame["name"] = "変更"
    assert "変更" not in data.lines(OCTOBER)["name"].tolist()


def test_the_cache_forgets_the_oldest(reader: FakeReader) -> None:
    data = Data(reader, reader.whole_scope(), FrameCache(size=1))
    data.lines(OCTOBER)
    data.kpis(OCTOBER)
    data.lines(OCTOBER)
    assert reader.asked == ["line_month", "kpi_summary", "line_month"]


def test_pages_open_with_the_last_month_that_is_over_and_loaded() -> None:
    assert str(latest_month(datetime(2026, 10, 31, 23, 55), date(2026, 11, 20))) == "2026-10"
    assert str(latest_month(datetime(2026, 11, 19, 23, 55), date(2026, 11, 20))) == "2026-10"
    assert str(latest_month(datetime(2026, 8, 31, 23, 55), date(2026, 11, 20))) == "2026-08"
    assert str(latest_month(datetime(2026, 9, 1, 0, 0), date(2026, 11, 20))) == "2026-08"
    assert str(latest_month(None, date(2026, 1, 5))) == "2025-12"
