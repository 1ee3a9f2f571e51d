"""Rules about columns: every one of the mart has a name and a type, and every name has one meaning."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from scripts.portable_sql.finding import Finding, Source


def branches(query: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs whose rows are the query's rows: one, or those of a UNION in order."""
    if isinstance(query, exp.SetOperation):
        yield from branches(query.this)
        yield from branches(query.expression)
    elif isinstance(query, exp.Subquery):
        yield from branches(query.this)
    elif isinstance(query, exp.Select):
        yield query


def output_names(query: exp.Expr) -> list[str]:
    """Columns of the mart; empty for one without a name."""
    return [column.alias_or_name for column in next(branches(query)).expressions]


def named_output(source: Source) -> Iterator[Finding]:
    """A mart's columns do not change because an input's do; its column types do not come from a bare NULL."""
    for select in branches(source.tree):
        for column in select.expressions:
            if column.is_star:
                yield source.refuse(column, "star", "the mart would change with its inputs", "the columns' names")
    for column in next(branches(source.tree)).expressions:
        if not column.is_star and not column.alias_or_name:
            yield source.refuse(column, "unnamed", "each engine invents another name", "… AS name")
    columns = zip(*(select.expressions for select in branches(source.tree)), strict=False)
    for column in columns:
        if all(isinstance(part.unalias(), exp.Null) for part in column):
            yield source.refuse(column[0], "untyped NULL", "it is an INTEGER in DuckDB and has no type in Spark",
                                "CAST(NULL AS …)")


def qualified(source: Source) -> Iterator[Finding]:
    """Where rows of several inputs meet, a column says whose it is."""
    for select in source.tree.find_all(exp.Select):
        if len(sources(select)) < 2:
            continue
        shared = {name.name for join in select.args.get("joins") or [] for name in join.args.get("using") or []}
        known = shared | {column.alias for column in select.expressions if isinstance(column, exp.Alias)}
        for column in select.find_all(exp.Column):
            if not column.table and column.name not in known and column.parent_select is select:
                yield source.refuse(column, "unqualified", "a column of that name in another input would change it",
                                    f"the input's alias before it: x.{column.name}")


def sources(select: exp.Select) -> list[exp.Expr]:
    """What stands in FROM and JOIN."""
    first = select.args.get("from_")
    return [*([first.this] if first else []), *(join.this for join in select.args.get("joins") or [])]


RULES = (named_output, qualified)
