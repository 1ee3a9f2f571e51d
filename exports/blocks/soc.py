"""The monitoring centre as a whole and all bodies together: sums without the name of anyone, for every edition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exports.blocks.base import ChartContent, Context, Params, TableContent, records, total
from exports.blocks.security import months_of, severity_chart, severity_table
from exports.blocks.services import NoRecord
from exports.model import ChartSpec, Column, Series
from exports.text import amount, change, comparisons, missing, month_label

_SOURCES = {"centre": "監視センター全体", "cloud": "全接続団体"}


def _rows(ctx: Context, months: Sequence[str], source: str) -> list[dict[str, Any]]:
    """Counts by month and severity of ``centre`` or ``cloud``."""
    rows = records(ctx.trailing_frame("security_whole", len(months)))
    return [row for row in rows if row["source"] == source]


def total_chart(ctx: Context, params: Params) -> ChartContent:
    """All detections of ``params['source']`` by month."""
    months, source = months_of(ctx, params), params["source"]
    rows = _rows(ctx, months, source)
    sums = [total(row["n"] for row in rows if row["jst_month"] == month) for month in months]
    spec = ChartSpec(
        kind="bar",
        categories=tuple(month_label(month) for month in months),
        series=(Series("検知", tuple(None if value is None else float(value) for value in sums)),),
        unit="件",
        category_title="年月",
        height_mm=42,
    )
    if sums[-1] is None:
        return ChartContent(spec, f"対象月の{_SOURCES[source]}の検知件数はデータなしである。")
    compared = comparisons(
        ("前月比", change(sums[-1], sums[-2], "件")),
        ("前年同月比", change(sums[-1], sums[-13] if len(sums) > 12 else None, "件")),
    )
    return ChartContent(spec, f"対象月の{_SOURCES[source]}の検知は{amount(sums[-1])}件で、{compared}である。")


def trend_chart(ctx: Context, params: Params) -> ChartContent:
    """Detections of ``params['source']`` by month and severity, from ``params['from_severity']`` on."""
    months = months_of(ctx, params)
    return severity_chart(ctx, _rows(ctx, months, params["source"]), months, params.get("from_severity"))


def trend_table(ctx: Context, params: Params) -> TableContent:
    months = months_of(ctx, params)
    rows = _rows(ctx, months, params["source"])
    if not rows:
        raise NoRecord
    return severity_table(rows, months)


def comparison_table(ctx: Context, _: Params) -> TableContent:
    """A body's month by severity beside all bodies together and the whole monitoring centre."""
    month = ctx.period.trailing_months(1)
    sources = {source: {row["severity"]: row for row in _rows(ctx, month, source)} for source in _SOURCES}
    own = {row["severity"]: row for row in records(ctx.trailing_frame("detection_trend", 1))}
    sides = (own, sources["cloud"], sources["centre"])
    levels = sorted({level for side in sides for level in side}, key=lambda level: (level is None, level or 0))
    if not levels:
        raise NoRecord
    names = {level: row["severity_name"] for side in sides for level, row in side.items()}
    columns = (
        Column("危険度", "left", 3),
        Column("検知", unit="件", group="貴団体"),
        Column("うち遮断", unit="件", group="貴団体"),
        Column("検知", unit="件", group="全接続団体"),
        Column("うち遮断", unit="件", group="全接続団体"),
        Column("監視センター全体", unit="件", weight=1.5),
    )
    return TableContent(columns, tuple((names[level], *_cells(level, *sides)) for level in levels))


def _cells(
    level: int | None, own: dict[int | None, Any], cloud: dict[int | None, Any], centre: dict[int | None, Any]
) -> tuple[str, ...]:
    """Nothing not judged yet is no gap: the centre tells of judged events alone, a body may have none of them."""
    unjudged = "0" if level is None and own else "…"
    mine = [amount(own[level][name]) if level in own else unjudged for name in ("n", "blocked")]
    all_bodies = [amount(cloud[level][name]) if level in cloud else _none(cloud) for name in ("n", "blocked")]
    whole = "－" if level is None else amount(centre[level]["n"]) if level in centre else _none(centre)
    return (*mine, *all_bodies, whole)


def _none(side: dict[int | None, Any]) -> str:
    """0 where the side tells of the month and has nothing at a level; … where it tells nothing."""
    told = any(not missing(row["n"]) for row in side.values())
    return "0" if told else "…"
