"""``/documents/<report>/<period>[/<body>]/<file>`` gives a document's file; ``POST /reports/make`` makes one anew."""

from __future__ import annotations

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

    @server.get(f"{urls.DOCUMENTS}/<report>/<period>/<name>")
    @server.get(f"{urls.DOCUMENTS}/<report>/<period>/<tenant>/<name>")
    def document(report: str, period: str, name: str, tenant: str = "") -> AnyResponse:
        path = shelf.file(sources.scope_for_request(), report, period, name, tenant)
        if path is None:
            return _text("この内容を表示する権限がないか、指定された報告書はありません。", 404)
        return send_file(path, as_attachment=path.suffix != ".pdf", download_name=path.name, max_age=0)

    @server.post(urls.MAKE_REPORT)
    def make() -> AnyResponse:
        if not _from_here():
            return _text("ほかの画面からの指示は受け付けません。", 403)
        try:
            return _make(shelf, sources.scope_for_request(), request.form)
        except MiharashiError as error:
            return _text(error.paragraph(), 409)
        except Exception:  # noqa: BLE001 - last resort, logged with its number
            number = record_failure("make a report", sources.clock())
            return _text(f"処理中に問題が起きました。エラー番号 {number} を総合窓口に連絡してください。", 500)


def _make(shelf: Shelf, scope: Scope, given: dict[str, str]) -> AnyResponse:
    report, period = given.get("report", ""), Period.parse(given.get("period", ""))
    if not scope.platform:
        return _text("報告書を作成する権限がありません。", 403)
    shelf.make(report, period)
    return redirect(urls.href(urls.REPORTS, period), 303)


def _from_here() -> bool:
    """Whether the form was sent by a page of this server: browsers say where a form comes from."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site == "same-origin"
    return origin is not None and urlsplit(origin).netloc == request.host


def _text(message: str, status: int) -> Response:
    return Response(f"{message}\n", status=status, content_type="text/plain; charset=utf-8")
