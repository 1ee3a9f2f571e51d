"""The monthly ledger of change requests: approval by the prefecture, execution, backup."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from demo import defects
from demo.ledgers import NOT_APPLICABLE, Cell, Ledger, add_office_minutes, era_short, made_after, write_ledger
from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.world import Tenant, World, slot_time
from warehouse.japanese import era_month

CHANGES_A_MONTH = 60
_COLUMNS = (
    ("受付番号", 16),
    ("団体名", 22),
    ("変更区分", 38),
    ("軽微", 8),
    ("受付日", 12),
    ("県承認日時", 18),
    ("実施日時", 18),
    ("完了日時", 18),
    ("対象機器", 24),
    ("バックアップ日時", 18),
    ("バックアップ世代数", 12),
    ("状態", 12),
)
_KINDS = {
    "firewall": 0.22,
    "url_filter": 0.34,
    "ids_ips": 0.05,
    "reverse_proxy": 0.07,
    "dns": 0.14,
    "mail_relay": 0.08,
    "malware_spam": 0.10,
}
_DEVICES = {
    "firewall": "ファイアウォール1号機",
    "url_filter": "プロキシサーバ1号機",
    "ids_ips": "IDS/IPS装置",
    "reverse_proxy": "WAF装置",
    "dns": "外部DNSサーバ",
    "mail_relay": "メールリレーサーバ",
    "malware_spam": "メールリレーサーバ",
}
_MINOR_CHANCE = {"url_filter": 0.7, "malware_spam": 0.5, "dns": 0.3}


@dataclass(frozen=True)
class Change:
    """A request with its whole future; ``approved_at`` None = minor, or executed without approval."""

    number: str
    tenant: Tenant
    kind: str
    minor: bool
    received_at: datetime
    approved_at: datetime | None
    executed_at: datetime
    completed_at: datetime
    backup_at: datetime | None
    generations: int


def month_changes(world: World, rhythm: Rhythm, seed: int, scale: float) -> list[Change]:
    random = stream(seed, "changes", rhythm.month.first_month)
    count = max(3, round(CHANGES_A_MONTH * random.uniform(0.85, 1.15) * scale))
    open_days = [day for day in range(rhythm.days) if world.is_open(rhythm.month.start + timedelta(days=day))]
    days = sorted(int(random.choice(open_days)) for _ in range(count))
    changes = [_change(world, rhythm, place, day, random) for place, day in enumerate(days, 1)]
    if rhythm.month.first_month == defects.MISSING_APPROVAL_MONTH:
        _skip_one_approval(changes)
    return changes


def change_file(folder: Path, world: World, rhythm: Rhythm, changes: list[Change]) -> dict[Path, int]:
    """The ledger as it stood at the month's end; ``changes`` may hold older ones that were still open."""
    start, until = slot_time(rhythm.month.start, 0), slot_time(rhythm.month.end, 288)
    rows = [
        _row(world, change, until)
        for change in changes
        if change.received_at >= start or _finished_at(change) >= start
    ]
    for _ in range(defects.planted("change_request", rhythm.month.first_month, "unknown_code")):
        rows.insert(1, ["CH-X001", rows[0][1], "その他の設定", *rows[0][3:]])
    title = f"設定変更管理台帳（{era_month(rhythm.month.start)}）"
    ledger = Ledger(title, made_after(world, rhythm.month.end), _COLUMNS, rows)
    return write_ledger(folder / f"設定変更管理台帳_{era_month(rhythm.month.start)}.xlsx", ledger)


def _change(world: World, rhythm: Rhythm, place: int, day: int, random: np.random.Generator) -> Change:
    tenant = world.tenants[int(random.integers(0, len(world.tenants)))]
    received = slot_time(rhythm.month.start, day * 288)
    if received.date() < tenant.valid_from:
        tenant = world.tenants[0]
    kind = str(random.choice(list(_KINDS), p=list(_KINDS.values())))
    minor = bool(random.random() < _MINOR_CHANCE.get(kind, 0.0))
    checked = add_office_minutes(world, received + timedelta(hours=10), float(random.uniform(60, 900)))
    approved = None if minor else checked
    executed = add_office_minutes(world, checked, float(random.uniform(90, 1_500)))
    completed = executed + timedelta(minutes=int(random.integers(15, 120)))
    backed_up = random.random() < 0.985
    return Change(
        f"CH-{rhythm.month.start:%Y%m}-{place:03d}",
        tenant,
        kind,
        minor,
        received,
        approved,
        executed,
        completed,
        completed + timedelta(minutes=int(random.integers(5, 90))) if backed_up else None,
        int(random.choice([2, 2, 3, 3, 4])) if backed_up else 1,
    )


def _skip_one_approval(changes: list[Change]) -> None:
    place = next((place for place, change in enumerate(changes) if not change.minor), 0)
    changes[place] = replace(changes[place], minor=False, approved_at=None)


def _row(world: World, change: Change, until: datetime) -> list[Cell]:
    def known(moment: datetime | None) -> Cell:
        return moment if moment and moment < until else NOT_APPLICABLE

    done = change.completed_at < until
    return [
        change.number,
        change.tenant.name,
        world.change_kinds[change.kind],
        "○" if change.minor else None,
        era_short(change.received_at.date()),
        known(change.approved_at),
        known(change.executed_at),
        known(change.completed_at),
        _DEVICES[change.kind],
        known(change.backup_at) if done else NOT_APPLICABLE,
        change.generations if done else NOT_APPLICABLE,
        _status(change, until),
    ]


def _finished_at(change: Change) -> datetime:
    return max(change.completed_at, change.backup_at or change.completed_at)


def _status(change: Change, until: datetime) -> str:
    if change.completed_at < until:
        return "完了"
    if change.executed_at < until:
        return "実施中"
    return "承認済" if change.approved_at and change.approved_at < until else "受付"
