"""K33 to K38 against the demo's judgements and alerts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.support import copy_config, load, rows
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import (
    PERIODS,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    judgements,
    median,
    minutes,
    month_of,
    some,
    valid,
    waiting_alerts,
)
from warehouse.reader import Reader

FUNCTIONS = valid("functions.csv", "function", "2026-10")
SEVERITIES = ("0", "1", "2", "3")
Event = dict[str, Any]


def judged(data: Path, measure: Callable[[list[Event]], Parts], *, by_body: bool = False) -> dict[Key, Parts]:
    """The measure of the judged events detected in every period."""
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        own = [event for event in judgements(data) if month_of(event["detected"]) in months]
        wanted[period, "all", ""] = measure(own)
        for code in TENANT_CODES if by_body else ():
            wanted[period, "tenant", code] = measure([event for event in own if event["tenant"] == code])
    return wanted


def serious(own: list[Event]) -> list[Event]:
    return [event for event in own if event["severity"] >= 2]


def to_contact(event: Event) -> Fraction:
    return minutes(event["judged"], event["notified"])


def test_k33_counts_judged_events_and_alerts_nobody_judged_yet(demo_data: Path, demo_reader: Reader) -> None:
    wanted: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        own = [event for event in [*judgements(demo_data), *waiting_alerts(demo_data)]
               if month_of(event["detected"]) in months]
        wanted[period, "all", ""] = len(own), 1
        for grain, values in (("tenant", TENANT_CODES), ("function", FUNCTIONS), ("severity", SEVERITIES)):
            wanted |= {(period, grain, value): (sum(str(event[grain]) == value for event in own), 1)
                       for value in values}
    assert_parts(demo_reader, "K33", wanted)
    assert waiting_alerts(demo_data)


def test_k34_counts_events_judged_serious(demo_data: Path, demo_reader: Reader) -> None:
    wanted = judged(demo_data, lambda own: (len(serious(own)), 1), by_body=True)
    assert_parts(demo_reader, "K34", wanted)
    assert wanted["2026-10", "all", ""][0] > 0


def test_k35_counts_contacts_within_fifteen_minutes_of_the_judgement(demo_data: Path, demo_reader: Reader) -> None:
    wanted = judged(demo_data, lambda own: (
        sum(bool(event["notified"]) and to_contact(event) <= 15 for event in serious(own)), len(serious(own))),
        by_body=True)
    assert_parts(demo_reader, "K35", wanted)
    assert some(wanted.values())


def test_k35_max_is_the_longest_time_to_the_contact(demo_data: Path, demo_reader: Reader) -> None:
    def measure(own: list[Event]) -> Parts:
        told = [to_contact(event) for event in serious(own) if event["notified"]]
        return (max(told), 1) if told else (None, 0)

    assert_parts(demo_reader, "K35.max", judged(demo_data, measure, by_body=True))


def test_k36_is_median_and_longest_time_to_the_judgement(demo_data: Path, demo_reader: Reader) -> None:
    def spans(own: list[Event]) -> list[Fraction]:
        return [minutes(event["detected"], event["judged"]) for event in own]

    assert_parts(demo_reader, "K36", judged(demo_data, lambda own: (round(median(spans(own)), 2), 1)))
    assert_parts(demo_reader, "K36.max", judged(demo_data, lambda own: (max(spans(own)), 1)))


def test_k37_asks_of_severity_three_whether_and_when_it_was_blocked(demo_data: Path, demo_reader: Reader) -> None:
    def critical(own: list[Event]) -> list[Event]:
        return [event for event in own if event["severity"] == 3]

    def longest(own: list[Event]) -> Parts:
        told = [max(Fraction(0), minutes(event["judged"], event["blocked_at"])) for event in critical(own)
                if event["blocked_at"]]
        return (max(told), 1) if told else (None, 0)

    rate = judged(demo_data, lambda own: (sum(bool(event["blocked_at"]) for event in critical(own)),
                                          len(critical(own))))
    assert_parts(demo_reader, "K37", rate)
    assert_parts(demo_reader, "K37.max", judged(demo_data, longest))
    assert rate["FY2026", "all", ""][1] > 0


def test_k38_asks_of_serious_events_from_inside_whether_the_terminal_is_known(
    demo_data: Path, demo_reader: Reader
) -> None:
    def measure(own: list[Event]) -> Parts:
        outward = [event for event in serious(own) if event["outward"]]
        return sum(event["endpoint"] for event in outward), len(outward)

    assert_parts(demo_reader, "K38", judged(demo_data, measure))


# ---- small files --------------------------------------------------------------------------------------


def event(severity: int, judged: str, notified: str = "", blocked: str = "", **others: str) -> dict[str, str]:
    """Detected at 10:00:00 of 5 October; the other times are minutes and seconds after."""
    def at(time: str) -> str:
        return f"2026/10/05 10:{time}" if time else ""

    return {"検知時刻": at("00:00"), "判断時刻": at(judged), "緊急連絡時刻": at(notified), "遮断時刻": at(blocked),
            "危険度": str(severity), **others}


def test_severities_are_as_many_as_the_configuration_has_and_fifteen_minutes_run_from_the_judgement(
    tmp_path: Path
) -> None:
    config, data = copy_config(tmp_path / "config"), tmp_path / "data"
    small.add_config(config, "severities.csv", {"severity": "4", "code_name": "Disaster", "name": "危険度4",
                                                "sort_order": "50"})
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.judgements(
        tmp_path, "202610", event(0, "02:00"), event(1, "04:00", "50:00"), event(2, "10:00", "25:00", "55:00"),
        event(2, "10:00", "25:01", 方向="内→外", 端末="PC-1"), event(2, "10:00", 方向="内→外"),
        event(3, "06:00", "07:00", "04:00"), event(4, "08:00", "09:00", "28:30", 団体名="図書館"), event(4, "08:00")),
        config=config)

    def told(kpi_id: str, grain: str = "all", entity: str = "") -> tuple[Any, Any]:
        return small.parts(data, kpi_id, grain, entity)["2026-10"]

    assert [told("K33", "severity", severity)[0] for severity in "01234"] == [1, 1, 3, 1, 2]
    assert told("K33") == (8, 1) and told("K33", "tenant", "242012") == (7, 1)
    assert told("K34") == (6, 1) and told("K34", "tenant", "242012") == (5, 1)
    assert told("K35") == (3, 6), "at 15:00 in time, at 15:01 late, never is late"
    assert told("K35.max") == (Decimal("15.0167"), 1)
    assert told("K36") == (8, 1) and told("K36.max") == (10, 1), "2, 4, 6, 8, 8, 10, 10, 10 minutes"
    assert told("K37") == (2, 3) and told("K37.max") == (Decimal("20.5"), 1), "blocked before judged took no time"
    assert told("K38") == (1, 2)
    assert rows(data, "SELECT DISTINCT judgement FROM wh.main.kpi_value WHERE kpi_id IN ('K35', 'K37') "
                      "AND grain = 'all'") == [("未達",)]


def test_a_month_without_serious_events_is_not_judged_and_one_without_a_file_is_unknown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, small.until(tmp_path, "2026/10/31 23:55"), small.judgements(tmp_path, "202610", event(1, "04:00")),
         small.use(tmp_path, "2026-09", account=1), config=copy_config(tmp_path / "config"))
    found = dict(rows(data, "SELECT period_id, judgement FROM wh.kpi_value WHERE kpi_id = 'K35' AND grain = 'all'"))
    assert (found["2026-10"], found["2026-09"], found["2026Q3"], found["FY2026"]) == (
        "対象なし", "データなし", "対象なし", "対象なし")
    assert small.parts(data, "K33")["2026-09"] == (None, None) and small.parts(data, "K33")["FY2026"] == (1, 1)


def test_alerts_are_detections_also_before_the_judgements_of_their_month_have_come(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, small.until(tmp_path, "2026/10/15 11:55"), small.alerts(tmp_path, "2026-10-05T10:00:00"),
         config=copy_config(tmp_path / "config"))
    found = [small.parts(data, "K33", *entity)["2026-10"] for entity in (
        ("all", ""), ("tenant", "242012"), ("tenant", "240001"), ("function", "ips"), ("severity", "0"))]
    assert found == [(1, 1), (1, 1), (0, 1), (1, 1), (None, None)], "how severe it is nobody has said"
    assert small.parts(data, "K34")["2026-10"] == (None, None) == small.parts(data, "K36")["2026-10"]
