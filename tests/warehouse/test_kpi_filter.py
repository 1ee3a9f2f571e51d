"""K25 against the demo's judgements and alerts."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.raw_files import (
    PERIODS,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    judgements,
    month_of,
    some,
    waiting_alerts,
)
from warehouse.reader import Reader

FILTERS = ("spam", "url_filter")


def test_k25_is_the_share_that_url_filter_and_mail_filter_blocked(demo_data: Path, demo_reader: Reader) -> None:
    rate: dict[Key, Parts] = {}
    count: dict[Key, Parts] = {}
    for period, months in PERIODS.items():
        own = [event for event in [*judgements(demo_data), *waiting_alerts(demo_data)]
               if event["function"] in FILTERS and month_of(event["detected"]) in months]
        for grain, entity in [("all", ""), *(("tenant", code) for code in TENANT_CODES),
                              *(("function", function) for function in FILTERS)]:
            told = [event for event in own if grain == "all" or event[grain] == entity]
            blocked = sum(event["blocked"] for event in told)
            rate[period, grain, entity], count[period, grain, entity] = (blocked, len(told)), (blocked, 1)
    assert_parts(demo_reader, "K25", rate)
    assert_parts(demo_reader, "K25.count", count)
    assert some(rate.values())
