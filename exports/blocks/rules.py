"""The rules behind 「特記事項」 and 「本県への依頼・判断事項」: a fact and what it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exports.blocks.base import Context, Params, records, total
from exports.blocks.lines import line_rows
from exports.text import amount, as_gb, change, change_pct, comparisons, coverage, missing, target, text

Rule = Callable[[Context, Params], list[str]]


def _kpis(ctx: Context) -> list[dict[str, Any]]:
    return records(ctx.kpis())


def _figure(row: dict[str, Any], column: str = "value") -> str:
    return f"{amount(row[column], int(row['decimals']), row['rounding'])}{text(row['unit'], '')}"


def missed_targets(ctx: Context, _: Params) -> list[str]:
    words = {"未達": "を満たさなかった", "注意": "に対し注意の範囲であった"}
    return [
        f"{row['name']}は{_figure(row)}で、目標（{target(row)}）{words[row['judgement']]}。{_before(ctx, row)}"
        for word in words
        for row in _kpis(ctx)
        if row["judgement"] == word
    ]


def _before(ctx: Context, row: dict[str, Any]) -> str:
    previous = ctx.words.previous
    if not ctx.is_compared:
        return ""
    return (
        f"{previous}はデータなしである。"
        if missing(row["previous_value"])
        else f"{previous}は{_figure(row, 'previous_value')}であった。"
    )


def unplanned_stops(ctx: Context, _: Params) -> list[str]:
    rows = [row for row in records(ctx.days_frame("outages")) if row["kind_name"] == "計画外停止"]
    if not rows:
        return []
    worst = max(rows, key=lambda row: row["minutes"] or 0)
    count = f"計画外停止は{len(rows)}件であった。"
    if missing(worst["minutes"]):
        return [count]
    when = f"{worst['started_at'].month}月{worst['started_at'].day}日"
    cause = "" if missing(worst["cause"]) else f"、原因は{str(worst['cause']).rstrip('。')}"
    return [f"{count}最長は{when}の{text(worst['service_name'])}の{ctx.kpi('K02', worst['minutes'])}分{cause}である。"]


def serious_events(ctx: Context, _: Params) -> list[str]:
    rows = {row["kpi_id"]: row for row in _kpis(ctx)}
    row = rows.get("K34")
    if row is None or missing(row["value"]):
        return ["重大なセキュリティイベントの件数はデータなしである。"] if row is not None else []
    compared = f"{ctx.words.previous}比は{change(row['value'], row['previous_value'], '件')}"
    return [f"重大なセキュリティイベント（危険度2以上）は{amount(row['value'])}件で、{compared}であった。"]


def traffic(ctx: Context, _: Params) -> list[str]:
    rows = records(ctx.compared("tenant_month"))
    now, before, year = (
        total(row[name] for row in rows) for name in ("bytes_total", "previous_bytes_total", "last_year_bytes_total")
    )
    if missing(now):
        return ["接続団体の通信量はデータなしである。"]
    return [
        f"接続団体の通信量の合計は{as_gb(now, 0)}GBで、"
        f"{comparisons(*ctx.compare(change_pct(now, before), change_pct(now, year)))}であった。"
    ]


def tickets(ctx: Context, _: Params) -> list[str]:
    row = next((row for row in _kpis(ctx) if row["kpi_id"] == "K26"), None)
    if row is None or missing(row["value"]):
        return []
    before, year = (change(row["value"], row[name], "件") for name in ("previous_value", "last_year_value"))
    compared = comparisons(*ctx.compare(before, year))
    return [f"問合せ・作業依頼の受付は{amount(row['value'])}件で、{compared}であった。"]


def gaps(ctx: Context, params: Params) -> list[str]:
    low = _thin(ctx, params)
    if not low:
        return []
    listed = "、".join(f"{row['title']}（{_coverage(row)}）" for row in low)
    return [f"取得率が{amount(params['coverage_floor'])}%を下回った元データは{len(low)}件（{listed}）である。"]


def _thin(ctx: Context, params: Params) -> list[dict[str, Any]]:
    rows = records(ctx.period_frame("coverage_month"))
    return [row for row in rows if missing(row["coverage_pct"]) or row["coverage_pct"] < params["coverage_floor"]]


def _coverage(row: dict[str, Any]) -> str:
    return "データなし" if missing(row["coverage_pct"]) else f"{coverage(row['coverage_pct'])}%"


HIGHLIGHTS: tuple[Rule, ...] = (missed_targets, unplanned_stops, serious_events, gaps, traffic, tickets)


def ask_late_answers(ctx: Context, _: Params) -> list[str]:
    rows = records(ctx.days_frame("late_answers"))
    return [f"一次回答の期限を超過した{len(rows)}件について、超過の理由の確認を依頼する。"] if rows else []


def ask_approvals(ctx: Context, _: Params) -> list[str]:
    rows = [row for row in records(ctx.period_frame("change_month")) if not missing(row["approval_needed"])]
    short = sum(row["approval_needed"] - (row["approved_before"] or 0) for row in rows)
    return (
        [f"県の承認前に実施した設定変更{amount(short)}件について、事後承認の可否の判断を依頼する。"]
        if short > 0
        else []
    )


def ask_lines(ctx: Context, params: Params) -> list[str]:
    """Lines that miss their target; without a target, those that filled their guaranteed bandwidth."""
    lines = {row["name"]: row for row in line_rows(ctx) if not missing(row["judged_pct"])}
    return [
        f"{row['name']}の{row['kpi_name']}が{ctx.kpi(row['kpi_id'], row['judged_pct'])}%に達したため、"
        "増強の要否の判断を依頼する。"
        for row in lines.values()
        if row["judgement"] in ("注意", "未達")
        or (row["judgement"] == "目標未設定" and row["judged_pct"] >= params["line_floor"])
    ]


def ask_licences(ctx: Context, params: Params) -> list[str]:
    rows = records(ctx.period_frame("licence_month"))
    return [
        f"{row['name']}の使用率が{ctx.kpi('K21', row['used_pct'])}%"
        f"（上限{amount(row['capacity'])}{text(row['unit'], '')}）であるため、"
        "追加の要否の判断を依頼する。"
        for row in rows
        if not missing(row["used_pct"]) and row["used_pct"] >= params["licence_floor"]
    ]


def ask_devices(ctx: Context, params: Params) -> list[str]:
    rows = [
        row
        for row in records(ctx.period_frame("device_month"))
        if not missing(row["max_design_pct"]) and row["max_design_pct"] >= params["device_floor"]
    ]
    if not rows:
        return []
    listed = "、".join(f"{row['name']}の{row['metric_name']}{amount(row['max_design_pct'], 1)}%" for row in rows)
    return [
        f"最大が設計上限の{amount(params['device_floor'])}%以上となった機器（{listed}）について、増強の要否の判断を依頼する。"
    ]


def ask_ageing(ctx: Context, _: Params) -> list[str]:
    rows = records(ctx.month_frame("ticket_ageing"))
    old = total(row["over_30_days"] for row in rows)
    return [f"受付から30開庁日を超えて未完了の{amount(old)}件について、継続又は取下げの判断を依頼する。"] if old else []


def ask_outside_faults(ctx: Context, _: Params) -> list[str]:
    rows = [row for row in records(ctx.open_faults()) if row["boundary_name"] == "範囲外"]
    return [
        f"責任分界点の範囲外の障害{row['fault_no']}（{text(row['title'])}）について、対応状況の確認を依頼する。"
        for row in rows
    ]


def ask_targets(ctx: Context, _: Params) -> list[str]:
    """By number: their names stand beside the numbers in the table of the same chapter."""
    unset = list(dict.fromkeys(row["kpi_id"] for row in _kpis(ctx) if row["judgement"] == "目標未設定"))
    if not unset:
        return []
    return [
        f"主要指標のうち目標値が未設定の{len(unset)}指標（{'、'.join(unset)}）について、目標値の決定を依頼する。"
    ]


REQUESTS: tuple[Rule, ...] = (
    ask_late_answers,
    ask_approvals,
    ask_lines,
    ask_licences,
    ask_devices,
    ask_ageing,
    ask_outside_faults,
    ask_targets,
)
