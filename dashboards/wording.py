"""Short Japanese phrases with numbers that sentences and cards are made of."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.japanese import bytes_gb, mbps, number

_SMALLEST_CHANGE_PCT = 0.05


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


def count(value: float | None, unit: str = "件") -> str:
    return f"{number(value)}{unit}"


def change(value: float | None, base: float | None) -> str | None:
    """3.2%増 / 3.2%減 / 増減なし; ``None`` when one side is missing or the base is zero."""
    if value is None or base is None or base == 0:
        return None
    pct = (value - base) / base * 100
    if abs(pct) < _SMALLEST_CHANGE_PCT:
        return "増減なし"
    return f"{number(abs(pct), 1)}%{'増' if pct > 0 else '減'}"


def step(value: float | None, base: float | None, unit: str, decimals: int) -> str | None:
    """0.3ポイント増 / 2件減 / 増減なし, for figures that are no amounts; ``None`` when one side is missing."""
    if value is None or base is None:
        return None
    difference = value - base
    shown = number(abs(difference), decimals)
    if not any(digit in "123456789" for digit in shown):
        return "増減なし"
    return f"{shown}{'ポイント' if unit == '%' else unit}{'増' if difference > 0 else '減'}"


def compared(value: float | None, previous: float | None, last_year: float | None) -> str:
    """（前月比3.2%増、前年同月比1.0%減）, or what of it is known."""
    parts = [("前月比", change(value, previous)), ("前年同月比", change(value, last_year))]
    known = [f"{name}{text}" for name, text in parts if text]
    return f"（{'、'.join(known)}）" if known else ""


def listed(names: Sequence[str], unit: str, most: int = 3) -> str:
    """津市、四日市市、伊勢市ほか2団体"""
    shown = "、".join(names[:most])
    return f"{shown}ほか{len(names) - most}{unit}" if len(names) > most else shown
