"""Which calendar a snapshot was built with: told by ``status``, and read back for callers in Python.

The version follows from the content (holidays, closed days, office hours, the reading of 翌営業日中): equal calendars
have equal versions, also after a rebuild, and a changed one never has the version of the old.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from warehouse.calendar import BusinessCalendar
from warehouse.calendar_rules import CalendarRules
from warehouse.dimensions import Row
from warehouse.japanese import era_date, era_month, era_year, is_missing
from warehouse.reading import FrameReader
from warehouse.scope import Scope

HOLIDAYS_A_YEAR = 16
"""Article 2 of the Act on National Holidays names so many days; substitute holidays come on top."""

_TABLES = ("holiday", "closed_day", "extra_closed_day")
_PUBLISHED_IN = 2


@dataclass(frozen=True)
class CalendarVersion:
    """The one row of ``calendar_version``.

    ``version`` is the last year whose holidays are known and the beginning of ``sha256`` (``2027-3fa9c1d0``);
    ``holidays_until`` the last registered holiday, ``known_from`` and ``known_until`` the calendar years between which
    the holidays of every year are registered, None when there is no such year.  Minutes are those of a JST day.
    """

    TABLE: ClassVar[str] = (
        "CREATE OR REPLACE TABLE calendar_version (version VARCHAR, sha256 VARCHAR, holidays_until DATE, "
        "known_from BIGINT, known_until BIGINT, extra_closed_days BIGINT, opens_minute BIGINT, closes_minute BIGINT, "
        "after_hours VARCHAR, due_end VARCHAR)")

    version: str
    sha256: str
    holidays_until: date | None
    known_from: int | None
    known_until: int | None
    extra_closed_days: int
    opens_minute: int
    closes_minute: int
    after_hours: str
    due_end: str

    @classmethod
    def of_config(cls, tables: Mapping[str, list[Row]], rules: CalendarRules) -> CalendarVersion:
        """The version of the calendar that the configuration describes."""
        years, digest = known_years(tables["holiday"]), _digest(tables, rules)
        return cls(f"{years[-1] if years else 0:04d}-{digest[:8]}", digest,
                   max((day for row in tables["holiday"] if isinstance(day := row["date"], date)), default=None),
                   years[0] if years else None, years[-1] if years else None, len(tables["extra_closed_day"]),
                   rules.opens_minute, rules.closes_minute, rules.after_hours, rules.due_end)

    @property
    def rules(self) -> CalendarRules:
        """Office hours and the reading of 翌営業日中 that the snapshot used."""
        return CalendarRules(self.opens_minute, self.closes_minute,
                             self.after_hours, self.due_end)  # type: ignore[arg-type]  # they come from such rules

    def told(self) -> str:
        """One line for people: which version, until when holidays are known."""
        until = (f"祝日は{era_date(date(self.known_until, 12, 31))}まで登録済み" if self.known_until
                 else "1年分そろった祝日はない")
        return f"暦 {self.version}（{until}、臨時の閉庁日 {self.extra_closed_days}日）"

    def warning(self, today: date) -> str | None:
        """What is missing on ``today`` and what to do, None when nothing is.

        The Cabinet Office publishes the holidays of a calendar year in the February before; from then on they are due.
        """
        due = today.year + (today.month >= _PUBLISHED_IN)
        if self.known_until is not None and self.known_until >= due:
            return None
        lacking = self.known_until + 1 if self.known_until else today.year
        since = era_month(date(lacking, 1, 1))
        return (f"祝日表（config/holidays.csv）は{self._reach()}。{since}以降は祝日も開庁日として"
                "数えるため、開庁日数と一次回答の期限が正しく出ません。内閣府が毎年2月ごろに公表する翌年の「国民の祝日」を"
                "書き足し、python app.py load を一度実行してください（例: python app.py load data/inbox）。")

    def _reach(self) -> str:
        if self.known_until:
            return f"{era_year(date(self.known_until, 1, 1))}の分までしかそろっていません"
        return "1年分もそろっていません" if self.holidays_until else "空です"


def known_years(holidays: list[Row]) -> tuple[int, ...]:
    """Calendar years whose holidays are all registered: the first such year and those that follow without a gap."""
    days = Counter(day.year for row in holidays if isinstance(day := row["date"], date))
    full = sorted(year for year, n in days.items() if n >= HOLIDAYS_A_YEAR)
    return tuple(year for place, year in enumerate(full) if year == full[0] + place)


def read_version(reader: FrameReader, scope: Scope) -> CalendarVersion:
    """The version of a snapshot's calendar.

    Raises ValueError when the scope is empty, :class:`warehouse.errors.SnapshotDamaged` when an older release made the
    snapshot.
    """
    found = reader.query("calendar_version", scope).to_dict("records")
    if not found:
        raise ValueError("an empty scope shows no calendar")
    return CalendarVersion(**{str(name): _plain(value) for name, value in found[0].items()})


def read_calendar(reader: FrameReader, scope: Scope) -> BusinessCalendar:
    """The calendar that a snapshot was built with; raises as :func:`read_version`."""
    version, days = read_version(reader, scope), reader.query("calendar_days", scope)
    dates = [moment.date() for moment in days["jst_date"]]
    closed = {day: str(reason) for day, reason, is_open
              in zip(dates, days["closed_reason"], days["is_open_day"], strict=True) if not is_open}
    return BusinessCalendar(closed, dates[0], dates[-1], version.rules)


def _plain(value: Any) -> Any:
    """pandas gives dates as midnights and missing values in three ways."""
    if is_missing(value):
        return None
    return value.date() if isinstance(value, datetime) else value


def _digest(tables: Mapping[str, list[Row]], rules: CalendarRules) -> str:
    content = {name: sorted([str(row[key]) for key in row if key != "source"] for row in tables[name])
               for name in _TABLES}
    text = json.dumps([content, vars(rules)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
