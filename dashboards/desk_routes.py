"""What staff do to documents from the レポート page: order, write, sign, issue; and previews, issued files, archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from dashboards import urls
from dashboards.documents import file_answer, from_here, text_answer
from dashboards.errors import record_failure
from dashboards.routing import Sources
from exports.archive import Search, archive_zip, issued_file, search
from exports.desk import Desk
from exports.errors import PeriodKindError, ReportNameError
from exports.issue import AlreadyIssued, preview
from exports.pdf import preview_html
from exports.places import known_place
from exports.shelf import Shelf
from exports.signing import take_step
from state.documents import DocumentKey, require_handling
from state.errors import NotAllowedHere
from warehouse.errors import MiharashiError
from warehouse.period import Period
from warehouse.scope import Scope

MAKE, ISSUE = "make", "issue"
"""Steps that take a while: they are queued."""


def add_desk(server: Flask, sources: Sources) -> None:
    """Register the routes, where there is a shelf; they answer where it has a desk."""
    shelf = sources.shelf
    if shelf is None:
        return

    def told(act: Callable[[Shelf, Desk, Scope], AnyResponse]) -> AnyResponse:
        try:
            if shelf.desk is None:
                return text_answer("指定された画面はありません。", 404)
            return act(shelf, shelf.desk, sources.scope_for_request())
        except MiharashiError as error:
            return text_answer(error.paragraph(), 409)
        except Exception:  # noqa: BLE001 - last resort, logged with its number
            number = record_failure("handle a document", sources.clock())
            return text_answer(f"処理中に問題が起きました。エラー番号 {number} を総合窓口に連絡してください。", 500)

    def ordered(act: Callable[[Shelf, Desk, Scope], AnyResponse]) -> AnyResponse:
        if not from_here():
            return text_answer("ほかの画面からの指示は受け付けません。", 403)
        return told(act)

    @server.post(urls.STEP)
    def step() -> AnyResponse:
        return ordered(lambda shelf, desk, scope: _step(shelf, desk, scope, request.form, sources))

    @server.post(urls.COMMENT)
    def comment() -> AnyResponse:
        return ordered(lambda shelf, desk, scope: _comment(shelf, desk, scope, request.form, sources))

    @server.get(urls.JOBS)
    def jobs() -> AnyResponse:
        return told(lambda _, desk, scope: _jobs(desk, scope))

    @server.get(f"{urls.PREVIEW}/<report>/<period>")
    def preview_page(report: str, period: str) -> AnyResponse:
        given = {"report": report, "period": period, "tenant": request.args.get("tenant", "")}
        return told(lambda shelf, desk, scope: _preview(shelf, desk, scope, given, sources))

    @server.get(f"{urls.ISSUED}/<int:number>/<name>")
    def issued(number: int, name: str) -> AnyResponse:
        return told(lambda _, desk, scope: _issued(desk, scope, number, name))

    @server.get(urls.ARCHIVE)
    def archive() -> AnyResponse:
        return told(lambda _, desk, scope: _archive(desk, scope, request.args))


def author_of(given: Mapping[str, str]) -> str:
    """Who does it: the name that the form gives, until there are accounts to sign in with."""
    return given.get("by", "").strip()


def document_of(shelf: Shelf, scope: Scope, given: Mapping[str, str]) -> DocumentKey:
    """The document that a form is about, of a report that there is, for its kind of period.

    Raises :class:`NotAllowedHere` for one that the scope does not handle, whether it exists or not.
    """
    report, tenant = given.get("report", ""), given.get("tenant", "")
    offers = {offer.report: offer for offer in shelf.offers()}
    if not scope.platform:
        raise NotAllowedHere
    if report not in offers:
        raise ReportNameError(report, tuple(offers))
    offer, period = offers[report], Period.parse(given.get("period", ""))
    if period.kind != offer.kind:
        raise PeriodKindError(offer.title, period.label_ja, offer.kind)
    key = DocumentKey(report, str(period), tenant)
    if not (offer.of_bodies if tenant else offer.of_prefecture):
        raise NotAllowedHere
    require_handling(scope, key)
    return key


def _step(shelf: Shelf, desk: Desk, scope: Scope, given: Mapping[str, str], sources: Sources) -> AnyResponse:
    key, step = document_of(shelf, scope, given), given.get("step", "")
    if step == MAKE and (entry := desk.register.last(scope, key)) is not None:
        raise AlreadyIssued(entry)
    if step in (MAKE, ISSUE):
        desk.jobs.order(scope, key, author_of(given), sources.clock(), step)
    else:
        take_step(desk, scope, key, step, author_of(given), sources.clock(), given.get("note", ""))
    return _back(key)


def _back(key: DocumentKey) -> AnyResponse:
    entity = urls.Entity(urls.DOCUMENT, document_code(key.report, key.tenant))
    return redirect(urls.href(urls.REPORTS, Period.parse(key.period), entity=entity), 303)


def document_code(report: str, tenant: str) -> str:
    """How a link names a document of its period: monthly-operations, tenant-annual:242012."""
    return f"{report}:{tenant}" if tenant else report


def _comment(shelf: Shelf, desk: Desk, scope: Scope, given: Mapping[str, str], sources: Sources) -> AnyResponse:
    """Keep a text; a script gets what became of it as JSON, a plain form the page again."""
    key, place = document_of(shelf, scope, given), given.get("place", "")
    known_place(key.report, key.tenant, place)
    based_on = given.get("based_on", "")
    saved = desk.commentary.save(scope, key, place, given.get("text", ""), author_of(given), sources.clock(),
                                 based_on=int(based_on) if based_on.isdecimal() else 0)
    if request.accept_mimetypes.best != "application/json":
        return _back(key)
    at = f"{saved.entry.written_at:%H:%M}"
    told = f"{at} に第{saved.entry.version}版として保存しました。"
    if saved.conflict:
        told = (f"{saved.newest.author}さんが先に書いた文があります。"
                f"あなたの文も第{saved.entry.version}版として残しました。"
                "下の文と合わせて一つにまとめると、この欄の文に定まります。")
    return jsonify(version=saved.newest.version, conflict=saved.conflict, told=told,
                   other=saved.newest.text if saved.conflict else "")


def _jobs(desk: Desk, scope: Scope) -> AnyResponse:
    found: dict[str, Any] = {
        str(job.number): {"open": job.open, "title": job.title, "step": job.step, "done": job.done, "total": job.total}
        for job in desk.jobs.newest(scope)}
    return jsonify(found)


def _preview(shelf: Shelf, desk: Desk, scope: Scope, given: Mapping[str, str], sources: Sources) -> AnyResponse:
    report = preview(desk, scope, document_of(shelf, scope, given), sources.clock())
    return AnyResponse(preview_html(report), content_type="text/html; charset=utf-8")


def _issued(desk: Desk, scope: Scope, number: int, name: str) -> AnyResponse:
    entry = next((one for one in desk.register.issues(scope) if one.number == number), None)
    if entry is None:
        raise NotAllowedHere
    return file_answer(issued_file(desk, scope, entry, name), name)


def _archive(desk: Desk, scope: Scope, given: Mapping[str, str]) -> AnyResponse:
    period = given.get("period", "")
    wanted = Search(Period.parse(period) if period else None, given.get("tenant", ""), given.get("report", ""),
                    bool(given.get("newest")))
    return file_answer(archive_zip(desk, scope, search(desk, scope, wanted)), "発行済み文書.zip")
