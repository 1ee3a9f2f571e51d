"""Response headers: nothing from another origin, no inline script but Dash's own, no caching of figures."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request

_CACHED_PREFIXES = ("/_dash-component-suites/", "/assets/", "/_favicon")


def content_policy(script_hashes: Sequence[str]) -> str:
    """The Content-Security-Policy; plotly needs inline styles and a blob worker, never ``unsafe-eval``."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def add_headers(server: Flask, script_hashes: Sequence[str]) -> None:
    """Put the headers on every response of the server."""
    policy = content_policy(script_hashes)

    @server.after_request
    def with_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if not request.path.startswith(_CACHED_PREFIXES):
            response.headers["Cache-Control"] = "no-store"
        return response
