"""Office hours and the reading of 翌営業日中: ``config/calendar.toml``, read and checked.

The specification (11(7)エ) asks for the first answer 翌営業日中 and does not say from which moment that is counted, nor
when 中 ends; both are agreed with the prefecture and stand in the configuration (domain notes 5).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from warehouse.errors import ConfigError

AfterHours = Literal["received_date", "next_open_day"]
DueEnd = Literal["closes", "24:00"]
MINUTES_A_DAY = 1440
_SECTIONS = {"office_hours": ("opens", "closes"), "first_answer": ("after_hours", "due_end")}
_CHOICES: dict[str, tuple[str, ...]] = {"after_hours": get_args(AfterHours), "due_end": get_args(DueEnd)}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


@dataclass(frozen=True)
class CalendarRules:
    """Minutes are those of a JST day.  Without a file: 8:30-17:15, and the strict reading that ends at 17:15.

    ``after_hours``: a ticket received from ``closes_minute`` on or on a closed day counts from its own date, or as
    received on the next open day.  ``due_end``: 中 ends when the offices close, or with the day.
    """

    opens_minute: int = 8 * 60 + 30
    closes_minute: int = 17 * 60 + 15
    after_hours: AfterHours = "received_date"
    due_end: DueEnd = "closes"

    @property
    def minutes_a_day(self) -> int:
        """Business minutes of an open day; the lunch break is not deducted."""
        return self.closes_minute - self.opens_minute

    @property
    def due_minute(self) -> int:
        """The minute of the day of the deadline at which an answer is due; 1440 is the day's end."""
        return self.closes_minute if self.due_end == "closes" else MINUTES_A_DAY

    def told(self) -> str:
        """Both settings as users read them."""
        counted = ("時刻によらず受付日" if self.after_hours == "received_date"
                   else "受付日（開庁時間の後と閉庁日の受付は翌営業日の受付とみなす）")
        return (f"開庁時間 {_clock(self.opens_minute)}〜{_clock(self.closes_minute)}、"
                f"一次回答の期限は{counted}の翌営業日の {_clock(self.due_minute)} まで")

    @classmethod
    def read(cls, config: Path) -> CalendarRules:
        """The rules of a deployment, the usual ones where its file says nothing; raises :class:`ConfigError`."""
        path = config / "calendar.toml"
        if not path.is_file():
            return cls()
        values = _values(path)
        usual = cls()
        opens = _minute(path, values, "opens", usual.opens_minute)
        closes = _minute(path, values, "closes", usual.closes_minute)
        if opens >= closes:
            raise _wrong(path, f'[office_hours] opens = "{values.get("opens", _clock(opens))}" は使えません'
                               f"（終わりの時刻 closes = {_clock(closes)} より前の時刻にします）")
        return cls(opens, closes, _choice(path, values, "after_hours", usual.after_hours),
                   _choice(path, values, "due_end", usual.due_end))


def _values(path: Path) -> dict[str, Any]:
    """All keys of the file in one mapping; their names are different in every section."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, f"TOMLとして読めません（{error}）") from None
    values: dict[str, Any] = {}
    for section, entry in raw.items():
        if section not in _SECTIONS or not isinstance(entry, dict):
            raise _wrong(path, f"{section} は使えません（使える見出し: [office_hours]、[first_answer]）")
        if unknown := sorted(entry.keys() - set(_SECTIONS[section])):
            raise _wrong(path, f"[{section}] の項目 {'、'.join(unknown)} は使えません"
                               f"（使える項目: {'、'.join(_SECTIONS[section])}）")
        values |= entry
    return values


def _minute(path: Path, values: dict[str, Any], key: str, usual: int) -> int:
    value = values.get(key)
    if value is None:
        return usual
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise _wrong(path, f"[office_hours] {key} = {_shown(value)} は使えません"
                           '（"08:30" の形の時刻、"00:00" から "24:00" まで）')
    return int(value[:2]) * 60 + int(value[3:])


def _choice(path: Path, values: dict[str, Any], key: str, usual: Any) -> Any:
    value = values.get(key, usual)
    if value not in _CHOICES[key]:
        allowed = "、".join(f'"{choice}"' for choice in _CHOICES[key])
        raise _wrong(path, f"[first_answer] {key} = {_shown(value)} は使えません（使える値: {allowed}）")
    return value


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _wrong(path: Path, problem: str) -> ConfigError:
    return ConfigError("開庁時間と期限の設定に誤りがあります", f"{path.name}: {problem}。",
                       f"{path} を直してから、もう一度実行してください。")
