"""A reader with canned frames, an app on it, and a way to ask the app for a screen as the browser does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from dash import Dash

from dashboards.app import create_app
from tests.dashboards.fake_reader import FakeReader
from warehouse.scope import Scope

NOW = datetime(2026, 11, 20, 9, 30)
_OUTPUTS = (("content", "children"), ("navigation", "children"), ("data-state", "children"), ("screen-title", "data"))

Ask = Callable[[str], str]


def app_for(reader: FakeReader, scope: Scope | None = None) -> Dash:
    """The app as one visitor sees it."""
    return create_app(lambda: reader, lambda: reader.whole_scope() if scope is None else scope, lambda: NOW)


def ask(app: Dash, link: str) -> str:
    """The callback's whole answer to a link, as the text that travels to the browser."""
    path, _, query = link.partition("?")
    return _post(app, path, f"?{query}" if query else "")


def nodes(node: Any, kind: str) -> Iterator[dict[str, Any]]:
    """The properties of every component of a kind in an answer (the callback's JSON, parsed)."""
    if isinstance(node, dict):
        if node.get("type") == kind:
            yield node["props"]
        for child in node.values():
            yield from nodes(child, kind)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child, kind)


def _post(app: Dash, path: str, search: str) -> str:
    body: dict[str, Any] = {
        "output": "..{}..".format("...".join(f"{name}.{prop}" for name, prop in _OUTPUTS)),
        "outputs": [{"id": name, "property": prop} for name, prop in _OUTPUTS],
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    }
    response = app.server.test_client().post("/_dash-update-component", json=body)
    assert response.status_code == 200, response.get_data(as_text=True)
    return str(response.get_data(as_text=True))


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def staff(reader: FakeReader) -> Dash:
    """The app for prefecture staff, who see every body."""
    return app_for(reader)
