"""The one way to read numbers: named queries, a scope for every read, and nothing else.

The snapshot is attached read-only behind *scoped views*: rows with a ``tenant_code`` appear only for the tenants of
the scope, prefecture-wide rows only when the scope says ``platform``.  Without a scope every view is empty.  A view
is made when the first query reads it: making all of them takes longer than most queries.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd

from warehouse import snapshot
from warehouse.engine import connect, file_list, literal
from warehouse.errors import QueryError, QueryTooLong, SnapshotDamaged
from warehouse.facts import FACT_TABLES, FactTable
from warehouse.folder import DataFolder
from warehouse.models import fact_sql
from warehouse.scope import Scope

SCREEN_SECONDS = 20.0
"""How long a query of a screen may take: the slowest of the whole demo takes a fiftieth of it."""
QUERIES = Path(__file__).with_name("queries")
Parameter = str | int | float | bool | date | list[int] | None

_PUBLIC_DIMENSIONS = frozenset({"dim_date", "dim_kpi", "dim_severity", "dim_route", "dim_ticket_kind", "dim_function",
                                "dim_ticket_channel", "dim_change_kind", "dim_service", "dim_fact",
                                "calendar_month", "calendar_version", "as_of", "covered_month", "dim_feed",
                                "dim_event_kind", "retired_month", "reporting_period", "period_month",
                                "dim_obligation", "dim_size_band", "dim_noted_event", "catalogue_table",
                                "catalogue_column", "catalogue_code", "security_whole"})
_SHARED = frozenset({"arrival_due", "arrival_day", "arrival_gap_day", "arrival_gap", "arrival_anomaly", "outage_month",
                     "service_month", "high_sample", "month_percentile", "long_guess", "long_percentile", "percentile",
                     "kpi_value", "kpi_result", "obligation_due"})
_HIDDEN = frozenset({"snapshot_info", "lake_file", "built_month", "mapped_with", "told_update"})

Readers = Literal["own", "shared", "all", "targets", "prefecture", "nobody"]
_CONDITIONS: dict[Readers, str] = {
    "own": "list_contains(getvariable('scope_tenants'), tenant_code)",
    # rows of no tenant (a line's, a whole feed's) are prefecture-wide
    "shared": "CASE WHEN tenant_code IS NULL THEN getvariable('scope_platform') "
              "ELSE list_contains(getvariable('scope_tenants'), tenant_code) END",
    "all": "len(getvariable('scope_tenants')) > 0",
    "targets": "len(getvariable('scope_tenants')) > 0 AND (grain IS DISTINCT FROM 'tenant' OR entity IS NULL "
               "OR list_contains(getvariable('scope_tenants'), entity))",
    "prefecture": "getvariable('scope_platform')",
}


def readers_of(table: str, columns: Collection[str]) -> Readers:
    """Who reads which rows of a table; one that nobody classified is the prefecture's."""
    if table in _HIDDEN:
        return "nobody"
    if "tenant_code" in columns:
        return "shared" if table in _SHARED else "own"
    if table == "dim_target":
        return "targets"
    return "all" if table in _PUBLIC_DIMENSIONS else "prefecture"


@dataclass(frozen=True)
class NamedQuery:
    """A file of ``warehouse/queries``; its head says what one row is."""

    name: str
    sql: str
    parameters: frozenset[str]


@cache
def named_query(name: str) -> NamedQuery:
    """The query of that name; raises :class:`QueryError` when there is none."""
    path = QUERIES / f"{name}.sql"
    if not re.fullmatch(r"[a-z0-9_]+", name) or not path.is_file():
        raise QueryError("照会が見つかりません", f"「{name}」という照会はありません。", "管理者に連絡してください。")
    sql = path.read_text(encoding="utf-8")
    body = re.sub(r"--[^\n]*", "", sql)
    return NamedQuery(name, sql, frozenset(re.findall(r"\$([a-z_]+)", body)))


class Reader:
    """Reads one published snapshot.  Safe to share between threads: every read has a cursor of its own."""

    def __init__(self, folder: DataFolder, published: snapshot.Snapshot, limit_seconds: float | None = None) -> None:
        """``limit_seconds``: how long one query may take; without it any query runs to its end."""
        self.snapshot, self._folder, self._limit_seconds = published, folder, limit_seconds
        self._connection, self._lock, self._shown = connect(None), threading.Lock(), set[str]()
        try:
            self._connection.execute(f"ATTACH {literal(published.path)} AS wh (READ_ONLY)")
            self._connection.execute("CREATE SCHEMA lake; CREATE SCHEMA scoped")
            self._columns = self._columns_of_tables()
            rows = self._connection.execute("SELECT DISTINCT tenant_code FROM wh.dim_tenant").fetchall()
        except duckdb.Error as error:
            self._connection.close()
            raise self._damaged(error) from error
        self._whole_scope = Scope(frozenset(row[0] for row in rows), platform=True)

    def query(self, name: str, scope: Scope, **parameters: Parameter) -> pd.DataFrame:
        """Rows of a named query as the scope may see them; missing values are None/NaN.

        Raises :class:`QueryError` when the query does not exist or its parameters differ from those given,
        :class:`QueryTooLong` when it was stopped at the reader's time limit, and :class:`SnapshotDamaged` when the
        snapshot lacks what the query reads (an older release made it).
        """
        query = named_query(name)
        if query.parameters != parameters.keys():
            raise QueryError("照会の条件が違います",
                             f"「{name}」の条件は {', '.join(sorted(query.parameters)) or 'なし'} ですが、"
                             f"{', '.join(sorted(parameters)) or 'なし'} が渡されました。",
                             "管理者に連絡してください。")
        try:
            return self._run(name, query.sql, scope, parameters)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise SnapshotDamaged(
                "公開中のデータは、前の版のプログラムで作られています",
                f"スナップショット {self.snapshot.number} には、照会「{name}」の読む項目がありません。",
                "python app.py rebuild で、保管した原本から作り直してください。") from error

    def rows_by_load(self, table: str, scope: Scope, first: date, last: date, column: str = "",
                     value: str = "") -> pd.DataFrame:
        """How many live rows of a fact table each load has brought for the JST days (``load_id``, ``rows``).

        ``column`` restricts them to one entity.  KeyError for tables and columns that the facts do not have.
        """
        own = f" AND CAST({FACT_TABLES[table].column(column).name} AS VARCHAR) = $value" if column else ""
        sql = (f"SELECT load_id, count(*) AS rows FROM scoped.{FACT_TABLES[table].name} "
               f"WHERE jst_date BETWEEN $first AND $last{own} GROUP BY load_id ORDER BY load_id")
        wanted: dict[str, Parameter] = {"first": first, "last": last, **({"value": value} if column else {})}
        return self._run("rows_by_load", sql, scope, wanted)

    def whole_scope(self) -> Scope:
        """The prefecture's scope: every connected body and everything prefecture-wide."""
        return self._whole_scope

    @contextmanager
    def free_cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor with the prefecture's scope for free SQL: settings locked, nothing but the data in reach."""
        self._show({*FACT_TABLES, *self._columns})
        connection = self._connection
        lake = file_list([self._folder.lake.resolve(), self.snapshot.path.parent])
        connection.execute(f"SET allowed_directories = {lake}")
        connection.execute("SET allow_persistent_secrets = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        with connection.cursor() as cursor:
            set_scope(cursor, self.whole_scope())
            cursor.execute("SET schema = 'scoped'")
            yield cursor

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def _run(self, name: str, sql: str, scope: Scope, parameters: Mapping[str, Parameter]) -> pd.DataFrame:
        self._show(set(re.findall(r"\bscoped\.([a-z0-9_]+)", sql)))
        with self._connection.cursor() as cursor:
            set_scope(cursor, scope)
            with self._limited(name, cursor):
                return cursor.execute(sql, dict(parameters)).df()

    @contextmanager
    def _limited(self, name: str, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Stops what the cursor runs at the time limit."""
        if self._limit_seconds is None:
            yield
            return
        watch = threading.Timer(self._limit_seconds, cursor.interrupt)
        watch.start()
        try:
            yield
        except duckdb.InterruptException as error:
            raise QueryTooLong(name, self._limit_seconds) from error
        finally:
            watch.cancel()
            watch.join()  # it must not reach for a cursor that is closed

    def _columns_of_tables(self) -> dict[str, set[str]]:
        """The tables of the snapshot that anybody may read, with their columns."""
        columns: dict[str, set[str]] = {}
        for name, column in self._connection.execute(
                "SELECT table_name, column_name FROM duckdb_columns() "
                "WHERE database_name = 'wh' AND schema_name = 'main'").fetchall():
            columns.setdefault(name, set()).add(column)
        return {name: names for name, names in columns.items() if name not in _HIDDEN}

    def _show(self, tables: Set[str]) -> None:
        """Make the scoped views of these tables that there are not yet; other names are left to the query."""
        with self._lock:
            try:
                for name in sorted((tables - self._shown) & (FACT_TABLES.keys() | self._columns.keys())):
                    if name in FACT_TABLES:
                        self._show_fact(FACT_TABLES[name])
                    else:
                        self._scoped_view(name, f"wh.main.{name}", self._columns[name])
                    self._shown.add(name)
            except duckdb.Error as error:
                raise self._damaged(error) from error

    def _show_fact(self, table: FactTable) -> None:
        files = self._connection.execute("SELECT path FROM wh.lake_file WHERE table_name = ? ORDER BY jst_month, path",
                                         [table.name]).fetchall()
        self._connection.execute(
            f"CREATE VIEW lake.{table.name} AS {fact_sql(table, [self._folder.lake / row[0] for row in files])}")
        self._scoped_view(table.name, f"lake.{table.name}", set(table.names))

    def _scoped_view(self, name: str, source: str, columns: set[str]) -> None:
        condition = _CONDITIONS[readers_of(name, columns)]
        self._connection.execute(f"CREATE VIEW scoped.{name} AS SELECT * FROM {source} WHERE {condition}")

    def _damaged(self, error: duckdb.Error) -> SnapshotDamaged:
        return SnapshotDamaged(
            "公開中のデータが読めません", f"スナップショット {self.snapshot.number}: {error}",
            "lake フォルダーと warehouse フォルダーをバックアップから復元するか、"
            "python app.py rollback で前の世代に戻してください。")


def set_scope(cursor: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Bind the scope to one cursor; the scoped views read it."""
    codes = ", ".join(literal(code) for code in scope.visible_codes())
    cursor.execute(f"SET VARIABLE scope_tenants = CAST([{codes}] AS VARCHAR[])")
    cursor.execute(f"SET VARIABLE scope_platform = {'true' if scope.platform else 'false'}")


def open_current(data: Path) -> Reader:
    """Open the published snapshot of a data folder; raises :class:`warehouse.errors.NoSnapshot`."""
    folder = DataFolder(data)
    return Reader(folder, snapshot.current(folder))


def open_generation(data: Path, number: int) -> Reader:
    """Open one generation; raises :class:`warehouse.errors.SnapshotDamaged` when it is not on disk any more."""
    folder = DataFolder(data)
    if number not in snapshot.generations(folder):
        raise SnapshotDamaged(
            "そのデータ版は残っていません", f"データ版 {number} は、新しい版を公開したときに片付けられました。",
            "公開中のデータで、確認の依頼からやり直してください。")
    return Reader(folder, snapshot.describe(folder, number))
