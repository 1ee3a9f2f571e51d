"""Bytes per body, route, direction and five minutes: the truth behind the files of samples.

Routes: ``internet`` through the cloud, ``breakout`` straight to cloud services, ``web`` = citizens reading
public pages.
``in`` is the downlink towards the body (受信), ``out`` the uplink (送信).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from demo import defects
from demo.rhythm import Floats, Rhythm, bump, growth
from demo.seeds import stream
from demo.world import SLOTS_A_DAY, Tenant, World, slot_of
from demo.writers import Integers

Flags = npt.NDArray[np.bool_]

SECONDS = 300
INTERNET_IN, INTERNET_OUT, BREAKOUT_IN, BREAKOUT_OUT, WEB_IN, WEB_OUT = range(6)
_BPS_PER_USER = {"internet": 30_500, "breakout": 23_000, "web": 4_400}
_GROWTH = {"internet": 0.013, "breakout": 0.022, "web": 0.008}
_RETURN_SHARE = {"internet": 0.13, "breakout": 0.34, "web": 0.07}
_DISASTER_FACTOR = 1.55


@dataclass(frozen=True)
class Traffic:
    """``truth[tenant, slot, column]`` in bytes; ``shown`` is -1 for ``-``; ``polled`` is False for no row."""

    rhythm: Rhythm
    truth: Integers
    shown: Integers
    polled: Flags


def month_traffic(world: World, rhythm: Rhythm, seed: int) -> Traffic:
    common = _common(rhythm, stream(seed, "traffic", rhythm.month.first_month))
    bodies = [_body(tenant, rhythm, common, seed) for tenant in world.tenants]
    truth = np.stack(bodies)
    _stop_at_outage(truth, rhythm)
    shown, polled = truth.copy(), np.ones(truth.shape[:2], dtype=np.bool_)
    for index, tenant in enumerate(world.tenants):
        _lose_polls(tenant, rhythm, shown[index], polled[index], seed)
    late = day_mask(rhythm, defects.LATE_DAY)
    shown[:, late], polled[:, late] = truth[:, late], True
    for index, tenant in enumerate(world.tenants):
        polled[index, : _slots_before_joining(tenant, rhythm)] = False
    return Traffic(rhythm, truth, shown, polled)


def day_mask(rhythm: Rhythm, day: date) -> Flags:
    """True in the slots of one day; all False when the day lies in another month."""
    mask = np.zeros(rhythm.slots, dtype=np.bool_)
    first = (day - rhythm.month.start).days * SLOTS_A_DAY
    if 0 <= first < rhythm.slots:
        mask[first : first + SLOTS_A_DAY] = True
    return mask


def span_slots(rhythm: Rhythm, span: defects.Span | defects.Gap) -> slice:
    """The slots of this month that a span touches (possibly none)."""
    first, last = (slot_of(rhythm.month.start, moment) for moment in (span.start, span.end))
    return slice(max(first, 0), max(min(last, rhythm.slots), 0))


def _common(rhythm: Rhythm, random: np.random.Generator) -> dict[str, Floats]:
    """What all bodies do together, in bit/s per user: rhythm, growth, shared chance and the great events."""
    level = {route: rate * growth(rhythm.age, _GROWTH[route]) for route, rate in _BPS_PER_USER.items()}
    chance = {route: _slow_noise(random, rhythm.slots, 6, 0.045) for route in level}
    return {
        "internet": rhythm.office * level["internet"] * chance["internet"] * _surges(rhythm),
        "breakout": rhythm.office * level["breakout"] * chance["breakout"],
        "web": rhythm.citizen * level["web"] * chance["web"] * _disaster(rhythm),
    }


def _surges(rhythm: Rhythm) -> Floats:
    factor = np.ones(rhythm.slots)
    for surge in defects.SURGES:
        first = (surge.day - rhythm.month.start).days * SLOTS_A_DAY
        factor += (surge.factor - 1) * bump(rhythm.slots, first + 10 * 12, 16)
    return factor


def _disaster(rhythm: Rhythm) -> Floats:
    first = (defects.DISASTER_DAY - rhythm.month.start).days * SLOTS_A_DAY
    return 1 + _DISASTER_FACTOR * bump(rhythm.slots, first + 5 * 12, 18 * 12) ** 2


def _slow_noise(random: np.random.Generator, slots: int, step: int, sigma: float) -> Floats:
    """Log-normal noise around 1 that wanders over ``step`` slots."""
    knots = random.normal(0, sigma, slots // step + 2)
    return np.exp(np.interp(np.arange(slots) / step, np.arange(len(knots)), knots))


def _body(tenant: Tenant, rhythm: Rhythm, common: dict[str, Floats], seed: int) -> Integers:
    habit = stream(seed, "habit", tenant.code)
    random = stream(seed, "body", tenant.code, rhythm.month.first_month)
    rough = 0.16 + 0.9 / np.sqrt(tenant.users)
    size = tenant.users * SECONDS / 8
    out = np.empty((rhythm.slots, 6), dtype=np.int64)
    for column, (route, shape) in enumerate(common.items()):
        likes = habit.uniform(0.85, 1.15)
        noise = random.standard_normal((2, rhythm.slots), dtype=np.float32)
        main = (
            shape * np.exp(rough * noise[0] - rough * rough / 2) * _slow_noise(random, rhythm.slots, 24, 0.12)
        )
        main *= size * likes
        back = main * _RETURN_SHARE[route] * habit.uniform(0.8, 1.2) * np.exp(0.15 * noise[1])
        down, up = (back, main) if route == "web" else (main, back)
        out[:, 2 * column], out[:, 2 * column + 1] = down, up
    _bursts(out, rhythm, random, size)
    out[: _slots_before_joining(tenant, rhythm)] = 0
    return out


def _bursts(body: Integers, rhythm: Rhythm, random: np.random.Generator, size: float) -> None:
    """A few large downloads a month, at any hour."""
    for _ in range(int(random.integers(2, 7))):
        start, length = int(random.integers(0, rhythm.slots)), int(random.integers(3, 12))
        height = size * random.uniform(4_000, 14_000)
        body[:, INTERNET_IN] += (height * bump(rhythm.slots, start, length)).astype(np.int64)


def _stop_at_outage(truth: Integers, rhythm: Rhythm) -> None:
    down = span_slots(rhythm, defects.OUTAGE)
    truth[:, down, INTERNET_IN : INTERNET_OUT + 1] = 0
    truth[:, down, WEB_IN : WEB_OUT + 1] = 0
    if down.start < down.stop:
        after = slice(down.stop, min(down.stop + 4, rhythm.slots))
        truth[:, after, INTERNET_IN] += truth[:, after, INTERNET_IN] // 6


def _lose_polls(tenant: Tenant, rhythm: Rhythm, shown: Integers, polled: Flags, seed: int) -> None:
    random = stream(seed, "polls", tenant.code, rhythm.month.first_month)
    for _ in range(int(random.integers(0, 4))):
        start = int(random.integers(0, rhythm.slots))
        polled[start : start + int(random.integers(1, 7))] = False
    lost = random.integers(0, rhythm.slots, rhythm.slots // 2000)
    shown[lost, random.integers(0, 6, len(lost))] = -1
    silent = span_slots(rhythm, defects.OUTAGE_SILENT)
    shown[silent, INTERNET_IN : INTERNET_OUT + 1] = -1
    shown[silent, WEB_IN : WEB_OUT + 1] = -1
    for gap in defects.GAPS:
        if gap.tenant_code in (None, tenant.code):
            polled[span_slots(rhythm, gap)] = False


def _slots_before_joining(tenant: Tenant, rhythm: Rhythm) -> int:
    return max(0, (tenant.valid_from - rhythm.month.start).days * SLOTS_A_DAY)
