"""One new snapshot in the making: a copy of the published one, changed beside it, checked, then published.

Nothing a reader has open is touched.  Killed at any point, the old snapshot stays published and the next build
removes what was left behind.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse import ledger, snapshot
from warehouse.calendar import calendar_rows
from warehouse.checks import run_checks
from warehouse.dimensions import DIMENSIONS, FIELD_SQL, FOREVER, Dimension
from warehouse.engine import connect
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder, fsync_path
from warehouse.kpi import KpiCatalogue
from warehouse.lake import JST, LakeFile, MonthWriter, StagedLoad
from warehouse.models import ModelBuilder, models_hash
from warehouse.registry import Registry

Progress = Callable[[str, int, int], None]
_SAMPLE_TABLES = [name for name, table in FACT_TABLES.items() if table.replaces == "span"]
_CALENDAR_FIRST, _CALENDAR_LAST = date(2021, 4, 1), date(2028, 3, 31)


def silent(_step: str, _done: int, _total: int) -> None:
    """The progress report of callers that show none."""


class WarehouseBuild:
    """Use under the writer lock: ``with folder.writer_lock(), WarehouseBuild(...) as build``."""

    def __init__(self, folder: DataFolder, registry: Registry, kpis: KpiCatalogue, config_hash: str,
                 progress: Progress = silent) -> None:
        self.folder, self._registry, self._kpis = folder, registry, kpis
        self._config_hash = hashlib.sha256(f"{config_hash}{models_hash()}".encode()).hexdigest()
        self._progress = progress
        self.parent = snapshot.current_number(folder)
        self.number = max([*snapshot.generations(folder), self.parent or 0]) + 1
        self._path = snapshot.snapshot_path(folder, self.number).with_suffix(".building")
        self._touched: dict[str, set[str]] = {}

    def __enter__(self) -> WarehouseBuild:
        snapshot.remove_leftovers(self.folder)
        self.scratch = self.folder.fresh_scratch()
        self.folder.snapshots.mkdir(parents=True, exist_ok=True)
        if self.parent is not None:
            snapshot.describe(self.folder, self.parent)  # a damaged parent is told as such
            shutil.copyfile(snapshot.snapshot_path(self.folder, self.parent), self._path)
        self.connection = connect(self._path, scratch=self.scratch)
        self.connection.execute(ledger.TABLES)
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self._path.unlink(missing_ok=True)
        self._path.with_name(self._path.name + ".wal").unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    @property
    def config_changed(self) -> bool:
        """Whether configuration or models differ from those the parent snapshot was built with."""
        row = self.connection.execute("SELECT config_hash FROM snapshot_info").fetchone()
        return row is None or row[0] != self._config_hash

    def stage(self, table: str, feed: str, load_id: int, as_of: date | None) -> StagedLoad:
        """Where the accepted rows of one load are streamed to."""
        path = self.scratch / "stage" / table / f"{load_id}.parquet"
        return StagedLoad(FACT_TABLES[table], load_id, feed, path, as_of)

    def land(self, loads: Iterable[StagedLoad]) -> None:
        """Write the touched months of the lake anew and list them in the manifest."""
        by_table: dict[str, list[StagedLoad]] = {}
        for load in loads:
            by_table.setdefault(load.table.name, []).append(load)
        for name, staged in by_table.items():
            live = {file.month: file for file in self._live_files(name)}
            writer = MonthWriter(self.connection, self.folder, FACT_TABLES[name], staged, self.number)
            months = writer.months(live)
            for done, month in enumerate(months):
                self._progress(f"蓄積 {FACT_TABLES[name].title}", done, len(months))
                self._land_month(writer, name, month)

    def _land_month(self, writer: MonthWriter, table: str, month: str) -> None:
        written, superseded = writer.write(month)
        self.connection.execute("DELETE FROM lake_file WHERE table_name = ? AND jst_month = ?", [table, month])
        if written:
            self.connection.execute("INSERT INTO lake_file VALUES (?, ?, ?, ?)",
                                    [table, month, written.path, written.rows])
        for entry in superseded:
            self.connection.execute("INSERT INTO superseded VALUES (?, ?, ?, ?)",
                                    [entry.load_id, entry.replaced_load_id, table, entry.rows])
        self._touched.setdefault(table, set()).add(month)

    def replaced_samples(self, load_id: int) -> int:
        """How many regular samples of older loads this load took the place of."""
        row = self.connection.execute(
            "SELECT CAST(coalesce(sum(row_count), 0) AS BIGINT) FROM superseded WHERE load_id = ? "
            "AND list_contains(?, table_name)", [load_id, _SAMPLE_TABLES]).fetchone()
        return int(row[0]) if row else 0

    def build_marts(self) -> None:
        """Refresh dimensions and rebuild the mart partitions that the touched months feed."""
        files = {(row[0], row[1]): self.folder.lake / row[2] for row in self.connection.execute(
            "SELECT table_name, jst_month, path FROM lake_file").fetchall()}
        self._note_replacements()
        self._refresh_dimensions({month for _, month in files})
        self._write_as_of()
        self._progress("集計", 0, 1)
        ModelBuilder(self.connection, self.folder.lake, files).build(self._touched, everything=self.config_changed)
        self._progress("集計", 1, 1)

    def verify(self) -> None:
        """Run every check; raises :class:`warehouse.errors.ChecksFailed` when one selects a bad row."""
        run_checks(self.connection)

    def publish(self, published_at: datetime) -> snapshot.Snapshot:
        """Close the new file, force it to disk, and point ``CURRENT`` at it."""
        as_of = self._data_as_of()
        self.connection.execute("DELETE FROM snapshot_info")
        self.connection.execute("INSERT INTO snapshot_info VALUES (?, ?, ?, ?, ?)",
                                [self.number, self.parent, published_at, as_of, self._config_hash])
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        target = snapshot.snapshot_path(self.folder, self.number)
        fsync_path(self._path)
        self._path.replace(target)
        fsync_path(target.parent)
        snapshot.point_to(self.folder, self.number)
        snapshot.prune(self.folder)
        snapshot.remove_leftovers(self.folder)
        return snapshot.Snapshot(self.number, target, published_at, as_of)

    def _live_files(self, table: str) -> list[LakeFile]:
        rows = self.connection.execute(
            "SELECT table_name, jst_month, path, row_count FROM lake_file WHERE table_name = ?", [table]).fetchall()
        return [LakeFile(*row) for row in rows]

    def _note_replacements(self) -> None:
        """Mark loads of samples that took others' place as corrections."""
        self.connection.execute(
            "UPDATE load SET note = 'corrected' WHERE list_contains(?, table_name) AND load_id IN "
            "(SELECT load_id FROM superseded WHERE row_count > 0)", [_SAMPLE_TABLES])

    def _refresh_dimensions(self, months: set[str]) -> None:
        for dimension in DIMENSIONS:
            self._write_dimension(dimension)
        first = min([_CALENDAR_FIRST, *(date.fromisoformat(f"{month}-01") for month in months)])
        last = max([_CALENDAR_LAST, *(date.fromisoformat(f"{month}-28") + timedelta(days=4) for month in months)])
        days = pa.Table.from_pylist(calendar_rows(self._registry.tables, first, last))  # noqa: F841
        self.connection.execute("CREATE OR REPLACE TABLE dim_date AS SELECT * FROM days")
        facts = pa.table({  # noqa: F841
            "table_name": [table.name for table in FACT_TABLES.values()],
            "title": [table.title for table in FACT_TABLES.values()],
            "interval_seconds": pa.array([table.interval_seconds for table in FACT_TABLES.values()], pa.int64())})
        self.connection.execute("CREATE OR REPLACE TABLE dim_fact AS SELECT * FROM facts")
        kpis = self._kpis.to_arrow()  # noqa: F841
        self.connection.execute("CREATE OR REPLACE TABLE dim_kpi AS SELECT * FROM kpis")

    def _write_as_of(self) -> None:
        """``as_of`` (one row): until when the data reach; ``covered_month``: months that a table's files tell of."""
        as_of = self._data_as_of()
        self.connection.execute(
            "CREATE OR REPLACE TABLE as_of AS SELECT coalesce(CAST(? AS TIMESTAMP), "
            "CAST(max(period_to) AS TIMESTAMP) + INTERVAL 1 DAY) AS as_of_jst FROM load WHERE status = 'accepted'",
            [as_of])
        self.connection.execute(
            "CREATE OR REPLACE TABLE covered_month AS SELECT DISTINCT l.table_name, d.jst_month FROM load AS l "
            "JOIN dim_date AS d ON d.jst_date BETWEEN l.period_from AND l.period_to CROSS JOIN as_of AS a "
            "WHERE l.status = 'accepted' AND CAST(d.jst_date AS TIMESTAMP) < a.as_of_jst")

    def _write_dimension(self, dimension: Dimension) -> None:
        fields = dimension.all_fields
        columns = ", ".join(f"{f.name} {FIELD_SQL[f.type]}" for f in fields)
        self.connection.execute(f"CREATE OR REPLACE TABLE dim_{dimension.name} ({columns})")
        rows = [{f.name: FOREVER if f.name == "valid_to" and row[f.name] is None else row[f.name] for f in fields}
                for row in self._registry.tables[dimension.name]]
        if rows:
            typed = pa.Table.from_pylist(rows)  # noqa: F841
            self.connection.execute(f"INSERT INTO dim_{dimension.name} BY NAME SELECT * FROM typed")

    def _data_as_of(self) -> datetime | None:
        """JST end of the newest regular sample (tickets and plans may lie later and say nothing of completeness)."""
        newest: datetime | None = None
        for table in FACT_TABLES.values():
            files = [self.folder.lake / file.path for file in self._live_files(table.name)]
            if table.interval_seconds is None or not files:
                continue
            last = _newest(self.connection, table.time, max(files, key=lambda path: path.parent.name))
            if last is not None:
                end = last + timedelta(seconds=table.interval_seconds) + JST
                newest = end if newest is None else max(newest, end)
        return newest


def _newest(connection: duckdb.DuckDBPyConnection, column: str, path: Path) -> datetime | None:
    row = connection.execute(f"SELECT max({column}) FROM read_parquet(?)", [str(path)]).fetchone()
    return row[0] if row else None
