"""The connected bodies over a half or a year: all measures side by side, how they spread, and a card of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exports.blocks.base import (
    CardContent,
    ChartContent,
    Context,
    Params,
    Sentences,
    TableContent,
    Unfilled,
    records,
    require_rows,
)
from exports.blocks.results import figure
from exports.model import ChartSpec, Column, Series
from exports.text import amount, as_gb, as_mbps, change, change_pct, coverage, missing, text

_MARK = "●"
_MEASURES: tuple[tuple[str, Column], ...] = (
    ("availability_pct", Column("稼働率", unit="%", weight=15)),
    ("bytes_total", Column("通信量", unit="GB", weight=16)),
    ("p95_in_bps", Column("受信95%値", unit="Mbps", weight=15)),
    ("bytes_per_user_day", Column("1人1開庁日", unit="MB", weight=16)),
    ("tickets", Column("受付", unit="件", weight=12)),
    ("in_time_pct", Column("期限内率", unit="%", weight=14)),
    ("changes", Column("設定変更", unit="件", weight=13)),
    ("faults", Column("障害", unit="件", weight=12)),
    ("detections", Column("検知", unit="件", weight=13)),
    ("serious", Column("重大", unit="件", weight=12)),
)
_LOW_IS_NOTABLE = {"availability_pct", "in_time_pct"}


def heat_table(ctx: Context, _: Params) -> TableContent:
    """Bodies by measures; ● marks the quarter of the bodies that stands out, readable in black and white."""
    rows = records(require_rows(ctx.own_frame("tenant_period"), "接続団体"))
    limits = {name: _limit([row[name] for row in rows], name in _LOW_IS_NOTABLE) for name, _ in _MEASURES}
    columns = (Column("団体", "left", 27), *(column for _, column in _MEASURES), Column("取得率", unit="%", weight=13))
    return TableContent(columns, tuple(_heat_row(ctx, row, limits) for row in rows))


def _limit(values: Sequence[Any], low: bool) -> float | None:
    """The value of the last body of the quarter that stands out; None when that quarter is like the rest."""
    known = sorted((float(value) for value in values if not missing(value)), reverse=not low)
    if not known:
        return None
    limit = known[max(len(known) // 4 - 1, 0)]
    return None if limit == known[len(known) // 2] else limit


def _heat_row(ctx: Context, row: dict[str, Any], limits: dict[str, float | None]) -> tuple[str, ...]:
    cells = []
    for name, _ in _MEASURES:
        limit, value = limits[name], row[name]
        notable = limit is not None and not missing(value)
        notable = notable and (value <= limit if name in _LOW_IS_NOTABLE else value >= limit)
        cells.append(f"{_MARK if notable else ''}{_shown(ctx, name, row)}")
    return (text(row["name"]), *cells, coverage(row["coverage_pct"]))


def _shown(ctx: Context, name: str, row: dict[str, Any]) -> str:
    value = row[name]
    if name == "bytes_total":
        return as_gb(value, 0)
    if name == "p95_in_bps":
        return as_mbps(value)
    if name == "bytes_per_user_day":
        return amount(None if missing(value) else value / 1e6, 1)
    if name == "availability_pct":
        return ctx.kpi("K01", value)
    if name == "in_time_pct":
        return "－" if row["answers_due"] == 0 else ctx.kpi("K27", value)
    return amount(value)


def spread_table(ctx: Context, params: Params) -> TableContent:
    """Lowest, quartiles and highest of the KPIs ``params['kpis']`` over the bodies."""
    rows = records(require_rows(ctx.own_frame("body_spread"), "接続団体の分布"))
    columns = (
        Column("指標", "left", 34),
        Column("単位", "center", 14),
        Column("団体", unit="数", weight=9),
        Column("最小", weight=14),
        Column("四分位１", weight=14),
        Column("中央値", weight=14),
        Column("四分位３", weight=14),
        Column("最大", weight=14),
        Column("最大の団体", "left", 21),
    )
    return TableContent(columns, tuple(_spread_row(row) for row in rows if row["kpi_id"] in params["kpis"]))


def _spread_row(row: dict[str, Any]) -> tuple[str, ...]:
    names = ("lowest", "first_quartile", "median", "third_quartile", "highest")
    values = (amount(row[name], int(row["decimals"]), row["rounding"]) for name in names)
    same = row["lowest"] == row["highest"]
    return (row["name"], text(row["unit"]), amount(row["bodies"]), *values, "－" if same else text(row["highest_name"]))


def points_chart(ctx: Context, params: Params) -> ChartContent:
    """Every body's value of the KPI ``params['kpi']``, the largest first: names only in the prefecture's edition."""
    rows = [row for row in _results(ctx) if row["kpi_id"] == params["kpi"] and not missing(row["value"])]
    if not rows:
        raise Unfilled(f"指標「{params['kpi']}」の団体別の値がありません。")
    ordered = sorted(rows, key=lambda row: (-row["value"], row["entity"]))
    spec = ChartSpec(
        kind="hbar",
        categories=tuple(row["entity_name"] for row in ordered),
        series=(Series(rows[0]["name"], tuple(float(row["value"]) for row in ordered)),),
        unit=rows[0]["unit"],
        decimals=int(rows[0]["decimals"]),
        value_labels=True,
        height_mm=150,
    )
    first, last = ordered[0], ordered[-1]
    return ChartContent(
        spec,
        f"最大は{first['entity_name']}の{figure(first)}、最小は{last['entity_name']}の{figure(last)}である。",
    )


def _results(ctx: Context) -> list[dict[str, Any]]:
    return records(ctx.data.frame("kpi_results", period=str(ctx.period), grain="tenant"))


def briefing_sentences(ctx: Context, params: Params) -> Sentences:
    """How many bodies had their briefing that fell due in the period, and which did not."""
    rows = [row for row in records(ctx.own_frame("obligations")) if row["obligation_id"] == params["duty"]]
    if not rows:
        return (f"{ctx.words.span}に期限が到来する接続団体への報告会はない。",)
    done = [row for row in rows if row["done"]]
    facts = [f"接続団体への報告会は、{len(rows)}団体のうち{len(done)}団体に実施した（{len(done)}／{len(rows)}）。"]
    if absent := [text(row["tenant_name"], "団体不明") for row in rows if not row["done"]]:
        facts.append(f"{'期限までに' if ctx.is_complete else ''}実施していない団体は、{'、'.join(absent)}である。")
    return tuple(facts)


def briefing_table(ctx: Context, params: Params) -> TableContent:
    """Two bodies a row: the day of the briefing of each."""
    rows = [row for row in records(ctx.own_frame("obligations")) if row["obligation_id"] == params["duty"]]
    cells = [(text(row["tenant_name"], "団体不明"), _held(row), row["state_name"]) for row in rows]
    half = (len(cells) + 1) // 2
    empty = ("", "", "")
    pairs = [(*left, *(cells[half + at] if half + at < len(cells) else empty)) for at, left in enumerate(cells[:half])]
    heads = (Column("団体", "left", 27), Column("実施日", "left", 24), Column("状況", "left", 18))
    return TableContent((*heads, *heads), tuple(pairs))


def _held(row: dict[str, Any]) -> str:
    day = row["done_date"]
    return "－" if missing(day) else f"R{day.year - 2018}.{day.month}.{day.day}"


_CARD = ("K01", "K07", "K15", "K15.p95", "K17", "K26", "K27", "K30", "K33", "K34")


def cards(ctx: Context, _: Params) -> tuple[CardContent, ...]:
    """A small table of each body: its results, those of the period before, and the middle of all bodies."""
    results = [row for row in _results(ctx) if row["kpi_id"] in _CARD]
    middles = {row["kpi_id"]: row for row in records(ctx.own_frame("body_spread"))}
    bodies = records(require_rows(ctx.own_frame("tenant_period"), "接続団体"))
    return tuple(CardContent(body["name"], _card(ctx, body, results, middles)) for body in bodies)


def _card(
    ctx: Context, body: dict[str, Any], results: list[dict[str, Any]], middles: dict[str, dict[str, Any]]
) -> TableContent:
    own = {row["kpi_id"]: row for row in results if row["entity"] == body["tenant_code"]}
    columns = (
        Column("指標", "left", 56),
        Column("単位", "center", 20),
        Column(ctx.words.span, weight=22),
        Column(ctx.words.previous, weight=22),
        Column("増減", "left", 26),
        Column("全団体の中央値", weight=24),
    )
    notes = (f"利用者数{amount(body['users'])}人、端末数{amount(body['terminals'])}台（期末）。",)
    rows = tuple(_card_row(own[kpi_id], middles.get(kpi_id, {})) for kpi_id in _CARD if kpi_id in own)
    return TableContent(columns, rows, notes)


def _card_row(row: dict[str, Any], middle: dict[str, Any]) -> tuple[str, ...]:
    decimals, rounding = int(row["decimals"]), row["rounding"]
    none = missing(row["value"]) and row["judgement"] == "対象なし"
    now, before, median = (amount(value, decimals, rounding) for value in
                           (row["value"], row["previous_value"], middle.get("median")))
    return (row["name"], text(row["unit"]), "－" if none else now, before, _moved(row), median)


def _moved(row: dict[str, Any]) -> str:
    """Ratios differ by points, amounts by per cent, counts by pieces."""
    if row["unit"] == "%":
        return change(row["value"], row["previous_value"], "ポイント", int(row["decimals"]))
    if int(row["decimals"]) == 0:
        return change(row["value"], row["previous_value"], row["unit"])
    return change_pct(row["value"], row["previous_value"])
