"""The data dictionary of the source data workbook: which query becomes which sheet, with which columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml

from exports.errors import TemplateError
from exports.model import DataType, Field

TEMPLATES = Path(__file__).resolve().parent.parent / "report_templates"
NOT_COLLECTED = "未取得"


@dataclass(frozen=True)
class SheetSpec:
    """One query's sheet. ``reasons`` says, per column, why a value can be empty (「未取得」 unless stated)."""

    query: str
    sheet: str
    title: str
    source: str
    fields: tuple[Field, ...]
    reasons: dict[str, str]


def _field(path: Path, query: str, name: str, entry: Any) -> tuple[Field, str | None]:
    if not isinstance(entry, list) or not 4 <= len(entry) <= 5:
        raise TemplateError(path, None, f"{query}.{name} は [見出し, 型, 単位, 意味（, 空欄の理由）] で書きます。")
    header, kind, unit, meaning = (str(value) for value in entry[:4])
    if kind not in get_args(DataType):
        allowed = "、".join(get_args(DataType))
        raise TemplateError(path, None, f"{query}.{name} の型「{kind}」は使えません（{allowed}）。")
    return Field(name, header, kind, unit, meaning), str(entry[4]) if len(entry) == 5 else None  # type: ignore[arg-type]


def _sheet(path: Path, query: str, entry: dict[str, Any]) -> SheetSpec:
    parsed = {name: _field(path, query, name, value) for name, value in entry["columns"].items()}
    return SheetSpec(
        query=query,
        sheet=entry["sheet"],
        title=entry["title"],
        source=entry["source"],
        fields=tuple(field for field, _ in parsed.values()),
        reasons={name: reason for name, (_, reason) in parsed.items() if reason},
    )


@cache
def load_catalogue(path: Path = TEMPLATES / "datasets.yaml") -> dict[str, SheetSpec]:
    """Sheets by query name; raise :class:`TemplateError` when the file is malformed."""
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {query: _sheet(path, query, entry) for query, entry in entries.items()}
