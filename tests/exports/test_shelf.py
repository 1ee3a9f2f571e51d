"""The shelf of documents: who may have which, no name leads outside, one is made at a time."""

from __future__ import annotations

import json
import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from exports.errors import PeriodKindError, ReportNameError
from exports.shelf import ManifestDamaged, Shelf, ShelfBusy
from warehouse.period import Period
from warehouse.scope import Scope

WHOLE = Scope(frozenset({"242012", "242021"}), platform=True)
OCTOBER = Period.parse("2026-10")


def put(folder: Path, report: str, period: str, tenants: list[str], *, platform: bool = True, **more: Any) -> None:
    place = folder / report / period
    place.mkdir(parents=True)
    (place / "報告書.pdf").write_bytes(b"%PDF")
    told = {
        "title": "運用報告書（月次）", "document_number": "SC運用-8-10", "version": "第1.0版", "snapshot": 3,
        "created_at": "2026-11-05T09:00:00+09:00", "issued_on": None,
        "scope": {"tenant_codes": tenants, "platform": platform}, "files": [{"name": "報告書.pdf", "bytes": 4}],
    }
    (place / "manifest.json").write_text(json.dumps(told | more), encoding="utf-8")


def shelf(folder: Path) -> Shelf:
    return Shelf(folder, lambda report, period: put(folder, report, str(period), ["242012", "242021"]))


def test_documents_are_told_newest_period_first_with_what_their_manifests_say(tmp_path: Path) -> None:
    put(tmp_path, "monthly-operations", "2026-09", ["242012"], issued_on="2026-10-09")
    put(tmp_path, "monthly-operations", "2026-10", ["242012"])
    newer, older = shelf(tmp_path).documents(WHOLE)
    assert (newer.period, older.period) == ("2026-10", "2026-09")
    assert (newer.issued_on, older.issued_on) == (None, date(2026, 10, 9))
    assert (newer.created_at, newer.snapshot, newer.files) == (datetime(2026, 11, 5, 9), 3, (("報告書.pdf", 4),))


@pytest.mark.parametrize(("tenants", "platform", "scope", "may"), [
    (["242012", "242021"], True, WHOLE, True),
    (["242012"], False, WHOLE, True),
    (["242012"], False, Scope.of("242012"), True),
    (["242012"], True, Scope.of("242012"), False),
    (["242021"], False, Scope.of("242012"), False),
    (["242012", "242021"], False, Scope.of("242012"), False),
    ([], False, Scope.none(), False),
])
def test_a_document_is_for_whoever_may_see_all_that_it_holds(
    tmp_path: Path, tenants: list[str], platform: bool, scope: Scope, may: bool
) -> None:
    put(tmp_path, "monthly-operations", "2026-10", tenants, platform=platform)
    assert bool(shelf(tmp_path).documents(scope)) == may
    assert (shelf(tmp_path).file(scope, "monthly-operations", "2026-10", "報告書.pdf") is not None) == may


@pytest.mark.parametrize(("scope", "seen"), [
    (WHOLE, ["242012", "242021"]), (Scope.of("242012"), ["242012"]), (Scope.of("242021"), ["242021"]),
    (Scope.none(), []),
])
def test_each_body_has_exactly_its_own_pack(tmp_path: Path, scope: Scope, seen: list[str]) -> None:
    for code in ("242012", "242021"):
        put(tmp_path, "tenant-annual", f"FY2025/{code}", [code], platform=False, addressee=f"団体{code}")
    found = shelf(tmp_path).documents(scope)
    assert [(one.tenant, one.period, one.addressee) for one in found] == [(c, "FY2025", f"団体{c}") for c in seen]
    for code in ("242012", "242021"):
        path = shelf(tmp_path).file(scope, "tenant-annual", "FY2025", "報告書.pdf", code)
        assert (path is not None) == (code in seen)
    assert shelf(tmp_path).file(scope, "tenant-annual", "FY2025", "報告書.pdf") is None


def test_a_pack_in_the_folder_of_another_body_is_nobody_s(tmp_path: Path) -> None:
    put(tmp_path, "tenant-annual", "FY2025/242012", ["242021"], platform=False)
    for scope in (WHOLE, Scope.of("242012"), Scope.of("242021")):
        assert shelf(tmp_path).documents(scope) == []


@pytest.mark.parametrize(("report", "period", "name"), [
    ("monthly-operations", "2026-10", "manifest.json"),
    ("monthly-operations", "2026-10", "../2026-10/報告書.pdf"),
    ("..", "..", "報告書.pdf"),
    ("monthly-operations", "2026-11", "報告書.pdf"),
    ("monthly-operations", "2026-10", "gone.pdf"),
])
def test_only_listed_files_that_are_there_are_given(tmp_path: Path, report: str, period: str, name: str) -> None:
    files = [{"name": "報告書.pdf", "bytes": 4}, {"name": "gone.pdf", "bytes": 4}]
    put(tmp_path, "monthly-operations", "2026-10", ["242012"], files=files)
    assert shelf(tmp_path).file(WHOLE, report, period, name) is None


def test_a_manifest_that_cannot_be_read_is_told_by_its_path(tmp_path: Path) -> None:
    put(tmp_path, "monthly-operations", "2026-10", ["242012"])
    (tmp_path / "monthly-operations" / "2026-10" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ManifestDamaged, match="2026-10/manifest.json"):
        shelf(tmp_path).documents(WHOLE)


def test_a_report_is_made_for_its_kind_of_period_only(tmp_path: Path) -> None:
    own = shelf(tmp_path)
    with pytest.raises(ReportNameError, match="monthly-operations"):
        own.make("../monthly-operations", OCTOBER)
    with pytest.raises(PeriodKindError, match="月"):
        own.make("monthly-operations", Period.parse("2026Q2"))
    assert own.documents(WHOLE) == []
    own.make("monthly-operations", OCTOBER)
    assert [one.period for one in own.documents(WHOLE)] == ["2026-10"]


def test_one_report_is_made_at_a_time(tmp_path: Path) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slow(_report: str, _period: Period) -> None:
        begun.set()
        assert finish.wait(10)

    first = threading.Thread(target=Shelf(tmp_path, slow).make, args=("monthly-operations", OCTOBER))
    first.start()
    assert begun.wait(10)
    with pytest.raises(ShelfBusy, match="ほかの報告書を作成しています"):
        shelf(tmp_path).make("monthly-operations", OCTOBER)
    finish.set()
    first.join()
    shelf(tmp_path).make("monthly-operations", OCTOBER)
