"""The data catalogue as a scope may see it: tables and columns, KPIs, feeds, lists of codes, and how fresh they are.

Screens, ``app.py catalogue`` and ``docs/data_dictionary.md`` show what :func:`read_catalogue` finds; the snapshot holds
it (:mod:`warehouse.catalogue_tables`).  What things are called is everybody's; row counts, times of loads and
prefecture-wide lists need the prefecture's scope.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeVar

from warehouse.errors import QueryError
from warehouse.reading import FrameReader, plain_rows
from warehouse.scope import Scope

T = TypeVar("T")
_DEFINITION = ("kpi_id", "kpi_no", "name", "purpose", "formula", "numerator", "denominator", "exclusions", "unit",
               "factor", "decimals", "rounding", "direction", "clause", "model", "headline")
_TYPES = {"VARCHAR": "文字列", "BOOLEAN": "真偽", "DATE": "日付", "TIMESTAMP": "日時", "DOUBLE": "小数",
          "DECIMAL": "小数"}


@dataclass(frozen=True)
class ColumnDoc:
    """One column; ``codes`` names the list of codes that its values come from (empty: none)."""

    name: str
    title: str
    data_type: str
    unit: str
    meaning: str
    is_key: bool
    codes: str
    codes_title: str

    @property
    def type_title(self) -> str:
        """The kind of value in Japanese: 文字列, 整数, 小数, 日付, 日時, 真偽; 組 for several values."""
        if self.data_type.endswith("]") or self.data_type.startswith("MAP"):
            return "組"
        return _TYPES.get(self.data_type.split("(")[0], "整数")


@dataclass(frozen=True)
class Table:
    """One table; ``grain`` lists in Japanese what there is a row for.  Times are naive JST.

    ``row_count``, the months and ``last_loaded_at`` are None without the prefecture's scope; ``data_as_of`` is the end
    of the newest sample, None for what is not made of data.
    """

    name: str
    title: str
    kind: str
    kind_title: str
    grain: str
    source: str
    readers: str
    readers_title: str
    row_count: int | None
    first_month: str | None
    last_month: str | None
    last_loaded_at: datetime | None
    data_as_of: datetime | None
    columns: tuple[ColumnDoc, ...]


@dataclass(frozen=True)
class Target:
    """What a KPI should reach: for everything (grain None), a grain, or one entity; ``valid_to`` None: still."""

    grain: str | None
    entity: str | None
    operator: str
    target: float | None
    caution: float | None
    clause: str | None
    reason: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class KpiDoc:
    """One measure of a KPI as ``config/kpi.toml`` defines it, and all its targets."""

    kpi_id: str
    kpi_no: str
    name: str
    purpose: str
    formula: str
    numerator: str
    denominator: str
    exclusions: str
    unit: str
    factor: float
    decimals: int
    rounding: str
    direction: str
    clause: str
    model: str
    headline: bool
    grains: tuple[str, ...]
    reports: tuple[str, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class FeedDoc:
    """One feed: what it promised and how fresh it is.  ``every`` None: nothing is expected of it.

    ``covered_to`` is the last month that its table's files tell of, ``last_date`` the last day of which something due
    came.  Files, rows and times of loads are None without the prefecture's scope.
    """

    feed: str
    title: str
    table_name: str
    table_title: str
    file_names: str
    every: str | None
    days: str
    opens_minute: int
    closes_minute: int
    interval_minutes: int
    due_day: int
    first_date: date | None
    covered_to: str | None
    last_date: date | None
    last_loaded_at: datetime | None
    files: int | None
    accepted_rows: int | None
    data_as_of: datetime | None

    @property
    def promise(self) -> str:
        """What should come and when, in Japanese: 毎日、5分値."""
        days = "開庁日" if self.days == "open" else "毎日"
        if self.every == "sample":
            whole = self.opens_minute == 0 and self.closes_minute == 1440
            hours = "" if whole else f"{_clock(self.opens_minute)}〜{_clock(self.closes_minute)}の"
            return f"{days}、{hours}{self.interval_minutes}分値"
        return {"day": days, "month": f"毎月（翌月{self.due_day}日まで）"}.get(self.every or "", "定めなし")


@dataclass(frozen=True)
class Code:
    """One code of a list; ``detail`` is its definition or unit, the days are None for codes of the program."""

    code: str
    name: str
    detail: str | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class CodeList:
    """A list of codes: of the program (``is_fixed``) or of the configuration."""

    name: str
    title: str
    is_fixed: bool
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Catalogue:
    """All there is; empty for an empty scope."""

    tables: tuple[Table, ...]
    kpis: tuple[KpiDoc, ...]
    feeds: tuple[FeedDoc, ...]
    code_lists: tuple[CodeList, ...]

    def table(self, name: str) -> Table:
        """The table of that name; raises :class:`QueryError` when there is none."""
        return _found(self.tables, "name", name, "表", "tables")

    def kpi(self, kpi_id: str) -> KpiDoc:
        """The measure of that id; raises :class:`QueryError` when there is none."""
        return _found(self.kpis, "kpi_id", kpi_id, "指標", "kpis")

    def code_name(self, list_name: str, code: str | None) -> str:
        """The newest name of a code, the code itself when the list has no such code; empty for None."""
        names = {entry.code: entry.name for codes in self.code_lists if codes.name == list_name
                 for entry in codes.codes}
        return names.get(code, code) if code is not None else ""


def read_catalogue(reader: FrameReader, scope: Scope) -> Catalogue:
    """The catalogue of a snapshot.

    Raises :class:`warehouse.errors.SnapshotDamaged` when an older release made the snapshot.
    """
    return Catalogue(tuple(_tables(reader, scope)), tuple(_kpis(plain_rows(reader, "catalogue_kpis", scope))),
                     tuple(FeedDoc(**row) for row in plain_rows(reader, "catalogue_feeds", scope)),
                     tuple(_code_lists(plain_rows(reader, "catalogue_codes", scope))))


def _tables(reader: FrameReader, scope: Scope) -> Iterable[Table]:
    columns: dict[str, list[ColumnDoc]] = {}
    for row in plain_rows(reader, "catalogue_columns", scope):
        columns.setdefault(row["table_name"], []).append(ColumnDoc(
            row["column_name"], row["title"], row["data_type"], row["unit"], row["meaning"], row["is_key"],
            row["codes"], row["codes_title"] or ""))
    for row in plain_rows(reader, "catalogue_tables", scope):
        name = row["table_name"]
        yield Table(name, row["title"], row["kind"], row["kind_name"], row["grain"], row["source"], row["readers"],
                    row["readers_name"], row["row_count"], row["first_month"], row["last_month"],
                    row["last_loaded_at"], row["data_as_of"], tuple(columns.get(name, ())))


def _kpis(rows: list[dict[str, Any]]) -> Iterable[KpiDoc]:
    for _, group in groupby(rows, key=lambda row: row["kpi_id"]):
        own = list(group)
        yield KpiDoc(**{name: own[0][name] for name in _DEFINITION}, grains=tuple(own[0]["grains"].split(",")),
                     reports=tuple(own[0]["reports"].split(",")),
                     targets=tuple(_target(row) for row in own if row["operator"] is not None))


def _target(row: dict[str, Any]) -> Target:
    return Target(row["target_grain"], row["target_entity"], row["operator"], row["target"], row["caution"],
                  row["target_clause"], row["target_reason"], row["valid_from"], row["valid_to"])


def _code_lists(rows: list[dict[str, Any]]) -> Iterable[CodeList]:
    for name, group in groupby(rows, key=lambda row: row["list_name"]):
        own = list(group)
        yield CodeList(name, own[0]["list_title"], own[0]["is_fixed"], tuple(
            Code(row["code"], row["name"], row["detail"], row["valid_from"], row["valid_to"]) for row in own))


def _found(entries: Iterable[T], key: str, wanted: str, title: str, part: str) -> T:
    for entry in entries:
        if getattr(entry, key) == wanted:
            return entry
    raise QueryError(f"{title}が見つかりません", f"「{wanted}」という{title}はありません。",
                     f"python app.py catalogue {part} で一覧を確かめてください。")


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def plain(value: Any) -> Any:
    """For JSON: dates and times in ISO form."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
