"""Heading and caption numbers in the prefecture's style: １ / （１） / ア, 別紙１, 表１, 図１ (all full-width).

The other style of headings is that of technical documents: 1 / 1.2 / 1.2.3.
"""

from __future__ import annotations

from exports.model import HeadingStyle

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノ"


def wide(value: int) -> str:
    """12 -> １２"""
    return str(value).translate(_WIDE)


def heading_number(level: int, position: int, style: HeadingStyle = "prefecture", above: str = "") -> str:
    """Number of the ``position``-th (from 1) heading of a level (from 1), below the heading numbered ``above``."""
    if style == "decimal":
        return f"{above}.{position}" if above else str(position)
    if level == 1:
        return wide(position)
    if level == 2:
        return f"（{wide(position)}）"
    return _KANA[position - 1]


def annex_number(position: int) -> str:
    return f"別紙{wide(position)}"
