"""The monthly ledger of vulnerabilities and patches: which device, how grave, when it was or will be mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from demo import defects
from demo.ledgers import NOT_APPLICABLE, Cell, Ledger, era_short, made_after, write_ledger
from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.world import Device, World, slot_time
from warehouse.japanese import era_month

_COLUMNS = (
    ("識別子", 18),
    ("件名", 46),
    ("対象機器", 24),
    ("公開日", 12),
    ("影響", 8),
    ("適用予定日", 12),
    ("適用日時", 18),
    ("適用時間帯", 14),
    ("状態", 10),
    ("見送り理由", 30),
)
_TITLES = (
    "管理画面の認証回避の脆弱性",
    "通信処理におけるサービス妨害の脆弱性",
    "暗号通信ライブラリの情報漏えいの脆弱性",
    "ログ処理における領域外書込みの脆弱性",
    "名前解決処理のキャッシュ汚染の脆弱性",
    "ファームウェアの定期更新",
)
_DAYS_TO_MEND = {"緊急": (1, 4), "重要": (5, 15), "警告": (14, 40), "注意": (25, 70), "なし": (0, 0)}
_IMPACTS = (0.08, 0.27, 0.35, 0.22, 0.08)
_NOT_NEEDED = "対象の機能を使用していないため"


@dataclass(frozen=True)
class Patch:
    """One vulnerability on one device with its whole future; ``applied_at`` None: not needed."""

    number: str
    title: str
    device: Device
    published: date
    impact: str
    planned: date | None
    applied_at: datetime | None


def month_patches(world: World, rhythm: Rhythm, seed: int) -> list[Patch]:
    """What was published in the month, in order."""
    random = stream(seed, "patches", rhythm.month.first_month)
    days = sorted(int(day) for day in random.integers(0, rhythm.days, int(random.integers(4, 10))))
    patches: list[Patch] = []
    for place, day in enumerate(days, 1):
        number = f"SA-{rhythm.month.start:%Y%m}-{place:02d}"
        title = str(random.choice(_TITLES))
        impact = str(random.choice(list(_DAYS_TO_MEND), p=_IMPACTS))
        count = int(random.integers(1, 3))
        for chosen in sorted(random.choice(len(world.devices), count, replace=False)):
            published = rhythm.month.start + timedelta(days=day)
            patches.append(
                _patch(world, number, title, world.devices[int(chosen)], published, impact, random)
            )
    return patches


def patch_file(folder: Path, world: World, rhythm: Rhythm, patches: list[Patch]) -> dict[Path, int]:
    """The ledger as it stood at the month's end: the month's, and older ones that were still open when it began."""
    start, until = slot_time(rhythm.month.start, 0), slot_time(rhythm.month.end, 288)
    rows = [
        _row(world, patch, until)
        for patch in patches
        if patch.published >= rhythm.month.start or (patch.applied_at and patch.applied_at >= start)
    ]
    for place in range(defects.planted("patch", rhythm.month.first_month, "unknown_code")):
        rows.insert(1, [f"SA-X{place:03d}", rows[0][1], "検証用サーバ", *rows[0][3:]])
    title = f"脆弱性・パッチ管理台帳（{era_month(rhythm.month.start)}）"
    ledger = Ledger(title, made_after(world, rhythm.month.end), _COLUMNS, rows)
    return write_ledger(folder / f"パッチ管理台帳_{era_month(rhythm.month.start)}.xlsx", ledger)


def _patch(
    world: World,
    number: str,
    title: str,
    device: Device,
    published: date,
    impact: str,
    random: np.random.Generator,
) -> Patch:
    """Mended outside office hours (specification 11(7)キ), the gravest ones at any hour."""
    first, last = _DAYS_TO_MEND[impact]
    planned = published + timedelta(days=int(random.integers(first, last + 1)))
    late = timedelta(days=int(random.choice([0, 0, 0, 0, 0, 3])))
    day = planned + late
    hour = int(random.integers(10, 17)) if impact == "緊急" else int(random.integers(19, 24))
    if not world.is_open(day):
        hour = int(random.integers(1, 6))
    minute = int(random.choice([0, 15, 30, 45]))
    if impact == "なし":
        return Patch(number, title, device, published, impact, None, None)
    return Patch(
        number,
        title,
        device,
        published,
        impact,
        planned,
        datetime(day.year, day.month, day.day, hour, minute),
    )


def _row(world: World, patch: Patch, until: datetime) -> list[Cell]:
    applied = patch.applied_at if patch.applied_at and patch.applied_at < until else None
    status = "適用済" if applied else "適用予定" if patch.planned else "適用不要"
    return [
        patch.number,
        patch.title,
        patch.device.name,
        era_short(patch.published),
        patch.impact,
        era_short(patch.planned) if patch.planned else NOT_APPLICABLE,
        applied or NOT_APPLICABLE,
        _time_band(world, applied) if applied else NOT_APPLICABLE,
        status,
        NOT_APPLICABLE if patch.planned else _NOT_NEEDED,
    ]


def _time_band(world: World, moment: datetime) -> str:
    if not world.is_open(moment.date()):
        return "閉庁日"
    return "開庁時間内" if 8 * 60 + 30 <= moment.hour * 60 + moment.minute < 17 * 60 + 15 else "時間外"
