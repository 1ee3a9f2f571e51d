"""The finished report: frozen, formatted, free of queries. Writers (Word, PDF, Excel, preview) know only this.

A table cell is the text that is printed; raw values travel separately as ``Dataset`` (the source data workbook).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

Align = Literal["left", "right", "center"]
ChartKind = Literal["line", "bar", "stacked_bar", "hbar", "heatmap"]
DataType = Literal["text", "integer", "number", "date", "datetime", "boolean"]
TableSize = Literal["normal", "small", "dense"]
_SHORT_CONTENTS = 18
RawValue = str | int | float | bool | date | datetime | None


HeadingStyle = Literal["prefecture", "decimal"]
CaptionPlace = Literal["above", "below"]
PdfVariant = Literal["pdf/ua-1", "pdf/a-2a", "pdf/a-3a"]


@dataclass(frozen=True)
class Style:
    """How documents are set where a deployment has its own rules; all variants of the PDF are tagged."""

    headings: HeadingStyle = "prefecture"
    table_caption: CaptionPlace = "above"
    figure_caption: CaptionPlace = "below"
    pdf: PdfVariant = "pdf/ua-1"


@dataclass(frozen=True)
class Column:
    """A table column. ``weight`` is its share of the width; ``group`` is the heading shared with its neighbours."""

    header: str
    align: Align = "right"
    weight: float = 1.0
    unit: str = ""
    group: str = ""


@dataclass(frozen=True)
class Text:
    """Paragraphs of running text."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Bullets:
    """A list; each item is one sentence or two."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A captioned table; ``rows`` hold printed text. ``total_rows`` of them, at the end, are totals."""

    anchor: str
    label: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    summary: str
    notes: tuple[str, ...] = ()
    source: str = ""
    total_rows: int = 0
    size: TableSize = "normal"

    @property
    def has_groups(self) -> bool:
        return any(column.group for column in self.columns)


@dataclass(frozen=True)
class Series:
    """One line or one bar colour. ``None`` is a missing value and is drawn as a gap, never as zero."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Reference:
    """A level to compare with, such as the guaranteed bandwidth."""

    name: str
    value: float


@dataclass(frozen=True)
class ChartSpec:
    """What a chart shows; ``unit`` belongs to the value axis, ``minimum`` is its origin (0 unless stated).

    A heatmap has a row for each series and a column for each category; it is set as a table of shaded figures.
    ``first_style`` is the place of the first bar colour, so that a part of a chart keeps the colours of the whole.
    """

    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    category_title: str = ""
    series_title: str = ""
    references: tuple[Reference, ...] = ()
    decimals: int = 0
    minimum: float = 0.0
    maximum: float | None = None
    value_labels: bool = False
    height_mm: float = 68.0
    first_style: int = 0

    @property
    def has_values(self) -> bool:
        return any(value is not None for one in self.series for value in one.values)


@dataclass(frozen=True)
class Chart:
    """A captioned figure: ``alt`` for readers who cannot see it, ``summary`` for everybody."""

    anchor: str
    label: str
    title: str
    spec: ChartSpec
    alt: str
    summary: str
    notes: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Commentary:
    """What people wrote for a place of the report, under a small heading; no words of it come from the program."""

    anchor: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class PageBreak:
    """Start a new page here."""


Block = Text | Bullets | Table | Chart | Commentary | PageBreak


@dataclass(frozen=True)
class Section:
    """A numbered heading with its blocks and subsections. ``landscape`` turns the whole section."""

    anchor: str
    number: str
    title: str
    level: int
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    landscape: bool = False

    @property
    def heading(self) -> str:
        return f"{self.number}{'' if self.number.endswith('）') else '　'}{self.title}"

    def walk(self) -> Iterator[Section]:
        yield self
        for child in self.sections:
            yield from child.walk()


@dataclass(frozen=True)
class Field:
    """One column of the source data workbook."""

    name: str
    header: str
    type: DataType
    unit: str
    meaning: str


@dataclass(frozen=True)
class Dataset:
    """Source data of the report's tables and figures: one query, one sheet, raw values, ``None`` = missing."""

    name: str
    sheet: str
    title: str
    source: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[RawValue, ...], ...]
    used_in: tuple[str, ...]


@dataclass(frozen=True)
class Revision:
    """A line of the revision history."""

    version: str
    on: date
    change: str
    author: str
    approver: str


@dataclass(frozen=True)
class Cover:
    """Everything the front page says, already as text."""

    title: str
    subtitle: str
    contract_name: str
    period: str
    document_number: str
    version: str
    submitted_on: str
    submitter: str
    addressee: str
    classification: str

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """The table at the foot of the front page."""
        return (
            ("対象期間", self.period),
            ("文書番号", self.document_number),
            ("版", self.version),
            ("提出年月日", self.submitted_on),
            ("宛先", self.addressee),
            ("提出者", self.submitter),
            ("機密区分", self.classification),
        )


@dataclass(frozen=True)
class Provenance:
    """What the report was made from; printed in chapter 2 and in the manifest."""

    template: str
    template_sha256: str
    period: str
    snapshot: int
    published_at: datetime
    data_as_of: datetime | None
    created_at: datetime
    tenant_codes: tuple[str, ...]
    platform: bool


@dataclass(frozen=True)
class Report:
    """One whole document."""

    file_stem: str
    cover: Cover
    revisions: tuple[Revision, ...]
    legend: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    datasets: tuple[Dataset, ...]
    provenance: Provenance
    period_label: str
    style: Style = Style()

    def all_sections(self) -> Iterator[Section]:
        for section in self.sections:
            yield from section.walk()

    def blocks(self) -> Iterator[Block]:
        for section in self.all_sections():
            yield from section.blocks

    @property
    def short_contents(self) -> bool:
        """Whether the table of contents fits on the page of the revision history and the signs."""
        return sum(section.level <= 2 for section in self.all_sections()) <= _SHORT_CONTENTS

    @property
    def header_text(self) -> str:
        return f"{self.cover.title}　{self.period_label}"

    @property
    def footer_text(self) -> str:
        made, as_of = self.provenance.created_at, self.provenance.data_as_of
        basis = _iso_minutes(as_of) if as_of else "データなし"
        return (
            f"{self.cover.version}　作成 {made:%Y-%m-%d %H:%M}　データ基準 {basis}　"
            f"スナップショット {self.provenance.snapshot}"
        )


def _iso_minutes(as_of: datetime) -> str:
    """2026-10-31 23:55; midnight is the end of the day before (24:00), as in the text."""
    if as_of.time() == time(0):
        return f"{as_of - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{as_of:%Y-%m-%d %H:%M}"
