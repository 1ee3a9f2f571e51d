"""Free SQL: one SELECT on the snapshot, no file, no setting, no way to write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warehouse.errors import SqlRefused
from warehouse.sql import SqlResult, as_csv, as_json, run_select


def test_one_select_is_answered_up_to_the_limit(demo_data: Path) -> None:
    result = run_select(demo_data, "SELECT tenant_code, name FROM dim_tenant ORDER BY sort_order", 2)
    assert result == SqlResult(["tenant_code", "name"], [("240001", "三重県"), ("242012", "津市")], True)
    assert not run_select(demo_data, "SELECT 1;", 1).truncated


@pytest.mark.parametrize(
    "sql",
    [
        "",
        ";",
        "SELECT 1; SELECT 2",
        "DELETE FROM dim_tenant",
        "UPDATE wh.main.load SET note = 'x'",
        "DROP VIEW scoped.dim_tenant",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO wh.main.load SELECT * FROM wh.main.load",
        "SET memory_limit = '1TB'",
        "RESET memory_limit",
        "PRAGMA database_list",
        "ATTACH 'x.duckdb'",
        "COPY (SELECT 1) TO 'x.csv'",
        "EXPORT DATABASE 'x'",
        "INSTALL httpfs",
        "LOAD json",
        "CALL pragma_version()",
        "SET VARIABLE scope_platform = true",
        "CHECKPOINT",
        "EXPLAIN ANALYZE SELECT 1",
        "BEGIN",
        "VACUUM",
    ],
)
def test_anything_but_one_select_is_refused(demo_data: Path, sql: str) -> None:
    with pytest.raises(SqlRefused, match="SELECT 文一つだけ"):
        run_select(demo_data, sql, 10)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/passwd', sep = ':')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_blob('{data}/archive/*')",
        "FROM read_text('{data}/write.lock')",
        "SELECT * FROM read_text('{data}/lake/../write.lock')",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
        "SELECT * FROM nowhere",
        "SELECT no_such_function(1)",
        "SELECT 1 +",
        "SELECT * FROM query('DROP TABLE x')",
    ],
)
def test_what_lies_outside_the_data_cannot_be_reached(demo_data: Path, sql: str) -> None:
    (demo_data / "write.lock").touch()
    with pytest.raises(SqlRefused):
        run_select(demo_data, sql.format(data=demo_data), 10)


def test_results_are_written_for_programs_and_spreadsheets(demo_data: Path) -> None:
    result = run_select(
        demo_data, "SELECT '=1+1' AS a, NULL AS b, DATE '2026-10-01' AS c, 1.50 AS d, 2::DECIMAL(9,2) AS e", 5
    )
    assert as_csv(result) == "a,b,c,d,e\r\n'=1+1,,2026-10-01,1.50,2.00\r\n"
    assert json.loads(as_json(result)) == [{"a": "=1+1", "b": None, "c": "2026-10-01", "d": 1.5, "e": 2}]


def test_numbers_that_are_none_are_null_in_json(demo_data: Path) -> None:
    result = run_select(demo_data, "SELECT 'nan'::DOUBLE AS a, 'inf'::DOUBLE AS b", 5)
    assert json.loads(as_json(result), parse_constant=pytest.fail) == [{"a": None, "b": None}]
