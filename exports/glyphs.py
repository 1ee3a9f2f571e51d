"""Letters that the documents' fonts can draw."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

_FONTS = ("BIZ UDGothic", "BIZ UDPGothic", "BIZ UDMincho", "Noto Sans CJK JP", "Noto Serif CJK JP")


def undrawable(texts: Iterable[str]) -> list[str]:
    """Letters for which no font of the documents has a glyph, in order of their code; spaces and controls need none."""
    letters = set().union(*(set(text) for text in texts))
    unknown = (letter for letter in letters if ord(letter) not in known_letters())
    return sorted(letter for letter in unknown if unicodedata.category(letter)[0] not in "CZ")


@cache
def known_letters() -> frozenset[int]:
    """Code points with a glyph in any installed font of the documents."""
    found: set[int] = set()
    for path in _files():
        font = TTFont(path, lazy=True, fontNumber=0 if path.suffix == ".ttc" else -1)
        found |= font.getBestCmap().keys()
        font.close()
    return frozenset(found)


def _files() -> list[Path]:
    """The files of the fonts that are installed, as fontconfig, which the layout of the PDF asks too, knows them."""
    asked = [f":family={family}" for family in _FONTS]
    listed = [subprocess.run(["fc-list", "--format", "%{file}\n", pattern], capture_output=True, text=True, check=True)
              for pattern in asked]
    return sorted({Path(line) for one in listed for line in one.stdout.splitlines()})
