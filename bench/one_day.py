"""The next day's file into an empty warehouse and into six years of history, that end with a month or in one."""

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
    into_new_month: float
    into_running_month: float


def measure(scratch: Path, config: Path) -> OneDay:
    own = copy_config(config, scratch / "config")
    history, rows = scratch / "history", 0
    for year in _YEARS:
        rows += _extend(history, own, (datetime(year, 11, 1) - datetime(year - 1, 11, 1)).days, datetime(year, 11, 1))
    first, next_one = scratch / "first.csv", scratch / "next.csv"
    write(first, own, 1, datetime(2026, 11, 2))
    write(next_one, own, 1, datetime(2026, 11, 17))
    into_new_month = _seconds(scratch, history, own, first)
    rows += _extend(history, own, 15, datetime(2026, 11, 16))
    return OneDay(rows, _seconds(scratch, None, own, next_one), into_new_month,
                  _seconds(scratch, history, own, next_one))


def _extend(history: Path, config: Path, days: int, end: datetime) -> int:
    """Load the days before ``end``; returns their samples."""
    file = history.with_suffix(".csv")
    rows = write(file, config, days, end)
    _load(history, config, file)
    file.unlink()
    return rows


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
