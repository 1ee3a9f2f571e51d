"""Updates of records as logs told them (``told_update``), kept so that a record which several files tell of is one row.

What counts of them depends on the order of loads alone, not on that in which they came:

- A corrected file tells of a record anew: its updates take the place of all that the one it corrects told of it.
  Corrected is a file of the same period that has the same name or another revision.
- Of what is left, the update with one number that the highest load told stays.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from warehouse.facts import SQL_TYPES, FactTable
from warehouse.superseding import LOAD_ORDER

ORDER = "_order_"
"""Column 0, 1, … of this name holds what orders the updates of one record."""

_STANDING = """
WITH told AS (
    SELECT u.*, o.part, o.place AS rank, r.as_of, coalesce(r.revision, 0) AS revision, r.file_name
    FROM told_update AS u
    JOIN load_order AS o ON o.load_id = u.load_id
    JOIN load AS l ON l.load_id = u.load_id
    JOIN load AS r ON r.load_id = coalesce(l.part_of, l.load_id)
    WHERE u.feed = $feed AND u.record IN (
        SELECT record FROM told_update WHERE feed = $feed AND list_contains($loads, load_id))
),
counting AS (
    SELECT *, max(rank) OVER (PARTITION BY record, place) AS highest
    FROM told AS t
    WHERE NOT EXISTS (SELECT 1 FROM told AS c WHERE c.record = t.record AND c.part > t.part AND c.as_of = t.as_of
                      AND (c.file_name = t.file_name OR c.revision <> t.revision))
)
SELECT *, arg_max(load_id, rank) OVER (PARTITION BY record) AS owner,
       count(DISTINCT load_id) OVER (PARTITION BY record) AS tellers
FROM counting
WHERE rank = highest
"""


def keep(connection: duckdb.DuckDBPyConnection, load_id: int, feed: str, table: FactTable, key: str,
         updates: pa.Table) -> None:
    """Enter the accepted updates of one load: the fact's columns, and those that order them."""
    orders = [name for name in updates.column_names if name.startswith(ORDER)]
    told = ", ".join(f"'{name}': CAST({name} AS VARCHAR)" for name in table.names)
    numbered = updates.append_column("_number", pa.array(range(updates.num_rows), pa.int64()))  # noqa: F841
    connection.execute(f"INSERT INTO told_update SELECT ?, ?, {key}, [{', '.join(orders)}], _number, MAP {{{told}}} "
                       "FROM numbered", [load_id, feed])


def shared(connection: duckdb.DuckDBPyConnection, feed: str, table: FactTable, loads: list[int]) -> dict[int, pa.Table]:
    """What counts of the updates of records that any of ``loads`` told of, and others, too: by the highest load that
    told of the record, whose row it is.  Columns as :func:`keep` took them."""
    connection.execute(LOAD_ORDER, [table.name])
    columns = ", ".join(f"CAST(told['{column.name}'] AS {SQL_TYPES[column.type]}) AS {column.name}"
                        for column in table.columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE standing_update AS SELECT * FROM ({_STANDING}) WHERE tellers > 1",
                       {"feed": feed, "loads": loads})
    deepest = connection.execute("SELECT coalesce(max(len(place)), 0) FROM standing_update").fetchone() or (0,)
    orders = "".join(f", place[{number + 1}] AS {ORDER}{number}" for number in range(int(deepest[0])))
    owners = connection.execute("SELECT DISTINCT owner FROM standing_update ORDER BY owner").fetchall()
    return {owner: connection.sql(f"SELECT {columns}{orders} FROM standing_update WHERE owner = $owner "
                                  "ORDER BY rank, number", params={"owner": owner}).to_arrow_table()
            for (owner,) in owners}
