"""One day's file into an empty warehouse and into six years of history, on the first and in the middle of a month."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from bench.long_csv import copy_config, write
from etl.run import load
from warehouse.folder import DataFolder

_YEARS = range(2021, 2027)
_TURNS = 3


@dataclass(frozen=True)
class OneDay:
    """Seconds (medians) of loading one day, and how many samples the history holds."""

    history_rows: int
    into_empty: float
    into_history: float
    into_running_month: float


def measure(scratch: Path, config: Path) -> OneDay:
    own = copy_config(config, scratch / "config")
    history, rows = scratch / "history", 0
    for year in _YEARS:
        file = scratch / f"year-{year}.csv"
        days = (datetime(year, 11, 1) - datetime(year - 1, 11, 1)).days
        rows += write(file, config, days, datetime(year, 11, 1))
        _load(history, own, file)
        file.unlink()
    next_day, middle = scratch / "next.csv", scratch / "middle.csv"
    write(next_day, config, 1, datetime(2026, 11, 2))
    write(middle, config, 1, datetime(2026, 10, 16))
    return OneDay(rows, _seconds(scratch, None, own, next_day), _seconds(scratch, history, own, next_day),
                  _seconds(scratch, history, own, middle))


def _seconds(scratch: Path, history: Path | None, config: Path, file: Path) -> float:
    seconds = []
    for _ in range(_TURNS):
        data = scratch / "turn"
        if history is not None:
            shutil.copytree(history, data, ignore=shutil.ignore_patterns("archive"))
            shutil.copytree(history / "archive" / "journal", data / "archive" / "journal")
        os.sync()  # what the copy left to be written to disk is not the load's work
        started = time.perf_counter()
        _load(data, config, file)
        seconds.append(time.perf_counter() - started)
        shutil.rmtree(data)
    return median(seconds)


def _load(data: Path, config: Path, file: Path) -> None:
    result = load(DataFolder(data), config, [file], clock=lambda: datetime(2026, 11, 20, 9), feed="bench")
    if result.failed:
        raise RuntimeError(result.outcomes[0].message)
