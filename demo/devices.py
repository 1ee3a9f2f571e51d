"""Load of the devices: processor, memory and sessions follow the traffic of the lines they stand on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo import defects
from demo.rhythm import Floats, Rhythm
from demo.seeds import stream
from demo.traffic import Flags
from demo.world import Device, World, slot_of
from demo.writers import CRLF, UTF8_BOM, Cells, Integers, digits, join, same, tenths, to_bytes

_HEADER = "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数"
_BPS = 1_000_000_000


@dataclass(frozen=True)
class _Habit:
    """At no load and per unit of load: processor and memory in percent, sessions as a share of the limit."""

    load: str
    cpu: tuple[float, float]
    memory: tuple[float, float]
    sessions: tuple[float, float] = (0, 0)


_HABITS = {
    "fw-1": _Habit("internet", (14, 46), (48, 14), (0.10, 0.62)),
    "fw-2": _Habit("idle", (5, 2), (44, 3), (0.002, 0.001)),
    "ips-1": _Habit("internet", (18, 52), (55, 12), (0.08, 0.55)),
    "proxy-1": _Habit("internet", (10, 48), (50, 18), (0.06, 0.68)),
    "proxy-2": _Habit("internet", (10, 47), (51, 17), (0.06, 0.66)),
    "mail-1": _Habit("office", (8, 24), (42, 6), (0.02, 0.25)),
    "dns-1": _Habit("office", (6, 12), (31, 3)),
    "waf-1": _Habit("web", (9, 30), (46, 8), (0.05, 0.40)),
    "nw-sc-1": _Habit("internet", (7, 18), (38, 3)),
    "nw-sc-2": _Habit("idle", (4, 1), (37, 1)),
}
_OTHER = _Habit("office", (8, 20), (40, 8), (0.05, 0.4))


def device_file(
    folder: Path, world: World, rhythm: Rhythm, rates: dict[str, Integers], times: Cells, seed: int
) -> dict[Path, int]:
    """One month, time by time, all devices at each time; rows of missed polls are absent."""
    random = stream(seed, "devices", rhythm.month.first_month)
    loads = _loads(rhythm, rates)
    blocks = [_rows(device, loads, times, random) for device in world.devices]
    width = max(block.shape[1] for block in blocks)
    table = np.stack([np.pad(block, ((0, 0), (0, width - block.shape[1]))) for block in blocks], axis=1)
    text = to_bytes(table[_polled(world, rhythm, random)])
    text = _spoil(text, rhythm.month.first_month)
    path = folder / f"機器負荷_{rhythm.month.start:%Y%m}.csv"
    path.write_bytes(UTF8_BOM + f"{_HEADER}\r\n".encode() + text)
    return {path: text.count(b"\n")}


def _loads(rhythm: Rhythm, rates: dict[str, Integers]) -> dict[str, Floats]:
    return {
        "internet": rates["internet"][:, :2].sum(axis=1) / _BPS,
        "web": rates["web"][:, :2].sum(axis=1) / (_BPS / 5),
        "office": rhythm.office,
        "idle": np.full(rhythm.slots, 0.5),
    }


def _rows(device: Device, loads: dict[str, Floats], times: Cells, random: np.random.Generator) -> Cells:
    habit = _HABITS.get(device.device_id, _OTHER)
    load = loads[habit.load]
    noise = random.normal(0, 1, (3, len(load)))
    cpu = habit.cpu[0] + habit.cpu[1] * load + noise[0] * 1.6
    memory = habit.memory[0] + habit.memory[1] * load + noise[1] * 0.5
    share = (habit.sessions[0] + habit.sessions[1] * load) * np.exp(noise[2] * 0.03)
    sessions = share * device.session_limit if device.session_limit else np.full(len(load), -1.0)
    return join(
        [
            times,
            same(device.host, len(load)),
            _percent(cpu),
            _percent(memory),
            digits(sessions.astype(np.int64), missing=0),
        ]
    )


def _percent(values: Floats) -> Cells:
    return tenths((np.clip(values, 1, 99.5) * 10).astype(np.int64))


def _polled(world: World, rhythm: Rhythm, random: np.random.Generator) -> Flags:
    polled: Flags = np.ones((rhythm.slots, len(world.devices)), dtype=np.bool_)
    lost = random.integers(1, rhythm.slots, 40)
    polled[lost, random.integers(0, len(world.devices), len(lost))] = False
    restart = slot_of(rhythm.month.start, defects.COUNTER_RESTART)
    if 0 <= restart < rhythm.slots:
        for column, device in enumerate(world.devices):
            if device.device_id == "nw-sc-1":
                polled[restart : restart + 2, column] = False
    return polled


def _spoil(text: bytes, month: str) -> bytes:
    lines = text.split(CRLF)
    for number in range(defects.planted("device_load", month, "out_of_range")):
        cells = lines[700 + number].split(b",")
        cells[2] = b"250.0"
        lines[700 + number] = b",".join(cells)
    for _ in range(defects.planted("device_load", month, "unknown_code")):
        cells = lines[900].split(b",")
        lines.insert(901, b",".join([cells[0], b"SC-TEST01", *cells[2:]]))
    return CRLF.join(lines)
