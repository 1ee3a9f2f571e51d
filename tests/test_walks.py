"""The main tasks, walked through in a real browser on the real server; every page is looked at by axe-core."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from dashboards.routing import PAGES
from warehouse.reader import Reader

CHROMIUM = Path("/usr/bin/chromium")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = {1920: 1080, 1280: 720, 768: 1024, 640: 360, 390: 844}
"""640 is what a screen of 1280 shows at 200 %."""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium: the browser tests cannot run"),
]
MORE = {"tenant": "&tenant=242012", "proof": "&kpi=K27&grain=all"}
LINKS = [*(f"{page.path}?period=2026-10{MORE.get(page.name, '')}" for page in PAGES),
         "/lines?period=2026-10-05..2026-10-18"]
DRAWN = "() => [...document.querySelectorAll('[id^=figure-]')].every(figure => figure.querySelector('.main-svg'))"
LISTENS = """() => {
    const drawn = document.querySelector("#figure-bodies-map .js-plotly-plot");
    return Boolean(drawn && drawn._ev && drawn._ev.listeners("plotly_click").length);
}"""
"""A figure is clicked to some purpose only when Dash has begun to listen, a moment after it is drawn."""
NOWHERE = "/nowhere"
CARDS = ["/tenant", NOWHERE, "/?period=abc", "/?period=2027-01"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page that may log no error but the one that a page is nowhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="ja-JP")
    opened, troubles = context.new_page(), list[str]()
    opened.set_default_timeout(20_000)
    opened.on("console", lambda message: troubles.append(message.text) if _is_trouble(message) else None)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    context.close()
    assert troubles == []


def _is_trouble(message: ConsoleMessage) -> bool:
    return message.type == "error" and not message.location["url"].endswith(NOWHERE)


def show(page: Page, url: str) -> None:
    """Open a link and wait until its figures are drawn."""
    page.goto(url)
    page.wait_for_selector("#page-title, .state-title")
    page.wait_for_function(DRAWN)


def at(page: Page, path: str, **wanted: str) -> None:
    """Wait until the address is this."""
    page.wait_for_url(lambda url: urlsplit(url).path == path and all(
        parse_qs(urlsplit(url).query).get(key) == [value] for key, value in wanted.items()))


# ---- tasks --------------------------------------------------------------------------------------------


def test_the_bodies_over_a_threshold_are_found_and_one_is_opened(page: Page, origin: str, demo_reader: Reader) -> None:
    show(page, f"{origin}/tenants?period=2026-10")
    page.get_by_role("button", name="通信量").click()
    page.wait_for_selector("th[aria-sort='descending']")
    bodies = page.locator("table").filter(has=page.locator("caption", has_text="接続団体別の指標"))
    amounts = [float(text.replace(",", "")) for text in bodies.locator("tbody tr td:nth-child(4)").all_inner_texts()
               if text not in ("…", "－")]
    figures = demo_reader.query("kpi_results", demo_reader.whole_scope(), period="2026-10", grain="tenant")
    own = figures[(figures["kpi_id"] == "K15") & figures["value"].notna()]["value"]
    threshold = float(own.median())
    assert sum(amount >= round(threshold, 1) for amount in amounts) == int((own >= threshold).sum())
    assert amounts == sorted(amounts, reverse=True)
    bodies.locator("tbody th a").first.click()
    at(page, "/tenant", period="2026-10")
    expect(page.locator("#page-title")).not_to_contain_text("接続団体一覧")


def test_a_body_is_opened_from_its_mark_on_the_map(page: Page, origin: str) -> None:
    show(page, f"{origin}/tenants?period=2026-10")
    page.locator("#figure-bodies-map").scroll_into_view_if_needed()
    page.wait_for_function(LISTENS)
    page.locator("#figure-bodies-map .scatterlayer .points path").first.click(force=True)
    at(page, "/tenant", period="2026-10")


def test_why_first_answers_missed_is_read_in_three_clicks_and_its_rows_are_those_of_the_warehouse(
    page: Page, origin: str, demo_reader: Reader
) -> None:
    show(page, f"{origin}/?period=2026-09")
    page.get_by_role("link", name="一次回答期限内率：この数値の根拠").click()
    at(page, "/proof", kpi="K27", period="2026-09")
    expect(page.locator("main")).to_contain_text("未達")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="値のもとになった行をCSVでダウンロード").click()
    lines = list(csv.DictReader(Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    result = demo_reader.query("kpi_results", demo_reader.whole_scope(), period="2026-09", grain="all")
    (kpi,) = result[result["kpi_id"] == "K27"].itertuples()
    above, below = (sum(float(line[key]) for line in lines if line[key]) for key in ("分子", "分母"))
    assert (above, below) == (kpi.numerator, kpi.denominator) and above < below


def test_a_link_shows_the_same_again_and_going_back_the_one_before(page: Page, origin: str) -> None:
    show(page, f"{origin}/lines?line=web&period=2026-09")
    expect(page.locator("#choose-line")).to_have_value("web")
    expect(page.locator("#choose-period")).to_have_value("2026-09")
    page.get_by_role("link", name="前月").click()
    at(page, "/lines", line="web", period="2026-08")
    page.go_back()
    expect(page.locator("#choose-period")).to_have_value("2026-09")


def test_a_body_is_chosen_stays_chosen_from_page_to_page_and_is_let_go(page: Page, origin: str) -> None:
    show(page, f"{origin}/security?period=2026-10")
    expect(page.locator("#choose-tenant")).to_have_value("")
    page.locator("#choose-tenant").select_option("津市")
    page.get_by_role("button", name="表示").click()
    at(page, "/security", tenant="242012", period="2026-10")
    expect(page.locator("#page-title")).to_contain_text("セキュリティ（津市）")
    page.get_by_role("link", name="前月").click()
    at(page, "/security", tenant="242012", period="2026-09")
    expect(page.locator("#page-title")).to_contain_text("令和8年9月")
    page.get_by_role("link", name="問合せ・申請", exact=True).click()
    at(page, "/tickets", tenant="242012", period="2026-09")
    expect(page.locator("#page-title")).to_contain_text("問合せ・申請（津市）")
    expect(page.locator("#choose-tenant")).to_have_value("242012")
    page.locator("#choose-tenant").select_option("すべての接続団体")
    page.get_by_role("button", name="表示").click()
    page.wait_for_url(f"{origin}/tickets?period=2026-09")
    expect(page.locator("#page-title")).not_to_contain_text("津市")


def test_the_period_changes_by_keyboard_alone(page: Page, origin: str) -> None:
    show(page, f"{origin}/security?period=2026-10")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id") == "choose-period":
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    at(page, "/security", period="2026-09")
    expect(page.locator("#page-title")).to_contain_text("令和8年9月")


def test_any_run_of_days_is_asked_for_by_its_ends(page: Page, origin: str) -> None:
    show(page, f"{origin}/lines?line=web&period=2026-10")
    page.get_by_text("日の範囲を指定").click()
    page.fill("#choose-from", "2026-10-05")
    page.fill("#choose-to", "2026-10-18")
    page.get_by_role("button", name="この範囲を表示").click()
    at(page, "/lines", line="web", period="2026-10-05..2026-10-18")
    expect(page.locator("#page-title")).to_contain_text("令和8年10月5日～18日")
    page.get_by_role("link", name="前の範囲").click()
    at(page, "/lines", line="web", period="2026-09-21..2026-10-04")
    expect(page.locator("#choose-from")).to_have_value("2026-09-21")


def test_a_screen_that_takes_its_time_shows_that_it_is_being_made(page: Page, origin: str) -> None:
    show(page, f"{origin}/?period=2026-10")
    held: list[Any] = []
    page.route("**/_dash-update-component*", lambda route: held.append(route))
    page.get_by_role("link", name="サービスレベル", exact=True).click()
    expect(page.locator("body")).to_have_class("busy")
    expect(page.locator("#content")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    page.unroute("**/_dash-update-component*")
    expect(page.locator("#page-title")).to_contain_text("サービスレベル")
    expect(page.locator("body")).not_to_have_class("busy")


def test_what_stopped_arriving_is_seen_with_its_hours(page: Page, origin: str, demo_reader: Reader) -> None:
    show(page, f"{origin}/data-quality?period=2026-10")
    gaps = demo_reader.query("arrival_gaps", demo_reader.whole_scope(), first_date=date(2026, 10, 1),
                             last_date=date(2026, 10, 31))
    listed = page.locator("section").filter(has=page.get_by_role("heading", name="欠測の区間", exact=True))
    assert len(gaps) > 0
    for title in set(gaps["title"]):
        assert listed.locator("tbody tr").filter(has_text=title).count() > 0, title


def test_a_report_is_previewed_ordered_and_fetched(page: Page, origin: str) -> None:
    show(page, f"{origin}/reports?period=2026-09")
    preview = page.get_by_role("link", name="運用報告書（月次）のプレビュー（新しい画面）").get_attribute("href")
    shown = page.request.get(f"{origin}{preview}")
    assert shown.status == 200 and "運用報告書（月次）" in shown.text()
    page.locator("input[name=by]").first.fill("運用一郎")
    page.get_by_role("button", name="運用報告書（月次）: 案を作成").click()
    link = page.locator(".order a.file-link", has_text="PDF")
    expect(link).to_be_visible(timeout=120_000)
    answer = page.request.get(f"{origin}{link.get_attribute('href')}")
    assert answer.status == 200 and answer.body().startswith(b"%PDF")


# ---- every page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", [*LINKS, *CARDS])
def test_axe_finds_nothing(page: Page, origin: str, link: str) -> None:
    show(page, f"{origin}{link}")
    page.evaluate(AXE)
    found: Any = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.mark.parametrize("link", LINKS)
def test_a_page_fits_every_width_holds_still_and_prints_without_controls(page: Page, origin: str, link: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    show(page, f"{origin}{link}")
    assert "表示エラー" not in page.inner_text("main")
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth", timeout=5_000)
    assert page.evaluate("() => document.getAnimations().filter(one => one.playState === 'running').length") == 0
    page.emulate_media(media="print")
    shown = page.locator(".nav:visible, .picker:visible, .downloads:visible, .order-line:visible, .choices:visible")
    assert shown.count() == 0
