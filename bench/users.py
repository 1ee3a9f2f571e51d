"""Thirty people who click through the screens for two minutes: answer times, errors, and the server's memory.

usage: python -m bench.users <data folder> [people] [seconds]
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from bench.callbacks import body_of, links
from bench.pages import Served, server

CONFIG = Path(__file__).resolve().parent.parent / "config"
PEOPLE, SECONDS = 30, 120
_THINKING_SECONDS = (1.0, 4.0)


@dataclass
class Load:
    """What came of it.  Seconds; MB of the server's processes after a quarter of the time and at the end."""

    people: int
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    early_mb: float = 0.0
    late_mb: float = 0.0

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def p95(self) -> float:
        return quantiles(self.seconds, n=20)[-1]


def measure(data: Path, people: int = PEOPLE, seconds: float = SECONDS) -> Load:
    """Bounded: ends after ``seconds``, whatever the server does."""
    with server(data, CONFIG) as served:
        load, lock, end = Load(people), threading.Lock(), time.monotonic() + seconds
        crowd = [threading.Thread(target=_person, args=(served, number, end, load, lock)) for number in range(people)]
        for person in crowd:
            person.start()
        time.sleep(seconds / 4)
        load.early_mb = _memory_mb(served.pid)
        for person in crowd:
            person.join()
        load.late_mb = _memory_mb(served.pid)
    return load


def _person(served: Served, number: int, end: float, load: Load, lock: threading.Lock) -> None:
    chance, address = random.Random(number), urlsplit(served.base).netloc
    known, connection = links(), http.client.HTTPConnection(address, timeout=30)
    while time.monotonic() < end:
        time.sleep(chance.uniform(*_THINKING_SECONDS))
        link, started, trouble = chance.choice(known), time.perf_counter(), ""
        try:
            connection.request("POST", "/_dash-update-component", json.dumps(body_of(link)),
                               {"Content-Type": "application/json", "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            trouble = "" if answer.status == 200 else f"{link}: {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            trouble = f"{link}: {error!r}"
        connection.close()  # people think for longer than the server keeps a connection open
        with lock:
            load.seconds.append(time.perf_counter() - started)
            load.errors += [trouble] if trouble else []


def _memory_mb(pid: int) -> float:
    """Resident memory of a process and its children."""
    family, found = {pid}, 0.0
    for status in sorted(Path("/proc").glob("[0-9]*/status"), key=lambda path: int(path.parent.name)):
        try:
            told = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(told["Pid"]) in family or int(told["PPid"]) in family:
            family.add(int(told["Pid"]))
            found += int(told.get("VmRSS", "0").split()[0]) / 1000
    return found


def told(load: Load) -> str:
    """One line."""
    return (f"{load.people}人 {len(load.seconds)}要求、中央値 {load.median * 1000:.0f} ms、"
            f"95パーセンタイル {load.p95 * 1000:.0f} ms、誤り {len(load.errors)}件、"
            f"メモリ {load.early_mb:.0f} → {load.late_mb:.0f} MB")


if __name__ == "__main__":
    people, seconds = (int(text) for text in (sys.argv[2:4] + ["30", "120"])[:2])
    print(told(measure(Path(sys.argv[1]), people, seconds)))
