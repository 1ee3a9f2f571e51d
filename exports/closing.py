"""The month's closing (domain notes 9.1): which steps a month has, when they are due, which are done, which overdue.

Due are 自動締め on the first open day after the month, 検証 on the third, データ確定 on the fifth, 案 on the seventh,
the report an open day before the meeting, the minutes three open days after it, the security report at the end of the
month after.  What the data and the register tell of is taken from there; the rest is what people noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exports.desk import Desk
from exports.errors import ExportError
from state.closing import Noted
from state.documents import DocumentKey
from warehouse.calendar import BusinessCalendar
from warehouse.errors import OutsideCalendar
from warehouse.japanese import era_date
from warehouse.period import Period
from warehouse.reading import FrameReader, plain_rows
from warehouse.scope import Scope

OPERATIONS, SECURITY = "monthly-operations", "monthly-security"
MEETING = "meeting"
NOTED: dict[str, str] = {"check": "検証", "freeze": "データ確定", MEETING: "報告会の開催日", "minutes": "議事録"}
"""Steps that people note, and the day of the meeting that two of the others count from."""


class NoMonth(ExportError):
    """The closing of something that is no month."""

    def __init__(self, period: str) -> None:
        super().__init__("締めの対象期間が違います", f"「{period}」は月ではありません。締めは月ごとに行います。",
                         "2026-10 の形で月を指定してください。")


@dataclass(frozen=True)
class ClosingStep:
    """A step of a month: ``due`` and ``done_on`` are None where they cannot be told (yet).

    ``late_days`` counts the open days behind the due date, until it was done or until today; None where it is in time.
    """

    step: str
    title: str
    due: date | None
    done: bool
    done_on: date | None
    detail: str
    late_days: int | None

    @property
    def state(self) -> str:
        if self.done:
            return f"完了（{self.late_days}開庁日遅れ）" if self.late_days else "完了"
        if self.due is None:
            return "期限未定"
        return f"期限超過（{self.late_days}開庁日）" if self.late_days else "期限内"


@dataclass(frozen=True)
class _Fact:
    """What is known of a step."""

    done: bool = False
    on: date | None = None
    detail: str = ""


def closing(desk: Desk, scope: Scope, reader: FrameReader, period: Period, today: date) -> list[ClosingStep]:
    """The steps of a month in their order; none for who has not the prefecture's view.

    Raises :class:`NoMonth`, and :class:`warehouse.errors.OutsideCalendar` for a month that the calendar does not hold.
    """
    if period.kind != "month":
        raise NoMonth(str(period))
    if not scope.platform:
        return []
    noted, calendar = desk.closing.noted(scope, str(period)), _calendar(reader, scope)
    facts = _facts(desk, scope, reader, period, noted)
    meeting = noted[MEETING].done_on if MEETING in noted else None
    return [_step(calendar, name, title, due, facts[name], today)
            for name, title, due in _due(calendar, period, meeting)]


def _due(calendar: BusinessCalendar, period: Period, meeting: date | None) -> list[tuple[str, str, date | None]]:
    def open_day(number: int) -> date:
        return calendar.open_days_after(period.end, number)

    send = calendar.open_days_before(meeting, 1) if meeting else None
    minutes = calendar.open_days_after(meeting, 3) if meeting else None
    return [
        ("auto", "自動締め（速報）", open_day(1)),
        ("check", "検証（突合、欠測、訂正）", open_day(3)),
        ("freeze", "データ確定", open_day(5)),
        ("draft", "運用報告書の案（確認依頼）", open_day(7)),
        ("send", "運用報告書の提出（報告会の1開庁日前まで）", send),
        ("minutes", "議事録（報告会の後3開庁日以内）", minutes),
        ("security", "月例監視報告書の提出（翌月末まで）", period.shift(1).end),
    ]


def _facts(desk: Desk, scope: Scope, reader: FrameReader, period: Period, noted: Mapping[str, Noted]
           ) -> dict[str, _Fact]:
    as_of = reader.snapshot.data_as_of
    told = f"データ基準 {as_of:%Y-%m-%d %H:%M}" if as_of else "データなし"
    complete = as_of is not None and as_of >= datetime.combine(period.end + timedelta(days=1), datetime.min.time())
    return {
        "auto": _Fact(complete, None, told),
        "draft": _submitted(desk, scope, DocumentKey(OPERATIONS, str(period))),
        "send": _issued(desk, scope, DocumentKey(OPERATIONS, str(period))),
        "security": _issued(desk, scope, DocumentKey(SECURITY, str(period))),
        **{name: _noted(noted.get(name)) for name in ("check", "freeze", "minutes")},
    }


def _noted(entry: Noted | None) -> _Fact:
    return _Fact() if entry is None else _Fact(True, entry.done_on, f"{entry.noted_by}　{entry.note}".rstrip("　"))


def _submitted(desk: Desk, scope: Scope, key: DocumentKey) -> _Fact:
    """The first submission counts: a correction later on does not make the draft late."""
    steps = desk.approvals.progress(scope, key).steps
    first = next((step for step in steps if step.step == "submit"), None)
    return _Fact(True, first.taken_at.date(), first.taken_by) if first else _Fact()


def _issued(desk: Desk, scope: Scope, key: DocumentKey) -> _Fact:
    issues = desk.register.issues(scope, key)
    if not issues:
        return _Fact()
    newest = f"（最新は第{issues[0].version}版）" if len(issues) > 1 else ""
    return _Fact(True, issues[-1].issued_on, f"発行番号{issues[-1].number}{newest}")


def _step(calendar: BusinessCalendar, name: str, title: str, due: date | None, fact: _Fact, today: date) -> ClosingStep:
    until = (fact.on or due) if fact.done else today
    late = calendar.open_days_between(due, until) if due and until and until > due else 0
    return ClosingStep(name, title, due, fact.done, fact.on, fact.detail, late or None)


def _calendar(reader: FrameReader, scope: Scope) -> BusinessCalendar:
    """The calendar of the snapshot."""
    days = {row["jst_date"]: row for row in plain_rows(reader, "calendar_days", scope)}
    if not days:
        raise OutsideCalendar("暦", date.min, date.min)
    closed = {day: str(row["closed_reason"]) for day, row in days.items() if not row["is_open_day"]}
    return BusinessCalendar(closed, min(days), max(days))


def told_due(day: date | None) -> str:
    """令和8年11月2日, or － where there is none."""
    return era_date(day) if day else "－"
