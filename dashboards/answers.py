"""Screens as they travel to the browser: made once for every snapshot, scope, link and day.

The scope is a part of the key, whole: nobody is answered with what another scope was shown.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import orjson

from dashboards import urls
from dashboards.encoding import encoded
from dashboards.recent import Recent
from dashboards.routing import Sources, screen

Answer = tuple[orjson.Fragment, orjson.Fragment, orjson.Fragment, list[Any]]
"""Content, navigation, state of the data; title and what a screen reader says."""
_KEPT = 256


class Answers:
    """Answers links, the last ones from memory (about 0.3 MB each)."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._kept: Recent[Answer] = Recent(_KEPT)

    def of(self, choice: urls.Choice) -> Answer:
        """The answer to a link; a screen with a failed part is made anew every time."""
        key = self._key(choice)
        kept = self._kept.get(key) if key else None
        if kept is not None:
            return kept
        shown = screen(choice, self._sources)
        answer = (encoded(shown.content), encoded(shown.navigation), encoded(shown.data_state),
                  [shown.title, shown.announcement])
        if key and shown.lasting and key == self._key(choice):
            self._kept.keep(key, answer)
        return answer

    def _key(self, choice: urls.Choice) -> Hashable:
        """None where there is no snapshot or nobody knows who asks: the screen meets the same, and tells it."""
        sources = self._sources
        try:
            scope = sources.scope_for_request()
            return sources.open_reader().snapshot.number, scope, choice, sources.clock().date()
        except Exception:  # noqa: BLE001 - not swallowed: the screen asks for the same and records it
            return None
