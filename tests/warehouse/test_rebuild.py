"""Everything can be built anew from the originals: the same rows as the living warehouse, whatever went before."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from etl.feed import read_feeds
from etl.rebuild import OriginalsDamaged, Rebuilt, rebuild
from etl.reject_export import closing_list, export_rejects
from etl.run import LoadResult
from etl.run import load as etl_load
from tests.support import NOW, clock, copy_config, load, marts, read_rows, rows, traffic_file, write, write_rows
from tests.warehouse.killed_load import digests
from tests.warehouse.ledgers import ticket_ledger
from warehouse import rejects, snapshot
from warehouse.errors import ConfigError, MiharashiError, NoSnapshot
from warehouse.folder import DataFolder
from warehouse.journal import Journal, JournalDamaged
from warehouse.reader import open_current

pytestmark = pytest.mark.few_marts

Step = Callable[["Story"], None]


class Story:
    """A data folder and what happens to it, at random but always the same for one seed."""

    def __init__(self, place: Path, config: Path, seed: int) -> None:
        self.place, self.config, self.chance = place, config, random.Random(seed)
        self.data, self.folder = place / "data", DataFolder(place / "data")
        self.files: list[Path] = []
        self.now = NOW
        (place / "delivered").mkdir(parents=True)

    def load(self, *paths: Path, again: bool = False) -> LoadResult:
        self.files += [path for path in paths if path not in self.files]
        return etl_load(self.folder, self.config, list(paths), clock=self._tick, again=again, by="担当")

    def rebuild(self, *, check: bool = False) -> Rebuilt:
        return rebuild(self.folder, self.config, clock=self._tick, check=check)

    def traffic(self, *, bad: int = 0) -> Path:
        """Some days of some bodies, with lines that cannot be read."""
        month = self.chance.choice((9, 10))
        days = self.chance.sample(range(1, 8), self.chance.randint(1, 4))
        codes = self.chance.sample(("240001", "242012", "242021"), self.chance.randint(1, 3))
        hours = range(self.chance.randint(0, 3), self.chance.randint(4, 8))
        lines = [(f"2026/{month:02d}/{day:02d} {hour:02d}:{minute:02d}", code, self.chance.randint(0, 10**6))
                 for day in sorted(days) for hour in hours for minute in (0, 5, 30) for code in codes]
        lines += [(f"2026/{month:02d}/01 09:{minute:02d}", "242012", -1) for minute in range(bad)]
        return traffic_file(self._name(f"団体別通信量_{len(self.files)}.csv"), *lines)

    def tickets(self) -> Path:
        month, answered = self.chance.choice((9, 10)), self.chance.random() < 0.5
        folder = self._name(f"{len(self.files)}")
        folder.mkdir()
        return ticket_ledger(folder, month, *(
            (f"T-{number}", f"2026-{month:02d}-0{self.chance.randint(1, 9)} 09:00",
             f"2026-{month:02d}-10 10:00" if answered else "", "回答済" if answered else "受付")
            for number in self.chance.sample(range(8), 3)))

    def counters(self) -> Path:
        """A day of polls that goes on where the day before ended."""
        day = self.chance.randint(1, 4)
        lines = [f"2026-10-{day:02d}T{hour:02d}:{minute:02d}:00+09:00,インターネット接続回線,"
                 f"{(day * 1440 + hour * 60 + minute) * 10**6},{(day * 1440 + hour * 60 + minute) * 10**5}"
                 for hour in range(24) for minute in range(0, 60, 5)]
        return write(self._name(f"if_counter_{len(self.files)}.csv"),
                     "timestamp,interface,ifHCInOctets,ifHCOutOctets", *lines)

    def open_load(self) -> int | None:
        """A load with rejects that are open."""
        found = rows(self.data, "SELECT DISTINCT r.load_id FROM wh.main.reject AS r JOIN wh.main.load AS l "
                     "USING (load_id) WHERE r.closed_as IS NULL AND l.status = 'accepted' ORDER BY 1")
        return int(str(self.chance.choice(found)[0])) if found else None

    def _name(self, name: str) -> Path:
        return self.place / "delivered" / name

    def _tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def bring_traffic(story: Story) -> None:
    story.load(story.traffic(bad=story.chance.choice((0, 0, 2))))


def bring_several(story: Story) -> None:
    story.load(story.traffic(bad=1), story.tickets(), story.traffic(), story.counters())


def bring_tickets(story: Story) -> None:
    story.load(story.tickets())


def bring_again(story: Story) -> None:
    if story.files:
        story.load(story.chance.choice(story.files), again=story.chance.random() < 0.5)


def bring_refused(story: Story) -> None:
    name = story.chance.choice(("団体別通信量_壊れた", "何かのメモ"))
    story.load(write(story._name(f"{name}{len(story.files)}.csv"), "a,b", f"1,{len(story.files)}"))


def mend(story: Story) -> None:
    """Put some of the rejects right and load them, or say that they stay out."""
    load_id = story.open_load()
    if load_id is None:
        return
    with rejects.open_ledger(story.data) as connection:
        if story.chance.random() < 0.3:
            first = rejects.rejected_lines(connection, load_id)[0].line
            made = closing_list(connection, load_id, [first], "試験のため", story.place)
        else:
            made = export_rejects(connection, story.folder, read_feeds(story.config), load_id, story.place).path
            made.write_bytes(made.read_bytes().replace(b",-1", f",{story.chance.randint(1, 99)}".encode()))
    assert not story.load(made).failed


def roll_back(story: Story) -> None:
    numbers = snapshot.published_generations(story.folder)
    if len(numbers) > 1:
        with story.folder.writer_lock():
            snapshot.roll_back(story.folder, story.chance.choice(numbers))


def build_anew(story: Story) -> None:
    if snapshot.generations(story.folder):
        story.rebuild()


STEPS: list[Step] = [bring_traffic, bring_traffic, bring_traffic, bring_several, bring_tickets, bring_tickets,
                     bring_again, bring_refused, mend, mend, roll_back]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_config(tmp_path_factory.mktemp("config") / "config")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_loaded_corrected_refused_mended_and_rolled_back_is_there_again(
    tmp_path: Path, config: Path, seed: int
) -> None:
    story = Story(tmp_path, config, seed)
    bring_several(story)
    for step in story.chance.choices(STEPS, k=7) + [bring_traffic, story.chance.choice([build_anew, mend])]:
        step(story)
    living = digests(story.data)
    checked = story.rebuild(check=True)
    assert checked.proved, checked.differences
    assert checked.loads == len(rows(story.data, "SELECT load_id FROM wh.main.load"))
    number = snapshot.current_number(story.folder)
    assert digests(story.data) == living and snapshot.referenced_lake_files(story.folder) == files_below(story.folder)
    rebuilt = story.rebuild()
    assert rebuilt.snapshot is not None and number is not None and rebuilt.snapshot.number > number
    assert digests(story.data) == living
    shutil.rmtree(story.folder.snapshots)
    shutil.rmtree(story.folder.lake)
    assert story.rebuild().snapshot is not None, "the archive alone is enough"
    assert digests(story.data) == living
    bring_traffic(story)
    assert story.rebuild(check=True).proved, "and the story goes on from there"


def files_below(folder: DataFolder) -> set[str]:
    return {path.relative_to(folder.lake).as_posix() for path in folder.lake.rglob("*.parquet")}


# ---- a small story, step by step ----------------------------------------------------------------------


def october(value: int, *days: int) -> list[tuple[str, str, int]]:
    return [(f"2026/10/{day:02d} 09:{slot:02d}", "242012", value) for day in days for slot in range(0, 60, 5)]


@pytest.fixture(scope="module")
def twice_loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two loads, the second of which corrects a part of the first."""
    place = tmp_path_factory.mktemp("loaded")
    data, config = place / "data", copy_config(place / "config")
    load(data, traffic_file(place / "団体別通信量_1.csv", *october(7, 1, 2)), config=config)
    load(data, traffic_file(place / "団体別通信量_2.csv", *october(8, 2)), config=config)
    return data


@pytest.fixture
def loaded(twice_loaded: Path, tmp_path: Path) -> Path:
    """A copy of it, to change at will, with its files and configuration beside it."""
    shutil.copytree(twice_loaded.parent, tmp_path / "copy")
    return tmp_path / "copy" / "data"


def built_anew(data: Path, *, check: bool = False, without_damaged: bool = False) -> Rebuilt:
    return rebuild(DataFolder(data), data.parent / "config", clock=clock, check=check, without_damaged=without_damaged)


def original_of(data: Path, name: str) -> Path:
    found = rows(data, f"SELECT sha256 FROM wh.main.load WHERE file_name = '{name}'")
    return data / "archive" / str(found[0][0])


def test_readers_keep_the_old_generation_and_rolling_back_returns_to_it(loaded: Path) -> None:
    held = open_current(loaded)
    assert built_anew(loaded).snapshot is not None
    assert held.query("status_feeds", held.whole_scope())["files"].sum() == 2
    folder = DataFolder(loaded)
    assert snapshot.current_number(folder) == 3 and snapshot.roll_back(folder).number == 2


def test_a_check_publishes_nothing_and_leaves_no_file_behind(loaded: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in loaded.rglob("*") if path.is_file()}
    assert built_anew(loaded, check=True).proved
    after = {path: path.stat().st_mtime_ns for path in loaded.rglob("*") if path.is_file()}
    assert after == before


def test_a_check_names_the_tables_whose_rows_differ(loaded: Path) -> None:
    path = snapshot.current(DataFolder(loaded)).path
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE tenant_traffic_day SET bytes = bytes + 1 WHERE bytes > 0 AND route = 'web'")
    found = {one.table: (one.only_published, one.only_new) for one in built_anew(loaded, check=True).differences}
    assert found == {"tenant_traffic_day": (4, 4)}, "two directions on two days"


def test_a_check_compares_months_whatever_files_their_rows_are_in(
    loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = traffic_file(tmp_path / "団体別通信量_3.csv", *october(5, 3))
    load(loaded, further, config=loaded.parent / "config")
    files = "SELECT path FROM wh.main.lake_file WHERE jst_month = '2026-10'"
    assert len(rows(loaded, files)) == 2
    monkeypatch.setattr("warehouse.lake._MOST_PARTS", 1)
    assert built_anew(loaded, check=True).proved
    gone = str(rows(loaded, f"{files} ORDER BY path")[-1][0])
    with duckdb.connect(str(snapshot.current(DataFolder(loaded)).path)) as connection:
        connection.execute("DELETE FROM lake_file WHERE path = ?", [gone])
    found = {(one.table, one.month): one.only_new for one in built_anew(loaded, check=True).differences}
    assert found[("tenant_traffic", "2026-10")] > 0


def test_a_changed_configuration_maps_the_landed_rows_again(loaded: Path, tmp_path: Path) -> None:
    aliases = loaded.parent / "config" / "aliases.csv"
    unnamed = traffic_file(tmp_path / "団体別通信量_3.csv", *october(5, 3), ("2026/10/03 12:00", "TSU-SHI", 5))
    assert load(loaded, unnamed, config=loaded.parent / "config").remap == []
    before = marts(loaded)
    write_rows(aliases, [*read_rows(aliases), {"dimension": "tenant", "alias": "TSU-SHI", "code": "242012"}])
    told = load(loaded, unnamed, config=loaded.parent / "config")
    assert told.remap == ["aliases.csv"], "the rows that are there keep what they were given"
    assert marts(loaded)["tenant_traffic_day"] == before["tenant_traffic_day"]
    changed = built_anew(loaded, check=True)
    assert changed.reconfigured is False
    assert {one.table for one in changed.differences} >= {"tenant_traffic", "load"}
    built_anew(loaded)
    assert rows(loaded, "SELECT count(*) FROM tenant_traffic WHERE ts = '2026-10-03 03:00'") == [(6,)]
    assert load(loaded, traffic_file(tmp_path / "団体別通信量_4.csv", *october(6, 4)),
                config=loaded.parent / "config").remap == []


def test_a_change_that_maps_nothing_is_no_reason_to_rebuild(loaded: Path, tmp_path: Path) -> None:
    config = loaded.parent / "config"
    targets = read_rows(config / "targets.csv")
    write_rows(config / "targets.csv", targets[:-1])
    feed = config / "feeds" / "ticket.toml"
    feed.write_text(feed.read_text(encoding="utf-8").replace("[file]", "# 注\n[file]"), encoding="utf-8")
    assert load(loaded, config=config).remap == []


def test_a_damaged_and_a_missing_original_are_named_and_nothing_is_published(loaded: Path) -> None:
    original_of(loaded, "団体別通信量_1.csv").unlink()
    damaged = original_of(loaded, "団体別通信量_2.csv")
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes().replace(b"09:00", b"09:01"))
    with pytest.raises(OriginalsDamaged) as refusal:
        built_anew(loaded)
    told = refusal.value.paragraph()
    assert "団体別通信量_1.csv（取込み番号 1、接続団体別通信量（監視システム出力）、" in told
    assert "2026-11-05 09:00 受領、144件）: " in told
    assert "原本がありません" in told
    assert "団体別通信量_2.csv（取込み番号 2" in told and "受け取ったときと違います" in told
    assert "2件、受入れ216件分です" in told and "--without-damaged" in told
    assert snapshot.current_number(DataFolder(loaded)) == 2
    checked = built_anew(loaded, check=True)
    assert len(checked.damages) == 2 and not checked.proved


def test_without_the_damaged_the_rest_is_built_and_the_loss_stays_in_the_ledger(loaded: Path) -> None:
    original_of(loaded, "団体別通信量_1.csv").unlink()
    built_anew(loaded, without_damaged=True)
    assert rows(loaded, "SELECT DISTINCT load_id FROM tenant_traffic") == [(2,)]
    assert rows(loaded, "SELECT load_id, status, refusal LIKE '保管した原本が失われています%' FROM wh.main.load "
                "ORDER BY load_id") == [(1, "refused", True), (2, "accepted", None)]
    load(loaded, loaded.parent / "団体別通信量_1.csv", config=loaded.parent / "config")
    assert original_of(loaded, "団体別通信量_1.csv").is_file(), "the same file brings its original back"
    built_anew(loaded)
    assert rows(loaded, "SELECT load_id, count(*) FROM tenant_traffic GROUP BY 1 ORDER BY 1") == [(1, 72), (2, 72)]


def test_loading_the_same_file_again_heals_a_damaged_original(loaded: Path) -> None:
    damaged = original_of(loaded, "団体別通信量_2.csv")
    whole = damaged.read_bytes()
    damaged.chmod(0o644)
    damaged.write_bytes(b"\0" * len(whole))
    load(loaded, loaded.parent / "団体別通信量_2.csv", config=loaded.parent / "config")
    assert hashlib.sha256(damaged.read_bytes()).hexdigest() == damaged.name
    assert built_anew(loaded, check=True).proved


def test_a_feed_that_the_configuration_no_longer_has_is_named(loaded: Path) -> None:
    (loaded.parent / "config" / "feeds" / "tenant_traffic.toml").unlink()
    with pytest.raises(ConfigError, match="tenant_traffic"):
        built_anew(loaded)


def test_a_lost_warehouse_is_not_begun_anew_by_a_load(loaded: Path) -> None:
    living = digests(loaded)
    shutil.rmtree(loaded / "warehouse")
    with pytest.raises(MiharashiError, match="失われています") as refusal:
        load(loaded, loaded.parent / "団体別通信量_2.csv", config=loaded.parent / "config")
    assert "rebuild" in refusal.value.next_step
    built_anew(loaded)
    assert digests(loaded) == living


def test_a_lost_warehouse_comes_back_as_it_was_after_a_rollback(loaded: Path) -> None:
    folder = DataFolder(loaded)
    snapshot.roll_back(folder, 1)
    living = digests(loaded)
    shutil.rmtree(loaded / "warehouse")
    built_anew(loaded)
    assert digests(loaded) == living and snapshot.current_number(folder) == 3


def test_an_older_backup_of_the_warehouse_is_noticed(loaded: Path, tmp_path: Path) -> None:
    folder, config = DataFolder(loaded), loaded.parent / "config"
    shutil.copytree(loaded / "warehouse", tmp_path / "backup")
    load(loaded, traffic_file(tmp_path / "団体別通信量_3.csv", *october(9, 3)), config=config)
    living = digests(loaded)
    shutil.rmtree(loaded / "warehouse")
    shutil.copytree(tmp_path / "backup", loaded / "warehouse")
    fresh = traffic_file(tmp_path / "団体別通信量_4.csv", *october(9, 4))
    with pytest.raises(MiharashiError, match="世代 3 まで進んでいますが、公開中の世代は 2 です"):
        load(loaded, fresh, config=config)
    built_anew(loaded)
    assert digests(loaded) == living and snapshot.current_number(folder) == 4
    shutil.rmtree(loaded / "warehouse")
    shutil.copytree(tmp_path / "backup", loaded / "warehouse")
    snapshot.roll_back(folder, 2)
    load(loaded, fresh, config=config)
    assert snapshot.current_number(folder) == 5, "no number is given twice"
    assert built_anew(loaded, check=True).proved


def test_where_the_journal_has_a_gap_the_ledger_stands_in(loaded: Path) -> None:
    living = digests(loaded)
    (loaded / "archive" / "journal" / "000001.json").unlink()
    built_anew(loaded)
    changed = {name for name, digest in digests(loaded).items() if digest != living[name]}
    assert not changed
    shutil.rmtree(loaded / "warehouse")
    built_anew(loaded)
    assert digests(loaded) == living


def test_a_gap_that_nothing_fills_is_told(loaded: Path) -> None:
    (loaded / "archive" / "journal" / "000001.json").write_text("{", encoding="utf-8")
    shutil.rmtree(loaded / "warehouse")
    with pytest.raises(JournalDamaged, match="000001.json"):
        built_anew(loaded)


def test_a_folder_from_before_the_journal_gets_one_from_its_ledger(loaded: Path, tmp_path: Path) -> None:
    living = digests(loaded)
    shutil.rmtree(loaded / "archive" / "journal")
    assert built_anew(loaded, check=True).proved
    load(loaded, traffic_file(tmp_path / "団体別通信量_3.csv", *october(9, 3)), config=loaded.parent / "config")
    journal = Journal(DataFolder(loaded))
    assert journal.numbers() == [2, 3] and journal.entry(2).whole and not journal.entry(3).whole
    assert [one.file_name for one in journal.history(3).loads] == [f"団体別通信量_{n}.csv" for n in (1, 2, 3)]
    snapshot.roll_back(DataFolder(loaded), 1)
    shutil.rmtree(loaded / "warehouse")
    built_anew(loaded)
    assert rows(loaded, "SELECT count(*) FROM wh.main.load") == [(1,)]
    assert digests(loaded) != living


def test_with_nothing_ever_loaded_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    copy_config(tmp_path / "config")
    with pytest.raises(NoSnapshot):
        built_anew(tmp_path / "data")
