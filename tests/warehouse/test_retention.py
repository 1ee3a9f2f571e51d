"""Old samples go, their numbers stay; nothing an issued document was made of goes without somebody saying so."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from etl.rebuild import OriginalsDamaged, Rebuilt, rebuild
from etl.upkeep import IssuedConcerned, Retained, apply_retention
from tests.support import NOW, clock, copy_config, frame, load, marts, read_rows, rows, traffic_file, write, write_rows
from tests.warehouse.killed_load import digests
from tests.warehouse.ledgers import ticket_ledger
from warehouse import snapshot
from warehouse.errors import ConfigError
from warehouse.folder import DataFolder
from warehouse.japanese import month_runs
from warehouse.models import load_models, made_of_samples
from warehouse.retention import RetentionRules
from warehouse.status import read_status

pytestmark = pytest.mark.few_marts

MONTHS = ("2025-08", "2025-09", "2025-10", "2025-11", "2026-10")
OLD, KEPT = MONTHS[:2], MONTHS[2:]


def traffic(folder: Path, month: str, value: int = 7, day: int = 1) -> Path:
    year, number = month.split("-")
    lines = [(f"{year}/{number}/{day:02d} 09:{slot:02d}", "242012", value) for slot in range(0, 60, 5)]
    return traffic_file(folder / f"団体別通信量_{month}_{day}_{value}.csv", *lines)


def edge(folder: Path, month: str) -> Path:
    """Samples of the last hour of a month and the first of the next."""
    year, number = month.split("-")
    last = 31 if number in ("08", "10") else 30
    lines = [(f"{year}/{number}/{last} 23:55", "242012", 3), (f"{year}/{int(number) + 1:02d}/01 00:00", "242012", 4)]
    return traffic_file(folder / f"団体別通信量_{month}_末.csv", *lines)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of five months over fourteen, tickets of an old one; today is 2026-11-05."""
    place = tmp_path_factory.mktemp("loaded")
    config = copy_config(place / "config")
    folder = place / "data"
    load(folder, *(traffic(place, month) for month in MONTHS), config=config)
    load(folder, edge(place, "2025-08"), edge(place, "2025-09"), config=config)
    tickets = ticket_ledger(place, 9, ("T-1", "2025-08-02 09:00", "2025-08-03 09:00", "回答済"))
    assert not load(folder, tickets, config=config).failed
    return folder


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Path:
    """A copy of it, to change at will."""
    for name in ("config", "data"):
        shutil.copytree(loaded.parent / name, tmp_path / name)
    return tmp_path / "data"


def retention(data: Path, *, dry_run: bool = False, including_issued: bool = False, at: datetime = NOW) -> Retained:
    return apply_retention(DataFolder(data), data.parent / "config", clock=lambda: at, dry_run=dry_run,
                           including_issued=including_issued)


def rules(data: Path, **months: int) -> None:
    write(data.parent / "config" / "retention.toml", *(f"{name} = {value}" for name, value in months.items()))


def built_anew(data: Path, *, check: bool = False) -> Rebuilt:
    return rebuild(DataFolder(data), data.parent / "config", clock=clock, check=check)


def sample_months(data: Path) -> list[str]:
    return [str(row[0]) for row in rows(data, "SELECT DISTINCT jst_month FROM tenant_traffic ORDER BY 1")]


def old_numbers(data: Path) -> dict[str, list[Any]]:
    """Rows of every monthly mart for the old months."""
    found = {}
    for model in load_models():
        if model.partitioned:
            numbers = frame(data, f"SELECT * FROM wh.main.{model.name} WHERE jst_month < '{KEPT[0]}' ORDER BY ALL")
            found[model.name] = numbers.to_csv().splitlines()
    return found


# ---- what goes and what stays -------------------------------------------------------------------------


def test_thirteen_whole_months_before_this_one_keep_their_samples(data: Path) -> None:
    before, numbers = marts(data), old_numbers(data)
    done = retention(data)
    assert done.plan.retire == OLD and done.plan.sample_rows == (2 * 12 + 1 + 2) * 6 and not done.plan.originals
    assert sample_months(data) == list(KEPT)
    assert rows(data, "SELECT DISTINCT jst_month FROM ticket") == [("2025-08",)], "records of ledgers are no samples"
    assert old_numbers(data) == numbers and numbers["tenant_traffic_day"][1:]
    assert marts(data) == before
    assert snapshot.current_number(DataFolder(data)) == 4
    assert any("2025-08〜2025-09" in line and "日・月の集計は残ります" in line for line in done.told())


def test_a_dry_run_tells_and_changes_nothing(data: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file()}
    done = retention(data, dry_run=True)
    assert done.snapshot is None and done.plan.retire == OLD and "--dry-run" in done.told()[-1]
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file()} == before


def test_a_second_run_finds_nothing_more(data: Path) -> None:
    retention(data)
    again = retention(data)
    assert again.plan.empty and again.snapshot is None and "何も変えませんでした" in again.told()[0]
    assert snapshot.current_number(DataFolder(data)) == 4
    assert retention(data, at=datetime(2026, 12, 1)).plan.retire == ("2025-10",)


def test_frozen_months_keep_their_numbers_whatever_changes_later(data: Path, tmp_path: Path) -> None:
    retention(data)
    numbers = old_numbers(data)
    config = data.parent / "config"
    tenants = read_rows(config / "tenants.csv")
    write_rows(config / "tenants.csv", [
        {**row, "valid_from": "2026-01-01"} if row["tenant_code"] == "242021" else row for row in tenants])
    load(data, traffic(tmp_path, "2026-10", 9, 2), config=config)
    kept = old_numbers(data)
    assert kept["tenant_traffic_day"] == numbers["tenant_traffic_day"]
    assert rows(data, "SELECT min(jst_date) FROM wh.main.tenant_traffic_day WHERE tenant_code = '242021' "
                "AND jst_date >= DATE '2025-10-01'") == [(date(2026, 1, 1),)]
    load(data, ticket_ledger(tmp_path, 10, ("T-2", "2025-09-02 09:00", "", "受付")), config=config)
    assert rows(data, "SELECT jst_month, sum(received) FROM wh.main.ticket_month WHERE received > 0 "
                "GROUP BY 1 ORDER BY 1") == [("2025-08", 1), ("2025-09", 1)], "ledgers go on"


def test_a_frozen_month_keeps_what_a_changed_model_still_has(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    retention(data)
    before = rows(data, "SELECT jst_date, tenant_code, route, direction, bytes FROM wh.main.tenant_traffic_day "
                  "WHERE jst_month < '2025-10' ORDER BY ALL")
    changed = tuple(
        replace(model, sql=f"SELECT *, 'new' AS fresh FROM (\n{model.sql}\n)")
        if model.name == "tenant_traffic_day" else model for model in load_models())
    monkeypatch.setattr("warehouse.marts.load_models", lambda: changed)
    monkeypatch.setattr("warehouse.build.models_hash", lambda: "changed")
    load(data, config=data.parent / "config")
    assert rows(data, "SELECT jst_date, tenant_code, route, direction, bytes FROM wh.main.tenant_traffic_day "
                "WHERE jst_month < '2025-10' ORDER BY ALL") == before
    assert rows(data, "SELECT jst_month < '2025-10', fresh FROM wh.main.tenant_traffic_day "
                "GROUP BY ALL ORDER BY 1") == [(False, "new"), (True, None)]


def test_every_model_that_reads_samples_is_by_month_and_reads_no_other_months_samples() -> None:
    """Otherwise the numbers of kept months would change when samples of older ones go."""
    from warehouse.retention import SAMPLE_TABLES

    for model in load_models():
        for source in model.inputs:
            if source.name in SAMPLE_TABLES:
                assert model.partitioned and model.name in made_of_samples(), model.name
                assert (source.by_month, source.first, source.last) == (True, 0, 0), model.name


def test_a_late_file_of_a_retired_month_is_refused_and_kept(data: Path, tmp_path: Path) -> None:
    retention(data)
    numbers = old_numbers(data)
    late = traffic(tmp_path, "2025-09", 99, 5)
    result = load(data, late, edge(tmp_path / "2", "2025-09"), traffic(tmp_path, "2025-07"),
                  traffic(tmp_path, "2025-10", 9), config=data.parent / "config")
    assert [outcome.failed for outcome in result.outcomes[::3]] == [True, False]
    message = result.outcomes[0].message
    assert "保存期間を過ぎた月の計測値です" in message and "2025-09" in message and "原本は保管しました" in message
    assert "保存期間を過ぎた" in result.outcomes[2].message, "older months are closed, too"
    record = result.outcomes[0].record
    assert record is not None and (data / "archive" / record.sha256).read_bytes() == late.read_bytes()
    assert old_numbers(data) == numbers


def test_the_status_tells_which_months_are_without_samples(data: Path) -> None:
    assert read_status(data).retired_months == []
    retention(data)
    assert read_status(data).retired_months == ["2025-08", "2025-09"]


def test_the_data_reach_as_far_as_before_when_all_samples_are_gone(data: Path) -> None:
    until = read_status(data).data_as_of
    retention(data, at=datetime(2028, 1, 1))
    assert sample_months(data) == []
    assert read_status(data).data_as_of == until is not None


# ---- issued documents ---------------------------------------------------------------------------------


def issue(data: Path, period: str, issued_on: str | None = "2025-10-10") -> None:
    folder = data / "out" / "monthly-operations" / period
    folder.mkdir(parents=True)
    manifest = {"title": f"運用報告書 {period}", "period": period, "issued_on": issued_on, "snapshot": 1,
                "scope": {"tenant_codes": ["242012"], "platform": True}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_months_of_issued_documents_go_only_when_somebody_says_so(data: Path) -> None:
    issue(data, "2025-09")
    issue(data, "2026-10")
    with pytest.raises(IssuedConcerned) as refusal:
        retention(data)
    told = refusal.value.paragraph()
    assert "運用報告書 2025-09（2025-09、2025-10-10 提出）" in told and "--including-issued" in told
    assert "運用報告書 2026-10" not in told
    assert sample_months(data) == list(MONTHS)
    assert [document.title for document in retention(data, dry_run=True).documents] == ["運用報告書 2025-09"]
    assert retention(data, including_issued=True).plan.retire == OLD


def test_a_draft_is_no_issued_document(data: Path) -> None:
    issue(data, "2025-09", None)
    assert retention(data).snapshot is not None


# ---- numbers and originals ----------------------------------------------------------------------------


def test_numbers_go_with_the_contract_only_when_it_is_set(data: Path, tmp_path: Path) -> None:
    rules(data, sample_months=13, contract_months=14)
    assert retention(data).plan.forget == ("2025-08",)
    between = {"2025-12", *(f"2026-{month:02d}" for month in range(1, 10))}
    assert {row[0] for row in rows(data, "SELECT DISTINCT jst_month FROM wh.main.tenant_traffic_day")} == {
        *MONTHS[1:]} | between
    assert rows(data, "SELECT sum(received) FROM wh.main.ticket_month WHERE jst_month = '2025-08'") == [(1,)]
    load(data, traffic(tmp_path, "2026-10", 9, 2), config=data.parent / "config")
    assert rows(data, "SELECT count(*) FROM wh.main.tenant_traffic_day WHERE jst_month = '2025-08'") == [(0,)]
    living = digests(data)
    assert built_anew(data, check=True).proved
    built_anew(data)
    assert digests(data) == living


def test_originals_stay_for_good_unless_the_configuration_lets_them_go(data: Path) -> None:
    before = {path.name for path in (data / "archive").iterdir()}
    retention(data)
    assert {path.name for path in (data / "archive").iterdir()} == before


def test_originals_go_when_no_kept_month_needs_them_and_their_numbers_survive(data: Path, tmp_path: Path) -> None:
    rules(data, sample_months=13, archive_months=13)
    names = dict(rows(data, "SELECT file_name, sha256 FROM wh.main.load"))
    done = retention(data)
    gone = {name for name, sha256 in names.items() if not (data / "archive" / str(sha256)).exists()}
    assert gone == {load.file_name for load in done.plan.originals} == {
        "団体別通信量_2025-08_1_7.csv", "団体別通信量_2025-09_1_7.csv", "団体別通信量_2025-08_末.csv"}
    living = digests(data)
    load(data, traffic(tmp_path, "2026-10", 9, 2), config=data.parent / "config")
    living = digests(data)
    assert built_anew(data, check=True).proved
    shutil.rmtree(data / "warehouse")
    shutil.rmtree(data / "lake")
    built_anew(data)
    assert digests(data) == living, "from the archive alone, although originals are gone"
    assert retention(data).plan.empty
    done = retention(data, at=datetime(2026, 12, 1))
    assert done.plan.retire == ("2025-10",)
    assert {load.file_name for load in done.plan.originals} == {
        "団体別通信量_2025-10_1_7.csv", "団体別通信量_2025-09_末.csv"}
    living = digests(data)
    built_anew(data)
    assert digests(data) == living


def test_a_damaged_copy_of_pruned_numbers_is_told(data: Path) -> None:
    rules(data, sample_months=13, archive_months=13)
    retention(data)
    next((data / "archive" / "retired").rglob("tenant_traffic_day.parquet")).write_bytes(b"PAR1")
    with pytest.raises(OriginalsDamaged, match="tenant_traffic_day.parquet"):
        built_anew(data)


def test_rebuilding_after_retention_gives_the_living_rows(data: Path, tmp_path: Path) -> None:
    retention(data)
    load(data, traffic(tmp_path, "2025-09", 99, 5), traffic(tmp_path, "2025-10", 9),
         ticket_ledger(tmp_path, 10, ("T-2", "2025-09-02 09:00", "", "受付")), config=data.parent / "config")
    retention(data, at=datetime(2026, 12, 1))
    load(data, traffic(tmp_path, "2026-10", 9, 3), config=data.parent / "config")
    living = digests(data)
    checked = built_anew(data, check=True)
    assert checked.proved, checked.differences
    shutil.rmtree(data / "warehouse")
    shutil.rmtree(data / "lake")
    built_anew(data)
    assert digests(data) == living and sample_months(data) == ["2025-11", "2026-10"]


def test_samples_come_back_from_the_originals_and_late_files_count_then(data: Path, tmp_path: Path) -> None:
    retention(data)
    before = marts(data)
    load(data, traffic(tmp_path, "2025-09", 99, 5), config=data.parent / "config")
    assert marts(data)["tenant_traffic_day"] == before["tenant_traffic_day"]
    rebuild(DataFolder(data), data.parent / "config", clock=clock, restore_samples=True)
    assert sample_months(data) == list(MONTHS) and read_status(data).retired_months == []
    assert rows(data, "SELECT max(bytes) FROM tenant_traffic WHERE jst_date = DATE '2025-09-05'") == [(99,)]
    assert retention(data).plan.retire == OLD
    assert rows(data, "SELECT sum(bytes) FROM wh.main.tenant_traffic_day WHERE jst_date = DATE '2025-09-05'") == [
        (99 * 72,)]


# ---- rules --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sample_months = 12", "sample_months = 12 は使えません（13以上の整数）"),
        ("sample_months = true", "13以上"),
        ("sample_months = 24\ncontract_months = 23", "contract_months = 23 は使えません（24以上の整数）"),
        ("archive_months = 1.5", "archive_months"),
        ("months = 13", "項目 months は使えません"),
        ("sample_months =", "TOMLとして読めません"),
    ],
)
def test_wrong_rules_are_refused(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path / "retention.toml", text)
    with pytest.raises(ConfigError) as refusal:
        RetentionRules.read(tmp_path)
    assert words in refusal.value.message and "retention.toml" in refusal.value.message


def test_without_rules_thirteen_months_of_samples_stay_and_all_else_for_good(tmp_path: Path) -> None:
    assert RetentionRules.read(tmp_path) == RetentionRules(13, None, None)
    assert RetentionRules.read(Path(__file__).parents[2] / "config") == RetentionRules(13, None, None)


def test_rules_are_no_reason_to_compute_all_numbers_anew(data: Path) -> None:
    rules(data, sample_months=20)
    assert load(data, config=data.parent / "config").snapshot is None


def test_runs_of_months_are_told_by_their_ends() -> None:
    assert month_runs(["2025-11", "2025-12", "2026-01", "2026-03"]) == ["2025-11〜2026-01", "2026-03"]
