"""The head of every page: product, navigation, and which data the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.components.link import page_link
from exports.text import as_of_ja
from warehouse.japanese import era_datetime
from warehouse.reading import SnapshotFacts

PRODUCT = "見晴らし"
SUBTITLE = "自治体情報セキュリティクラウド 運用報告"


@dataclass(frozen=True)
class NavItem:
    label: str
    href: str
    current: bool


def masthead() -> Component:
    """The part that is the same on every page."""
    return html.Div(
        [
            html.Span(PRODUCT, className="brand"),
            html.Span(SUBTITLE, className="brand-sub"),
        ],
        className="brand-line",
    )


def navigation(items: Sequence[NavItem]) -> Component:
    """Links to the pages; the current one is marked for eyes and for screen readers."""
    return html.Ul([html.Li(_nav_link(item)) for item in items])


def _nav_link(item: NavItem) -> Component:
    current = aria(current="page") if item.current else {}
    return page_link(item.label, item.href, "nav-link current" if item.current else "nav-link", **current)


def data_state(snapshot: SnapshotFacts | None) -> Component:
    """数値時点 (newest value loaded) and 更新日時 (when the snapshot was published): two different things."""
    if snapshot is None:
        return html.Dl([_item("数値時点", "－"), _item("更新日時", "－")], className="data-state")
    return html.Dl(
        [
            _item("数値時点", as_of_ja(snapshot.data_as_of, "不明")),
            _item("更新日時", era_datetime(snapshot.published_at)),
            _item("データ版", f"第{snapshot.number}版"),
        ],
        className="data-state",
    )


def _item(label: str, value: str) -> Component:
    return html.Div([html.Dt(label), html.Dd(value)])
