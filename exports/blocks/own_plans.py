"""The yearly briefing of one body: what comes next, what the template states itself, what the figures rest on."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import Context, Params, TableContent
from exports.blocks.own import as_day, kpis, through
from exports.model import Column
from exports.text import as_of_ja, coverage, missing, text
from warehouse.japanese import era_date, era_datetime


def plans_table(ctx: Context, _: Params) -> TableContent:
    """One row per duty towards the body: what was due and done in the year, and what falls due in the next."""
    following = ctx.period.shift(1)
    now, then = (
        {row["obligation_id"]: row for row in ctx.data.rows("obligations", period=str(period))}
        for period in (ctx.period, following)
    )
    columns = (
        Column("項目", "left", 40), Column(f"{ctx.period.label_ja}の実施", "left", 34),
        Column(f"{following.label_ja}の予定", "left", 34),
    )  # fmt: skip
    rows = tuple((found["name"], _done(found), _due(then.get(found["obligation_id"]))) for found in now.values())
    return TableContent(columns, rows)


def _done(row: dict[str, Any]) -> str:
    if missing(row["done_date"]):
        return f"{text(row['state_name'])}（期限 {era_date(as_day(row['due_date']))}）"
    return f"{era_date(as_day(row['done_date']))}に実施"


def _due(row: dict[str, Any] | None) -> str:
    if row is None:
        return "日程は決まり次第お知らせします。"
    return _done(row) if not missing(row["done_date"]) else f"{era_date(as_day(row['due_date']))}までに実施"


def fixed_table(_: Context, params: Params) -> TableContent:
    """Rows that the template states itself: ``columns`` as [heading, weight], ``rows`` as lists of texts."""
    columns = tuple(Column(str(head), "left", float(weight)) for head, weight in params["columns"])
    return TableContent(columns, tuple(tuple(str(cell) for cell in row) for row in params["rows"]))


def data_table(ctx: Context, _: Params) -> TableContent:
    """What the figures rest on: days, coverage of the traffic samples, time of the data, and the workbook."""
    snapshot, traffic = ctx.data.snapshot, kpis(ctx).get("K15", {})
    covered = coverage(traffic.get("coverage_pct"))
    rows = (
        ("実績の期間", f"{era_date(ctx.period.start)}から{era_date(through(ctx))}まで"),
        ("データの基準日時", as_of_ja(snapshot.data_as_of)),
        ("データ版", f"第{snapshot.number}版（公開日時　{era_datetime(snapshot.published_at)}）"),
        ("通信量の取得率", f"{covered}%（測定できなかった時間は0とせず、集計から除いています。）"),
        ("元データ", "同じ資料一式のExcelファイルに、図表ごとの元データと項目の説明を収めています。"),
        ("端数の扱い", "端数処理のため、合計が一致しない場合があります。判定は端数処理の前の値で行います。"),
    )
    return TableContent((Column("項目", "left", 1.3), Column("内容", "left", 5)), rows)
