"""Report -> source data workbook that machines can read: one table a sheet, values only, missing = empty + reason.

Follows the rules on machine readability of administrative data (31 March 2026): no merged cells, pictures or formulas,
row 1 = unique column names with units, ISO dates, codes as text, numbers as numbers.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from exports.model import Chart, Dataset, Field, RawValue, Report, Table
from exports.sheets import Sheets, workbook

_TYPE_NAMES = {
    "text": "文字列",
    "integer": "整数",
    "number": "数値",
    "date": "日付（ISO 8601）",
    "datetime": "日時（ISO 8601、日本標準時）",
    "boolean": "真偽（TRUE又はFALSE）",
}
_CODE_LISTS = {
    "tenant_code": ("団体コード", "tenants", "tenant_code", "name"),
    "kpi_id": ("指標番号", "kpi_catalogue", "kpi_id", "name"),
    "service_id": ("サービスコード", "service_month", "service_id", "name"),
    "line_id": ("回線コード", "line_month", "line_id", "name"),
    "group_id": ("回線群コード", "line_group_month", "group_id", "name"),
    "device_id": ("機器コード", "device_month", "device_id", "name"),
    "metric": ("項目コード", "device_month", "metric", "metric_name"),
    "severity": ("危険度", "detection_trend", "severity", "severity_name"),
    "ticket_kind": ("区分コード", "ticket_trend", "ticket_kind", "kind_name"),
    "channel": ("受付経路コード", "ticket_matrix", "channel", "channel_name"),
    "change_kind": ("変更区分コード", "change_month", "change_kind", "name"),
    "function": ("機能コード", "detection_function_month", "function", "function_name"),
    "kind": ("種別コード", "licence_month", "kind", "name"),
}
_LONGER_CODE_LISTS = (
    ("サービスコード", "service_period", "service_id", "name"),
    ("回線・回線群コード", "line_period", "entity", "name"),
    ("機器コード", "device_results", "device_id", "name"),
    ("項目コード", "device_results", "metric", "metric_name"),
    ("受付経路コード", "ticket_matrix_period", "channel", "channel_name"),
    ("変更区分コード", "change_kinds_period", "change_kind", "name"),
    ("機能コード", "detection_functions", "function", "function_name"),
    ("種別コード", "licence_results", "kind", "name"),
)
"""Of reports on halves and years, whose sources answer for the whole period."""
_DIRECTIONS = (("方向コード", "in", "受信"), ("方向コード", "out", "送信"))


def write_excel(report: Report) -> bytes:
    """The workbook's bytes: data sheets, then 図表一覧, 項目定義, コード表 and 作成情報."""
    out = io.BytesIO()
    with workbook(out) as book:
        book.set_properties(
            {
                "title": f"{report.header_text}　元データ",
                "author": report.cover.submitter,
                "subject": report.cover.contract_name,
                "created": report.provenance.created_at,
            }
        )
        book.set_size(1800, 1200)
        sheets = Sheets(book)
        for dataset in report.datasets:
            sheets.add(dataset.sheet, [header(field) for field in dataset.fields], dataset.rows)
        sheets.add("図表一覧", ["図表番号", "題名", "シート名", "出所"], _figures(report))
        sheets.add("項目定義", list(_DICTIONARY), _dictionary(report.datasets))
        sheets.add("コード表", ["コード種別", "コード", "名称"], _codes(report.datasets))
        sheets.add("作成情報", ["項目", "値"], _about(report))
    return out.getvalue()


_NO_SHEET = "元データなし"
"""For a table that stands for data which no file brings."""
_DICTIONARY = ("シート名", "列番号", "項目名", "物理名", "型", "単位", "意味", "出所")


def header(field: Field) -> str:
    """Column name with its unit: 「通信量（バイト）」."""
    return f"{field.header}（{field.unit}）" if field.unit and field.unit != "単位列による" else field.header


def _figures(report: Report) -> list[tuple[RawValue, ...]]:
    rows: list[tuple[RawValue, ...]] = []
    for block in report.blocks():
        if isinstance(block, (Table, Chart)):
            sheets = [dataset.sheet for dataset in report.datasets if block.label in dataset.used_in]
            rows += [(block.label, block.title, sheet, block.source) for sheet in sheets or (_NO_SHEET,)]
    return rows


def _dictionary(datasets: Iterable[Dataset]) -> list[tuple[RawValue, ...]]:
    return [
        (
            dataset.sheet, at, header(field), f"{dataset.name}.{field.name}", _TYPE_NAMES[field.type],
            field.unit or None, field.meaning, dataset.source,
        )
        for dataset in datasets
        for at, field in enumerate(dataset.fields, 1)
    ]  # fmt: skip


def _codes(datasets: Iterable[Dataset]) -> list[tuple[RawValue, ...]]:
    by_name = {dataset.name: dataset for dataset in datasets}
    rows: list[tuple[RawValue, ...]] = []
    for label, query, code, name in (*_CODE_LISTS.values(), *_LONGER_CODE_LISTS):
        if query in by_name:
            rows += _code_list(label, by_name[query], code, name)
    return [*rows, *_DIRECTIONS]


def _code_list(label: str, dataset: Dataset, code: str, name: str) -> list[tuple[RawValue, ...]]:
    names = [field.name for field in dataset.fields]
    places = names.index(code), names.index(name)
    pairs = dict.fromkeys((row[places[0]], row[places[1]]) for row in dataset.rows)
    return [(label, str(found), shown) for found, shown in pairs if found is not None]


def _about(report: Report) -> list[tuple[RawValue, ...]]:
    made = report.provenance
    return [
        ("文書名", report.header_text),
        ("文書番号", report.cover.document_number),
        ("版", report.cover.version),
        ("対象期間", made.period),
        ("作成日時", made.created_at),
        ("データ基準日時", made.data_as_of),
        ("スナップショット番号", made.snapshot),
        ("機密区分", report.cover.classification),
        ("文字コード", "UTF-8（Office Open XML）"),
        ("時刻", "日本標準時"),
        ("空欄の扱い", "空欄は値がないことを示し、0とは区別する。空欄の理由は「欠測理由」列による。"),
    ]
