"""Rules about order: where NULLs go, and whether rows of equal rank could change places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp, parse_one
from sqlglot.dialects.duckdb import DuckDB

from scripts.portable_sql.columns import sources
from scripts.portable_sql.finding import Finding, Source

Keys = Mapping[str, tuple[str, ...]]
"""Table -> columns that identify a row."""

_BY_PLACE = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)


class _NullsAsInSpark(DuckDB):
    """DuckDB's grammar, with Spark's place for NULLs where none is told."""

    NULL_ORDERING = "nulls_are_small"


def null_places(source: Source) -> Iterator[Finding]:
    """An order without NULLS LAST (or FIRST) that the two engines read differently."""
    other = parse_one(source.text, read=_NullsAsInSpark)
    pairs = zip(source.tree.find_all(exp.Ordered), other.find_all(exp.Ordered), strict=True)
    for ours, theirs in pairs:
        if ours.find_ancestor(exp.WithinGroup) or _never_null(ours.this):
            continue  # percentiles leave NULLs out
        if bool(ours.args.get("nulls_first")) != bool(theirs.args.get("nulls_first")):
            yield source.refuse(ours, "nulls", "NULLs come last in DuckDB and first in Spark",
                                f"{ours.name} NULLS LAST")


def _never_null(node: exp.Expr) -> bool:
    if isinstance(node, exp.Case):
        values = [branch.args["true"] for branch in node.args["ifs"]]
        return all(map(_never_null, values)) and isinstance(node.args.get("default"), exp.Literal)
    return isinstance(node, exp.Literal | exp.Count | exp.Is)


def ties(source: Source, keys: Keys) -> Iterator[Finding]:
    """Windows and max_by in which two rows can stand at the same place, where the rows' key can be told."""
    for node in source.tree.find_all(exp.Window, exp.ArgMax, exp.ArgMin):
        select = node.parent_select
        if not isinstance(select, exp.Select):
            continue
        if isinstance(node, exp.Window):
            key, told = row_key(select, source.tree, keys), _placing(node)
        else:
            key, told = input_key(select, source.tree, keys), _grouping(node, select)
        lacking = key - told - _fixed(select) if key and told is not None else frozenset()
        if lacking:
            names = ", ".join(sorted(lacking))
            yield source.refuse(node, "tie", f"rows that differ only in {names} have no order",
                                f"{names} as the last columns of the order, or of the group")


def _placing(window: exp.Window) -> frozenset[str] | None:
    """Columns that give a row its place in a window; None when the window asks for no place."""
    function = window.this.this if isinstance(window.this, exp.Filter) else window.this
    spec, order = window.args.get("spec"), window.args.get("order")
    by_rows = spec is not None and str(spec.args.get("kind")).upper() == "ROWS" and isinstance(function, exp.AggFunc)
    if not (by_rows or isinstance(function, _BY_PLACE)):
        return None
    return _columns([*window.args.get("partition_by", []), *(order.expressions if order else [])])


def _grouping(node: exp.Expr, select: exp.Select) -> frozenset[str] | None:
    """Columns that tell apart the rows among which max_by chooses; None when it compares more than a column."""
    group = select.args.get("group")
    compared = node.args["expression"]
    return _columns([compared, *(group.expressions if group else [])]) if isinstance(compared, exp.Column) else None


def _columns(nodes: list[exp.Expr]) -> frozenset[str]:
    plain = (node.this if isinstance(node, exp.Ordered) else node for node in nodes)
    return frozenset(node.name for node in plain if isinstance(node, exp.Column))


def _fixed(select: exp.Select) -> frozenset[str]:
    """Columns that WHERE holds at one value."""
    where = select.args.get("where")
    parts = where.this.flatten() if where and isinstance(where.this, exp.And) else [where.this] if where else []
    equal = (part for part in parts if isinstance(part, exp.EQ) and isinstance(part.expression, exp.Literal))
    return _columns([part.this for part in equal])


def row_key(select: exp.Select, tree: exp.Expr, keys: Keys) -> frozenset[str] | None:
    """Columns that identify a row before the SELECT's windows: those of its groups, else its input's key."""
    group = select.args.get("group")
    if group is None:
        return input_key(select, tree, keys)
    columns = _columns(group.expressions)
    return columns if len(columns) == len(group.expressions) and set(group.args) <= {"expressions"} else None


def input_key(select: exp.Select, tree: exp.Expr, keys: Keys) -> frozenset[str] | None:
    """The key of the one table that a SELECT reads; None where several meet or it cannot be told."""
    tables = sources(select)
    if len(tables) != 1 or not isinstance(tables[0], exp.Table):
        return None
    name = tables[0].name
    cte = next((cte for cte in tree.find_all(exp.CTE) if cte.alias == name), None)
    if cte is not None:
        return _cte_key(cte.this, tree, keys)
    return frozenset(keys[name]) if name in keys else None


def _cte_key(query: exp.Expr, tree: exp.Expr, keys: Keys) -> frozenset[str] | None:
    if not isinstance(query, exp.Select):
        return None
    key = row_key(query, tree, keys)
    kept = {column.name for column in query.expressions if isinstance(column, exp.Column)}
    whole = any(isinstance(column, exp.Star) for column in query.expressions)
    return key if key is not None and (whole or key <= kept) else None
