"""Smaller drawings: fewer pieces, the same texts in the same order, every mark and bar still there."""

from __future__ import annotations

import re

import pytest

from exports.model import ChartKind, ChartSpec, Series
from exports.svg import render_svg
from exports.svg_lean import lean

MONTHS = tuple(f"R7.{month}" for month in range(1, 13))
SERIES = (Series("受信", tuple(map(float, range(12)))), Series("送信", (None, *map(float, range(11)))))


def elements(svg: str) -> list[str]:
    return re.findall(r"<(path|use|g|text|rect)\b", svg)


@pytest.mark.parametrize("kind", ["line", "bar", "stacked_bar", "hbar"])
def test_a_drawing_keeps_its_texts_and_loses_most_of_its_pieces(kind: ChartKind) -> None:
    whole = render_svg(ChartSpec(kind, MONTHS, SERIES, "GB", category_title="年月"))
    small = lean(whole)
    assert re.findall(r">([^<>]+)</text>", small) == re.findall(r">([^<>]+)</text>", whole)
    assert len(elements(small)) * 2 < len(elements(whole)) and lean(whole) == small


def test_every_mark_of_a_line_is_written_out_where_it_stood() -> None:
    whole = render_svg(ChartSpec("line", MONTHS, SERIES, "GB"))
    used = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)" style="fill: #000060', whole)
    marks = [(float(x), float(y)) for x, y in used]
    path = next(re.findall(r'd="([^"]*)"', line)[0] for line in re.findall(r"<path[^>]*/>", lean(whole))
                if "fill: #000060; stroke: #000060" in line)  # fmt: skip
    begun = re.findall(r"M (\S+) (\S+)", path)
    assert len(begun) >= 12
    for (across, down), (x, y) in zip(marks, begun, strict=False):
        assert abs(float(x) - across) < 2 and abs(float(y) - down) < 2
