"""Publication is one step: killed, refused, rolled back or read meanwhile, there is always one whole truth."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.support import copy_config, load, rows, traffic_file
from warehouse import checks, snapshot
from warehouse import reader as reader_module
from warehouse.current import CurrentReader
from warehouse.errors import ChecksFailed, MiharashiError, NoSnapshot, QueryTooLong, SnapshotDamaged, WriterBusy
from warehouse.folder import DataFolder
from warehouse.reader import NamedQuery, Reader, open_current

pytestmark = pytest.mark.few_marts

MONTHS = {"first_date": date(2026, 9, 1), "last_date": date(2026, 10, 31)}


def october(value: int) -> list[tuple[str, str, int]]:
    return [(f"2026/10/0{day} 00:{slot:02d}", "242012", value) for day in range(1, 6) for slot in range(0, 60, 5)]


def september(value: int) -> list[tuple[str, str, int]]:
    return [("2026/09/30 12:00", "242012", value)]


def answers(reader: Reader) -> str:
    return reader.query("tenant_traffic_day", reader.whole_scope(), **MONTHS).to_csv()


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Published:
    """A published snapshot of two months, and a file that changes October."""

    data: Path
    config: Path
    next_file: Path

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self.data)


@pytest.fixture
def published(tmp_path: Path) -> Published:
    config = copy_config(tmp_path / "config")
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *september(5), *october(7)), config=config)
    return Published(data, config, traffic_file(tmp_path / "団体別通信量_2.csv", *october(8)))


# ---- killed (test_crash.py has more) ------------------------------------------------------------------


def test_a_generation_that_was_never_published_is_not_what_a_rollback_returns_to(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("warehouse.snapshot.point_to", die)
        load(published.data, published.next_file, config=published.config)
    assert snapshot.generations(published.folder) == [1, 2] and snapshot.current_number(published.folder) == 1
    assert snapshot.published_generations(published.folder) == [1]
    with pytest.raises(MiharashiError, match="残っている世代: 1。"):
        snapshot.roll_back(published.folder, 2)
    load(published.data, published.next_file, config=published.config)
    assert snapshot.generations(published.folder) == [1, 3] and snapshot.current_number(published.folder) == 3
    assert snapshot.roll_back(published.folder).number == 1


# ---- one writer ---------------------------------------------------------------------------------------


def test_a_second_writer_is_turned_away_at_once(published: Published) -> None:
    with published.folder.writer_lock(), pytest.raises(WriterBusy, match="書込みロック"):
        load(published.data, published.next_file, config=published.config)
    assert load(published.data, published.next_file, config=published.config).snapshot is not None


def test_the_lock_of_a_killed_writer_is_free(published: Published) -> None:
    lock = published.data / "write.lock"
    code = (
        f"import fcntl, os, signal; f = open({str(lock)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


# ---- checks -------------------------------------------------------------------------------------------


def test_a_failing_check_stops_publication_and_leaves_the_old_truth(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(open_current(published.data))
    current_text = (published.data / "warehouse" / "CURRENT").read_text(encoding="utf-8")
    folder = tmp_path / "checks"
    shutil.copytree(checks.FOLDER, folder)
    (folder / "no_eights.sql").write_text(
        "-- 8が無いこと\nSELECT jst_date, max_bps FROM tenant_traffic_day WHERE bytes % 8 = 0 AND bytes > 0",
        encoding="utf-8",
    )
    monkeypatch.setattr(checks, "FOLDER", folder)
    with pytest.raises(ChecksFailed, match="8が無いこと（no_eights）: jst_date=2026-10-01"):
        load(published.data, published.next_file, config=published.config)
    assert (published.data / "warehouse" / "CURRENT").read_text(encoding="utf-8") == current_text
    assert answers(open_current(published.data)) == before
    assert files_below(published.data / "warehouse") == {"CURRENT", "wh-000001.duckdb"}


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        (
            "anomalies_are_founded",
            "INSERT INTO arrival_anomaly BY NAME SELECT 'low' AS kind, 2 AS amount, 1 AS normal, 4 AS days",
        ),
        ("arrival_days_add_up", "UPDATE arrival_due SET slots = slots + 1"),
        ("coverage_adds_up", "UPDATE line_day SET expected = expected + 1"),
        (
            "dates_match_times",
            "INSERT INTO fault_case BY NAME SELECT 'F' AS fault_no, DATE '2026-10-01' AS jst_date, "
            "TIMESTAMP '2026-10-02' AS detected_jst",
        ),
        ("days_equal_feeds", "UPDATE tenant_sample_day SET bytes = bytes + 1"),
        (
            "detections_add_up",
            "INSERT INTO security_event BY NAME "
            "SELECT '2026-10' AS jst_month, 'J' AS event_no, '240001' AS tenant_code",
        ),
        ("lines_and_devices_add_up", "UPDATE line_month SET expected = expected + 1"),
        ("lines_and_devices_add_up", "UPDATE line_hour_month SET expected = expected + 1"),
        (
            "peaks_within_bounds",
            "INSERT INTO line_day BY NAME SELECT 'internet' AS line_id, 2 AS p95_bps, 1 AS max_bps, 5 AS sum_bps",
        ),
        (
            "tickets_add_up",
            "INSERT INTO ticket_answer BY NAME SELECT '2026-10' AS jst_month, '240001' AS tenant_code",
        ),
        ("coverage_within_bounds", "UPDATE coverage_day SET received = expected + 1"),
        (
            "events_are_unique",
            "INSERT INTO security_event BY NAME SELECT '2026-10' AS jst_month, 'J' AS event_no FROM range(2)",
        ),
        ("lines_reconcile", "UPDATE load SET physical_lines = physical_lines + 1"),
        ("manifest_matches_lake", "INSERT INTO lake_file SELECT * FROM lake_file"),
        ("month_equals_days", "UPDATE tenant_traffic_day SET bytes = bytes + 1"),
        (
            "ratios_within_bounds",
            "INSERT INTO service_month BY NAME SELECT '2026-10' AS jst_month, 'proxy' AS service_id, "
            "1 AS service_minutes, 2 AS planned_minutes, 0 AS unplanned_minutes",
        ),
        ("routes_add_up", "UPDATE tenant_traffic_month SET bytes = bytes + 1 WHERE route = 'web'"),
    ],
)
def test_every_check_finds_what_it_is_there_for(published: Published, tmp_path: Path, name: str, harm: str) -> None:
    assert {path.stem for path in checks.FOLDER.glob("*.sql")} >= {name}
    harmed = tmp_path / "harmed.duckdb"
    shutil.copyfile(snapshot.current(published.folder).path, harmed)
    with duckdb.connect(str(harmed)) as connection:
        assert checks.run_checks(connection) == len(list(checks.FOLDER.glob("*.sql")))
        connection.execute(harm)
        with pytest.raises(ChecksFailed, match=name):
            checks.run_checks(connection)


def test_a_check_by_month_looks_at_the_months_that_were_built(published: Published, tmp_path: Path) -> None:
    harmed = tmp_path / "harmed.duckdb"
    shutil.copyfile(snapshot.current(published.folder).path, harmed)
    with duckdb.connect(str(harmed)) as connection:
        months = connection.execute("SELECT DISTINCT jst_month FROM tenant_traffic_day ORDER BY 1").fetchall()
        connection.execute("UPDATE tenant_traffic_day SET bytes = bytes + 1 WHERE jst_month = ?", months[-1])
        assert checks.run_checks(connection, {"2019-01"}) == len(list(checks.FOLDER.glob("*.sql")))
        for built in (None, {months[-1][0]}, {"2019-01", months[-1][0]}):
            with pytest.raises(ChecksFailed, match="month_equals_days"):
                checks.run_checks(connection, built)


def test_checks_by_month_read_only_tables_that_tell_a_month(published: Published) -> None:
    with duckdb.connect(str(snapshot.current(published.folder).path), read_only=True) as connection:
        tables = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        told = {row[0] for row in connection.execute(
            "SELECT table_name FROM duckdb_columns() WHERE column_name = 'jst_month'").fetchall()}
        by_month = [path.read_text(encoding="utf-8") for path in checks.FOLDER.glob("*.sql")
                    if "\n-- by month\n" in path.read_text(encoding="utf-8")]
        assert len(by_month) >= 4
        for sql in by_month:
            read = set(re.findall(r"\w+", sql)) & tables
            assert read and read <= told, read


# ---- generations --------------------------------------------------------------------------------------


def test_rolling_back_publishes_the_older_truth_again_and_loading_goes_on_from_it(
    published: Published, tmp_path: Path
) -> None:
    first = answers(open_current(published.data))
    load(published.data, published.next_file, config=published.config)
    second = answers(open_current(published.data))
    assert snapshot.roll_back(published.folder).number == 1
    assert answers(open_current(published.data)) == first != second
    assert snapshot.roll_back(published.folder, 2).number == 2
    assert answers(open_current(published.data)) == second
    snapshot.roll_back(published.folder, 1)
    result = load(published.data, published.next_file, config=published.config)
    assert result.snapshot is not None and result.snapshot.number == 3, "the file is new to the older generation"
    assert answers(open_current(published.data)) == second


def test_a_generation_that_is_gone_is_told_with_those_there_are(published: Published) -> None:
    for number in (None, 0, 9):
        with pytest.raises(MiharashiError, match="残っている世代: 1。"):
            snapshot.roll_back(published.folder, number)
    assert snapshot.current_number(published.folder) == 1


def test_old_generations_go_and_what_the_kept_ones_need_stays(published: Published, tmp_path: Path) -> None:
    for value in range(10, 17):
        load(
            published.data,
            traffic_file(tmp_path / f"団体別通信量_{value}.csv", *october(value)),
            config=published.config,
        )
    kept = snapshot.generations(published.folder)
    assert kept == [4, 5, 6, 7, 8] and len(kept) == snapshot.KEPT_GENERATIONS
    assert files_below(published.data / "lake") == snapshot.referenced_lake_files(published.folder)
    assert len(files_below(published.data / "lake")) == 1 + 5, "September once, October as each generation has it"
    for number, value in zip(kept, range(12, 17), strict=True):
        snapshot.roll_back(published.folder, number)
        assert rows(published.data, "SELECT max(bytes) FROM tenant_traffic") == [(value,)]
        assert rows(published.data, "SELECT min(bytes) FROM tenant_traffic") == [(5,)]


def test_the_published_generation_stays_however_old_it_is(published: Published) -> None:
    for number in range(2, 9):
        shutil.copyfile(
            snapshot.snapshot_path(published.folder, 1), snapshot.snapshot_path(published.folder, number)
        )
    assert snapshot.prune(published.folder, keep=2) == [2, 3, 4, 5, 6]
    assert snapshot.generations(published.folder) == [1, 7, 8]


def test_a_damaged_generation_stops_neither_rolling_back_nor_loading_and_costs_no_lake_file(
    published: Published,
) -> None:
    load(published.data, published.next_file, config=published.config)
    before = files_below(published.data / "lake")
    snapshot.snapshot_path(published.folder, 2).write_bytes(b"no database")
    with pytest.raises(SnapshotDamaged, match="wh-000002.duckdb"):
        open_current(published.data)
    assert snapshot.roll_back(published.folder).number == 1
    assert load(published.data, published.next_file, config=published.config).snapshot is not None
    assert before <= files_below(published.data / "lake")


def test_a_pointer_to_nothing_is_told_and_can_be_rolled_back(published: Published) -> None:
    (published.data / "warehouse" / "CURRENT").write_text("wh-000009.duckdb\n", encoding="utf-8")
    with pytest.raises(SnapshotDamaged, match="wh-000009.duckdb"):
        open_current(published.data)
    assert snapshot.roll_back(published.folder).number == 1


def test_before_the_first_load_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="公開済みのデータがありません"):
        open_current(tmp_path)
    with pytest.raises(NoSnapshot, match="公開済みのデータがありません"):
        CurrentReader(tmp_path)()


# ---- readers ------------------------------------------------------------------------------------------


def test_readers_finish_on_the_snapshot_they_have_and_the_next_request_gets_the_new_one(
    published: Published,
) -> None:
    reader_of = CurrentReader(published.data)
    held = reader_of()
    before = answers(held)
    assert reader_of() is held
    load(published.data, published.next_file, config=published.config)
    assert answers(held) == before
    assert held.snapshot.number == 1 and reader_of().snapshot.number == 2
    assert answers(reader_of()) != before
    snapshot.roll_back(published.folder, 1)
    assert answers(reader_of()) == before


def test_a_watched_snapshot_is_made_ready_before_requests_get_it(published: Published) -> None:
    reader_of, ready = CurrentReader(published.data), list[tuple[int, int]]()
    reader_of()
    reader_of.watch(lambda reader: ready.append((reader.snapshot.number, reader_of().snapshot.number)))
    load(published.data, published.next_file, config=published.config)
    deadline = time.monotonic() + 30
    while reader_of().snapshot.number == 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert reader_of().snapshot.number == 2 and ready == [(2, 1)], "requests had the old one meanwhile"


def test_a_new_snapshot_that_cannot_be_read_is_told_by_whoever_asks_next(published: Published) -> None:
    reader_of = CurrentReader(published.data)
    reader_of()
    (published.data / "warehouse" / "CURRENT").write_text("wh-000009.duckdb\n", encoding="utf-8")
    reader_of.look()
    with pytest.raises(SnapshotDamaged, match="wh-000009.duckdb"):
        reader_of()


def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_is_answered(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = NamedQuery("endless", "SELECT count(*) FROM range(1000000000000)", frozenset())
    known = reader_module.named_query
    monkeypatch.setattr(reader_module, "named_query", lambda name: endless if name == "endless" else known(name))
    reader = CurrentReader(published.data, limit_seconds=0.2)()
    with pytest.raises(QueryTooLong, match="照会「endless」が、制限時間の0.2秒で終わりませんでした"):
        reader.query("endless", reader.whole_scope())
    assert answers(reader) == answers(open_current(published.data))


def test_a_load_may_run_while_requests_are_answered(published: Published) -> None:
    reader_of, seen, stop = CurrentReader(published.data), set[str](), threading.Event()
    failures: list[BaseException] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                seen.add(answers(reader_of()))
            except BaseException as error:  # noqa: BLE001 - told to the test below
                failures.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(2)]
    before = answers(reader_of())
    for thread in threads:
        thread.start()
    load(published.data, published.next_file, config=published.config)
    after = answers(reader_of())
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures and seen <= {before, after}
