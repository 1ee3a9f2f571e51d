"""The yearly ledger of briefings, trainings, drills and reports handed in: held ones, and those planned ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from demo import defects
from demo.ledgers import NOT_APPLICABLE, Cell, Ledger, made_after, write_ledger
from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.world import Tenant, World, slot_time
from warehouse.japanese import era_year
from warehouse.period import Period

_COLUMNS = (
    ("行事番号", 14),
    ("種別", 18),
    ("件名", 44),
    ("開催日時", 18),
    ("終了日時", 18),
    ("会場・方法", 20),
    ("出席団体", 50),
    ("参加者数", 10),
    ("議事録提出日", 18),
    ("状態", 10),
    ("概要", 44),
)
_TRAINING_MONTHS, _DRILL_MONTH = (6, 10), 9
_ALL = "全団体"


@dataclass(frozen=True)
class _Event:
    kind: str
    title: str
    start: datetime
    minutes: int
    place: str
    attendees: str
    participants: int | None
    summary: str
    written_up: bool = True


def event_ledger(folder: Path, world: World, year: Period, until: Rhythm, seed: int) -> dict[Path, int]:
    """All events of a fiscal year: until the end of the last month held, afterwards planned."""
    now = slot_time(until.month.end, 288)
    months = [Period("month", year.index + offset) for offset in range(12)]
    events = sorted(
        (event for month in months for event in _month_events(world, month, seed)),
        key=lambda event: (event.start, event.kind, event.title),
    )
    rows = [_row(world, year, place, event, now) for place, event in enumerate(events, 1)]
    label = f"{era_year(year.start)}度"
    made = made_after(world, min(year.end, until.month.end))
    return write_ledger(folder / f"行事台帳_{label}.xlsx", Ledger(f"{label}　行事台帳", made, _COLUMNS, rows))


def _month_events(world: World, month: Period, seed: int) -> list[_Event]:
    random = stream(seed, "events", month.first_month)
    members = [tenant for tenant in world.tenants if tenant.valid_from <= month.start]
    reported = month.shift(-1).label_ja
    events = [
        _Event(
            "報告会（県）",
            f"定例報告会（{reported}分）",
            _at(world, month.start, 10, 14),
            120,
            "県庁会議室",
            world.tenants[0].name,
            int(random.integers(8, 15)),
            "運用状況、課題、次月の予定を報告した",
        ),
        _Event(
            "報告書の提出",
            f"月例監視報告書（{reported}分）",
            _at(world, month.start, 15, 17),
            0,
            "電子納品",
            world.tenants[0].name,
            None,
            "",
            written_up=False,
        ),
    ]
    events += [_report(world, month, title) for title in _longer_reports(month)]
    turn = (month.start.month - 4) % 12
    events += [
        _briefing(world, month, place, tenant) for place, tenant in enumerate(members) if place % 12 == turn
    ]
    if month.start.month in _TRAINING_MONTHS:
        events.append(_training(world, month, members))
    if month.start.month == _DRILL_MONTH:
        events.append(_drill(world, month, len(members) + int(random.integers(5, 20))))
    return events


def _longer_reports(month: Period) -> list[str]:
    """What is handed in besides the monthly report: of each half in the month after it, of the year in March."""
    titles = []
    if month.start.month in (4, 10):
        half = Period.holding("half", month.shift(-1).first_month)
        titles.append(f"半期全項目報告書（{half.label_ja}分）")
    if month.start.month == 3:
        titles.append(f"年間運用サマリ（{Period.holding('year', month.first_month).label_ja}）")
    return titles


def _report(world: World, month: Period, title: str) -> _Event:
    day = _at(world, month.start, 18, 17)
    return _Event("報告書の提出", title, day, 0, "電子納品", world.tenants[0].name, None, "", written_up=False)


def _briefing(world: World, month: Period, place: int, tenant: Tenant) -> _Event:
    return _Event(
        "報告会（接続団体）",
        f"年次報告会（{tenant.name}）",
        _at(world, month.start, 5 + place % 9, 10 + place % 5),
        60,
        "オンライン",
        tenant.name,
        3 + place % 4,
        "利用状況と検知の傾向を説明した",
    )


def _training(world: World, month: Period, members: list[Tenant]) -> _Event:
    """Two bodies of three come; once an office is named that nobody has registered."""
    names = [tenant.name for place, tenant in enumerate(members) if (place + month.index) % 3]
    if month.first_month == defects.UNKNOWN_ATTENDEE_MONTH:
        names.append(defects.UNKNOWN_ATTENDEE)
    return _Event(
        "職員研修",
        "システム管理者・新任者研修会",
        _at(world, month.start, 8, 13),
        180,
        "県庁講堂及びオンライン",
        "、".join(names),
        2 * len(names) + 3,
        "問合せ・作業依頼・障害時対応の手順を説明した",
    )


def _drill(world: World, month: Period, participants: int) -> _Event:
    return _Event(
        "訓練",
        "インシデント対応模擬訓練",
        _at(world, month.start, 12, 13),
        150,
        "オンライン",
        _ALL,
        participants,
        "標的型メールを起点とする感染を想定した",
    )


def _at(world: World, first: date, open_days: int, hour: int) -> datetime:
    day = world.next_open(first, open_days)
    return datetime(day.year, day.month, day.day, hour, 0)


def _row(world: World, year: Period, place: int, event: _Event, now: datetime) -> list[Cell]:
    held = event.start < now
    minutes_day = world.next_open(event.start.date(), 3)
    written = datetime(minutes_day.year, minutes_day.month, minutes_day.day, 17, 0)
    return [
        f"EV-{year.start.year}-{place:03d}",
        event.kind,
        event.title,
        event.start,
        event.start + timedelta(minutes=event.minutes),
        event.place,
        event.attendees if held else NOT_APPLICABLE,
        event.participants if held and event.participants else NOT_APPLICABLE,
        written if held and event.written_up and written < now else NOT_APPLICABLE,
        "実施済" if held else "予定",
        event.summary if held else None,
    ]
