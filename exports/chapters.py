"""Which sections of a template a period's report has, and their numbers: chapters first, annexes after them."""

from __future__ import annotations

from datetime import date, datetime

from exports.blocks.base import Context, records
from exports.editions import parts_of
from exports.model import HeadingStyle
from exports.numbering import annex_number, heading_number
from exports.template import Edition, SectionSpec


def printed_sections(specs: tuple[SectionSpec, ...], ctx: Context, edition: Edition) -> tuple[SectionSpec, ...]:
    """The sections of an edition whose condition (``only``) is true of the period, at every level."""
    return tuple(
        one.model_copy(update={"sections": printed_sections(one.sections, ctx, edition)})
        for one in parts_of(specs, edition)
        if one.only is None or _CONDITIONS[one.only](ctx)
    )


def numbered(
    specs: tuple[SectionSpec, ...], style: HeadingStyle, level: int = 1, above: str = ""
) -> list[tuple[SectionSpec, str]]:
    """Sections of one level with the numbers of their headings: 「３」, 「（１）」, 「別紙２」, or 「3.1」."""
    chapters = [one for one in specs if not one.annex]
    annexes = [one for one in specs if one.annex]
    return [
        *((one, heading_number(level, at, style, above)) for at, one in enumerate(chapters, 1)),
        *((one, annex_number(at)) for at, one in enumerate(annexes, 1)),
    ]


def headings_of(
    specs: tuple[SectionSpec, ...], style: HeadingStyle = "prefecture", level: int = 1, above: str = ""
) -> dict[str, str]:
    """Where every section stands, by its id: 「４」, 「４（２）」, 「別紙１」; 「4.2」 in the decimal style."""
    found: dict[str, str] = {}
    for one, number in numbered(specs, style, level, above):
        found[one.id] = number if style == "decimal" else f"{above}{number}"
        found |= headings_of(one.sections, style, level + 1, found[one.id])
    return found


def _last_contract_year(ctx: Context) -> bool:
    """Whether a contract ends within the period (config/contracts.csv)."""
    with ctx.data.filling(""):
        rows = records(ctx.data.frame("contracts"))
    return any(ctx.period.start <= _day(row["valid_to"]) <= ctx.period.end for row in rows)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


_CONDITIONS = {"last_contract_year": _last_contract_year}
