"""Which anchors begin a page, told from the pages they stand on."""

from __future__ import annotations

from exports.model import Column, Report, Section, Table
from exports.pagination import Pagination


def report_of(*sections: Section) -> Report:
    report = object.__new__(Report)
    object.__setattr__(report, "sections", sections)
    return report


def a_table(anchor: str) -> Table:
    return Table(anchor, "表１", "題名", (Column("列"),), (("1",),), "")


def test_a_block_on_a_later_page_than_the_one_before_opens_it() -> None:
    child = Section("child", "（１）", "小見出し", 2, (a_table("second"),))
    chapter = Section("chapter", "１", "章", 1, (a_table("first"),), (child,))
    pages = {"chapter": 4, "first": 4, "first--end": 4, "child": 5, "second": 5, "second--end": 5}
    assert Pagination(pages).openers(report_of(chapter)) == {"child"}


def test_what_follows_a_split_table_on_its_last_page_opens_nothing() -> None:
    chapter = Section("chapter", "１", "章", 1, (a_table("long"), a_table("next")))
    pages = {"chapter": 4, "long": 4, "long--end": 5, "next": 5, "next--end": 5}
    assert Pagination(pages).openers(report_of(chapter)) == frozenset()


def test_chapters_open_their_page_by_their_style() -> None:
    sections = (Section("one", "１", "章", 1), Section("two", "２", "章", 1))
    assert Pagination({"one": 4, "two": 5}).openers(report_of(*sections)) == frozenset()
