"""The places of a report where staff write: the commentary blocks of its template, with the headings around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exports.errors import ExportError
from exports.template import SectionSpec, load_template


@dataclass(frozen=True)
class Place:
    """``id`` is the block's; ``heading`` the titles that lead to it, ``sections`` the ids of these, outermost first."""

    id: str
    heading: str
    sections: tuple[str, ...]


class PlaceUnknown(ExportError):
    """A place that the report does not have."""

    def __init__(self, place: str, known: tuple[Place, ...]) -> None:
        listed = "、".join(f"{one.id}（{one.heading}）" for one in known) or "なし"
        super().__init__("所見を書く箇所が違います", f"「{place}」という箇所はありません。書ける箇所: {listed}。",
                         "上のいずれかの箇所を指定してください。")


def places(report: str) -> tuple[Place, ...]:
    """In reading order; raises :class:`exports.errors.ReportNameError`."""
    return tuple(_places(load_template(report).spec.sections, (), ()))


def known_place(report: str, place: str) -> Place:
    """Raises :class:`PlaceUnknown`."""
    known = places(report)
    found = next((one for one in known if one.id == place), None)
    if found is None:
        raise PlaceUnknown(place, known)
    return found


def _places(sections: tuple[SectionSpec, ...], ids: tuple[str, ...], titles: tuple[str, ...]) -> Iterator[Place]:
    for section in sections:
        inner_ids, inner_titles = (*ids, section.id), (*titles, section.title)
        for block in section.blocks:
            if str(block.kind) == "commentary":
                yield Place(str(getattr(block, "id", section.id)), " › ".join(inner_titles), inner_ids)
        yield from _places(section.sections, inner_ids, inner_titles)
