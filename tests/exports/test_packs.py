"""All bodies at once: what is made stays, one failure stops no other, and the release says who and why."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from exports.desk import Texts
from exports.leaks import Member
from exports.packs import Order, _Worker, make_packs, members_of
from tests.exports.body_pack import MEMBERS, OWN, YEAR
from tests.exports.conftest import CLOCK
from tests.support import CONFIG
from warehouse.reader import Reader, open_current

TSU = Member(OWN, "津市")
NOBODY = Member("999999", "どこにもない市")


@pytest.fixture(scope="module")
def order(demo_data: Path, demo_reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Order:
    out = tmp_path_factory.mktemp("packs")
    return Order("tenant-annual", YEAR, demo_data, CONFIG, out, open_current(demo_data).snapshot, CLOCK, None,
                 tuple(MEMBERS))


def test_a_pack_is_made_once_and_kept_until_it_is_issued(order: Order) -> None:
    worker = _Worker(order)
    made = worker.pack(TSU)
    assert (made.kept, made.failure, made.findings) == (False, "", ())
    files = {path.name: path.stat().st_mtime_ns for path in (order.out / OWN).iterdir()}
    assert {name.rpartition(".")[2] for name in files} == {"docx", "pdf", "xlsx", "pptx", "json"}
    again = worker.pack(TSU)
    assert again.kept and {path.name: path.stat().st_mtime_ns for path in (order.out / OWN).iterdir()} == files
    (order.out / OWN / next(name for name in files if name.endswith("pptx"))).write_bytes(b"cut off")
    worker.order = replace(order, issued_on=date(2026, 11, 10))
    assert not worker._is_made(order.out / OWN, Texts({}, {}))
    worker.order = replace(order, texts={OWN: Texts({"year-note": "新しい庁舎へ移りました。"}, {"year-note": 3})})
    assert not worker.pack(TSU).kept, "a pack that is not whole is made anew"
    assert worker.pack(TSU).kept and not worker._is_made(order.out / OWN, Texts({}, {})), "texts that changed are seen"
    assert "新しい庁舎へ移りました。" in _word(order.out / OWN)


def _word(folder: Path) -> str:
    return zipfile.ZipFile(next(folder.glob("*.docx"))).read("word/document.xml").decode()


def test_one_body_s_failure_stops_no_other_and_fails_the_release(order: Order) -> None:
    told: list[tuple[str, int, int]] = []
    release = make_packs(order, [NOBODY, TSU], 1, lambda *step: told.append(step))
    nobody, tsu = release.packs
    assert "999999" in nobody.failure and tsu.failure == "" and (order.out / OWN / "manifest.json").is_file()
    assert not release.good and [(one.tenant, one.what) for one in release.together] == [
        ("999999", "資料がありません。")]
    assert [step[1:] for step in told] == [(1, 2), (2, 2)]


def test_all_bodies_of_the_period_are_due(demo_reader: Reader) -> None:
    due, known = members_of(demo_reader, demo_reader.whole_scope(), YEAR)
    assert {one.code for one in due} == {one.code for one in MEMBERS} and set(due) <= set(known)
    assert [one.name for one in due if one.public] == ["三重県"]
