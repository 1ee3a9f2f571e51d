"""One text, one value: what is understood, and what is refused rather than guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import ValueProblem
from etl.values import era_datetime, named_period, number, timestamp, whole


def utc(text: str, *styles: str, zone: str = "Asia/Tokyo") -> str:
    moment = datetime.fromtimestamp(timestamp(text, styles or ("iso",), zone) / 1_000_000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("007", "7"),
        ("1,234", "1234"),
        ("1,234,567.5", "1234567.5"),
        ("-12", "-12"),
        ("+3", "3"),
        ("１２３", "123"),
        ("１，２３４．５", "1234.5"),
        ("▲1,234", "-1234"),
        ("△5", "-5"),
        ("▲ 12", "-12"),
        ("－7", "-7"),
        ("−7", "-7"),
        (" 42 ", "42"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.5e3", "1500"),
        ("2E-1", "0.2"),
    ],
)
def test_numbers_as_offices_and_machines_write_them(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "abc",
        "12O",
        "1 2 x",
        "1_000",
        "0x10",
        "NaN",
        "nan",
        "Infinity",
        "１２月",
        "1.2.3",
        "▲",
        "1e999999999",
        "5%",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem, match="読めません"):
        number(text)


@pytest.mark.parametrize("text", ["1,5", "12,34", "1,2345", "3,87,16,91,111", ",123", "1234,567"])
def test_a_comma_that_separates_no_thousands_is_refused_not_dropped(text: str) -> None:
    with pytest.raises(ValueProblem, match="桁区切り"):
        number(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=3))
def test_thousands_separators_change_nothing(value: Decimal) -> None:
    assert number(f"{value:,f}") == value


def test_fractions_are_no_whole_numbers_unless_a_unit_was_converted() -> None:
    assert whole(Decimal("3.0"), rounded=False) == 3
    with pytest.raises(ValueProblem, match="整数"):
        whole(Decimal("3.5"), rounded=False)
    assert [whole(Decimal(text), rounded=True) for text in ("2.5", "3.5", "2.4999")] == [3, 4, 2]


@pytest.mark.parametrize(
    ("text", "styles", "expected"),
    [
        ("2026-10-01 09:05", ("iso",), "2026-10-01 00:05:00"),
        ("2026-10-01T09:05:30.5", ("iso",), "2026-10-01 00:05:30"),
        ("2026-10-01", ("iso",), "2026-09-30 15:00:00"),
        ("2026/10/01 09:05", ("%Y/%m/%d %H:%M",), "2026-10-01 00:05:00"),
        ("2026/10/1 9:05", ("%Y/%m/%d %H:%M",), "2026-10-01 00:05:00"),
        ("２０２６／１０／０１　０９：０５", ("%Y/%m/%d %H:%M",), "2026-10-01 00:05:00"),
        ("令和8年10月1日 9:30", ("era",), "2026-10-01 00:30:00"),
        ("令和８年１０月１日　９時３０分", ("era",), "2026-10-01 00:30:00"),
        ("R8.10.1", ("era",), "2026-09-30 15:00:00"),
        ("R8/10/1 17:15", ("era",), "2026-10-01 08:15:00"),
        ("令和元年5月1日", ("era",), "2019-04-30 15:00:00"),
        ("平成31年4月30日", ("era",), "2019-04-29 15:00:00"),
        ("H31.4.30", ("era",), "2019-04-29 15:00:00"),
        ("令和8年10月1日（木） 9:30", ("era",), "2026-10-01 00:30:00"),
        ("1372629804", ("epoch",), "2013-06-30 22:03:24"),
        ("1372629804000", ("epoch_ms",), "2013-06-30 22:03:24"),
        ("6/7/2005 7:00", ("%m/%d/%Y %H:%M",), "2005-06-06 22:00:00"),
        ("29-02-2016 01:16", ("%d-%m-%Y %H:%M",), "2016-02-28 16:16:00"),
    ],
)
def test_dates_in_the_declared_styles_are_japanese_time(text: str, styles: tuple[str, ...], expected: str) -> None:
    assert utc(text, *styles) == expected


def test_the_first_style_that_fits_wins() -> None:
    assert utc("06/07/2005", "%m/%d/%Y", "%d/%m/%Y", zone="UTC") == "2005-06-07 00:00:00"
    assert utc("13/07/2005", "%m/%d/%Y", "%d/%m/%Y", zone="UTC") == "2005-07-13 00:00:00"


def test_an_offset_in_the_value_wins_over_the_declared_zone() -> None:
    assert utc("2018-03-24T14:37:19.037299-0600") == "2018-03-24 20:37:19"
    assert utc("2026-10-01T00:00:00+0900", zone="UTC") == "2026-09-30 15:00:00"
    assert utc("2026-10-01T00:00:00Z") == "2026-10-01 00:00:00"
    assert utc("2026-10-01 00:00", zone="UTC") == "2026-10-01 00:00:00"
    assert utc("2016-07-01 00:00", zone="Europe/Rome") == "2016-06-30 22:00:00"


def test_microseconds_are_kept() -> None:
    assert timestamp("1970-01-01T09:00:00.000001+0900", ("iso",), "UTC") == 1


@pytest.mark.parametrize(
    ("text", "styles"),
    [
        ("2026/10/32 10:05", ("%Y/%m/%d %H:%M",)),
        ("2026-02-29", ("iso",)),
        ("令和8年2月30日", ("era",)),
        ("令和8年13月1日", ("era",)),
        ("", ("iso",)),
        ("昨日", ("iso", "era")),
        ("NaN", ("epoch",)),
        ("1e40", ("epoch",)),
        ("10/01/2026", ("iso",)),
        ("令和8年10月1日 25:00", ("era",)),
        ("明治45年7月1日", ("era",)),
    ],
)
def test_what_is_no_date_in_the_declared_styles_is_refused(text: str, styles: tuple[str, ...]) -> None:
    with pytest.raises(ValueProblem, match="日時として読めません"):
        timestamp(text, styles, "Asia/Tokyo")


def test_the_reason_shows_how_dates_are_to_be_written() -> None:
    with pytest.raises(ValueProblem, match=r"2026/04/01 09:05、令和8年4月1日 9:05"):
        timestamp("x", ("%Y/%m/%d %H:%M", "era"), "Asia/Tokyo")


def test_a_text_that_is_no_era_date_is_told_from_a_day_that_does_not_exist() -> None:
    assert era_datetime("2026-10-01") is None
    with pytest.raises(ValueError, match="day is out of range"):
        era_datetime("令和8年6月31日")


@pytest.mark.parametrize(
    ("name", "pattern", "period"),
    [
        ("台帳_令和8年10月.xlsx", r"令和(?P<era>\d+|元)年(?P<month>\d+)月", ("2026-10-01", "2026-10-31")),
        ("台帳_令和８年２月.xlsx", r"令和(?P<era>\d+|元)年(?P<month>\d+)月", ("2026-02-01", "2026-02-28")),
        ("台帳_令和元年12月.xlsx", r"令和(?P<era>\d+|元)年(?P<month>\d+)月", ("2019-12-01", "2019-12-31")),
        ("台帳_令和8年度.xlsx", r"令和(?P<era>\d+|元)年度", ("2026-04-01", "2027-03-31")),
        ("x_202610.csv", r"(?P<year>\d{4})(?P<month>\d{2})", ("2026-10-01", "2026-10-31")),
        ("x_20260915.csv", r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", ("2026-09-15", "2026-09-15")),
    ],
)
def test_file_names_tell_the_period_they_speak_for(name: str, pattern: str, period: tuple[str, str]) -> None:
    assert named_period(name, pattern) == tuple(date.fromisoformat(day) for day in period)


def test_a_file_name_without_a_real_period_tells_none() -> None:
    pattern = r"(?P<year>\d{4})(?P<month>\d{2})"
    assert named_period("台帳.xlsx", pattern) is None
    assert named_period("x_202613.csv", pattern) is None
