"""DuckDB itself: the wrong answer that the engine's settings avoid, and when that can go."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.engine import DISABLED_OPTIMIZERS, connect, file_list, literal

FIRST_ROWS = """
    SELECT kind, n FROM (
        SELECT NULL::INTEGER AS kind, 1 AS n UNION ALL SELECT NULL, 2 UNION ALL SELECT 1, 3 UNION ALL SELECT 1, 4)
    QUALIFY row_number() OVER (PARTITION BY kind ORDER BY n) = 1
    ORDER BY n"""


def test_the_first_row_of_every_group_is_found_with_our_settings() -> None:
    assert connect(None).execute(FIRST_ROWS).fetchall() == [(None, 1), (1, 3)]
    assert "top_n_window_elimination" in DISABLED_OPTIMIZERS


def test_every_connection_has_our_settings() -> None:
    cursor = connect(None).cursor()
    (value,) = cursor.execute("SELECT current_setting('disabled_optimizers')").fetchone() or ("",)
    assert value == DISABLED_OPTIMIZERS


@pytest.mark.parametrize("text", ["plain", "it's", "''", "a\\b", "令和8年", "'); DROP TABLE x; --"])
def test_literals_are_text_and_nothing_else(text: str) -> None:
    assert duckdb.execute(f"SELECT {literal(text)}").fetchone() == (text,)
    assert file_list([]) == "[]"
