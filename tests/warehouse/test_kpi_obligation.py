"""K40 against the demo's calendar of events, and duties that every body is owed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support import copy_config, load
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import LAST_DAY, PERIODS, TENANT_CODES, Key, Parts, assert_parts, end_of, events
from warehouse.period import Period
from warehouse.reader import Reader

MONTHLY = {"monthly_security": ("report_sent", "月例監視報告書"), "prefecture_briefing": ("prefecture_briefing", "")}
LONGER = {"half_items": ("report_sent", "半期全項目報告書"), "yearly_summary": ("report_sent", "年間運用サマリ"),
          "drill": ("drill", ""), "training": ("training", "")}
EVERY = {**MONTHLY, **LONGER, "tenant_briefing": ("tenant_briefing", "")}


def held(data: Path, duty: str, first: date, last: date) -> int:
    """How often it was done; a briefing of bodies once for every body that came."""
    kind, title = EVERY[duty]
    found = [event for event in events(data) if event["held"] and event["kind"] == kind
             and event["title"].startswith(title) and first <= event["day"] <= last]
    if duty == "tenant_briefing":
        return sum(len(event["tenants"] & set(TENANT_CODES)) for event in found)
    return len(found)


def first_day(period: str) -> date:
    return date(2022, 4, 1) if period == "sc-r3" else Period.parse(period).start


def test_k40_counts_the_duties_that_fell_due_and_were_done_by_then(demo_data: Path, demo_reader: Reader) -> None:
    """Of the half year the demo tells of two months: what was not done in those may have been done before, and no year
    is over."""
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        wanted |= {(period, "obligation", duty): (0, 0) for duty in EVERY}
        for duty in MONTHLY:
            done = [held(demo_data, duty, date.fromisoformat(f"{month}-01"), LAST_DAY[month]) for month in months]
            wanted[period, "obligation", duty] = sum(map(bool, done)), len(done)
        if "2026-09" in months and held(demo_data, "half_items", date(2026, 4, 1), date(2026, 9, 30)):
            wanted[period, "obligation", "half_items"] = 1, 1
        wanted[period, "all", ""] = tuple(sum(wanted[period, "obligation", duty][part] for duty in EVERY)
                                          for part in (0, 1))
    assert_parts(demo_reader, "K40", wanted)
    assert wanted["FY2026", "obligation", "monthly_security"][1] == 3


def test_k40_done_counts_what_was_done_in_the_period(demo_data: Path, demo_reader: Reader) -> None:
    wanted: dict[Key, Parts] = {
        (period, "obligation", duty): (held(demo_data, duty, first_day(period), end_of(period)), 1)
        for period in PERIODS for duty in EVERY}
    assert_parts(demo_reader, "K40.done", wanted)
    assert wanted["2026-09", "obligation", "drill"] == (1, 1) != wanted["2026-10", "obligation", "drill"]


def test_every_body_is_owed_its_own_briefing_and_more_trainings_than_agreed_are_no_fulfilment(tmp_path: Path) -> None:
    """Half a year, told whole.  四日市市 joins in September; 三重県's briefing is only planned."""
    config, data = copy_config(tmp_path / "config"), tmp_path / "data"
    small.change_config(config, "obligations.csv", {"obligation_id": "tenant_briefing"}, every="half")
    small.change_config(config, "obligations.csv", {"obligation_id": "training"}, every="half")
    small.change_config(config, "obligations.csv", {"obligation_id": "drill"}, every="half", each_tenant="true")
    small.change_config(config, "tenants.csv", {"tenant_code": "242021"}, valid_from="2026-09-16")
    reports = [("報告書の提出", f"月例監視報告書（{month}月分）", f"2026-{month:02d}-20 10:00:00", None, "実施済")
               for month in range(4, 9)]
    trainings = [("職員研修", "研修", f"2026-0{month}-11 10:00:00", "津市", "実施済") for month in (5, 6, 7)]
    load(data, small.until(tmp_path, "2026/09/30 23:55"), small.events(
        tmp_path, *reports, *trainings, ("報告会（接続団体）", "報告会", "2026-05-10 10:00:00", "津市", "実施済"),
        ("報告会（接続団体）", "報告会", "2026-05-12 10:00:00", "三重県", "予定"),
        ("訓練", "訓練", "2026-09-30 10:00:00", "全団体", "実施済"),
        ("報告書の提出", "月例監視報告書（中止）", "2026-09-20 10:00:00", None, "中止")),
        *(small.use(tmp_path, f"2026-{month:02d}", account=1) for month in range(4, 10)), config=config)

    def told(kpi_id: str, duty: str, period: str = "2026H1") -> Parts:
        return small.parts(data, kpi_id, "obligation", duty)[period]

    assert told("K40", "tenant_briefing") == (1, 3) and told("K40", "tenant_briefing", "2026-05") == (0, 0)
    assert told("K40", "drill") == (3, 3) and told("K40", "training") == (0, 1), "three trainings, two at most"
    assert told("K40", "monthly_security") == (5, 6) and told("K40", "monthly_security", "2026-09") == (0, 1)
    assert told("K40", "half_items") == (0, 1) and told("K40", "yearly_summary") == (0, 0)
    assert small.parts(data, "K40")["2026H1"] == (1 + 3 + 0 + 5 + 0 + 0, 3 + 3 + 1 + 6 + 6 + 1)
    assert small.parts(data, "K40")["FY2026"] == small.parts(data, "K40")["2026H1"], "the year is not over"
    assert {period: told("K40.done", "training", period)[0] for period in (
        "2026-05", "2026-08", "2026Q1", "2026H1", "FY2026")} == {
            "2026-05": 1, "2026-08": 0, "2026Q1": 2, "2026H1": 3, "FY2026": 3}
    assert told("K40.done", "tenant_briefing", "2026-05") == (1, 1)
    assert told("K40.done", "drill") == (3, 1) and told("K40.done", "drill", "2026-09") == (3, 1)
