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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import dates
from etl.errors import ValueProblem

_WIDE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES: dict[int, int | str] = {ord(space): " " for space in "\u3000\u00a0\u2007\u2009\u202f\t"}
_MINUSES: dict[int, int | str] = {ord(minus): "-" for minus in "▲△−‐‑–"}
_FOLDED = {**_WIDE, **_SPACES, **_MINUSES}
"""Full-width ASCII, odd spaces and minus signs.  Not NFKC, which takes ² for 2 and ① for 1."""
_NUMBER = re.compile(r"[+-]? ?(?:[0-9]{1,3}(?:(?P<mark>[, ])[0-9]{3}(?:(?P=mark)[0-9]{3})*)|[0-9]+)?(?:\.[0-9]*)?"
                     r"(?:[eE][+-]?[0-9]{1,2})?")

_PLAIN_ISO = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}$"
_OFFSET_ISO = (r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
               r"(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$")
_ISO_ORDER = re.compile(r"%Y([-/])%m\1%d[ T]%H:%M(:%S)?")
_FIXED_OFFSETS = {"UTC": timedelta(0), "Asia/Tokyo": timedelta(hours=9)}  # no summer time since 2000

UNIT_FACTORS: dict[tuple[str, str], tuple[int, int]] = {
    ("bits_per_interval", "bit/s"): (1, 300),
    ("bytes_per_interval", "bit/s"): (8, 300),
    ("kbps", "bit/s"): (1_000, 1),
    ("Mbps", "bit/s"): (1_000_000, 1),
    ("kB", "byte"): (1_000, 1),
    ("KiB", "byte"): (1_024, 1),
    ("%", ""): (1, 1),
    ("ratio", ""): (100, 1),
}
"""(source unit, fact unit) -> multiplier and divisor.  An interval is 5 minutes.  Shares are kept in per cent."""


def number(text: str, unit: str | None = None) -> Decimal:
    """A decimal number: full-width digits, thousands separators, ▲ or parentheses for negatives are understood.

    A percent sign is understood where ``unit`` is ``%`` or ``ratio`` (then 12.3% is 0.123), and refused elsewhere.
    """
    plain = text.translate(_FOLDED).strip()
    percent = plain.endswith("%")
    if percent and unit not in {"%", "ratio"}:
        raise ValueProblem("数値として読めません（% の付いた値は、unit に % か ratio と書いた列で読めます）")
    plain = plain.removesuffix("%").rstrip()
    if plain.startswith("(") and plain.endswith(")") and plain[1:2].isdigit():
        plain = f"-{plain[1:-1].rstrip()}"
    if not _NUMBER.fullmatch(plain):
        digits = plain.replace(",", "").replace(" ", "")
        wrong_marks = _NUMBER.fullmatch(digits) and any(digit.isdigit() for digit in plain)
        raise ValueProblem("桁区切りのカンマの位置が違います" if wrong_marks else "数値として読めません")
    try:
        value = Decimal(plain.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise ValueProblem("数値として読めません") from None
    return value / 100 if percent and unit == "ratio" else value


def whole(value: Decimal, *, rounded: bool) -> int:
    """An integer; with ``rounded`` half up (after a unit conversion), otherwise fractions are refused."""
    if rounded:
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if value != value.to_integral_value():
        raise ValueProblem("整数ではありません")
    return int(value)


def timestamp(text: str, styles: tuple[str, ...], zone: str) -> int:
    """Microseconds since 1970 UTC in the first of ``styles`` (:data:`etl.dates.STYLES`) that the text is written in.

    An offset in the value wins over the declared ``zone``.  Where the zone's clocks are put back, an hour that comes
    twice is the first one (summer time still); where they are put forward, a time that is left out is taken as if they
    had not been yet.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    problem = ""
    for style in styles:
        try:
            moment = dates.read(plain, style)
            if moment is not None:
                return (_zoned(moment, zone) - dates.EPOCH) // timedelta(microseconds=1)
        except ValueProblem as reason:
            problem = problem or str(reason)
        except OverflowError:
            problem = problem or "ない日付か時刻です"
    examples = f"書き方: {'、'.join(dates.example(style) for style in styles)}"
    raise ValueProblem(f"日時として読めません（{problem or examples}）")


def timestamps(texts: pa.Array, style: str, zone: str) -> pa.Array | None:
    """Many times at once as :func:`timestamp` reads them in ``style``; None when one needs more care than Arrow takes.

    All must be written with every digit, as 2026-04-01 09:05:00 in the style iso and as 2026/04/01 09:05 in a pattern
    of the same order (then the zone's offset must always be the same), or all with an offset as
    2026-04-01T09:05:00.123456+0900.
    """
    form = _PLAIN_ISO if style == "iso" else _plain_form(style)
    offset = _FIXED_OFFSETS.get(zone)
    try:
        if form and offset is not None and pc.all(pc.match_substring_regex(texts, form)).as_py():
            moments = pc.cast(_as_iso(texts, style), pa.timestamp("us"))
        elif style == "iso" and pc.all(pc.match_substring_regex(texts, _OFFSET_ISO)).as_py():
            moments, offset = pc.cast(texts, pa.timestamp("us", "UTC")), timedelta(0)
        else:
            return None
    except pa.ArrowInvalid:
        return None
    assert offset is not None
    return pa.array(moments.to_numpy(zero_copy_only=False).view(np.int64) - offset // timedelta(microseconds=1))


@lru_cache
def _plain_form(pattern: str) -> str | None:
    """What a text looks like that the ``strptime`` pattern reads, when it has every digit and the order of ISO 8601."""
    if not _ISO_ORDER.fullmatch(pattern):
        return None
    return "^" + re.sub("%[mdHMS]", "[0-9]{2}", pattern.replace("%Y", "20[0-9]{2}")) + "$"


def _as_iso(texts: pa.Array, style: str) -> pa.Array:
    """Texts of a plain form, written as Arrow reads them."""
    if "/" in style:
        texts = pc.replace_substring(texts, "/", "-")
    return pc.binary_join_element_wise(texts, ":00", "") if style.endswith("%M") else texts


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


def named_moment(file_name: str, pattern: str) -> datetime | None:
    """The moment (in whatever zone the file's source lives) that a file name tells, None for no such.

    Groups of ``pattern``: those of :func:`named_period` down to ``day``, then ``hour`` and ``minute``, 0 when left out.
    """
    match = re.search(pattern, unicodedata.normalize("NFKC", file_name))
    if match is None:
        return None
    groups = match.groupdict()
    try:
        day, last = _days_of(groups)
        hour, minute = (int(groups.get(name) or 0) for name in ("hour", "minute"))
        return datetime(day.year, day.month, day.day, hour, minute) if day == last else None
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
