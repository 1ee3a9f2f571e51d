"""``/documents/<report>/<period>[/<body>]/<file>`` gives a document's file; ``POST /reports/make`` makes one anew."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from dashboards import urls
from dashboards.errors import record_failure
from dashboards.routing import Sources
from exports.shelf import Shelf
from warehouse.errors import MiharashiError
from warehouse.period import Period
from warehouse.scope import Scope


def add_documents(server: Flask, sources: Sources) -> None:
    """Register both routes, where there is a shelf."""
    shelf = sources.shelf
    if shelf is None:
        return

    def given(path: Path | None) -> AnyResponse:
        if path is None:
            return text_answer("この内容を表示する権限がないか、指定された報告書はありません。", 404)
        return file_answer(path.read_bytes(), path.name)

    @server.get(f"{urls.DOCUMENTS}/<report>/<period>/<name>")
    def document(report: str, period: str, name: str) -> AnyResponse:
        return given(shelf.file(sources.scope_for_request(), report, period, name))

    @server.get(f"{urls.DOCUMENTS}/<report>/<period>/<tenant>/<name>")
    def document_of_body(report: str, period: str, tenant: str, name: str) -> AnyResponse:
        return given(shelf.file(sources.scope_for_request(), report, period, name, tenant))

    @server.post(urls.MAKE_REPORT)
    def make() -> AnyResponse:
        if not from_here():
            return text_answer("ほかの画面からの指示は受け付けません。", 403)
        try:
            return _make(shelf, sources.scope_for_request(), request.form)
        except MiharashiError as error:
            return text_answer(error.paragraph(), 409)
        except Exception:  # noqa: BLE001 - last resort, logged with its number
            number = record_failure("make a report", sources.clock())
            return text_answer(f"処理中に問題が起きました。エラー番号 {number} を総合窓口に連絡してください。", 500)


def _make(shelf: Shelf, scope: Scope, given: dict[str, str]) -> AnyResponse:
    report, period = given.get("report", ""), Period.parse(given.get("period", ""))
    if not scope.platform:
        return text_answer("報告書を作成する権限がありません。", 403)
    shelf.make(report, period)
    return redirect(urls.href(urls.REPORTS, period), 303)


def from_here() -> bool:
    """Whether the form was sent by a page of this server: browsers say where a form comes from."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site == "same-origin"
    return origin is not None and urlsplit(origin).netloc == request.host


def file_answer(content: bytes, name: str) -> AnyResponse:
    """A file to keep; a PDF opens in the browser."""
    return send_file(io.BytesIO(content), as_attachment=not name.endswith(".pdf"), download_name=name, max_age=0)


def text_answer(message: str, status: int) -> Response:
    return Response(f"{message}\n", status=status, content_type="text/plain; charset=utf-8")
