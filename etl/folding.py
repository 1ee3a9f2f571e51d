"""Updates to rows: a log with one line per change of a ticket becomes one row per ticket."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from etl.feed import Feed


def fold(feed: Feed, updates: pa.Table) -> pa.Table:
    """One row per key from rows in file order with their ``_order`` columns; each column folds as its feed says.

    ``first``/``last`` take the first/last value that is not missing, ``min``/``max`` the least/greatest,
    ``count`` the number of updates.
    """
    assert feed.fold is not None
    orders = [f"_order_{number}" for number in range(len(feed.fold.order))]
    frame = updates.to_pandas(types_mapper=_nullable).sort_values([feed.fold.key, *orders], kind="stable")
    grouped = frame.groupby(feed.fold.key, sort=True)
    columns = {}
    for name in feed.fact.names:
        if name == feed.fold.key:
            continue
        how = feed.columns[name].fold if name in feed.columns else "last"
        columns[name] = grouped.size() if how == "count" else grouped[name].agg(how)
    folded = pa.table({feed.fold.key: pa.array(list(grouped.groups), pa.string()),
                       **{name: pa.array(series.array) for name, series in columns.items()}})
    schema = pa.schema([updates.schema.field(name) for name in feed.fact.names])
    return folded.select(schema.names).cast(schema)


def _nullable(kind: pa.DataType) -> object:
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return None
