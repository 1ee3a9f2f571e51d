"""The watcher loads what is complete, loses nothing, goes on whatever happens, and ends when it is asked to."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etl.inbox import Arrival, Inbox, InboxRules
from etl.run import load as etl_load
from etl.watch import Fate, LoadDied, Loaded, Stop, Watcher, fate_of
from tests.support import NOW, ROOT, clock, copy_config, load, rows, traffic_file, write
from warehouse.errors import ChecksFailed, ConfigError, WatcherBusy, WriterBusy
from warehouse.folder import DataFolder
from warehouse.trouble import StorageTrouble


def october(value: int, day: int = 1) -> list[tuple[str, str, int]]:
    return [(f"2026/10/{day:02d} 09:{slot:02d}", "242012", value) for slot in range(0, 60, 5)]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_config(tmp_path_factory.mktemp("config") / "config")


class Bench:
    """A watcher on a small folder whose loads run in this process, or go wrong as told."""

    def __init__(self, place: Path, config: Path, *, settle: float = 0) -> None:
        self.folder, self.config = DataFolder(place / "data"), config
        self.said: list[str] = []
        self.traces: list[str] = []
        self.asked: list[list[str]] = []
        self.trouble: Callable[[Sequence[Path]], None] = lambda paths: None
        self.stop = Stop()
        self.watcher = Watcher(self.folder, config, self._load, interval=30, settle=settle, say=self.said.append,
                               keep_trace=self.traces.append)

    @property
    def data(self) -> Path:
        return self.folder.root

    def deliver(self, name: str, *lines: tuple[str, str, int]) -> Path:
        return traffic_file(self.folder.inbox / name, *lines)

    def inbox(self) -> set[str]:
        return {path.relative_to(self.folder.inbox).as_posix() for path in self.folder.inbox.rglob("*")
                if path.is_file()}

    def round(self) -> None:
        self.watcher.round(self.stop)

    def _load(self, paths: Sequence[Path]) -> Loaded:
        self.asked.append([path.name for path in paths])
        self.trouble(paths)
        result = etl_load(self.folder, self.config, paths, clock=clock)
        return Loaded(tuple(fate_of(outcome) for outcome in result.outcomes), tuple(result.remap))


@pytest.fixture
def bench(tmp_path: Path, config: Path) -> Bench:
    return Bench(tmp_path, config)


# ---- complete files -----------------------------------------------------------------------------------


def test_a_file_is_complete_when_nothing_about_it_changed_for_the_settle_time(tmp_path: Path) -> None:
    inbox = Inbox(DataFolder(tmp_path), settle=10)
    path = write(tmp_path / "inbox" / "a.csv", "1")
    assert inbox.complete(100) == [] and inbox.waiting() == 1
    assert inbox.complete(109.9) == []
    write(path, "1", "2")
    assert inbox.complete(110) == [], "it grew: the time begins anew"
    os.utime(path, ns=(1, 1))
    assert inbox.complete(119) == [], "so it does when only the time of change differs"
    assert [arrival.path for arrival in inbox.complete(129)] == [path]


def test_a_marker_says_at_once_that_a_file_is_complete_and_goes_with_it(bench: Bench) -> None:
    bench.watcher._inbox = Inbox(bench.folder, settle=1_000)
    path = bench.deliver("団体別通信量_1.csv", *october(7))
    bench.round()
    assert bench.asked == []
    write(path.with_name(path.name + ".done"))
    bench.round()
    assert bench.asked == [["団体別通信量_1.csv"]]
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_1.csv"}


def test_hidden_and_unfinished_names_and_files_put_away_are_left_alone(bench: Bench) -> None:
    for name in (".a.csv", "~$a.xlsx", "a.csv.part", "a.csv.tmp", "a.csv.new", "lonely.csv.done", "Thumbs.db",
                 "済/x/a.csv", "要確認/x/a.csv", "要確認/x/a.csv.理由.txt"):
        write(bench.folder.inbox / name, "1")
    bench.round()
    bench.round()
    assert bench.asked == []


def test_the_folder_and_then_the_name_tell_the_feed(bench: Bench) -> None:
    bench.deliver("tenant_traffic/10月分.csv", *october(7))
    bench.deliver("団体別通信量_2.csv", *october(8, 2))
    bench.round()
    assert rows(bench.data, "SELECT file_name, feed FROM wh.main.load ORDER BY 1") == [
        ("10月分.csv", "tenant_traffic"), ("団体別通信量_2.csv", "tenant_traffic")]
    assert bench.inbox() == {"済/tenant_traffic/10月分.csv", "済/tenant_traffic/団体別通信量_2.csv"}


# ---- where files go -----------------------------------------------------------------------------------


def test_a_refused_file_is_put_where_somebody_looks_with_the_reason_beside_it(bench: Bench) -> None:
    write(bench.folder.inbox / "tenant_traffic" / "壊れた.csv", "a,b", "1,2")
    write(bench.folder.inbox / "何か.csv", "a,b")
    bench.round()
    assert bench.inbox() == {"要確認/tenant_traffic/壊れた.csv", "要確認/tenant_traffic/壊れた.csv.理由.txt",
                             "要確認/種類不明/何か.csv", "要確認/種類不明/何か.csv.理由.txt"}
    reason = (bench.folder.inbox / "要確認/tenant_traffic/壊れた.csv.理由.txt").read_text(encoding="utf-8")
    assert "見出し行が見つかりません" in reason and "次の操作" in reason
    bench.round()
    assert len(bench.asked) == 1, "it is not tried again"


def test_nothing_is_overwritten_where_files_are_put_away(bench: Bench) -> None:
    for value in (1, 2, 3):
        bench.deliver("団体別通信量_1.csv", *october(value))
        write(bench.folder.inbox / "tenant_traffic" / "bad.csv", "a", str(value))
        bench.round()
    done = bench.folder.inbox / "済" / "tenant_traffic"
    assert sorted(path.name for path in done.iterdir()) == [
        "団体別通信量_1 (2).csv", "団体別通信量_1 (3).csv", "団体別通信量_1.csv"]
    assert len({path.read_bytes() for path in done.iterdir()}) == 3
    looked_at = bench.folder.inbox / "要確認" / "tenant_traffic"
    assert {path.name for path in looked_at.iterdir()} == {
        name + ending for name in ("bad.csv", "bad (2).csv", "bad (3).csv") for ending in ("", ".理由.txt")}


def test_the_same_content_again_is_put_away_and_changes_nothing(bench: Bench) -> None:
    bench.deliver("団体別通信量_1.csv", *october(7))
    bench.round()
    bench.deliver("団体別通信量_写し.csv", *october(7))
    bench.round()
    assert rows(bench.data, "SELECT count(*) FROM wh.main.load") == [(1,)]
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_1.csv", "済/重複/団体別通信量_写し.csv"}


def test_a_file_that_changes_while_it_is_loaded_stays_and_is_loaded_again(bench: Bench) -> None:
    path = bench.deliver("団体別通信量_1.csv", *october(7))

    def overwrite(_: Sequence[Path]) -> None:
        bench.trouble = lambda paths: None
        load(bench.data, path, config=bench.config)
        bench.deliver("団体別通信量_1.csv", *october(7), *october(8, 2))

    bench.trouble = overwrite
    bench.round()
    assert bench.inbox() == {"団体別通信量_1.csv"}, "it is another file than the one that was loaded"
    bench.round()
    assert rows(bench.data, "SELECT count(*) FROM tenant_traffic") == [(2 * 12 * 6,)]
    assert {path.split("/")[0] for path in bench.inbox()} == {"済"}


def test_put_away_files_go_after_their_days_only_while_the_archive_has_them(bench: Bench) -> None:
    for value in (1, 2):
        bench.deliver(f"団体別通信量_{value}.csv", *october(value, value))
    bench.round()
    inbox = Inbox(bench.folder, 0)
    assert inbox.expire(time.time() + 13 * 86_400, 14) == [] and inbox.expire(time.time() + 10**9, None) == []
    lost = rows(bench.data, "SELECT sha256 FROM wh.main.load WHERE file_name = '団体別通信量_2.csv'")[0][0]
    (bench.folder.archive / str(lost)).unlink()
    assert [path.name for path in inbox.expire(time.time() + 15 * 86_400, 14)] == ["団体別通信量_1.csv"]
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_2.csv"}


@pytest.mark.parametrize(("text", "days"), [("", None), ("keep_days = 0", 0), ("keep_days = 30", 30)])
def test_how_long_they_stay_is_configured(tmp_path: Path, text: str, days: int | None) -> None:
    write(tmp_path / "watch.toml", text)
    assert InboxRules.read(tmp_path).keep_days == days


@pytest.mark.parametrize("text", ["keep_days = -1", "keep_days = 1.5", "keep_days = true", "days = 3", "keep_days ="])
def test_a_wrong_setting_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path / "watch.toml", text)
    with pytest.raises(ConfigError, match="watch.toml"):
        InboxRules.read(tmp_path)


# ---- when a round fails -------------------------------------------------------------------------------


def test_while_another_load_runs_it_waits_and_says_so_once(bench: Bench) -> None:
    bench.deliver("団体別通信量_1.csv", *october(7))
    with (bench.data / "write.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for _ in range(3):
            bench.round()
    assert bench.said == ["ほかの取込みが実行中です。終わるのを待って取り込みます。"]
    assert bench.watcher.pause == 30, "waiting is no failure"
    bench.round()
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_1.csv"}


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [
    StorageTrouble("データを読み書きできません", "x: ディスクの空きがありません。", "空けてください。"),
    ConfigError("設定に誤りがあります", "y", "直してください。"),
])
def test_a_failing_round_is_told_tried_later_and_later_and_never_costs_a_file(bench: Bench, error: Exception) -> None:
    bench.deliver("団体別通信量_1.csv", *october(7))
    bench.trouble = raising(error)
    pauses = []
    for _ in range(8):
        bench.round()
        pauses.append(bench.watcher.pause)
    assert pauses == [60, 120, 240, 480, 900, 900, 900, 900]
    assert str(error).split(":")[0] in bench.said[0] and "60秒後にもう一度試します" in bench.said[0]
    assert bench.inbox() == {"団体別通信量_1.csv"}
    bench.trouble = lambda paths: None
    bench.round()
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_1.csv"} and bench.watcher.pause == 30


def test_a_file_that_cannot_be_archived_now_stays_for_later(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.deliver("団体別通信量_1.csv", *october(7))
    with monkeypatch.context() as patched:
        patched.setattr("etl.receive.fsync_path", lambda path: raising(OSError(28, "No space left on device"))([path]))
        bench.round()
    assert bench.inbox() == {"団体別通信量_1.csv"} and "ディスクの空きがありません" in bench.said[0]
    assert bench.watcher.pause == 60
    bench.round()
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_1.csv"}


@pytest.mark.parametrize("error", [
    ChecksFailed("数値の検証に失敗したため公開しませんでした", "z", "確かめてください。"), LoadDied("-9", "Trace: x")])
def test_the_file_that_makes_loads_fail_is_found_and_set_aside_and_the_others_are_loaded(
    bench: Bench, error: Exception
) -> None:
    for day in (1, 2, 3):
        bench.deliver(f"団体別通信量_{day}.csv", *october(day, day))

    def poison(paths: Sequence[Path]) -> None:
        if any(path.name == "団体別通信量_2.csv" for path in paths):
            raise error

    bench.trouble = poison
    bench.round()
    assert bench.asked[0] == [f"団体別通信量_{day}.csv" for day in (1, 2, 3)]
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_1.csv", "団体別通信量_2.csv",
                             "済/tenant_traffic/団体別通信量_3.csv"}, "the others do not wait for it"
    bench.round()
    bench.round()
    assert bench.inbox() == {"済/tenant_traffic/団体別通信量_1.csv", "済/tenant_traffic/団体別通信量_3.csv",
                             "要確認/種類不明/団体別通信量_2.csv", "要確認/種類不明/団体別通信量_2.csv.理由.txt"}
    reason = (bench.folder.inbox / "要確認/種類不明/団体別通信量_2.csv.理由.txt").read_text(encoding="utf-8")
    assert "3回続けて失敗しました" in reason
    assert sum(names == ["団体別通信量_2.csv"] for names in bench.asked) == 3
    assert bool(bench.traces) == isinstance(error, LoadDied)


def test_an_inbox_that_cannot_be_read_or_emptied_ends_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.deliver("団体別通信量_1.csv", *october(7))
    with monkeypatch.context() as patched:
        patched.setattr("etl.inbox._move", raising(PermissionError(13, "Permission denied", "x")))
        for _ in range(3):
            bench.round()
    assert any("読み書きの権限がありません" in text for text in bench.said)
    assert len(bench.asked) == 1, "a file that was loaded and cannot be moved is not read over and over"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rglob", raising(OSError(116, "Stale file handle")))
        bench.round()
    assert "共有フォルダーとの接続が切れました" in bench.said[-1]


def test_only_one_watcher_watches_a_folder(bench: Bench) -> None:
    with bench.folder.watcher_lock(), pytest.raises(WatcherBusy):
        bench.watcher.run(bench.stop)


def test_a_busy_writer_and_a_watcher_do_not_keep_each_other_out(bench: Bench) -> None:
    with bench.folder.watcher_lock(), bench.folder.writer_lock():
        pass
    with bench.folder.writer_lock(), pytest.raises(WriterBusy), bench.folder.writer_lock():
        pass


# ---- for hours ----------------------------------------------------------------------------------------


def test_a_thousand_rounds_take_no_more_memory_than_hundreds(tmp_path: Path, config: Path) -> None:
    folder, stop = DataFolder(tmp_path), Stop()
    number = [0]

    def pretend(paths: Sequence[Path]) -> Loaded:
        if number[0] % 7 == 0:
            raise StorageTrouble("a", "b", "c")
        kind = "refused" if number[0] % 5 == 0 else "accepted"
        return Loaded(tuple(Fate(path, kind, "x", "読みました") for path in paths))

    watcher = Watcher(folder, config, pretend, interval=30, settle=0, say=lambda text: None,
                      keep_trace=lambda text: None)

    def rounds(count: int) -> int:
        for _ in range(count):
            number[0] += 1
            write(folder.inbox / f"{number[0]}.csv", "1")
            watcher.round(stop)
            for put_away in [*folder.inbox.glob("済/x/*"), *folder.inbox.glob("要確認/x/*")]:
                put_away.unlink()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early = rounds(300)
        late = rounds(1_000)
    finally:
        tracemalloc.stop()
    assert late < early + 20_000, f"{late - early} bytes more after 1,000 rounds"


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


class Service:
    """``app.py watch`` as a service would run it."""

    def __init__(self, data: Path, config: Path, *words: str) -> None:
        environment = {**os.environ, "MIHARASHI_DATA": str(data), "MIHARASHI_CONFIG": str(config),
                       "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        self.process = subprocess.Popen([sys.executable, "app.py", "watch", *words], cwd=ROOT, env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def until(self, condition: Callable[[], bool]) -> None:
        limit = time.monotonic() + 90
        while not condition():
            assert time.monotonic() < limit and self.process.poll() is None, self.end(signal.SIGKILL)
            time.sleep(0.05)

    def end(self, number: int) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=90)[0]


def test_real_loads_leave_no_memory_behind_in_the_watcher(tmp_path: Path, config: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    done = folder.inbox / "済" / "tenant_traffic"
    folder.inbox.mkdir(parents=True)
    service = Service(folder.root, config, "--interval", "0.1", "--settle", "0.1")
    sizes = []
    for day in range(1, 8):
        traffic_file(folder.inbox / f"団体別通信量_{day}.csv", *october(day, day))
        service.until((done / f"団体別通信量_{day}.csv").is_file)
        sizes.append(resident_kb(service.process.pid))
    said = service.end(signal.SIGTERM)
    assert service.process.returncode == 0 and "終了しました" in said and "Traceback" not in said
    assert rows(folder.root, "SELECT count(*) FROM wh.main.load") == [(7,)]
    assert sizes[-1] - sizes[1] < 3_000, f"resident kB after each load: {sizes}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_ends_after_the_present_file_and_loses_none(
    tmp_path: Path, config: Path, number: signal.Signals
) -> None:
    folder = DataFolder(tmp_path / "data")
    names = [f"団体別通信量_{count:03d}.csv" for count in range(60)]
    start = datetime(2026, 10, 1)
    for count, name in enumerate(names):
        moments = (start + timedelta(hours=count, minutes=slot) for slot in range(0, 60, 5))
        traffic_file(folder.inbox / name, *((f"{moment:%Y/%m/%d %H:%M}", "242012", count) for moment in moments))
    service = Service(folder.root, config, "--interval", "0.1", "--settle", "0")
    service.until(lambda: folder.archive.is_dir() and len(list(folder.archive.iterdir())) > 2)
    said = service.end(number)
    assert service.process.returncode == 0 and "Traceback" not in said, said
    loaded = {str(row[0]) for row in rows(folder.root, "SELECT file_name FROM wh.main.load")}
    put_away = {path.name for path in (folder.inbox / "済" / "tenant_traffic").iterdir()}
    waiting = {path.name for path in folder.inbox.iterdir() if path.is_file()}
    assert loaded == put_away and put_away | waiting == set(names) and not put_away & waiting
    assert 0 < len(loaded) < len(names)
    assert "終了します" in said and "終了しました" in said
    once = Service(folder.root, config, "--once", "--settle", "0")
    assert once.process.wait(90) == 0, once.process.communicate()[0]
    assert rows(folder.root, "SELECT count(*), sum(bytes) FROM tenant_traffic") == [
        (60 * 12 * 6, sum(count * 72 for count in range(60)))]


def test_a_loading_process_that_is_killed_is_told_and_the_file_loaded_the_next_time(
    tmp_path: Path, config: Path
) -> None:
    folder = DataFolder(tmp_path / "data")
    for count in range(40):
        traffic_file(folder.inbox / f"団体別通信量_{count}.csv", *october(count, count % 28 + 1))
    service = Service(folder.root, config, "--interval", "0.1", "--settle", "0")
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    service.until(lambda: folder.archive.is_dir() and len(list(folder.archive.iterdir())) > 2)
    for child in children.read_text().split():
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
            os.kill(int(child), signal.SIGKILL)
    service.until(lambda: not [path for path in folder.inbox.iterdir() if path.is_file()])
    said = service.end(signal.SIGTERM)
    assert "取込みの処理が途中で止まりました" in said and "-9" in said
    assert rows(folder.root, "SELECT count(*) FROM wh.main.load WHERE status = 'accepted'") == [(40,)]


def test_once_loads_what_is_there_and_ends(tmp_path: Path, config: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    traffic_file(folder.inbox / "団体別通信量_1.csv", *october(7))
    done = Service(folder.root, config, "--once", "--settle", "0.2")
    said = done.process.communicate(timeout=90)[0]
    assert done.process.returncode == 0 and "○ 団体別通信量_1.csv" in said
    write(folder.inbox / "何か.csv", "x")
    done = Service(folder.root, config, "--once", "--settle", "0.2")
    said = done.process.communicate(timeout=90)[0]
    assert done.process.returncode == 1 and "要確認" in said
    assert Arrival.of(folder.inbox / "済" / "tenant_traffic" / "団体別通信量_1.csv").unchanged
    assert NOW.year == 2026


def test_a_name_that_is_no_utf8_is_read_as_old_file_servers_write_it(bench: Bench) -> None:
    plain = bench.deliver("団体別通信量_旧.csv", *october(7))
    plain.rename(plain.parent / os.fsdecode(plain.name.encode("cp932")))
    bench.round()
    assert rows(bench.data, "SELECT file_name, feed FROM wh.main.load") == [("団体別通信量_旧.csv", "tenant_traffic")]
    assert "○ 団体別通信量_旧.csv" in bench.said[0]
    put_away = [path.name for path in (bench.folder.inbox / "済" / "tenant_traffic").iterdir()]
    assert [os.fsencode(name).decode("cp932") for name in put_away] == ["団体別通信量_旧.csv"]
