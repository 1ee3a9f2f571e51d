"""Report -> what each slide says: one message as its headline, a few points, at most two figures or tables, its notes.

A section with blocks becomes a slide; a subsection without figures joins the slide of its chapter; annexes stay with
the document.  The first sentence that a section states is the headline: a template decides the message by what it puts
first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exports.model import Bullets, Chart, Report, Section, Table, Text

_MOST_POINTS, _MOST_VISUALS = 4, 2


@dataclass(frozen=True)
class Slide:
    """``place`` is the heading of the document that the slide belongs to; ``notes`` are lines for the speaker."""

    place: str
    headline: str
    points: tuple[str, ...]
    visuals: tuple[Chart | Table, ...]
    notes: tuple[str, ...]


def slides_of(report: Report) -> tuple[Slide, ...]:
    """The slides after the title slide, in the order of the document."""
    chapters = [chapter for chapter in report.sections if not chapter.number.startswith("別紙")]
    return tuple(_slide(report, chapter, *sections) for chapter in chapters for sections in _shared(chapter))


def _shared(chapter: Section) -> Iterator[list[Section]]:
    """The sections of a chapter that are on one slide."""
    slides: list[list[Section]] = []
    for section in chapter.walk():
        if slides and not _visuals(section):
            slides[-1].append(section)
        elif section.blocks:
            slides.append([section])
    yield from slides


def _visuals(section: Section) -> list[Chart | Table]:
    """Figures first, then tables."""
    every = [block for block in section.blocks if isinstance(block, Chart | Table)]
    return sorted(every, key=lambda block: isinstance(block, Table))


def _slide(report: Report, chapter: Section, section: Section, *joined: Section) -> Slide:
    sentences = tuple(_sentences(section))
    head, rest = _first_sentence(sentences[0]) if sentences else (section.title, "")
    added = (f"{other.title}: {sentence}" for other in joined for sentence in _sentences(other))
    points = tuple(point for point in (rest, *sentences[1:], *added) if point)
    place = chapter.heading if chapter is section else f"{chapter.heading}　{section.heading}"
    notes = [*points[_MOST_POINTS:], *(line for one in (section, *joined) for line in _notes(report, one))]
    notes.append(f"{report.footer_text}（元データはExcelファイルのシート名）")
    return Slide(place, head, points[:_MOST_POINTS], tuple(_visuals(section)[:_MOST_VISUALS]), tuple(notes))


def _sentences(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if isinstance(block, Bullets):
            yield from block.items
        elif isinstance(block, Text):
            yield from block.paragraphs


def _first_sentence(text: str) -> tuple[str, str]:
    head, stop, rest = text.partition("。")
    return head + stop, rest.strip()


def _notes(report: Report, section: Section) -> Iterator[str]:
    """Every number's source: of the sentences, and of each figure or table with its sheet in the workbook."""
    if sheets := _sheets(report, f"{section.number}　{section.title}"):
        yield f"「{section.title}」の文中の数値の元データ: {sheets}"
    for block in section.blocks:
        if isinstance(block, Chart | Table):
            sheets = _sheets(report, block.label) or "資料本文"
            yield f"{block.label}　{block.title}　出所: {block.source}　元データ: {sheets}"
            yield from (f"注　{note}" for note in block.notes)
        if isinstance(block, Chart):
            yield f"読み取り: {block.summary}"


def _sheets(report: Report, place: str) -> str:
    """Sheets of the source data workbook that were read for a figure, a table or the sentences of a section."""
    names = [
        dataset.sheet
        for dataset in report.datasets
        if any(used == place or used.endswith(f"　{place}") for used in dataset.used_in)
    ]
    return "、".join(names)
