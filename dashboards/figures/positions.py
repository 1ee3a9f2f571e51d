"""One body among others that stay unnamed: the middle half of the group as a band, the body as a mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import palette
from dashboards.figures import base
from dashboards.sentences.tenant import of_median, shown
from warehouse.japanese import number

Row = dict[str, Any]
_BAND = "#C4C4CC"
_SIZE = 13


def figure(rows: Sequence[Row]) -> base.Figure:
    """One row per measure, all in percent of the group's median, so that different units share one axis from zero.

    ``rows`` are of one group: name, unit, decimals, rounding, value, quartiles, place, bodies; medians above zero.
    """
    labels = [base.row_label(f"{row['name']}　{shown(row)}（{number(row['place'])}位）", place)
              for place, row in enumerate(rows)]
    return {
        "data": [_quartiles(rows), _median(len(rows)), _own(rows)],
        "layout": base.layout(
            hovermode="closest",
            xaxis=base.y_axis(nticks=6, range=[0, 1.06 * _highest(rows)]),
            yaxis=base.row_axis(len(rows)),
            annotations=labels,
        ),
    }


def _highest(rows: Sequence[Row]) -> float:
    return max([100.0, *(of_median(row, key) for row in rows for key in ("value", "third_quartile"))])


def _quartiles(rows: Sequence[Row]) -> base.Trace:
    first, third = ([of_median(row, key) for row in rows] for key in ("first_quartile", "third_quartile"))
    return {
        "type": "bar",
        "orientation": "h",
        "width": base.ROW_BAR,
        "name": "団体の中央の半数（第1～第3四分位）",
        "base": first,
        "x": [high - low for low, high in zip(first, third, strict=True)],
        "y": list(range(len(rows))),
        "customdata": [f"第1四分位 {shown(row, 'first_quartile')}、第3四分位 {shown(row, 'third_quartile')}"
                       for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": _BAND},
    }


def _median(count: int) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "中央値（100）",
        "x": [100, 100],
        "y": [-base.ROW_BAR, count - 1 + base.ROW_BAR],
        "hoverinfo": "skip",
        "line": {"color": palette.SUBTITLE, "width": 2, "dash": "dot"},
    }


def _own(rows: Sequence[Row]) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "この団体",
        "x": [of_median(row) for row in rows],
        "y": list(range(len(rows))),
        "customdata": [f"{row['name']} {shown(row)}（中央値の{number(of_median(row), 1)}%）" for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": palette.BLUE, "size": _SIZE, "symbol": "diamond"},
    }
