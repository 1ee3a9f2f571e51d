"""``config/calendar.toml`` and the version of a snapshot's calendar: mistakes are told, changes reach the numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.support import CONFIG, copy_config, load, rows, write
from tests.warehouse.ledgers import ticket_ledger
from warehouse.calendar import BusinessCalendar
from warehouse.calendar_rules import CalendarRules
from warehouse.calendar_version import CalendarVersion, known_years, read_calendar, read_version
from warehouse.dimensions import Row, config_hash, read_all
from warehouse.errors import ConfigError
from warehouse.reader import open_current
from warehouse.registry import Registry
from warehouse.scope import Scope

# ---- the file -----------------------------------------------------------------------------------------


def test_the_repositorys_file_says_what_holds_without_one(tmp_path: Path) -> None:
    assert CalendarRules.read(CONFIG) == CalendarRules.read(tmp_path) == CalendarRules()


def test_what_the_file_leaves_out_is_as_usual(tmp_path: Path) -> None:
    write(tmp_path / "calendar.toml", "[first_answer]", 'after_hours = "next_open_day"')
    assert CalendarRules.read(tmp_path) == CalendarRules(after_hours="next_open_day")
    write(tmp_path / "calendar.toml", "[office_hours]", 'closes = "24:00"', "[first_answer]", 'due_end = "24:00"')
    assert CalendarRules.read(tmp_path) == CalendarRules(closes_minute=1440, due_end="24:00")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["[office_hours"], "calendar.toml: TOMLとして読めません"),
        (["[office]"], "office は使えません（使える見出し: [office_hours]、[first_answer]）"),
        (['opens = "08:30"'], "opens は使えません（使える見出し: [office_hours]、[first_answer]）"),
        (["[office_hours]", "open = 1"], "[office_hours] の項目 open は使えません（使える項目: opens、closes）"),
        (
            ["[first_answer]", 'closes = "17:15"'],
            "[first_answer] の項目 closes は使えません（使える項目: after_hours、due_end）",
        ),
        (["[office_hours]", 'opens = "8:30"'], '[office_hours] opens = "8:30" は使えません（"08:30" の形の時刻'),
        (["[office_hours]", "opens = 08:30:00"], "[office_hours] opens = 08:30:00 は使えません"),
        (["[office_hours]", 'closes = "24:01"'], '[office_hours] closes = "24:01" は使えません'),
        (["[office_hours]", 'closes = "17:60"'], '[office_hours] closes = "17:60" は使えません'),
        (
            ["[office_hours]", 'opens = "17:15"'],
            '[office_hours] opens = "17:15" は使えません（終わりの時刻 closes = 17:15 より前の時刻にします）',
        ),
        (
            ["[first_answer]", 'after_hours = "strict"'],
            '[first_answer] after_hours = "strict" は使えません（使える値: "received_date"、"next_open_day"）',
        ),
        (["[first_answer]", "after_hours = true"], "[first_answer] after_hours = True は使えません"),
        (
            ["[first_answer]", 'due_end = "18:00"'],
            '[first_answer] due_end = "18:00" は使えません（使える値: "closes"、"24:00"）',
        ),
    ],
)
def test_a_mistake_is_told_with_file_key_value_and_what_is_allowed(
    tmp_path: Path, lines: list[str], told: str
) -> None:
    config = copy_config(tmp_path / "config")
    write(config / "calendar.toml", *lines)
    with pytest.raises(ConfigError) as caught:
        Registry.read(config)
    assert caught.value.message.startswith("calendar.toml: ") and told in caught.value.message
    assert str(config / "calendar.toml") in caught.value.next_step


def test_every_key_is_described_where_users_look() -> None:
    readme = (CONFIG / "README.md").read_text(encoding="utf-8")
    for word in ("calendar.toml", "opens", "closes", "after_hours", "due_end", "received_date", "next_open_day"):
        assert f"`{word}`" in readme


# ---- the version --------------------------------------------------------------------------------------


def version(**changed: list[Row]) -> CalendarVersion:
    return CalendarVersion.of_config({**read_all(CONFIG), **changed}, CalendarRules())


def test_equal_calendars_have_equal_versions_and_others_have_others() -> None:
    tables = read_all(CONFIG)
    assert version() == version(holiday=tables["holiday"][::-1]), "the order of rows means nothing"
    extra = version(extra_closed_day=[{"date": date(2026, 10, 5), "name": "県の休日", "source": "条例"}])
    noted = version(extra_closed_day=[{"date": date(2026, 10, 5), "name": "県の休日", "source": "県の条例"}])
    lenient = CalendarVersion.of_config(tables, CalendarRules(after_hours="next_open_day"))
    shorter = version(holiday=tables["holiday"][:-5])
    versions = [version().version, extra.version, lenient.version, shorter.version]
    assert len(set(versions)) == 4 and noted.version == extra.version
    assert [name[:5] for name in versions] == ["2027-", "2027-", "2027-", "2026-"]
    assert extra.extra_closed_days == 1 and version().holidays_until == date(2027, 11, 23)


def of_years(**days: int) -> list[Row]:
    return [{"date": date(int(year[1:]), 1 + n // 28, 1 + n % 28), "name": "祝日"}
            for year, count in days.items() for n in range(count)]


@pytest.mark.parametrize(
    ("registered", "known"),
    [
        ({}, ()),
        ({"y2026": 15}, ()),
        ({"y2026": 16}, (2026,)),
        ({"y2025": 9, "y2026": 16, "y2027": 18}, (2026, 2027)),
        ({"y2025": 17, "y2026": 16, "y2027": 3}, (2025, 2026)),
        ({"y2025": 17, "y2027": 17}, (2025,)),
    ],
)
def test_years_are_known_until_the_first_that_is_not_complete(
    registered: dict[str, int], known: tuple[int, ...]
) -> None:
    assert known_years(of_years(**registered)) == known


@pytest.mark.parametrize(
    ("holidays", "today", "told"),
    [
        (of_years(y2026=16, y2027=16), date(2026, 12, 31), None),
        (of_years(y2026=16, y2027=16), date(2027, 1, 31), None),
        (of_years(y2026=16, y2027=16), date(2027, 2, 1), "令和9年の分までしかそろっていません。令和10年1月以降"),
        (of_years(y2026=16, y2027=16, y2028=3), date(2027, 3, 1), "令和9年の分まで"),
        (of_years(y2026=16), date(2026, 1, 31), None),
        (of_years(y2026=16), date(2026, 2, 1), "令和8年の分まで"),
        (of_years(y2025=16, y2027=16), date(2026, 2, 1), "令和7年の分までしかそろっていません。令和8年1月以降"),
        (of_years(y2026=4), date(2026, 1, 5), "1年分もそろっていません。令和8年1月以降"),
        ([], date(2026, 1, 5), "空です。令和8年1月以降"),
    ],
)
def test_missing_holidays_are_told_once_they_are_published(
    holidays: list[Row], today: date, told: str | None
) -> None:
    warning = version(holiday=holidays).warning(today)
    assert (warning is None) == (told is None)
    assert warning is None or (f"祝日表（config/holidays.csv）は{told}" in warning and "書き足し" in warning)


# ---- from the file to the numbers ---------------------------------------------------------------------

AFTER_HOURS = ("T-1", "2026/10/01 17:15", "2026/10/05 10:00", "回答済")  # a Thursday; the next open days: 2nd, 5th
IN_HOURS = ("T-2", "2026/10/01 17:14", "2026/10/05 10:00", "回答済")
ANSWERS = "SELECT ticket_no, due_date, due_jst, answer_state, business_minutes FROM wh.main.ticket_answer ORDER BY ALL"


def test_a_change_of_the_reading_reaches_the_numbers_and_the_version(tmp_path: Path) -> None:
    config, data = copy_config(tmp_path / "config"), tmp_path / "data"
    before = config_hash(config)
    load(data, ticket_ledger(tmp_path, 10, AFTER_HOURS, IN_HOURS), config=config)
    second, fifth = datetime(2026, 10, 2), datetime(2026, 10, 5)
    assert rows(data, ANSWERS) == [
        ("T-1", second.date(), second.replace(hour=17, minute=15), "late", 525 + 90),
        ("T-2", second.date(), second.replace(hour=17, minute=15), "late", 1 + 525 + 90),
    ]
    strict = read_version(reader := open_current(data), reader.whole_scope())

    write(config / "calendar.toml", "[first_answer]", 'after_hours = "next_open_day"', 'due_end = "24:00"')
    assert config_hash(config) != before
    load(data, config=config)
    assert rows(data, ANSWERS) == [
        ("T-1", fifth.date(), datetime(2026, 10, 6), "in_time", 525 + 90),
        ("T-2", second.date(), datetime(2026, 10, 3), "late", 1 + 525 + 90),
    ]
    lenient = read_version(reader := open_current(data), reader.whole_scope())
    assert lenient.version != strict.version
    assert lenient.rules == CalendarRules(after_hours="next_open_day", due_end="24:00")
    assert replace(lenient, version="", sha256="", after_hours="", due_end="") == replace(
        strict, version="", sha256="", after_hours="", due_end=""
    )


def test_a_snapshot_gives_back_the_calendar_it_was_built_with(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    write(config / "calendar.toml", "[office_hours]", 'closes = "17:00"')
    write(config / "extra_closed_days.csv", "date,name,source", "2026-10-05,県の休日,条例")
    load(tmp_path / "data", config=config)
    reader = open_current(tmp_path / "data")
    (tenant, *_) = sorted(reader.whole_scope().tenant_codes)
    found = read_calendar(reader, Scope.of(tenant))
    expected = BusinessCalendar.of_config(read_all(config), found.first, found.last, CalendarRules.read(config))
    assert (found.first, found.last) == (date(2021, 4, 1), date(2028, 3, 31))
    assert found.rules == expected.rules == CalendarRules(closes_minute=1020)
    for number in range((found.last - found.first).days + 1):
        day = date.fromordinal(found.first.toordinal() + number)
        assert found.closed_reason(day) == expected.closed_reason(day)
    assert found.next_open_day(date(2026, 10, 2)) == date(2026, 10, 6)
    with pytest.raises(ValueError, match="empty scope"):
        read_calendar(reader, Scope.none())


def test_a_snapshot_without_any_holidays_still_tells_its_version(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    write(config / "holidays.csv", "date,name")
    load(tmp_path / "data", config=config)
    found = read_version(reader := open_current(tmp_path / "data"), reader.whole_scope())
    assert (found.holidays_until, found.known_from, found.known_until) == (None, None, None)
    assert found == CalendarVersion.of_config(read_all(config), CalendarRules())
    assert "1年分そろった祝日はない" in found.told()
