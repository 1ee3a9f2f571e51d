"""How rejects are closed: their lines came back mended, a corrected file told all anew, or the loss was accepted.

An open reject is one whose ``closed_as`` is NULL.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import duckdb

from warehouse.ledger import LoadRecord

ClosedAs = Literal["mended", "loss"]

_CLOSE_CORRECTED = """
WITH accepted AS (
    SELECT load_id, feed, file_name, period_from, period_to, mends, accepted_rows, loaded_at, loaded_by,
           coalesce(part_of, load_id) AS root,
           dense_rank() OVER (PARTITION BY table_name ORDER BY coalesce(as_of, DATE '0001-01-01'),
                              coalesce(revision, 0), coalesce(part_of, load_id)) AS part
    FROM load
    WHERE status = 'accepted'
),
waiting AS (
    SELECT DISTINCT a.root
    FROM reject AS r
    JOIN accepted AS a ON a.load_id = r.load_id
    WHERE r.closed_as IS NULL
),
came AS (
    SELECT a.root, sum(a.accepted_rows) AS n
    FROM accepted AS a
    JOIN waiting AS w ON w.root = a.root
    GROUP BY a.root
),
went AS (
    SELECT a.root, sum(s.row_count) AS n, max(CASE WHEN b.root <> a.root THEN b.load_id END) AS by_load
    FROM superseded AS s
    JOIN accepted AS a ON a.load_id = s.replaced_load_id
    JOIN accepted AS b ON b.load_id = s.load_id
    JOIN waiting AS w ON w.root = a.root
    GROUP BY a.root
),
told_anew AS (
    SELECT c.root, w.by_load
    FROM came AS c
    JOIN went AS w ON w.root = c.root AND w.n = c.n
    WHERE c.n > 0 AND w.by_load IS NOT NULL AND c.root NOT IN (SELECT load_id FROM told_update)
    UNION ALL
    SELECT w.root, n.load_id
    FROM waiting AS w
    JOIN accepted AS r ON r.load_id = w.root
    JOIN accepted AS n ON n.feed = r.feed AND n.file_name = r.file_name AND n.part > r.part AND n.mends IS NULL
                      AND n.period_from <= r.period_from AND n.period_to >= r.period_to
),
closing AS (
    SELECT a.load_id, b.load_id AS by_load, b.loaded_at, b.loaded_by
    FROM (SELECT root, max(by_load) AS by_load FROM told_anew GROUP BY root) AS t
    JOIN accepted AS a ON a.root = t.root
    JOIN accepted AS b ON b.load_id = t.by_load
)
UPDATE reject
SET closed_as = 'corrected', closed_by = closing.by_load, closed_at = closing.loaded_at, closed_user = closing.loaded_by
FROM closing
WHERE reject.load_id = closing.load_id AND reject.closed_as IS NULL
"""
"""A load is told anew by a higher one under the same name that covers its days, or by those that took all its rows
(unless these are made of updates, of which each load told its own)."""


def open_numbers(connection: duckdb.DuckDBPyConnection, load_id: int) -> set[int]:
    """Numbers of the open rejects of a load."""
    rows = connection.execute("SELECT number FROM reject WHERE load_id = ? AND closed_as IS NULL", [load_id]).fetchall()
    return {row[0] for row in rows}


def close(connection: duckdb.DuckDBPyConnection, numbers: Collection[int], by: LoadRecord, closed_as: ClosedAs,
          reason: str | None = None) -> int:
    """Close open rejects of the load that ``by`` mends; returns how many were open."""
    assert by.mends is not None
    still_open = open_numbers(connection, by.mends) & set(numbers)
    connection.execute(
        "UPDATE reject SET closed_as = ?, closed_by = ?, closed_at = ?, closed_user = ?, closed_reason = ? "
        "WHERE load_id = ? AND list_contains(?, number)",
        [closed_as, by.load_id, by.loaded_at, by.loaded_by, reason, by.mends, sorted(still_open)])
    return len(still_open)


def close_corrected(connection: duckdb.DuckDBPyConnection) -> None:
    """Close the rejects of loads that corrected files have told anew; call when the run's rows have landed."""
    connection.execute(_CLOSE_CORRECTED)
