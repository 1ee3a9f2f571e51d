"""From approval to the archive: what is issued can be proved, made again, corrected, and found by its readers only."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from exports import issue as issuing
from exports.archive import ArchiveDamaged, ArchiveEmpty, Search, archive_zip, issued_file, search
from exports.catalogue import load_catalogue
from exports.correction import changes
from exports.desk import Desk
from exports.drafts import MARK, draft
from exports.frozen import Inputs, NotFrozen, Recording, freeze, template_text, thaw
from exports.issue import (
    INPUTS,
    NothingToCorrect,
    NotReproducible,
    Order,
    ReleaseRefused,
    check_release,
    issue,
    preview,
    preview_changes,
)
from exports.leaks import Member
from exports.places import Place
from exports.sheets import Sheets, workbook
from exports.signing import ReasonMissing, TextsUnsettled, take_step
from exports.verify import FrozenDamaged, NotIssued, verify
from state.database import StateDatabase
from state.documents import DocumentKey
from state.errors import NotAllowedHere, StepNotAllowed
from state.register import Issue
from tests.exports.conftest import CONTRACT, make_report
from tests.exports.fake_reader import FakeReader
from warehouse.period import Period
from warehouse.scope import Scope

NOW = datetime(2026, 11, 9, 10, 0)
ON = date(2026, 11, 10)
KEY = DocumentKey("monthly-operations", "2026-10")
STAFF = FakeReader().whole_scope()
WORKBOOK = "運用報告書_2026-10.xlsx"


class Month(FakeReader):
    """October with every column that a sheet promises, those that the canned frames lack without values."""

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        frame = super().query(name, scope, **params)
        lacking = [one.name for one in load_catalogue()[name].fields if one.name not in frame.columns]
        return frame.reindex(columns=[*frame.columns, *lacking]) if lacking else frame


class Corrected(Month):
    """The same month after a corrected file: the first KPI is another."""

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        frame = super().query(name, scope, **params)
        return frame.assign(value=[12.5, *frame["value"][1:]]) if name == "kpi_summary" else frame


@dataclass
class Published:
    """The snapshot that is published; a test puts another in its place."""

    reader: FakeReader

    @contextmanager
    def open(self, _number: int | None) -> Iterator[FakeReader]:
        yield self.reader


def short_template(report: str) -> str:
    """The first chapter of a report: enough to be issued, and made in a moment."""
    whole = yaml.safe_load(template_text(report))
    return str(yaml.safe_dump(whole | {"sections": whole["sections"][:1]}, allow_unicode=True))


@pytest.fixture(autouse=True)
def one_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "template_text", short_template)


@pytest.fixture
def published() -> Published:
    return Published(Month())


@pytest.fixture
def desk(tmp_path: Path, published: Published) -> Desk:
    return Desk.of(tmp_path / "out", tmp_path / "issued", CONTRACT, StateDatabase.open(tmp_path, NOW), published.open)


def approved(desk: Desk) -> None:
    take_step(desk, STAFF, KEY, "submit", "山", NOW)
    take_step(desk, STAFF, KEY, "approve", "川", NOW)


def issued(desk: Desk) -> Issue:
    approved(desk)
    return issue(desk, STAFF, Order(KEY, ("xlsx",), "川", NOW, ON))


def test_only_an_approved_document_is_issued_and_nothing_is_left_of_one_that_is_not(desk: Desk, tmp_path: Path) -> None:
    take_step(desk, STAFF, KEY, "submit", "山", NOW)
    with pytest.raises(StepNotAllowed, match="「発行」は、状態「確認中」ではできません"):
        issue(desk, STAFF, Order(KEY, ("xlsx",), "川", NOW, ON))
    assert not (tmp_path / "issued").exists() and not (tmp_path / "out").exists()


def test_an_issued_file_is_proved_and_made_again_without_the_warehouse(
    desk: Desk, published: Published, tmp_path: Path
) -> None:
    entry = issued(desk)
    published.reader = Corrected()
    path = desk.folder(KEY) / WORKBOOK
    manifest = json.loads((desk.folder(KEY) / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["issue_number"], manifest["issued_on"]) == (1, "2026-11-10")
    proof = verify(desk, STAFF, path)
    assert (proof.entry, proof.holds, proof.same_program) == (entry, True, True)
    changed = tmp_path / WORKBOOK
    changed.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(NotIssued, match="内容が違います: .*発行番号1"):
        verify(desk, STAFF, changed)
    (tmp_path / "issued" / "000001" / INPUTS).write_bytes(b"PK")
    with pytest.raises(FrozenDamaged):
        verify(desk, STAFF, path)


def test_a_document_that_cannot_be_made_again_is_not_issued(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(desk)
    monkeypatch.setattr(issuing, "remade", lambda _: {WORKBOOK: b"other"})
    with pytest.raises(NotReproducible, match=WORKBOOK):
        issue(desk, STAFF, Order(KEY, ("xlsx",), "川", NOW, ON))
    assert desk.register.issues(STAFF) == [] and not (tmp_path / "issued" / "000001").exists()


def test_a_bodys_files_that_do_not_pass_the_release_gate_are_not_issued() -> None:
    members = [Member("242012", "津市"), Member("242021", "四日市市")]
    told = {"scope": {"tenant_codes": ["242012"], "platform": False}}
    for leaked in ("四日市市の件数", "242021"):
        out = io.BytesIO()
        with workbook(out) as book:
            Sheets(book).add("検知", ["団体"], [[leaked]])
        files = {"資料.xlsx": out.getvalue()}
        entry = {"name": "資料.xlsx", "sha256": hashlib.sha256(files["資料.xlsx"]).hexdigest()}
        manifest = json.dumps(told | {"files": [entry]}).encode()
        with pytest.raises(ReleaseRefused, match="資料.xlsx: ほかの団体の名称又はコード"):
            check_release("242012", files | {"manifest.json": manifest}, members)


def test_a_corrected_edition_lists_what_changed_and_the_old_one_stays_proved(desk: Desk, published: Published) -> None:
    issued(desk)
    old = (desk.folder(KEY) / WORKBOOK).read_bytes()
    published.reader = Corrected()
    found = preview_changes(desk, STAFF, KEY, datetime.combine(ON, datetime.min.time()))
    cell = next(one for one in found if one.place == "１　今月の要点　表１")
    assert (cell.item, cell.old, cell.new) == ("K01・サービス稼働率　実績", "99.999", "12.500")
    with pytest.raises(ReasonMissing):
        take_step(desk, STAFF, KEY, "correct", "山", NOW)
    take_step(desk, STAFF, KEY, "correct", "山", NOW, "稼働停止台帳の訂正")
    entry = issued(desk)
    assert (entry.number, entry.version, entry.corrects, entry.reason) == (2, "1.1", 1, "稼働停止台帳の訂正")
    report = preview(desk, STAFF, KEY, NOW)
    assert [line.version for line in report.revisions] == ["1.0", "1.1"]
    annex = report.sections[-1]
    assert annex.title == "訂正一覧" and len(annex.blocks[1].rows) == len(found)  # type: ignore[union-attr]
    (desk.out / WORKBOOK).write_bytes(old)
    proof = verify(desk, STAFF, desk.out / WORKBOOK)
    assert proof.holds and (proof.entry.number, proof.newest.number) == (1, 2)


def test_a_correction_that_changes_nothing_is_refused(desk: Desk) -> None:
    issued(desk)
    take_step(desk, STAFF, KEY, "correct", "山", NOW, "念のため")
    with pytest.raises(NothingToCorrect):
        issued(desk)
    assert [one.number for one in desk.register.issues(STAFF)] == [1]


def test_rows_that_come_go_or_move_are_told_apart_from_cells_that_differ() -> None:
    report = make_report(Month())
    section = next(one for one in report.all_sections() if any(hasattr(block, "rows") for block in one.blocks))
    table = next(block for block in section.blocks if hasattr(block, "rows"))
    first, second, *rest = table.rows  # type: ignore[union-attr]
    other = replace(table, rows=(second, *rest, ("新", *first[1:])))  # type: ignore[arg-type]
    after = replace(report, sections=tuple(
        replace(one, blocks=tuple(other if block is table else block for block in one.blocks))
        if one is section else one for one in report.sections))
    told = {(one.item, one.old == "（記載なし）", one.new == "（記載なし）") for one in changes(report, after)}
    assert told == {(f"行 {first[0]}・{first[1]}", False, True), (f"行 新・{first[1]}", True, False)}


def test_frozen_inputs_answer_what_was_asked_and_nothing_else() -> None:
    reader = Month()
    recording = Recording(reader)
    period, text = Period.parse("2026-10"), short_template(KEY.report)
    inputs = Inputs(KEY.report, text, period, STAFF, CONTRACT, NOW, None, ("xlsx",))
    report = inputs.assemble(recording)
    content = freeze(inputs, recording)
    assert freeze(inputs, recording) == content
    thawed, frozen = thaw(content)
    assert thawed == inputs and thawed.assemble(frozen) == report
    with pytest.raises(NotFrozen, match="kpi_summary"):
        frozen.query("kpi_summary", Scope.of("242012"), period="2026-10")


def test_texts_that_nobody_settled_keep_a_document_from_being_submitted(desk: Desk) -> None:
    save: Callable[..., object] = desk.commentary.save
    save(STAFF, KEY, "lines", "一つ目。", "山", NOW, based_on=0)
    save(STAFF, KEY, "lines", "二つ目。", "川", NOW, based_on=0)
    save(STAFF, KEY, "tickets", f"{MARK}\n事実：…", "山", NOW, based_on=0)
    with pytest.raises(TextsUnsettled, match="lines（同時に.*tickets（自動の下書き"):
        take_step(desk, STAFF, KEY, "submit", "山", NOW)
    assert desk.approvals.progress(STAFF, KEY).status == "draft"


def test_the_archive_is_found_by_period_kind_and_body_and_packed_the_same_every_time(desk: Desk) -> None:
    entry = issued(desk)
    assert search(desk, STAFF, Search(period=Period.parse("R8"))) == [entry]
    for wanted in (Search(period=Period.parse("R7")), Search(report="half-year"), Search(tenant="242012")):
        assert search(desk, STAFF, wanted) == []
    content = archive_zip(desk, STAFF, [entry])
    assert content == archive_zip(desk, STAFF, [entry])
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sums = dict(reversed(line.split("  ")) for line in packed.read("SHA256SUMS.txt").decode().splitlines())
        assert set(sums) == set(packed.namelist()) - {"SHA256SUMS.txt"}
        assert all(hashlib.sha256(packed.read(name)).hexdigest() == told for name, told in sums.items())
    (desk.issued / "000001" / WORKBOOK).write_bytes(b"other")
    with pytest.raises(ArchiveDamaged, match=WORKBOOK):
        archive_zip(desk, STAFF, [entry])


def test_a_body_finds_its_own_documents_only_and_never_the_frozen_inputs(desk: Desk) -> None:
    entry, body = issued(desk), Scope.of("242012")
    own = replace(entry, key=replace(KEY, tenant="242012"))
    assert search(desk, body, Search()) == []
    with pytest.raises(ArchiveEmpty):
        archive_zip(desk, body, [entry])
    with pytest.raises(ArchiveEmpty):
        issued_file(desk, body, own, INPUTS)
    assert issued_file(desk, body, own, WORKBOOK)
    with pytest.raises(NotIssued):
        verify(desk, body, desk.folder(KEY) / WORKBOOK)
    with pytest.raises(NotAllowedHere):
        take_step(desk, body, own.key, "correct", "山", NOW, "理由")


def test_a_draft_tells_fact_comparison_and_request_and_leaves_open_what_the_records_do_not_say(desk: Desk) -> None:
    from exports.blocks.base import Context
    from exports.data import DataSource
    from exports.wording import words_for

    def drafted(scope: Scope, *sections: str) -> str:
        month = Period.parse("2026-10")
        ctx = Context(month, DataSource(Month(), scope, words_for(month)), CONTRACT, NOW)
        return draft(ctx, Place("x", "", "", sections))

    told = drafted(STAFF, "tickets", "answers")
    assert told.startswith(MARK) and "一次回答期限内率は98.6%であった。" in told
    assert "一次回答期限内率の前月は100.0%、前年同月は97.9%であった。目標（100%以上）に対する判定は未達である。" in told
    assert "緊急連絡15分以内率の前月はデータなし" in drafted(STAFF, "security")
    assert "理由の候補：記録からは特定できないため" in drafted(STAFF, "lines")
