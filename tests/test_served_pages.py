"""The real server on real demo data in a real browser: what the reader says is what the page shows."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from warehouse.japanese import number
from warehouse.reader import Reader

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium: the browser tests cannot run"),
]
MONTH = {"month": "2026-10", "previous_month": "2026-09", "last_year_month": "2025-10"}


def opened(browser: Browser, url: str) -> tuple[str, list[str]]:
    """The page's text and whatever went wrong: console errors, page errors, requests to another origin."""
    page, problems = browser.new_page(viewport={"width": 1280, "height": 900}), []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if _foreign(request, url) else None)
    page.goto(url)
    page.wait_for_selector("#page-title")
    page.wait_for_load_state("networkidle")
    text = page.inner_text("body")
    page.close()
    return text, problems


def _foreign(request: Any, url: str) -> bool:
    target = urlsplit(request.url)
    return target.scheme in {"http", "https", "ws", "wss"} and target.netloc != urlsplit(url).netloc


def test_the_overview_shows_the_warehouse_figures(browser: Browser, origin: str, demo_reader: Reader) -> None:
    text, problems = opened(browser, f"{origin}/?period=2026-10")
    assert problems == []
    kpis = demo_reader.query("kpi_summary", demo_reader.whole_scope(), period="2026-10")
    assert len(kpis) > 12
    for kpi in kpis.itertuples():
        assert kpi.name in text
        if kpi.value == kpi.value:
            assert number(kpi.value, kpi.decimals, kpi.rounding) in text, kpi.name
    assert "三重県後期高齢者医療広域連合" in text


def test_a_body_page_shows_its_month(browser: Browser, origin: str, demo_reader: Reader) -> None:
    text, problems = opened(browser, f"{origin}/tenant?tenant=242012&period=2026-10")
    assert problems == []
    scope = demo_reader.whole_scope().narrowed_to("242012")
    month = demo_reader.query("tenant_month", scope, **MONTH).iloc[0]
    assert number(month["p95_in_bps"] / 1e6, 1) in text
    assert number(int(month["tickets"])) in text


def test_answers_forbid_scripts_from_elsewhere(origin: str) -> None:
    with urllib.request.urlopen(f"{origin}/", timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in policy
    assert "default-src 'self'" in policy or "default-src 'none'" in policy


def test_the_first_moment_of_a_page_speaks_japanese(origin: str) -> None:
    with urllib.request.urlopen(f"{origin}/", timeout=10) as answer:
        page = answer.read().decode()
    assert "読み込んでいます…" in page
    assert "Loading..." not in page
