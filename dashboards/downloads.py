"""``/csv/<page>/<dataset>.csv``: the data of a figure or table as a file, under the same rights as the page."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, Response, request

from dashboards import urls
from dashboards.csv_file import csv_bytes
from dashboards.errors import record_failure
from dashboards.gate import Refused, enter
from dashboards.pages.base import Dataset, Page
from dashboards.routing import Sources, page_named
from dashboards.view import View
from warehouse.errors import MiharashiError


def add_downloads(server: Flask, sources: Sources) -> None:
    """Register the download route."""

    @server.get("/csv/<page_name>/<dataset_name>.csv")
    def download(page_name: str, dataset_name: str) -> Response:
        page = page_named(page_name)
        dataset = page.dataset(dataset_name) if page else None
        if page is None or dataset is None:
            return _text("指定されたデータはありません。", 404)
        return _answer(page, dataset, sources)


def _answer(page: Page, dataset: Dataset, sources: Sources) -> Response:
    now = sources.clock()
    choice = urls.parse(page.path, request.query_string.decode("ascii", "replace"))
    try:
        scope = sources.scope_for_request()
        view = enter(page, choice, scope, sources.open_reader(), sources.cache, now)
        return _file(page, dataset, view)
    except Refused:
        return _text("この内容を表示する権限がありません。", 403)
    except MiharashiError as error:
        return _text(error.paragraph(), 400)
    except Exception:  # noqa: BLE001 - last resort, logged with its number
        number = record_failure(f"download {page.name}/{dataset.name}", now)
        return _text(f"処理中に問題が起きました。エラー番号 {number} を総合窓口に連絡してください。", 500)


def _file(page: Page, dataset: Dataset, view: View) -> Response:
    body = csv_bytes(dataset.load(view), dataset.columns)
    response = Response(body, content_type="text/csv; charset=utf-8")
    period = str(view.period) if page.of_period else ""
    name = "_".join(part for part in (page.label, view.tenant, dataset.title, period) if part) + ".csv"
    plain = "-".join(part for part in (page.name, dataset.name, period) if part) + ".csv"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response


def _text(message: str, status: int) -> Response:
    return Response(f"{message}\n", status=status, content_type="text/plain; charset=utf-8")
