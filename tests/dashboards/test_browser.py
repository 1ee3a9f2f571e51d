"""Both pages in a real browser: no console error, no request to another origin, pickers by keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.dashboards.conftest import app_for
from tests.dashboards.fake_reader import FakeReader

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WAIT_MS = 15_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium: the browser tests cannot run"),
]


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The app with canned data on a free loopback port."""
    server = make_server("127.0.0.1", 0, app_for(FakeReader()).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
        yield opened
        opened.close()


class Watched:
    """A fresh profile's page that remembers everything that must not happen."""

    def __init__(self, browser: Any, origin: str, width: int) -> None:
        self.origin = origin
        self.troubles: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": 844}, locale="ja-JP")
        self.page = self.context.new_page()
        self.page.set_default_timeout(_WAIT_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.troubles.append(f"request to {request.url}")

    def open(self, path: str, figures: int) -> None:
        self.page.goto(self.origin + path)
        self.page.wait_for_selector("#page-title")
        self.page.locator(".js-plotly-plot").nth(figures - 1).wait_for()
        self.page.locator(".js-plotly-plot .xaxislayer-above").nth(figures - 1).wait_for(state="attached")


def _titled(page: Any, text: str) -> None:
    """Wait until the page's heading holds the text (by locator: the page's own rules forbid evaluating strings)."""
    page.locator("#page-title", has_text=text).wait_for()


@pytest.fixture(params=[390, 1280])
def watched(browser: Any, origin: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    page = Watched(browser, origin, request.param)
    yield page
    page.context.close()
    assert page.troubles == []


@pytest.mark.parametrize(("path", "figures"), [("/?period=2026-10", 4), ("/tenant?tenant=242012&period=2026-10", 3)])
def test_a_page_opens_without_sideways_scrolling(watched: Watched, path: str, figures: int) -> None:
    watched.open(path, figures)
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".modebar-btn").count() == 0
    assert page.locator("h1").count() == 1
    assert "見晴らし" in page.title()
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"BIZ UDPGothic"')
    smallest = """Math.min(...[...document.querySelectorAll('main *, header *')]
        .filter(e => e.children.length === 0 && e.textContent.trim())
        .filter(e => !e.closest('svg') && !e.closest('[aria-hidden]'))
        .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    assert page.evaluate(smallest) >= 14


def test_the_period_changes_by_keyboard_and_the_link_shows_it_again(watched: Watched) -> None:
    watched.open("/?period=2026-10", 4)
    page = watched.page
    page.locator("#choose-period").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    _titled(page, "令和8年9月")
    assert page.url == f"{watched.origin}/?period=2026-09"
    assert "令和8年9月" in page.title()
    assert page.locator("#choose-period").input_value() == "2026-09"
    page.go_back()
    _titled(page, "令和8年10月")
    assert page.locator("#choose-period").input_value() == "2026-10"


def test_the_skip_link_is_the_first_stop_of_the_keyboard(watched: Watched) -> None:
    watched.open("/", 4)
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.textContent") == "本文へ移動"


def test_a_body_is_opened_from_the_sorted_table(watched: Watched) -> None:
    watched.open("/?period=2026-10", 4)
    page = watched.page
    button = page.locator("#tenants thead button").nth(1)
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#tenants th[aria-sort='descending']")
    amounts = page.locator("#tenants tbody tr td:nth-child(2)").all_inner_texts()
    known = [float(text.replace(",", "")) for text in amounts if text != "…"]
    assert known == sorted(known, reverse=True)
    assert amounts[-1] == "…"
    assert page.evaluate("document.activeElement.className") == "sort-button"
    page.locator("#tenants tbody th a").first.click()
    _titled(page, "三重県")
    assert page.url == f"{watched.origin}/tenant?tenant=240001&period=2026-10"


def test_a_file_downloads_from_its_link(watched: Watched) -> None:
    watched.open("/?period=2026-10", 4)
    with watched.page.expect_download() as waiting:
        watched.page.locator("#tenants .csv-link", has_text="CSV").click()
    assert waiting.value.suggested_filename == "概況_接続団体別_2026-10.csv"


def test_the_table_behind_a_figure_opens(watched: Watched) -> None:
    watched.open("/?period=2026-10", 4)
    page = watched.page
    page.locator(".figure summary").first.click()
    assert page.locator(".figure details[open] table caption").first.is_visible()
