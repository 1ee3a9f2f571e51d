"""Chapter 4: hours of the week, design against result, and when lines and devices fill."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import ChartContent, Context, Params, Sentences, TableContent, records, require_rows
from exports.blocks.watch import SHADES, WEEKDAYS
from exports.model import ChartSpec, Column, Reference, Series
from exports.text import amount, amount_or_dash, missing, month_ja, month_label
from warehouse.japanese import mbps
from warehouse.outlook import AHEAD, NO_OUTLOOK, REACHED, UNTOLD, forecast, reached

_THRESHOLDS = (70, 90, 100)
_ITEMS = {"p95_guaranteed": "95%値（対確保）", "max_guaranteed": "最大（対確保）", "p95_total": "95%値（対総）"}
_WITHOUT_MONTH = {NO_OUTLOOK: "なし", REACHED: "到達済"}
_AHEAD_MONTHS = 12
"""How far a printed forecast goes: the range of later months would leave nothing of the past."""


def hours_chart(ctx: Context, params: Params) -> ChartContent:
    """Mean speed of ``params['line']`` in ``params['direction']`` by day of the week and hour."""
    frame = ctx.data.frame("line_hours", line_id=params["line"], from_month=ctx.month, to_month=ctx.month)
    rows = [row for row in records(frame) if row["direction"] == params["direction"]]
    cells = {(row["weekday"], row["hour"]): row["avg_bps"] for row in rows}
    series = tuple(
        Series(name, tuple(_rate(cells.get((weekday, hour))) for hour in range(24)))
        for weekday, name in enumerate(WEEKDAYS, 1)
    )
    spec = ChartSpec(
        kind="heatmap",
        categories=tuple(str(hour) for hour in range(24)),
        series=series,
        unit="Mbps",
        category_title="時刻（時台）",
        series_title="曜日",
    )
    known = [row for row in rows if not missing(row["avg_bps"])]
    if not known:
        return ChartContent(spec, "曜日・時刻別の通信速度はデータなしである。")
    top = max(known, key=lambda row: row["avg_bps"])
    where = f"{WEEKDAYS[top['weekday'] - 1]}曜日{top['hour']}時台"
    return ChartContent(spec, f"平均が最も大きいのは{where}の{amount(mbps(top['avg_bps']), 1)}Mbpsである。", SHADES)


def _rate(value: Any) -> float | None:
    return None if missing(value) else float(value) / 1e6


def _outlook(ctx: Context) -> dict[tuple[str, str, str], dict[int, dict[str, Any]]]:
    """Outlooks by grain, entity and metric, then by threshold."""
    found: dict[tuple[str, str, str], dict[int, dict[str, Any]]] = {}
    for row in records(ctx.month_frame("capacity_outlook")):
        own = found.setdefault((row["grain"], row["entity"], row["metric"]), {})
        if not missing(row["threshold_pct"]):
            own[int(row["threshold_pct"])] = row
    return found


def design_table(ctx: Context, params: Params) -> TableContent:
    """Design, result and margin of lines, groups, and devices that came to ``params['device_floor']`` percent of it."""
    rows = records(require_rows(ctx.data.frame("design_results", period=str(ctx.period)), "設計値との対比"))
    outlook = _outlook(ctx)
    columns = (
        Column("対象", "left", 33),
        Column("項目", "left", 33),
        Column("単位", "center", 17),
        Column("設計値", weight=14.5),
        Column("実績", weight=13.5),
        Column("余裕", weight=12),
        Column("設計比", unit="%", weight=11.5),
        *(Column(f"{threshold}%", "center", 11, group="到達見込み") for threshold in _THRESHOLDS),
    )
    chosen = [row for row in rows if not missing(row["design_value"]) and _is_listed(row, params["device_floor"])]
    return TableContent(columns, tuple(_design_row(row, outlook) for row in chosen))


def _is_listed(row: dict[str, Any], device_floor: float) -> bool:
    if row["kind"] == "device":
        return not missing(row["used_pct"]) and bool(row["used_pct"] >= device_floor)
    return row["kind"] in ("line", "line_group")


def _design_row(row: dict[str, Any], outlook: dict[tuple[str, str, str], dict[int, dict[str, Any]]]) -> tuple[str, ...]:
    is_rate = row["unit"] == "bps"
    decimals = 1 if is_rate or row["unit"] == "%" else 0
    scaled = [mbps(row[name]) if is_rate else row[name] for name in ("design_value", "result_value", "margin")]
    metric = "p95_bps" if row["item"] == "p95_guaranteed" else row["item"]
    own = outlook.get((row["kind"], row["entity"], metric))
    return (
        row["name"],
        _ITEMS.get(row["item"], row["item_name"]),
        "Mbps" if is_rate else row["unit"],
        amount(scaled[0]),
        *(amount(value, decimals) for value in scaled[1:]),
        amount(row["used_pct"], 1),
        *("－" if own is None else _reach(own.get(threshold)) for threshold in _THRESHOLDS),
    )


def _reach(row: dict[str, Any] | None) -> str:
    """R10.8, or in short why there is no month; … where too few months are known."""
    if row is None or reached(row) == UNTOLD:
        return "…"
    return month_label(row["reach_month"]) if reached(row) == AHEAD else _WITHOUT_MONTH[reached(row)]


def outlook_chart(ctx: Context, params: Params) -> ChartContent:
    """The monthly 95th percentile of ``params['line']`` of 13 months, its trend and the range of the next twelve."""
    line = params["line"]
    history = records(ctx.data.frame("capacity_trend", line_id=line, month=ctx.month))
    past = set(ctx.period.trailing_months(13))
    rows = [row for row in forecast(history, _AHEAD_MONTHS) if row["jst_month"] > ctx.month or row["jst_month"] in past]
    names = (("実績（95%値）", "value"), ("傾向と見込み", "fit"), ("見込みの下限", "low"), ("見込みの上限", "high"))
    limits = {row["limit_value"] for row in rows[-1:] if not missing(row["limit_value"])}
    spec = ChartSpec(
        kind="line",
        categories=_labels([row["jst_month"] for row in rows]),
        series=tuple(Series(name, tuple(_rate(row[column]) for row in rows)) for name, column in names),
        unit="Mbps",
        category_title="年月",
        references=tuple(Reference(f"確保帯域 {amount(mbps(limit))}Mbps", float(limit) / 1e6) for limit in limits),
        height_mm=50,
    )
    return ChartContent(spec, _outlook_sentence(_outlook(ctx).get(("line", line, "p95_bps"), {}), rows))


def _labels(months: list[str]) -> tuple[str, ...]:
    """R7.10, 11, 12, R8.1, 2 …: the year where it begins."""
    return tuple(
        month_label(month) if at == 0 or month.endswith("-01") else str(int(month[5:]))
        for at, month in enumerate(months)
    )


def _outlook_sentence(thresholds: dict[int, dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    if not rows or rows[0]["state"] == "short":
        return "12か月分の実績がないため、見込みはデータなしである。"
    steep = rows[0]["slope"]
    slope = f"傾向は1か月当たり{amount(mbps(abs(steep)), 1)}Mbpsの{'増加' if steep >= 0 else '減少'}であり、"
    ahead = [row for _, row in sorted(thresholds.items()) if reached(row) == AHEAD]
    if not ahead:
        return f"{slope}今後60か月以内に新たに到達する割合（70%、90%、100%）はない。"
    row = ahead[0]
    latest = "以降" if missing(row["reach_latest"]) else f"から{month_ja(row['reach_latest'])}まで"
    span = f"{month_ja(row['reach_earliest'])}{latest}"
    return f"{slope}確保帯域の{row['threshold_pct']}%に達する見込みは{month_ja(row['reach_month'])}（{span}）である。"


def sentences(ctx: Context, _: Params) -> Sentences:
    """What went beyond its design, and what comes closest to it."""
    rows = [
        row for row in records(ctx.data.frame("design_results", period=str(ctx.period))) if not missing(row["used_pct"])
    ]
    if not rows:
        return ("設計値と対比できる実績はデータなしである。",)
    over = [row for row in rows if row["used_pct"] > 100]
    if not over:
        top = max(rows, key=lambda row: row["used_pct"])
        return (f"設計値を超えた項目はなく、設計比の最大は{_named(top)}である。",)
    return (f"設計値を超えた項目は{len(over)}件（{'、'.join(_named(row) for row in over)}）である。",)


def _named(row: dict[str, Any]) -> str:
    return f"{row['name']}の{row['item_name']}{amount_or_dash(row['used_pct'], 1)}%"
