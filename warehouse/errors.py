"""Errors a user may see: a title, what happened and where, and what to do next, all in Japanese."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date


class MiharashiError(Exception):
    """Base of every error that is shown to a user.

    ``title`` names what failed, ``message`` says where and with which value and what is allowed,
    ``next_step`` says what the user can do now.
    """

    def __init__(self, title: str, message: str, next_step: str) -> None:
        super().__init__(f"{title}: {message}")
        self.title = title
        self.message = message
        self.next_step = next_step

    def __reduce__(self) -> tuple[Callable[..., MiharashiError], tuple[type[MiharashiError], str, str, str]]:
        return _revived, (type(self), self.title, self.message, self.next_step)

    def paragraph(self) -> str:
        """The whole error as one paragraph for a terminal."""
        return f"{self.title}\n  {self.message}\n  次の操作: {self.next_step}"


def _revived(kind: type[MiharashiError], title: str, message: str, next_step: str) -> MiharashiError:
    """An error that came from another process; subclasses may take other arguments than their texts."""
    error = kind.__new__(kind)
    MiharashiError.__init__(error, title, message, next_step)
    return error


class ConfigError(MiharashiError):
    """A configuration file is wrong: missing, malformed, overlapping, or naming an unknown key."""


class NoSnapshot(MiharashiError):
    """Nothing has been published yet."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "公開済みのデータがありません",
            f"{where} に公開済みのスナップショットが見つかりません。",
            "python app.py load ファイル… でデータを取り込んでください。",
        )


class SnapshotDamaged(MiharashiError):
    """The published snapshot names a file that is missing or cannot be opened."""


class WriterBusy(MiharashiError):
    """Another process holds the writer lock."""

    def __init__(self, lock: str) -> None:
        super().__init__(
            "ほかの取込みが実行中です",
            f"書込みロック {lock} が使用中です。取込みは同時に一つだけ実行できます。",
            "実行中の取込みが終わってから、もう一度実行してください。",
        )


class WatcherBusy(MiharashiError):
    """Another process watches the inbox already."""

    def __init__(self, lock: str) -> None:
        super().__init__(
            "受信フォルダーの見張りは、すでに動いています",
            f"ロック {lock} が使用中です。見張りは一つのデータのフォルダーに一つだけ動かせます。",
            "動いている見張りを止めてから、もう一度実行してください（例: systemctl stop miharashi-watch）。",
        )


class PeriodError(MiharashiError):
    """A period is not written in one of the allowed forms."""


class OutsideCalendar(MiharashiError):
    """A day that the calendar does not hold was asked for, or would be the answer."""

    def __init__(self, what: str, first: date, last: date) -> None:
        super().__init__(
            "暦の範囲の外です",
            f"{what}は、暦（{first}〜{last}）にありません。",
            "日付を確かめてください。日付が正しいときは、config の holidays.csv、closed_days.csv、"
            "extra_closed_days.csv に誤り（開庁日が一日もないなど）がないか確かめてください。",
        )


class QueryError(MiharashiError):
    """A named query does not exist or lacks a parameter."""


class QueryTooLong(MiharashiError):
    """A query was stopped at its time limit."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            "時間がかかりすぎるため、照会を中止しました",
            f"照会「{name}」が、制限時間の{seconds:g}秒で終わりませんでした。",
            "対象期間を短くするか、時間をおいて開き直してください。続くときは総合窓口に連絡してください。",
        )


class SqlRefused(MiharashiError):
    """Free SQL that is not exactly one SELECT, or that the database refused."""


class ChecksFailed(MiharashiError):
    """A warehouse check selected bad rows: the new snapshot is not published."""
