"""Makes ``dashboards/figures/map.json``, the bodies' outlines, from municipal boundaries (国土数値情報 N03).

usage: python -m scripts.make_map boundaries.topojson

Borders that two municipalities share are thinned out once, so that no gap opens between them.  Lengths are kilometres
east and north of the south-western corner.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CREDIT = "「国土数値情報（行政区域データ）」（国土交通省）を加工して作成"
_KM_PER_DEGREE = 111.2
_TOLERANCE_KM = 0.5
_SMALLEST_KM2 = 1.5

Point = tuple[float, float]


def outlines(topology: dict[str, Any], codes: dict[str, str]) -> dict[str, list[list[Point]]]:
    """Tenant code -> outlines (closed rings), islands smaller than :data:`_SMALLEST_KM2` left out."""
    arcs = [thinned(arc) for arc in _kilometres(topology)]
    (regions,) = topology["objects"].values()
    found: dict[str, list[list[Point]]] = {}
    for region in regions["geometries"]:
        polygons = region["arcs"] if region["type"] == "MultiPolygon" else [region["arcs"]]
        rings = [_ring(arcs, polygon[0]) for polygon in polygons]
        largest = max(rings, key=area)
        kept = [ring for ring in rings if ring is largest or area(ring) >= _SMALLEST_KM2]
        found.setdefault(codes[region["properties"]["N03_007"]], []).extend(
            [(round(x, 1), round(y, 1)) for x, y in ring] for ring in kept)
    return found


def thinned(line: list[Point]) -> list[Point]:
    """The line without the points that lie within the tolerance of it (Douglas and Peucker 1973); its ends stay."""
    if len(line) < 3:
        return line
    distances = [_distance(point, line[0], line[-1]) for point in line]
    farthest = max(range(len(line)), key=distances.__getitem__)
    if distances[farthest] <= _TOLERANCE_KM:
        return [line[0], line[-1]]
    return [*thinned(line[: farthest + 1])[:-1], *thinned(line[farthest:])]


def area(ring: list[Point]) -> float:
    """In square kilometres."""
    return abs(sum(x * other_y - other_x * y
                   for (x, y), (other_x, other_y) in zip(ring, ring[1:], strict=False))) / 2


def _distance(point: Point, start: Point, end: Point) -> float:
    if start == end:
        return math.dist(point, start)
    (x, y), (x1, y1), (x2, y2) = point, start, end
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / math.dist(start, end) ** 2
    along = min(1.0, max(0.0, along))
    return math.dist(point, (x1 + along * (x2 - x1), y1 + along * (y2 - y1)))


def _kilometres(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs, whose points are told as steps on a grid, in kilometres."""
    (scale_x, scale_y), (_, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    east = _KM_PER_DEGREE * math.cos(math.radians(south + 0.8)) * scale_x
    north = _KM_PER_DEGREE * scale_y
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            arc.append((x * east, y * north))
        arcs.append(arc)
    return arcs


def _ring(arcs: list[list[Point]], numbers: list[int]) -> list[Point]:
    """The arcs one after the other; a negative number is an arc the other way round."""
    ring: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc if not ring else arc[1:]
    return ring


def main() -> None:
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with (ROOT / "config" / "tenants.csv").open(encoding="utf-8", newline="") as stream:
        codes = {row["tenant_code"][:5]: row["tenant_code"] for row in csv.DictReader(stream)}
    shapes = outlines(topology, codes)
    lines = [f"{json.dumps(code)}: {json.dumps(rings, separators=(',', ':'))}"
             for code, rings in sorted(shapes.items())]
    text = f'{{"credit": {json.dumps(CREDIT, ensure_ascii=False)},\n"shapes": {{\n' + ",\n".join(lines) + "\n}}\n"
    (ROOT / "dashboards" / "figures" / "map.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
