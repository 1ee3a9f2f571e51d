"""Fill a data folder's inbox with demo files, once: an unchanged request finds them already there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from demo.errors import DemoError
from demo.generate import Progress, generate
from warehouse.period import Period

_MARKER = ".demo.json"
_NO_DATA = {"miharashi.log", "write.lock"}
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

    Nothing is ever removed.  Raises :class:`DemoError` when the folder holds real data or another demo.
    """
    marker = data / _MARKER
    wanted = json.dumps(asdict(request), sort_keys=True)
    written = marker.read_text(encoding="utf-8") if marker.is_file() else None
    if written == wanted:
        return False
    if written is None and data.is_dir() and any(path.name not in _NO_DATA for path in data.iterdir()):
        raise _occupied(data, "デモ以外のデータがあります")
    if written:
        raise _occupied(data, "条件の違うデモデータがあります")
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


def _occupied(data: Path, what: str) -> DemoError:
    return DemoError(
        "デモデータを作れません",
        f"{data} には{what}。消したり上書きしたりはしません。",
        "MIHARASHI_DATA に空のフォルダを指定するか（例: MIHARASHI_DATA=./demo-data make demo）、"
        "要らなくなったデモデータのフォルダを削除してください。",
    )
