"""Template + period + scope + reader + clock -> one frozen ``Report``; or a clear refusal, never half a report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from exports import model
from exports import template as spec
from exports.addressee import Addressee, addressee_of
from exports.blocks import CARDS, CHARTS, SENTENCES, TABLES
from exports.blocks.base import CardContent, ChartContent, Context, TableContent, Unfilled
from exports.blocks.data_notes import unfinished_note
from exports.blocks.services import NoRecord
from exports.chapters import headings_of, numbered, printed_sections
from exports.contract import ContractInfo
from exports.data import DataSource
from exports.editions import check_commentary, edition_of, parts_of
from exports.errors import PeriodKindError, SectionError
from exports.numbering import wide
from exports.text import LEGEND, NO_COMMENTARY, NO_DATA, as_of_ja, month_range
from exports.tone import polite
from exports.wording import words_for
from warehouse.japanese import era_date
from warehouse.period import Period
from warehouse.reading import FrameReader
from warehouse.scope import Scope

logger = logging.getLogger("miharashi.exports")
_CHART_KINDS = {
    "line": "折れ線グラフ",
    "bar": "棒グラフ",
    "stacked_bar": "積上げ棒グラフ",
    "hbar": "横棒グラフ",
    "heatmap": "濃淡表",
}
_BUILD_ERRORS = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError)


def assemble_report(
    template: spec.Template,
    period: Period,
    scope: Scope,
    reader: FrameReader,
    contract: ContractInfo,
    created_at: datetime,
    *,
    version: str = "1.0",
    submitted_on: date | None = None,
    revisions: tuple[model.Revision, ...] = (),
    commentary: Mapping[str, str] = MappingProxyType({}),
) -> model.Report:
    """The whole report; raise :class:`SectionError` naming the block that cannot be filled.

    ``created_at`` is the clock (JST, naive): the only "now" a document knows.  ``commentary`` holds approved text by
    the id of its commentary block.  The scope decides the edition: the prefecture's, or that of its one body.
    """
    if template.spec.period_kind != period.kind:
        raise PeriodKindError(template.spec.title, str(period), template.spec.period_kind)
    edition = edition_of(template.spec, scope)
    check_commentary(template.spec, commentary)
    on = submitted_on or created_at.date()
    data = DataSource(reader, scope, words_for(period))
    tenant = next(iter(scope.tenant_codes)) if edition == "tenant" else ""
    plain = Context(period, data, contract, created_at, tenant)
    printed = printed_sections(template.spec.sections, plain, edition)
    ctx, to = replace(plain, headings=headings_of(printed, contract.style.headings)), addressee_of(plain)
    sections = _Assembler(ctx, edition, to, commentary).sections(printed)
    first = model.Revision(version, on, "初版作成", contract.author, contract.approver)
    return model.Report(
        file_stem=f"{template.spec.file_stem}_{period}{to.suffix}",
        cover=_cover(template.spec, ctx, to, version, on),
        revisions=revisions or (first,),
        legend=tuple((sign, polite(meaning) if tenant else meaning) for sign, meaning in LEGEND),
        sections=sections,
        datasets=data.datasets(),
        provenance=_provenance(template, ctx, scope),
        period_label=f"{period.label_ja}（{to.name}）" if to.code else period.label_ja,
        style=contract.style,
    )


def _cover(report: spec.ReportSpec, ctx: Context, to: Addressee, version: str, on: date) -> model.Cover:
    period, contract = ctx.period, ctx.contract
    until = f"（{to.until}までの実績）" if to.until else ""
    return model.Cover(
        title=report.title,
        subtitle=f"{period.label_ja}{report.subtitle}{f'（{to.name}）' if to.code else ''}{until}",
        contract_name=contract.contract_name,
        period=f"{era_date(period.start)}から{era_date(period.end)}まで{until}",
        document_number=f"{contract.number_for(period, report.series)}{to.suffix.replace('_', '-')}",
        version=f"第{version}版",
        submitted_on=era_date(on),
        submitter=contract.submitter,
        addressee=to.name,
        classification=contract.classification,
    )


def _provenance(template: spec.Template, ctx: Context, scope: Scope) -> model.Provenance:
    snapshot = ctx.data.snapshot
    return model.Provenance(
        template=template.spec.report,
        template_sha256=template.sha256,
        period=str(ctx.period),
        snapshot=snapshot.number,
        published_at=snapshot.published_at,
        data_as_of=snapshot.data_as_of,
        created_at=ctx.created_at,
        tenant_codes=tuple(sorted(scope.tenant_codes)),
        platform=scope.platform,
    )


class _Assembler:
    """Walks the template once; tables and figures are numbered in order of appearance."""

    def __init__(self, ctx: Context, edition: spec.Edition, to: Addressee, commentary: Mapping[str, str]) -> None:
        self._ctx, self._edition, self._commentary = ctx, edition, commentary
        self._headings = ctx.contract.style.headings
        self._counts = {"表": 0, "図": 0}
        self._place = f"{ctx.period.label_ja}　"
        # Text stays plain: it is escaped here so that no value can smuggle in markup, and unescaped once at the end.
        self._jinja = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        self._facts = _facts(ctx, to)

    def sections(self, specs: tuple[spec.SectionSpec, ...]) -> tuple[model.Section, ...]:
        return tuple(self._section(one, 1, number) for one, number in numbered(specs, self._headings))

    def _section(self, one: spec.SectionSpec, level: int, number: str) -> model.Section:
        outer, self._place = self._place, f"{self._place}{number}　{one.title}　"
        title = self._text(one.title)
        blocks = tuple(made for block in parts_of(one.blocks, self._edition) for made in self._block(block))
        children = tuple(
            self._section(child, level + 1, below)
            for child, below in numbered(one.sections, self._headings, level + 1, number)
        )
        self._place = outer
        return model.Section(one.id, number, title, level, blocks, children, one.landscape)

    def _block(self, block: spec.Block) -> tuple[model.Block, ...]:
        """What a block of the template becomes; cards become a table for each case, an empty optional text nothing."""
        if isinstance(block, spec.TextBlock):
            rendered = self._say(self._text(block.text))
            return (model.Text(tuple(" ".join(part.split()) for part in rendered.split("\n\n") if part.strip())),)
        if isinstance(block, spec.BulletsBlock):
            return (self._bullets(block),)
        if isinstance(block, spec.TableBlock):
            return (self._table(block),)
        if isinstance(block, spec.ChartBlock):
            return (self._chart(block),)
        if isinstance(block, spec.CardsBlock):
            return self._cards(block)
        if isinstance(block, spec.CommentaryBlock):
            return self._written(block)
        return (model.PageBreak(),)

    def _say(self, text: str) -> str:
        """The program's own words in the style of the edition."""
        return polite(text) if self._edition == "tenant" else text

    def _all_said(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._say(text) for text in texts)

    def _written(self, block: spec.CommentaryBlock) -> tuple[model.Block, ...]:
        """Approved text as it was written; what people wrote is neither a template nor put into another style."""
        lines = tuple(line.strip() for line in self._commentary.get(block.id, "").splitlines() if line.strip())
        if not lines and block.optional:
            return ()
        return (model.Commentary(block.id, self._text(block.title), lines or (NO_COMMENTARY,)),)

    def _cards(self, block: spec.CardsBlock) -> tuple[model.Block, ...]:
        """The tables of a set, made in one go; each has its own number and caption."""
        cards: tuple[CardContent, ...]
        first = f"表{wide(self._counts['表'] + 1)}"
        try:
            cards = self._build(block.id, CARDS[block.builder], block.params, first)
        except NoRecord as lacking:
            return (model.Text((self._lacking(lacking),)),)
        if cards:
            return tuple(self._card(block, card, at, first) for at, card in enumerate(cards, 1))
        if block.empty is None:
            raise SectionError(f"{self._place}{first}", "載せる対象が1件もありません。")
        return (model.Text((self._say(self._text(block.empty)),)),)

    def _lacking(self, lacking: NoRecord) -> str:
        return self._say(f"{NO_DATA}（{self._ctx.words.span}の{lacking}）")

    def _card(self, block: spec.CardsBlock, card: CardContent, at: int, first: str) -> model.Table:
        label, title = self._label("表"), self._text(block.title, name=card.title)
        self._ctx.data.also_fills(first, label)
        return model.Table(
            anchor=f"{block.id}-{at}",
            label=label,
            title=title,
            columns=card.table.columns,
            rows=card.table.rows,
            summary=_table_summary(title, card.table),
            notes=self._all_said((*card.table.notes, *_unknown_note(card.table))),
            source=self._text(block.source),
            size=block.size,
        )

    def _bullets(self, block: spec.BulletsBlock) -> model.Block:
        items: tuple[str, ...] = self._build("文章", SENTENCES[block.builder], block.params)
        if items:
            return model.Bullets(self._all_said(items))
        if block.empty is None:
            raise SectionError(f"{self._place}文章", "書くべき事実が1件もありません。")
        return model.Text((self._say(self._text(block.empty)),))

    def _table(self, block: spec.TableBlock) -> model.Table:
        label, title = self._label("表"), self._text(block.title)
        notes = tuple(self._text(note) for note in block.notes)
        try:
            content: TableContent = self._build(title, TABLES[block.builder], block.params, label)
        except NoRecord as lacking:
            content = TableContent((model.Column("内容", "left"),), ((self._lacking(lacking),),))
        if not content.rows:
            if block.empty is None:
                raise SectionError(f"{self._place}{label}　{title}", "表に載せる行が1件もありません。")
            content = TableContent((model.Column("内容", "left"),), ((self._say(self._text(block.empty)),),))
        return model.Table(
            anchor=block.id,
            label=label,
            title=title,
            columns=content.columns,
            rows=content.rows,
            summary=_table_summary(title, content),
            notes=self._all_said((*notes, *content.notes, *_unknown_note(content))),
            source=self._text(block.source),
            total_rows=content.total_rows,
            size=block.size,
        )

    def _chart(self, block: spec.ChartBlock) -> model.Chart:
        label, title = self._label("図"), self._text(block.title)
        content: ChartContent = self._build(title, CHARTS[block.builder], block.params, label)
        kind, summary = _CHART_KINDS[content.spec.kind], self._say(content.summary)
        return model.Chart(
            anchor=block.id,
            label=label,
            title=title,
            spec=content.spec,
            alt=f"{kind}。{title}（単位 {content.spec.unit}）。{summary}",
            summary=summary,
            notes=self._all_said((*(self._text(note) for note in block.notes), *content.notes)),
            source=self._text(block.source),
        )

    def _build(self, name: str, builder: Callable[..., Any], params: dict[str, Any], label: str = "") -> Any:
        place = f"{self._place}{label}　{name}" if label else f"{self._place}{name}"
        try:
            with self._ctx.data.filling(label or self._place.strip("　")):
                return builder(self._ctx, params)
        except NoRecord as lacking:
            if label.startswith("表"):
                raise
            raise SectionError(place, f"{self._ctx.words.span}の{lacking}") from None
        except Unfilled as error:
            raise SectionError(place, str(error)) from error
        except _BUILD_ERRORS as error:
            logger.exception("%s could not be built", place)
            raise SectionError(place, f"値の形が想定と違います（{type(error).__name__}: {error}）。") from error

    def _label(self, kind: str) -> str:
        self._counts[kind] += 1
        return f"{kind}{wide(self._counts[kind])}"

    def _text(self, source: str, **further: str) -> str:
        try:
            rendered = self._jinja.from_string(source).render(self._facts, **further)
        except JinjaError as error:
            raise SectionError(self._place.strip("　"), f"文章の定義に誤りがあります（{error}）。") from error
        return str(Markup(rendered).unescape())


def _facts(ctx: Context, to: Addressee) -> dict[str, str]:
    """Names that template texts may use."""
    period, as_of = ctx.period, ctx.data.snapshot.data_as_of
    return {
        "period": period.label_ja,
        "period_range": f"{era_date(period.start)}から{era_date(period.end)}まで",
        "year_range": month_range(ctx.months),
        "unfinished": unfinished_note(ctx),
        "span": ctx.words.span,
        "previous": ctx.words.previous,
        "next_period": period.shift(1).label_ja,
        "as_of": as_of_ja(as_of),
        "snapshot": str(ctx.data.snapshot.number),
        "addressee": to.name,
        "body": to.name if to.code else "",
        "system": ctx.contract.system_name,
    }


def _table_summary(title: str, content: TableContent) -> str:
    heads = "、".join(f"{column.group}{column.header}" for column in content.columns)
    return f"{title}。列は{heads}。{len(content.rows)}行。"


def _unknown_note(content: TableContent) -> tuple[str, ...]:
    if any(cell.startswith("…") for row in content.rows for cell in row):
        return ("「…」はデータなし（不明又は未取得）を示し、0とは区別する。",)
    return ()
