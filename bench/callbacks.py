"""Server time of every screen's callback: on a new snapshot, as asked for before it and as never asked for; with frames
kept; and answered again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from dash import Dash

from dashboards.app import create_app
from dashboards.routing import PAGES
from exports.shelf import Shelf
from warehouse import snapshot
from warehouse.current import CurrentReader
from warehouse.folder import DataFolder
from warehouse.reader import Reader

_OUTPUTS = [{"id": name, "property": part} for name, part in (
    ("content", "children"), ("navigation", "children"), ("data-state", "children"), ("screen-title", "data"))]
_PERIODS, _DAYS = ("2026-10", "2026-09", "2026Q2", "2026H1", "FY2025"), "2026-10-05..2026-10-18"
MORE = {"tenant": "&tenant=242012", "proof": "&kpi=K27&grain=all", "lines": "&line=internet"}


@dataclass(frozen=True)
class Callbacks:
    """Seconds: the 95th percentile over all links, and the slowest link of each kind of answer."""

    links: int
    ready_p95: float
    new_p95: float
    new_slowest: tuple[str, float]
    fresh_p95: float
    fresh_slowest: tuple[str, float]
    again_p95: float


def links() -> list[str]:
    """Every page in months, a quarter, a half and a fiscal year; those of days in a run of days as well."""
    return [f"{page.path}?period={period}{MORE.get(page.name, '')}"
            for page in PAGES for period in (*_PERIODS, *([_DAYS] if page.render_days else []))]


def body_of(link: str) -> dict[str, Any]:
    """What the browser sends when a link is opened."""
    path, _, query = link.partition("?")
    told = [{"id": "url", "property": name, "value": value} for name, value in (
        ("pathname", path), ("search", f"?{query}" if query else ""))]
    output = "..{}..".format("...".join(f"{one['id']}.{one['property']}" for one in _OUTPUTS))
    return {"output": output, "outputs": _OUTPUTS, "inputs": told, "changedPropIds": ["url.pathname"]}


def measure(data: Path) -> Callbacks:
    """In one process, without network: what the server itself takes."""
    asked, clock = links(), _Clock()
    current, make_ready = CurrentReader(data), list[Callable[[Reader], None]]()
    shelf = Shelf(data / "out", lambda _report, _period: None)
    app = create_app(current, lambda: current().whole_scope(), clock, shelf, make_ready.append)
    for link in asked:
        _seconds(app, link)
    new = {}
    with _published_again_and_again(DataFolder(data)) as publish:
        for link in asked:  # never asked for: the watch has opened the snapshot, and made nothing ready
            publish()
            current.look()
            new[link] = _seconds(app, link)
        for link in asked:
            _seconds(app, link)
        publish()
        current.look(make_ready[0])
        ready = [_seconds(app, link) for link in asked]
    again = [_seconds(app, link) for link in asked]
    clock.day += 1  # the frames are kept, the screens are made anew
    fresh = {link: _seconds(app, link) for link in asked}
    return Callbacks(len(asked), _p95(ready), _p95(list(new.values())), _slowest(new), _p95(list(fresh.values())),
                     _slowest(fresh), _p95(again))


@contextmanager
def _published_again_and_again(folder: DataFolder) -> Iterator[Callable[[], None]]:
    """Publishes the snapshot under the next number whenever called; in the end it stands as before."""
    first = number = snapshot.current(folder).number

    def publish() -> None:
        nonlocal number
        number += 1
        os.link(snapshot.snapshot_path(folder, first), snapshot.snapshot_path(folder, number))
        snapshot.point_to(folder, number)

    try:
        yield publish
    finally:
        snapshot.point_to(folder, first)
        for later in range(first + 1, number + 1):
            snapshot.snapshot_path(folder, later).unlink()


class _Clock:
    day = 20

    def __call__(self) -> datetime:
        return datetime(2026, 11, self.day, 9)


def _seconds(app: Dash, link: str) -> float:
    client = app.server.test_client()
    started = time.perf_counter()
    response = client.post("/_dash-update-component", json=body_of(link))
    seconds = time.perf_counter() - started
    if response.status_code != 200 or "表示エラー" in response.get_data(as_text=True):
        raise RuntimeError(f"{link} failed")
    return seconds


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _slowest(seconds: dict[str, float]) -> tuple[str, float]:
    return max(seconds.items(), key=lambda item: item[1])
