"""A linter for ``warehouse/models``: SQL that DuckDB and Spark read alike, under a head that says what a row is.

sqlglot parses and nothing is ever translated: it would turn exact percentiles into approximate ones without a word.
Everything outside the common subset is refused with its place, the reason and what to write instead.  Run it with
``python -m scripts.portable_sql``; ``tests/test_portable_sql.py`` shows each rule beside what it refuses.
"""

from scripts.portable_sql.finding import Finding
from scripts.portable_sql.lint import known_keys, lint_model, lint_sql

__all__ = ["Finding", "known_keys", "lint_model", "lint_sql"]
