"""What every block builder gets and gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd

from exports.contract import ContractInfo
from exports.data import DataSource
from exports.model import ChartSpec, Column, Series
from exports.text import amount, missing, month_ja, month_label, plain
from exports.wording import PeriodWords, words_for
from warehouse.period import Period

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Context:
    """The period being reported and where its figures come from; ``headings``: section id -> 「３」「３（１）」.

    ``tenant`` is the code of the body whose edition this is, empty in the prefecture's.

    Queries named ``…_month`` tell of a month.  Of a longer period :meth:`period_frame` asks the query that answers
    the same for it, from sums and samples of the period itself; nothing is ever averaged over months.
    """

    period: Period
    data: DataSource
    contract: ContractInfo
    created_at: datetime
    tenant: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)

    @property
    def grain(self) -> str:
        """The KPI grain of the edition: figures of the whole, or of the body."""
        return "tenant" if self.tenant else "all"

    @property
    def is_month(self) -> bool:
        return self.period.kind == "month"

    @property
    def words(self) -> PeriodWords:
        return words_for(self.period)

    @property
    def month(self) -> str:
        """The month reported; of a longer period the last one that its figures are made of."""
        return f"{self.through:%Y-%m}"

    @property
    def through(self) -> date:
        """The last day that the figures tell of; before the end of a longer period while it runs."""
        if self.is_month:
            return self.period.end
        row = self._told
        return row["through_date"] if isinstance(row["through_date"], date) else self.period.end

    @property
    def is_complete(self) -> bool:
        """Whether every month of the period is told of; only then it is compared with another."""
        return self.is_month or bool(self._told["is_complete"])

    @property
    def made_of(self) -> int:
        """How many months of the period the figures are made of."""
        return 1 if self.is_month else int(self._told["made_of"])

    @property
    def is_compared(self) -> bool:
        """Whether the period is over and there are numbers of the one before it."""
        return self.is_month or (self.is_complete and str(self.period.previous()) in self._periods)

    @property
    def _told(self) -> dict[str, Any]:
        found = self._periods.get(str(self.period))
        if found is None:
            raise Unfilled(f"{self.period.label_ja}には、終わった月のデータがありません。")
        return {**found, "through_date": _day(found["through_date"])}

    @cached_property
    def _periods(self) -> dict[str, dict[str, Any]]:
        """The periods that have numbers; a look at the rules only: the block being filled does not show them."""
        with self.data.filling(""):
            return {row["period_id"]: row for row in records(self.data.frame("reporting_periods"))}

    def month_frame(self, query: str, **params: Any) -> pd.DataFrame:
        """What a query tells of :attr:`month`."""
        return self.data.frame(query, month=self.month, **params)

    def period_frame(self, query: str) -> pd.DataFrame:
        """What the month's query tells, of the whole period."""
        if self.is_month:
            return self.month_frame(query)
        longer, asks = _LONGER[query]
        return {"period": self.own_frame, "days": self.days_frame, "months": self.year_frame}[asks](longer)

    def own_frame(self, query: str) -> pd.DataFrame:
        """Rows of a query that is asked for a reporting period."""
        return self.data.frame(query, period=str(self.period))

    def days_frame(self, query: str) -> pd.DataFrame:
        return self.data.frame(query, first_date=self.period.start, last_date=self.period.end)

    def year_frame(self, query: str) -> pd.DataFrame:
        """Rows of :attr:`months`."""
        months = self.months
        return self.data.frame(query, from_month=months[0], to_month=months[-1])

    def open_faults(self) -> pd.DataFrame:
        """Faults that were detected up to the last day told, whenever, and are not completed."""
        return self.data.frame("open_faults", last_date=self.through)

    @property
    def months(self) -> tuple[str, ...]:
        """The columns of a trend: the twelve months that end with the month reported, or those of a longer period."""
        return self.period.trailing_months(12) if self.is_month else self.period.months

    def compare(self, before: str, year: str) -> tuple[tuple[str, str], ...]:
        """Changes with their names, 「前月比」 and 「前年同月比」, for :func:`exports.text.comparisons`."""
        last_year = self.words.last_year
        return ((f"{self.words.previous}比", before), *([(f"{last_year}比", year)] if last_year else []))

    def trailing_frame(self, query: str, count: int) -> pd.DataFrame:
        """Rows of the ``count`` months that end with this one."""
        months = self.period.trailing_months(count)
        return self.data.frame(query, from_month=months[0], to_month=months[-1])

    def told(self, *tables: str) -> bool:
        """Whether files tell of the month in any of these tables; nothing in it then means that there was nothing."""
        with self.data.filling(""):
            rows = records(self.data.frame("told_months", from_month=self.month, to_month=self.month))
        return any(row["table_name"] in tables for row in rows)

    def results(self, grain: str, period: Period | None = None) -> list[dict[str, Any]]:
        """KPI measures of a grain in a reporting period: the report's own unless stated."""
        return records(self.data.frame("kpi_results", period=str(period or self.period), grain=grain))

    def kpi(self, kpi_id: str, value: Any) -> str:
        """A figure that is a measure of a KPI, or an earlier one of it, with the measure's decimals and rounding."""
        row = self._measures.get(kpi_id)
        if row is None:
            raise Unfilled(f"指標「{kpi_id}」が指標一覧にありません。")
        return amount(value, int(row["decimals"]), row["rounding"])

    def kpis(self) -> pd.DataFrame:
        """The main KPIs of the period; one that is asked of lines has a row for each."""
        if self.is_month:
            return self.own_frame("kpi_summary")
        frame = self.own_frame("kpi_items")
        return frame[frame["headline"].astype(bool)].reset_index(drop=True)

    def kpi_catalogue(self) -> list[dict[str, Any]]:
        """Every measure with its rounding; a look at the rules only: the block being filled does not show them."""
        return list(self._measures.values())

    @cached_property
    def _measures(self) -> dict[str, dict[str, Any]]:
        with self.data.filling(""):
            return {row["kpi_id"]: row for row in records(self.data.frame("kpi_catalogue"))}

    def compared(self, query: str) -> pd.DataFrame:
        """A query that also wants the previous month and the month a year ago; a longer period knows its own."""
        if not self.is_month:
            return self.period_frame(query)
        return self.month_frame(
            query,
            previous_month=self.period.previous().last_month,
            last_year_month=self.period.last_year().last_month,
        )


@dataclass(frozen=True)
class TableContent:
    """Printed rows; no rows means that there was nothing to list."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    total_rows: int = 0


@dataclass(frozen=True)
class CardContent:
    """One case of a list of cases: the title of its table, and the table."""

    title: str
    table: TableContent


@dataclass(frozen=True)
class ChartContent:
    """A chart with the one sentence that reads it."""

    spec: ChartSpec
    summary: str
    notes: tuple[str, ...] = ()


Sentences = tuple[str, ...]
Builder = Callable[[Context, Params], Any]


_LONGER = {
    "service_month": ("service_period", "period"),
    "line_month": ("line_period", "period"),
    "line_group_month": ("line_period", "period"),
    "device_month": ("device_results", "period"),
    "licence_month": ("licence_results", "period"),
    "tenant_month": ("tenant_period", "period"),
    "unplaced_month": ("unplaced_period", "period"),
    "coverage_month": ("coverage_period", "period"),
    "ticket_matrix": ("ticket_matrix_period", "months"),
    "change_month": ("change_kinds_period", "months"),
    "detection_function_month": ("detection_functions", "days"),
}
"""Queries of a month, and those that answer the same for a longer period: what these are asked with."""


class Unfilled(Exception):
    """A builder cannot fill its block; ``assemble`` turns it into a SectionError that names the place."""


def require_rows(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """The frame itself; :class:`Unfilled` when it holds no row although it always should."""
    if frame.empty:
        raise Unfilled(f"{what}が1件もありません。")
    return frame


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of plain values; missing is None."""
    names = [str(name) for name in frame.columns]
    return [
        {name: plain(value) for name, value in zip(names, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]


def total(values: Iterable[Any]) -> Any:
    """Sum; None when nothing was measured, so that an unknown total never looks like zero."""
    known = [value for value in values if not missing(value)]
    return sum(known) if known else None


def pivot(rows: Sequence[Mapping[str, Any]], keys: tuple[str, str], value: str = "n") -> dict[tuple[Any, Any], Any]:
    """``{(row key, column key): value}``."""
    return {(row[keys[0]], row[keys[1]]): row[value] for row in rows}


def month_columns(first_header: str, months: Sequence[str], weight: float = 2.6) -> tuple[Column, ...]:
    return (Column(first_header, "left", weight), *(Column(month_label(month)) for month in months))


def month_row(label: str, values: Iterable[Any], decimals: int = 0) -> tuple[str, ...]:
    return (label, *(amount(value, decimals) for value in values))


def series_over(name: str, cells: Mapping[Any, Any], keys: Iterable[Any], scale: float = 1.0) -> Series:
    """A chart series with a gap wherever the value is missing."""
    return Series(
        name,
        tuple(None if missing(cells.get(key)) else float(cells[key]) / scale for key in keys),
    )


def _day(value: Any) -> Any:
    """pandas gives dates as midnights."""
    return value.date() if isinstance(value, datetime) else value


def months_sentence(what: str, by_month: Mapping[str, Any], unit: str) -> str:
    """「6か月の受付は1,498件で、最も多い月は令和8年8月の271件である。」; a month without data is no zero."""
    known = {month: value for month, value in by_month.items() if not missing(value)}
    if not known:
        return f"{len(by_month)}か月の{what}はデータなしである。"
    span = f"{len(by_month)}か月" if len(known) == len(by_month) else f"データのある{len(known)}か月"
    whole = f"{span}の{what}は{amount(sum(known.values()))}{unit}で"
    top = max(known, key=lambda month: known[month])
    if not known[top]:
        return f"{whole}ある。"
    return f"{whole}、最も多い月は{month_ja(top)}の{amount(known[top])}{unit}である。"
