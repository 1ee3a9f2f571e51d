"""What the contract fixes for every document: parties, names, numbering, classification."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from string import Formatter
from typing import Any, get_args

from exports.errors import ContractError
from exports.model import CaptionPlace, HeadingStyle, PdfVariant, Style
from warehouse.period import Period

_CHOICES = {"heading_style": HeadingStyle, "table_caption": CaptionPlace, "figure_caption": CaptionPlace,
            "pdf_variant": PdfVariant}
_PLACEHOLDERS = ("series", "period", "fiscal_year", "era_year", "month")


@dataclass(frozen=True)
class ContractInfo:
    """Values of ``config/contract.toml``.

    ``document_number`` is a pattern with ``{series}`` (運用, as the template says), ``{period}`` (2026-10),
    ``{fiscal_year}`` (2026), ``{era_year}`` (8) and ``{month}`` (10; of longer periods 第1四半期, 上期, 年間), for
    example ``三情セ運第{era_year}-{month}号``.  The last four have defaults: ``heading_style`` (prefecture １（１）ア,
    decimal 1.2.3), where captions stand (above, below), and the kind of PDF.
    """

    contract_name: str
    system_name: str
    submitter: str
    addressee: str
    classification: str
    document_number: str
    author: str
    approver: str
    heading_style: str = "prefecture"
    table_caption: str = "above"
    figure_caption: str = "below"
    pdf_variant: str = "pdf/ua-1"

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> ContractInfo:
        """Read the mapping of the TOML file; raise :class:`ContractError` for a missing or empty value."""
        chosen: dict[str, str] = {}
        for field in fields(cls):
            value = values.get(field.name, None if field.default is MISSING else field.default)
            if not isinstance(value, str) or not value.strip():
                raise ContractError(f"「{field.name}」がないか、空です。")
            chosen[field.name] = value.strip()
        info = cls(**chosen)
        info._check_pattern()
        info._check_choices()
        return info

    @property
    def style(self) -> Style:
        """How the documents are set."""
        chosen: Any = (self.heading_style, self.table_caption, self.figure_caption, self.pdf_variant)
        return Style(*chosen)

    @classmethod
    def from_toml(cls, path: Path) -> ContractInfo:
        """Read ``[document]`` of the file, or its top level when there is no such table."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ContractError(f"読み取れません（{error}）。") from error
        return cls.from_mapping(values.get("document", values))

    def _check_choices(self) -> None:
        for name, choice in _CHOICES.items():
            given, allowed = getattr(self, name), get_args(choice)
            if given not in allowed:
                raise ContractError(f"{name} の「{given}」は使えません。使えるもの: {'、'.join(allowed)}。")

    def _check_pattern(self) -> None:
        used = {name for _, name, _, _ in Formatter().parse(self.document_number) if name is not None}
        if unknown := sorted(used - set(_PLACEHOLDERS)):
            allowed = "、".join(f"{{{name}}}" for name in _PLACEHOLDERS)
            raise ContractError(f"document_number の {{{unknown[0]}}} は使えません。使えるもの: {allowed}。")

    def number_for(self, period: Period, series: str) -> str:
        """The document number of a period's report; ``series`` is that of its template (運用, 監視, 団体)."""
        return self.document_number.format(
            series=series,
            period=str(period),
            fiscal_year=period.fiscal_year,
            era_year=period.fiscal_year - 2018,
            month=_part_of_year(period),
        )


def _part_of_year(period: Period) -> str:
    """10, 第3四半期, 下期, 年間: no two reports of a year have the same number."""
    if period.kind == "month":
        return f"{period.start.month:02d}"
    if period.kind == "year":
        return "年間"
    return period.label_ja.partition("度")[2]
