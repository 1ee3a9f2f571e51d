"""Which keys of ``[file]`` go with which format of log; combinations that make no sense are told in Japanese."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.feed import Feed

_LINES = ("pattern", "key_value", "cef", "leef", "syslog_csv")
_FORMATS = {"record": ("pattern",), "syslog": ("pattern",), "record_start": _LINES,
            "skip": (*_LINES, "json", "delimited", "excel"), "records": ("json",)}


def wrong_log_keys(feed: Feed) -> str | None:
    """What is wrong with the keys of a feed of logs; None when nothing is."""
    file = feed.file
    for key, formats in _FORMATS.items():
        if getattr(file, key) and file.format not in formats:
            return f"file.{key} は format = {'、'.join(formats)} で使います"
    if file.format == "pattern" and not file.record:
        return "file.record に、1件の記録の書き方を正規表現で書いてください"
    if file.format == "syslog_csv" and not file.columns:
        return "file.columns に、左からの列名を書いてください"
    unwanted = sorted(set(file.yearless) - feed.wanted())
    if unwanted:
        return f"file.yearless の列 {'、'.join(unwanted)} を、どの列も使っていません"
    return _unknown_columns(feed)


def _unknown_columns(feed: Feed) -> str | None:
    """Of the formats whose columns the definition names, a column that can never come."""
    file = feed.file
    named = {"pattern": set(re.compile(file.record or "").groupindex), "syslog_csv": set(file.columns)}
    if file.format not in named:
        return None
    behind_syslog = file.syslog or file.format == "syslog_csv"
    unknown = sorted(name for name in feed.wanted() - named[file.format]
                     if not name.startswith("@") and not (behind_syslog and name.startswith("syslog.")))
    place = "file.record のグループ" if file.format == "pattern" else "file.columns"
    return f"列 {'、'.join(unknown)} が {place} にありません" if unknown else None
