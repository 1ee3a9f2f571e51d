"""The places of a report where staff write: the commentary blocks of its template, with the headings around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from exports.editions import parts_of
from exports.errors import ExportError
from exports.template import CommentaryBlock, Edition, SectionSpec, load_template


@dataclass(frozen=True)
class Place:
    """``id`` and ``title`` are the block's; ``heading`` the headings that lead to it, ``sections`` their ids."""

    id: str
    title: str
    heading: str
    sections: tuple[str, ...]


class PlaceUnknown(ExportError):
    """A place that the report does not have."""

    def __init__(self, place: str, known: tuple[Place, ...]) -> None:
        listed = "、".join(f"{one.id}（{one.heading}）" for one in known) or "なし"
        super().__init__("所見を書く箇所が違います", f"「{place}」という箇所はありません。書ける箇所: {listed}。",
                         "上のいずれかの箇所を指定してください。")


def places(report: str, tenant: str = "") -> tuple[Place, ...]:
    """Those of the prefecture's edition, or of a body's, in reading order.

    Raises :class:`exports.errors.ReportNameError`.
    """
    return _known(report, "tenant" if tenant else "prefecture")


@cache
def _known(report: str, edition: Edition) -> tuple[Place, ...]:
    """Templates are part of the release: they are read once."""
    return tuple(_places(load_template(report).spec.sections, edition, (), ()))


def known_place(report: str, tenant: str, place: str) -> Place:
    """Raises :class:`PlaceUnknown`."""
    known = places(report, tenant)
    found = next((one for one in known if one.id == place), None)
    if found is None:
        raise PlaceUnknown(place, known)
    return found


def _places(sections: tuple[SectionSpec, ...], edition: Edition, ids: tuple[str, ...], titles: tuple[str, ...]
            ) -> Iterator[Place]:
    for section in parts_of(sections, edition):
        inner_ids, inner_titles = (*ids, section.id), (*titles, section.title)
        for block in parts_of(section.blocks, edition):
            if isinstance(block, CommentaryBlock):
                yield Place(block.id, block.title, " › ".join(inner_titles), inner_ids)
        yield from _places(section.sections, edition, inner_ids, inner_titles)
