"""Pictures of every screen at two widths into ``docs/images``, from the published data of the data folder.

usage: make screenshots (after make demo)
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench.callbacks import MORE
from bench.pages import CHROMIUM_FLAGS, server
from dashboards.routing import PAGES

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTHS = {"desktop": (1280, 720), "phone": (390, 844)}
_README: Any = {"width": 1280, "height": 900}
PERIOD = "2026-10"
_COLOURS = 64


def main() -> None:
    data = Path(os.environ.get("MIHARASHI_DATA", ROOT / "data"))
    IMAGES.mkdir(parents=True, exist_ok=True)
    with server(data, ROOT / "config") as served, sync_playwright() as running:
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        for kind, (width, height) in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, locale="ja-JP")
            for screen in PAGES:
                link = f"{screen.path}?period={PERIOD}{MORE.get(screen.name, '')}"
                target = IMAGES / f"{screen.name}-{kind}.png"
                target.write_bytes(_picture(page, served.base + link))
                print(target.relative_to(ROOT))
            page.close()
        page = browser.new_page(viewport=_README, locale="ja-JP")
        (IMAGES / "overview.png").write_bytes(_picture(page, f"{served.base}/?period={PERIOD}", whole=False))
        browser.close()


def _picture(page: Page, url: str, *, whole: bool = True) -> bytes:
    """The whole screen or what fits into the window, in few enough colours to be a small file."""
    page.goto(url)
    page.wait_for_selector("#page-title")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # figures grow to their cards after the network is idle
    shown = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    out = io.BytesIO()
    shown.quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
