"""The common subset of DuckDB 2.0 and Spark 4: what may be written, and hints for what may not.

Lists of what is allowed: what nobody has compared in both engines is refused until somebody has.
"""

from __future__ import annotations

from sqlglot import exp


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS = _words("""
    abs ceil coalesce count dense_rank first_value floor greatest lag last_value lead least length lower max max_by min
    min_by nullif percentile_cont percentile_disc rank replace round row_number sqrt substr substring sum trim upper
""")
"""Functions that give the same in both engines, by the name under which both know them."""

CALL_LIKE = _words("""
    all and as by case cast cube date_trunc decimal else except exclude exists extract filter from group having in
    intersect join not on or over partition qualify range rename rollup rows select sets then union using when where
    with
""")
"""Words before a parenthesis that call no function, or have a rule of their own."""

_NODES = """
    Select Union Except Intersect With CTE Subquery Table TableAlias From Join Where Group Rollup Cube GroupingSets
    Having Qualify Order Ordered Distinct Alias Star Column Identifier Tuple Paren

    Literal Null Boolean Interval Var DataType DataTypeParam Add Sub Mul Div Mod Neg DPipe And Or Not EQ NEQ GT GTE LT
    LTE NullSafeEQ NullSafeNEQ Is Between In Like Exists Case If Cast

    Window WindowSpec Filter WithinGroup

    Abs Ceil Coalesce Count DenseRank FirstValue Floor Greatest Lag LastValue Lead Least Length Lower Max ArgMax Min
    ArgMin Nullif PercentileCont PercentileDisc Rank Replace Round RowNumber Sqrt Substring Sum Trim Upper Extract
    TimestampTrunc DateTrunc
"""
NODES: tuple[type[exp.Expr], ...] = tuple(getattr(exp, name) for name in _NODES.split())
"""Kinds of nodes that a model's tree may have: statement, values and operators, windows, the functions above."""

CLAUSES: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset({"with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify",
                           "order"}),
    exp.Union: frozenset({"with_", "this", "expression", "distinct", "order"}),
    exp.Table: frozenset({"this", "db", "alias", "joins"}),
    exp.Join: frozenset({"this", "on", "using", "side", "kind"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Star: frozenset(),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side"}),
}
"""What these nodes may consist of; anything else on them is a clause that one engine lacks."""

WHOLE_TYPES = frozenset({exp.DType.BIGINT, exp.DType.INT, exp.DType.SMALLINT})
TYPES = WHOLE_TYPES | {exp.DType.DECIMAL, exp.DType.DOUBLE, exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ,
                       exp.DType.BOOLEAN, exp.DType.TEXT, exp.DType.INTERVAL}
FIELDS = _words("YEAR MONTH DAY HOUR MINUTE SECOND")
UNITS = _words("DAY HOUR MINUTE SECOND")
TRUNCATIONS = _words("HOUR MINUTE SECOND")

Hint = tuple[str, str]
_UNKNOWN: Hint = ("it is not on the list of what DuckDB and Spark are known to compute alike",
                  "something of scripts/portable_sql/subset.py, or compare it in both engines and enter it there")
_CALENDAR: Hint = ("each engine has its own arguments and its own numbering",
                   "columns of the calendar (dim_date: weekday, is_open_day, day_number) or extract(HOUR FROM x)")
_DURATION: Hint = ("the name, the arguments and the rounding differ",
                   "date_trunc('second', b) - date_trunc('second', a), and extract DAY, HOUR, MINUTE, SECOND of it")
_FORMAT: Hint = ("format strings differ", "the columns jst_month and jst_date, or CAST(x AS STRING)")
_EXACT: Hint = ("it approximates or is known to one engine only",
                "CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS DECIMAL(20,2))")
_LISTS: Hint = ("lists have other functions in Spark", "rows: one per element, grouped afterwards")
_INPUTS: Hint = ("a model reads what its head declares and nothing else", "an input in the head")
_CLOCK: Hint = ("the same inputs must give the same mart", "the input as_of")

_HINTS: dict[str, Hint] = {
    "avg mean": ("an average of doubles depends on the order of addition, and averages cannot be added up",
                 "a DECIMAL sum and a count; divide where the number is shown"),
    "approx_quantile approx_count_distinct median quantile quantile_cont quantile_disc percentile_approx percentile "
    "mode": _EXACT,
    "hour minute second day month year dayofweek isodow weekday dayofyear week weekofyear yearweek quarter date_part "
    "datepart last_day dayname monthname": _CALENDAR,
    "date_diff datediff date_sub date_add dateadd age epoch epoch_ms epoch_us unix_timestamp to_seconds "
    "to_minutes": _DURATION,
    "strftime strptime date_format to_date to_timestamp to_char format printf": _FORMAT,
    "string_agg group_concat listagg array_agg list": ("the order of what is joined is not the same at every run",
                                                       "rows; join them where they are shown"),
    "hash md5 sha256": ("each engine has its own hash", "the key's columns joined with ||"),
    "read_parquet read_csv read_json glob parquet_scan": _INPUTS,
    "getvariable current_setting": _INPUTS,
    "now today current_date current_timestamp random uuid": _CLOCK,
    "concat concat_ws": ("DuckDB leaves NULLs out, in Spark the whole becomes NULL", "||, with coalesce where needed"),
    "unnest explode generate_series range": _LISTS,
    "arg_max arg_min": ("Spark does not know the name", "max_by, min_by"),
    "timezone": ("the rules for naive times differ", "the JST columns of the facts, or x + INTERVAL 9 HOUR"),
    "ifnull nvl": ("one name is enough", "coalesce"),
    "if iif": ("one form is enough", "CASE WHEN … THEN … END"),
    "try_cast": ("what could not be read became a reject long before", "CAST"),
}
HINTS: dict[str, Hint] = {name: hint for names, hint in _HINTS.items() for name in names.split()}

NODE_HINTS: dict[str, Hint] = {
    "IntDiv": ("Spark has no //, and DuckDB raises on 0", "CAST(floor(a / nullif(b, 0)) AS BIGINT)"),
    "AtTimeZone": HINTS["timezone"],
    "CurrentDate": _CLOCK,
    "CurrentTimestamp": _CLOCK,
    "Bracket": _LISTS,
    "Array": _LISTS,
    "Limit": ("a mart has no order of rows", "QUALIFY row_number() OVER (…) <= n"),
    "ILike": ("upper and lower case differ by engine", "lower(x) LIKE …"),
    "Pow": ("DuckDB's power operator is something else in Spark", "a product"),
}


def function_hint(name: str) -> Hint:
    """Why a function is refused and what to write instead."""
    if name.startswith(("list_", "array_", "struct_", "map_")):
        return _LISTS
    return HINTS.get(name, _UNKNOWN)


def node_hint(node: exp.Expr) -> Hint:
    return NODE_HINTS.get(type(node).__name__, _UNKNOWN)
