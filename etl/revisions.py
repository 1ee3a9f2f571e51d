"""Which issue of a file a name declares, so that an older correction that comes late does not win."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_DATE = {"year", "month", "day"}
_REVISIONS_OF_A_DAY = 10_000


def revision_pattern(text: str | None) -> str | None:
    """The pattern itself; raises ValueError in Japanese when it cannot tell a revision."""
    try:
        groups = set(re.compile(text or "(?P<revision>)").groupindex)
    except re.error as error:
        raise ValueError(f"正規表現として読めません（{error}）") from None
    dated = groups & {*_DATE, "era"}
    if dated and not ({"month", "day"} <= groups and groups & {"year", "era"}):
        raise ValueError("発行日を読むには、year（又は era）、month、day のグループが必要です")
    if not groups or groups - {*_DATE, "era", "revision"}:
        raise ValueError("版の番号のグループ revision か、発行日の year（又は era）・month・day を書いてください")
    return text


def named_revision(file_name: str, pattern: str) -> int:
    """A number that grows with the issue: by the day it was issued, then by its revision; 0 when the name tells none.

    Full-width digits count as digits.  A name whose day does not exist tells no issue.
    """
    match = re.search(pattern, unicodedata.normalize("NFKC", file_name))
    if match is None:
        return 0
    groups = {name: text for name, text in match.groupdict().items() if text}
    revision = int(groups.get("revision", "0")) if groups.get("revision", "0").isdecimal() else 0
    if not {"month", "day"} <= groups.keys():
        return min(revision, 2**62)
    year = int(groups["year"]) if "year" in groups else 2018 + int(groups.get("era", "0").replace("元", "1"))
    try:
        day = date(year, int(groups["month"]), int(groups["day"])).toordinal()
    except ValueError:
        return 0
    return day * _REVISIONS_OF_A_DAY + min(revision, _REVISIONS_OF_A_DAY - 1)
