"""What happened while a figure's time ran: marks for its axis and a line below it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.columns import day_ja, month_ja
from dashboards.figures.base import Figure
from dashboards.figures.events import annotated
from dashboards.frames import day, rows
from dashboards.view import View
from dashboards.wording import listed
from warehouse.period import Period

_TOLD = 5
_OF_DAYS = {"計画停止", "系切替", "縮退"}
"""Too many a year to stand over months."""


@dataclass(frozen=True)
class Happening:
    """Something that happened on the days from ``first`` to ``last``: 計画停止（メール中継、DNS）."""

    first: date
    last: date
    text: str

    @property
    def told(self) -> str:
        until = f"から{day_ja(self.last)}まで" if self.last > self.first else ""
        return f"{day_ja(self.first)}{until} {self.text}"


def happenings(view: View, first: date, last: date, leave_out: Collection[str] = ()) -> list[Happening]:
    """In order of time; what stopped together is one.  What has not ended lasts to the end of the days.

    ``leave_out``: kinds that are not told.
    """
    names: dict[tuple[date, date, str], list[str]] = {}
    for row in rows(view.data.time_events(first, last)):
        if row["kind_name"] in leave_out:
            continue
        begin, end = max(day(row["first_date"]), first), min(day(row["last_date"]) or last, last)
        names.setdefault((begin, end, str(row["kind_name"])), []).append(str(row["name"]))
    return [Happening(begin, end, f"{kind}（{listed(list(dict.fromkeys(told)), '件')}）")
            for (begin, end, kind), told in sorted(names.items())]


def over_days(figure: Figure, view: View, days: Sequence[date]) -> tuple[Figure, str]:
    """The figure of days with its marks, and the sentence that tells them."""
    return _over(figure, happenings(view, days[0], days[-1]), day_ja)


def over_months(figure: Figure, view: View, months: Sequence[str]) -> tuple[Figure, str]:
    """Likewise, of months (``YYYY-MM``), without what happens every few weeks."""
    first, last = Period.parse(months[0]).start, Period.parse(months[-1]).end
    return _over(figure, happenings(view, first, last, _OF_DAYS), lambda moment: month_ja(f"{moment:%Y-%m}"))


def _over(figure: Figure, found: Sequence[Happening], place: Callable[[date], str]) -> tuple[Figure, str]:
    marks: dict[str, list[str]] = {}
    for one in found:
        for position in dict.fromkeys(place(moment) for moment in _days(one)):
            marks.setdefault(position, []).append(one.told)
    return annotated(figure, marks), _note(found)


def _days(one: Happening) -> list[date]:
    return [one.first + timedelta(days=step) for step in range((one.last - one.first).days + 1)]


def _note(found: Sequence[Happening]) -> str:
    """▼ of the newest few in words."""
    if not found:
        return ""
    shown = "、".join(one.told for one in found[-_TOLD:])
    more = f"ほか{len(found) - _TOLD}件" if len(found) > _TOLD else ""
    return f"▼は事象です：{shown}{'、' if more else ''}{more}。"
