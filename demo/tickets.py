"""The help desk's monthly ledger: the month's tickets, and older ones that were still open when it began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from demo import defects
from demo.ledgers import (
    NOT_APPLICABLE,
    Cell,
    Ledger,
    add_office_minutes,
    era_minute,
    into_office_hours,
    made_after,
    opening,
    wide,
    write_ledger,
)
from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.world import Tenant, World, slot_time
from warehouse.japanese import era_month

TICKETS_A_MONTH = 250
_COLUMNS = (
    ("管理番号", 16),
    ("団体名", 22),
    ("受付経路", 10),
    ("区分", 12),
    ("受付日時", 24),
    ("一次回答日時", 20),
    ("完了日時", 20),
    ("状態", 10),
    ("再オープン回数", 14),
    ("件名", 56),
)
_LATE_RATES = (0.0, 0.0, 0.01, 0.02, 0.03, 0.042)
_CHANNELS = {"mail": 0.53, "phone": 0.22, "portal": 0.25}
_KINDS = {"inquiry": 0.58, "request": 0.29, "fault": 0.10, "incident": 0.03}
_SUMMARIES = {
    "inquiry": (
        "URLフィルタで閲覧できないサイトについて",
        "Web会議の接続が不安定な件について",
        "メールの不達の原因について",
        "ポータルサイトのアカウント追加の手順について",
        "公開Webサーバの証明書更新の手順について",
        "送信元グローバルIPアドレスの確認",
        "ブレイクアウト対象サービスの範囲について",
        "隔離されたメールの取り出しについて",
        "月次の通信量の見方について",
        "ソフトウェア更新の配信に伴う通信量について",
        "CDNの設定内容の確認",
        "接続申請書の記載方法について",
    ),
    "request": (
        "URLフィルタの許可登録の依頼",
        "ファイアウォール規則の追加依頼",
        "DNSレコードの追加依頼",
        "メールリレー先の変更依頼",
        "ブレイクアウト対象の追加依頼",
        "通信ログの提供依頼",
        "ポータルサイトのアカウント発行依頼",
        "添付ファイル除外設定の依頼",
    ),
    "fault": (
        "インターネット閲覧ができない",
        "メールの受信が遅延している",
        "公開Webサイトの表示が遅い",
        "Web会議の音声が途切れる",
        "名前解決に失敗する",
        "ポータルサイトにログインできない",
    ),
    "incident": (
        "不審なメールの添付ファイルを開いた",
        "端末から警告画面が表示された",
        "公開Webサイトの改ざんの疑い",
        "不審な通信の連絡を受けた件の確認",
    ),
}


@dataclass(frozen=True)
class Ticket:
    number: str
    tenant: Tenant
    named: str
    channel: str
    kind: str
    received_at: datetime
    answered_at: datetime
    completed_at: datetime
    reopened: int
    summary: str


def month_tickets(world: World, rhythm: Rhythm, seed: int, scale: float) -> list[Ticket]:
    """The tickets received in the month, with their whole future, in order of receipt."""
    random = stream(seed, "tickets", rhythm.month.first_month)
    late_rate = float(random.choice(_LATE_RATES))
    count = max(3, round(TICKETS_A_MONTH * random.uniform(0.85, 1.15) * scale))
    weights = np.array([tenant.users**0.6 for tenant in world.tenants], dtype=np.float64)
    moments = sorted(_receipt(rhythm, random) for _ in range(count))
    tickets: list[Ticket] = []
    for place, received in enumerate(moments, 1):
        tenant = world.tenants[int(random.choice(len(world.tenants), p=weights / weights.sum()))]
        if received.date() < tenant.valid_from:
            tenant = world.tenants[0]
        kind = str(random.choice(list(_KINDS), p=list(_KINDS.values())))
        answered = _answer(world, received, random, late=random.random() < late_rate)
        effort = float(np.exp(random.normal(5.9, 1.35)))
        tickets.append(
            Ticket(
                f"TK-{rhythm.month.start:%Y%m}-{place:04d}",
                tenant,
                _named(tenant, random),
                str(random.choice(list(_CHANNELS), p=list(_CHANNELS.values()))),
                kind,
                received,
                answered,
                add_office_minutes(world, answered, effort),
                int(random.choice([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2])),
                str(random.choice(_SUMMARIES[kind])),
            )
        )
    return tickets


def ticket_file(folder: Path, world: World, rhythm: Rhythm, tickets: list[Ticket]) -> dict[Path, int]:
    """The ledger as it stood at the month's end; ``tickets`` may hold older ones."""
    start, until = slot_time(rhythm.month.start, 0), slot_time(rhythm.month.end, 288)
    shown = [ticket for ticket in tickets if ticket.completed_at >= start or ticket.received_at >= start]
    rows = [_row(world, ticket, until, place) for place, ticket in enumerate(shown)]
    _spoil(rows, rhythm.month.first_month)
    ledger = Ledger(
        f"問合せ管理台帳（{era_month(rhythm.month.start)}）",
        made_after(world, rhythm.month.end),
        _COLUMNS,
        rows,
    )
    return write_ledger(folder / f"問合せ管理台帳_{era_month(rhythm.month.start)}.xlsx", ledger)


def _receipt(rhythm: Rhythm, random: np.random.Generator) -> datetime:
    """Mostly in office hours; the desk takes calls at any hour."""
    weights = rhythm.office**2
    slot = int(np.searchsorted(np.cumsum(weights), random.random() * weights.sum()))
    return slot_time(rhythm.month.start, slot) + timedelta(minutes=int(random.integers(0, 5)))


def _answer(world: World, received: datetime, random: np.random.Generator, *, late: bool) -> datetime:
    """In time is until 17:15 of the next open day after receipt."""
    work = float(np.exp(random.normal(4.9, 0.95)))
    if late:
        return add_office_minutes(world, opening(world.next_open(received.date(), 2)), min(work, 500.0))
    begin = into_office_hours(world, received + timedelta(minutes=5))
    due = world.next_open(received.date())
    answered = add_office_minutes(world, begin, work)
    return min(answered, datetime(due.year, due.month, due.day, 17, int(random.integers(0, 15))))


def _named(tenant: Tenant, random: np.random.Generator) -> str:
    """Mostly the official name, sometimes what people call the office."""
    return tenant.aliases[0] if tenant.aliases and random.random() < 0.08 else tenant.name


def _row(world: World, ticket: Ticket, until: datetime, place: int) -> list[Cell]:
    answered = ticket.answered_at if ticket.answered_at < until else None
    completed = ticket.completed_at if ticket.completed_at < until else None
    return [
        ticket.number,
        ticket.named,
        world.channels[ticket.channel],
        world.ticket_kinds[ticket.kind],
        era_minute(ticket.received_at),
        _answer_cell(answered, place),
        completed or NOT_APPLICABLE,
        _status(answered, completed, place),
        wide(ticket.reopened) if place % 17 == 3 else ticket.reopened,
        ticket.summary,
    ]


def _answer_cell(answered: datetime | None, place: int) -> Cell:
    if answered is None:
        return NOT_APPLICABLE
    return f"{answered:%Y/%m/%d %H:%M}" if place % 3 == 0 else answered


def _status(answered: datetime | None, completed: datetime | None, place: int) -> str:
    if completed:
        return "完了"
    if answered:
        return "対応中" if place % 2 else "回答済"
    return "受付"


def _spoil(rows: list[list[Cell]], month: str) -> None:
    if month == defects.UNKNOWN_TENANT_MONTH:
        rows.insert(2, ["TK-Z001", defects.UNKNOWN_TENANT_TICKET, *rows[0][2:]])
    for number in range(defects.planted("ticket", month, "unknown_code")):
        rows.insert(2, [f"TK-X{number:03d}", *rows[0][1:3], "その他の連絡", *rows[0][4:]])
    for number in range(defects.planted("ticket", month, "impossible_date")):
        rows.insert(2, [f"TK-Y{number:03d}", *rows[0][1:4], "令和8年10月32日 9:30", *rows[0][5:]])
    for _ in range(defects.planted("ticket", month, "duplicate")):
        rows.insert(2, list(rows[1]))
