"""Lines: percentiles by day or month against their bandwidth, hours of the week, minutes above, trend and forecast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards import palette
from dashboards.columns import month_ja
from dashboards.figures import base
from dashboards.figures.axis import Axis
from dashboards.figures.traffic import DIRECTIONS, closed_days
from dashboards.frames import LOW_COVERAGE_PCT, rows, series, values, where
from dashboards.sentences.lines import WEEKDAYS
from dashboards.wording import coverage_text
from warehouse.japanese import mbps, number

_STYLES = {"in": (palette.SERIES[0], "solid", "circle"), "out": (palette.SERIES[1], "dash", "square")}
_LIMIT = palette.SERIES[2]
_FAINT = "#949494"
_FITTED = {"color": palette.SERIES[1], "width": 2, "dash": "dash"}
_MEASURED = {"color": palette.SERIES[0], "width": 2}
_BAND = "rgba(0,139,242,0.18)"
_HEADROOM = 1.15
_MOST_YEARS = 5
_FAR = 1.6
"""A limit this many times above everything else gets a strip of its own, with the scale broken below it."""
_MAIN_PANEL, _STRIP = (0.0, 0.82), (0.9, 0.98)
_BREAK = {"text": "≈", "xref": "paper", "x": 0, "xanchor": "center", "yref": "paper", "y": 0.86, "yanchor": "middle",
          "showarrow": False, "font": {"size": 18, "color": palette.SUBTITLE}}
_THRESHOLDS = (70, 90, 100)


def percentiles(frame: pd.DataFrame, axis: Axis) -> base.Figure:
    """The 95th percentile of both directions as lines, the maximum faint behind, the bandwidths labelled at their line.

    Missing days are gaps with a mark, days of low coverage have an open marker, closed days a grey band.
    """
    lines = [_percentile(where(frame, direction=key), axis, key, name) for key, name in DIRECTIONS]
    top = _highest(frame, axis)
    limits = _limits(frame)
    scale, references, labels = _reference_lines(limits, axis, max(top, _guaranteed(frame) or 0))
    closed = closed_days(frame, axis.steps) if axis.key == "jst_date" else set()
    swatch = [base.legend_swatch("閉庁日", palette.CLOSED_DAY)] if closed else []
    bands = [base.band(place, palette.CLOSED_DAY) for place, item in enumerate(axis.steps) if item in closed]
    return {
        "data": [_maximum(frame, axis), *lines, *references, *swatch],
        "layout": base.layout(xaxis=axis.layout, **scale, shapes=bands, annotations=[*labels, *_gaps(lines)]),
    }


def _percentile(frame: pd.DataFrame, axis: Axis, key: str, name: str) -> base.Trace:
    rates = [mbps(value) for value in series(frame, axis.steps, axis.key, "p95_bps")]
    coverage = series(frame, axis.steps, axis.key, "coverage_pct")
    colour, dash, symbol = _STYLES[key]
    fill = ["#FFFFFF" if pct is not None and pct < LOW_COVERAGE_PCT else colour for pct in coverage]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": list(axis.names),
        "y": rates,
        "customdata": [f"{_told(item)}（取得率{coverage_text(pct)}）"
                       for item, pct in zip(rates, coverage, strict=True)],
        "hovertemplate": "%{customdata}",
        "connectgaps": False,
        "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {"color": fill, "line": {"color": colour, "width": 2}, "size": 7 if len(axis.steps) <= 31 else 4,
                   "symbol": symbol},
    }


def _maximum(frame: pd.DataFrame, axis: Axis) -> base.Trace:
    """The highest 5-minute mean of either direction."""
    largest = [mbps(value) for value in _larger(frame, axis, "max_bps")]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "最大（大きい方）",
        "x": list(axis.names),
        "y": largest,
        "customdata": [_told(value) for value in largest],
        "hovertemplate": "%{customdata}",
        "connectgaps": False,
        "line": {"color": _FAINT, "width": 1, "dash": "dot"},
    }


def _larger(frame: pd.DataFrame, axis: Axis, column: str) -> list[float | None]:
    both = [series(where(frame, direction=key), axis.steps, axis.key, column) for key, _ in DIRECTIONS]
    return [max((item for item in pair if item is not None), default=None) for pair in zip(*both, strict=True)]


def _told(value: float | None) -> str:
    decimals = 1 if value is None or value == 0 or value >= 0.05 else 4
    return f"{number(value, decimals)} Mbps"


def _highest(frame: pd.DataFrame, axis: Axis) -> float:
    return max((mbps(item) or 0 for item in _larger(frame, axis, "max_bps") if item is not None), default=0)


def _guaranteed(frame: pd.DataFrame) -> float | None:
    return _limits(frame).get("確保帯域")


def _limits(frame: pd.DataFrame) -> dict[str, float]:
    """確保帯域 and 総帯域 in Mbps as they were last; one that the line does not have is left out."""
    found: dict[str, float] = {}
    for name, column in (("確保帯域", "guaranteed_bps"), ("総帯域", "total_bps")):
        known = [item for item in values(frame, column) if item is not None]
        if known:
            found[name] = float(known[-1]) / 1e6
    return found


def _reference_lines(
    limits: dict[str, float], axis: Axis, top: float
) -> tuple[dict[str, Any], list[base.Trace], list[dict[str, Any]]]:
    """The vertical scale, the lines of the bandwidths and their labels; a far one has a strip above a broken scale."""
    names: dict[float, list[str]] = {}
    for name, level in limits.items():
        names.setdefault(level, []).append(name)
    far = [level for level in names if top and level > top * _FAR]
    near = max([top, *(level for level in names if level not in far)])
    traces = [_reference(level, axis, "y2" if level in far else "y") for level in names]
    labels = [_label(f"{'・'.join(words)} {number(level)} Mbps", level, "y2" if level in far else "y")
              for level, words in names.items()]
    scale = {"yaxis": base.y_axis(range=[0, near * _HEADROOM or 1])}
    if far:
        scale["yaxis"] |= {"domain": list(_MAIN_PANEL)}
        labels.append(_BREAK)
        scale["yaxis2"] = base.y_axis(domain=list(_STRIP), range=[far[0] * 0.9, far[0] * 1.1], tickvals=[far[0]],
                                      ticktext=[number(far[0])], showgrid=False, zeroline=False)
    return scale, traces, labels


def _reference(level: float, axis: Axis, y_axis: str) -> base.Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [axis.names[0], axis.names[-1]],
        "y": [level, level],
        "yaxis": y_axis,
        "line": {"color": _LIMIT, "width": 2},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _label(text: str, level: float, y_axis: str) -> dict[str, Any]:
    """Words on the line itself, at the right end."""
    return {
        "text": text,
        "xref": "paper",
        "x": 1,
        "xanchor": "right",
        "yref": y_axis,
        "y": level,
        "yanchor": "bottom",
        "showarrow": False,
        "yshift": 1,
        "font": {"size": 13, "color": palette.INK},
    }


def _gaps(traces: Sequence[base.Trace]) -> list[dict[str, Any]]:
    return [base.no_data_mark(place) for position, place in enumerate(traces[0]["x"])
            if all(trace["y"][position] is None for trace in traces)]


def hours(frame: pd.DataFrame) -> base.Figure:
    """Hours across, days of the week down, the mean as darkness; an hour without data stays blank.

    ``frame`` holds one direction: weekday (1 Monday), hour, avg_bps.
    """
    means = {(row["weekday"], row["hour"]): mbps(row["avg_bps"]) for row in rows(frame)}
    most = max((value for value in means.values() if value is not None), default=0)
    grid = [[means.get((day, hour)) for hour in range(24)] for day in range(1, 8)]
    shades = palette.SEQUENTIAL
    return {
        "data": [
            {
                "type": "heatmap",
                "x": list(range(24)),
                "y": list(WEEKDAYS),
                "z": grid,
                "zmin": 0,
                "zmax": most or 1,
                "text": [[_told(value) for value in line] for line in grid],
                "hovertemplate": "%{y}曜日 %{x}時台　%{text}<extra></extra>",
                "hoverongaps": False,
                "xgap": 1,
                "ygap": 1,
                "colorscale": [[place / (len(shades) - 1), shade] for place, shade in enumerate(shades)],
                "colorbar": {"title": {"text": "Mbps", "side": "top"}, "thickness": 12, "outlinewidth": 0,
                             "tickformat": ",", "nticks": 5, "ticks": "outside"},
            }
        ],
        "layout": base.layout(
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis={"tickvals": [0, 6, 12, 18, 23], "ticktext": ["0時", "6時", "12時", "18時", "23時"],
                   "tickangle": 0, "showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True},
            yaxis={"autorange": "reversed", "type": "category", "showgrid": False, "automargin": True,
                   "fixedrange": True},
        ),
    }


def exceeded(frame: pd.DataFrame, axis: Axis) -> base.Figure:
    """Minutes above the guaranteed bandwidth, the directions side by side; a missing day is a gap with a mark."""
    bars = [_minutes(where(frame, direction=key), axis, key, name) for key, name in DIRECTIONS]
    most = max((item or 0 for bar in bars for item in bar["y"]), default=0)
    return {
        "data": bars,
        "layout": base.layout(barmode="group", bargap=0.2, xaxis=axis.layout,
                              yaxis=base.y_axis(range=[0, max(most * _HEADROOM, 10)]), annotations=_gaps(bars)),
    }


def _minutes(frame: pd.DataFrame, axis: Axis, key: str, name: str) -> base.Trace:
    received = series(frame, axis.steps, axis.key, "received")
    told = series(frame, axis.steps, axis.key, "exceeded_minutes")
    minutes = [item if had else None for item, had in zip(told, received, strict=True)]
    return {
        "type": "bar",
        "name": name,
        "x": list(axis.names),
        "y": minutes,
        "customdata": [f"{number(item)}分" for item in minutes],
        "hovertemplate": "%{customdata}",
        "marker": {"color": _STYLES[key][0]},
    }


def trend(frame: pd.DataFrame, thresholds: Sequence[dict[str, Any]]) -> base.Figure:
    """Monthly percentiles, the trend through them and on, its range, and the shares of the limit that it comes to.

    ``frame`` has a row per month: value, fit, low, high, limit_value (see ``lines_outlook.forecast``); without a fit
    the percentiles stand alone.
    """
    months = [str(month) for month in frame["jst_month"]]
    names = [month_ja(month) for month in months]
    limit = mbps(values(frame, "limit_value")[0]) or 0.0
    drawn = [mbps(item) or 0 for key in ("value", "high") for item in values(frame, key)]
    told = frame["fit"].notna().any()
    forecast = [*_range_of(frame, names), _trend_line("傾向と見込み", "fit", frame, names, _FITTED)] if told else []
    return {
        "data": [
            *forecast,
            _trend_line("実績（95パーセンタイル）", "value", frame, names, _MEASURED, markers=True),
            *[_share(limit * pct / 100, names, pct) for pct in _THRESHOLDS],
            *_arrivals(thresholds, names, limit),
        ],
        "layout": base.layout(
            xaxis=_fiscal_years(months, names),
            yaxis=base.y_axis(range=[0, max(limit, *drawn) * _HEADROOM]),
            annotations=[_threshold_label(limit * pct / 100, pct) for pct in _THRESHOLDS],
        ),
    }


def _trend_line(
    name: str, key: str, frame: pd.DataFrame, names: Sequence[str], line: dict[str, Any], markers: bool = False
) -> base.Trace:
    rates = [mbps(value) for value in values(frame, key)]
    return {
        "type": "scatter",
        "mode": "lines+markers" if markers else "lines",
        "name": name,
        "x": list(names),
        "y": rates,
        "customdata": [_told(value) for value in rates],
        "hovertemplate": "%{customdata}",
        "connectgaps": False,
        "line": line,
        "marker": {"color": line["color"], "size": 6},
    }


def _range_of(frame: pd.DataFrame, names: Sequence[str]) -> list[base.Trace]:
    """The range between the flatter and the steeper line, as one band."""
    edge = {"color": "rgba(0,0,0,0)", "width": 0}
    low = _trend_line("見込みの下限", "low", frame, names, edge) | {"showlegend": False}
    high = _trend_line("見込みの幅", "high", frame, names, edge) | {"fill": "tonexty", "fillcolor": _BAND}
    return [low, high]


def _share(level: float, names: Sequence[str], pct: int) -> base.Trace:
    colour = _LIMIT if pct == 100 else _FAINT
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [names[0], names[-1]],
        "y": [level, level],
        "line": {"color": colour, "width": 2 if pct == 100 else 1},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _threshold_label(level: float, pct: int) -> dict[str, Any]:
    text = f"確保帯域 {number(level)} Mbps" if pct == 100 else f"{pct}%（{number(level)} Mbps）"
    return _label(text, level, "y") | {"x": 0, "xanchor": "left"}


def _arrivals(thresholds: Sequence[dict[str, Any]], names: Sequence[str], limit: float) -> list[base.Trace]:
    """A mark where the trend comes to a threshold, if that lies within the figure."""
    found = [(month_ja(str(row["reach_month"])), int(row["threshold_pct"])) for row in thresholds if row["months_left"]]
    shown = [(name, pct) for name, pct in found if name in names]
    if not shown:
        return []
    return [{
        "type": "scatter",
        "mode": "markers+text",
        "name": "到達見込み",
        "x": [name for name, _ in shown],
        "y": [limit * pct / 100 for _, pct in shown],
        "text": [f"{name}<br>{pct}%到達見込み" for name, pct in shown],
        "textposition": "top left",
        "textfont": {"size": 13, "color": palette.INK},
        "marker": {"symbol": "diamond", "size": 11, "color": _LIMIT},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }]


def _fiscal_years(months: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """Labels at each April, of every second year where they are many; every month where these are few."""
    if len(months) <= 12:
        return base.month_axis(months)
    places = [place for place, month in enumerate(months) if month[5:] == "04"]
    places = places[::-(-len(places) // _MOST_YEARS)]
    ticks = [f"4月<br>{names[place].partition('年')[0]}年" for place in places]
    return base.category_axis(names, [names[place] for place in places], ticks)
