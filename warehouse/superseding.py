"""What takes the place of what when rows of several loads meet in one month of a table.

Loads have an order of their own (:data:`LOAD_ORDER`), which is not that in which they came, so that the rows that stay
are the same whatever came first.  A load and the mends of its rejected lines are one *part*.

- ``key`` tables: of the rows with one key that of the highest load stays.
- ``span`` tables: a row goes when the span of a higher part covers it: the times between the part's first and last row
  of the row's feed, entity and day.  Inside one part a mended row takes the place of the row with its key only.

The span of a load that lost rows can no longer be read from the lake; where times inside it hold no row at all, or the
part may still grow, it is kept in ``load_span``, for older rows that come later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.engine import literal
from warehouse.facts import FactTable

LOAD_ORDER = """
CREATE OR REPLACE TEMP TABLE load_order AS
SELECT load_id, part_of IS NOT NULL AS mended,
       dense_rank() OVER (ORDER BY as_of, revision, root) AS part,
       row_number() OVER (ORDER BY as_of, revision, root, load_id) AS place
FROM (SELECT load_id, part_of, coalesce(part_of, load_id) AS root, coalesce(revision, 0) AS revision,
             coalesce(as_of, DATE '0001-01-01') AS as_of
      FROM load WHERE table_name = ? AND status = 'accepted')
"""
"""The period that a ledger speaks for, then the revision its sender declares, then the number of the load."""


@dataclass(frozen=True)
class Superseded:
    """Rows of one load that another, higher in the order, took out of a month."""

    load_id: int
    replaced_load_id: int
    rows: int


class Rivals:
    """The rows of one table that may have to give way in one run; the run's loads stand in the ledger already.

    ``mends``: mended rows are among the run's.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: FactTable, staged: list[int]) -> None:
        self._connection, self._table = connection, table
        self._spans = table.replaces == "span"
        connection.execute(LOAD_ORDER, [table.name])
        self._lowest, self._late, self.mends = _standing(connection, staged)

    def gather(self, staged: str, old: str | None, month: str | None) -> None:
        """Find what may supersede in ``month``, among the rows of two SELECTs; call before the other methods.

        None: in all months, of a table whose records move between them.
        """
        if self._spans:
            assert month is not None, "spans lie inside a month"
            self._gather_spans(staged, old, month)
        else:
            self._gather_keys(staged, old)

    def alive(self, rows: str) -> str:
        """A condition on the rows of ``rows`` (a SELECT), as a SELECT of those that nothing supersedes."""
        return (f"SELECT c.* FROM ({rows}) AS c JOIN load_order AS o ON o.load_id = c.load_id "
                f"WHERE NOT EXISTS (SELECT 1 FROM rival AS n WHERE {self._beats})"
                + (f" AND NOT EXISTS (SELECT 1 FROM rival_row AS n WHERE {self._mends_row})" if self._rows else ""))

    def superseded(self, rows: str, month: str) -> list[Superseded]:
        """How many rows of ``rows`` in ``month`` which load took from which, each row counted once."""
        beaten = [f"SELECT {self._identity}, n.load_id AS winner, n.{self._rank} AS rank FROM ({rows}) AS c "
                  f"JOIN load_order AS o ON o.load_id = c.load_id JOIN {rival} AS n ON {beats} "
                  f"WHERE c.jst_month = {literal(month)}"
                  for rival, beats in self._beaters()]
        names = ", ".join(self._identity_names)
        counted = self._connection.execute(
            f"SELECT winner, load_id, count(*) FROM (SELECT {names}, arg_max(winner, rank) AS winner "
            f"FROM ({' UNION ALL '.join(beaten)}) GROUP BY {names}) GROUP BY ALL ORDER BY ALL").fetchall()
        return [Superseded(*row) for row in counted]

    def remember(self, rows: str, month: str, written: Path, superseded: list[Superseded]) -> None:
        """Keep the spans of loads that lost rows, where ``written`` has times without a row inside them.

        Of loads that may be mended, or are mends, all are kept: another mend may make the part's span longer.
        """
        if not self._spans or not superseded or not written.exists():
            return
        entity, time = self._table.entity, self._table.time
        losers = ", ".join(str(entry.replaced_load_id) for entry in superseded)
        self._connection.execute(
            f"INSERT INTO load_span SELECT ?, ?, s.feed, s.entity, s.jst_date, s.load_id, s.opens, s.closes FROM "
            f"(SELECT feed, {entity} AS entity, jst_date, load_id, min({time}) AS opens, max({time}) AS closes "
            f"FROM ({rows}) WHERE load_id IN ({losers}) GROUP BY ALL) AS s "
            f"LEFT JOIN (SELECT DISTINCT feed, {entity} AS entity, jst_date, {time} AS moment "
            f"FROM read_parquet({literal(written)})) AS w ON w.feed = s.feed AND w.entity = s.entity "
            f"AND w.jst_date = s.jst_date AND w.moment BETWEEN s.opens AND s.closes "
            f"JOIN load AS l ON l.load_id = s.load_id GROUP BY ALL HAVING any_value(l.rejected_lines) > 0 "
            f"OR any_value(l.part_of) IS NOT NULL OR count(w.moment) * {self._table.interval_seconds} "
            f"< epoch(s.closes - s.opens) + {self._table.interval_seconds}", [self._table.name, month])

    def columns(self) -> list[str]:
        """Every column of a row that decides whether it stays."""
        return [*dict.fromkeys(["feed", *self._table.replace_columns, self._table.time, *self._table.key, "jst_month",
                                "load_id"])]

    def _gather_spans(self, staged: str, old: str | None, month: str) -> None:
        entity, time = self._table.entity, self._table.time
        spans = "SELECT feed, {0} AS entity, jst_date, r.load_id, {1} AS opens, {2} AS closes FROM {3} AS r"
        found = [spans.format(entity, time, time, f"({staged})")]
        if self._late or self.mends:
            found.append(spans.format("entity", "opens", "closes", "load_span")
                         + f" WHERE table_name = {literal(self._table.name)} AND jst_month = {literal(month)}")
            if old:
                found.append(spans.format(entity, time, time, f"({old})"))
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE rival AS SELECT feed, entity, jst_date, o.part, max(s.load_id) AS load_id, "
            f"min(opens) AS opens, max(closes) AS closes FROM ({' UNION ALL '.join(found)}) AS s "
            "JOIN load_order AS o ON o.load_id = s.load_id WHERE o.part >= ? GROUP BY feed, entity, jst_date, o.part",
            [self._lowest])
        if self._rows:
            keys = ", ".join(self._table.key)
            both = f"{staged} UNION ALL {old}" if old else staged
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE rival_row AS SELECT feed, {keys}, o.part, max(r.load_id) AS load_id "
                f"FROM ({both}) AS r JOIN load_order AS o ON o.load_id = r.load_id "
                f"WHERE o.part IN (SELECT part FROM load_order WHERE mended) GROUP BY feed, {keys}, o.part")

    def _gather_keys(self, staged: str, old: str | None) -> None:
        keys = ", ".join(self._table.key)
        rows = f"SELECT {keys}, load_id FROM ({staged})"
        if old:
            rows += f" UNION ALL SELECT {keys}, load_id FROM ({old}) SEMI JOIN ({staged}) AS s USING ({keys})"
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE rival AS SELECT {keys}, arg_max(r.load_id, o.place) AS load_id, "
            f"max(o.place) AS place FROM ({rows}) AS r JOIN load_order AS o ON o.load_id = r.load_id GROUP BY {keys}")

    @property
    def _rows(self) -> bool:
        return self._spans and self.mends

    @property
    def _rank(self) -> str:
        return "part" if self._spans else "place"

    @property
    def _beats(self) -> str:
        if not self._spans:
            return " AND ".join([*(f"n.{name} = c.{name}" for name in self._table.key), "n.place > o.place"])
        return (f"n.feed = c.feed AND n.entity = c.{self._table.entity} AND n.jst_date = c.jst_date "
                f"AND n.part > o.part AND c.{self._table.time} BETWEEN n.opens AND n.closes")

    @property
    def _mends_row(self) -> str:
        same = " AND ".join(f"n.{name} = c.{name}" for name in ("feed", *self._table.key))
        return f"{same} AND n.part = o.part AND n.load_id > c.load_id"

    def _beaters(self) -> list[tuple[str, str]]:
        return [("rival", self._beats), *([("rival_row", self._mends_row)] if self._rows else [])]

    @property
    def _identity_names(self) -> list[str]:
        return [*dict.fromkeys(["feed", *self._table.key, "load_id"])]

    @property
    def _identity(self) -> str:
        return ", ".join(f"c.{name}" for name in self._identity_names)


def _standing(connection: duckdb.DuckDBPyConnection, staged: list[int]) -> tuple[int, bool, bool]:
    """The lowest part staged, whether any older load stands above it, and whether a mend is among the staged."""
    row = connection.execute(
        "SELECT coalesce(min(part) FILTER (list_contains($ids, load_id)), 0) AS lowest, "
        "bool_or(mended AND list_contains($ids, load_id)), "
        "coalesce(max(part) FILTER (NOT list_contains($ids, load_id)), 0) > lowest FROM load_order",
        {"ids": staged}).fetchone() or (0, False, False)
    return int(row[0]), bool(row[2]), bool(row[1])
