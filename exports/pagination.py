"""Where every heading, table and figure stands on the printed pages.

Word does not say where its pages will end, so its table of contents could only guess. Instead the pages set for the
PDF are imposed on the Word document: whatever opens a page there opens one here, and both have the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exports.model import Chart, Report, Section, Table

END_SUFFIX = "--end"


@dataclass(frozen=True)
class Pagination:
    """Page (from 1) of every anchor; ``<anchor>--end`` is where a table or figure ends."""

    pages: Mapping[str, int]

    def page_of(self, anchor: str) -> int:
        return self.pages[anchor]

    def openers(self, report: Report) -> frozenset[str]:
        """Anchors of subsections, tables and figures that begin a new page (chapters always do)."""
        found = set()
        end = 0
        for anchor, chapter in _anchors(report):
            start = self.pages[anchor]
            if start > end and not chapter:
                found.add(anchor)
            end = self.pages.get(anchor + END_SUFFIX, start)
        return frozenset(found)


def _anchors(report: Report) -> Iterator[tuple[str, bool]]:
    for section in report.sections:
        yield from _section_anchors(section)


def _section_anchors(section: Section) -> Iterator[tuple[str, bool]]:
    yield section.anchor, section.level == 1
    for block in section.blocks:
        if isinstance(block, (Table, Chart)):
            yield block.anchor, False
    for child in section.sections:
        yield from _section_anchors(child)
