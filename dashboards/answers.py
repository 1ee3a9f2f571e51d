"""Screens as they travel to the browser: made once for every snapshot, scope, link and day.

The scope is a part of the key, whole: nobody is answered with what another scope was shown.  When a snapshot is
published, the screens asked for last are made from it before anybody waits for them.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from dashboards import urls
from dashboards.encoding import encoded
from dashboards.recent import Recent
from dashboards.routing import Sources, screen
from warehouse.reading import FrameReader
from warehouse.scope import Scope

Answer = tuple[orjson.Fragment, orjson.Fragment, orjson.Fragment, list[Any]]
"""Content, navigation, state of the data; title and what a screen reader says."""
_KEPT = 256
_MADE_READY = 80
"""As many screens as two dozen people look at in turn."""
READY_SECONDS = 20.0
"""For so long a new snapshot may wait for its screens."""


class Answers:
    """Answers links, the last ones from memory (about 0.3 MB each)."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._kept: Recent[tuple[int, Scope, urls.Choice, date], Answer] = Recent(_KEPT)
        self._asked: Recent[tuple[Scope, urls.Choice], bool] = Recent(_MADE_READY)

    def of(self, choice: urls.Choice) -> Answer:
        """The answer to a link; a screen with a failed part is made anew every time."""
        return self._answer(choice, self._sources, asked=True)

    def make_ready(self, reader: FrameReader) -> None:
        """Make the screens asked for last from another reader; those that are not ready in time are left out."""
        until = time.monotonic() + READY_SECONDS
        for scope, choice in self._asked.latest():
            if time.monotonic() > until:
                return
            self._answer(choice, _for_one(self._sources, reader, scope), asked=False)

    def _answer(self, choice: urls.Choice, sources: Sources, *, asked: bool) -> Answer:
        key = _key(choice, sources)
        kept = self._kept.get(key) if key else None
        if kept is None:
            shown = screen(choice, sources)
            kept = (encoded(shown.content), encoded(shown.navigation), encoded(shown.data_state),
                    [shown.title, shown.announcement])
            if not (key and shown.lasting and key == _key(choice, sources)):
                return kept
            self._kept.keep(key, kept)
        if key and asked:
            self._asked.keep((key[1], choice), True)
        return kept


def _for_one(sources: Sources, reader: FrameReader, scope: Scope) -> Sources:
    """The same sources, for the one who was shown the screen before."""
    return replace(sources, open_reader=lambda: reader, scope_for_request=lambda: scope)


def _key(choice: urls.Choice, sources: Sources) -> tuple[int, Scope, urls.Choice, date] | None:
    """None where there is no snapshot or nobody knows who asks: the screen meets the same, and tells it."""
    try:
        scope = sources.scope_for_request()
        return sources.open_reader().snapshot.number, scope, choice, sources.clock().date()
    except Exception:  # noqa: BLE001 - not swallowed: the screen asks for the same and records it
        return None
