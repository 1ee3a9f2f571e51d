"""A load that dies at a chosen moment: ``python -m tests.warehouse.killed_load CONFIG FILE MOMENT=DATA ...``.

One process is forked for each moment, so that the libraries are imported once.  Prints ``MOMENT SIGNAL``.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from etl import run
from tests.support import load
from warehouse import build, lake, snapshot

MOMENTS: dict[str, tuple[Any, str]] = {
    "received": (run, "_load_original"),
    "rows_staged": (build.WarehouseBuild, "land"),
    "month_half_written": (lake.MonthWriter, "_superseded"),
    "months_written": (build.WarehouseBuild, "build_marts"),
    "marts_built": (build.WarehouseBuild, "verify"),
    "checked": (build.WarehouseBuild, "publish"),
    "snapshot_complete": (snapshot, "point_to"),
    "pointer_flipped": (snapshot, "prune"),
    "pruned": (snapshot, "remove_leftovers"),
}
"""Moment -> the function at whose call the process dies."""


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def load_until(moment: str, config: Path, file: Path, data: Path) -> int:
    """The signal that ended a load of ``file`` which dies at ``moment``."""
    child = os.fork()
    if child == 0:
        owner, name = MOMENTS[moment]
        setattr(owner, name, _second_call_dies(getattr(owner, name)) if moment == "pruned" else die)
        load(data, file, config=config)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _second_call_dies(function: Callable[..., object]) -> Callable[..., object]:
    """Leftovers are removed when a build begins, and once more at its end."""
    calls = iter((function, die))
    return lambda *arguments: next(calls)(*arguments)


if __name__ == "__main__":
    for argument in sys.argv[3:]:
        chosen, _, folder = argument.partition("=")
        print(chosen, -load_until(chosen, Path(sys.argv[1]), Path(sys.argv[2]), Path(folder)))
