"""The linter of models: what each rule refuses beside what it lets pass, and that every model passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.portable_sql import Finding, known_keys, lint_model, lint_sql
from tests.support import write
from warehouse.models import FOLDER

MODELS = sorted(FOLDER.glob("*.sql"))
KEYS = {"line_month": ("jst_month", "line_id", "direction"), "sample": ("entity", "ts")}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_says_only_what_every_engine_reads_alike(path: Path) -> None:
    assert not lint_model(path, known_keys(FOLDER)), told(lint_model(path, known_keys(FOLDER)))


def told(findings: list[Finding]) -> str:
    return "\n".join(map(str, findings))


P50, P95 = "percentile_cont(0.5) WITHIN GROUP (ORDER BY x)", "percentile_disc(0.95) WITHIN GROUP (ORDER BY x)"
BAD_AND_GOOD = [
    # names of functions
    ("function", "avg(x) AS a", "CAST(sum(x) AS DECIMAL(38,6)) AS s, count(x) AS n"),
    ("function", "approx_quantile(x, 0.95) AS p", f"CAST({P95} AS BIGINT) AS p"),
    ("function", "quantile_cont(x, 0.5) AS p", f"CAST({P50} AS DECIMAL(20,2)) AS p"),
    ("function", "median(x) AS p", f"CAST({P50} AS DECIMAL(20,2)) AS p"),
    ("function", "date_diff('second', a, b) AS d", "date_trunc('second', b) - date_trunc('second', a) AS d"),
    ("function", "dayofweek(d) AS w", "d.weekday AS w"),
    ("function", "hour(x) AS h", "extract(HOUR FROM x) AS h"),
    ("function", "strftime(x, '%Y-%m') AS m", "jst_month AS m"),
    ("function", "epoch(x) AS s", "extract(MINUTE FROM x) AS s"),
    ("function", "string_agg(x, ',') AS l", "max(x) AS l"),
    ("function", "hash(x) AS h", "x || y AS h"),
    ("function", "list_sum(x) AS s", "CAST(sum(x) AS BIGINT) AS s"),
    ("function", "getvariable('scope') AS v", "v"),
    ("function", "concat(x, y) AS z", "x || y AS z"),
    ("function", "arg_max(x, y) AS z", "max_by(x, y) AS z"),
    ("function", "md5(x) AS z", "x AS z"),
    ("function", "something_new(x) AS z", "coalesce(x, 0) AS z"),
    ("function", "if(x > 1, 1, 0) AS z", "CASE WHEN x > 1 THEN 1 ELSE 0 END AS z"),
    # operators and clauses
    ("syntax", "x // 5 AS z", "CAST(floor(x / 5) AS BIGINT) AS z"),
    ("syntax", "x AT TIME ZONE 'Asia/Tokyo' AS z", "x + INTERVAL 9 HOUR AS z"),
    ("syntax", "current_date AS z", "as_of_date AS z"),
    ("syntax", "x[1] AS z", "x AS z"),
    ("syntax", "[x, y] AS z", "x AS z"),
    ("syntax", "CASE WHEN x ILIKE 'a%' THEN 1 END AS z", "CASE WHEN lower(x) LIKE 'a%' THEN 1 END AS z"),
    ("syntax", "SELECT x FROM t LIMIT 1", "SELECT x FROM t QUALIFY row_number() OVER (ORDER BY y NULLS LAST) = 1"),
    ("syntax", "DISTINCT ON (x) x, y", "DISTINCT x, y"),
    ("syntax", "SELECT a.x FROM a NATURAL JOIN b", "SELECT a.x FROM a JOIN b ON b.x = a.x"),
    ("syntax", "SELECT x FROM a UNION BY NAME SELECT x FROM b", "SELECT x FROM a UNION ALL SELECT x FROM b"),
    ("syntax", "SELECT x FROM (SELECT * EXCLUDE (y) FROM t) AS t", "SELECT x FROM (SELECT * FROM t) AS t"),
    ("syntax", "SELECT x FROM (SELECT * REPLACE (1 AS y) FROM t) AS t", "SELECT x FROM (SELECT *, 1 AS z FROM t) AS t"),
    ("syntax", "x, FROM WHERE", "x"),
    # texts, names, types
    ("quoted name", 'x AS "z"', "x AS z"),
    ("backslash", r"'a\n' AS z", "'a' AS z"),
    ("schema", "SELECT x FROM main.t", "SELECT x FROM t"),
    ("type", "CAST(x AS VARCHAR) AS z", "CAST(x AS STRING) AS z"),
    ("type", "x::TEXT AS z", "x::STRING AS z"),
    ("type", "CAST(x AS DECIMAL) AS z", "CAST(x AS DECIMAL(18,4)) AS z"),
    ("type", "CAST(x AS HUGEINT) AS z", "CAST(x AS BIGINT) AS z"),
    ("type", "CAST(x AS FLOAT) AS z", "CAST(x AS DOUBLE) AS z"),
    # numbers
    ("division", "floor(x / y) AS z", "floor(x / nullif(y, 0)) AS z"),
    ("division", "floor(x / 0) AS z", "floor(x / 5) AS z"),
    ("division", "x % y AS z", "x % 1440 AS z"),
    ("quotient", "x / nullif(y, 0) AS z", "CAST(x / nullif(y, 0) AS DECIMAL(18,4)) AS z"),
    ("quotient", "CAST(x / nullif(y, 0) AS DOUBLE) AS z", "CAST(CAST(x AS DOUBLE) / nullif(y, 0) AS DOUBLE) AS z"),
    (
        "quotient",
        "WITH s AS (SELECT x / 2 AS half FROM t) SELECT half + 1 AS z FROM s",
        "WITH s AS (SELECT x::DOUBLE AS x FROM t), h AS (SELECT x / 2 AS half FROM s) SELECT half + 1 AS z FROM h",
    ),
    ("uncast", "sum(x) AS z", "CAST(sum(x) AS BIGINT) AS z"),
    ("uncast", "rank() OVER (ORDER BY x DESC) AS z", "CAST(rank() OVER (ORDER BY x DESC) AS BIGINT) AS z"),
    (
        "uncast",
        "SELECT z FROM (SELECT sum(x) AS z FROM t) AS t",
        "SELECT count(*) AS n FROM (SELECT sum(x) AS z FROM t) AS t WHERE z > 1",
    ),
    (
        "percentile",
        f"{P50} AS p",
        f"CAST({P50} AS DECIMAL(20,2)) AS p",
    ),
    (
        "percentile",
        f"CAST({P50} AS DOUBLE) AS p",
        f"CAST({P95} AS DECIMAL(18,6)) AS p",
    ),
    (
        "percentile",
        f"CAST({P95} OVER (PARTITION BY y) AS BIGINT) AS p",
        f"CAST({P95} FILTER (WHERE y > 1) AS BIGINT) AS p",
    ),
    ("whole number", "CAST(x / 5 AS BIGINT) AS z", "CAST(floor(x / 5) AS BIGINT) AS z"),
    ("whole number", "CAST(coalesce(x, 1.5) AS BIGINT) AS z", "CAST(coalesce(x, 1) AS BIGINT) AS z"),
    ("whole number", "CAST(x::DECIMAL(9,2) AS BIGINT) AS z", "CAST(round(x::DECIMAL(9,2)) AS BIGINT) AS z"),
    # times
    ("time", "extract(dow FROM x) AS z", "extract(DAY FROM x) AS z"),
    ("time", "extract(epoch FROM x) AS z", "extract(MINUTE FROM x) AS z"),
    ("time", "date_trunc('month', x) AS z", "date_trunc('hour', x) AS z"),
    (
        "time",
        "WITH u AS (SELECT b - a AS d FROM t) SELECT extract(SECOND FROM d) AS z FROM u",
        "WITH u AS (SELECT date_trunc('second', b) - date_trunc('second', a) AS d FROM t) "
        "SELECT extract(SECOND FROM d) AS z FROM u",
    ),
    ("time", "x + INTERVAL 1 MONTH AS z", "x + INTERVAL 31 DAY AS z"),
    # orders
    (
        "nulls",
        "CAST(sum(x) OVER (ORDER BY y) AS BIGINT) AS z",
        "CAST(sum(x) OVER (ORDER BY y NULLS LAST) AS BIGINT) AS z",
    ),
    ("nulls", "lag(x) OVER (ORDER BY y) AS z", "lag(x) OVER (ORDER BY y DESC) AS z"),
    ("nulls", "lag(x) OVER (ORDER BY y) AS z", "lag(x) OVER (ORDER BY CASE WHEN y > 0 THEN 1 ELSE 2 END) AS z"),
    (
        "tie",
        "SELECT x FROM line_month QUALIFY row_number() OVER (PARTITION BY jst_month, line_id ORDER BY x DESC) = 1",
        "SELECT x FROM line_month "
        "QUALIFY row_number() OVER (PARTITION BY jst_month, line_id ORDER BY x DESC, direction NULLS LAST) = 1",
    ),
    (
        "tie",
        "SELECT lag(x) OVER (PARTITION BY day ORDER BY ts NULLS LAST) AS z FROM sample",
        "SELECT lag(x) OVER (PARTITION BY entity ORDER BY ts NULLS LAST) AS z FROM sample",
    ),
    (
        "tie",
        "WITH s AS (SELECT a, b, CAST(sum(x) AS BIGINT) AS n FROM t GROUP BY a, b) "
        "SELECT CAST(sum(n) OVER (ORDER BY a NULLS LAST ROWS 1 PRECEDING) AS BIGINT) AS z FROM s",
        "WITH s AS (SELECT a, b, CAST(sum(x) AS BIGINT) AS n FROM t GROUP BY a, b) "
        "SELECT CAST(sum(n) OVER (PARTITION BY b ORDER BY a NULLS LAST ROWS 1 PRECEDING) AS BIGINT) AS z FROM s",
    ),
    ("tie", "SELECT max_by(x, ts) AS z FROM sample", "SELECT max_by(x, ts) AS z FROM sample GROUP BY entity"),
    (
        "tie",
        "SELECT lag(x) OVER (ORDER BY ts NULLS LAST) AS z FROM sample WHERE entity IN ('a', 'b')",
        "SELECT lag(x) OVER (ORDER BY ts NULLS LAST) AS z FROM sample WHERE entity = 'a' AND x > 0",
    ),
    # columns of the mart
    ("star", "*", "x"),
    ("star", "t.*, 1 AS z", "t.x, 1 AS z"),
    ("unnamed", "x + 1", "x + 1 AS z"),
    ("untyped NULL", "NULL AS z", "CAST(NULL AS BIGINT) AS z"),
    ("untyped NULL", "NULL AS z FROM t UNION ALL SELECT NULL", "NULL AS z FROM t UNION ALL SELECT x"),
    ("unqualified", "SELECT x FROM a JOIN b ON b.y = a.y", "SELECT a.x FROM a JOIN b ON b.y = a.y"),
    ("unqualified", "SELECT a.x FROM a JOIN b ON b.y = z", "SELECT a.x, y FROM a JOIN b USING (y)"),
]


def statement(text: str) -> str:
    return text if text.startswith(("SELECT ", "WITH ")) else f"SELECT {text} FROM t"


@pytest.mark.parametrize(("rule", "bad", "good"), BAD_AND_GOOD, ids=[f"{rule}: {bad}" for rule, bad, _ in BAD_AND_GOOD])
def test_one_is_refused_and_the_other_is_not(rule: str, bad: str, good: str) -> None:
    assert {finding.rule for finding in lint_sql(statement(bad), KEYS)} == {rule}
    assert not lint_sql(statement(good), KEYS), told(lint_sql(statement(good), KEYS))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a, count(*) FILTER (WHERE x > 1) AS n FROM t GROUP BY ALL",
        "SELECT a, b, count(*) AS n FROM t GROUP BY ROLLUP (a, b)",
        "SELECT max(x) OVER (ORDER BY y NULLS LAST RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS n FROM t",
        "SELECT x::BIGINT AS n FROM t WHERE x IS DISTINCT FROM y AND x IN (SELECT z FROM u)",
        "SELECT x FROM t QUALIFY rank() OVER (PARTITION BY a ORDER BY b DESC) = 1",
    ],
)
def test_what_both_engines_know_is_let_pass(text: str) -> None:
    assert not lint_sql(text, KEYS), told(lint_sql(text, KEYS))


def test_what_cannot_be_told_from_the_text_is_not_refused() -> None:
    of_unknown_key = "SELECT lag(x) OVER (ORDER BY y NULLS LAST) AS z FROM somewhere"
    of_unknown_type = "SELECT CAST(x AS BIGINT) AS z FROM t"
    assert not lint_sql(of_unknown_key, KEYS) and not lint_sql(of_unknown_type, KEYS)


def test_a_finding_tells_line_text_reason_and_what_to_write_instead() -> None:
    (finding,) = lint_sql("-- one row per x\nSELECT x,\n       string_agg(y, ',') AS z\nFROM t")
    assert (finding.line, finding.rule, finding.text) == (3, "function", "string_agg")
    assert "order" in finding.why and "rows" in finding.instead
    assert str(finding).startswith("3: [function] string_agg\n    why: ")


def test_a_file_is_one_select() -> None:
    for text in ("SELECT 1 AS x; SELECT 2 AS x", "DROP TABLE t", "SELECT (1 AS x"):
        assert [finding.rule for finding in lint_sql(text)] == ["syntax"]


# ---- heads --------------------------------------------------------------------------------------------

HEAD = {
    "one row per": "-- one row per x",
    "title": "-- title: 例",
    "keys": "-- keys: x",
    "inputs": "-- inputs: ticket",
    "partition": "-- partition: none",
    "identities": "-- identities: x <= y",
    "select": "SELECT ticket_no AS x, jst_date AS y FROM ticket",
}


def lint_head(folder: Path, **changed: str) -> list[Finding]:
    lines = HEAD | {name.replace("_", " "): line for name, line in changed.items()}
    return lint_model(write(folder / "line_month.sql", *(line for line in lines.values() if line)), {})


def test_a_head_that_tells_what_is_so_is_let_pass(tmp_path: Path) -> None:
    assert not lint_head(tmp_path), told(lint_head(tmp_path))
    assert not lint_head(tmp_path, identities="-- identities: none")
    assert not lint_head(tmp_path, identities="-- identities: x <= y [lines_and_devices_add_up]; y > x")


@pytest.mark.parametrize(
    ("rule", "line", "text"),
    [
        ("keys", "-- keys: x, z", "z"),
        ("inputs", "-- inputs: ticket, dim_date", "dim_date"),
        ("inputs", "-- inputs: fault", "fault"),
        ("partition", "-- partition: jst_month", "jst_month"),
        ("identities", "-- identities: x <= y [no_such_check]", "[no_such_check]"),
        ("identities", "-- identities: x <= y [tickets_add_up]", "[tickets_add_up]"),
    ],
)
def test_a_head_that_tells_what_is_not_so_is_refused(tmp_path: Path, rule: str, line: str, text: str) -> None:
    assert (rule, text) in [(finding.rule, finding.text) for finding in lint_head(tmp_path, **{rule: line})]


@pytest.mark.parametrize("name", ["title", "keys", "inputs", "partition", "identities"])
def test_a_head_without_one_of_its_lines_is_refused(tmp_path: Path, name: str) -> None:
    assert "head" in [finding.rule for finding in lint_head(tmp_path, **{name: ""})]


def test_a_head_begins_with_what_one_row_is(tmp_path: Path) -> None:
    findings = lint_head(tmp_path, one_row_per="-- a model\n-- one row per x")
    assert [finding.rule for finding in findings] == ["one row per"]
