"""DuckDB itself: shapes that its top-N rewrite once answered wrongly are answered rightly with our settings."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.engine import DISABLED_OPTIMIZERS, connect, file_list, literal, threads
from warehouse.errors import ConfigError

# Each is a known wrong answer of some release: rows lost, merged or taken in the wrong order.
SHAPES = [
    (
        """SELECT kind, n FROM (SELECT NULL AS kind, 1 AS n UNION ALL SELECT NULL, 2 UNION ALL SELECT 'a', 3)
        QUALIFY row_number() OVER (PARTITION BY kind ORDER BY n) = 1""",
        [("a", 3), (None, 1)],
    ),
    (
        """SELECT kind, n
        FROM (SELECT NULL AS kind, range AS n FROM range(3000) UNION ALL SELECT 'a', range FROM range(3000))
        QUALIFY row_number() OVER (PARTITION BY kind ORDER BY n DESC) = 1""",
        [("a", 2999), (None, 2999)],
    ),
    (
        """SELECT g, k FROM (SELECT 1 AS g, NULL AS k UNION ALL SELECT 1, NULL UNION ALL SELECT 2, 5)
        QUALIFY row_number() OVER (PARTITION BY g ORDER BY k DESC NULLS LAST) = 1""",
        [(1, None), (2, 5)],
    ),
    (
        """SELECT c, r
        FROM (SELECT c, row_number() OVER (PARTITION BY c ORDER BY NULL) AS r FROM (VALUES (3), (3)) AS t(c))
        WHERE r <= 7""",
        [(3, 1), (3, 2)],
    ),
    (
        """SELECT id FROM (VALUES (1), (2), (3)) AS t(id)
        QUALIFY row_number() OVER (ORDER BY nullif(id % 3, 0) DESC NULLS LAST) <= 3""",
        [(1,), (2,), (3,)],
    ),
    (
        """SELECT p FROM (VALUES (1, 'x')) AS l(k, p) JOIN (VALUES (1, 20), (1, 10)) AS r(k, s) USING (k)
        QUALIFY row_number() OVER (ORDER BY s DESC) <= 2""",
        [("x",), ("x",)],
    ),
    ("SELECT s FROM (SELECT 1 AS s WHERE FALSE) QUALIFY row_number() OVER (ORDER BY s) <= 1", []),
]


@pytest.mark.parametrize(("sql", "expected"), SHAPES)
def test_the_first_rows_of_every_group_are_the_right_ones(sql: str, expected: list[tuple[object, ...]]) -> None:
    assert sorted(connect(None).execute(sql).fetchall(), key=str) == sorted(expected, key=str)


def test_every_connection_does_without_the_rewrite() -> None:
    value = connect(None).cursor().execute("SELECT current_setting('disabled_optimizers')").fetchone()
    assert value == (DISABLED_OPTIMIZERS,) == ("top_n_window_elimination",)


@pytest.mark.parametrize("text", ["plain", "it's", "''", "a\\b", "令和8年", "'); DROP TABLE x; --"])
def test_literals_are_text_and_nothing_else(text: str) -> None:
    assert duckdb.execute(f"SELECT {literal(text)}").fetchone() == (text,)
    assert file_list([]) == "[]"


def test_the_number_of_threads_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIHARASHI_THREADS", "1")
    assert connect(None).execute("SELECT current_setting('threads')").fetchall() == [(1,)]
    monkeypatch.delenv("MIHARASHI_THREADS")
    assert threads() == 2


@pytest.mark.parametrize("text", ["0", "-1", "two", "", "1.5", "２", "999"])
def test_a_wrong_number_of_threads_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MIHARASHI_THREADS", text)
    with pytest.raises(ConfigError, match=f"MIHARASHI_THREADS={text}。1から256までの整数"):
        connect(None)
