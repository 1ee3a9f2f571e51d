"""Retention: samples older than a number of months leave the lake; their numbers stay, their originals too.

A month is *retired* when its samples go.  Its marts are frozen then: nothing is computed from samples that are no
longer there.  Only when the configuration says so do the numbers go as well, and originals that no kept month needs.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from warehouse.build import WarehouseBuild
from warehouse.engine import literal
from warehouse.errors import ConfigError
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder, fsync_path, write_atomically
from warehouse.journal import RetiredMonth, history_in, retired_in
from warehouse.lake import time_bounds
from warehouse.ledger import LoadRecord
from warehouse.models import load_models, made_of_samples, months_between, months_told_of, shifted
from warehouse.staging import JST

SAMPLE_TABLES = tuple(name for name, table in FACT_TABLES.items() if table.replaces == "span")
LEAST_SAMPLE_MONTHS = 13
_LEDGER_TABLES = ("reject", "superseded", "counter_edge")


@dataclass(frozen=True)
class RetentionRules:
    """``config/retention.toml``, in months before the present one; None = for good."""

    sample_months: int = LEAST_SAMPLE_MONTHS
    contract_months: int | None = None
    archive_months: int | None = None

    @classmethod
    def read(cls, config: Path) -> RetentionRules:
        """The rules of a deployment, the usual ones when it has no such file; raises :class:`ConfigError`."""
        path = config / "retention.toml"
        if not path.is_file():
            return cls()
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _wrong(path, f"TOMLとして読めません（{error}）") from None
        known = ("sample_months", "contract_months", "archive_months")
        if unknown := sorted(raw.keys() - set(known)):
            raise _wrong(path, f"項目 {'、'.join(unknown)} は使えません（使える項目: {'、'.join(known)}）")
        least = _months(path, raw, "sample_months", LEAST_SAMPLE_MONTHS) or LEAST_SAMPLE_MONTHS
        return cls(least, _months(path, raw, "contract_months", least), _months(path, raw, "archive_months", least))


def _months(path: Path, raw: dict[str, Any], name: str, least: int) -> int | None:
    value = raw.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
        raise _wrong(path, f"{name} = {value} は使えません（{least}以上の整数）")
    return value


@dataclass(frozen=True)
class RetentionPlan:
    """What goes: samples of the months ``retire``, numbers of the months ``forget``, ``originals`` of the archive."""

    retire: tuple[str, ...]
    sample_rows: int
    sample_bytes: int
    forget: tuple[str, ...]
    originals: tuple[LoadRecord, ...]

    @property
    def empty(self) -> bool:
        return not (self.retire or self.forget or self.originals)

    @property
    def original_bytes(self) -> int:
        return sum(load.file_bytes for load in self.originals)


def plan_of(build: WarehouseBuild, rules: RetentionRules, today: date) -> RetentionPlan:
    """What the rules let go of the snapshot that ``build`` started from, on a day (JST)."""
    connection, month = build.connection, f"{today:%Y-%m}"
    files = connection.execute("SELECT table_name, jst_month, path, row_count FROM lake_file "
                               "WHERE list_contains(?, table_name)", [list(SAMPLE_TABLES)]).fetchall()
    oldest_kept = shifted(month, -rules.sample_months)
    retire = sorted(told for told in months_told_of((row[0], row[1]) for row in files) if told < oldest_kept)
    gone = [row for row in files if row[1] < oldest_kept]
    retired = {entry.jst_month: entry for entry in retired_in(connection)}
    forget = [] if rules.contract_months is None else sorted(
        told for told in {*retire, *(name for name, entry in retired.items() if entry.marts_kept)}
        if told < shifted(month, -rules.contract_months))
    originals: tuple[LoadRecord, ...] = ()
    if rules.archive_months is not None:
        closed = {*retire, *retired}
        old = {told for told in closed if told < shifted(month, -rules.archive_months)}
        originals = _prunable(build, old)
    return RetentionPlan(tuple(retire), sum(row[3] for row in gone),
                         sum((build.folder.lake / row[2]).stat().st_size for row in gone), tuple(forget), originals)


def carry_out(build: WarehouseBuild, plan: RetentionPlan, now: datetime) -> None:
    """Change the snapshot in the making as planned; what goes is copied before where it could not be made again.

    Build the marts, verify and publish afterwards, then call :func:`remove_originals`.
    """
    retire(build.connection, [
        RetiredMonth(month, build.last_load, now, _data_until(build, month)) for month in plan.retire])
    if plan.originals:
        _copy(build, plan.originals)
    drop_samples(build.connection)
    build.connection.execute("UPDATE retired_month SET marts_kept = false WHERE list_contains(?, jst_month)",
                             [list(plan.forget)])


def retire(connection: duckdb.DuckDBPyConnection, months: Iterable[RetiredMonth]) -> None:
    """Enter months as retired; files that bring samples of them are refused from now on."""
    for month in months:
        connection.execute("INSERT INTO retired_month VALUES (?, ?, ?, ?, ?, ?)", [
            month.jst_month, month.after_load, month.retired_at, month.data_until, month.marts_kept, month.copied_in])


def drop_samples(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the samples of retired months out of the manifest; the files go when no generation needs them."""
    connection.execute("DELETE FROM lake_file WHERE list_contains(?, table_name) "
                       "AND jst_month IN (SELECT jst_month FROM retired_month)", [list(SAMPLE_TABLES)])


def remove_originals(folder: DataFolder, loads: Sequence[LoadRecord]) -> None:
    """Remove originals from the archive; call when the snapshot that copied their numbers is published."""
    for sha256 in {load.sha256 for load in loads}:
        (folder.archive / sha256).unlink(missing_ok=True)


def _prunable(build: WarehouseBuild, old: set[str]) -> tuple[LoadRecord, ...]:
    """Loads of samples all of whose months are ``old``, and whose content nothing else needs."""
    loads = history_in(build.connection).loads
    chosen = {load.load_id: load for load in loads
              if load.table_name in SAMPLE_TABLES and _months_of(load) and _months_of(load) <= old}
    links = build.connection.execute("SELECT load_id, replaced_load_id FROM superseded").fetchall()
    links += [(load.load_id, load.part_of) for load in loads if load.part_of is not None]
    while True:
        kept = {load.sha256 for load in loads if load.load_id not in chosen}
        drop = {number for number, load in chosen.items() if load.sha256 in kept}
        drop |= {one for pair in links for one, other in (pair, pair[::-1]) if one in chosen and other not in chosen}
        if not drop:
            break
        chosen = {number: load for number, load in chosen.items() if number not in drop}
    return tuple(load for load in chosen.values() if (build.folder.archive / load.sha256).exists())


def _months_of(load: LoadRecord) -> set[str]:
    if load.period_from is None or load.period_to is None:
        return set()
    return set(months_between(f"{load.period_from:%Y-%m}", f"{load.period_to:%Y-%m}"))


def _data_until(build: WarehouseBuild, month: str) -> datetime | None:
    """JST end of the newest sample of a month."""
    ends = []
    for name, path in build.connection.execute(
            "SELECT table_name, path FROM lake_file WHERE jst_month = ? AND list_contains(?, table_name)",
            [month, list(SAMPLE_TABLES)]).fetchall():
        table = FACT_TABLES[name]
        _, last = time_bounds(build.folder.lake / path, table)
        ends.append(last + timedelta(seconds=table.interval_seconds or 0) + JST)
    return max(ends, default=None)


# ---- copies of what pruned originals could no longer give ----------------------------------------------


def copy_folder(folder: DataFolder, number: int) -> Path:
    """Where the snapshot of that number copied what the originals that it let go can no longer give."""
    return folder.archive / "retired" / f"{number:06d}"


def _copy(build: WarehouseBuild, loads: Sequence[LoadRecord]) -> None:
    """Copy marts of the loads' months, and what the ledger says of the loads, beside the originals."""
    place = copy_folder(build.folder, build.number)
    place.mkdir(parents=True, exist_ok=True)
    copied = {month.jst_month for month in retired_in(build.connection) if month.copied_in is not None}
    months = sorted(set().union(*(_months_of(load) for load in loads)) - copied)
    numbers = [load.load_id for load in loads]
    for model in load_models():
        if model.name in made_of_samples() and model.partitioned:
            _write_copy(build.connection, place / f"{model.name}.parquet",
                        f"SELECT * FROM main.{model.name} WHERE jst_month IN ({_listed(months)})")
    for table in _LEDGER_TABLES:
        _write_copy(build.connection, place / f"{table}.parquet",
                    f"SELECT * FROM main.{table} WHERE load_id IN ({_listed(numbers)})")
    files = {path.name: _sha256(path) for path in sorted(place.glob("*.parquet"))}
    content = {"snapshot": build.number, "months": months, "loads": numbers, "files": files}
    write_atomically(place / "copy.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    fsync_path(place.parent)
    build.connection.execute("UPDATE retired_month SET copied_in = ? WHERE list_contains(?, jst_month)",
                             [build.number, months])


def _write_copy(connection: duckdb.DuckDBPyConnection, path: Path, sql: str) -> None:
    connection.execute(f"COPY ({sql}) TO {literal(path)} (FORMAT parquet, COMPRESSION zstd)")
    fsync_path(path)


@dataclass(frozen=True)
class Copy:
    """What one retention kept in place of originals: ``months`` whose marts and ``loads`` whose entries it holds."""

    place: Path
    months: frozenset[str]
    loads: frozenset[int]
    damaged: tuple[str, ...]


def read_copy(folder: DataFolder, number: int) -> Copy:
    """Read and verify a copy; files that are missing or changed are named in ``damaged``."""
    place = copy_folder(folder, number)
    try:
        content = json.loads((place / "copy.json").read_text(encoding="utf-8"))
        files, months, loads = dict(content["files"]), frozenset(content["months"]), frozenset(content["loads"])
    except (OSError, ValueError, KeyError, TypeError):
        return Copy(place, frozenset(), frozenset(), ("copy.json",))
    damaged = tuple(name for name, sha256 in files.items()
                    if not (place / name).is_file() or _sha256(place / name) != sha256)
    return Copy(place, months, loads, damaged)


def restore_ledger(connection: duckdb.DuckDBPyConnection, copy: Copy, load_id: int) -> None:
    """Enter rejects, replacements and counter readings of a load whose original is gone."""
    for table in _LEDGER_TABLES:
        connection.execute(f"INSERT INTO main.{table} BY NAME SELECT * FROM read_parquet(?) WHERE load_id = ?",
                           [str(copy.place / f"{table}.parquet"), load_id])


def restore_marts(connection: duckdb.DuckDBPyConnection, copies: Sequence[Copy]) -> None:
    """Give the snapshot the copied marts, before the others are built."""
    for model in load_models():
        paths = [path for copy in copies if (path := copy.place / f"{model.name}.parquet").is_file()]
        if paths:
            files = ", ".join(literal(path) for path in paths)
            connection.execute(f"CREATE OR REPLACE TABLE main.{model.name} AS "
                               f"SELECT * FROM read_parquet([{files}], union_by_name = true)")


def _listed(values: Sequence[str | int]) -> str:
    return ", ".join(literal(value) if isinstance(value, str) else str(value) for value in values) or "NULL"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _wrong(path: Path, problem: str) -> ConfigError:
    return ConfigError("保存期間の設定に誤りがあります", f"{path}: {problem}。", f"{path} を直してください。")
