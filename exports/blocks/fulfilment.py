"""充足表: every clause that asks for a report, where this report answers it, and from which data."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from exports.blocks.base import Context, Params, Sentences, TableContent, Unfilled, records
from exports.model import Column

_FULL, _PART, _NONE, _WRITTEN = "○ 充足", "△ 一部の月", "… データなし", "－ 書面による"


class Clause(BaseModel):
    """One item that the specification wants reported.

    ``tables``: the ledgers and samples it rests on; without any, ``written`` says in which document it is reported.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    clause: str
    item: str
    sections: tuple[str, ...]
    tables: tuple[str, ...] = ()
    written: str = ""

    @model_validator(mode="after")
    def _rests_on_something(self) -> Clause:
        if bool(self.tables) == bool(self.written):
            raise ValueError(f"項番{self.clause}には、tables 又は written のどちらか一方を書きます。")
        return self


_CLAUSES = TypeAdapter(tuple[Clause, ...])


def clauses_table(ctx: Context, params: Params) -> TableContent:
    """Clause, item, chapters of this report, source, months of which the sources tell, and whether that is all."""
    columns = (
        Column("項番", "left", 20),
        Column("報告項目", "left", 44),
        Column("本書の章", "left", 27),
        Column("根拠データ", "left", 37),
        Column("報告した月", "left", 17),
        Column("充足", "left", 20),
    )
    told = _told(ctx)
    return TableContent(columns, tuple(_row(ctx, one, told) for one in _clauses(params)))


def clauses_sentences(ctx: Context, params: Params) -> Sentences:
    """How many items are answered for every month, for some, for none, or elsewhere in writing."""
    told, items = _told(ctx), _clauses(params)
    states = [_state(ctx, one, told) for one in items]
    facts = [
        f"仕様書の報告項目{len(items)}件のうち、{ctx.words.span}のすべての月について報告したものは"
        f"{states.count(_FULL)}件、データによらず書面で報告するものは{states.count(_WRITTEN)}件である。"
    ]
    if lacking := [one for one, state in zip(items, states, strict=True) if state in (_PART, _NONE)]:
        listed = "、".join(f"{one.clause}（{one.item}）" for one in lacking)
        facts.append(f"データのない月がある項目は{len(lacking)}件（{listed}）である。")
    return tuple(facts)


def _clauses(params: Params) -> tuple[Clause, ...]:
    try:
        return _CLAUSES.validate_python(params["clauses"])
    except ValidationError as error:
        first = error.errors()[0]
        at = int(first["loc"][0]) + 1 if first["loc"] else 0
        where = ".".join(str(part) for part in first["loc"][1:])
        raise Unfilled(f"clauses の{at}件目の書き方が違います（{where}: {first['msg']}）。") from error


def _told(ctx: Context) -> dict[str, tuple[str, set[str]]]:
    """Title and months of every table that tells of any month of the period."""
    found: dict[str, tuple[str, set[str]]] = {}
    for row in records(ctx.year_frame("told_months")):
        found.setdefault(row["table_name"], (row["title"] or row["table_name"], set()))[1].add(row["jst_month"])
    return found


def _months(ctx: Context, one: Clause, told: dict[str, tuple[str, set[str]]]) -> list[str]:
    """Months of which all the tables tell."""
    return [month for month in ctx.months if all(month in told.get(table, ("", set()))[1] for table in one.tables)]


def _state(ctx: Context, one: Clause, told: dict[str, tuple[str, set[str]]]) -> str:
    if one.written:
        return _WRITTEN
    months = _months(ctx, one, told)
    if not months:
        return _NONE
    return _FULL if len(months) == len(ctx.months) else _PART


def _row(ctx: Context, one: Clause, told: dict[str, tuple[str, set[str]]]) -> tuple[str, ...]:
    titles = [told[table][0] if table in told else table for table in one.tables]
    months = [] if one.written else _months(ctx, one, told)
    return (
        one.clause,
        one.item,
        "、".join(_place(ctx, section) for section in one.sections),
        one.written or "、".join(titles),
        "－" if one.written else _span(months),
        _state(ctx, one, told),
    )


def _place(ctx: Context, section: str) -> str:
    if section not in ctx.headings:
        known = "、".join(ctx.headings)
        raise Unfilled(f"充足表の章「{section}」はこの帳票にありません。使えるもの: {known}。")
    return ctx.headings[section]


def _span(months: list[str]) -> str:
    """「4月～9月」 for months without a gap, else each of them."""
    numbers = [int(month[5:]) for month in months]
    if not numbers:
        return "…"
    unbroken = all(after == before % 12 + 1 for before, after in zip(numbers, numbers[1:], strict=False))
    if unbroken and len(numbers) > 1:
        return f"{numbers[0]}月～{numbers[-1]}月"
    return "、".join(f"{number}月" for number in numbers)

