"""The data of a figure or table as a file, under the same rights as the page.

``/csv/<page>/<dataset>.csv`` and ``/xlsx/<page>/<dataset>.xlsx``, with the query string of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from flask import Flask, Response, request

from dashboards import urls
from dashboards.columns import iso
from dashboards.csv_file import csv_bytes
from dashboards.data import Data
from dashboards.errors import UnknownChoice, record_failure
from dashboards.excel_file import xlsx_bytes
from dashboards.gate import Refused, enter
from dashboards.pages.base import Dataset, Page
from dashboards.routing import Sources, page_named
from dashboards.view import View
from warehouse.errors import MiharashiError
from warehouse.period import DayRange


@dataclass(frozen=True)
class _Format:
    ending: str
    content_type: str
    write: Callable[[Page, Dataset, View], bytes]


def _csv(_: Page, dataset: Dataset, view: View) -> bytes:
    return csv_bytes(dataset.load(view), dataset.columns)


def _xlsx(page: Page, dataset: Dataset, view: View) -> bytes:
    return xlsx_bytes(dataset.title, dataset.load(view), dataset.columns, _about(page, dataset, view))


_FORMATS = (
    _Format("csv", "text/csv; charset=utf-8", _csv),
    _Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
)


def add_downloads(server: Flask, sources: Sources) -> None:
    """Register one route for each format."""
    for known in _FORMATS:
        answer = partial(_download, known, sources)
        ending = known.ending
        server.add_url_rule(f"/{ending}/<page_name>/<dataset_name>.{ending}", f"download-{ending}", answer)


def _download(known: _Format, sources: Sources, page_name: str, dataset_name: str) -> Response:
    page = page_named(page_name)
    dataset = page.dataset(dataset_name) if page else None
    if page is None or dataset is None:
        return _text("指定されたデータはありません。", 404)
    now = sources.clock()
    choice = urls.parse(page.path, request.query_string.decode("ascii", "replace"))
    try:
        scope = sources.scope_for_request()
        data = Data(sources.open_reader(), scope, sources.cache)
        view = enter(page, choice, data, now, sources.shelf)
        _check_days(page, dataset, view)
        return _file(known, page, dataset, view)
    except Refused:
        return _text("この内容を表示する権限がありません。", 403)
    except MiharashiError as error:
        return _text(error.paragraph(), 400)
    except Exception:  # noqa: BLE001 - last resort, logged with its number
        number = record_failure(f"download {page.name}/{dataset.name}", now)
        return _text(f"処理中に問題が起きました。エラー番号 {number} を総合窓口に連絡してください。", 500)


def _check_days(page: Page, dataset: Dataset, view: View) -> None:
    if page.of_period and isinstance(view.period, DayRange) and not dataset.by_day:
        raise UnknownChoice("この内容は日の範囲では示せません",
                            f"「{dataset.title}」は、月・四半期・半期・年度を単位に集計します。",
                            "period に 2026-10 のような対象期間を指定してください。")


def _file(known: _Format, page: Page, dataset: Dataset, view: View) -> Response:
    response = Response(known.write(page, dataset, view), content_type=known.content_type)
    entity = view.entity.code if view.entity and dataset.of_entity else None
    period = str(view.period) if page.of_period else ""
    stem = "_".join(part for part in (page.label, view.tenant, entity, dataset.title, period) if part)
    plain = "-".join(part for part in (page.name, dataset.name, period) if part)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}.{known.ending}\"; filename*=UTF-8''{quote(stem)}.{known.ending}")
    return response


def _about(page: Page, dataset: Dataset, view: View) -> list[tuple[str, str | int]]:
    found: list[tuple[str, str | int]] = [("画面", page.label), ("データ", dataset.title)]
    if page.of_period:
        found += [("対象期間", str(view.period)), ("対象期間の名称", view.period.label_ja)]
    if view.tenant:
        found += [("団体コード", view.tenant), ("団体名", view.tenant_name())]
    if view.entity and dataset.of_entity:
        found.append(("対象コード", view.entity.code))
    snapshot = view.snapshot
    as_of = [("数値時点", iso(snapshot.data_as_of))] if snapshot.data_as_of else []
    return [*found, *as_of, ("更新日時", iso(snapshot.published_at)), ("データ版", snapshot.number)]


def _text(message: str, status: int) -> Response:
    return Response(f"{message}\n", status=status, content_type="text/plain; charset=utf-8")
