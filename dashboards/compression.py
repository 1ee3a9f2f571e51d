"""Scripts and style sheets are compressed once for each process: plotly's alone takes a quarter of a second."""

from __future__ import annotations

from flask import Flask, Request

from dashboards.recent import Recent

STATIC_PREFIXES = ("/_dash-component-suites/", "/assets/")
"""The same bytes for everybody, for as long as a release is served.  Nothing below them knows of a scope."""
_NEVER = ""
_KEPT = 48
"""More than there are files: a name may carry any version, so that the number of names has no end."""


def static_key(request: Request) -> str:
    """What a compressed answer is kept under; nothing for answers that are not the same for everybody."""
    return request.path if request.method == "GET" and request.path.startswith(STATIC_PREFIXES) else _NEVER


class StaticCache:
    """Keeps compressed scripts by ``<algorithm>;<key>``, as Flask-Compress asks for them; everything else never."""

    def __init__(self) -> None:
        self._kept: Recent[str, bytes] = Recent(_KEPT)

    def get(self, key: str) -> bytes | None:
        return self._kept.get(key)

    def set(self, key: str, compressed: bytes) -> None:
        if not key.endswith(f";{_NEVER}"):
            self._kept.keep(key, compressed)


def compress_static_once(server: Flask) -> None:
    """To be called before Dash turns compression on."""
    server.config["COMPRESS_CACHE_KEY"] = static_key
    server.config["COMPRESS_CACHE_BACKEND"] = StaticCache
