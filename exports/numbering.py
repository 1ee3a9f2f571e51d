"""Heading and caption numbers in the prefecture's style: １ / （１） / ア, 別紙１, 表１, 図１ (all full-width)."""

from __future__ import annotations

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノ"


def wide(value: int) -> str:
    """12 -> １２"""
    return str(value).translate(_WIDE)


def heading_number(level: int, position: int) -> str:
    """Number of the ``position``-th (from 1) heading of a level (from 1)."""
    if level == 1:
        return wide(position)
    if level == 2:
        return f"（{wide(position)}）"
    return _KANA[position - 1]


def annex_number(position: int) -> str:
    return f"別紙{wide(position)}"
