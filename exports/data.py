"""Reads for the report: cached, checked against the data dictionary, and remembered for the source data workbook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from exports.catalogue import NOT_COLLECTED, SheetSpec, load_catalogue
from exports.errors import SectionError
from exports.model import Dataset, Field, RawValue
from exports.text import plain
from exports.wording import PeriodWords
from warehouse.reading import FrameReader, SnapshotFacts
from warehouse.scope import Scope

_OPEN_END = date(9999, 12, 31)
_REASON = Field("missing_reason", "欠測理由", "text", "", "空欄の値がある行について、空欄である理由")


class DataSource:
    """Named queries under one scope. Every frame read is kept, with the tables and figures that used it."""

    def __init__(self, reader: FrameReader, scope: Scope, words: PeriodWords) -> None:
        self._reader = reader
        self._words = words
        self._scope = scope
        self._catalogue = load_catalogue()
        self._frames: dict[tuple[str, tuple[tuple[str, Any], ...]], pd.DataFrame] = {}
        self._rows: dict[tuple[str, tuple[tuple[str, Any], ...]], list[dict[str, Any]]] = {}
        self._used_in: dict[str, list[str]] = {}
        self._place = ""

    @property
    def snapshot(self) -> SnapshotFacts:
        return self._reader.snapshot

    @contextmanager
    def filling(self, place: str) -> Iterator[None]:
        """Note ``place`` (表1, 図2) as the user of every frame read inside."""
        before, self._place = self._place, place
        try:
            yield
        finally:
            self._place = before

    def also_fills(self, place: str, other: str) -> None:
        """Note ``other`` as a user of every frame that filled ``place``: tables made in one go."""
        for places in self._used_in.values():
            if place in places and other not in places:
                places.append(other)

    def frame(self, name: str, **params: Any) -> pd.DataFrame:
        """The rows of a named query; raise :class:`SectionError` when a promised column is absent."""
        key = (name, tuple(sorted(params.items())))
        if key not in self._frames:
            frame = self._reader.query(name, self._scope, **params)
            self._check(name, frame)
            self._frames[key] = frame
        places = self._used_in.setdefault(name, [])
        if self._place and self._place not in places:
            places.append(self._place)
        return self._frames[key]

    def rows(self, name: str, **params: Any) -> list[dict[str, Any]]:
        """The same rows as dictionaries of plain values (missing is None), made once; they are not to be changed."""
        frame, key = self.frame(name, **params), (name, tuple(sorted(params.items())))
        if key not in self._rows:
            columns = [str(column) for column in frame.columns]
            cells = frame.itertuples(index=False, name=None)
            self._rows[key] = [{c: plain(v) for c, v in zip(columns, row, strict=True)} for row in cells]
        return self._rows[key]

    def _check(self, name: str, frame: pd.DataFrame) -> None:
        promised = [field.name for field in self._catalogue[name].fields]
        if absent := [column for column in promised if column not in frame.columns]:
            raise SectionError(self._place or name, f"照会「{name}」に列 {'、'.join(absent)} がありません。")

    def datasets(self) -> tuple[Dataset, ...]:
        """Everything read, in the order of the data dictionary."""
        read = {name for name, _ in self._frames}
        return tuple(self._dataset(self._worded(spec)) for name, spec in self._catalogue.items() if name in read)

    def _dataset(self, spec: SheetSpec) -> Dataset:
        names = [field.name for field in spec.fields]
        frames = [frame[names] for (name, _), frame in self._frames.items() if name == spec.query]
        rows = [
            tuple(_typed(field, plain(value)) for field, value in zip(spec.fields, row, strict=True))
            for frame in frames
            for row in frame.itertuples(index=False, name=None)
        ]
        rows = list(dict.fromkeys(rows))
        fields = spec.fields
        if any(value is None for row in rows for value in row):
            fields, rows = (*fields, _REASON), [(*row, _why_empty(spec, row)) for row in rows]
        used_in = tuple(self._used_in[spec.query])
        return Dataset(spec.query, spec.sheet, spec.title, spec.source, fields, tuple(rows), used_in)

    def _worded(self, spec: SheetSpec) -> SheetSpec:
        """The dictionary says ``{previous}`` where a month's report says 前月 and that of a half 前半期."""

        def said(text: str) -> str:
            return text.replace("{previous}", self._words.previous)

        fields = tuple(replace(one, header=said(one.header), meaning=said(one.meaning)) for one in spec.fields)
        return replace(spec, fields=fields, reasons={name: said(why) for name, why in spec.reasons.items()})


def _typed(field: Field, value: Any) -> RawValue:
    """The value as the dictionary types it: pandas turns dates into time stamps and counts into floats."""
    if value is None or value == "":
        return None
    if field.type == "date":
        day = value.date() if isinstance(value, datetime) else value
        return None if day == _OPEN_END else day
    if field.type == "integer" and float(value).is_integer():
        return int(value)
    if field.type == "boolean":
        return bool(value)
    return str(value) if field.type == "text" else value


def _why_empty(spec: SheetSpec, row: tuple[RawValue, ...]) -> str | None:
    reasons = [
        spec.reasons.get(field.name, NOT_COLLECTED)
        for field, value in zip(spec.fields, row, strict=True)
        if value is None
    ]
    if not reasons:
        return None
    return NOT_COLLECTED if NOT_COLLECTED in reasons else reasons[0]
