"""Colours and signs with a meaning. A state is never told by its colour alone: symbol and word go with it."""

from __future__ import annotations

from dataclasses import dataclass

BLUE = "#0017C1"
INK = "#1A1A1A"
SUBTITLE = "#626264"
GRID = "#E6E6E6"
CLOSED_DAY = "#E9E9EE"
SERIES = ("#00118F", "#008BF2", "#E25100", "#767676")
"""Up to four series, told apart by the three kinds of colour blindness; line style and marker differ as well."""
SEQUENTIAL = ("#E8F1FE", "#C5D7FB", "#7096F8", "#3460FB", "#0017C1", "#000060")
"""From little to much, for amounts in a grid; the numbers stand in a table beside it."""
FONT_STACK = "'BIZ UDPGothic','BIZ UDGothic','Noto Sans JP',sans-serif"

PLACES = ("#FFFFFF", "#E8F1FE", "#C5D7FB", "#7096F8", "#0017C1")
"""The five fifths of a ranking, the highest darkest; the style sheet's ``place-…`` classes have the same."""
FILLS = {"達成": "#E8F1FE", "注意": "#FFDFB5", "未達": "#E25100"}
"""Areas that tell a judgement; its sign stands beside."""

SERIOUS_FROM = 2
"""Severity 2 and above is a serious event (重大なセキュリティイベント)."""
_SEVERITY = ("#767676", "#3460FB", "#E25100", "#620000")
_BEHIND_WHITE = {"#E25100": "#C74700"}
"""What stands in for a colour behind white text, which needs 4.5 : 1."""
UNDECIDED = "#FFFFFF"


@dataclass(frozen=True)
class Judgement:
    """How a judgement word looks: its sign, its class in the style sheet."""

    sign: str
    css: str


JUDGEMENTS = {
    "達成": Judgement("●", "good"),
    "期限内": Judgement("●", "good"),
    "注意": Judgement("▲", "caution"),
    "回答待ち": Judgement("▲", "caution"),
    "未達": Judgement("■", "bad"),
    "期限超過": Judgement("■", "bad"),
    "データなし": Judgement("－", "none"),
    "対象なし": Judgement("－", "none"),
}
"""「目標未設定」 is no judgement and has no sign."""


def behind_white(colour: str) -> str:
    """The colour itself, or a darker one of its kind that white text can be read on."""
    return _BEHIND_WHITE.get(colour, colour)


def severity_colour(severity: int | None) -> str:
    """Cold for 0 and 1, warm for 2 and above; the levels beyond 3 keep the darkest one."""
    if severity is None:
        return UNDECIDED
    return _SEVERITY[min(max(severity, 0), len(_SEVERITY) - 1)]
