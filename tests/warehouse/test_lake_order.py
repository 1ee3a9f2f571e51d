"""Samples in the lake stand in the order of ``ORDER BY entity, time, key``, in whatever order they came."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.facts import FACT_TABLES
from warehouse.lake import in_lake_order
from warehouse.staging import staging_schema

TABLE = FACT_TABLES["tenant_traffic"]
KEYS = st.tuples(st.sampled_from(["242012", "240001", "津市", "unknown"]), st.integers(0, 40),
                 st.sampled_from(["web", "internet", "breakout"]), st.sampled_from(["in", "out"]))


def samples(keys: list[tuple[str, int, str, str]], seconds: int) -> pa.Table:
    """A row for each key, ``seconds`` times its number after midnight; bytes tell where it stood."""
    times = [datetime(2026, 10, 1) + timedelta(seconds=seconds * number) for _, number, _, _ in keys]
    columns = {"ts": times, "tenant_code": [key[0] for key in keys], "route": [key[2] for key in keys],
               "direction": [key[3] for key in keys], "bytes": list(range(len(keys))), "sessions": [None] * len(keys)}
    return pa.table([pa.array(columns[field.name]).cast(field.type) if not pa.types.is_dictionary(field.type)
                     else pa.array(columns[field.name], pa.string()).dictionary_encode()
                     for field in staging_schema(TABLE)], schema=staging_schema(TABLE))


@pytest.mark.parametrize("seconds", [300, 1, 7_200], ids=["in slots", "off the slots", "with long gaps"])
@settings(deadline=None)
@given(keys=st.lists(KEYS, unique=True))
def test_samples_are_sorted_as_sql_sorts_them(seconds: int, keys: list[tuple[str, int, str, str]]) -> None:
    came = samples(keys, seconds)
    with duckdb.connect() as connection:
        connection.register("came", came)
        wanted = connection.execute("SELECT bytes FROM came ORDER BY tenant_code, ts, route, direction").fetchall()
    assert in_lake_order(came, TABLE).column("bytes").to_pylist() == [row[0] for row in wanted]


def test_samples_of_one_key_keep_the_order_in_which_they_came() -> None:
    came = samples([("240001", 1, "web", "in"), ("240001", 0, "web", "in"), ("240001", 1, "web", "in")], 300)
    assert in_lake_order(came, TABLE).column("bytes").to_pylist() == [1, 0, 2]
