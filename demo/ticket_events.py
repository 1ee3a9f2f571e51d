"""The help desk's log of updates: one line per change of a ticket, as its ticket system exports it every month."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from demo import defects
from demo.rhythm import Rhythm
from demo.tickets import Ticket
from demo.world import slot_time
from demo.writers import CP932

_HEADER = ["管理番号", "更新連番", "更新日時", "団体名", "操作", "更新後の状態", "担当"]
_DESKS = {"inquiry": "総合窓口", "request": "設定変更担当", "fault": "障害対応担当", "incident": "SOC"}
_Step = tuple[datetime, str, str]


def ticket_event_file(folder: Path, rhythm: Rhythm, tickets: list[Ticket]) -> dict[Path, int]:
    """The updates of the month in order of time; ``tickets`` may hold older ones."""
    start, until = slot_time(rhythm.month.start, 0), slot_time(rhythm.month.end, 288)
    updates = [
        (moment, ticket.number, number, action, status, ticket)
        for ticket in tickets
        for number, (moment, action, status) in enumerate(_steps(ticket), 1)
        if start <= moment < until
    ]
    updates.sort(key=lambda update: update[:3])
    rows = [
        [key, str(number), f"{moment:%Y/%m/%d %H:%M}", ticket.named, action, status, _DESKS[ticket.kind]]
        for moment, key, number, action, status, ticket in updates
    ]
    for place in range(defects.planted("ticket_event", rhythm.month.first_month, "letters")):
        rows[2 + place][1] = "一"
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_HEADER, *rows])
    path = folder / f"問合せ更新履歴_{rhythm.month.start:%Y%m}.csv"
    path.write_bytes(text.getvalue().encode(CP932))
    return {path: len(rows)}


def _steps(ticket: Ticket) -> Iterator[_Step]:
    """When, what, and the state then; a ticket that was reopened is completed once more often."""
    yield ticket.received_at, "受付", "受付"
    yield ticket.received_at + timedelta(minutes=2), "担当割当", "対応中"
    yield ticket.answered_at, "一次回答", "回答済"
    parts = 2 * ticket.reopened + 1
    for part in range(1, parts):
        moment = ticket.answered_at + (ticket.completed_at - ticket.answered_at) * part / parts
        yield (
            moment.replace(second=0, microsecond=0),
            *(("完了", "完了") if part % 2 else ("再オープン", "対応中")),
        )
    yield ticket.completed_at, "完了", "完了"
