"""K33 to K38 against the demo's judgements and alerts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

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
