"""Interface counters of the two cloud lines: octets that grow until they wrap, reset or go unpolled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import numpy.typing as npt

from demo import defects
from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.traffic import SECONDS, span_slots
from demo.world import SLOTS_A_DAY, slot_of
from demo.writers import Integers

Octets = npt.NDArray[np.uint64]

JST = timezone(timedelta(hours=9))
ACTIVE, STANDBY = "nw-sc-1", "nw-sc-2"
INTERFACE = "xe-0/0/0"
_CAPACITY_BPS = 985_000_000
_HEADER = "epoch,host,interface,ifHCInOctets,ifHCOutOctets\n"


class Counters:
    """The counters of both hosts, carried from one month to the next."""

    def __init__(self) -> None:
        self._last: dict[str, Octets] = {}

    def polls(self, host: str, octets: Integers, rhythm: Rhythm) -> Octets:
        """Readings at the start of every slot and at the end of the month, in and out."""
        total = np.zeros((rhythm.slots + 1, 2), dtype=np.uint64)
        np.cumsum(octets.astype(np.uint64), axis=0, out=total[1:])
        first = self._last.get(host)
        if first is None:
            first = _start(host, total)
        readings = total + first
        if host == ACTIVE:
            _restart(readings, total, rhythm)
        self._last[host] = readings[-1]
        return readings


def counter_file(
    folder: Path, counters: Counters, rhythm: Rhythm, internet: Integers, seed: int
) -> dict[Path, int]:
    """One month of polls of both hosts; the poll at the month's end opens the next file, too."""
    random = stream(seed, "counters", rhythm.month.first_month)
    readings = {
        host: counters.polls(host, octets, rhythm)
        for host, octets in _octets(rhythm, internet, random).items()
    }
    missed = {host: _missed(host, rhythm, random) for host in readings}
    epoch = int(datetime.combine(rhythm.month.start, datetime.min.time(), JST).astimezone(UTC).timestamp())
    values = {host: table.tolist() for host, table in readings.items()}
    lines = [
        f"{epoch + SECONDS * slot},{host},{INTERFACE},{values[host][slot][0]},{values[host][slot][1]}\n"
        for slot in range(rhythm.slots + 1)
        for host in readings
        if slot not in missed[host]
    ]
    _spoil(lines, rhythm.month.first_month)
    path = folder / f"ifcounter_{rhythm.month.start:%Y%m}.csv"
    path.write_bytes((_HEADER + "".join(lines)).encode())
    return {path: len(lines)}


def _octets(rhythm: Rhythm, internet: Integers, random: np.random.Generator) -> dict[str, Integers]:
    """What each cloud line carries: the internet line's load below capacity, on one side of the switch."""
    load = np.minimum(internet[:, :2] * 0.97, _CAPACITY_BPS) * (SECONDS / 8)
    idle = random.integers(60_000, 90_000, (rhythm.slots, 2))
    active, standby = load.astype(np.int64), idle.astype(np.int64)
    switched = span_slots(rhythm, defects.FAILOVER)
    standby[switched] += active[switched]
    active[switched] = 0
    return {ACTIVE: active, STANDBY: standby}


def _start(host: str, total: Octets) -> Octets:
    """So that the active host's In counter wraps at noon of ``COUNTER_WRAP_DAY``."""
    if host == STANDBY:
        return np.array([81_204_339_118, 79_530_027_446], dtype=np.uint64)
    noon = (defects.COUNTER_WRAP_DAY - 1) * SLOTS_A_DAY + SLOTS_A_DAY // 2
    before_wrap = int(total[noon, 0] + total[noon + 1, 0]) // 2
    return np.array([2**64 - before_wrap, 5_417_226_908_331], dtype=np.uint64)


def _restart(readings: Octets, total: Octets, rhythm: Rhythm) -> None:
    slot = slot_of(rhythm.month.start, defects.COUNTER_RESTART)
    if 0 <= slot < rhythm.slots:
        readings[slot + 1 :] = total[slot + 1 :] - total[slot + 1]


def _missed(host: str, rhythm: Rhythm, random: np.random.Generator) -> set[int]:
    """Slots without a poll: chance, the restart and the planted gap; never a month's first or last."""
    chance = random.integers(1, rhythm.slots, int(random.integers(6, 18)))
    wrap = (defects.COUNTER_WRAP_DAY - 1) * SLOTS_A_DAY + SLOTS_A_DAY // 2
    missed = {int(slot) for slot in chance if slot not in (wrap, wrap + 1)}
    if host == ACTIVE:
        restart = slot_of(rhythm.month.start, defects.COUNTER_RESTART)
        gap = span_slots(rhythm, defects.COUNTER_GAP)
        missed |= {restart, restart + 1, *range(gap.start, gap.stop)}
    return missed


def _spoil(lines: list[str], month: str) -> None:
    for number in range(defects.planted("interface_counter", month, "letters")):
        cells = lines[1000 + number].split(",")
        lines[1000 + number] = ",".join([*cells[:3], "timeout", "timeout\n"])
    for _ in range(defects.planted("interface_counter", month, "duplicate")):
        lines.insert(2001, lines[2000])
