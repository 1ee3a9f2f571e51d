"""Dates and times as Japanese offices, foreign products, spreadsheets and machines write them.

A style reads one way of writing, and reads it strictly: a text that could mean two days is read by no style that does
not say which (month or day first).  Texts come folded (NFKC, no white space around).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from etl.errors import ValueProblem

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ERA_STARTS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_WEEKDAYS = "月火水木金土日"
_TIME = (r"(?:(?P<before>午前|午後|AM|PM)\s*)?(?P<hour>\d{1,2})\s*"
         r"(?:時\s*(?:(?P<minute>\d{1,2})\s*分\s*(?:(?P<second>\d{1,2})\s*秒)?)?"
         r"|:\s*(?P<minute2>\d{1,2})(?:\s*:\s*(?P<second2>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?)?)"
         r"(?:\s*(?P<after>AM|PM))?")
_ERA_YEAR = r"(?P<era>令和|平成|昭和|[RHS])\s*(?P<era_year>元|\d{1,2})\s*"
_YEAR = r"(?P<year>\d{4})\s*"
_MONTH_AND_DAY = (r"(?:年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
                  r"|(?P<mark>[./-])\s*(?P<month2>\d{1,2})\s*(?P=mark)\s*(?P<day2>\d{1,2}))")
_WEEKDAY = rf"(?:\s*(?:\(\s*(?P<weekday>[{_WEEKDAYS}])?[^()]{{0,8}}\)|(?P<weekday2>[{_WEEKDAYS}])曜日))?"
_REST = rf"{_WEEKDAY}(?:[T\s]*{_TIME})?"
_ERA = re.compile(_ERA_YEAR + _MONTH_AND_DAY + _REST, re.IGNORECASE)
_WESTERN = re.compile(_YEAR + _MONTH_AND_DAY + _REST, re.IGNORECASE)
_EIGHT_DIGITS = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _REST, re.IGNORECASE)
_DAY_OR_MONTH_FIRST = r"(?P<{}>\d{{1,2}})(?P<mark>[/.-])(?P<{}>\d{{1,2}})(?P=mark)(?P<year>\d{{4}})(?:,?\s+" + \
    _TIME.replace("{", "{{").replace("}", "}}") + ")?"
_MDY = re.compile(_DAY_OR_MONTH_FIRST.format("month", "day"), re.IGNORECASE)
_DMY = re.compile(_DAY_OR_MONTH_FIRST.format("day", "month"), re.IGNORECASE)
_ISO = re.compile(r"(?P<date>\d{4}-?\d{2}-?\d{2})(?:[Tt ](?P<time>\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)?)"
                  r"\s?(?P<zone>[Zz]|UTC|JST|[+-]\d{2}:?\d{2})?)?")
_ISO_ZONES = {"Z": "+00:00", "z": "+00:00", "UTC": "+00:00", "JST": "+09:00", None: ""}
_END_OF_DAY = re.compile(r"24(:?00(:?00([.,]0+)?)?)?")
_END_OF_DAY_INSIDE = re.compile(r"(?<![\d:])24(?=:00|時)")
_SERIAL = re.compile(r"\d{1,7}(?:\.\d+)?(?:\s+0?\.\d+|\s+0)?")
_EPOCH_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d+)?")
_LEAP_DAY_OF_LOTUS = 60
_MILLISECONDS_OF_DAY = 86_400_000


@dataclass(frozen=True)
class Style:
    """One way of writing: an example for messages, and how a text so written is read.

    ``read`` gives None for a text that is not written so, and raises :class:`etl.errors.ValueProblem` or
    ``ValueError`` for one that is but means no moment.
    """

    example: str
    read: Callable[[str], datetime | None]


def read(text: str, style: str) -> datetime | None:
    """The moment in one style, naive unless the text holds an offset; None when the text is not written so.

    Raises :class:`etl.errors.ValueProblem` when it is, but there is no such day or time, or nobody can tell which.
    """
    try:
        return STYLES[style].read(text) if style in STYLES else _patterned(text, style)
    except (ValueProblem, OverflowError):
        raise
    except ValueError:
        raise ValueProblem("ない日付か時刻です") from None


def example(style: str) -> str:
    """How a date looks in the style."""
    return STYLES[style].example if style in STYLES else datetime(2026, 4, 1, 9, 5).strftime(style)


def _iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    zone = _ISO_ZONES.get(match["zone"], match["zone"])
    if match["time"] and _END_OF_DAY.fullmatch(match["time"]):
        return datetime.fromisoformat(f"{match['date']}T00:00{zone}") + timedelta(days=1)
    return datetime.fromisoformat(f"{match['date']}T{match['time']}{zone}" if match["time"] else match["date"])


def era_datetime(text: str) -> datetime | None:
    """令和8年4月1日 9:05 / R8.4.1 / 令和元年5月1日; None when it is not written so, ValueError for no such day."""
    match = _ERA.fullmatch(text)
    if match is None:
        return None
    year = 1 if match["era_year"] == "元" else int(match["era_year"])
    if year == 0:
        raise ValueError("no such year")
    return _moment(_ERA_STARTS[match["era"].upper()] + year, match)


def _japanese(text: str) -> datetime | None:
    match = _WESTERN.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text)
    return era_datetime(text) if match is None else _moment(int(match["year"]), match)


def _month_first(text: str) -> datetime | None:
    match = _MDY.fullmatch(text)
    return _moment(int(match["year"]), match) if match else None


def _day_first(text: str) -> datetime | None:
    match = _DMY.fullmatch(text)
    return _moment(int(match["year"]), match) if match else None


def _moment(year: int, match: re.Match[str]) -> datetime:
    groups = match.groupdict()
    month, day = (int(groups.get(name) or groups.get(f"{name}2") or 0) for name in ("month", "day"))
    midnight = datetime(year, month, day)
    weekday = groups.get("weekday") or groups.get("weekday2")
    if weekday and _WEEKDAYS[midnight.weekday()] != weekday:
        raise ValueProblem(f"曜日が日付と合いません。{year}年{month}月{day}日は{_WEEKDAYS[midnight.weekday()]}曜日です")
    return midnight + _time_of_day(groups) if groups.get("hour") else midnight


def _time_of_day(groups: dict[str, str | None]) -> timedelta:
    hour = int(groups["hour"] or 0)
    minute, second = (int(groups.get(name) or groups.get(f"{name}2") or 0) for name in ("minute", "second"))
    microseconds = int((groups.get("fraction") or "").ljust(6, "0")[:6])
    if hour == 24 and not (minute or second or microseconds):
        return timedelta(days=1)
    hour = _of_half_day(hour, groups.get("before"), groups.get("after"))
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("no such time")
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)


def _of_half_day(hour: int, before: str | None, after: str | None) -> int:
    half = (before or after or "").upper()
    if not half:
        return hour
    if hour > 12 or (before and after):
        raise ValueError("no such hour of half a day")
    if half in {"午前", "午後"} and hour == 12:
        raise ValueProblem("午前12時・午後12時は読み方が分かれます。0時か24時間の書き方にしてください")
    return hour % 12 + (12 if half in {"午後", "PM"} else 0)


def _excel_1900(text: str) -> datetime | None:
    """Days since 1899-12-31; Excel takes 1900 for a leap year, so that later days count one more."""
    serial = _serial(text)
    if serial is None or serial < 1:
        return None
    if int(serial) == _LEAP_DAY_OF_LOTUS:
        raise ValueProblem("Excel の 60 は、実際にはない1900年2月29日です")
    start = datetime(1899, 12, 30) if serial > _LEAP_DAY_OF_LOTUS else datetime(1899, 12, 31)
    return start + _days(serial)


def _excel_1904(text: str) -> datetime | None:
    serial = _serial(text)
    return None if serial is None or serial < 1 else datetime(1904, 1, 1) + _days(serial)


def _serial(text: str) -> Decimal | None:
    """The number of days; a day and its fraction may stand apart, as they do in two cells joined by a template."""
    return sum((Decimal(part) for part in text.split()), Decimal(0)) if _SERIAL.fullmatch(text) else None


def _days(serial: Decimal) -> timedelta:
    """Excel's numbers are good for milliseconds."""
    return timedelta(milliseconds=int((serial * _MILLISECONDS_OF_DAY).to_integral_value(ROUND_HALF_UP)))


def _epoch(units: int) -> Callable[[str], datetime | None]:
    def since_1970(text: str) -> datetime | None:
        if not _EPOCH_NUMBER.fullmatch(text):
            return None
        return EPOCH + timedelta(microseconds=int((Decimal(text) * 1_000_000 / units).to_integral_value(ROUND_FLOOR)))
    return since_1970


def _patterned(text: str, pattern: str) -> datetime | None:
    """A strptime pattern; 24:00 ends the day that is written before it."""
    at_midnight, ends = _END_OF_DAY_INSIDE.subn("00", text)
    try:
        moment = datetime.strptime(at_midnight, pattern)
    except ValueError:
        return None
    if ends and (moment.hour, moment.minute, moment.second) != (0, 0, 0):
        return None
    return moment + timedelta(days=ends)


STYLES: dict[str, Style] = {
    "iso": Style("2026-04-01 09:05:00", _iso),
    "japanese": Style("2026/4/1 9:05、令和8年4月1日 9:05", _japanese),
    "era": Style("令和8年4月1日 9:05", era_datetime),
    "mdy": Style("4/1/2026 9:05（月/日/年）", _month_first),
    "dmy": Style("1/4/2026 9:05（日/月/年）", _day_first),
    "excel": Style("46113.378（Excel の日付の数値）", _excel_1900),
    "excel_1904": Style("44651.378（1904年から数えた Excel の日付の数値）", _excel_1904),
    "epoch": Style("エポック秒", _epoch(1)),
    "epoch_ms": Style("エポックミリ秒", _epoch(1_000)),
    "epoch_us": Style("エポックマイクロ秒", _epoch(1_000_000)),
    "epoch_ns": Style("エポックナノ秒", _epoch(1_000_000_000)),
}
"""Style of a feed's definition -> how it is read; any other style is a pattern of ``strptime``."""


def is_style(style: str) -> bool:
    """Whether a feed may declare the style: one of :data:`STYLES`, or a pattern that reads back what it writes."""
    if style in STYLES:
        return True
    moment = datetime(2026, 4, 1, 9, 5, tzinfo=UTC)
    try:
        return "%" in style and datetime.strptime(moment.strftime(style), style).year in {2026, 1900}
    except ValueError:
        return False
