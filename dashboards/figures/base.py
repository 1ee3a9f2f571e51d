"""What all figures share: fonts, grid, axes of months and days, marks for missing and doubtful values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboards import palette
from dashboards.columns import day_ja, month_ja
from warehouse.japanese import era_year

Figure = dict[str, Any]
Trace = dict[str, Any]

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["sendChartToCloud"],
    "locale": "ja",
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}
_FONT = {"family": palette.FONT_STACK, "size": 14, "color": palette.INK}
SMALL = {"family": palette.FONT_STACK, "size": 13, "color": palette.SUBTITLE}
_YEAR_LABEL_STEPS = 3
_FEW_DAYS, _MONTH_DAYS, _QUARTER_DAYS = 10, 31, 92
ROW_PIXELS = 42
"""Height of a row with its name above it."""
ROW_BAR = 0.4
"""Share of a row's height that its bar takes."""


def layout(**more: Any) -> dict[str, Any]:
    """The common layout; keyword arguments replace or add entries."""
    return {
        "font": _FONT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 40, "b": 8},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#FFFFFF", "bordercolor": "#949494", "font": _FONT},
        "dragmode": False,
        "separators": ".,",
        "legend": top_legend(),
        "barcornerradius": 0,
        "bargap": 0.32,
    } | more


def top_legend(title: str = "") -> dict[str, Any]:
    """The legend in one or more lines at the upper edge, in the order of the series."""
    return {
        "orientation": "h",
        "title": {"text": title, "font": _FONT},
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "font": _FONT,
        "traceorder": "normal",
        "itemclick": False,
        "itemdoubleclick": False,
    }


def y_axis(**more: Any) -> dict[str, Any]:
    """A vertical axis from zero, with thousands separated and a light grid."""
    return {
        "rangemode": "tozero",
        "gridcolor": palette.GRID,
        "zerolinecolor": "#949494",
        "tickfont": SMALL,
        "tickformat": ",",
        "nticks": 6,
        "automargin": True,
        "fixedrange": True,
    } | more


def month_axis(months: Sequence[str], **more: Any) -> dict[str, Any]:
    """Months as numbers, with the era year below the first one and below each January."""
    places = [month_ja(month) for month in months]
    return category_axis(places, places, month_ticks(months)) | more


def month_ticks(months: Sequence[str]) -> list[str]:
    """``10<br>令和7年``, ``11``, ``12``, ``1<br>令和8年`` …"""
    january = next((place for place, month in enumerate(months) if month.endswith("-01")), len(months))
    ticks = []
    for place, month in enumerate(months):
        year_shown = month.endswith("-01") or (place == 0 and january >= _YEAR_LABEL_STEPS)
        ticks.append(str(int(month[5:])) + (f"<br>{_era_of(month)}" if year_shown else ""))
    return ticks


def _era_of(month: str) -> str:
    return era_year(date(int(month[:4]), int(month[5:]), 1))


def day_axis(days: Sequence[date], **more: Any) -> dict[str, Any]:
    """Days: each of ten, every fifth of a month's; of more the first and the fifteenth, of a year's the first alone."""
    ticks = {day: text for day in days if (text := _day_tick(day, days))}
    return category_axis([day_ja(day) for day in days], [day_ja(day) for day in ticks], list(ticks.values())) | more


def _day_tick(day: date, days: Sequence[date]) -> str:
    """What stands below a day of these; nothing below most of them."""
    if len(days) > _QUARTER_DAYS:
        return f"{day.month}月" if day.day == 1 else ""
    if len(days) > _MONTH_DAYS:
        return {1: f"{day.month}月<br>1日", 15: "15日"}.get(day.day, "")
    if len(days) > _FEW_DAYS and day.day not in (1, 5, 10, 15, 20, 25, 30):
        return ""
    return f"{day.day}日" if days[0].month == days[-1].month else f"{day.month}/{day.day}"


def category_axis(places: Sequence[str], shown: Sequence[str], ticks: Sequence[str]) -> dict[str, Any]:
    """Named places in their order; ``ticks`` are the labels of those ``shown``."""
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(places),
        "range": [-0.6, len(places) - 0.4],
        "tickvals": list(shown),
        "ticktext": list(ticks),
        "tickangle": 0,
        "unifiedhovertitle": {"text": "%{x}"},
        "tickfont": SMALL,
        "showgrid": False,
        "linecolor": "#949494",
        "automargin": True,
        "fixedrange": True,
    }


def panel_title(text: str, top: float) -> dict[str, Any]:
    """The small title of one panel of a figure, at its upper left."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": SMALL,
    }


def row_axis(count: int) -> dict[str, Any]:
    """A vertical axis of ``count`` rows, the first at the top; :func:`row_label` names them."""
    return {
        "range": [count - 0.5, -0.85],
        "tickvals": list(range(count)),
        "showticklabels": False,
        "gridcolor": palette.GRID,
        "zeroline": False,
        "fixedrange": True,
    }


def row_label(text: str, place: int) -> dict[str, Any]:
    """The name of a row, above what is drawn in it: long names need no room at the left, which a phone lacks."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "y",
        "x": 0,
        "y": place - ROW_BAR / 2,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 1,
        "showarrow": False,
        "font": _FONT | {"size": 13},
    }


def row_height(count: int, above: int = 56, below: int = 48) -> int:
    """Pixels of a figure of so many rows, with room for legend and axis."""
    return above + below + ROW_PIXELS * count


def no_data_mark(place: str) -> dict[str, Any]:
    """「…」 at the foot of a month or day without data: missing is not zero."""
    return {
        "text": "…",
        "x": place,
        "xref": "x",
        "y": 0,
        "yref": "y",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 16, "color": palette.SUBTITLE},
    }


def band(place: int, colour: str) -> dict[str, Any]:
    """A vertical band behind one place of the axis."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": place - 0.5,
        "x1": place + 0.5,
        "y0": 0,
        "y1": 1,
        "fillcolor": colour,
        "line": {"width": 0},
        "layer": "below",
    }


def legend_swatch(name: str, colour: str, border: str = "") -> Trace:
    """A legend entry for something drawn as a shape."""
    return {
        "type": "bar",
        "x": [None],
        "y": [None],
        "name": name,
        "marker": {"color": colour, "line": {"color": border or colour, "width": 1 if border else 0}},
        "hoverinfo": "skip",
    }
