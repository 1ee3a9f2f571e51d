"""Pages in a real browser against the real server on loopback."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Response, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_OPENINGS = 5
_DRAWN = """() => {
    const figures = [...document.querySelectorAll("[id^=figure-]")];
    return figures.length > 0 && figures.every(figure => figure.querySelector(".main-svg"));
}"""


@dataclass(frozen=True)
class PageTime:
    """A cold opening, and medians over warm ones.  Seconds until the content stands there and answers, and until all
    its figures are drawn; bytes as transferred."""

    name: str
    cold_interactive: float
    cold_drawn: float
    warm_interactive: float
    warm_drawn: float
    slowest_callback_seconds: float
    requests: int
    transferred_bytes: int


def measure(data: Path, config: Path, urls: dict[str, str]) -> list[PageTime]:
    """Open every page until its figures are drawn; before them a page of plain Dash."""
    with _serving([sys.executable, "-m", "gunicorn", "bench.plain_dash:server", "--workers", "2", "--threads", "4",
                   "--no-control-socket", "--chdir", str(ROOT)], "--bind", {}) as served:
        found = [_page("素のDash（6図）", served.base + "/")]
    with server(data, config) as served:
        return found + [_page(name, served.base + url) for name, url in urls.items()]


@dataclass(frozen=True)
class Served:
    """A running server: its address and its process."""

    base: str
    pid: int


@contextmanager
def server(data: Path, config: Path) -> Iterator[Served]:
    """``app.py serve`` on a free loopback port."""
    command = [sys.executable, str(ROOT / "app.py"), "serve"]
    with _serving(command, "--port", {"MIHARASHI_DATA": str(data), "MIHARASHI_CONFIG": str(config)}) as served:
        yield served


@contextmanager
def _serving(command: list[str], place: str, environment: dict[str, str]) -> Iterator[Served]:
    """A server as a process of its own; ``place`` is the option that tells it where to listen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = f"127.0.0.1:{port}" if place == "--bind" else str(port)
    process = subprocess.Popen([*command, place, told], env={**os.environ, **environment},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base)
        yield Served(base, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(base: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{base}/", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer within 20 seconds")


def _page(name: str, url: str) -> PageTime:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS
        )
        openings = [_open(context, url) for _ in range(_OPENINGS + 1)]
        context.close()
    cold, warm = openings[0], openings[1:]
    return PageTime(
        name,
        cold.interactive,
        cold.drawn,
        statistics.median(opening.interactive for opening in warm),
        statistics.median(opening.drawn for opening in warm),
        statistics.median(opening.slowest_callback_seconds for opening in warm),
        cold.requests,
        cold.transferred_bytes,
    )


@dataclass(frozen=True)
class _Opening:
    interactive: float
    drawn: float
    slowest_callback_seconds: float
    requests: int
    transferred_bytes: int


def _open(context: BrowserContext, url: str) -> _Opening:
    page = context.new_page()
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector("#page-title")
    interactive = time.perf_counter() - started
    page.wait_for_function(_DRAWN)
    drawn = time.perf_counter() - started
    page.wait_for_load_state("networkidle")
    callbacks = [_server_seconds(r) for r in responses if "_dash-update-component" in r.url]
    sizes = [r.request.sizes()["responseBodySize"] for r in responses]
    page.close()
    return _Opening(interactive, drawn, max(callbacks, default=0.0), len(responses), sum(sizes))


def _server_seconds(response: Response) -> float:
    timing = response.request.timing
    return max(0.0, (timing["responseStart"] - timing["requestStart"]) / 1000)
