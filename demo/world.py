"""The bodies, lines, devices and days that the files talk about, as far as ``config/`` knows them."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from demo.errors import DemoError

SLOT = timedelta(minutes=5)
SLOTS_A_DAY = 288


@dataclass(frozen=True)
class Tenant:
    """A connected body; ``network`` is the first two octets of its inside addresses."""

    code: str
    name: str
    users: int
    terminals: int
    network: str
    valid_from: date
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Device:
    """A monitored device; ``host`` is the name that the monitoring tool uses."""

    device_id: str
    host: str
    name: str
    session_limit: int | None


@dataclass(frozen=True)
class World:
    tenants: tuple[Tenant, ...]
    lines: dict[str, str]
    devices: tuple[Device, ...]
    services: dict[str, str]
    change_kinds: dict[str, str]
    channels: dict[str, str]
    ticket_kinds: dict[str, str]
    functions: dict[str, str]
    licences: dict[str, str]
    closed_days: frozenset[date]
    yearly_closed: tuple[tuple[str, str], ...]

    def is_open(self, day: date) -> bool:
        """Whether the offices are open (開庁日)."""
        if day.weekday() >= 5 or day in self.closed_days:
            return False
        text = f"{day:%m-%d}"
        return not any(_in_yearly_run(text, start, end) for start, end in self.yearly_closed)

    def next_open(self, day: date, steps: int = 1) -> date:
        """The ``steps``-th open day after ``day``."""
        while steps:
            day += timedelta(days=1)
            steps -= self.is_open(day)
        return day


def read_world(config: Path, tenants: int | None = None) -> World:
    """Read ``config/*.csv``; ``tenants`` keeps only the first so many bodies in sort order."""
    aliases = _aliases(config)
    networks = {
        row["tenant_code"]: row["prefix"].rsplit(".", 2)[0] for row in _rows(config, "address_ranges.csv")
    }
    bodies = sorted(_rows(config, "tenants.csv"), key=lambda row: int(row["sort_order"]))[:tenants]
    holidays = [*_rows(config, "holidays.csv"), *_rows(config, "extra_closed_days.csv")]
    limits = {
        row["device_id"]: int(row["design_limit"])
        for row in _rows(config, "device_metrics.csv")
        if row["metric"] == "sessions"
    }
    return World(
        tenants=tuple(
            Tenant(
                row["tenant_code"],
                row["name"],
                int(row["users"]),
                int(row["terminals"]),
                networks[row["tenant_code"]],
                date.fromisoformat(row["valid_from"]),
                aliases["tenant", row["tenant_code"]],
            )
            for row in bodies
        ),
        lines=_names(config, "lines.csv", "line_id"),
        devices=tuple(
            Device(code, (*aliases["device", code], code)[0], name, limits.get(code))
            for code, name in _names(config, "devices.csv", "device_id").items()
        ),
        services=_names(config, "services.csv", "service_id"),
        change_kinds=_names(config, "change_kinds.csv", "change_kind"),
        channels=_names(config, "ticket_channels.csv", "channel"),
        ticket_kinds=_names(config, "ticket_kinds.csv", "ticket_kind"),
        functions=_names(config, "functions.csv", "function"),
        licences=_names(config, "licences.csv", "kind"),
        closed_days=frozenset(date.fromisoformat(row["date"]) for row in holidays),
        yearly_closed=tuple(
            (row["month_day_from"], row["month_day_to"]) for row in _rows(config, "closed_days.csv")
        ),
    )


def slot_time(start: date, slot: int) -> datetime:
    """The moment at which a five-minute slot counted from ``start`` begins."""
    return datetime(start.year, start.month, start.day) + slot * SLOT


def slot_of(start: date, moment: datetime) -> int:
    """The slot that holds a moment; negative or beyond the month when it lies outside."""
    return (moment - datetime(start.year, start.month, start.day)) // SLOT


def _rows(config: Path, name: str) -> list[dict[str, str]]:
    path = config / name
    if not path.is_file():
        raise DemoError(
            "設定ファイルがありません", f"{path} が見つかりません。", "設定フォルダを確かめてください。"
        )
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _names(config: Path, file: str, key: str) -> dict[str, str]:
    return {
        row[key]: row["name"] for row in sorted(_rows(config, file), key=lambda row: int(row["sort_order"]))
    }


def _aliases(config: Path) -> defaultdict[tuple[str, str], tuple[str, ...]]:
    found: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for row in _rows(config, "aliases.csv"):
        found[row["dimension"], row["code"]] += (row["alias"],)
    return found


def _in_yearly_run(month_day: str, start: str, end: str) -> bool:
    if start <= end:
        return start <= month_day <= end
    return month_day >= start or month_day <= end
