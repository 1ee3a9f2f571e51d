"""Same inputs, same bytes; all files or none."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exports import publish
from exports.contract import ContractInfo
from exports.errors import ContractError, FormatError
from exports.manifest import made_files
from exports.model import Report
from exports.publish import FORMATS, USUAL, write_report
from tests.exports.conftest import CONTRACT
from warehouse.period import Period

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys, hashlib
from exports.publish import render
from tests.exports.conftest import make_report
for name, content in render(make_report()).items():
    print(name, hashlib.sha256(content).hexdigest())
"""


def test_another_process_a_moment_later_makes_the_same_bytes(files: dict[str, bytes]) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT]
    shown = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment).stdout.decode()
    other = dict(line.split() for line in shown.splitlines())
    here = {f"運用報告書_2026-10.{kind}": hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    assert other == here


def test_the_manifest_names_every_file_and_its_origin(
    report: Report, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {f"{report.file_stem}.{kind}": content for kind, content in files.items()}
    monkeypatch.setattr(publish, "render", lambda *_: dict(made))
    paths = write_report(report, FORMATS, tmp_path / "out")
    assert [path.name for path in paths] == [*made, "manifest.json"]
    manifest = json.loads(paths[-1].read_text(encoding="utf-8"))
    assert manifest["snapshot"] == 12 and manifest["period"] == "2026-10"
    assert manifest["created_at"] == "2026-11-06T09:30:00+09:00"
    assert len(manifest["scope"]["tenant_codes"]) == 33 and manifest["scope"]["platform"] is True
    for entry in manifest["files"]:
        assert hashlib.sha256((tmp_path / "out" / entry["name"]).read_bytes()).hexdigest() == entry["sha256"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in paths)


def test_finished_files_are_recognised_until_one_of_them_changes(
    report: Report, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {f"{report.file_stem}.{kind}": content for kind, content in files.items()}
    monkeypatch.setattr(publish, "render", lambda *_: dict(made))
    paths = write_report(report, USUAL, tmp_path)
    wanted = (12, report.provenance.template_sha256, "2026-10")
    assert sorted(made_files(tmp_path, *wanted)) == sorted(paths)
    assert made_files(tmp_path, 13, *wanted[1:]) == []
    paths[0].write_bytes(b"changed")
    assert made_files(tmp_path, *wanted) == []


def test_files_of_an_earlier_run_that_the_new_one_lacks_go_away(
    report: Report, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(_: Report, formats: tuple[str, ...]) -> dict[str, bytes]:
        return {f"{report.file_stem}.{kind}": files[kind] for kind in formats}

    out = tmp_path / "out"
    monkeypatch.setattr(publish, "render", made)
    write_report(report, USUAL, out)
    (out / "覚書.txt").write_text("not ours", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("not ours", encoding="utf-8")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"].append({"name": "../outside.txt"})
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    paths = write_report(report, ("pdf",), out)
    assert {path.name for path in out.iterdir()} == {*(path.name for path in paths), "覚書.txt"}
    assert (tmp_path / "outside.txt").exists()
    (out / "manifest.json").write_text("{", encoding="utf-8")
    write_report(report, ("xlsx",), out)
    assert (out / f"{report.file_stem}.pdf").exists()  # an unreadable manifest lists nothing


def test_nothing_is_written_when_a_format_fails(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Report) -> bytes:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(publish, "write_excel", fail)
    with pytest.raises(RuntimeError):
        write_report(report, ("xlsx",), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused_with_the_known_ones(report: Report, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        write_report(report, ("odt",), tmp_path)
    assert "docx、pdf、xlsx" in caught.value.message


def test_the_document_number_follows_the_period_and_the_series() -> None:
    info = ContractInfo.from_mapping({**vars(CONTRACT), "document_number": "{series}第{era_year}-{month}号"})
    assert info.number_for(Period.parse("2027-03"), "監視") == "監視第8-03号"


@pytest.mark.parametrize(
    ("change", "word"),
    [({"addressee": " "}, "addressee"), ({"document_number": "{week}"}, "{week}"), ({"approver": 3}, "approver")],
)
def test_a_contract_value_that_is_wrong_is_named(change: dict[str, object], word: str) -> None:
    with pytest.raises(ContractError) as caught:
        ContractInfo.from_mapping({**vars(CONTRACT), **change})
    assert word in caught.value.message
