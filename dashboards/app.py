"""The Dash application: a shell, one callback that answers links, two in the browser, downloads and headers.

Wiring only. Nothing is queried when this module is imported or when the app is created.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from flask import Flask, Response, request

from dashboards import urls
from dashboards.answers import Answers
from dashboards.components.aria import aria
from dashboards.components.header import PRODUCT, SUBTITLE, masthead
from dashboards.compression import compress_static_once
from dashboards.data import FrameCache
from dashboards.desk_routes import add_desk
from dashboards.documents import add_documents
from dashboards.downloads import add_downloads
from dashboards.routing import Sources, page_at
from dashboards.security import add_headers
from exports.shelf import Shelf
from warehouse.reading import FrameReader
from warehouse.scope import Scope

HEALTH_PATH = "health"
_ASSETS = Path(__file__).parent / "assets"
# What Dash asks for only when the first figure comes is fetched while the page is being made.
_INDEX = """<!DOCTYPE html>
<html lang="ja">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
{%css%}
<link rel="prefetch" as="script" href="/_dash-component-suites/dash/dcc/async-graph.js">
<link rel="prefetch" as="script" href="/_dash-component-suites/plotly/package_data/plotly.min.js">
</head>
<body>
<noscript>
<p class="noscript">この画面の表示にはJavaScriptが必要です。ブラウザーの設定で有効にしてください。</p>
</noscript>
{%app_entry%}
{%config%}
{%scripts%}
{%renderer%}
</body>
</html>"""


class _JapaneseDash(Dash):
    """Dash whose first moment, before any script has run, speaks Japanese."""

    def index(self, *args: Any, **kwargs: Any) -> str:
        page: str = super().index(*args, **kwargs)  # type: ignore[no-untyped-call]
        return page.replace("Loading...", "読み込んでいます…")


def create_app(
    open_reader: Callable[[], FrameReader],
    scope_for_request: Callable[[], Scope],
    clock: Callable[[], datetime] = datetime.now,
    shelf: Shelf | None = None,
    watch: Callable[[Callable[[FrameReader], None]], None] | None = None,
) -> Dash:
    """The app; serve its ``.server`` with any WSGI server.

    ``open_reader`` is called once per request and returns a reader of the current snapshot (opening is its business);
    ``scope_for_request`` says what the request being served may see; ``clock`` gives naive Japanese time; ``shelf``
    holds the documents, without it there are none.  ``watch`` is told what to do with the reader of every new snapshot
    before requests get it (:meth:`warehouse.current.CurrentReader.watch`).
    """
    server = Flask("dashboards")
    compress_static_once(server)
    app = _JapaneseDash(
        "dashboards",
        server=server,  # type: ignore[arg-type]
        assets_folder=str(_ASSETS),
        title=PRODUCT,
        description=SUBTITLE,
        update_title="",
        index_string=_INDEX,
        health_endpoint=HEALTH_PATH,
        compress=True,
        suppress_callback_exceptions=True,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        enable_mcp=False,
    )
    app.layout = shell()
    sources = Sources(open_reader, scope_for_request, clock, FrameCache(), shelf)
    answers = Answers(sources)
    _answer_links(app, answers)
    _open_in_browser(app)
    add_downloads(server, sources)
    add_documents(server, sources)
    add_desk(server, sources)
    _unknown_paths_are_404(server)
    add_headers(server, app.csp_hashes())
    _set_up_before_anyone_asks(server)
    if watch:
        watch(answers.make_ready)
    return app


def _set_up_before_anyone_asks(server: Flask) -> None:
    """Dash sets itself up on its first request, and answers those that come meanwhile as if it knew no script."""
    server.test_client().get("/")


def shell() -> Component:
    """What every page has; it holds no figure and no name."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="screen-title"),
            html.A("本文へ移動", href="#content", className="skip-link"),
            html.Header(
                [
                    html.Div([masthead(), html.Div(id="data-state")], className="header-inner"),
                    html.Nav(id="navigation", className="nav", **aria(label="画面の一覧")),
                ],
                className="header",
            ),
            html.Main(html.P("読み込んでいます。", className="loading"), id="content", tabIndex=-1),
            html.Div(id="announcement", className="visually-hidden", role="status", **aria(live="polite")),
            html.Footer([html.Span(PRODUCT), html.Span(SUBTITLE)], className="footer"),
        ],
        className="page",
    )


def _answer_links(app: Dash, answers: Answers) -> None:
    @app.callback(
        Output("content", "children"),
        Output("navigation", "children"),
        Output("data-state", "children"),
        Output("screen-title", "data"),
        Input("url", "pathname"),
        Input("url", "search"),
    )
    def show(pathname: str | None, search: str | None) -> tuple[Any, ...]:
        return answers.of(urls.parse(pathname, search))

    in_browser: Any = app.clientside_callback
    in_browser(
        ClientsideFunction("miharashi", "announce"),
        Output("announcement", "children"),
        Input("screen-title", "data"),
    )


def _open_in_browser(app: Dash) -> None:
    """A click on what a figure shows of a body opens the body's page."""
    in_browser: Any = app.clientside_callback
    in_browser(
        ClientsideFunction("miharashi", "open"),
        Output("url", "href"),
        Input("figure-bodies-map", "clickData"),
        Input("figure-bodies-ranking", "clickData"),
        prevent_initial_call=True,
    )


def _unknown_paths_are_404(server: Flask) -> None:
    """Dash answers every path with its index; a path without a page keeps the body but says 404."""

    @server.after_request
    def with_status(response: Response) -> Response:
        serves_index = request.endpoint in ("/", "/<path:path>") and response.status_code == 200
        if serves_index and page_at(urls.parse(request.path, None).path) is None:
            response.status_code = 404
        return response
