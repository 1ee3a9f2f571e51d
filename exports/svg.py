"""ChartSpec -> SVG for the PDF. Readable in black and white: dashes, hatches, lightness steps, direct labels."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from exports.model import ChartSpec
from exports.palette import AXIS, FILLS, GRID, INK, LINES, REFERENCE

WIDTH_MM = 160.0
_MM = 1 / 25.4
_HBAR_CHARACTER_MM = 2.65  # a full-width character of the labels beside horizontal bars
_FEW_POINTS, _MARK_EVERY = 13, 5
_FONTS = ("BIZ UDGothic", "Noto Sans CJK JP")
_STYLE: dict[str, Any] = {
    "font.size": 8.0,
    "svg.hashsalt": "miharashi",
    "svg.fonttype": "none",
    "axes.unicode_minus": False,
    "hatch.linewidth": 0.6,
}


def render_svg(spec: ChartSpec) -> str:
    """One chart as an SVG document; the same spec always gives the same bytes."""
    style: Any = {**_STYLE, "font.family": _installed_fonts()}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(WIDTH_MM * _MM, spec.height_mm * _MM))
        axes = figure.add_subplot()
        if spec.has_values:
            _DRAW[spec.kind](axes, spec)
        else:
            axes.text(
                0.5, 0.5, "データなし", ha="center", va="center", transform=axes.transAxes, fontsize=12, color=INK
            )
            axes.set_xticks([])
            axes.set_yticks([])
        _frame(axes, spec)
        figure.subplots_adjust(**_margins(spec))
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


@cache
def _installed_fonts() -> list[str]:
    """The fonts that this machine has, in order of preference (matplotlib warns at every glyph otherwise)."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return [name for name in _FONTS if name in known] or ["sans-serif"]


def _margins(spec: ChartSpec) -> dict[str, float]:
    high = spec.height_mm
    if spec.kind == "hbar":
        longest = max(len(category) for category in spec.categories) if spec.categories else 0
        left = max(0.20, (longest * _HBAR_CHARACTER_MM + 3) / WIDTH_MM)
        return {"left": left, "right": 0.93, "top": 1 - 3 / high, "bottom": 9 / high}
    legend = 7 if len(spec.series) > 1 or spec.kind == "line" else 3
    return {"left": 0.085, "right": 0.985, "top": 1 - (legend + 4) / high, "bottom": 11 / high}


def _frame(axes: Any, spec: ChartSpec) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(AXIS)
        axes.spines[side].set_linewidth(0.8)
    axes.tick_params(colors=INK, width=0.6, length=2.5, labelsize=7.5)
    if spec.kind == "hbar":
        axes.set_xlabel(f"（{spec.unit}）", loc="right", fontsize=7.5, labelpad=1)
        axes.xaxis.grid(True, color=GRID, linewidth=0.6)
    else:
        axes.set_title(f"（{spec.unit}）", loc="left", fontsize=7.5, pad=3, color=INK)
        axes.set_xlabel(f"（{spec.category_title}）", loc="right", fontsize=7.5, labelpad=1)
        axes.yaxis.grid(True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _ticks(spec: ChartSpec) -> FuncFormatter:
    def shown(value: float, _position: int) -> str:
        return f"{value:,.{spec.decimals}f}"

    return FuncFormatter(shown)


def _value_axis(axes: Any, spec: ChartSpec, top: float) -> None:
    ceiling = spec.maximum if spec.maximum is not None else top * 1.12 or 1.0
    pad = (ceiling - spec.minimum) * 0.06 if spec.maximum is not None else 0.0
    axes.set_ylim(spec.minimum, ceiling + pad)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=spec.decimals == 0))
    axes.yaxis.set_major_formatter(_ticks(spec))


def _highest(values: Iterable[float | None]) -> float:
    return max((value for value in values if value is not None), default=0.0)


def _draw_line(axes: Any, spec: ChartSpec) -> None:
    places = range(len(spec.categories))
    for style, one in zip(LINES, spec.series, strict=False):
        values = [math.nan if value is None else value for value in one.values]
        axes.plot(
            places, values, color=style.color, linestyle=style.dash, marker=style.marker, markersize=3,
            markevery=_marked(one.values), linewidth=1.6, label=one.name,
        )  # fmt: skip
    for reference in spec.references:
        axes.axhline(reference.value, color=REFERENCE, linewidth=1.1, linestyle=(0, (8, 2, 1.5, 2)))
        axes.annotate(
            reference.name, (len(places) - 1, reference.value), xytext=(0, 2), textcoords="offset points",
            ha="right", va="bottom", fontsize=7.5, color=REFERENCE,
        )  # fmt: skip
    top = _highest([*(v for one in spec.series for v in one.values), *(r.value for r in spec.references)])
    _value_axis(axes, spec, top)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_xticks(list(places), spec.categories)
    _legend(axes, len(spec.series))


def _marked(values: Sequence[float | None]) -> list[int]:
    """Where a line has markers: everywhere when it is short, else at every fifth place and wherever a value stands
    alone between gaps.  Enough to tell lines apart in grey; each marker costs the PDF as much as a word."""
    if len(values) <= _FEW_POINTS:
        return list(range(len(values)))
    known = [False, *(value is not None for value in values), False]
    alone = [at for at in range(len(values)) if known[at + 1] and not known[at] and not known[at + 2]]
    return sorted({*range(0, len(values), _MARK_EVERY), *alone})


def _draw_bars(axes: Any, spec: ChartSpec) -> None:
    places = list(range(len(spec.categories)))
    stacked = spec.kind == "stacked_bar"
    base = [0.0] * len(places)
    for style, one in zip(FILLS[spec.first_style :], spec.series, strict=False):
        values = [0.0 if value is None else value for value in one.values]
        axes.bar(
            places, values, 0.62, bottom=base if stacked else None, color=style.color, edgecolor=style.edge,
            linewidth=0.7, hatch=style.hatch, label=one.name,
        )  # fmt: skip
        base = [low + value for low, value in zip(base, values, strict=True)]
    top = _highest(base)
    _value_axis(axes, spec, top)
    for place, category in enumerate(places):
        if all(one.values[category] is None for one in spec.series):
            axes.text(place, top * 0.02, "データ\nなし", ha="center", va="bottom", fontsize=6.5, color=INK)
        else:
            axes.text(place, base[place] + top * 0.015, f"{base[place]:,.0f}", ha="center", va="bottom", fontsize=7)
    axes.set_xlim(-0.6, len(places) - 0.4)
    axes.set_xticks(places, spec.categories)
    _legend(axes, len(spec.series))


def _draw_hbar(axes: Any, spec: ChartSpec) -> None:
    places = list(range(len(spec.categories)))
    values = [0.0 if value is None else value for value in spec.series[0].values]
    axes.barh(places, values, 0.66, color=FILLS[0].color)
    top = _highest(values) or 1.0
    for place, value in zip(places, spec.series[0].values, strict=True):
        shown = "データなし" if value is None else f"{value:,.{spec.decimals}f}"
        axes.text((value or 0.0) + top * 0.01, place, shown, va="center", fontsize=7.5, color=INK)
    axes.set_yticks(places, spec.categories)
    axes.invert_yaxis()
    axes.set_xlim(0, top * 1.1)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(_ticks(spec))


def _legend(axes: Any, count: int) -> None:
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=max(count, 1), frameon=False,
        fontsize=7.5 if count < 5 else 7, handlelength=3.2 if count < 5 else 1.8,
        columnspacing=1.4 if count < 5 else 0.9, handletextpad=0.6, borderaxespad=0.2,
    )  # fmt: skip


_DRAW = {"line": _draw_line, "bar": _draw_bars, "stacked_bar": _draw_bars, "hbar": _draw_hbar}
