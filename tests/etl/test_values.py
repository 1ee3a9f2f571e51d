"""One text, one value: what is understood, and what is refused rather than guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.dates import era_datetime
from etl.errors import ValueProblem
from etl.values import named_period, number, timestamp, timestamps, whole


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
        ("(1,234)", "-1234"),
        ("（１，２３４．５）", "-1234.5"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1\u202f234", "1234"),
        ("−1,000", "-1000"),
        ("– 5", "-5"),
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
        "10²",
        "①",
        "½",
        "(▲3)",
        "-(3)",
        "()",
        "1,234-",
        "٣",
        "一",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem, match="読めません"):
        number(text)


@pytest.mark.parametrize(
    "text", ["1,5", "12,34", "1,2345", "3,87,16,91,111", ",123", "1234,567", "1 23", "12 34", "1,234 567"]
)
def test_a_comma_that_separates_no_thousands_is_refused_not_dropped(text: str) -> None:
    with pytest.raises(ValueProblem, match="桁区切り"):
        number(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=3))
def test_thousands_separators_change_nothing(value: Decimal) -> None:
    assert number(f"{value:,f}") == value


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12.3%", "%", "12.3"),
        ("１２．３％", "%", "12.3"),
        ("12.3 %", "%", "12.3"),
        ("12.3", "%", "12.3"),
        ("▲5%", "%", "-5"),
        ("12.3%", "ratio", "0.123"),
        ("0.123", "ratio", "0.123"),
    ],
)
def test_a_percent_sign_counts_where_the_unit_is_a_share(text: str, unit: str, value: str) -> None:
    assert number(text, unit) == Decimal(value)
    with pytest.raises(ValueProblem, match="unit に % か ratio|読めません"):
        number(f"{text.rstrip('%％')}%", "byte")


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
        ("2026-10-01 24:00:00", ("iso",), "2026-10-01 15:00:00"),
        ("2026-12-31T24:00Z", ("iso",), "2027-01-01 00:00:00"),
        ("2026-10-01 09:05:00 +0900", ("iso",), "2026-10-01 00:05:00"),
        ("2026-10-01 00:05:00 UTC", ("iso",), "2026-10-01 00:05:00"),
        ("2026-10-01T09:05:30.123456789+09:00", ("iso",), "2026-10-01 00:05:30"),
        ("20261001T090530", ("iso",), "2026-10-01 00:05:30"),
        ("2026/10/01 24:00", ("%Y/%m/%d %H:%M",), "2026-10-01 15:00:00"),
        ("10/1/2026 9:05 AM", ("mdy",), "2026-10-01 00:05:00"),
        ("10/1/2026 12:05 AM", ("mdy",), "2026-09-30 15:05:00"),
        ("10-01-2026 12:05:30 PM", ("mdy",), "2026-10-01 03:05:30"),
        ("1/10/2026 9:05", ("dmy",), "2026-10-01 00:05:00"),
        ("1.10.2026", ("dmy",), "2026-09-30 15:00:00"),
        ("46296", ("excel",), "2026-09-30 15:00:00"),
        ("46296.37847222222", ("excel",), "2026-10-01 00:05:00"),
        ("46296 0.37847222222", ("excel",), "2026-10-01 00:05:00"),
        ("44834.37847222222", ("excel_1904",), "2026-10-01 00:05:00"),
        ("1790816700123456", ("epoch_us",), "2026-10-01 01:05:00"),
        ("1790816700123456789", ("epoch_ns",), "2026-10-01 01:05:00"),
        ("1790816700.5", ("epoch",), "2026-10-01 01:05:00"),
    ],
)
def test_dates_in_the_declared_styles_are_japanese_time(text: str, styles: tuple[str, ...], expected: str) -> None:
    assert utc(text, *styles) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026/10/1 9:05",
        "2026-10-1 9:05",
        "2026.10.1 9:05",
        "2026年10月1日 9:05",
        "2026年10月1日(木) 9:05",
        "2026年10月1日（木曜）９時５分",
        "2026年10月1日木曜日 午前9時5分",
        "2026/10/01 09:05:00",
        "2026-10-01T09:05:00.000",
        "20261001 09:05",
        "R8.10.1 9:05",
        "R 8. 10. 1 9:05",
        "r8/10/1 9:05",
        "令和8年10月1日 9:05",
        "令和８年１０月１日（木・祝）　午前９時０５分００秒",
        "㋿8年10月1日 9:05",
        "2026/10/1 9:05 AM",
    ],
)
def test_japanese_is_every_way_an_office_writes_a_date(text: str) -> None:
    assert utc(text, "japanese") == "2026-10-01 00:05:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和元年5月1日", "2019-04-30 15:00"),
        ("平成31年4月30日 24:00", "2019-04-30 15:00"),
        ("2026/10/1 午後0:30", "2026-10-01 03:30"),
        ("2026/10/1 午後11時59分", "2026-10-01 14:59"),
        ("2026/10/1 午前0時", "2026-09-30 15:00"),
        ("2026/10/1 PM 3:05", "2026-10-01 06:05"),
        ("2026/12/31 24:00", "2026-12-31 15:00"),
    ],
)
def test_halves_and_ends_of_days(text: str, expected: str) -> None:
    assert utc(text, "japanese") == f"{expected}:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026/2/30", "ない日付か時刻です"),
        ("令和8年6月31日", "ない日付か時刻です"),
        ("令和0年4月1日", "ない日付か時刻です"),
        ("2026/10/1 24:01", "ない日付か時刻です"),
        ("2026/10/1 25:00", "ない日付か時刻です"),
        ("2026/10/1 午後13:00", "ない日付か時刻です"),
        ("2026年10月1日(金)", "曜日が日付と合いません。2026年10月1日は木曜日です"),
        ("2026/10/1 午前12:30", "午前12時・午後12時は読み方が分かれます"),
        ("10/1/2026", "書き方: 2026/4/1 9:05"),
        ("26/10/1", "書き方"),
        ("8.10.1", "書き方"),
        ("2026/10", "書き方"),
        ("2026/10-1", "書き方"),
        ("令和8年度10月1日", "書き方"),
        ("46296", "書き方"),
    ],
)
def test_what_an_office_cannot_have_meant_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueProblem, match=rf"日時として読めません（{reason}"):
        timestamp(text, ("japanese",), "Asia/Tokyo")


@pytest.mark.parametrize(("serial", "day"), [("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01")])
def test_excels_leap_day_of_1900_is_known_to_be_none(serial: str, day: str) -> None:
    assert utc(serial, "excel", zone="UTC") == f"{day} 00:00:00"
    with pytest.raises(ValueProblem, match="1900年2月29日"):
        timestamp("60", ("excel",), "UTC")


@given(st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)))
def test_excel_serials_come_back_to_the_millisecond(moment: datetime) -> None:
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    found = timestamp(repr(serial), ("excel",), "UTC")
    assert abs(found - (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)) <= 501


@given(st.datetimes(datetime(1926, 1, 1), datetime(2098, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
def test_every_way_of_writing_a_moment_gives_the_same_moment(moment: datetime) -> None:
    era, start = next((era, start) for era, start, first in (
        ("令和", 2018, datetime(2019, 5, 1)), ("平成", 1988, datetime(1989, 1, 8)), ("昭和", 1925, datetime.min))
        if moment >= first)
    year = "元" if moment.year == start + 1 else moment.year - start
    weekday = "月火水木金土日"[moment.weekday()]
    half, hour = ("午後" if moment.hour > 11 else "午前"), moment.hour % 12
    time = f"{moment:%H:%M:%S}"
    written = [
        f"{moment.year}/{moment.month}/{moment.day} {time}",
        f"{moment.year}年{moment.month}月{moment.day}日（{weekday}）{half}{hour}時{moment.minute}分{moment.second}秒",
        f"{era}{year}年{moment.month}月{moment.day}日 {time}",
        f"{moment.year:04}{moment.month:02}{moment.day:02} {time}",
    ]
    seconds = (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    assert {timestamp(text, ("japanese",), "UTC") for text in written} == {seconds}
    american, european = f"{moment.month}/{moment.day}/{moment.year}", f"{moment.day}.{moment.month}.{moment.year}"
    assert timestamp(f"{american} {time}", ("mdy",), "UTC") == seconds
    assert timestamp(f"{european} {time}", ("dmy",), "UTC") == seconds


def test_an_hour_that_comes_twice_or_never_is_read_the_same_way_each_time() -> None:
    assert utc("2016-10-30 02:30", zone="Europe/Rome") == "2016-10-30 00:30:00", "the first of the two, summer time"
    assert utc("2016-03-27 02:30", zone="Europe/Rome") == "2016-03-27 01:30:00", "as if the clocks had not been put on"
    assert utc("2016-10-30T02:30:00+01:00", zone="Europe/Rome") == "2016-10-30 01:30:00"


def test_the_first_style_that_fits_wins() -> None:
    assert utc("06/07/2005", "%m/%d/%Y", "%d/%m/%Y", zone="UTC") == "2005-06-07 00:00:00"
    assert utc("13/07/2005", "%m/%d/%Y", "%d/%m/%Y", zone="UTC") == "2005-07-13 00:00:00"


def test_an_offset_in_the_value_wins_over_the_declared_zone() -> None:
    assert utc("2018-03-24T14:37:19.037299-0600") == "2018-03-24 20:37:19"
    assert utc("2026-10-01T00:00:00+0900", zone="UTC") == "2026-09-30 15:00:00"
    assert utc("2026-10-01T00:00:00Z") == "2026-10-01 00:00:00"
    assert utc("2026-10-01 00:00", zone="UTC") == "2026-10-01 00:00:00"
    assert utc("2016-07-01 00:00", zone="Europe/Rome") == "2016-06-30 22:00:00"


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("iso", "2026-10-01 09:05:30"),
        ("iso", "2026-10-01T09:05:30"),
        ("iso", "2026-10-01T09:05:30.25+0900"),
        ("%Y-%m-%d %H:%M:%S", "2026-10-01 09:05:30"),
        ("%Y/%m/%d %H:%M", "2026/10/01 09:05"),
        ("%Y/%m/%dT%H:%M:%S", "2026/10/01T09:05:30"),
    ],
)
def test_times_written_with_every_digit_are_read_at_once(style: str, text: str) -> None:
    read = timestamps(pa.array([text, text]), style, "Asia/Tokyo")
    assert read is not None and read.to_pylist() == [timestamp(text, (style,), "Asia/Tokyo")] * 2


TIMES = st.builds("{}{}{}{}{}{}{}".format, st.sampled_from(["2026", "1999", "26"]), st.sampled_from(["-", "/"]),
                  st.sampled_from(["10", "02", "4"]), st.sampled_from(["-01", "/01", "-30", "/31", "/4"]),
                  st.sampled_from([" ", "T", "  "]), st.sampled_from(["09:05", "9:05", "24:00", "00:60", "0905"]),
                  st.sampled_from(["", ":00", ":30", ":60", ":5", "Z", ":00+0900", ":00.5", " "]))
STYLES = ["iso", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%m/%d/%Y %H:%M",
          "epoch"]


@given(st.lists(TIMES, min_size=1, max_size=3), st.sampled_from(STYLES),
       st.sampled_from(["Asia/Tokyo", "UTC", "Europe/Rome"]))
def test_many_times_at_once_are_read_as_one_by_one_or_not_at_all(texts: list[str], style: str, zone: str) -> None:
    read = timestamps(pa.array(texts), style, zone)
    assert read is None or read.to_pylist() == [timestamp(text, (style,), zone) for text in texts]


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
        ("13/1/2026", ("mdy",)),
        ("1/13/2026", ("dmy",)),
        ("1/2/26", ("mdy", "dmy")),
        ("2026-10-01x09:05", ("iso",)),
        ("2026-10-01 9:05", ("iso",)),
        ("0.5", ("excel", "excel_1904")),
        ("9999999", ("excel",)),
        ("1_0", ("epoch",)),
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
