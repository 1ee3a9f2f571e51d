"""Killed, starved of disk or locked out at any moment: there is one whole truth, and the next run heals."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, copy_config, keep_rows, load, only_models, read_rows, traffic_file, write, write_rows
from tests.warehouse.killed_load import BUILT, CALLS, digests, strays, told
from tests.warehouse.ledgers import ticket_ledger
from warehouse import snapshot
from warehouse.folder import DataFolder
from warehouse.trouble import StorageTrouble

SEED = 20261101
SYNTHETIC = {"event": 60, "time": 45}
"""How many moments of each kind, beside one for each named call."""


def october(value: int, days: range = range(1, 6)) -> list[tuple[str, str, int]]:
    return [(f"2026/10/0{day} 00:{slot:02d}", "242012", value) for day in days for slot in range(0, 60, 5)]


@pytest.fixture(autouse=True, scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same few marts here as in the process that is killed."""
    with only_models(tmp_path_factory.mktemp("built"), BUILT):
        yield


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few bodies and devices, so that a load takes half a second."""
    folder = copy_config(tmp_path_factory.mktemp("config") / "config")
    device = read_rows(folder / "devices.csv")[0]["device_id"]
    for name in ("devices.csv", "device_metrics.csv"):
        keep_rows(folder / name, "device_id", [device])
    write_rows(folder / "device_addresses.csv", [
        {**row, "device_id": device} for row in read_rows(folder / "device_addresses.csv")])
    others = [row for row in read_rows(folder / "aliases.csv") if row["dimension"] != "device"]
    write_rows(folder / "aliases.csv", others)
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, config: Path) -> Path:
    """A data folder with two generations; copy it to change it."""
    place = tmp_path_factory.mktemp("published")
    data = place / "data"
    assert not load(data, traffic_file(place / "団体別通信量_1.csv", *october(7)), config=config).failed
    assert not load(data, ticket_ledger(place, 10, ("T-1", "2026-10-02 09:00", "", "受付")), config=config).failed
    return data


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A corrected file with a rejected line, a newer ledger, and a file that is refused."""
    place = tmp_path_factory.mktemp("delivered")
    return [
        traffic_file(place / "団体別通信量_2.csv", *october(8, range(2, 6)), ("2026/10/09 00:00", "242012", -1)),
        ticket_ledger(place, 11, ("T-1", "2026-10-02 09:00", "2026-10-03 10:00", "回答済"),
                      ("T-2", "2026-10-05 09:00", "", "受付")),
        write(place / "団体別通信量_3.csv", "a,b", "1,2"),
    ]


def killed(published: Path, config: Path, work: list[str], moments: list[str], place: Path) -> list[dict[str, Any]]:
    """What the folder said after each moment, and after the same work was done again."""
    folders = {moment: str(place / f"at-{number}") for number, moment in enumerate(moments)}
    for folder in [*folders.values(), str(place / "measured")]:
        shutil.copytree(published, folder)
    plan = {"config": str(config), "work": work, "measure": str(place / "measured"), "moments": folders}
    (place / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "tests.warehouse.killed_load", str(place / "plan.json")], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(answer["moment"] for answer in answers) == sorted(moments), done.stderr
    return answers


def at_random(kinds: dict[str, int]) -> list[str]:
    chance = random.Random(SEED)
    return [f"{kind}:{chance.random():.6f}" for kind, count in kinds.items() for _ in range(count)]


# ---- killed -------------------------------------------------------------------------------------------


def test_a_load_killed_at_any_of_a_hundred_moments_leaves_the_old_truth_or_the_new_one_and_heals(
    published: Path, config: Path, delivered: list[Path], tmp_path: Path
) -> None:
    before = told(published)
    shutil.copytree(published, tmp_path / "whole")
    load(tmp_path / "whole", *delivered, config=config)
    after = told(tmp_path / "whole")
    assert after["digests"] != before["digests"] and not strays(DataFolder(tmp_path / "whole"))
    moments = [*(f"call:{name}" for name in CALLS), *at_random(SYNTHETIC)]
    assert len(moments) > 100
    answers = killed(published, config, ["load", *map(str, delivered)], moments, tmp_path)
    died = [answer for answer in answers if answer["signal"] == 9]
    assert len(died) >= 100, [answer["moment"] for answer in answers if answer["signal"] != 9]
    touched = [answer for answer in answers if answer["after"]]
    assert len(touched) > len(answers) / 2, "most moments lie after the first change on disk"
    for answer in touched:
        moment, found, healed = answer["moment"], answer["after"], answer["healed"]
        assert answer["trouble"] == 0, moment
        truth = before if found["number"] == before["number"] else after
        assert (found["digests"], found["archived"]) == (truth["digests"], True), moment
        assert healed["digests"] == after["digests"], moment
        assert found["status"] in (None, truth["status"]) and healed["status"] in (None, after["status"]), moment
        assert healed["journal"] and healed["archived"] and not healed["strays"], (moment, healed["strays"])
    newer = [answer for answer in touched if answer["after"]["number"] != before["number"]]
    assert {answer["moment"] for answer in newer} >= {"call:pointer_flipped", "call:journal_settled", "call:pruned"}
    assert len(newer) < len(answers) / 2, "most moments lie before the pointer"


@pytest.mark.parametrize(("work", "count"), [(["rollback", "1"], 8), (["rebuild"], 14), (["retention"], 10)])
def test_rolling_back_rebuilding_and_retention_are_as_safe(
    published: Path, config: Path, tmp_path: Path, work: list[str], count: int
) -> None:
    before = told(published)
    answers = killed(published, config, work, at_random({"event": count // 2, "time": count - count // 2}), tmp_path)
    touched = [answer for answer in answers if answer["after"]]
    whole = {json.dumps(answer["healed"]["digests"], sort_keys=True) for answer in touched}
    assert len(whole) == 1, "the same end, wherever it was killed"
    for answer in touched:
        assert answer["trouble"] == 0 and answer["signal"] in (0, 9), answer["moment"]
        assert answer["after"]["digests"] in (before["digests"], answer["healed"]["digests"]), answer["moment"]
        assert answer["healed"]["journal"] and answer["healed"]["archived"], answer["moment"]
        assert not answer["healed"]["strays"] or work == ["rollback", "1"], answer["moment"]


# ---- no disk, no permission ---------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(place)], check=False,
                             capture_output=True) if os.geteuid() == 0 and shutil.which("mount") else None
    if mounted is None or mounted.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_and_what_is_published_stays(
    published: Path, config: Path, delivered: list[Path], small_disk: Path, tmp_path: Path
) -> None:
    data = small_disk / "data"
    shutil.copytree(published, data)
    before, snapshot_kb = told(data), snapshot.current(DataFolder(data)).path.stat().st_size >> 10
    starved: list[int] = []
    for free_kb in (0, 16, 64, snapshot_kb // 2, *(snapshot_kb + extra for extra in range(0, 20_000, 100))):
        fill_but(small_disk, free_kb)
        try:
            outcomes = load(data, *delivered, config=config).outcomes
            if not any(outcome.later for outcome in outcomes):
                break
            assert all("ディスクの空きがありません" in outcome.message for outcome in outcomes if outcome.later)
        except StorageTrouble as error:
            assert "ディスクの空きがありません" in error.message and "公開中のデータは前のままです" in error.message
        finally:
            (small_disk / "filler").unlink()
        assert told(data)["digests"] == before["digests"], free_kb
        starved.append(free_kb - snapshot_kb)
    assert len(starved) > 6 and starved[-1] > 0, "it was starved before, in and after the copy of the snapshot"
    shutil.copytree(published, tmp_path / "whole")
    load(tmp_path / "whole", *delivered, config=config)
    assert digests(data) == digests(tmp_path / "whole") and not strays(DataFolder(data))


def fill_but(disk: Path, free_kb: int) -> None:
    left = shutil.disk_usage(disk).free - free_kb * 1024
    (disk / "filler").write_bytes(b"\0" * max(0, left))


def test_a_limit_on_the_size_of_files_is_told_and_what_is_published_stays(
    published: Path, config: Path, delivered: list[Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(published, data)
    before = told(data)
    said = []
    for limit in (1 << 10, 64 << 10, 1 << 20):
        code = ("import os, resource, sys; sys.dont_write_bytecode = True; "  # it would leave modules cut short behind
                "os.environ['PYTHONDONTWRITEBYTECODE'] = '1'; "
                f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); import app; app.main()")
        done = app(data, config, ["load", *map(str, delivered)], code=code)
        assert done.returncode == 1 and "Traceback" not in done.stderr + done.stdout, done.stderr
        said.append(done.stderr + done.stdout)
        assert told(data)["digests"] == before["digests"], limit
    assert all("書けるファイルの大きさの上限に達しました" in text for text in said), said
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert app(data, config, ["load", *map(str, delivered)]).returncode == 1, "one of the files is refused"
    assert told(data)["number"] > before["number"] and not strays(DataFolder(data))


def test_a_folder_that_may_only_be_read_is_told(
    published: Path, config: Path, delivered: list[Path], small_disk: Path
) -> None:
    data = small_disk / "data"
    shutil.copytree(published, data)
    before = told(data)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        for words in (["load", str(delivered[0])], ["rollback", "1"], ["rebuild"], ["retention"], ["watch", "--once"]):
            done = app(data, config, words)
            assert done.returncode == 1 and "Traceback" not in done.stderr + done.stdout, done.stderr
            assert "書込みのできない（読取り専用の）場所です" in done.stderr + done.stdout, (words, done.stderr)
        assert app(data, config, ["status"]).returncode == 0
        assert told(data) == before
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


def app(data: Path, config: Path, words: list[str], code: str = "import app; app.main()"
        ) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MIHARASHI_DATA": str(data), "MIHARASHI_CONFIG": str(config), "COLUMNS": "200"}
    return subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, env=environment, capture_output=True,
                          text=True, timeout=120, check=False)


# ---- two at once --------------------------------------------------------------------------------------


def test_of_two_loads_at_once_one_waits_its_turn_and_nothing_is_lost_or_counted_twice(
    published: Path, config: Path, delivered: list[Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(published, data)
    environment = {**os.environ, "MIHARASHI_DATA": str(data), "MIHARASHI_CONFIG": str(config)}
    running = [subprocess.Popen([sys.executable, "app.py", "load", str(path)], cwd=ROOT, env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
               for path in (delivered[0], delivered[1], delivered[0])]
    said = [process.communicate(timeout=120)[0] for process in running]
    for process, text in zip(running, said, strict=True):
        assert "Traceback" not in text
        assert process.returncode == 0 or "ほかの取込みが実行中です" in text, text
    assert any(process.returncode == 0 for process in running)
    load(data, *delivered, config=config)
    shutil.copytree(published, tmp_path / "whole")
    load(tmp_path / "whole", *delivered, config=config)
    facts = [name for name in digests(data) if name not in {"load", "reject", "superseded"}
             and not name.startswith(("lake", "arrival"))]
    assert {name: digests(data)[name] for name in facts} == {name: digests(tmp_path / "whole")[name] for name in facts}


def test_a_writer_that_holds_the_lock_keeps_every_other_writer_out(
    published: Path, config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(published, data)
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, time; from pathlib import Path; from warehouse.folder import DataFolder\n"
         "with DataFolder(Path(sys.argv[1])).writer_lock():\n print('held', flush=True); time.sleep(60)", str(data)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        for words in (["load", "x.csv"], ["rollback"], ["rebuild"], ["retention"]):
            done = app(data, config, words)
            assert done.returncode == 1 and "ほかの取込みが実行中です" in done.stderr, (words, done.stderr)
    finally:
        holder.kill()
        holder.wait()
    with DataFolder(data).writer_lock():
        pass


# ---- what the disk did to old files -------------------------------------------------------------------


def test_a_damaged_generation_archive_or_pointer_never_ends_in_a_trace(
    published: Path, config: Path, delivered: list[Path], tmp_path: Path
) -> None:
    harms: dict[str, Callable[[Path], object]] = {
        "pointer": lambda data: (data / "warehouse" / "CURRENT").write_text("wh-000099.duckdb\n"),
        "generation": lambda data: snapshot.current(DataFolder(data)).path.write_bytes(b"\0" * 10_000),
        "lake": lambda data: next((data / "lake").rglob("*.parquet")).write_bytes(b"PAR1"),
        "journal": lambda data: (data / "archive" / "journal" / "000002.json").write_bytes(b"\xff\x00"),
        "pending": lambda data: (data / "archive" / "journal" / "pending.json").write_text("{"),
    }
    for name, harm in harms.items():
        data = tmp_path / name
        shutil.copytree(published, data)
        harm(data)
        for words in (["load", str(delivered[0])], ["rebuild"]):
            done = app(data, config, words)
            assert "Traceback" not in done.stdout + done.stderr, (name, words)
            assert "予期しない" not in done.stdout + done.stderr, (name, words, done.stderr)
            assert done.returncode == 0 or "次の操作" in done.stderr, (name, words, done.stderr)
        assert app(data, config, ["rebuild", "--check"]).returncode == 0, (name, "that has mended it")
