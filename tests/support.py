"""Helpers of the loading and warehouse tests: small configurations, small files, one load, and what it left."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pandas as pd
from duckdb import DuckDBPyConnection
from pytest import MonkeyPatch

from etl.run import LoadResult
from etl.run import load as etl_load
from warehouse import checks, models
from warehouse.engine import connect, literal
from warehouse.facts import FACT_TABLES, FactTable
from warehouse.folder import DataFolder
from warehouse.glossary import read_glossary
from warehouse.models import fact_sql, load_models
from warehouse.reader import Reader
from warehouse.snapshot import current

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config"
SHARED = ROOT.parent / "shared" / "data"
NOW = datetime(2026, 11, 5, 9, 0)
FOLDERS = (models.FOLDER, checks.FOLDER)
TENANTS = ("240001", "242012", "242021")


def clock() -> datetime:
    return NOW


def load(data: Path, *paths: Path, config: Path = CONFIG, feed: str | None = None, again: bool = False) -> LoadResult:
    """One load with a pinned clock."""
    return etl_load(DataFolder(data), config, list(paths), clock=clock, feed=feed, again=again)


def copy_config(folder: Path, tenants: Sequence[str] = TENANTS) -> Path:
    """A copy of the configuration with few bodies, to change at will."""
    shutil.copytree(CONFIG, folder)
    for name in ("tenants.csv", "address_ranges.csv"):
        keep_rows(folder / name, "tenant_code", tenants)
    rows = [
        row for row in read_rows(folder / "aliases.csv") if row["dimension"] != "tenant" or row["code"] in tenants
    ]
    write_rows(folder / "aliases.csv", rows)
    return folder


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def keep_rows(path: Path, column: str, values: Iterable[str]) -> None:
    write_rows(path, [row for row in read_rows(path) if row[column] in set(values)])


def write(path: Path, *lines: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    """A text file of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + newline for line in lines).encode(encoding))
    return path


TRAFFIC_HEADER = (
    "収集時刻,団体コード,団体名,インターネット受信(byte),インターネット送信(byte),ブレイクアウト受信(byte),"
    "ブレイクアウト送信(byte),Web公開受信(byte),Web公開送信(byte)"
)


def traffic_file(path: Path, *rows: tuple[str, str, int]) -> Path:
    """A file of the feed tenant_traffic: (time, tenant code, bytes of every route and direction)."""
    lines = [f"{time},{code},団体,{','.join([str(value)] * 6)}" for time, code, value in rows]
    return write(path, TRAFFIC_HEADER, *lines, encoding="cp932", newline="\r\n")


@contextmanager
def read(data: Path, tables: Iterable[FactTable]) -> Iterator[DuckDBPyConnection]:
    """The published snapshot as ``wh`` and these tables of its lake, past the scopes."""
    folder = DataFolder(data)
    with connect(None) as connection:
        connection.execute(f"ATTACH {literal(current(folder).path)} AS wh (READ_ONLY)")
        connection.execute("CREATE SCHEMA lake; SET schema = 'lake'")
        for table in tables:
            files = connection.execute("SELECT path FROM wh.main.lake_file WHERE table_name = ? ORDER BY ALL",
                                       [table.name]).fetchall()
            selected = fact_sql(table, [folder.lake / path for (path,) in files])
            connection.execute(f"CREATE VIEW lake.{table.name} AS {selected}")
        yield connection


def all_tables(reader: Reader) -> DuckDBPyConnection:
    """What a reader reads from, past the scopes: ``wh``, ``lake`` and ``scoped`` with all their tables."""
    reader._show({*FACT_TABLES, *reader._columns})
    return reader._connection.cursor()


def _named_in(sql: str) -> list[FactTable]:
    return [table for table in FACT_TABLES.values() if re.search(rf"\b{table.name}\b", sql)]


def frame(data: Path, sql: str) -> pd.DataFrame:
    """Any SELECT on the published snapshot and its lake, past the scopes."""
    with read(data, _named_in(sql)) as connection:
        return connection.execute(sql).df()


def rows(data: Path, sql: str) -> list[tuple[object, ...]]:
    """As :func:`frame`, as plain tuples."""
    with read(data, _named_in(sql)) as connection:
        return connection.execute(sql).fetchall()


def rejects(data: Path) -> list[tuple[object, ...]]:
    """(line, reason) of all rejects."""
    return rows(data, "SELECT line, reason FROM wh.main.reject ORDER BY load_id, line")


def marts(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every mart of the published snapshot, its rows in a fixed order."""
    connection = connect(None)
    connection.execute(f"ATTACH {literal(current(DataFolder(data)).path)} AS wh (READ_ONLY)")
    return {
        model.name: connection.execute(f"SELECT * FROM wh.main.{model.name} ORDER BY ALL").fetchall()
        for model in load_models()
    }


def lake(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """The lake rows of every fact without their provenance, in a fixed order."""
    with read(data, FACT_TABLES.values()) as connection:
        return {name: connection.execute(f"SELECT * EXCLUDE (load_id) FROM lake.{name} ORDER BY ALL").fetchall()
                for name in FACT_TABLES}


@contextmanager
def only_models(place: Path, wanted: Iterable[str]) -> Iterator[None]:
    """Loads build these marts, what they are made of, and nothing else, and run the checks that look at no other mart.

    For tests of what all loads do alike: a load takes half the time.
    """
    inputs = {model.name: [source.name for source in model.inputs] for model in models.all_models()}
    kept: set[str] = set()
    for name in reversed([model.name for model in models.all_models()]):  # each before what it is made of
        if name in wanted or name in kept:
            kept.update([name, *inputs[name]])
    left_out = inputs.keys() - kept
    files = {"models": [path for path in models.FOLDER.glob("*.sql") if path.stem in kept],
             "checks": [path for path in checks.FOLDER.glob("*.sql")
                        if left_out.isdisjoint(re.findall(r"\w+", path.read_text(encoding="utf-8")))]}
    for name, paths in files.items():
        (place / name).mkdir(parents=True)
        for path in paths:
            (place / name / path.name).symlink_to(path)
    with _read_from(place / "models", place / "checks"):
        yield


@contextmanager
def all_models_again() -> Iterator[None]:
    """Undoes :func:`only_models` for a while."""
    with _read_from(*FOLDERS):
        yield


@contextmanager
def _read_from(of_models: Path, of_checks: Path) -> Iterator[None]:
    with MonkeyPatch.context() as patched:
        patched.setattr(models, "FOLDER", of_models)
        patched.setattr(checks, "FOLDER", of_checks)
        forget_models()
        yield
    forget_models()


def of_no_period() -> set[str]:
    """The models that are neither kept by reporting period nor made of such."""
    left_out = {"obligation_due"}
    for model in models.all_models():  # inputs before those that read them
        if model.by_period or left_out.intersection(source.name for source in model.inputs):
            left_out.add(model.name)
    return {model.name for model in models.all_models()} - left_out


def forget_models() -> None:
    """Let the models be read anew."""
    for known in (models.all_models, models.load_models, models.relations, models.made_of_samples, models.models_hash,
                  read_glossary):
        known.cache_clear()
