"""Names and codes of connected bodies in a text, and which of them its reader may not see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_SPACE = re.compile(r"[^\S\n]+")


@dataclass(frozen=True)
class Member:
    """A connected body.  ``public``: its name stands for more than the body (三重県), so only its code can leak."""

    code: str
    name: str
    public: bool = False


class Watch:
    """Looks through texts for every body but one.

    The longest name at a place counts: 三重県後期高齢者医療広域連合 is not 三重県, and a body whose name holds that of
    another is not taken for it.  A longer name that is no member's (大津市) is taken for the shorter one: refusing a
    good pack costs a look, letting a bad one pass costs trust.
    """

    def __init__(self, own_code: str, members: Iterable[Member]) -> None:
        known = sorted(members, key=lambda one: -len(one.name))
        self._owner = {_plain(one.name): one for one in known}
        self._codes = {one.code for one in known if one.code != own_code}
        self._own_code = own_code
        self._names = re.compile("|".join(re.escape(name) for name in self._owner))
        codes = "|".join(re.escape(code) for code in sorted(self._codes))
        self._code = re.compile(rf"(?<![0-9A-Za-z])(?:{codes})(?![0-9A-Za-z])") if codes else None

    def leaks(self, text: str, *, wrapped: bool = False) -> list[str]:
        """Names and codes of other bodies, in order; ``wrapped`` texts are broken into lines anywhere."""
        plain = _plain(text)
        found = [match[0] for match in self._code.finditer(plain)] if self._code else []
        joined = re.sub(r"\s+", "", plain) if wrapped else _SPACE.sub("", plain)
        for match in self._names.finditer(joined):
            one = self._owner[match[0]]
            if one.code != self._own_code and not one.public:
                found.append(one.name)
        return list(dict.fromkeys(found))


def _plain(text: str) -> str:
    """One form for full-width and half-width letters."""
    return unicodedata.normalize("NFKC", text)
