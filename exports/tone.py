"""The report's plain style (である) as the polite one (です・ます) of documents for connected bodies.

Sentences of the program end in a closed set of words, so their endings are exchanged; what people wrote and what
ledgers hold is never touched.  A sentence that ends in a noun or is polite already stays as it is.
"""

from __future__ import annotations

import re

_ENDINGS = (
    ("ではなかった", "ではありませんでした"),
    ("ではない", "ではありません"),
    ("満たさなかった", "満たしませんでした"),
    ("できない", "できません"),
    ("含まない", "含みません"),
    ("示さない", "示しません"),
    ("しない", "しません"),
    ("いない", "いません"),
    ("なかった", "ありませんでした"),
    ("ない", "ありません"),
    ("であった", "でした"),
    ("である", "です"),
    ("行った", "行いました"),
    ("した", "しました"),
    ("った", "りました"),
    ("めた", "めました"),
    ("する", "します"),
    ("示す", "示します"),
    ("行う", "行います"),
    ("含む", "含みます"),
    ("除く", "除きます"),
    ("よる", "よります"),
    ("いる", "います"),
    ("ある", "あります"),
    ("数える", "数えます"),
    ("加える", "加えます"),
    ("捨てる", "捨てます"),
)
"""Longest first where one ends another."""
_END = re.compile(f"({'|'.join(re.escape(plain) for plain, _ in _ENDINGS)})(?=。|$)")
_POLITE = dict(_ENDINGS)


def polite(text: str) -> str:
    """The text with every sentence's plain ending made polite."""
    return _END.sub(lambda found: _POLITE[found[0]], text)
