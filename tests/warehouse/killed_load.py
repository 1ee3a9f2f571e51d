"""Work on a data folder that dies at a chosen moment: ``python -m tests.warehouse.killed_load PLAN.json``.

One process is forked for each moment, so that the libraries are imported once, and two work side by side.  Prints one
JSON object for each moment: the signal that ended the work, what the folder says then, and what it says after the same
work was done again.

A moment is ``call:<name>`` (the call of a function), ``event:<share>`` (that share of the audit events that Python
raises while the work is done: opening, renaming, removing …) or ``time:<share>`` (that share of the time it takes).
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from etl import run
from etl.rebuild import rebuild
from etl.upkeep import apply_retention
from tests.support import clock, load, only_models
from warehouse import build, journal, lake, snapshot
from warehouse.engine import connect, file_list, literal
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder
from warehouse.journal import Journal
from warehouse.models import load_models
from warehouse.status import read_status

CALLS: dict[str, tuple[Any, str]] = {
    "received": (run, "_load_original"),
    "rows_staged": (build.WarehouseBuild, "land"),
    "month_half_written": (lake.MonthWriter, "_write_merged"),
    "months_written": (build.WarehouseBuild, "build_marts"),
    "marts_built": (build.WarehouseBuild, "verify"),
    "checked": (build.WarehouseBuild, "publish"),
    "announced": (build, "fsync_path"),
    "snapshot_complete": (snapshot, "point_to"),
    "pointer_flipped": (journal.Journal, "settle"),
    "journal_settled": (snapshot, "prune"),
    "pruned": (snapshot, "remove_leftovers"),
}
"""Moment -> the function at whose call the process dies."""
_LATER_CALLS = {"announced": 2, "pruned": 2, "pointer_flipped": 2}
"""Those whose function is called before, too: at which call the process dies."""
BUILT = ("arrival_gap", "arrival_anomaly", "coverage_day", "ticket_month")
"""The marts that loads build here: of samples by day and of a ledger, and those that the status tells of."""
_LOOKED_AT = 5
"""The status is a function of the tables, all of which are compared: it is read at every fifth moment only."""


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Work:
    """What is done to a data folder: ``load FILE...``, ``rollback N``, ``rebuild``, ``retention`` (a year later)."""

    def __init__(self, config: Path, words: list[str]) -> None:
        self._config, self._name, self._words = config, words[0], words[1:]

    def __call__(self, data: Path) -> None:
        if self._name == "load":
            load(data, *(Path(word) for word in self._words), config=self._config)
        elif self._name == "rollback":
            folder = DataFolder(data)
            with folder.writer_lock():
                snapshot.roll_back(folder, int(self._words[0]))
        elif self._name == "rebuild":
            rebuild(DataFolder(data), self._config, clock=clock)
        elif self._name == "retention":
            apply_retention(DataFolder(data), self._config, clock=lambda: clock() + timedelta(days=400))


def forked(work: Callable[[], Any]) -> tuple[int, Any]:
    """Do the work in a child; returns the signal that ended it (0: none) and what it answered."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answer = json.dumps(work(), ensure_ascii=False)
        with os.fdopen(writing, "w", encoding="utf-8") as stream:
            stream.write(answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        answer = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return -code, json.loads(answer) if answer else None


def killed_at(moment: str, work: Work, data: Path, events: int, seconds: float) -> int:
    """The signal that ended the work, which dies at the moment or, when that never comes, ends by itself."""
    kind, _, which = moment.partition(":")
    child = os.fork()
    if child == 0:
        if kind == "call":
            _die_at_call(which)
        elif kind == "event":
            _die_at_event(max(1, round(float(which) * events)))
        work(data)
        os._exit(0)
    if kind == "time":
        time.sleep(float(which) * seconds)
        os.kill(child, signal.SIGKILL)
    return -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_at_call(name: str) -> None:
    owner, function = CALLS[name]
    calls = iter([getattr(owner, function)] * (_LATER_CALLS.get(name, 1) - 1))
    setattr(owner, function, lambda *given, **named: next(calls, die)(*given, **named))


def _die_at_event(number: int) -> None:
    count = iter(range(1, number + 1))

    def hook(*_: object) -> None:
        if next(count, None) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def measured(work: Work, data: Path) -> dict[str, float]:
    """How many audit events the work raises, and how long it takes; ``data`` is changed by it."""
    count = [0]

    def hook(*_: object) -> None:
        count[0] += 1

    sys.addaudithook(hook)
    began = time.perf_counter()
    work(data)
    return {"events": count[0], "seconds": time.perf_counter() - began}


def told(data: Path, *, status: bool = True) -> dict[str, Any]:
    """What the folder says: a digest of every table, whether archive and journal tell the same, and the status."""
    folder = DataFolder(data)
    head = Journal(folder).head()
    history = Journal(folder).history(head) if head is not None else None
    loads = rows_of(data, "SELECT load_id, sha256, feed, file_name FROM wh.main.load ORDER BY load_id")
    return {
        "number": snapshot.current(folder).number,
        "status": status_told(data) if status else None,
        "digests": digests(data),
        "journal": history is not None and loads == [
            [load.load_id, load.sha256, load.feed, load.file_name] for load in history.loads],
        "archived": all(hashlib.sha256((folder.archive / row[1]).read_bytes()).hexdigest() == row[1] for row in loads),
    }


def status_told(data: Path) -> dict[str, Any]:
    """The status but for number and time of the snapshot."""
    told = read_status(data).as_dict()
    return {name: value for name, value in told.items() if name not in {"number", "published_at"}}


def strays(folder: DataFolder) -> list[str]:
    """Files that neither the published generations nor the archive need."""
    needed = snapshot.referenced_lake_files(folder) or set()
    lake_files = {path.relative_to(folder.lake).as_posix() for path in folder.lake.rglob("*") if path.is_file()}
    expected = {"CURRENT", *(snapshot.snapshot_path(folder, n).name for n in snapshot.published_generations(folder))}
    return sorted([
        *(lake_files - needed),
        *({path.name for path in folder.snapshots.iterdir()} - expected),
        *(path.name for path in folder.archive.iterdir() if path.suffix == ".part"),
        *(path.name for path in folder.scratch.rglob("*") if path.is_file()),
        *(path.name for path in (folder.archive / "journal").iterdir()
          if path.name == "pending.json" or path.suffix == ".new"),
    ])


def rows_of(data: Path, sql: str) -> list[list[Any]]:
    connection = connect(None)
    connection.execute(f"ATTACH {literal(snapshot.current(DataFolder(data)).path)} AS wh (READ_ONLY)")
    return [list(row) for row in connection.execute(sql).fetchall()]


def digests(data: Path) -> dict[str, str]:
    """One digest of the sorted rows of every fact, mart and ledger table."""
    folder = DataFolder(data)
    connection = connect(None)
    connection.execute(f"ATTACH {literal(snapshot.current(folder).path)} AS wh (READ_ONLY)")
    sources = {name: f"wh.main.{name}" for name in
               ("load", "reject", "superseded", "retired_month", *(model.name for model in load_models()))}
    for name in FACT_TABLES:
        files = [folder.lake / row[0] for row in connection.execute(
            "SELECT path FROM wh.main.lake_file WHERE table_name = ?", [name]).fetchall()]
        if files:
            sources[f"lake {name}"] = f"read_parquet({file_list(files)})"
    return {name: hashlib.sha256(repr(connection.execute(f"SELECT * FROM {source} ORDER BY ALL").fetchall()).encode())
            .hexdigest()[:16] for name, source in sources.items()}


def listing(data: Path) -> dict[str, tuple[int, int]]:
    """Every file of the folder with its size and time of change, but for the locks."""
    found = {path.relative_to(data).as_posix(): path.stat() for path in data.rglob("*") if path.suffix != ".lock"}
    return {name: (status.st_size, status.st_mtime_ns if "." in name else 0) for name, status in found.items()}


def survived(moment: str, work: Work, data: Path, size: dict[str, float], *, look: bool) -> dict[str, Any]:
    """Kill the work at a moment, look (also at the status), do it again, look again.

    A folder in which the kill left nothing at all is the one it was: there is nothing to heal.
    """
    before = listing(data)
    ended = killed_at(moment, work, data, int(size["events"]), size["seconds"])
    if listing(data) == before:
        return {"moment": moment, "signal": ended, "after": None, "healed": None, "trouble": 0}
    _, after = forked(lambda: told(data, status=look))
    trouble, healed = forked(lambda: (work(data), told(data, status=look) | {"strays": strays(DataFolder(data))})[1])
    return {"moment": moment, "signal": ended, "after": after, "healed": healed, "trouble": trouble}


def main(plan: dict[str, Any]) -> None:
    """``plan``: config, work (words), measure (a folder to spend), moments (moment -> folder)."""
    work = Work(Path(plan["config"]), plan["work"])
    _, size = forked(lambda: measured(work, Path(plan["measure"])))
    moments = list(plan["moments"].items())
    for share in (moments[::2], moments[1::2]):
        if os.fork() == 0:
            for number, (moment, data) in enumerate(share):
                answer = survived(moment, work, Path(data), size, look=number % _LOOKED_AT == 0)
                sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
                sys.stdout.flush()
            os._exit(0)
    for _ in range(2):
        os.wait()


if __name__ == "__main__":
    assert clock() is not None
    with only_models(Path(sys.argv[1]).parent / "built", BUILT):
        main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
