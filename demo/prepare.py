"""Fill a data folder's inbox with demo files, once: an unchanged request finds them already there."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from demo.errors import DemoError
from demo.generate import Progress, generate
from warehouse.dimensions import config_hash
from warehouse.period import Period

_MARKER = ".demo.json"
LAST_MONTH = "2026-10"


@dataclass(frozen=True)
class DemoRequest:
    """What is generated; months are ``YYYY-MM``."""

    months_from: str
    months_to: str
    seed: int
    scale: float
    tenants: int | None

    @classmethod
    def of(cls, months: str, seed: int, scale: float, tenants: int | None) -> DemoRequest:
        """Read a range such as ``2025-04..2026-10``, or a number of months up to October 2026; :class:`DemoError`."""
        first, separator, last = months.partition("..")
        if months.isdigit():
            end = Period.parse(LAST_MONTH)
            start = end.shift(1 - int(months))
        else:
            start, end = Period.parse(first), Period.parse(last if separator else first)
        if start.kind != "month" or end.kind != "month" or start.index > end.index:
            raise DemoError(
                "月の範囲が違います",
                f"「{months}」は使えません。",
                "2025-04..2026-10 のように、始まりと終わりの月を指定してください。",
            )
        return cls(str(start), str(end), seed, scale, tenants)


def prepare(data: Path, config: Path, request: DemoRequest, progress: Progress) -> bool:
    """Write the demo files unless they are there already; True when they were written.

    Raises :class:`DemoError` when the folder holds data that is not a demo's: nothing real is ever overwritten.
    """
    marker = data / _MARKER
    wanted = json.dumps({**asdict(request), "config": config_hash(config)}, sort_keys=True)
    if marker.is_file():
        if marker.read_text(encoding="utf-8") == wanted:
            return False
        for name in ("inbox", "archive", "lake", "warehouse", "out", "tmp"):
            shutil.rmtree(data / name, ignore_errors=True)
    elif data.is_dir() and any(data.iterdir()):
        raise DemoError(
            "デモデータを作れません",
            f"{data} にはデモ以外のデータがあります。",
            "MIHARASHI_DATA に空のフォルダを指定してください（例: MIHARASHI_DATA=./demo-data make demo）。",
        )
    data.mkdir(parents=True, exist_ok=True)
    marker.write_text("", encoding="utf-8")
    generate(
        data / "inbox",
        config,
        request.months_from,
        request.months_to,
        request.seed,
        request.scale,
        progress,
        tenants=request.tenants,
    )
    marker.write_text(wanted, encoding="utf-8")
    return True
