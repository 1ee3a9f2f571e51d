"""What the KPIs of a half or a year say: in sentences, against their targets, and by fiscal year of the contract."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from exports.blocks.base import Context, Params, Sentences, TableContent, Unfilled, records
from exports.blocks.kpi import all_rows, shown
from exports.model import Column
from exports.text import amount, judgement, missing, target, text
from warehouse.japanese import era_date
from warehouse.period import Period

_JUDGED = ("達成", "注意", "未達")


def figure(row: dict[str, Any], column: str = "value") -> str:
    """「98.9%」: a KPI's figure with its own rounding and unit."""
    return f"{amount(row[column], int(row['decimals']), row['rounding'])}{text(row['unit'], '')}"


def sentences(ctx: Context, params: Params) -> Sentences:
    """Result, comparison and judgement of the KPIs ``params['kpis']``, one sentence or two each."""
    rows = all_rows(ctx)
    return tuple(_sentence(ctx, row) for kpi_id in params["kpis"] for row in rows if row["kpi_id"] == kpi_id)


def _sentence(ctx: Context, row: dict[str, Any]) -> str:
    if missing(row["value"]):
        return f"{row['name']}は{'対象なし' if row['judgement'] == '対象なし' else 'データなし'}である。"
    said = f"{row['name']}は{figure(row)}"
    if ctx.is_compared:
        before = "データなし" if missing(row["previous_value"]) else figure(row, "previous_value")
        said += f"（{ctx.words.previous}は{before}）"
    if row["judgement"] in _JUDGED:
        return f"{said}であり、目標（{target(row)}）に対し「{row['judgement']}」である。"
    return f"{said}であった。"


def achievement_table(ctx: Context, _: Params) -> TableContent:
    """Every KPI with a target: result, judgement, and the months of the period that missed it."""
    columns = (
        Column("番号", "left", 9),
        Column("指標", "left", 50),
        Column("目標", "left", 20),
        Column("実績", weight=17),
        Column("判定", "left", 16),
        Column("届いた月", weight=15),
        Column("届かなかった月（実績）", "left", 43),
    )
    months = _judged_months(ctx)
    rows = [row for row in all_rows(ctx) if not missing(row["target"])]
    return TableContent(columns, tuple(_achievement_row(row, months) for row in rows))


def _judged_months(ctx: Context) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    frame = ctx.data.frame("judgement_history", kind="month", first_date=ctx.period.start, last_date=ctx.period.end)
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in records(frame):
        found.setdefault((row["kpi_id"], row["grain"], row["entity"]), []).append(row)
    return found


def _achievement_row(row: dict[str, Any], months: dict[tuple[str, str, str], list[dict[str, Any]]]) -> tuple[str, ...]:
    every = [one for one in months.get((row["kpi_id"], row["grain"], row["entity"]), []) if one["judgement"] in _JUDGED]
    missed = [one for one in every if one["judgement"] == "未達"]
    listed = "、".join(f"{one['first_date'].month}月（{figure({**row, 'value': one['value']})}）" for one in missed)
    return (
        row["kpi_id"],
        row["name"],
        target(row),
        f"{shown(row)}{text(row['unit'], '') if not missing(row['value']) else ''}",
        judgement(row["judgement"]),
        f"{len(every) - len(missed)}／{len(every)}" if every else "－",
        listed or ("なし" if every else "－"),
    )


def verdict_table(ctx: Context, _: Params) -> TableContent:
    """How many KPIs stand where: of one that is asked of several lines, the worst speaks."""
    order = ("未達", "注意", "達成", "目標未設定", "対象なし", "データなし")
    by_kpi: dict[str, list[str]] = {}
    for row in all_rows(ctx):
        by_kpi.setdefault(row["kpi_id"], []).append(text(row["judgement"], "良し悪しを問わない"))
    worst = {kpi_id: next((word for word in order if word in words), words[0]) for kpi_id, words in by_kpi.items()}
    columns = (Column("判定", "left", 32), Column("指標数", weight=14), Column("指標", "left", 114))
    listed = [*("達成", "注意", "未達", "目標未設定", "対象なし", "データなし"), "良し悪しを問わない"]
    body = [_verdict_row(word, [kpi_id for kpi_id, one in worst.items() if one == word]) for word in listed]
    return TableContent(columns, (*body, ("合計", amount(len(worst)), "－")), total_rows=1)


def _verdict_row(word: str, kpis: list[str]) -> tuple[str, ...]:
    return (judgement(word) if word != "良し悪しを問わない" else word, amount(len(kpis)), "、".join(kpis) or "－")


def years_table(ctx: Context, params: Params) -> TableContent:
    """KPIs ``params['kpis']`` (every one unless stated) by fiscal year of the contract; … where nothing is told.

    ``params['counted']`` names KPIs whose numerator has a row of its own, by its title and unit.
    """
    years = contract_years(ctx)
    told = _years(ctx, years)
    rows = [row for row in told if not params.get("kpis") or row["kpi_id"] in params["kpis"]]
    lines = list(dict.fromkeys((row["kpi_id"], row["grain"], row["entity"]) for row in rows))
    columns = (
        Column("番号", "left", 9),
        Column("指標", "left", 52),
        Column("単位", "center", 19),
        *(Column(f"R{year.fiscal_year - 2018}年度", weight=18) for year in years),
    )
    unfinished = {row["period_id"] for row in rows if not row["is_complete"]}
    notes = tuple(
        f"{year.label_ja}は、年度のうちデータのある月だけの値である。" for year in years if str(year) in unfinished
    )
    counted = (
        _count_row(kpi_id, title, unit, told, years) for kpi_id, (title, unit) in params.get("counted", {}).items()
    )
    return TableContent(columns, (*(_year_row(key, rows, years) for key in lines), *counted), notes)


def contract_years(ctx: Context) -> tuple[Period, ...]:
    """Fiscal years of the contract that holds the last day of the period, up to the year of the period."""
    last = ctx.period.end
    contracts = records(ctx.data.frame("contracts"))
    held = [row for row in contracts if _date(row["valid_from"]) <= last <= _date(row["valid_to"])]
    if not held:
        raise Unfilled(f"{era_date(last)}を含む契約が config/contracts.csv にありません。")
    first = Period.holding("year", f"{_date(held[0]['valid_from']):%Y-%m}")
    this = Period.holding("year", f"{last:%Y-%m}")
    return tuple(first.shift(step) for step in range((this.index - first.index) // 12 + 1))


def _date(value: date) -> date:
    """pandas gives dates as midnights."""
    return value.date() if isinstance(value, datetime) else value


def _years(ctx: Context, years: tuple[Period, ...]) -> list[dict[str, Any]]:
    return records(ctx.data.frame("kpi_years", first_date=years[0].start, last_date=years[-1].end))


def _year_row(key: tuple[str, str, str], rows: list[dict[str, Any]], years: tuple[Period, ...]) -> tuple[str, ...]:
    own = {row["period_id"]: row for row in rows if (row["kpi_id"], row["grain"], row["entity"]) == key}
    last = list(own.values())[-1]
    return (key[0], last["name"], text(last["unit"]), *(_year_cell(own.get(str(year))) for year in years))


def _count_row(
    kpi_id: str, title: str, unit: str, rows: list[dict[str, Any]], years: tuple[Period, ...]
) -> tuple[str, ...]:
    own = {row["period_id"]: row["numerator"] for row in rows if row["kpi_id"] == kpi_id}
    return (kpi_id, title, unit, *(amount(own.get(str(year))) for year in years))


def _year_cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return amount(None)
    return shown(row)


def years_sentences(ctx: Context, _: Params) -> Sentences:
    """From when there are figures: earlier years of the contract are not in the system."""
    years = contract_years(ctx)
    told = {row["period_id"] for row in _years(ctx, years)}
    absent = [year.label_ja for year in years if str(year) not in told]
    if not absent:
        return (f"{years[0].label_ja}から{years[-1].label_ja}までの値を載せる。",)
    return (f"{'、'.join(absent)}は、本システムにデータがないため「…」とする。",)
