"""``[arrival]``: what a feed may promise, and what it promises by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.arrivals import plans_of, series_of
from etl.errors import FeedError
from etl.feed import Feed, read_feed, read_feeds
from tests.support import CONFIG, write
from warehouse.arrivals import FeedPlan
from warehouse.registry import Registry


def feed_with(folder: Path, name: str, arrival: str) -> Feed:
    """The configured feed with another ``[arrival]`` (none when empty)."""
    text = (CONFIG / "feeds" / f"{name}.toml").read_text(encoding="utf-8")
    before, _, after = text.partition("[arrival]\n")
    rest = after[after.index("\n[") + 1 :]
    section = f"[arrival]\n{arrival}\n\n" if arrival else ""
    return read_feed(write(folder / f"{name}.toml", before + section + rest))


def plan(feed: Feed) -> FeedPlan:
    return plans_of([feed], Registry.read(CONFIG))[0]


@pytest.mark.parametrize(
    ("feed", "arrival", "told"),
    [
        (
            "ticket",
            'every = "sample"',
            "arrival.every = sample は5分値の表で使います（ticket では day か month）",
        ),
        ("ticket", 'every = "week"', "arrival.every: 使える値は 'sample', 'day' , 'month' です"),
        ("ticket", 'every = "month"\ndays = "open"', "arrival.days は every = sample、day で使います"),
        ("ticket", 'every = "month"\nhours = "08:30-17:15"', "arrival.hours は every = sample で使います"),
        ("ticket", 'every = "month"\ndue_day = 29', "arrival.due_day"),
        ("detection_eve", 'every = "day"\ndue_day = 3', "arrival.due_day は every = month で使います"),
        (
            "detection_eve",
            'every = "day"\nentities = "seen"',
            "arrival.entities は every = sample で使います",
        ),
        (
            "tenant_traffic",
            'every = "sample"\nentities = []',
            "arrival.entities に、届くべき対象のコードを一つ以上",
        ),
        ("tenant_traffic", 'every = "sample"\nhours = "8:30-17:15"', "8:30-17:15 は 08:30-17:15 の形"),
        ("tenant_traffic", 'every = "sample"\nhours = "17:15-08:30"', "17:15-08:30 は 08:30-17:15 の形"),
        ("tenant_traffic", 'every = "sample"\nhours = "08:30-24:15"', "08:30-24:15 は 08:30-17:15 の形"),
        ("tenant_traffic", "", None),
        ("tenant_traffic", 'days = "all"', "arrival.every: この項目が必要です"),
        ("tenant_traffic", 'every = "sample"\nnight = true', "arrival.night: この項目は使えません"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_key(
    tmp_path: Path, feed: str, arrival: str, told: str | None
) -> None:
    if told is None:
        assert feed_with(tmp_path, feed, arrival).arrival is None
        return
    with pytest.raises(FeedError) as caught:
        feed_with(tmp_path, feed, arrival)
    message = caught.value.message.replace("'day', 'month'", "'day' , 'month'")
    assert f"{feed}.toml" in message and told in message


def test_samples_are_expected_of_those_seen_and_nothing_of_other_feeds(tmp_path: Path) -> None:
    samples, ledger = plan(feed_with(tmp_path, "tenant_traffic", "")), plan(feed_with(tmp_path, "ticket", ""))
    assert (samples.every, samples.entities, samples.interval_minutes) == ("sample", "seen", 5)
    assert ledger.every is None


def test_a_plan_takes_names_codes_and_hours(tmp_path: Path) -> None:
    made = plan(
        feed_with(
            tmp_path,
            "tenant_traffic",
            'every = "sample"\nhours = "08:30-24:00"\nentities = ["津市", "240001"]',
        )
    )
    assert (made.entities, made.listed) == ("listed", ("242012", "240001"))
    assert (made.opens_minute, made.closes_minute) == (510, 1440)


def test_series_are_those_that_the_definition_fixes() -> None:
    feeds = read_feeds(CONFIG)
    assert series_of(feeds["interface_counter"]) == ("in", "out")
    assert series_of(feeds["device_load"]) == ("cpu_pct", "memory_pct", "sessions")
    assert len(series_of(feeds["tenant_traffic"])) == 6 and "web/out" in series_of(feeds["tenant_traffic"])
    assert series_of(feeds["ticket"]) == ()


def test_series_that_the_file_tells_are_not_fixed(tmp_path: Path) -> None:
    definition = (
        'title = "縦持ち"\ntable = "tenant_traffic"\n[file]\nnames = ["x.csv"]\nformat = "delimited"\nheader = ["ts"]\n'
        '[columns.ts]\nfrom = "ts"\n[columns.tenant_code]\nfrom = "code"\n[columns.route]\nfrom = "route"\n'
        '[columns.direction]\nvalue = "in"\n[columns.bytes]\nfrom = "bytes"\n'
    )
    assert series_of(read_feed(write(tmp_path / "long.toml", definition))) == ()


def test_every_configured_feed_promises_something() -> None:
    plans = {made.feed: made for made in plans_of(read_feeds(CONFIG).values(), Registry.read(CONFIG))}
    assert all(made.every for made in plans.values())
    lines = [made.listed for made in plans.values() if made.table == "line_sample"]
    assert sorted(code for listed in lines for code in listed) == [
        "breakout",
        "cloud_active",
        "cloud_standby",
        "internet",
        "web",
    ], "every line is expected of exactly one feed"
