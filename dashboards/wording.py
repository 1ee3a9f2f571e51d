"""Short Japanese phrases with numbers that sentences and cards are made of."""

from __future__ import annotations

from collections.abc import Sequence

from exports.text import coverage
from warehouse.japanese import bytes_gb, mbps, number, round_half_up, truncate
from warehouse.period import Kind

COMPARED_WITH: dict[Kind, tuple[str, str]] = {
    "month": ("前月", "前年同月"),
    "quarter": ("前四半期", "前年同期"),
    "half": ("前半期", "前年同期"),
    "year": ("前年度", ""),
    "days": ("前の期間", "前年同期"),
}
"""What a period is compared with: the one before, and the same of last year (of a year they are one)."""
_SMALLEST_CHANGE_PCT = 0.05
_SMALLEST_MBPS = 50_000
"""In bit/s: what one decimal of Mbps can tell."""

NOTHING = "この期間のデータはありません。"


def gb(value: float | None) -> str:
    """12,345 GB; one decimal below 1,000 GB."""
    shown = bytes_gb(value)
    return f"{number(shown, gb_decimals(value))} GB"


def gb_decimals(value: float | None) -> int:
    shown = bytes_gb(value)
    return 1 if shown is None or shown < 1000 else 0


def mbit(value: float | None) -> str:
    """123.4 Mbps"""
    return f"{number(mbps(value), 1)} Mbps"


def rate(value: float | None) -> str:
    """123.4 Mbps; 2.4 kbps where Mbps would show nothing but zeros."""
    if value is not None and 0 < value < _SMALLEST_MBPS:
        return f"{number(value / 1000, 1)} kbps"
    return mbit(value)


def count(value: float | None, unit: str = "件") -> str:
    return f"{number(value)}{unit}"


def coverage_text(pct: float | None) -> str:
    """99.9%: cut, so that 100.0% stands only where nothing is missing."""
    return f"{coverage(pct)}%"


def change(value: float | None, base: float | None) -> str | None:
    """3.2%増 / 3.2%減 / 増減なし; ``None`` when one side is missing or the base is zero."""
    if value is None or base is None or base == 0:
        return None
    pct = (value - base) / base * 100
    if abs(pct) < _SMALLEST_CHANGE_PCT:
        return "増減なし"
    return f"{number(abs(pct), 1)}%{'増' if pct > 0 else '減'}"


def step(value: float | None, base: float | None, unit: str, decimals: int, rounding: str = "half_up") -> str | None:
    """0.3ポイント増 / 2件減 / 増減なし, for figures that are no amounts; ``None`` when one side is missing.

    The difference of the two figures as they are shown, so that a reader who subtracts them finds the same.
    """
    if value is None or base is None:
        return None
    cut = truncate if rounding == "truncate" else round_half_up
    difference = cut(value, decimals) - cut(base, decimals)
    if not difference:
        return "増減なし"
    return f"{number(abs(difference), decimals)}{'ポイント' if unit == '%' else unit}{'増' if difference > 0 else '減'}"


def compared(value: float | None, previous: float | None, last_year: float | None, kind: Kind = "month") -> str:
    """（前月比3.2%増、前年同月比1.0%減）, or what of it is known."""
    parts = zip(COMPARED_WITH[kind], (change(value, previous), change(value, last_year)), strict=True)
    known = [f"{name}比{text}" for name, text in parts if name and text]
    return f"（{'、'.join(known)}）" if known else ""


def listed(names: Sequence[str], unit: str, most: int = 3) -> str:
    """津市、四日市市、伊勢市ほか2団体"""
    shown = "、".join(names[:most])
    return f"{shown}ほか{len(names) - most}{unit}" if len(names) > most else shown


def with_unit(text: str, unit: str) -> str:
    """12件, 99.9%, 812.3 Mbps"""
    return f"{text} {unit}" if unit.isascii() and unit != "%" else f"{text}{unit}"
