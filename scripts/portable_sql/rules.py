"""Rules about single expressions; each yields what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import TokenType, exp

from scripts.portable_sql import subset
from scripts.portable_sql.columns import branches
from scripts.portable_sql.finding import Finding, Source

Rule = Callable[[Source], Iterator[Finding]]
_ROUNDED = (exp.Floor, exp.Ceil, exp.Round)
_TRANSPARENT = (exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Coalesce, exp.Least, exp.Greatest, exp.Min, exp.Max,
                exp.Sum, exp.WithinGroup, exp.Window, exp.Filter, exp.Nullif, exp.Case)


def functions(source: Source) -> Iterator[Finding]:
    """Only functions of the list, by the name that both engines know."""
    declared = {alias.name for alias in source.tree.find_all(exp.TableAlias) if alias.columns}
    for token, following in zip(source.tokens, source.tokens[1:], strict=False):
        name = token.text.lower()
        if following.token_type != TokenType.L_PAREN or not token.text[:1].isalpha() or name in declared:
            continue
        if token.token_type != TokenType.STRING and name not in subset.FUNCTIONS | subset.CALL_LIKE:
            why, instead = subset.function_hint(name)
            yield source.refuse(token, "function", why, instead)


def syntax(source: Source) -> Iterator[Finding]:
    """Only kinds of nodes, and clauses on them, that both engines know."""
    calls = any(True for _ in functions(source))  # what is told already need not be told by its node as well
    for node in source.tree.walk():
        if not isinstance(node, subset.NODES):
            if not (calls and isinstance(node, exp.Func) and not isinstance(node, exp.Binary)):
                yield source.refuse(node, "syntax", *subset.node_hint(node))
            continue
        allowed = subset.CLAUSES.get(type(node))
        for name, value in node.args.items() if allowed is not None else ():
            if value and name not in (allowed or ()):
                yield source.refuse(value if isinstance(value, exp.Expr) else node, "syntax",
                                    f"the clause {name.strip('_')} of {node.key} is known to one engine only",
                                    subset.NODE_HINTS.get(type(value).__name__, ("", "plain SELECT, JOIN, WHERE"))[1])


def names_and_texts(source: Source) -> Iterator[Finding]:
    """Spark takes a name in double quotes for a text, and a backslash in a text for the beginning of an escape."""
    for node in source.tree.find_all(exp.Identifier, exp.Literal):
        if isinstance(node, exp.Identifier) and node.quoted:
            yield source.refuse(node, "quoted name", "Spark takes it for a text", "a name without quotes")
        elif isinstance(node, exp.Literal) and node.is_string and "\\" in node.name:
            yield source.refuse(node, "backslash", "Spark takes it for an escape", "a text without backslash")


def inputs_without_schema(source: Source) -> Iterator[Finding]:
    for table in source.tree.find_all(exp.Table):
        if table.db:
            yield source.refuse(table, "schema", "where an input lies is the builder's affair", f"{table.name} alone")


def types(source: Source) -> Iterator[Finding]:
    """Types that both engines know by the same name and with the same size."""
    for cast in source.tree.find_all(exp.Cast):
        if cast.to.this not in subset.TYPES:
            yield source.refuse(cast, "type", f"{cast.to.sql('duckdb')} has another size or no name in Spark",
                                "BIGINT, DECIMAL(p,s), DOUBLE, STRING, DATE, TIMESTAMP or BOOLEAN")
    for before, token, after in zip(source.tokens, source.tokens[1:], source.tokens[2:], strict=False):
        name = token.text.upper()
        cast_to = before.token_type in (TokenType.ALIAS, TokenType.DCOLON)
        if cast_to and name in ("VARCHAR", "TEXT") and (
                before.token_type == TokenType.DCOLON or after.token_type in (TokenType.R_PAREN, TokenType.L_PAREN)):
            yield source.refuse(token, "type", "Spark wants a length for it", "STRING")
        if cast_to and name in ("DECIMAL", "NUMERIC") and after.token_type != TokenType.L_PAREN:
            yield source.refuse(token, "type", "without digits it is (18,3) in DuckDB and (10,0) in Spark",
                                "DECIMAL(p,s)")


def divisions(source: Source) -> Iterator[Finding]:
    """x / 0 is infinite, NULL or an error, depending on engine and type."""
    for node in source.tree.find_all(exp.Div, exp.Mod):
        if not _safe_divisor(node.expression):
            yield source.refuse(node, "division", "a divisor of 0 is an error in one engine and not in the other",
                                "a / nullif(b, 0), or a number other than 0 below the line")


def _safe_divisor(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren | exp.Cast):
        return _safe_divisor(node.this)
    if isinstance(node, exp.Literal):
        return not node.is_string and float(node.name) != 0
    return isinstance(node, exp.Nullif)


def quotients(source: Source) -> Iterator[Finding]:
    """The quotient of two decimals is a DOUBLE in DuckDB and a DECIMAL of few digits in Spark."""
    shown = _shown(source)
    for node in source.tree.find_all(exp.Div):
        if _is_double(node, source.tree):
            continue
        around = _first_around(node, (exp.Cast, *_ROUNDED))
        if around is None and _reaches_mart(node, source, shown):
            yield source.refuse(node, "quotient", "of decimals, its type and its digits differ between the engines",
                                "CAST(… AS DECIMAL(p,s)) around it, floor, or CAST(a AS DOUBLE) / nullif(b, 0)")
        elif isinstance(around, exp.Cast) and around.to.this == exp.DType.DOUBLE:
            yield source.refuse(node, "quotient", "of decimals, Spark has cut digits off before the cast to DOUBLE",
                                "CAST(a AS DOUBLE) / nullif(b, 0)")


def _is_double(node: object, tree: exp.Expr, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a value is a DOUBLE, by a cast in its arithmetic or where the columns of its name are made."""
    if isinstance(node, exp.Cast):
        return bool(node.to.this == exp.DType.DOUBLE)
    if isinstance(node, exp.Column):
        made = [alias.this for alias in tree.find_all(exp.Alias) if alias.alias == node.name and node.name not in seen]
        return bool(made) and all(_is_double(part, tree, seen | {node.name}) for part in made)
    if isinstance(node, (*_TRANSPARENT, exp.Div, exp.Sqrt)):
        return any(_is_double(part, tree, seen) for part in _values(node))
    return False


def _values(node: exp.Expr) -> list[exp.Expr]:
    """The parts of an expression whose value may become its own."""
    if isinstance(node, exp.Case):
        return [branch.args["true"] for branch in node.args["ifs"]] + [node.args["default"]] * ("default" in node.args)
    parts = [node.this, node.args.get("expression"), *node.expressions]
    return [part for part in parts if isinstance(part, exp.Expr)]


def sums_and_ranks(source: Source) -> Iterator[Finding]:
    """Sums are HUGEINT or wider decimals in DuckDB, ranks INT in Spark: a column of the mart says what it is."""
    shown = _shown(source)
    for node in source.tree.find_all(exp.Sum, exp.RowNumber, exp.Rank, exp.DenseRank):
        if _reaches_mart(node, source, shown):
            yield source.refuse(node, "uncast", "its type differs between the engines",
                                "CAST(… AS BIGINT) or CAST(… AS DECIMAL(p,s)) around it")


def _shown(source: Source) -> set[str]:
    """Names of columns that become the mart's without a cast, and are not only compared, grouped or counted."""
    return {column.name for select in branches(source.tree) for part in select.expressions
            for column in part.find_all(exp.Column) if _becomes_column(column)}


def _reaches_mart(node: exp.Expr, source: Source, shown: set[str]) -> bool:
    """Whether a value becomes the mart's uncast: in its own SELECT, or in a column followed by its name."""
    column = node.find_ancestor(exp.Alias, exp.Select)
    own = node.parent_select in list(branches(source.tree))
    return _becomes_column(node) and (own or (isinstance(column, exp.Alias) and column.alias in shown))


def percentiles(source: Source) -> Iterator[Finding]:
    """Exact percentiles are aggregates with a cast: DECIMAL of interpolated ones, BIGINT or DECIMAL of others."""
    for node in source.tree.find_all(exp.PercentileCont, exp.PercentileDisc):
        within = node.parent if isinstance(node.parent, exp.WithinGroup) else None
        if within is None or node.expression:
            continue  # quantile_cont(x, 0.5): refused by its name
        if within.find_ancestor(exp.Window):
            yield source.refuse(node, "percentile", "Spark knows no percentile OVER",
                                "an aggregate in a CTE, and a join")
            continue
        cast = _first_around(within, (exp.Cast,))
        exact = {exp.DType.DECIMAL} | ({exp.DType.BIGINT} if isinstance(node, exp.PercentileDisc) else set())
        if not isinstance(cast, exp.Cast) or cast.to.this not in exact:
            yield source.refuse(node, "percentile", "DuckDB gives the values' type, Spark a DOUBLE",
                                "CAST(percentile_cont(…) … AS DECIMAL(20,2)), CAST(percentile_disc(…) … AS BIGINT)")


def whole_numbers(source: Source) -> Iterator[Finding]:
    """A cast to a whole number rounds in DuckDB and cuts off in Spark."""
    for cast in source.tree.find_all(exp.Cast):
        if cast.to.this in subset.WHOLE_TYPES and _fractional(cast.this):
            yield source.refuse(cast, "whole number", "the cast rounds in DuckDB and cuts off in Spark",
                                "CAST(floor(x) AS BIGINT) or CAST(round(x) AS BIGINT)")


def _fractional(node: exp.Expr) -> bool:
    if isinstance(node, exp.Cast):
        return bool(node.to.this in (exp.DType.DECIMAL, exp.DType.DOUBLE))
    if isinstance(node, exp.Literal):
        return not node.is_string and "." in node.name
    if isinstance(node, _TRANSPARENT):
        return any(_fractional(part) for part in _values(node))
    return isinstance(node, exp.Div | exp.PercentileCont)


def times(source: Source) -> Iterator[Finding]:
    """Fields, units and truncations of which both engines have the same notion."""
    for field in source.tree.find_all(exp.Extract):
        if field.name.upper() not in subset.FIELDS:
            yield source.refuse(field, "time", f"{field.name} counts otherwise in Spark",
                                "YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, or a column of dim_date")
        elif field.name.upper() == "SECOND" and not _whole_seconds(field.expression, source.tree):
            yield source.refuse(field, "time", "DuckDB cuts fractions of a second off, Spark keeps them",
                                "date_trunc('second', x) where the time or the difference is first named")
    for cut in source.tree.find_all(exp.TimestampTrunc, exp.DateTrunc):
        if _unit(cut) not in subset.TRUNCATIONS:
            yield source.refuse(cut, "time", "the type of truncated days and more differs",
                                "date_trunc of 'second', 'minute' or 'hour'; CAST(x AS DATE); jst_month")
    for interval in source.tree.find_all(exp.Interval):
        if _unit(interval) not in subset.UNITS:
            yield source.refuse(interval, "time", "a DATE plus months is a TIMESTAMP in DuckDB and a DATE in Spark",
                                "INTERVAL of DAY, HOUR, MINUTE or SECOND on a TIMESTAMP, or the calendar")


def _whole_seconds(node: exp.Expr, tree: exp.Expr) -> bool:
    """Whether a time is truncated where it stands, or where the column of its name is made."""
    named = node.name if isinstance(node, exp.Column) else ""
    made = [alias.this for alias in tree.find_all(exp.Alias) if named and alias.alias == named]
    return all(part.find(exp.TimestampTrunc, exp.DateTrunc) for part in made or [node])


def _unit(node: exp.Expr) -> str:
    unit = node.args.get("unit")
    return str(unit.name).upper() if isinstance(unit, exp.Expr) else ""


def _first_around(node: exp.Expr, kinds: tuple[type[exp.Expr], ...]) -> exp.Expr | None:
    """The nearest node of these kinds around a node, within the same expression of the same SELECT."""
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Query | exp.Alias):
        if isinstance(parent, kinds):
            return parent
        parent = parent.parent
    return None


def _becomes_column(node: exp.Expr) -> bool:
    return _in_projection(node) and _first_around(node, (exp.Cast, exp.Count)) is None


def _in_projection(node: exp.Expr) -> bool:
    """Whether the node's value becomes (part of) a column, and is not merely compared."""
    while node.parent is not None and not isinstance(node.parent, exp.Select):
        node = node.parent
        if isinstance(node, exp.Predicate | exp.Order | exp.CTE):
            return False
    return node.arg_key == "expressions"


RULES: tuple[Rule, ...] = (functions, syntax, names_and_texts, inputs_without_schema, types, divisions, quotients,
                           sums_and_ranks, percentiles, whole_numbers, times)
