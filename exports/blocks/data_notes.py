"""Chapter 2 (what the report rests on) and annex 3 (state of the data)."""

from __future__ import annotations

from datetime import date
from typing import Any

from exports.blocks.base import Context, Params, Sentences, TableContent, records, require_rows, total
from exports.model import Column
from exports.text import NO_DATA, amount, as_of_ja, coverage, missing
from exports.tone import polite
from warehouse.japanese import era_date, era_datetime


def premises_table(ctx: Context, params: Params) -> TableContent:
    """Item and value: period, open days, as-of time, snapshot, bodies; units of traffic unless ``traffic`` is false."""
    snapshot = ctx.data.snapshot
    calendar = [row for row in records(ctx.year_frame("calendar_months")) if row["jst_month"] in ctx.period.months]
    if len(calendar) < ctx.period.length:
        days = NO_DATA
    else:
        open_days, all_days = (total(row[name] for row in calendar) for name in ("open_days", "days"))
        days = f"{amount(open_days)}日（暦日{amount(all_days)}日）"
    as_of = f"{as_of_ja(snapshot.data_as_of)}（最終の計測時刻）" if snapshot.data_as_of else NO_DATA
    rows = (
        ("対象期間", f"{era_date(ctx.period.start)}から{era_date(ctx.period.end)}まで"),
        *_unfinished(ctx),
        ("開庁日数", days),
        _bodies(ctx),
        ("データ基準日時", as_of),
        ("スナップショット番号", f"{snapshot.number}（公開日時　{era_datetime(snapshot.published_at)}）"),
        ("文書の作成日時", era_datetime(ctx.created_at)),
        ("時刻", "日本標準時による。"),
        *(_TRAFFIC if params.get("traffic", True) else ()),
        ("端数処理", polite(_rounding(ctx)) if ctx.tenant else _rounding(ctx)),
    )
    return TableContent((Column("項目", "left", 1.4), Column("内容", "left", 5)), rows)


_TRAFFIC = (
    ("通信の単位", "1GBは10億バイト、1Mbpsは毎秒100万ビットとする。"),
    ("通信の方向", "受信は接続団体に向かう通信、送信は接続団体から出る通信とする。"),
)


def _unfinished(ctx: Context) -> tuple[tuple[str, str], ...]:
    """A line of its own when the figures do not reach the end of the period."""
    return () if ctx.is_compared else (("集計した期間", unfinished_note(ctx)),)


def unfinished_note(ctx: Context) -> str:
    """What the reader must know of a period that still runs or is the first one told; empty for the others."""
    if ctx.is_compared:
        return ""
    if ctx.is_complete:
        return f"{ctx.words.previous}のデータがないため、{ctx.words.previous}とは比べない。"
    return (
        f"{ctx.period.length}か月のうち、データのある{ctx.made_of}か月（{era_date(ctx.through)}まで）の値による。"
        f"データのない月は「…」とし、{ctx.words.previous}とは比べない。"
    )


def _rounding(ctx: Context) -> str:
    """The rule and its exceptions; which ratios are cut, and where, is what the KPI catalogue says."""
    cut: dict[int, list[str]] = {}
    for row in ctx.kpi_catalogue():
        if row["headline"] and row["rounding"] == "truncate":
            cut.setdefault(int(row["decimals"]), []).append(row["name"])
    cut.setdefault(1, []).extend(("遮断率", "取得率"))
    parts = "、".join(
        f"{_joined(names)}は小数第{decimals}位まで" for decimals, names in sorted(cut.items(), reverse=True)
    )
    return (
        f"比率は小数第1位まで（四捨五入）とする。ただし、{parts}とし、表示桁未満を切り捨てる。"
        "端数処理のため合計が一致しない場合がある。"
    )


def _joined(names: list[str]) -> str:
    return f"{'、'.join(names[:-1])}及び{names[-1]}" if len(names) > 1 else names[0]


def _bodies(ctx: Context) -> tuple[str, str]:
    rows = records(require_rows(ctx.days_frame("tenants"), "接続団体"))
    if ctx.tenant:
        return "対象の団体", str(rows[0]["name"])
    kinds = list(dict.fromkeys(row["kind_name"] for row in rows))
    parts = "、".join(f"{kind}{sum(row['kind_name'] == kind for row in rows)}" for kind in kinds)
    return "接続団体数", f"{len(rows)}団体（{parts}）"


def quality_sentences(ctx: Context, params: Params) -> Sentences:
    """Missing samples, corrections and rejects in words; the tables are in annex 3."""
    feeds = records(ctx.period_frame("coverage_month"))
    gaps = [row for row in feeds if missing(row["coverage_pct"]) or row["coverage_pct"] < 100]
    facts = ["欠測はない。" if not gaps else f"欠測のある元データは{'、'.join(_gap(row) for row in gaps)}である。"]
    floor = amount(params["coverage_floor"])
    if low := [
        row["title"] for row in gaps if missing(row["coverage_pct"]) or row["coverage_pct"] < params["coverage_floor"]
    ]:
        facts.append(f"取得率が{floor}%に満たない{'、'.join(low)}の値は参考値である。")
    notes = records(ctx.days_frame("load_notes"))
    facts.append(
        f"遅延、訂正又は不受理のあったファイルは{len(notes)}件である。"
        if notes
        else "遅延、訂正又は不受理のあったファイルはない。"
    )
    rejected = sum(row["n"] or 0 for row in records(ctx.days_frame("rejects_summary")))
    facts.append(f"検査により除外した行は{amount(rejected)}行である。" if rejected else "検査により除外した行はない。")
    return tuple(facts)


def _gap(row: dict[str, Any]) -> str:
    if missing(row["coverage_pct"]):
        return f"{row['title']}（データなし）"
    return f"{row['title']}（取得率{coverage(row['coverage_pct'])}%）"


def coverage_table(ctx: Context, _: Params) -> TableContent:
    rows = records(require_rows(ctx.period_frame("coverage_month"), "取得率"))
    columns = (
        Column("元データ", "left", 54),
        Column("対象数", weight=16),
        Column("期待点数", unit="点", weight=23),
        Column("取得点数", unit="点", weight=23),
        Column("取得率", unit="%", weight=16),
        Column("欠測のある日数", unit="日", weight=28),
    )
    return TableContent(
        columns,
        tuple(
            (
                row["title"],
                amount(row["entities"]),
                amount(row["expected"]),
                amount(row["received"]),
                coverage(row["coverage_pct"]),
                amount(row["days_with_gaps"]),
            )
            for row in rows
        ),
    )


def loads_table(ctx: Context, _: Params) -> TableContent:
    rows = records(require_rows(ctx.days_frame("loads_month"), "取込み実績"))
    columns = (
        Column("元データ", "left", 76),
        Column("ファイル", unit="件", weight=14),
        Column("受理", unit="行", weight=18),
        Column("除外", unit="行", weight=14),
        Column("不受理", unit="件", weight=12),
        Column("最終取込", "left", 26),
    )
    return TableContent(
        columns,
        tuple(
            (
                row["title"],
                amount(row["files"]),
                amount(row["accepted"]),
                amount(row["rejected"]),
                amount(row["refused_files"]),
                moment_with_year(row["last_loaded_at"]),
            )
            for row in rows
        ),
    )


def moment_with_year(value: Any) -> str:
    """R8.11.2 9:05; 取込みなし when nothing was loaded."""
    if missing(value):
        return "取込みなし"
    if value.date() < date(2019, 5, 1):
        return f"{value.year}.{value.month}.{value.day}"
    return f"R{value.year - 2018}.{value.month}.{value.day} {value.hour}:{value.minute:02d}"


def notes_table(ctx: Context, _: Params) -> TableContent:
    rows = records(ctx.days_frame("load_notes"))
    columns = (
        Column("元データ", "left", 1.8),
        Column("ファイル", "left", 3),
        Column("取込日時", "left", 1.5),
        Column("内容", "left", 3.4),
    )
    body = tuple((row["title"], row["file_name"], moment_with_year(row["loaded_at"]), row["note"]) for row in rows)
    return TableContent(columns, body)


def rejects_table(ctx: Context, _: Params) -> TableContent:
    rows = records(ctx.days_frame("rejects_summary"))
    columns = (Column("元データ", "left", 66), Column("理由", "left", 82), Column("行数", unit="行", weight=12))
    return TableContent(columns, tuple((row["title"], row["reason"], amount(row["n"])) for row in rows))
