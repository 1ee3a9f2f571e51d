"""Polls at the ends of counter files, kept so that the interval between two files is not lost (``counter_edge``)."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

POLLS = pa.schema([("entity", pa.string()), ("series", pa.string()), ("ts", pa.int64()), ("octets", pa.uint64()),
                   ("uptime", pa.int64())])
"""One poll of one counter.  ``series`` tells the entity's counters apart (source column and further key columns, with
tabs between); ``ts`` is in microseconds UTC, ``uptime`` in 1/100 s, -1 where nobody told."""
SPANS = pa.schema([("entity", pa.string()), ("first", pa.int64()), ("last", pa.int64())])
"""One entity and JST day: between which polls (microseconds UTC) a file speaks for it, as its rows do in the lake."""


@dataclass(frozen=True)
class Ends:
    """What a load leaves for the files before and after it: :data:`POLLS`, in place of the older ones that lie within
    its :data:`SPANS`."""

    polls: pa.Table
    spans: pa.Table


def near(connection: duckdb.DuckDBPyConnection, feed: str, first: int, last: int) -> pa.Table:
    """Polls kept of the feed's loads between two times (microseconds UTC), but none of months whose samples went: their
    slots are never made anew."""
    found = connection.execute(
        "SELECT entity, series, ts, octets, uptime FROM counter_edge WHERE feed = ? AND ts BETWEEN ? AND ? "
        "AND strftime(make_timestamp(ts) + INTERVAL 9 HOUR, '%Y-%m') > "
        "coalesce((SELECT max(jst_month) FROM retired_month), '') ORDER BY ALL", [feed, first, last]).fetchall()
    return pa.Table.from_pylist([dict(zip(POLLS.names, poll, strict=True)) for poll in found], schema=POLLS)


def keep(connection: duckdb.DuckDBPyConnection, load_id: int, feed: str, ends: Ends) -> None:
    """Enter what a load leaves; older polls that it speaks for itself are forgotten."""
    spans, polls = ends.spans, ends.polls  # noqa: F841 - DuckDB reads them by their names
    connection.execute(
        "DELETE FROM counter_edge USING spans WHERE counter_edge.feed = ? AND counter_edge.entity = spans.entity "
        "AND counter_edge.ts BETWEEN spans.first AND spans.last", [feed])
    connection.execute(
        "INSERT INTO counter_edge SELECT ?, ?, entity, series, ts, octets, uptime FROM polls", [load_id, feed])
