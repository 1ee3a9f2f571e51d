"""Finished HTML that no callback reads or writes: to Dash it is one component, whatever its size.

Dash walks every component it knows of, on the server and in the browser; a page's tables have thousands of cells.
``assets/markup.js`` makes the elements.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import aria

Node = dict[str, Any]
"""An element: its name and its properties, children among them."""


def node(tag: str, children: Any, **props: Any) -> Node:
    """An HTML element; the names of the properties are React's, as in Dash's own components."""
    return {"type": tag, "props": {"children": children} | props}


def markup(*parts: Any) -> Node:
    """Nodes, texts and components without callbacks as one component."""
    return {"type": "Markup", "namespace": "miharashi", "props": {"tree": list(parts)}}


def scroll_table(caption: str, head: Node, rows: list[Node], css: str = "", *, tall: bool = False,
                 sortable: bool = False, after: str = "") -> Component:
    """A table in a region that scrolls by itself, with mouse and keyboard; ``after`` is a note below it.

    The rows of a ``sortable`` table carry ``data-sort``, its heads and their buttons ``data-place``.
    """
    parts = [node("Caption", node("Span", caption, className="caption-text")), node("Thead", head), node("Tbody", rows)]
    whole = node("Table", parts, className=f"table {css}".strip(), **({"sortable": True} if sortable else {}))
    region = node("Div", whole, className="table-scroll table-tall" if tall else "table-scroll", tabIndex=0,
                  role="region", **aria(label=caption))
    note = [node("P", after, className="note scroll-hint")] if after else []
    return html.Div(markup(region, *note))  # type: ignore[arg-type]
