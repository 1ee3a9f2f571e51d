"""Editions of one report: the prefecture's with all bodies by name, a body's with its own figures alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from exports.errors import AudienceError, CommentaryError, SingleBodyError
from exports.template import Block, CommentaryBlock, Edition, ReportSpec, SectionSpec
from warehouse.scope import Scope

_Part = TypeVar("_Part", SectionSpec, Block)


def edition_of(report: ReportSpec, scope: Scope) -> Edition:
    """The edition that a scope gets; refuses a scope that the report is not made for.

    Raises :class:`AudienceError` where the report is for the prefecture alone, :class:`SingleBodyError` where a body's
    edition is asked for with no body or several.
    """
    if scope.platform and report.audience != "tenant":
        return "prefecture"
    if report.audience == "prefecture":
        raise AudienceError(report.title)
    if scope.platform or len(scope.tenant_codes) != 1:
        raise SingleBodyError(report.title, len(scope.tenant_codes))
    return "tenant"


def parts_of(parts: Iterable[_Part], edition: Edition) -> tuple[_Part, ...]:
    """The sections or blocks that stand in an edition."""
    return tuple(part for part in parts if edition in part.editions)


def check_commentary(report: ReportSpec, commentary: Mapping[str, str]) -> None:
    """Refuse text for a place that the template does not have: it would be lost silently."""
    places = {block.id for block in _blocks(report.sections) if isinstance(block, CommentaryBlock)}
    if unknown := sorted(commentary.keys() - places):
        raise CommentaryError(report.title, unknown[0], tuple(sorted(places)))


def _blocks(sections: Iterable[SectionSpec]) -> Iterator[Block]:
    for section in sections:
        yield from section.blocks
        yield from _blocks(section.sections)
