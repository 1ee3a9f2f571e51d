"""What the server sends besides screens: files, headers, status codes."""

from __future__ import annotations

import csv
import io
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import flask_compress
import openpyxl
import pytest
from dash import Dash

from dashboards.app import create_app
from dashboards.pages.base import Page
from dashboards.routing import PAGES
from exports.shelf import Shelf
from tests.dashboards.conftest import NOW, app_for
from tests.dashboards.fake_reader import FakeReader
from warehouse.reader import Reader
from warehouse.scope import Scope

EMPTY = {"anomalies", "late-answers", "awaiting", "closing", "issues"}
"""In October the demo's amounts are as always, its three bodies got every answer in time, and no change waits.
Without a desk there is no closing, and nothing was issued."""


@pytest.mark.parametrize(("page", "dataset"), [(page, item.name) for page in PAGES for item in page.datasets])
def test_every_dataset_downloads_as_clean_csv(demo_reader: Reader, tmp_path: Path, page: Page, dataset: str) -> None:
    shelf = Shelf(tmp_path, lambda _report, _period: None)
    app = create_app(lambda: demo_reader, demo_reader.whole_scope, lambda: NOW, shelf)
    whose = "tenant=242012&" if page.of_tenant else ""
    response = app.server.test_client().get(
        f"/csv/{page.name}/{dataset}.csv?{whose}kpi=K27&grain=all&period=2026-10"
    )
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
    header = lines[0]
    assert len(set(header)) == len(header)
    assert len(lines) > 1 or dataset in EMPTY, "a file without rows proves nothing"
    assert all(len(line) == len(header) for line in lines)
    assert "…" not in response.data.decode()


def _workbook(app: Dash, path: str) -> openpyxl.Workbook:
    response = app.server.test_client().get(path)
    assert response.status_code == 200, path
    return openpyxl.load_workbook(io.BytesIO(response.data))


@pytest.mark.parametrize("path", [
    "overview/kpi", "overview/lines", "tenants/bodies", "service-level/judgements", "data-quality/coverage",
    "tenant/days", "tenant/tickets",
])
def test_a_workbook_holds_the_same_cells_as_the_csv_file_and_says_what_they_are(
    demo_reader: Reader, path: str
) -> None:
    app = create_app(lambda: demo_reader, demo_reader.whole_scope, lambda: NOW)
    asked = "tenant=242012&period=2026-10"
    text = app.server.test_client().get(f"/csv/{path}.csv?{asked}").data.decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text))
    book = _workbook(app, f"/xlsx/{path}.xlsx?{asked}")
    data, columns, about = (book[name] for name in book.sheetnames)
    assert [cell.value for cell in data[1]] == head and not data.merged_cells.ranges
    for told, row in zip(lines, data.iter_rows(min_row=2, values_only=True), strict=True):
        cells = ["" if value is None else value for value in row]
        assert cells == [pytest.approx(float(text), rel=1e-15) if isinstance(cell, (int, float)) else text
                         for cell, text in zip(cells, told, strict=True)]
    assert [row[1] for row in columns.iter_rows(min_row=2, values_only=True)] == head
    told_about = dict(row[:2] for row in about.iter_rows(min_row=2, values_only=True))
    assert told_about["対象期間"] == "2026-10" and told_about["データ版"] == demo_reader.snapshot.number
    assert told_about.get("団体コード") == ("242012" if path.startswith("tenant/") else None)


def test_a_formula_in_a_ticket_arrives_as_text(staff: Dash) -> None:
    asked = "tenant/tickets.{0}?tenant=242012&period=2026-10"
    body = staff.server.test_client().get(f"/csv/{asked.format('csv')}").data.decode("utf-8-sig")
    assert "'=HYPERLINK" in body
    assert '"=HYPERLINK' not in body
    cells = [cell for row in _workbook(staff, f"/xlsx/{asked.format('xlsx')}").worksheets[0].iter_rows()
             for cell in row if "HYPERLINK" in str(cell.value)]
    assert [(cell.data_type, cell.value[:2]) for cell in cells] == [("s", "'=")]


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        (Scope.none(), "/csv/overview/tenants.csv", 403),
        (Scope.of("242012"), "/csv/overview/tenants.csv", 403),
        (Scope.of("242012"), "/xlsx/overview/tenants.xlsx", 403),
        (Scope.of("242012"), "/xlsx/tenant/days.xlsx?tenant=242021", 403),
        (Scope.of("242012"), "/csv/tenant/days.csv?tenant=242021", 403),
        (Scope.of("242012"), "/csv/tenant/days.csv?tenant=242012", 200),
        (None, "/csv/overview/kpi.csv?period=abc", 400),
        (None, "/csv/overview/nothing.csv", 404),
        (None, "/csv/nothing/kpi.csv", 404),
        (None, "/xlsx/overview/kpi.csv", 404),
    ],
)
def test_files_have_the_rights_of_their_page(reader: FakeReader, scope: Scope | None, path: str, status: int) -> None:
    response = app_for(reader, scope).server.test_client().get(path)
    assert response.status_code == status
    if status != 200:
        assert "市" not in response.get_data(as_text=True)


def test_pages_are_found_and_others_are_404(staff: Dash) -> None:
    client = staff.server.test_client()
    found = {
        path: client.get(path).status_code for path in ("/", "/tenant", "/nowhere", "/health", "/assets/miharashi.css")
    }
    assert found == {"/": 200, "/tenant": 200, "/nowhere": 404, "/health": 200, "/assets/miharashi.css": 200}


def test_headers_forbid_other_origins_and_eval(staff: Dash) -> None:
    headers = staff.server.test_client().get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_first_page_names_no_other_host_and_no_body(staff: Dash) -> None:
    client = staff.server.test_client()
    text = client.get("/").get_data(as_text=True) + client.get("/_dash-layout").get_data(as_text=True)
    assert "http://" not in text
    assert "https://" not in text
    assert "津市" not in text
    assert '<html lang="ja">' in text


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-component-suites/plotly/package_data/plotly.min.js"])
def test_answers_are_compressed(staff: Dash, path: str) -> None:
    response = staff.server.test_client().get(path, headers={"Accept-Encoding": "gzip"})
    assert response.headers.get("Content-Encoding") == "gzip"


def test_a_script_is_compressed_once_and_a_screen_every_time(staff: Dash, monkeypatch: pytest.MonkeyPatch) -> None:
    compressed: list[int] = []
    compress = flask_compress.flask_compress._compress_data
    monkeypatch.setattr(flask_compress.flask_compress, "_compress_data",
                        lambda app, data, how: compressed.append(len(data)) or compress(app, data, how))
    client, gzip = staff.server.test_client(), {"Accept-Encoding": "gzip"}
    script = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    first, again = (client.get(script, headers=gzip) for _ in range(2))
    assert len(compressed) == 1 and first.data == again.data
    kept = client.get(script, headers=gzip | {"If-None-Match": first.headers["ETag"]})
    assert (kept.status_code, kept.data, len(compressed)) == (304, b"", 1)
    for _ in range(2):
        client.get("/_dash-layout", headers=gzip)
    assert len(compressed) == 3


def test_creating_the_app_asks_nothing() -> None:
    def never() -> FakeReader:
        raise AssertionError("opened while creating the app")

    from dashboards.app import create_app

    create_app(never, Scope.none)


def test_the_first_requests_may_come_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    page = app_for(FakeReader()).server.test_client().get("/").data.decode()
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page)
    quick = Dash._generate_scripts_html

    def slow(app: Dash) -> str:
        time.sleep(0.2)
        return quick(app)  # type: ignore[no-any-return]

    monkeypatch.setattr(Dash, "_generate_scripts_html", slow)
    server = app_for(FakeReader()).server
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda script: server.test_client().get(script).status_code, scripts)
    assert len(scripts) > 5 and set(answers) == {200}
