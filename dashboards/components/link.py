"""Links between pages: plain anchors that the script turns into moves inside the app (no reload)."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component


def page_link(text: Any, href: str, css: str = "", **props: Any) -> Component:
    """An anchor to another page; copying it, or opening it in a new tab, works as with any link."""
    return html.A(text, href=href, className=f"page-link {css}".strip(), **props)
