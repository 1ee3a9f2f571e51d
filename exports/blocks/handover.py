"""引継ぎ: what data and registers the system holds, for whoever runs the service after the contract."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import Context, Params, TableContent, records, require_rows
from exports.model import Column
from exports.text import amount, missing, month_label, text


def inventory_table(ctx: Context, params: Params) -> TableContent:
    """One row per table of the kinds ``params['kinds']`` (fact, dimension): meaning of a row, rows, months, origin."""
    rows = records(require_rows(ctx.data.frame("catalogue_tables"), "データカタログ"))
    columns = (
        Column("表", "left", 34),
        Column("物理名", "left", 32),
        Column("1行の単位", "left", 36),
        Column("行数", weight=20),
        Column("期間", "left", 26),
        Column("出どころ", "left", 50),
    )
    return TableContent(columns, tuple(_row(row) for row in rows if row["kind"] in params["kinds"]))


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        text(row["title"]),
        text(row["table_name"]),
        text(row["grain"]),
        amount(row["row_count"]),
        _span(row["first_month"], row["last_month"]),
        text(row["source"]),
    )


def _span(first: Any, last: Any) -> str:
    if missing(first) or missing(last):
        return "－"
    return month_label(first) if first == last else f"{month_label(first)}～{month_label(last)}"
