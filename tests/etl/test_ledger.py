"""The ledger of every file: who loaded what when, what it replaced, and which issued documents it touched."""

from __future__ import annotations

import getpass
import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli.loads
import cli.rejects
from etl.errors import FeedError
from tests.support import NOW, copy_config, load, rows, traffic_file, write
from tests.warehouse.ledgers import ticket_ledger
from warehouse.folder import DataFolder
from warehouse.issued import issued_documents
from warehouse.loads import load_detail, newest_loads
from warehouse.reader import open_current
from warehouse.rejects import LoadNotFound, load_of, open_ledger
from warehouse.status import read_status

NAME = "団体別通信量_{}.csv"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def traffic(folder: Path, key: str, *values: tuple[str, str, int]) -> Path:
    return traffic_file(folder / NAME.format(key), *values)


def day(value: int, *slots: int, on: str = "2026/10/01", code: str = "242012") -> list[tuple[str, str, int]]:
    return [(f"{on} 00:{5 * slot:02d}", code, value) for slot in slots]


def command(app: object, data: Path, config: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MIHARASHI_DATA", str(data))
    monkeypatch.setenv("MIHARASHI_CONFIG", str(config))
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)  # type: ignore[arg-type]
    assert done.exit_code == 0, done.output
    return done.output


# ---- who, when, what ----------------------------------------------------------------------------------


def test_the_ledger_says_who_loaded_a_file(tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    monkeypatch.delenv("MIHARASHI_USER", raising=False)
    load(data, traffic(tmp_path, "1", *day(1, 0)), config=config)
    monkeypatch.setenv("MIHARASHI_USER", "　夜間バッチ ")
    load(data, traffic(tmp_path, "2", *day(1, 1)), config=config)
    monkeypatch.delenv("MIHARASHI_USER")
    monkeypatch.setattr(getpass, "getuser", lambda: (_ for _ in ()).throw(KeyError("uid not found")))
    load(data, traffic(tmp_path, "3", *day(1, 2)), config=config)
    named = rows(data, "SELECT loaded_by, loaded_at FROM wh.main.load ORDER BY load_id")
    assert named[1:] == [("夜間バッチ", NOW), (named[2][0], NOW)] and str(named[2][0]).startswith("uid ")
    assert named[0][0] not in ("", None, "夜間バッチ")


def test_a_load_tells_its_lines_its_rejects_and_what_replaced_what(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    bad = [*day(1, 3, code="249999"), *day(1, 4, code="？")]
    load(data, traffic(tmp_path, "1", *day(1, 0, 1, 2), *bad), config=config)
    load(data, traffic(tmp_path, "2", *day(2, 0, 1)), config=config)
    with open_ledger(data) as ledger:
        first, second = (load_detail(ledger, load_of(ledger, number)) for number in (1, 2))
        listed = newest_loads(ledger, None, 10)
        with pytest.raises(LoadNotFound, match="取込み番号 3 は記録にありません"):
            load_of(ledger, 3)
    assert (first.record.physical_lines, first.record.accepted_lines, first.record.rejected_lines) == (6, 3, 2)
    assert sum(total for _, _, total in first.reasons) == sum(still for _, still, _ in first.reasons) == 2
    assert [(one.load_id, one.rows) for one in first.gave_way_to] == [(2, 12)] and not first.took_from
    assert [(one.load_id, one.rows) for one in second.took_from] == [(1, 12)] and not second.gave_way_to
    assert [(line.record.load_id, line.took, line.gave_way, line.open_rejects) for line in listed] == [
        (2, 12, 0, 0), (1, 0, 12, 2)]


def test_loads_and_rejects_are_told_in_japanese_on_the_command_line(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    load(data, traffic(tmp_path, "1", *day(1, 0, 1, 2), *day(1, 3, code="249999")), config=config)
    load(data, traffic(tmp_path, "2", *day(2, 0, 1)), write(tmp_path / "メモ.txt", "x"), config=config)
    listed = command(cli.loads.loads, data, config, monkeypatch=monkeypatch)
    for told in ("種類の分からないファイル", "不受理", "訂正、12件を差替え", "12件は差替え済み", "2026-11-05 09:00"):
        assert told in listed
    assert "団体別通信量_1" not in command(cli.loads.loads, data, config, "--limit", "2", monkeypatch=monkeypatch)
    shown = command(cli.loads.loads, data, config, "show", "1", monkeypatch=monkeypatch)
    for told in ("物理行数", "受入れ 3、却下 1", "却下の理由", "差し替えられた取込み", "SHA-256"):
        assert told in shown
    groups = command(cli.rejects.rejects, data, config, "list", monkeypatch=monkeypatch)
    assert "249999" in groups or "登録されていません" in groups
    lines = command(cli.rejects.rejects, data, config, "show", "1", monkeypatch=monkeypatch)
    assert "[1] 5行目" in lines and "団体コード=249999" in lines and "2026/10/01 00:15,249999,団体" in lines
    made = command(cli.rejects.rejects, data, config, "export", "1", monkeypatch=monkeypatch)
    assert "却下_1_団体別通信量_1.csv" in made and "python app.py load" in made
    closed = command(cli.rejects.rejects, data, config, "close", "1", "--line", "5", "--reason", "試験用のため",
                     monkeypatch=monkeypatch)
    assert "却下 1行を、取り込まないと決めたものとして閉じました" in closed
    everything = command(cli.rejects.rejects, data, config, "show", "1", "--all", monkeypatch=monkeypatch)
    assert "取り込まないと決定" in everything and "理由: 試験用のため" in everything
    assert "閉じていない却下はありません" in command(cli.rejects.rejects, data, config, "list", monkeypatch=monkeypatch)


@pytest.mark.usefixtures("few_marts")
def test_unknown_files_and_closed_rejects_disturb_neither_status_nor_the_report(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic(tmp_path, "1", *day(1, 0, 1), *day(1, 2, code="249999")), config=config)
    load(data, write(tmp_path / "メモ_202610.txt", "x"), config=config)
    status = {feed.feed: feed for feed in read_status(data).feeds}
    assert (status[""].title, status[""].files, status[""].refused_files) == ("種類の分からないファイル", 1, 1)
    assert status["tenant_traffic"].open_rejects == 1
    october = {"first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}
    with open_current(data) as reader:
        notes = reader.query("load_notes", reader.whole_scope(), **october)
        months = reader.query("loads_month", reader.whole_scope(), **october)
    assert [note for note in notes["note"] if "ファイルの種類が分かりません" in note]
    assert set(months["feed"]) == {"", "tenant_traffic"}


def test_a_feed_that_there_is_not_stops_the_run_before_any_file(tmp_path: Path, config: Path) -> None:
    with pytest.raises(FeedError, match="「trafic」という取込み定義はありません"):
        load(tmp_path / "data", traffic(tmp_path, "1", *day(1, 0)), config=config, feed="trafic")
    assert not (tmp_path / "data" / "archive").exists()


# ---- issued documents ---------------------------------------------------------------------------------


def issue(data: Path, period: str = "2026-10", *, issued_on: str | None = "2026-11-05", snapshot: int = 1,
          tenants: tuple[str, ...] = (), name: str = "monthly-operations") -> Path:
    path = data / "out" / name / period / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({
        "title": f"運用報告書 {period}", "period": period, "snapshot": snapshot, "issued_on": issued_on,
        "scope": {"tenant_codes": list(tenants), "platform": not tenants}}), encoding="utf-8")
    return path


@pytest.mark.usefixtures("few_marts")
def test_a_correction_of_an_issued_period_is_flagged_until_the_document_is_made_anew(
    tmp_path: Path, config: Path
) -> None:
    data = tmp_path / "data"
    load(data, traffic(tmp_path, "1", *day(1, 0, 1, 2), *day(1, 0, 1, 2, code="242021")), config=config)
    issue(data)
    result = load(data, traffic(tmp_path, "2", *day(2, 0, 2)), config=config)
    assert [touched.told() for touched in result.outcomes[0].touched] == [
        "運用報告書 2026-10（2026-11-05 提出）: 接続団体別通信量 2026-10・242012（18件→12件、異なる記録 18件）"]
    noted = "SELECT document, tenant, rows_before, rows_after, rows_changed FROM wh.main.issued_touched"
    assert rows(data, noted) == [("monthly-operations/2026-10", "242012", 18, 12, 18)]
    assert "提出済みの文書の数値が変わります" in result.outcomes[0].message
    assert [document.load_id for document in read_status(data).documents] == [2]
    issue(data, snapshot=2)
    assert read_status(data).documents == []


def test_late_and_mended_rows_touch_a_document_and_the_same_rows_again_do_not(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic(tmp_path, "1", *day(1, 0, 1)), config=config)
    issue(data)
    again = load(data, traffic(tmp_path, "2", *day(1, 1, 0)), config=config)
    assert again.outcomes[0].touched == ()
    late = load(data, traffic(tmp_path, "3", *day(1, 5)), config=config)
    assert [touched.changes[0].rows_changed for touched in late.outcomes[0].touched] == [6]
    elsewhere = load(data, traffic(tmp_path, "4", *day(1, 0, on="2026/09/01")), config=config)
    assert elsewhere.outcomes[0].touched == ()


def test_a_draft_is_no_issued_document_and_a_broken_manifest_is_none_at_all(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic(tmp_path, "1", *day(1, 0, 1)), config=config)
    issue(data, issued_on=None)
    issue(data, "2026-09").write_text("{", encoding="utf-8")
    assert issued_documents(DataFolder(data).out) == []
    assert load(data, traffic(tmp_path, "2", *day(2, 0)), config=config).outcomes[0].touched == ()


def test_a_document_of_one_body_is_touched_by_its_own_rows_only(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic(tmp_path, "1", *day(1, 0, 1), *day(1, 0, 1, code="242021")), config=config)
    issue(data, tenants=("242021",), name="tenant-report")
    assert load(data, traffic(tmp_path, "2", *day(2, 0)), config=config).outcomes[0].touched == ()
    assert load(data, traffic(tmp_path, "3", *day(2, 0, code="242021")), config=config).outcomes[0].touched != ()


def test_the_next_ledger_that_merely_goes_on_touches_nothing_and_a_corrected_one_does(
    tmp_path: Path, config: Path
) -> None:
    data = tmp_path / "data"
    load(data, ticket_ledger(tmp_path / "a", 10, ("T-1", "R8.10.1 9:00", "", "受付")), config=config)
    issue(data)
    november = ticket_ledger(tmp_path / "b", 11, ("T-1", "R8.10.1 9:00", "2026/11/02 9:00", "回答済"))
    assert load(data, november, config=config).outcomes[0].touched == ()
    corrected = ticket_ledger(tmp_path / "c", 10, ("T-2", "R8.10.2 9:00", "", "受付"))
    touched = load(data, corrected, config=config).outcomes[0].touched
    assert [change.table_name for one in touched for change in one.changes] == ["ticket"]
    assert "1件→2件" in touched[0].told()
