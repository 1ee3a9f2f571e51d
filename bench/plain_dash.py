"""A page of plain Dash with six figures and no product behind it: what our pages are measured against.

``bench.plain_dash:server`` for gunicorn, as our own server runs.
"""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, dcc, html
from flask import Flask

_FIGURES, _POINTS = 6, 31


def _figure(number: int) -> dict[str, Any]:
    days = list(range(1, _POINTS + 1))
    lines = [{"type": "scatter", "x": days, "y": [(day * (number + 3) * (place + 1)) % 97 for day in days]}
             for place in range(3)]
    return {"data": lines, "layout": {"title": {"text": f"図{number + 1}"}}}


def _app() -> Dash:
    app = Dash("plain_dash", compress=True)
    app.layout = html.Div([dcc.Location(id="url"), html.Div(id="content")])

    @app.callback(Output("content", "children"), Input("url", "pathname"))
    def show(_: str | None) -> list[Any]:
        return [html.H1("素のDash", id="page-title"),
                *(dcc.Graph(id=f"figure-{number}", figure=_figure(number)) for number in range(_FIGURES))]

    return app


server: Flask = _app().server
server.test_client().get("/")  # Dash sets itself up on its first request
