"""The journal beside the originals: what it says, and what it makes of a publication that was cut short."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.support import NOW, copy_config, load, rows, traffic_file, write
from warehouse import snapshot
from warehouse.errors import MiharashiError
from warehouse.folder import DataFolder
from warehouse.journal import Journal, JournalDamaged, JournalEntry, RetiredMonth, entry_of, missing_numbers
from warehouse.ledger import LoadRecord

pytestmark = pytest.mark.few_marts

RECORD = LoadRecord(
    load_id=3, feed="tenant_traffic", title="通信量", table_name="tenant_traffic", file_name="団体別\n通信量.csv",
    sha256="ab", file_bytes=10, status="accepted", refusal=None, physical_lines=3, accepted_lines=2, rejected_lines=0,
    header_lines=1, blank_lines=0, total_lines=0, other_lines=0, accepted_rows=12, period_from=date(2026, 10, 1),
    period_to=None, loaded_at=datetime(2026, 11, 5, 9, 0, 1))
MONTH = RetiredMonth("2025-09", 2, NOW, datetime(2025, 10, 1), marts_kept=True, copied_in=4)
ENTRY = JournalEntry(5, 4, NOW, False, (RECORD, replace(RECORD, load_id=4, mends=3, part_of=3)), (4,), (MONTH,),
                     ({"load_id": 4, "document": "報告"},))


def test_an_entry_reads_back_as_it_was_written() -> None:
    assert entry_of(ENTRY.text()) == ENTRY
    assert entry_of(replace(ENTRY, retired=None, touched=(), loads=()).text()).retired is None
    assert len(ENTRY.text().splitlines()) == 2 + 2 + 1, "one line a load, for whoever has to look"


def test_what_a_newer_version_says_of_a_load_is_passed_over() -> None:
    raw = json.loads(ENTRY.text())
    raw["loads"][0]["colour"] = "blue"
    assert entry_of(json.dumps(raw)) == ENTRY


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"snapshot": 1}', ENTRY.text().replace("2026-11", "2026-99")])
def test_an_entry_that_is_no_entry_is_told(text: str) -> None:
    with pytest.raises(JournalDamaged, match="archive/journal の記録 x.json が読めません"):
        entry_of(text, "x.json")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    (tmp_path / "archive").mkdir()
    return Journal(DataFolder(tmp_path))


def published(journal: Journal, number: int, parent: int | None, *load_ids: int, whole: bool = False) -> None:
    loads = tuple(replace(RECORD, load_id=load_id) for load_id in load_ids)
    journal.announce(JournalEntry(number, parent, NOW, whole, loads, load_ids[-1:]))
    journal.settle(number)


def test_an_announced_entry_counts_only_once_it_is_settled(journal: Journal) -> None:
    published(journal, 1, None, 1, whole=True)
    journal.announce(JournalEntry(2, 1, NOW, False, (), ()))
    assert (journal.head(), journal.numbers(), journal.pending()) == (1, [1], 2)
    journal.settle(1)
    assert (journal.head(), journal.numbers(), journal.pending()) == (1, [1], 2), "that was about another one"
    journal.settle(2)
    assert (journal.head(), journal.numbers(), journal.pending()) == (2, [1, 2], None)


def test_a_history_follows_the_parents_past_what_was_rolled_back(journal: Journal) -> None:
    published(journal, 1, None, 1, 2, whole=True)
    published(journal, 2, 1, 3)
    published(journal, 3, 2, 4, 5)
    journal.settle(1)
    published(journal, 4, 1, 3)
    published(journal, 5, 4)
    history = journal.history(5)
    assert [load.load_id for load in history.loads] == [1, 2, 3] and history.landings == (2, 3)
    assert [load.load_id for load in journal.history(3).loads] == [1, 2, 3, 4, 5]
    assert missing_numbers(history.loads) == [] and missing_numbers(history.loads[1:]) == [1]


def test_a_history_ends_at_an_entry_that_lists_all(journal: Journal) -> None:
    published(journal, 7, 6, 1, 2, 3, whole=True)
    published(journal, 8, 7, 4)
    assert [load.load_id for load in journal.history(8).loads] == [1, 2, 3, 4]


def test_a_chain_that_breaks_or_turns_back_is_told(journal: Journal) -> None:
    published(journal, 2, 1, 2)
    with pytest.raises(JournalDamaged, match="000001.json"):
        journal.history(2)
    published(journal, 3, 3, 1)
    with pytest.raises(JournalDamaged, match="親が正しくありません"):
        journal.history(3)


def test_a_damaged_head_is_the_highest_number(journal: Journal) -> None:
    published(journal, 1, None, 1, whole=True)
    published(journal, 2, 1, 2)
    (journal._path / "HEAD").write_text("?", encoding="ascii")
    assert journal.head() == 2


# ---- publications that were cut short -----------------------------------------------------------------


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_config(tmp_path_factory.mktemp("config") / "config")


def october(value: int) -> list[tuple[str, str, int]]:
    return [(f"2026/10/01 00:{slot:02d}", "242012", value) for slot in range(0, 60, 5)]


def loaded(data: Path, value: int, config: Path) -> int:
    result = load(data, traffic_file(data.parent / f"団体別通信量_{value}.csv", *october(value)), config=config)
    assert result.snapshot is not None
    return result.snapshot.number


def cut_short(monkeypatch: pytest.MonkeyPatch, where: str, data: Path, value: int, config: Path) -> None:
    """A load that dies at the call of a function."""
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(where, die)
        loaded(data, value, config)


def test_a_load_tells_the_journal_what_it_added(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    for value in (1, 2):
        loaded(data, value, config)
    refused = write(tmp_path / "団体別通信量_x.csv", "a,b")
    load(data, refused, config=config)
    journal = Journal(DataFolder(data))
    assert journal.numbers() == [1, 2, 3] and journal.head() == 3
    assert [journal.entry(number).whole for number in (1, 2, 3)] == [True, False, False]
    last = journal.entry(3)
    assert [(one.file_name, one.status, one.feed) for one in last.loads] == [
        ("団体別通信量_x.csv", "refused", "tenant_traffic")]
    assert last.parent == 2 and last.retired is None and journal.entry(1).retired == ()
    assert [one.load_id for one in journal.history(3).loads] == [1, 2, 3]


def test_a_complete_snapshot_that_was_never_published_is_no_generation(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, folder = tmp_path / "data", DataFolder(tmp_path / "data")
    loaded(data, 1, config)
    cut_short(monkeypatch, "warehouse.snapshot.point_to", data, 2, config)
    assert snapshot.generations(folder) == [1, 2] and snapshot.published_generations(folder) == [1]
    with pytest.raises(MiharashiError, match="残っている世代: 1。"):
        snapshot.roll_back(folder, 2)
    assert snapshot.roll_back(folder, 1).number == 1
    assert snapshot.generations(folder) == [1] and Journal(folder).pending() is None
    assert loaded(data, 2, config) == 2, "nobody ever saw the one that was lost"
    assert rows(data, "SELECT DISTINCT bytes FROM tenant_traffic") == [(2,)]


def test_a_snapshot_that_was_published_a_moment_before_the_kill_is_one(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, folder = tmp_path / "data", DataFolder(tmp_path / "data")
    loaded(data, 1, config)
    cut_short(monkeypatch, "warehouse.journal.Journal.settle", data, 2, config)
    journal = Journal(folder)
    assert (snapshot.current_number(folder), journal.head(), journal.pending()) == (1, 1, None), "killed while healing"
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        settle, calls = Journal.settle, iter([True])

        def second_dies(self: Journal, number: int) -> None:
            if not next(calls, False):
                raise KeyboardInterrupt
            settle(self, number)

        patched.setattr(Journal, "settle", second_dies)
        loaded(data, 2, config)
    assert (snapshot.current_number(folder), journal.head(), journal.pending()) == (2, 1, 2)
    assert snapshot.published_generations(folder) == [1, 2]
    assert loaded(data, 3, config) == 3
    assert journal.numbers() == [1, 2, 3] and [one.load_id for one in journal.history(3).loads] == [1, 2, 3]


def test_a_rollback_is_told_and_numbers_are_never_given_twice(tmp_path: Path, config: Path) -> None:
    data, folder = tmp_path / "data", DataFolder(tmp_path / "data")
    for value in (1, 2, 3):
        loaded(data, value, config)
    snapshot.roll_back(folder, 1)
    assert Journal(folder).head() == 1
    for number in (2, 3):
        snapshot.snapshot_path(folder, number).unlink()
    assert loaded(data, 4, config) == 4, "2 and 3 stand on documents, although their files are gone"
    assert [one.file_name for one in Journal(folder).history(4).loads] == ["団体別通信量_1.csv", "団体別通信量_4.csv"]
