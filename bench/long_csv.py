"""The load path beside plain DuckDB on the same bytes: a long CSV of tenant traffic."""

from __future__ import annotations

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc_csv

from etl.run import load
from warehouse.folder import DataFolder
from warehouse.registry import Registry

_FEED = """
title = "団体別通信量（縦持ち）"
table = "tenant_traffic"
[file]
names = ["traffic.csv"]
format = "delimited"
header = ["ts", "tenant_code", "bytes"]
[columns.ts]
from = "ts"
styles = ["%Y-%m-%d %H:%M:%S"]
[columns.tenant_code]
from = "tenant_code"
[columns.route]
from = "route"
[columns.direction]
from = "direction"
[columns.bytes]
from = "bytes"
"""
_COLUMNS = (
    "{'ts': 'TIMESTAMP', 'tenant_code': 'VARCHAR', 'route': 'VARCHAR', 'direction': 'VARCHAR', 'bytes': 'BIGINT'}"
)


def measure(scratch: Path, config: Path, days: int) -> tuple[int, int, float, float]:
    """Rows, bytes, and seconds of the whole load and of a plain ``CREATE TABLE AS … read_csv``."""
    source = scratch / "traffic.csv"
    rows = write(source, config, days)
    own = copy_config(config, scratch / "config")
    started = time.perf_counter()
    result = load(DataFolder(scratch / "data"), own, [source], clock=lambda: datetime(2026, 11, 20, 9), feed="bench")
    loaded = time.perf_counter() - started
    record = result.outcomes[0].record
    if record is None or record.accepted_rows != rows:
        raise RuntimeError(f"the load accepted {record and record.accepted_rows} of {rows} rows")
    return rows, source.stat().st_size, loaded, _plain(source, scratch / "plain.duckdb")


def write(path: Path, config: Path, days: int, end: datetime = datetime(2026, 11, 1)) -> int:
    """Write 5-minute rows of every tenant, route and direction of the ``days`` before ``end``; returns their number."""
    tenants = sorted({str(row["tenant_code"]) for row in Registry.read(config).tables["tenant"]})
    series = [
        (tenant, route, direction)
        for tenant in tenants
        for route in ("internet", "breakout", "web")
        for direction in ("in", "out")
    ]
    random = np.random.default_rng(20261101)
    first = end - timedelta(days=days)
    with pc_csv.CSVWriter(
        path,
        pa.schema(
            [
                ("ts", pa.string()),
                ("tenant_code", pa.string()),
                ("route", pa.string()),
                ("direction", pa.string()),
                ("bytes", pa.int64()),
            ]
        ),
        write_options=pc_csv.WriteOptions(quoting_style="none"),
    ) as writer:
        for day in range(days):
            stamps = [
                (first + timedelta(days=day, minutes=5 * slot)).strftime("%Y-%m-%d %H:%M:%S") for slot in range(288)
            ]
            writer.write(
                pa.table(
                    {
                        "ts": pa.array(stamps).take(pa.array(np.repeat(np.arange(288), len(series)))),
                        **{
                            name: pa.array([entry[place] for entry in series] * 288)
                            for place, name in enumerate(("tenant_code", "route", "direction"))
                        },
                        "bytes": pa.array(random.integers(10_000, 900_000_000, 288 * len(series))),
                    }
                )
            )
    return days * 288 * len(series)


def copy_config(config: Path, target: Path) -> Path:
    """The configuration with the long CSV's feed, all tenants and routes valid from 2020 on."""
    shutil.copytree(config, target)
    (target / "feeds" / "bench.toml").write_text(_FEED, encoding="utf-8")
    for name in ("tenants.csv", "routes.csv"):
        table = (target / name).read_text(encoding="utf-8")
        for start in ("2025-07-01", "2022-04-01"):
            table = table.replace(start, "2020-04-01")
        (target / name).write_text(table, encoding="utf-8")
    return target


def _plain(source: Path, database: Path) -> float:
    started = time.perf_counter()
    with duckdb.connect(str(database), config={"threads": 2}) as connection:
        connection.execute(
            f"CREATE TABLE t AS SELECT * FROM read_csv('{source}', header = true, auto_detect = false, "
            f"delim = ',', quote = '\"', escape = '\"', columns = {_COLUMNS})"
        )
    return time.perf_counter() - started
