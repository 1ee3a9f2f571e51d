"""Security events of a month: alerts of sensors, findings of other functions, judgements of the SOC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from demo import defects
from demo.rhythm import Floats, Rhythm
from demo.seeds import stream
from demo.signatures import OTHER_SIGNATURES, SENSOR_SIGNATURES, Signature
from demo.world import Tenant, World, slot_time

SENSOR_ALERTS_A_DAY = 150
OTHER_EVENTS_A_DAY = 60
_OUTSIDE = ("192.0.2.", "198.51.100.", "203.0.113.", "198.18.7.", "198.19.40.")
_COUNTRIES = ("日本", "アメリカ合衆国", "オランダ", "ドイツ", "シンガポール", "ブラジル", "ベトナム", "不明")
_UNKNOWN_NETWORK = "10.250"
_CAMPAIGN_MONTH, _CAMPAIGN = "2026-03", frozenset({9000005, 9000007, 9000009})


@dataclass(frozen=True)
class Judgement:
    """What the SOC found out; times follow each other, those that did not happen are None."""

    severity: int
    judged_at: datetime
    contacted_at: datetime | None = None
    means: str = ""
    blocked_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True)
class Event:
    """One detection; ``flow_id`` None: seen by no sensor of ours; ``tenant`` None: unknown address."""

    detected_at: datetime
    tenant: Tenant | None
    signature: Signature
    inside: str
    outside: str
    country: str
    port: int
    flow_id: int | None
    blocked: bool
    judgement: Judgement | None


def month_events(world: World, rhythm: Rhythm, seed: int, scale: float, *, last: bool) -> list[Event]:
    """All events of the month in order of time; ``last``: the newest ones are not all judged yet."""
    random = stream(seed, "detections", rhythm.month.first_month)
    level = random.uniform(0.88, 1.14) * scale * rhythm.days
    sensor = _events(world, rhythm, random, SENSOR_SIGNATURES, max(4, round(SENSOR_ALERTS_A_DAY * level)))
    other = _events(world, rhythm, random, OTHER_SIGNATURES, max(4, round(OTHER_EVENTS_A_DAY * level)))
    number = int(f"{rhythm.month.start:%Y%m}") * 10**9
    events = [replace(event, flow_id=number + 7919 * place) for place, event in enumerate(sensor, 1)] + other
    events.sort(key=lambda event: event.detected_at)
    if rhythm.month.first_month == defects.UNKNOWN_TENANT_MONTH:
        _hide_tenants(events)
    _make_serious(events, rhythm, random)
    if last:
        events = _leave_unjudged(events, rhythm, random)
    return _without_the_unseen(events)


def _events(
    world: World, rhythm: Rhythm, random: np.random.Generator, signatures: Sequence[Signature], count: int
) -> list[Event]:
    chosen = random.choice(len(signatures), count, p=_signature_shares(signatures, rhythm))
    bodies = random.choice(len(world.tenants), count, p=_tenant_shares(world))
    moments = np.sort(
        random.choice(rhythm.slots, count, p=_when(rhythm)) * 300_000 + random.integers(0, 300_000, count)
    )
    hosts = random.integers(2, 250, (count, 4))
    chances = random.random((count, 4))
    ports = random.integers(32_768, 60_999, count)
    start = slot_time(rhythm.month.start, 0)
    events: list[Event] = []
    for place in range(count):
        tenant, signature = world.tenants[bodies[place]], signatures[chosen[place]]
        moment = start + timedelta(milliseconds=int(moments[place]))
        if moment.date() < tenant.valid_from:
            tenant = world.tenants[0]
        inside = f"{tenant.network}.{hosts[place, 0] % 32}.{hosts[place, 1]}"
        outside = f"{_OUTSIDE[hosts[place, 2] % len(_OUTSIDE)]}{hosts[place, 3]}"
        judged = moment + timedelta(seconds=int(60 + 5_000 * chances[place, 2] ** 2))
        severity = int(chances[place, 0] < signature.medium)
        events.append(
            Event(
                moment,
                tenant,
                signature,
                inside,
                outside,
                _COUNTRIES[(hosts[place, 2] * 7 + hosts[place, 3]) % len(_COUNTRIES)],
                int(ports[place]),
                None,
                bool(chances[place, 1] < signature.blocked),
                Judgement(
                    severity, judged, completed_at=judged + timedelta(minutes=5 + int(90 * chances[place, 3]))
                ),
            )
        )
    return events


def _signature_shares(signatures: Sequence[Signature], rhythm: Rhythm) -> Floats:
    weights: Floats = np.array([signature.weight for signature in signatures], dtype=np.float64)
    if rhythm.month.first_month == _CAMPAIGN_MONTH:
        weights *= [3.0 if signature.number in _CAMPAIGN else 1.0 for signature in signatures]
    weights /= weights.sum()
    return weights


def _tenant_shares(world: World) -> Floats:
    weights: Floats = np.array([tenant.terminals**0.65 for tenant in world.tenants], dtype=np.float64)
    weights /= weights.sum()
    return weights


def _when(rhythm: Rhythm) -> Floats:
    weights: Floats = 0.4 + rhythm.office
    weights /= weights.sum()
    return weights


def _hide_tenants(events: list[Event]) -> None:
    places = [place for place, event in enumerate(events) if event.flow_id is not None]
    for place in places[5 : 5 + defects.UNKNOWN_TENANT_ALERTS]:
        inside = ".".join([_UNKNOWN_NETWORK, *events[place].inside.split(".")[2:]])
        events[place] = replace(events[place], tenant=None, inside=inside)


def _make_serious(events: list[Event], rhythm: Rhythm, random: np.random.Generator) -> None:
    """Two to six events of severity 2 or 3; one contact of the planted month comes too late."""
    month = rhythm.month.first_month
    wanted = 0 if month == defects.NO_SERIOUS_MONTH else int(random.integers(2, 7))
    places = [
        place for place, event in enumerate(events) if event.signature.serious and event.tenant is not None
    ]
    picked = sorted(int(place) for place in random.choice(places, min(wanted, len(places)), replace=False))
    for number, place in enumerate(picked):
        minutes = int(random.integers(3, 14))
        if month == defects.LATE_CONTACT_MONTH and number == 0:
            minutes = defects.LATE_CONTACT_MINUTES
        severity = 3 if random.random() < 0.3 else 2
        events[place] = _serious(events[place], severity, minutes, random)


def _serious(event: Event, severity: int, minutes: int, random: np.random.Generator) -> Event:
    judged = event.detected_at + timedelta(
        minutes=int(random.integers(4, 38)), seconds=int(random.integers(0, 60))
    )
    blocked = severity == 3 or random.random() < 0.6
    return replace(
        event,
        blocked=blocked,
        judgement=Judgement(
            severity,
            judged,
            contacted_at=judged + timedelta(minutes=minutes),
            means="電話" if severity == 3 or random.random() < 0.5 else "メール",
            blocked_at=judged + timedelta(minutes=int(random.integers(1, 9))) if blocked else None,
            completed_at=judged + timedelta(hours=int(random.integers(3, 60))),
        ),
    )


def _leave_unjudged(events: list[Event], rhythm: Rhythm, random: np.random.Generator) -> list[Event]:
    since = slot_time(rhythm.month.end, 0) - timedelta(days=defects.UNJUDGED_DAYS - 1)
    waits = random.random(len(events)) < 0.5
    return [
        replace(event, judgement=None)
        if wait and event.flow_id is not None and event.detected_at >= since and not _is_serious(event)
        else event
        for event, wait in zip(events, waits, strict=True)
    ]


def _without_the_unseen(events: list[Event]) -> list[Event]:
    """On the sensor's quiet day only every twentieth of its alerts remains, and what is serious."""
    return [
        event
        for place, event in enumerate(events)
        if event.flow_id is None
        or event.detected_at.date() != defects.SENSOR_QUIET_DAY
        or place % 20 == 0
        or _is_serious(event)
    ]


def _is_serious(event: Event) -> bool:
    return event.judgement is not None and event.judgement.severity >= 2
