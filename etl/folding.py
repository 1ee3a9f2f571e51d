"""Updates to rows: a log with one line per change of a ticket becomes one row per ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import pyarrow as pa

from etl.feed import Feed
from warehouse import updates as told
from warehouse.build import WarehouseBuild
from warehouse.staging import StagedLoad, staging_schema


def fold(feed: Feed, updates: pa.Table) -> pa.Table:
    """One row per key from rows in file order with their ``_order`` columns; each column folds as its feed says.

    ``first``/``last`` take the first/last value that is not missing, ``min``/``max`` the least/greatest,
    ``count`` the number of updates.
    """
    assert feed.fold is not None
    orders = [f"{told.ORDER}{number}" for number in range(len(feed.fold.order))]
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
    schema = staging_schema(feed.fact)
    return folded.select(schema.names).cast(schema)


def shared_rows(build: WarehouseBuild, feeds: Mapping[str, Feed],
                staged: Sequence[StagedLoad]) -> Iterator[StagedLoad]:
    """The rows of records of which the loads about to land told together with others, staged anew."""
    for feed in feeds.values():
        loads = [load.load_id for load in staged if load.feed == feed.name and load.rows]
        if not (feed.fold and feed.fold.across_files and loads):
            continue
        for owner, updates in told.shared(build.connection, feed.name, feed.fact, loads).items():
            again = StagedLoad(feed.fact, owner, feed.name, build.scratch / "anew" / feed.table / str(owner), anew=True)
            again.append(fold(feed, updates))
            again.close()
            yield again


def _nullable(kind: pa.DataType) -> object:
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return None
