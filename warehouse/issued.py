"""Issued documents that a later file has touched: their figures may differ from what a new one would say.

A document counts as issued when its ``manifest.json`` carries a day of issue.  A file touches it when the file tells of
the document's period and changes rows of its months: corrected, late or mended ones.  Files of later periods, in which
open items merely go on, do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from warehouse.engine import file_list, literal
from warehouse.errors import PeriodError
from warehouse.facts import FACT_TABLES, FactTable
from warehouse.folder import DataFolder
from warehouse.ledger import LoadRecord
from warehouse.period import Period
from warehouse.rejects import open_ledger
from warehouse.snapshot import snapshot_path


@dataclass(frozen=True)
class IssuedDocument:
    """A document that was issued; ``document`` is its folder below ``out/``, ``snapshot`` what it was made from."""

    document: str
    title: str
    period: Period
    issued_on: date
    snapshot: int
    tenant_codes: frozenset[str]
    platform: bool


@dataclass(frozen=True)
class Touched:
    """What one load changed under one issued document, over all its months and tenants.  Rows are those of the lake."""

    load_id: int
    document: str
    title: str
    period: str
    issued_on: date
    changes: tuple[Change, ...]

    def told(self) -> str:
        """For a user: which document, and what changed in it."""
        return (f"{self.title}（{self.issued_on:%Y-%m-%d} 提出）: "
                + "、".join(change.told() for change in self.changes))


@dataclass(frozen=True)
class Change:
    """Rows of one fact table and month that differ; ``tenants`` are those with a difference."""

    table_name: str
    month: str
    tenants: tuple[str, ...]
    rows_before: int
    rows_after: int
    rows_changed: int

    def told(self) -> str:
        whose = f"・{_listed(self.tenants)}" if self.tenants else ""
        count = f"{self.rows_before:,}件→{self.rows_after:,}件、" if self.rows_before != self.rows_after else ""
        return f"{FACT_TABLES[self.table_name].title} {self.month}{whose}（{count}異なる記録 {self.rows_changed:,}件）"


def issued_documents(out: Path) -> list[IssuedDocument]:
    """All documents below ``out`` that have a day of issue; manifests that cannot be read count as none."""
    found = (_document(out, path) for path in sorted(out.rglob("manifest.json"))) if out.is_dir() else ()
    return [document for document in found if document is not None]


def note_touched(connection: duckdb.DuckDBPyConnection, folder: DataFolder, loads: Iterable[LoadRecord],
                 parent: int | None, number: int) -> None:
    """Compare the months of issued documents before (snapshot ``parent``) and after the run, and enter what differs.

    ``number`` is the snapshot in the making, ``loads`` the accepted ones of the run; their rows have landed.
    """
    documents = issued_documents(folder.out)
    entered = [load for load in loads if load.status == "accepted" and load.accepted_rows]
    if not documents or not entered or parent is None:
        return
    before, after = _files(connection, snapshot_path(folder, parent)), _files(connection, None)
    for table_name, month in sorted({key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}):
        concerned = [document for document in documents if month in document.period.months]
        speaking = [load for load in entered if load.table_name == table_name]
        if not concerned or not speaking:
            continue
        table = FACT_TABLES[table_name]
        old, new = ([folder.lake / path for path in files.get((table_name, month), ())] for files in (before, after))
        differences = list(_differences(connection, table, old, new, [load.load_id for load in speaking]))
        for document in concerned:
            about = {load.load_id for load in speaking if _speaks_of(load, document.period)}
            _enter(connection, document, number, table, month,
                   [one for one in differences if one[1] in about and _in_scope(document, table, one[0])])


def touched_by(connection: duckdb.DuckDBPyConnection, load_id: int) -> list[Touched]:
    """The issued documents that a load touched."""
    rows = connection.execute(
        "SELECT document, title, period, issued_on, table_name, jst_month, "
        "list(tenant ORDER BY tenant) FILTER (tenant <> ''), CAST(sum(rows_before) AS BIGINT), "
        "CAST(sum(rows_after) AS BIGINT), CAST(sum(rows_changed) AS BIGINT) FROM issued_touched WHERE load_id = ? "
        "GROUP BY ALL ORDER BY ALL", [load_id]).fetchall()
    found: dict[tuple[str, str, str, date], list[Change]] = {}
    for row in rows:
        change = Change(row[4], row[5], tuple(row[6] or ()), row[7], row[8], row[9])
        found.setdefault((row[0], row[1], row[2], row[3]), []).append(change)
    return [Touched(load_id, document, title, period, issued_on, tuple(changes))
            for (document, title, period, issued_on), changes in found.items()]


def documents_to_look_at(data: Path) -> list[Touched]:
    """Issued documents of a data folder that later loads touched; raises :class:`warehouse.errors.NoSnapshot`."""
    with open_ledger(data) as connection:
        return to_look_at(connection, DataFolder(data).out)


def to_look_at(connection: duckdb.DuckDBPyConnection, out: Path) -> list[Touched]:
    """Touched documents that have not been made anew from a snapshot that holds the change."""
    present = {document.document: document.snapshot for document in issued_documents(out)}
    touched = connection.execute("SELECT DISTINCT load_id, document, snapshot FROM issued_touched").fetchall()
    wanted = {(load_id, document) for load_id, document, snapshot in touched if present.get(document, -1) < snapshot}
    return [one for load_id in sorted({load_id for load_id, _ in wanted}) for one in touched_by(connection, load_id)
            if (load_id, one.document) in wanted]


def _document(out: Path, path: Path) -> IssuedDocument | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not content.get("issued_on"):
            return None
        return IssuedDocument(
            document=path.parent.relative_to(out).as_posix(), title=str(content["title"]),
            period=Period.parse(content["period"]), issued_on=date.fromisoformat(content["issued_on"]),
            snapshot=int(content["snapshot"]), tenant_codes=frozenset(content["scope"]["tenant_codes"]),
            platform=bool(content["scope"]["platform"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, PeriodError):
        return None


def _files(connection: duckdb.DuckDBPyConnection, snapshot: Path | None) -> dict[tuple[str, str], list[str]]:
    """The live lake files of a snapshot (None: of the one in the making) by table and month."""
    listed = "SELECT table_name, jst_month, list(path ORDER BY path) FROM {}lake_file GROUP BY ALL"
    if snapshot is None:
        rows = connection.execute(listed.format("")).fetchall()
    else:
        connection.execute(f"ATTACH {literal(snapshot)} AS before (READ_ONLY)")
        try:
            rows = connection.execute(listed.format("before.")).fetchall()
        finally:
            connection.execute("DETACH before")
    return {(row[0], row[1]): row[2] for row in rows}


def _differences(connection: duckdb.DuckDBPyConnection, table: FactTable, before: list[Path], after: list[Path],
                 loads: list[int]) -> Iterator[tuple[str, int, int, int, int]]:
    """(tenant, load, rows before, rows after, rows that differ) of one month.

    Rows that went without others in their place, and those of older loads to which a new one added, count for the
    last of ``loads``.
    """
    owner = "tenant_code" if "tenant_code" in table.names else "''"
    columns = ", ".join(table.names)
    nothing = f"SELECT {', '.join(f'NULL AS {name}' for name in table.names)}, 0 AS load_id WHERE FALSE"
    old, new = (f"(SELECT {columns}, load_id FROM read_parquet({file_list(paths)}))" if paths else f"({nothing})"
                for paths in (before, after))
    same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM n.{name}" for name in table.names)
    keys = " AND ".join(f"o.{name} = n.{name}" for name in table.key)
    counts = {side: dict(connection.execute(f"SELECT {owner}, count(*) FROM {rows} GROUP BY ALL").fetchall())
              for side, rows in (("old", old), ("new", new))}
    differing = connection.execute(
        f"SELECT tenant, CASE WHEN list_contains(?, load_id) THEN load_id ELSE {max(loads)} END, count(*) FROM ("
        f"SELECT {owner} AS tenant, load_id FROM {new} AS n WHERE NOT EXISTS (SELECT 1 FROM {old} AS o WHERE {same}) "
        f"UNION ALL SELECT {owner}, {max(loads)} FROM {old} AS o WHERE NOT EXISTS "
        f"(SELECT 1 FROM {new} AS n WHERE {keys})) GROUP BY ALL ORDER BY ALL", [loads]).fetchall()
    for tenant, load_id, changed in differing:
        yield tenant, load_id, counts["old"].get(tenant, 0), counts["new"].get(tenant, 0), changed


def _speaks_of(load: LoadRecord, period: Period) -> bool:
    return bool(load.period_from and load.period_to and load.period_from <= period.end
                and load.period_to >= period.start)


def _in_scope(document: IssuedDocument, table: FactTable, tenant: str) -> bool:
    return document.platform or ("tenant_code" in table.names and tenant in document.tenant_codes)


def _enter(connection: duckdb.DuckDBPyConnection, document: IssuedDocument, number: int, table: FactTable, month: str,
           differences: list[tuple[str, int, int, int, int]]) -> None:
    for tenant, load_id, rows_before, rows_after, changed in differences:
        connection.execute(
            "INSERT INTO issued_touched VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [load_id, number, document.document, document.title, str(document.period), document.issued_on, table.name,
             month, tenant, rows_before, rows_after, changed])


def _listed(codes: tuple[str, ...]) -> str:
    return "、".join(codes[:3]) + (f" ほか{len(codes) - 3}団体" if len(codes) > 3 else "")
