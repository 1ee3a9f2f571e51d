"""Month-end counts of what the contract licenses."""

from __future__ import annotations

from pathlib import Path

from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.world import World

_START = {"account": 17_240, "terminal": 15_060, "ip_internet": 141, "ip_breakout": 66, "cdn_site": 58}
_A_MONTH = {"account": 62.0, "terminal": 48.0, "ip_internet": 0.6, "ip_breakout": 0.5, "cdn_site": 0.25}


def licence_file(folder: Path, world: World, rhythm: Rhythm, seed: int) -> dict[Path, int]:
    random = stream(seed, "licences", rhythm.month.first_month)
    month = rhythm.month.first_month
    lines = [
        f"{month},{name},{_used(kind, rhythm.age, random.uniform(-0.4, 0.4))}\n"
        for kind, name in world.licences.items()
    ]
    path = folder / f"利用数_{rhythm.month.start:%Y%m}.csv"
    path.write_bytes(("年月,種別,利用数\n" + "".join(lines)).encode())
    return {path: len(lines)}


def _used(kind: str, age: int, chance: float) -> int:
    return round(_START.get(kind, 0) + _A_MONTH.get(kind, 0.0) * (age + chance))
