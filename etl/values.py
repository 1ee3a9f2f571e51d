"""One text, one value: numbers, dates and keys as offices and monitoring systems write them.

Each function takes one cell and returns its value or raises :class:`etl.errors.ValueProblem` with a reason in
Japanese.  Callers parse distinct texts only, so clarity counts here more than speed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from etl.errors import ValueProblem

_ERA_STARTS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_ERA = re.compile(
    r"(令和|平成|昭和|[RHS])\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
    r"(?:\s*\(.\))?(?:\s*(\d{1,2})\s*[:時]\s*(\d{1,2})\s*分?(?:\s*:?(\d{1,2})秒?)?)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?")

UNIT_FACTORS: dict[tuple[str, str], tuple[int, int]] = {
    ("bits_per_interval", "bit/s"): (1, 300),
    ("bytes_per_interval", "bit/s"): (8, 300),
    ("kbps", "bit/s"): (1_000, 1),
    ("Mbps", "bit/s"): (1_000_000, 1),
    ("kB", "byte"): (1_000, 1),
    ("KiB", "byte"): (1_024, 1),
}
"""(source unit, fact unit) -> multiplier and divisor.  An interval is 5 minutes."""


def number(text: str) -> Decimal:
    """A decimal number: full-width digits, thousands separators and ▲ for negatives are understood."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    if plain[:1] in {"▲", "△", "−"}:
        plain = "-" + plain[1:]
    if not _NUMBER.fullmatch(plain):
        wrong_commas = _NUMBER.fullmatch(plain.replace(",", "")) and any(digit.isdigit() for digit in plain)
        raise ValueProblem("桁区切りのカンマの位置が違います" if wrong_commas else "数値として読めません")
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise ValueProblem("数値として読めません") from None


def whole(value: Decimal, *, rounded: bool) -> int:
    """An integer; with ``rounded`` half up (after a unit conversion), otherwise fractions are refused."""
    if rounded:
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if value != value.to_integral_value():
        raise ValueProblem("整数ではありません")
    return int(value)


def timestamp(text: str, styles: tuple[str, ...], zone: str) -> int:
    """Microseconds since 1970 UTC.  An offset in the value wins over the declared ``zone``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for style in styles:
        moment = _in_style(plain, style, zone)
        if moment is not None:
            return (moment - _EPOCH) // timedelta(microseconds=1)
    raise ValueProblem(f"日時として読めません（書き方: {'、'.join(_style_names(styles))}）")


def _style_names(styles: tuple[str, ...]) -> list[str]:
    examples = {"iso": "2026-04-01 09:05:00", "era": "令和8年4月1日 9:05", "epoch": "エポック秒",
                "epoch_ms": "エポックミリ秒"}
    sample = datetime(2026, 4, 1, 9, 5)
    return [examples.get(style) or sample.strftime(style) for style in styles]


def _in_style(text: str, style: str, zone: str) -> datetime | None:
    try:
        if style == "iso":
            return _zoned(datetime.fromisoformat(text), zone)
        if style == "era":
            moment = era_datetime(text)
            return None if moment is None else _zoned(moment, zone)
        if style in {"epoch", "epoch_ms"}:
            seconds = Decimal(text) / (1 if style == "epoch" else 1000)
            return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
        return _zoned(datetime.strptime(text, style), zone)
    except (ValueError, InvalidOperation, OverflowError):
        return None


def era_datetime(text: str) -> datetime | None:
    """令和8年4月1日 9:05 / R8.4.1 / 令和元年5月1日; None when it is not written so, ValueError for no such day."""
    match = _ERA.fullmatch(text.replace("年度", "年"))
    if not match:
        return None
    era, year_text, month, day, hour, minute, second = match.groups()
    year = _ERA_STARTS[era] + (1 if year_text == "元" else int(year_text))
    return datetime(year, int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))


def _zoned(moment: datetime, zone: str) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone))


@lru_cache
def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def named_period(file_name: str, pattern: str) -> tuple[date, date] | None:
    """First and last day of the period that a file name tells (a day, a month or a fiscal year), None for no such.

    Groups of ``pattern``: ``year`` (2026) or ``era`` (8 or 元, of 令和); with ``month`` a calendar month, with ``day``
    a single day, with neither the fiscal year from April to March.
    """
    match = re.search(pattern, unicodedata.normalize("NFKC", file_name))
    try:
        return _days_of(match.groupdict()) if match else None
    except ValueError:
        return None


def _days_of(groups: dict[str, str | None]) -> tuple[date, date]:
    era = groups.get("era") or ""
    year = int(groups.get("year") or 2018 + int(era.replace("元", "1")))
    if not groups.get("month"):
        return date(year, 4, 1), date(year + 1, 3, 31)
    month = int(groups["month"] or 0)
    if groups.get("day"):
        day = date(year, month, int(groups["day"] or 0))
        return day, day
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)
