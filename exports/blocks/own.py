"""The yearly briefing of one connected body: its year in figures, its place among the bodies, requests and plans.

Written for the body's own staff (敬体).  Everything is read under the body's scope; of other bodies there are only
quartiles and places that hold no name.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from exports.blocks.base import Context, Params, Sentences, TableContent, Unfilled
from exports.model import Column
from exports.text import NO_DATA, amount, judgement, missing, target, text
from warehouse.japanese import era_date

_HIDDEN = "x"
_FEW = "「x」は、比べる団体が少なく値を推測できるため、示さないことを表します。"


def state(ctx: Context) -> dict[str, Any]:
    """How far the data of the year reaches."""
    rows = ctx.data.rows("period_state", period=str(ctx.period))
    if not rows:
        raise Unfilled("対象期間の実績が1件もありません。")
    return rows[0]


def through(ctx: Context) -> date:
    """The last day that the figures hold."""
    return as_day(state(ctx)["through_date"])


def as_day(found: date | datetime) -> date:
    """A day; frames give days as midnights."""
    return found.date() if isinstance(found, datetime) else found


def profile(ctx: Context) -> dict[str, Any]:
    """The body: name, users, terminals, traffic limit, when it joined; :class:`Unfilled` when it is not exactly one."""
    rows = ctx.data.rows("tenant_profile", first_date=ctx.period.start, last_date=ctx.period.end)
    if len(rows) != 1:
        raise Unfilled(f"対象の接続団体が{len(rows)}団体です。1団体に限って作成してください。")
    return rows[0]


def months(ctx: Context) -> tuple[str, ...]:
    """Months of the year that the body was connected in and that data could exist for."""
    joined, last = profile(ctx)["joined_on"], through(ctx)
    return tuple(month for month in ctx.period.months if f"{joined:%Y-%m}" <= month <= f"{last:%Y-%m}")


def own_months(ctx: Context, query: str, **params: Any) -> list[dict[str, Any]]:
    """Rows of a query from the first to the last of :func:`months`."""
    asked = months(ctx)
    return ctx.data.rows(query, from_month=asked[0], to_month=asked[-1], **params) if asked else []


def kpis(ctx: Context) -> dict[str, dict[str, Any]]:
    """The body's measures of the year by KPI number."""
    rows = ctx.data.rows("kpi_results", period=str(ctx.period), grain="tenant")
    if not rows:
        raise Unfilled("団体の指標が1件もありません。")
    return {row["kpi_id"]: row for row in rows}


def value(ctx: Context, kpi_id: str) -> Any:
    """A measure's value, unrounded; None when it is unknown or nothing was to be measured."""
    return kpis(ctx).get(kpi_id, {}).get("value")


def shown(row: dict[str, Any] | None, column: str = "value") -> str:
    """A measure as its rule rounds it; － where nothing was to be measured, … where it is unknown."""
    if row is None or missing(row[column]):
        idle = row is not None and column == "value" and row["judgement"] == "対象なし"
        return "－" if idle else "…"
    return amount(row[column], int(row["decimals"]), row["rounding"])


def told(ctx: Context, kpi_id: str) -> str:
    """A measure with its unit inside a sentence: 97.2%, 20.0分, データなし."""
    row = kpis(ctx).get(kpi_id)
    figure = shown(row)
    return f"{figure}{row['unit']}" if row is not None and figure not in "－…" else NO_DATA


def _positions(ctx: Context) -> dict[tuple[str, str], dict[str, Any]]:
    """Places by KPI number and whether among all bodies (all) or among those of the same size (band)."""
    rows = ctx.data.rows("peer_positions", period=str(ctx.period), tenant=profile(ctx)["tenant_code"])
    return {(row["kpi_id"], "all" if row["peer_group"] == "all" else "band"): row for row in rows}


def position(ctx: Context, kpi_id: str, group: str = "all") -> dict[str, Any]:
    """The body's place for a measure; empty when there is none."""
    return _positions(ctx).get((kpi_id, group), {})


def _median(found: dict[str, Any], column: str = "median") -> str:
    if not found:
        return "…"
    if found["is_suppressed"]:
        return _HIDDEN
    return amount(found[column], int(found["decimals"]), found["rounding"])


def year_sentences(ctx: Context, _: Params) -> Sentences:
    """The year in one sentence, then how far its figures reach."""
    stops, minutes = told(ctx, "K02.count"), told(ctx, "K02")
    span = "この1年" if state(ctx)["is_complete"] else f"{era_date(through(ctx))}まで"
    facts = [
        f"{span}の計画外停止は{stops}（{minutes}）、一次回答の期限内率は{told(ctx, 'K27')}、"
        f"重大なセキュリティの事案は{told(ctx, 'K34')}でした。"
    ]
    if not state(ctx)["is_complete"]:
        facts.append(f"年度の途中のため、{era_date(through(ctx))}までの実績です。前年度とは比べていません。")
    if (joined := as_day(profile(ctx)["joined_on"])) > ctx.period.start:
        facts.append(f"貴団体は{era_date(joined)}に接続を開始したため、同日以後の実績です。")
    return tuple(facts)


def summary_table(ctx: Context, params: Params) -> TableContent:
    """One row per item of ``params['items']`` (KPI number and plain name), with median, target and judgement."""
    columns = (
        Column("指標", "left", 50), Column("単位", "center", 13), Column("今年度", weight=18),
        Column("前年度", weight=18),
        Column("県内の中央値", weight=19), Column("目標", "left", 18), Column("判定", "left", 24),
    )  # fmt: skip
    found = kpis(ctx)
    return TableContent(columns, tuple(_summary_row(ctx, item, found.get(item["kpi"])) for item in params["items"]))


def _summary_row(ctx: Context, item: Params, row: dict[str, Any] | None) -> tuple[str, ...]:
    if row is None:
        raise Unfilled(f"指標「{item['kpi']}」が団体の指標にありません。")
    before = shown(row, "previous_value") if row["is_complete"] else "－"
    aim = {**row, "target_text": "以上" if row["operator"] == ">=" else "以下"}
    judged = text(row["judgement"]) if row["direction"] != "none" else "－"
    return (
        item["name"], text(row["unit"]), shown(row), before, _median(position(ctx, item["kpi"])),
        target(aim, "未設定"), judgement(judged),
    )  # fmt: skip


def positions_table(ctx: Context, params: Params) -> TableContent:
    """One row per item: the body beside median and middle half of all bodies, its place, the median of its size."""
    columns = (
        Column("指標", "left", 46), Column("単位", "center", 15), Column("貴団体", weight=20),
        Column("中央値", group="県内の全団体", weight=18), Column("中央の半数の範囲", group="県内の全団体", weight=34),
        Column("順位（大きい順）", group="県内の全団体", weight=24), Column("同じ規模の団体の中央値", weight=24),
    )  # fmt: skip
    rows = tuple(_position_row(ctx, item) for item in params["items"])
    return TableContent(columns, rows, (_FEW,) if any(_HIDDEN in row for row in rows) else ())


def _position_row(ctx: Context, item: Params) -> tuple[str, ...]:
    every, band = position(ctx, item["kpi"]), position(ctx, item["kpi"], "band")
    own = kpis(ctx).get(item["kpi"])
    unit = text(own["unit"]) if own else "－"
    if not every:
        return (item["name"], unit, shown(own), "…", "…", "…", "…")
    if every["is_suppressed"]:
        return (item["name"], unit, shown(own), _HIDDEN, _HIDDEN, _HIDDEN, _median(band))
    half = f"{_median(every, 'first_quartile')}～{_median(every, 'third_quartile')}"
    place = f"{amount(every['place'])}位／{amount(every['bodies'])}団体"
    return (item["name"], unit, shown(own), _median(every), half, place, _median(band))


def position_sentences(ctx: Context, _: Params) -> Sentences:
    """The body's share of the whole and where it stands per user."""
    share, head = kpis(ctx).get("K15.share"), position(ctx, "K17")
    facts = []
    if share is not None and not missing(share["value"]):
        whole = amount(share["denominator"] / 1e12, 1)
        facts.append(f"貴団体の通信量は、県内全団体の合計{whole}TBの{shown(share)}%に当たります。")
    if head and not head["is_suppressed"]:
        own = amount(head["value"], int(head["decimals"]), head["rounding"])
        facts.append(
            f"利用者1人1開庁日当たりの通信量は{own}MBで、県内{amount(head['bodies'])}団体の中央値は{_median(head)}MBです。"
        )
    return tuple(facts) or ("県全体との比較はデータなしです。",)


_REQUESTS = (
    ("K34", "重大なセキュリティの事案{}について、お知らせした対処が済んでいるか、ご確認をお願いします。"),
    ("K29", "受付から10開庁日を超えて完了していない案件{}について、内容のご確認をお願いします。"),
)


def requests(ctx: Context, params: Params) -> Sentences:
    """What the body is asked to do, each from a rule with a number; none when no rule applies."""
    found = [words.format(told(ctx, kpi_id)) for kpi_id, words in _REQUESTS if (value(ctx, kpi_id) or 0) > 0]
    if identified := endpoints(ctx, params["endpoints"]):
        first = identified[0]
        found.append(
            f"検知にかかわる端末{amount(first['endpoints'])}台（検知{amount(first['identified'])}件）について、"
            "更新状況のご確認をお願いします。"
        )
    reached = value(ctx, "K16")
    if not missing(reached) and reached >= params["cap_floor"]:
        found.append(
            f"混雑時の速度が上限値の{told(ctx, 'K16')}に達しました。利用を増やす前に、総合窓口にご相談ください。"
        )
    return tuple(found)


def endpoints(ctx: Context, limit: int) -> list[dict[str, Any]]:
    """The endpoints most often identified in detections of the year."""
    return ctx.data.rows("identified_endpoints", first_date=ctx.period.start, last_date=ctx.period.end, limit=limit)
