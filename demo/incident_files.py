"""The yearly ledgers of stops and of faults."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from demo import defects
from demo.incidents import ALL_TENANTS, APPROVED, Fault, Stop
from demo.ledgers import NOT_APPLICABLE, Cell, Ledger, made_after, write_ledger
from demo.rhythm import Rhythm
from demo.world import World, slot_time
from warehouse.japanese import era_year
from warehouse.period import Period

_OUTAGE_COLUMNS = (
    ("No.", 6),
    ("サービス", 22),
    ("区分", 12),
    ("停止開始", 18),
    ("復旧", 18),
    ("影響団体", 30),
    ("原因", 40),
    ("除外事由", 24),
    ("備考", 30),
)
_FAULT_COLUMNS = (
    ("障害番号", 16),
    ("件名", 40),
    ("サービス", 22),
    ("発生日時", 18),
    ("検知日時", 18),
    ("着手日時", 18),
    ("暫定復旧日時", 18),
    ("完全復旧日時", 18),
    ("原因区分", 16),
    ("責任分界", 10),
    ("影響団体", 30),
    ("影響利用者数", 12),
    ("再発防止策", 40),
    ("状態", 10),
)


def outage_ledger(
    folder: Path, world: World, year: Period, stops: list[Stop], until: Rhythm
) -> dict[Path, int]:
    """All stops of a fiscal year so far."""
    rows: list[list[Cell]] = [
        [
            place,
            world.services[stop.service],
            stop.kind,
            stop.start,
            stop.end,
            stop.affected,
            stop.cause,
            stop.exclusion or NOT_APPLICABLE,
            stop.remark or None,
        ]
        for place, stop in enumerate(stops, 1)
    ]
    for month in sorted({f"{stop.start:%Y-%m}" for stop in stops}):
        rows += [_reversed_stop(world, month)] * defects.planted("service_outage", month, "ends_before_start")
    return _write_year(folder, "稼働停止台帳", world, year, until, _OUTAGE_COLUMNS, rows)


def _reversed_stop(world: World, month: str) -> list[Cell]:
    """A row whose restoration precedes its stop."""
    start = datetime(int(month[:4]), int(month[5:]), 12, 23, 0)
    early = start - timedelta(hours=22)
    return [
        NOT_APPLICABLE,
        world.services["proxy"],
        "計画停止",
        start,
        early,
        ALL_TENANTS,
        "設定反映",
        APPROVED,
        None,
    ]


def fault_ledger(
    folder: Path, world: World, year: Period, faults: list[Fault], until: Rhythm
) -> dict[Path, int]:
    """All faults of a fiscal year, as known at the end of the last month."""
    now = slot_time(until.month.end, 288)
    rows: list[list[Cell]] = [
        [
            fault.number,
            fault.title,
            world.services[fault.service],
            fault.occurred,
            fault.detected,
            fault.started,
            fault.eased or NOT_APPLICABLE,
            fault.restored if fault.restored < now else NOT_APPLICABLE,
            fault.cause,
            fault.boundary,
            fault.affected,
            _affected_users(world, fault),
            fault.measure,
            _fault_status(fault, now),
        ]
        for fault in faults
    ]
    return _write_year(folder, "障害管理台帳", world, year, until, _FAULT_COLUMNS, rows)


def _affected_users(world: World, fault: Fault) -> int:
    names = fault.affected.split("、")
    members = [tenant for tenant in world.tenants if tenant.valid_from <= fault.occurred.date()]
    return sum(tenant.users for tenant in members if fault.affected == ALL_TENANTS or tenant.name in names)


def _fault_status(fault: Fault, now: datetime) -> str:
    """Closed a fortnight after restoration, when the measures are in place."""
    if fault.restored >= now:
        return "対応中"
    return "完了" if fault.restored + timedelta(days=14) < now else "復旧"


def _write_year(
    folder: Path,
    name: str,
    world: World,
    year: Period,
    until: Rhythm,
    columns: Sequence[tuple[str, int]],
    rows: list[list[Cell]],
) -> dict[Path, int]:
    label = f"{era_year(year.start)}度"
    made = made_after(world, min(year.end, until.month.end))
    return write_ledger(folder / f"{name}_{label}.xlsx", Ledger(f"{label}　{name}", made, columns, rows))
