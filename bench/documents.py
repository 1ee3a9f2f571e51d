"""A yearly briefing in its four formats for one body, then for all: seconds, processes, memory, what the gate said.

usage: python -m bench.documents <data folder> [period] [workers]
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exports.packs import Order, make_packs, members_of
from warehouse.period import Period
from warehouse.reader import open_current

CONFIG = Path(__file__).resolve().parent.parent / "config"
_REPORT, _CLOCK = "tenant-annual", datetime(2026, 11, 20, 9)


@dataclass(frozen=True)
class Packs:
    """Seconds of wall time; the slowest and the middle pack as its process saw it; MB of the largest process."""

    bodies: int
    workers: int
    seconds: float
    median_seconds: float
    slowest_seconds: float
    largest_mb: float
    good: bool


def measure(data: Path, period: str = "FY2026", workers: int | None = None) -> Packs:
    """Make and check the packs of all bodies into a folder that goes away."""
    asked, processes = Period.parse(period), workers or os.cpu_count() or 1
    with open_current(data) as reader:
        snapshot = reader.snapshot
        due, known = members_of(reader, reader.whole_scope(), asked)
    with tempfile.TemporaryDirectory(prefix="miharashi-packs-") as out:
        order = Order(_REPORT, asked, data, CONFIG, Path(out), snapshot, _CLOCK, None, tuple(known))
        started = time.perf_counter()
        release = make_packs(order, due, processes, lambda *_: None)
        seconds = time.perf_counter() - started
    each = sorted(pack.seconds for pack in release.packs)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    return Packs(len(due), processes, seconds, each[len(each) // 2], each[-1], largest, release.good)


def told(packs: Packs) -> str:
    """One line."""
    return (f"{packs.bodies}団体 {packs.seconds:.0f} 秒（{packs.workers}プロセス）、"
            f"1団体の4形式と検査 {packs.median_seconds:.1f} 秒（最も遅い団体 {packs.slowest_seconds:.1f} 秒）、"
            f"1プロセス最大 {packs.largest_mb:.0f} MB、"
            f"検査{'合格' if packs.good else '不合格'}")


if __name__ == "__main__":
    given = dict(zip(("period", "workers"), sys.argv[2:], strict=False))
    print(told(measure(Path(sys.argv[1]), given.get("period", "FY2026"), int(given.get("workers", "0")) or None)))
