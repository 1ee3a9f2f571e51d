"""ChartSpec -> SVG for the PDF. Readable in black and white: dashes, hatches, lightness steps, direct labels."""

from __future__ import annotations

from collections.abc import Sequence

from exports.model import ChartSpec, Series
from exports.palette import AXIS, FILLS, GRID, LINES, REFERENCE, FillStyle, LineStyle
from exports.svg_parts import (
    Box,
    Point,
    hatching,
    highest,
    marker,
    path,
    polyline,
    rectangle,
    segment,
    text,
    ticks,
    width_of,
)

WIDTH_MM = 160.0
_PT = 72 / 25.4
_FONTS = "BIZ UDGothic, Noto Sans CJK JP, sans-serif"
_LINE_WIDTH, _MARKER_SIZE = 1.6, 3.6
_BAR_SHARE, _HBAR_SHARE = 0.62, 0.66
_FEW_POINTS, _MARK_EVERY = 13, 5


def render_svg(spec: ChartSpec) -> str:
    """One chart as an SVG document; the same spec always gives the same text."""
    width, height = WIDTH_MM * _PT, spec.height_mm * _PT
    plot = _plot_area(spec, width, height)
    if not spec.has_values:
        body = path(rectangle(plot), stroke=AXIS, width=0.8) + text(width / 2, height / 2, "データなし", 12, "middle")
    else:
        body = _DRAW[spec.kind](spec, plot)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}" '
        f'width="{WIDTH_MM:g}mm" height="{spec.height_mm:g}mm" font-family="{_FONTS}">{body}</svg>'
    )


def _plot_area(spec: ChartSpec, width: float, height: float) -> Box:
    if spec.kind == "hbar":
        longest = max((width_of(name, 7.5) for name in spec.categories), default=0.0)
        return Box(max(width * 0.20, longest + 8), 3 * _PT, width * 0.93, height - 9 * _PT)
    legend = 7 if len(spec.series) > 1 or spec.kind == "line" else 3
    return Box(width * 0.085, (legend + 4) * _PT, width * 0.985, height - 11 * _PT)


class _Scale:
    """The value axis: what it ends at, and where a value stands."""

    def __init__(self, spec: ChartSpec, top: float, plot: Box) -> None:
        ceiling = spec.maximum if spec.maximum is not None else top * 1.12 or 1.0
        pad = (ceiling - spec.minimum) * 0.06 if spec.maximum is not None else 0.0
        self.low, self.high = spec.minimum, ceiling + pad
        self.ticks = ticks(self.low, self.high, whole=spec.decimals == 0)
        self._plot = plot

    def y(self, value: float) -> float:
        return self._plot.bottom - (value - self.low) / (self.high - self.low) * self._plot.height


def _frame(spec: ChartSpec, plot: Box, scale: _Scale) -> str:
    """Grid, axes, figures of the value axis, categories and units of an upright chart."""
    levels = [scale.y(value) for value in scale.ticks]
    grid = path("".join(segment((plot.left, y), (plot.right, y)) for y in levels), stroke=GRID, width=0.6)
    axes = path(
        f"{segment((plot.left, plot.top), (plot.left, plot.bottom))}L{plot.right:.2f} {plot.bottom:.2f}",
        stroke=AXIS,
        width=0.8,
    )
    figures = "".join(
        text(plot.left - 3, y + 2.6, f"{value:,.{spec.decimals}f}", anchor="end")
        for value, y in zip(scale.ticks, levels, strict=True)
    )
    places = _places(spec, plot)
    names = "".join(
        text(x, plot.bottom + 10, name, anchor="middle") for x, name in zip(places, spec.categories, strict=True)
    )
    units = text(plot.left, plot.top - 4, f"（{spec.unit}）")
    if spec.category_title:
        units += text(plot.right, plot.bottom + 20, f"（{spec.category_title}）", anchor="end")
    return grid + axes + figures + names + units


def _places(spec: ChartSpec, plot: Box) -> list[float]:
    """The middle of every category."""
    step = plot.width / len(spec.categories)
    return [plot.left + (at + 0.5) * step for at in range(len(spec.categories))]


def _draw_line(spec: ChartSpec, plot: Box) -> str:
    values = [value for one in spec.series for value in one.values]
    scale = _Scale(spec, highest([*values, *(one.value for one in spec.references)]), plot)
    places = _places(spec, plot)
    styled = list(zip(LINES, spec.series, strict=False))
    lines = "".join(_line(style, one, places, scale) for style, one in styled)
    levels = "".join(_reference(one.name, scale.y(one.value), plot) for one in spec.references)
    samples = [(one.name, _line_sample(style)) for style, one in styled]
    return _frame(spec, plot, scale) + lines + levels + _legend(samples, plot, 26)


def _line(style: LineStyle, one: Series, places: Sequence[float], scale: _Scale) -> str:
    points: list[Point | None] = [
        None if value is None else (x, scale.y(value)) for x, value in zip(places, one.values, strict=True)
    ]
    drawn = path(polyline(points), stroke=style.color, width=_LINE_WIDTH, dash=_dash(style))
    marked = [points[at] for at in _marked(one.values)]
    marks = "".join(marker(style.marker, *point, _MARKER_SIZE) for point in marked if point is not None)
    return drawn + path(marks, fill=style.color)


def _marked(values: Sequence[float | None]) -> list[int]:
    """Where a line has markers: everywhere when it is short, else at every fifth place and wherever a value stands
    alone between gaps. Enough to tell lines apart in grey."""
    if len(values) <= _FEW_POINTS:
        return list(range(len(values)))
    known = [False, *(value is not None for value in values), False]
    alone = [at for at in range(len(values)) if known[at + 1] and not known[at] and not known[at + 2]]
    return sorted({*range(0, len(values), _MARK_EVERY), *alone})


def _dash(style: LineStyle) -> str:
    """Dashes in points: the style has them in line widths."""
    return "" if style.dash == "solid" else " ".join(f"{part * _LINE_WIDTH:g}" for part in style.dash[1])


def _line_sample(style: LineStyle) -> str:
    """A piece of the line, 22 points long, around the origin's height."""
    line = path(segment((0, 0), (22, 0)), stroke=style.color, width=_LINE_WIDTH, dash=_dash(style))
    return line + path(marker(style.marker, 11, 0, _MARKER_SIZE), fill=style.color)


def _reference(name: str, y: float, plot: Box) -> str:
    line = path(segment((plot.left, y), (plot.right, y)), stroke=REFERENCE, width=1.1, dash="8.8 2.2 1.65 2.2")
    return line + text(plot.right - 2, y - 3, name, anchor="end", colour=REFERENCE)


def _draw_bars(spec: ChartSpec, plot: Box) -> str:
    """Upright bars: on top of each other when stacked, side by side otherwise."""
    stacked = spec.kind == "stacked_bar"
    sums = [sum(one.values[at] or 0.0 for one in spec.series) for at in range(len(spec.categories))]
    scale = _Scale(spec, highest(sums if stacked else [v for one in spec.series for v in one.values]), plot)
    places, step = _places(spec, plot), plot.width / len(spec.categories)
    share = step * _BAR_SHARE / (1 if stacked else len(spec.series))
    styled = list(zip(FILLS[spec.first_style :], spec.series, strict=False))
    base, bars, labels = [0.0] * len(places), "", ""
    for order, (style, one) in enumerate(styled):
        shift = 0.0 if stacked else (order - (len(spec.series) - 1) / 2) * share
        tops = [low + (value or 0.0) for low, value in zip(base, one.values, strict=True)]
        boxes = [
            Box(x + shift - share / 2, scale.y(high), x + shift + share / 2, scale.y(low))
            for x, low, high in zip(places, base, tops, strict=True)
        ]
        bars += _filled(style, boxes)
        if stacked:
            base = tops
        else:
            labels += "".join(_bar_label(box, value) for box, value in zip(boxes, one.values, strict=True))
    if stacked:
        labels = "".join(
            _bar_label(Box(x, scale.y(whole), x, plot.bottom), _whole(spec, at))
            for at, (x, whole) in enumerate(zip(places, sums, strict=True))
        )
    samples = [(one.name, _filled(style, [Box(0, -3, 14, 3)])) for style, one in styled]
    return _frame(spec, plot, scale) + bars + labels + _legend(samples, plot, 18)


def _whole(spec: ChartSpec, at: int) -> float | None:
    """The sum of a category; None when none of its parts is known."""
    known = [one.values[at] for one in spec.series if one.values[at] is not None]
    return sum(value for value in known if value is not None) if known else None


def _filled(style: FillStyle, boxes: Sequence[Box]) -> str:
    """All bars of one series as one element, their hatching as another."""
    bars = path("".join(rectangle(box) for box in boxes), fill=style.color, stroke=style.edge, width=0.7)
    lines = "".join(hatching(style.hatch, box) for box in boxes)
    return bars + (path(lines, stroke=style.edge, width=0.6) if lines else "")


def _bar_label(box: Box, value: float | None) -> str:
    x = (box.left + box.right) / 2
    if value is None:
        return text(x, box.bottom - 10, "データ", 6.5, "middle") + text(x, box.bottom - 2.5, "なし", 6.5, "middle")
    return text(x, box.top - 2, f"{value:,.0f}", 7, "middle")


def _draw_hbar(spec: ChartSpec, plot: Box) -> str:
    """Lying bars, the first on top, each with its figure."""
    values = spec.series[0].values
    longest = highest(values) or 1.0
    step = plot.height / len(values)
    marks = ticks(0.0, longest * 1.1, whole=spec.decimals == 0)
    columns = [plot.left + value / (longest * 1.1) * plot.width for value in marks]
    grid = path("".join(segment((x, plot.top), (x, plot.bottom)) for x in columns), stroke=GRID, width=0.6)
    figures = "".join(
        text(x, plot.bottom + 10, f"{value:,.{spec.decimals}f}", anchor="middle")
        for value, x in zip(marks, columns, strict=True)
    )
    bars, labels = [], ""
    for at, (name, value) in enumerate(zip(spec.categories, values, strict=True)):
        y, end = plot.top + (at + 0.5) * step, plot.left + (value or 0.0) / (longest * 1.1) * plot.width
        bars.append(Box(plot.left, y - step * _HBAR_SHARE / 2, end, y + step * _HBAR_SHARE / 2))
        told = "データなし" if value is None else f"{value:,.{spec.decimals}f}"
        labels += text(end + 4, y + 2.6, told) + text(plot.left - 4, y + 2.6, name, anchor="end")
    axis = path(segment((plot.left, plot.top), (plot.left, plot.bottom)), stroke=AXIS, width=0.8)
    unit = text(plot.right, plot.bottom + 20, f"（{spec.unit}）", anchor="end")
    return grid + path("".join(rectangle(box) for box in bars), fill=FILLS[0].color) + axis + figures + labels + unit


def _legend(samples: Sequence[tuple[str, str]], plot: Box, slot: float) -> str:
    """Names with their samples in one row above the plot, at its right end; smaller where they would not fit.

    ``slot`` is what a sample takes of the row before its name.
    """
    size = next((one for one in (7.5, 7.0, 6.5, 6.0) if _legend_width(samples, one, slot) < plot.width * 0.92), 5.5)
    x, y = plot.right - _legend_width(samples, size, slot), plot.top - 7.5
    drawn = ""
    for name, sample in samples:
        drawn += f'<g transform="translate({x:.2f} {y:.2f})">{sample}</g>' + text(x + slot, y + 2.6, name, size)
        x += slot + width_of(name, size) + 9
    return drawn


def _legend_width(samples: Sequence[tuple[str, str]], size: float, slot: float) -> float:
    return sum(slot + width_of(name, size) + 9 for name, _ in samples) - 9


_DRAW = {"line": _draw_line, "bar": _draw_bars, "stacked_bar": _draw_bars, "hbar": _draw_hbar}
