"""Report templates: YAML checked key by key; a mistake is refused with the line it stands on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from exports.blocks import CARDS, CHARTS, SENTENCES, TABLES
from exports.catalogue import TEMPLATES
from exports.errors import ReportNameError, TemplateError

_MESSAGES = {
    "extra_forbidden": "「{key}」という項目は使えません。",
    "missing": "必須の項目「{key}」がありません。",
    "union_tag_invalid": "kind の値が違います（{kinds} のいずれか）。",
    "union_tag_not_found": "kind がありません（{kinds} のいずれか）。",
}


Edition = Literal["prefecture", "tenant"]
_EVERY_EDITION: tuple[Edition, ...] = ("prefecture", "tenant")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Part(_Strict):
    """What a report may hold; ``editions`` says in which of them it stands (in all unless stated)."""

    editions: tuple[Edition, ...] = _EVERY_EDITION


class TextBlock(_Part):
    """Running text: a Jinja template; a blank line starts a new paragraph."""

    kind: Literal["text"]
    text: str


class BulletsBlock(_Part):
    """Sentences of a builder as a list; ``empty`` is printed when there is none."""

    kind: Literal["bullets"]
    builder: str
    params: dict[str, Any] = Field(default_factory=dict)
    empty: str | None = None

    @field_validator("builder")
    @classmethod
    def _known(cls, name: str) -> str:
        return _known_builder(name, SENTENCES)


class TableBlock(_Part):
    """A captioned table. Without ``empty`` a table without rows stops the report."""

    kind: Literal["table"]
    id: str
    title: str
    builder: str
    params: dict[str, Any] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    source: str
    empty: str | None = None
    size: Literal["normal", "small", "dense"] = "normal"

    @field_validator("builder")
    @classmethod
    def _known(cls, name: str) -> str:
        return _known_builder(name, TABLES)


class ChartBlock(_Part):
    """A captioned figure."""

    kind: Literal["chart"]
    id: str
    title: str
    builder: str
    params: dict[str, Any] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    source: str

    @field_validator("builder")
    @classmethod
    def _known(cls, name: str) -> str:
        return _known_builder(name, CHARTS)


class PageBreakBlock(_Part):
    """Start a new page."""

    kind: Literal["page_break"]


class CardsBlock(_Part):
    """A captioned table for each of a set, such as each serious event or body, which ``{{ name }}`` in the title names.

    ``empty`` is said when there is none; without it that stops the report.
    """

    kind: Literal["cards"]
    id: str
    title: str = "{{ name }}"
    builder: str
    params: dict[str, Any] = Field(default_factory=dict)
    source: str
    empty: str | None = None
    size: Literal["normal", "small", "dense"] = "small"

    @field_validator("builder")
    @classmethod
    def _known(cls, name: str) -> str:
        return _known_builder(name, CARDS)


class CommentaryBlock(_Part):
    """Text that people write and approve. Without any, an ``optional`` block is left out, another says that there is
    none."""

    kind: Literal["commentary"]
    id: str
    title: str
    optional: bool = False


_BLOCKS = (TextBlock, BulletsBlock, TableBlock, ChartBlock, CardsBlock, CommentaryBlock, PageBreakBlock)
_KINDS = "、".join(get_args(block.model_fields["kind"].annotation)[0] for block in _BLOCKS)
Block = Annotated[
    TextBlock | BulletsBlock | TableBlock | ChartBlock | CardsBlock | CommentaryBlock | PageBreakBlock,
    Field(discriminator="kind"),
]


class SectionSpec(_Part):
    """A heading with blocks and subsections."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[SectionSpec, ...] = ()
    annex: bool = False
    landscape: bool = False
    only: Literal["last_contract_year"] | None = None
    """Printed only when this is true of the period; the others are numbered as if there were no such section."""


class ReportSpec(_Strict):
    """The whole of a template file."""

    report: str
    title: str
    subtitle: str
    file_stem: str
    series: str
    audience: Literal["prefecture", "tenant", "both"]
    period_kind: Literal["month", "quarter", "half", "year"]
    formats: tuple[Literal["docx", "pdf", "xlsx", "pptx"], ...] = ("docx", "pdf", "xlsx")
    sections: tuple[SectionSpec, ...]

    @model_validator(mode="after")
    def _unique_ids(self) -> ReportSpec:
        seen: set[str] = set()
        for name in _ids(self.sections):
            if name in seen:
                raise ValueError(f"id「{name}」が重複しています。")
            seen.add(name)
        return self


@dataclass(frozen=True)
class Template:
    """A checked template and the fingerprint of the files it consists of."""

    spec: ReportSpec
    sha256: str
    path: Path


_NAMED = (TableBlock, ChartBlock, CardsBlock, CommentaryBlock)


def _ids(sections: tuple[SectionSpec, ...]) -> list[str]:
    found: list[str] = []
    for section in sections:
        found.append(section.id)
        found += [block.id for block in section.blocks if isinstance(block, _NAMED)]
        found += _ids(section.sections)
    return found


def _known_builder(name: str, known: Mapping[str, Any]) -> str:
    if name not in known:
        raise ValueError(f"builder「{name}」はありません。使えるもの: {'、'.join(sorted(known))}。")
    return name


def template_path(report: str, folder: Path = TEMPLATES) -> Path:
    """The file of a report; raise :class:`ReportNameError` naming the reports that exist."""
    known = {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.stem != "datasets"}
    if report not in known:
        raise ReportNameError(report, tuple(known))
    return known[report]


def load_template(report: str, folder: Path = TEMPLATES) -> Template:
    """Read and check ``report_templates/<report>.yaml``."""
    path = template_path(report, folder)
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        spec = ReportSpec.model_validate(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise TemplateError(path, line, f"YAMLとして読めません（{error.problem}）。") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise TemplateError(path, _line_of(node, first["loc"]), _message(first)) from error
    return Template(spec, hashlib.sha256(text.encode()).hexdigest(), path)


def _message(error: Any) -> str:
    key = error["loc"][-1] if error["loc"] else ""
    if error["type"] in _MESSAGES:
        return _MESSAGES[error["type"]].format(key=key, kinds=_KINDS)
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"「{key}」の値が違います（{error['msg']}）。"


def _line_of(node: yaml.Node | None, place: tuple[int | str, ...]) -> int | None:
    """The 1-based line of the deepest part of ``place`` that the file has."""
    line = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    node, line = value, key.start_mark.line + 1
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
