"""One new snapshot in the making: a copy of the published one, changed beside it, checked, then published.

Nothing a reader has open is touched.  Killed at any point, the old snapshot stays published and the next build
removes what was left behind.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse import ledger, snapshot
from warehouse.arrivals import FeedPlan, Reach, months_of_loads, write_plans
from warehouse.calendar import calendar_range, calendar_rows
from warehouse.calendar_version import CalendarVersion, known_years
from warehouse.catalogue_tables import write_catalogue, write_freshness
from warehouse.checks import run_checks
from warehouse.dimensions import DIMENSIONS, FIELD_SQL, FOREVER, Dimension
from warehouse.engine import connect, insert_rows
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder, fsync_path
from warehouse.journal import RETIRED_MONTHS, Journal, JournalEntry, RetiredMonth, history_in, retired_in
from warehouse.kpi import KpiCatalogue
from warehouse.lake import LakeFile, MonthWriter, WrittenMonth, time_bounds
from warehouse.marts import ModelBuilder
from warehouse.models import models_hash
from warehouse.registry import Registry
from warehouse.staging import JST, StagedLoad

Progress = Callable[[str, int, int], None]
_SAMPLE_TABLES = [name for name, table in FACT_TABLES.items() if table.replaces == "span"]
_MAPPED_WITH = "CREATE TABLE IF NOT EXISTS mapped_with (name VARCHAR, sha256 VARCHAR)"


def silent(_step: str, _done: int, _total: int) -> None:
    """The progress report of callers that show none."""


class WarehouseBuild:
    """Use under the writer lock: ``with folder.writer_lock(), WarehouseBuild(...) as build``."""

    def __init__(self, folder: DataFolder, registry: Registry, kpis: KpiCatalogue, config_hash: str,
                 progress: Progress = silent, *, anew: bool = False, plans: Sequence[FeedPlan] | None = None) -> None:
        """``anew``: begin with nothing instead of a copy of the published snapshot, be that damaged or lost.

        ``plans`` tell what is expected of the feeds; without them those of the published snapshot stay.
        """
        self.folder, self._registry, self._kpis = folder, registry, kpis
        self._config_hash = hashlib.sha256(f"{config_hash}{models_hash()}".encode()).hexdigest()
        self._progress = progress
        self._anew, self._plans = anew, plans
        self.parent = snapshot.readable_number(folder) if anew else snapshot.current_number(folder)
        self.number = snapshot.next_number(folder)
        self._path = snapshot.snapshot_path(folder, self.number).with_suffix(".building")
        self._touched: dict[str, set[str]] = {}
        self._marts_built = False
        self._built_months: set[str] = set()
        self.landings: tuple[int, ...] = ()
        self.restored: frozenset[str] = frozenset()

    def __enter__(self) -> WarehouseBuild:
        try:
            self._begin()
        except BaseException:
            self._discard()
            raise
        return self

    def _begin(self) -> None:
        (snapshot.finish_publication if self._anew else snapshot.heal)(self.folder)
        if self.folder.scratch.exists():  # the last run was killed; one that ends leaves nothing
            snapshot.remove_leftovers(self.folder)
        self.scratch = self.folder.fresh_scratch()
        self.folder.snapshots.mkdir(parents=True, exist_ok=True)
        self.connection = self._copy_of_parent()
        self.connection.execute(ledger.TABLES)
        self.connection.execute(RETIRED_MONTHS)
        self.connection.execute(_MAPPED_WITH)
        self.last_load = ledger.next_load_id(self.connection) - 1
        self._retired_before = retired_in(self.connection)

    def _copy_of_parent(self) -> duckdb.DuckDBPyConnection:
        """The new snapshot as it begins; raises :class:`warehouse.errors.SnapshotDamaged` for a damaged parent."""
        if self.parent is None or self._anew:
            return connect(self._path, scratch=self.scratch)
        shutil.copyfile(snapshot.snapshot_path(self.folder, self.parent), self._path)
        try:
            return connect(self._path, scratch=self.scratch)
        except duckdb.Error:
            snapshot.describe(self.folder, self.parent)
            raise

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self.connection.close()
        if failed:  # what it wrote into the lake must not fill the disk until the next run
            with suppress(OSError, duckdb.Error):
                snapshot.remove_leftovers(self.folder)
        self._discard()

    def _discard(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            self._path.with_name(self._path.name + ".wal").unlink(missing_ok=True)
        shutil.rmtree(self.folder.scratch, ignore_errors=True)

    @property
    def config_changed(self) -> bool:
        """Whether configuration or models differ from those the parent snapshot was built with."""
        row = self.connection.execute("SELECT config_hash FROM snapshot_info").fetchone()
        return row is None or row[0] != self._config_hash

    def stage(self, table: str, feed: str, load_id: int) -> StagedLoad:
        """Where the accepted rows of one load are streamed to."""
        return StagedLoad(FACT_TABLES[table], load_id, feed, self.scratch / "stage" / table / str(load_id))

    def land(self, loads: Iterable[StagedLoad]) -> None:
        """Write the touched months' new files into the lake and list them in the manifest."""
        by_table: dict[str, list[StagedLoad]] = {}
        for load in loads:
            by_table.setdefault(load.table.name, []).append(load)
        for name, staged in by_table.items():
            writer = MonthWriter(self.connection, self.folder, FACT_TABLES[name], staged, self.number)
            told = partial(self._progress, f"蓄積 {FACT_TABLES[name].title}")
            for written in writer.write_all(self._live_files(name), told):
                self._enter_month(name, written)

    def _enter_month(self, table: str, written: WrittenMonth) -> None:
        self.connection.execute("DELETE FROM lake_file WHERE list_contains(?, path)",
                                [[file.path for file in written.replaced]])
        if written.file:
            place = (self.folder.lake / written.file.path).parent
            for folder in (place, place.parent, self.folder.lake):
                fsync_path(folder)
            self.connection.execute("INSERT INTO lake_file VALUES (?, ?, ?, ?)",
                                    [table, written.month, written.file.path, written.file.rows])
        insert_rows(self.connection, "superseded", [
            {"load_id": entry.load_id, "replaced_load_id": entry.replaced_load_id, "table_name": table,
             "row_count": entry.rows} for entry in written.superseded])
        self._touched.setdefault(table, set()).add(written.month)

    def replaced_samples(self, load_id: int) -> int:
        """How many regular samples of older loads this load took the place of."""
        row = self.connection.execute(
            "SELECT CAST(coalesce(sum(row_count), 0) AS BIGINT) FROM superseded WHERE load_id = ? "
            "AND list_contains(?, table_name)", [load_id, _SAMPLE_TABLES]).fetchone()
        return int(row[0]) if row else 0

    def build_marts(self) -> None:
        """Refresh dimensions and rebuild the mart partitions that the months touched since the last time feed."""
        files: dict[tuple[str, str], list[Path]] = {}
        for table, month, path in self.connection.execute(
                "SELECT table_name, jst_month, path FROM lake_file ORDER BY ALL").fetchall():
            files.setdefault((table, month), []).append(self.folder.lake / path)
        everything = self.config_changed and not self._marts_built
        self._note_replacements()
        self._refresh_dimensions({month for _, month in files}, everything=everything)
        before = Reach.read(self.connection)
        covered = self._covered()
        self._write_as_of()
        write_plans(self.connection, self._plans)
        touched = {**self._touched, **Reach.read(self.connection).moved(before),
                   "load": months_of_loads(self.connection, self.last_load),
                   "covered_month": {month for _, month in covered ^ self._covered()}}
        self._progress("集計", 0, 1)
        frozen, forgotten = self._months_without_samples()
        builder = ModelBuilder(self.connection, self.folder.lake, files, frozen, forgotten)
        self._built_months |= builder.build(touched, everything=everything)
        if everything:
            write_catalogue(self.connection)
        write_freshness(self.connection)
        self._marts_built = True
        self._touched.clear()
        self._progress("集計", 1, 1)

    def verify(self) -> None:
        """Run every check; raises :class:`warehouse.errors.ChecksFailed` when one selects a bad row.

        Months that were restored instead of built are looked at, too: this snapshot has them from another one.
        """
        run_checks(self.connection, None if self.restored else self._built_months)

    def publish(self, published_at: datetime) -> snapshot.Snapshot:
        """Close the new file, force it to disk, and point ``CURRENT`` at it."""
        as_of = self._data_as_of()
        self.connection.execute("DELETE FROM snapshot_info")
        self.connection.execute("INSERT INTO snapshot_info VALUES (?, ?, ?, ?, ?)",
                                [self.number, self.parent, published_at, as_of, self._config_hash])
        entry = self._journal_entry(published_at)
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        target = snapshot.snapshot_path(self.folder, self.number)
        fsync_path(self._path)
        Journal(self.folder).announce(entry)
        self._path.replace(target)
        fsync_path(target.parent)
        snapshot.point_to(self.folder, self.number)
        Journal(self.folder).settle(self.number)
        snapshot.prune(self.folder)
        snapshot.remove_leftovers(self.folder)
        return snapshot.Snapshot(self.number, target, published_at, as_of)

    def _months_without_samples(self) -> tuple[frozenset[str], frozenset[str]]:
        """Retired months whose numbers stay as they are, and those whose numbers went as well."""
        retired = retired_in(self.connection)
        frozen = self.restored.union(month.jst_month for month in retired if month.marts_kept)
        return frozen, frozenset(month.jst_month for month in retired if not month.marts_kept)

    def _journal_entry(self, published_at: datetime) -> JournalEntry:
        whole = self._anew or self.parent is None
        history = history_in(self.connection, after=0 if whole else self.last_load)
        landings = self.landings or history.landings[-1:]
        changed = whole or history.retired != self._retired_before
        return JournalEntry(self.number, self.parent, published_at, whole, history.loads, landings,
                            history.retired if changed else None, history.touched)

    def retired(self) -> tuple[RetiredMonth, ...]:
        """Months whose samples are no longer in the lake."""
        return retired_in(self.connection)

    def configured_otherwise_than(self, published: Path) -> bool:
        """Whether a published snapshot was built with another configuration or other models."""
        with duckdb.connect(str(published), read_only=True) as connection:
            row = connection.execute("SELECT config_hash FROM snapshot_info").fetchone()
        return row is None or row[0] != self._config_hash

    def mapped_with(self) -> dict[str, str]:
        """Part of the configuration -> its digest when rows were mapped with it."""
        return dict(self.connection.execute("SELECT name, sha256 FROM mapped_with").fetchall())

    def remember_mapping(self, parts: Mapping[str, str]) -> None:
        self.connection.execute("DELETE FROM mapped_with")
        insert_rows(self.connection, "mapped_with",
                    [{"name": name, "sha256": digest} for name, digest in sorted(parts.items())])

    def _live_files(self, table: str) -> list[LakeFile]:
        rows = self.connection.execute(
            "SELECT table_name, jst_month, path, row_count FROM lake_file WHERE table_name = ?", [table]).fetchall()
        return [LakeFile(*row) for row in rows]

    def _note_replacements(self) -> None:
        """Mark loads of samples that took others' place as corrections, and those that came too late for any."""
        took = ("SELECT s.load_id, s.replaced_load_id, s.row_count FROM superseded AS s "
                "JOIN load AS l ON l.load_id = s.load_id WHERE l.part_of IS NULL")
        self.connection.execute(
            f"UPDATE load SET note = 'corrected' WHERE list_contains(?, table_name) AND load_id IN "
            f"(SELECT load_id FROM ({took}) WHERE load_id > replaced_load_id)", [_SAMPLE_TABLES])
        self.connection.execute(
            f"UPDATE load SET note = 'outdated' WHERE list_contains(?, table_name) AND note IS DISTINCT FROM 'mended' "
            f"AND accepted_rows > 0 AND accepted_rows = (SELECT sum(row_count) FROM ({took}) AS t "
            f"WHERE t.replaced_load_id = load.load_id AND t.load_id < t.replaced_load_id)", [_SAMPLE_TABLES])

    def _refresh_dimensions(self, months: set[str], *, everything: bool) -> None:
        """Write what the configuration says; while that is the same, only a calendar that the data have outgrown."""
        if everything or not self._calendar_holds(months):
            self._write_calendar(months)
        if not everything:
            return
        for dimension in DIMENSIONS:
            self._write_dimension(dimension)
        facts = pa.table({  # noqa: F841
            "table_name": [table.name for table in FACT_TABLES.values()],
            "title": [table.title for table in FACT_TABLES.values()],
            "interval_seconds": pa.array([table.interval_seconds for table in FACT_TABLES.values()], pa.int64())})
        self.connection.execute("CREATE OR REPLACE TABLE dim_fact AS SELECT * FROM facts")
        kpis = self._kpis.to_arrow()  # noqa: F841
        self.connection.execute("CREATE OR REPLACE TABLE dim_kpi AS SELECT * FROM kpis")

    def _calendar_holds(self, months: set[str]) -> bool:
        known = self.connection.execute("SELECT min(jst_date), max(jst_date) FROM dim_date").fetchone()
        return known == calendar_range(months)

    def _write_calendar(self, months: set[str]) -> None:
        """``dim_date``, and ``calendar_version`` (one row): which calendar that is."""
        tables, rules = self._registry.tables, self._registry.calendar_rules
        days = _calendar(self._registry, *calendar_range(months))  # noqa: F841
        self.connection.execute("CREATE OR REPLACE TABLE dim_date AS SELECT * FROM days")
        self.connection.execute(CalendarVersion.TABLE)
        self.connection.execute("INSERT INTO calendar_version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                list(astuple(CalendarVersion.of_config(tables, rules))))

    def _write_as_of(self) -> None:
        """``as_of`` (one row): until when the data reach; ``covered_month``: months that a table's files tell of.

        A file tells of no day after the one on which it was loaded, whatever period its name says.
        """
        as_of = self._data_as_of()
        self.connection.execute(
            "CREATE OR REPLACE TABLE as_of AS SELECT as_of_jst, CAST(as_of_jst AS DATE) AS as_of_date, "
            "CAST(hour(as_of_jst) * 60 + minute(as_of_jst) AS BIGINT) AS as_of_minute FROM (SELECT coalesce("
            "CAST(? AS TIMESTAMP), CAST(max(period_to) AS TIMESTAMP) + INTERVAL 1 DAY) AS as_of_jst "
            "FROM load WHERE status = 'accepted')", [as_of])
        self.connection.execute(
            "CREATE OR REPLACE TABLE covered_month AS SELECT DISTINCT l.table_name, d.jst_month FROM load AS l "
            "JOIN dim_date AS d ON d.jst_date BETWEEN l.period_from AND l.period_to CROSS JOIN as_of AS a "
            "WHERE l.status = 'accepted' AND CAST(d.jst_date AS TIMESTAMP) < a.as_of_jst "
            "AND d.jst_date <= CAST(l.loaded_at AS DATE)")

    def _covered(self) -> set[tuple[str, str]]:
        """The pairs of table and month in ``covered_month``; none before there is one."""
        self.connection.execute("CREATE TABLE IF NOT EXISTS covered_month (table_name VARCHAR, jst_month VARCHAR)")
        return set(self.connection.execute("SELECT table_name, jst_month FROM covered_month").fetchall())

    def _write_dimension(self, dimension: Dimension) -> None:
        fields = dimension.all_fields
        columns = ", ".join(f"{f.name} {FIELD_SQL[f.type]}" for f in fields)
        self.connection.execute(f"CREATE OR REPLACE TABLE dim_{dimension.name} ({columns})")
        rows = [{f.name: FOREVER if f.name == "valid_to" and row[f.name] is None else row[f.name] for f in fields}
                for row in self._registry.tables[dimension.name]]
        insert_rows(self.connection, f"dim_{dimension.name}", rows)

    def _data_as_of(self) -> datetime | None:
        """JST end of the newest regular sample (tickets and plans may lie later and say nothing of completeness)."""
        newest = max((month.data_until for month in retired_in(self.connection) if month.data_until), default=None)
        for table in FACT_TABLES.values():
            files = self._live_files(table.name)
            if table.interval_seconds is None or not files:
                continue
            month = max(file.month for file in files)
            last = max(time_bounds(self.folder.lake / file.path, table)[1] for file in files if file.month == month)
            end = last + timedelta(seconds=table.interval_seconds) + JST
            newest = end if newest is None else max(newest, end)
        return newest


@lru_cache(maxsize=2)
def _calendar(registry: Registry, first: date, last: date) -> pa.Table:
    """One row per day for ``dim_date``; a registry never changes."""
    tables = registry.tables
    return pa.Table.from_pylist(calendar_rows(tables, first, last, registry.calendar_rules,
                                              known_years(tables["holiday"])))
