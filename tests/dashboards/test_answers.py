"""Answers from memory: the same link of the same scope, snapshot and day only, and never a failed part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from dash import html
from hypothesis import given
from hypothesis import strategies as st

from dashboards import answers as answers_module
from dashboards import urls
from dashboards.answers import Answers
from dashboards.data import FrameCache
from dashboards.encoding import encoded
from dashboards.recent import Recent
from dashboards.routing import Sources
from tests.dashboards.conftest import NOW
from tests.dashboards.fake_reader import FakeReader
from warehouse.scope import Scope

OVERVIEW = urls.parse("/", "?period=2026-10")
TSU, YOKKAICHI = Scope.of("242012"), Scope.of("242021")


class World:
    """What the answers are made of, to be changed between two of them."""

    def __init__(self, **reader: Any) -> None:
        self.reader, self.now = FakeReader(**reader), NOW
        self.scope = self.reader.whole_scope()
        sources = Sources(lambda: self.reader, lambda: self.scope, lambda: self.now, FrameCache(0))
        self.answers = Answers(sources)

    def asked(self, choice: urls.Choice = OVERVIEW) -> int:
        """How many queries the answer to a link takes."""
        before = len(self.reader.asked)
        self.answers.of(choice)
        return len(self.reader.asked) - before


def text_of(answer: Any) -> str:
    return orjson.dumps(answer[:3]).decode()


def test_the_same_link_is_answered_once() -> None:
    world = World()
    first = world.answers.of(OVERVIEW)
    assert world.asked() == 0 and world.answers.of(OVERVIEW) is first
    assert world.asked(urls.parse("/", "?period=2026-09")) > 0


def test_another_day_and_another_snapshot_are_another_answer() -> None:
    world = World()
    assert world.asked() > 0
    world.now = NOW + timedelta(days=1)
    assert world.asked() > 0 and world.asked() == 0
    world.reader.snapshot = replace(world.reader.snapshot, number=13)
    assert world.asked() > 0 and world.asked() == 0


def test_nobody_is_shown_what_another_was_shown() -> None:
    world, link = World(), urls.parse("/tenant", "?tenant=242012&period=2026-10")
    world.scope = TSU
    own = text_of(world.answers.of(link))
    world.scope = YOKKAICHI
    other = text_of(world.answers.of(link))
    world.scope = Scope.none()
    nobody = text_of(world.answers.of(link))
    assert "津市" in own and "津市" not in other + nobody and "閲覧権限なし" in other and "閲覧権限なし" in nobody
    world.scope = TSU
    assert text_of(world.answers.of(link)) == own


def test_a_screen_with_a_failed_part_is_made_anew() -> None:
    world = World(broken=frozenset({"traffic_day"}))
    assert "表示エラー" in text_of(world.answers.of(OVERVIEW))
    assert world.asked() > 0, "the part may work the next time"
    world.reader.broken = frozenset()
    assert "表示エラー" not in text_of(world.answers.of(OVERVIEW)) and world.asked() == 0


def test_whoever_cannot_be_told_is_told_so_and_nothing_is_kept() -> None:
    world = World()

    def unknown() -> Scope:
        raise PermissionError("who is this?")

    answers = Answers(Sources(lambda: world.reader, unknown, lambda: NOW, FrameCache()))
    assert "表示エラー" in text_of(answers.of(OVERVIEW)) and world.reader.asked == []


@given(st.lists(st.integers(0, 5)))
def test_what_was_not_asked_for_longest_goes_first(asked: list[int]) -> None:
    recent: Recent[int, int] = Recent(3)
    for key in asked:
        if recent.get(key) is None:
            recent.keep(key, key)
    newest = list(dict.fromkeys(reversed(asked)))
    assert [recent.get(key) for key in newest[:3]] == newest[:3]
    assert all(recent.get(key) is None for key in newest[3:])
    assert set(recent.latest()) == set(newest[:3])


def test_the_key_used_last_comes_first() -> None:
    recent: Recent[str, int] = Recent(3)
    for key in "abcd":
        recent.keep(key, 0)
    recent.get("b")
    assert recent.latest() == ["b", "d", "c"]


def test_the_screens_asked_for_last_are_ready_before_a_new_snapshot_is_shown() -> None:
    world, link = World(), urls.parse("/tenant", "?tenant=242012&period=2026-10")
    world.scope = TSU
    old = text_of(world.answers.of(link))
    newer = FakeReader()
    newer.snapshot = replace(newer.snapshot, number=13)
    world.scope = YOKKAICHI  # whoever happens to ask meanwhile
    world.answers.make_ready(newer)
    world.scope = TSU
    assert newer.asked and text_of(world.answers.of(link)) == old and world.asked(link) == 0
    world.reader, before = newer, len(newer.asked)
    world.answers.of(link)
    assert len(newer.asked) == before, "made from the new snapshot, for the scope that was shown the screen"
    world.scope = YOKKAICHI
    assert "津市" not in text_of(world.answers.of(link))


def test_a_new_snapshot_waits_no_longer_than_it_may_for_its_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.answers.of(OVERVIEW)
    monkeypatch.setattr(answers_module, "READY_SECONDS", -1.0)
    newer = FakeReader()
    newer.snapshot = replace(newer.snapshot, number=13)
    world.answers.make_ready(newer)
    assert newer.asked == [], "there was no time for it"


def test_components_are_encoded_as_dash_would_and_strangers_refused() -> None:
    part = html.Div([html.Span("津市", id="x"), {"type": "Td"}, None, float("nan")], className="a")
    found = orjson.loads(orjson.dumps(encoded(part)))
    assert found["type"] == "Div" and found["props"]["className"] == "a"
    span, plain, nothing, missing = found["props"]["children"]
    assert (span["props"], plain, nothing, missing) == ({"children": "津市", "id": "x"}, {"type": "Td"}, None, None)
    with pytest.raises(TypeError, match="not JSON serializable: set"):
        encoded([{1}])
