"""データカタログ: the columns of its tables and CSV files, and the questions behind them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.frames import day, rows, values
from dashboards.pages.base import Dataset
from dashboards.view import View
from dashboards.wording import with_unit
from warehouse.catalogue import ColumnDoc, FeedDoc
from warehouse.japanese import number

_NO_TARGET = "未設定"


def tables(view: View) -> pd.DataFrame:
    """One row per table, with how many columns it has."""
    frame = view.data.catalogue_tables()
    counted = view.data.catalogue_columns()["table_name"].value_counts()
    return frame.assign(column_count=[int(counted.get(name, 0)) for name in frame["table_name"]])


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of tables with the kind of their values in Japanese."""
    return frame.assign(type_title=[_type(row) for row in rows(frame)])


def _type(row: dict[str, Any]) -> str:
    return ColumnDoc(row["column_name"], row["title"], row["data_type"], row["unit"], row["meaning"], row["is_key"],
                     row["codes"], row["codes_title"] or "").type_title


def feeds(view: View) -> pd.DataFrame:
    """One row per feed, with what it promised in words."""
    frame = view.data.catalogue_feeds()
    return frame.assign(promise=[FeedDoc(**row).promise for row in rows(frame)])


def kpis(view: View) -> pd.DataFrame:
    """One row per measure and target, grains and direction in words."""
    frame = view.data.catalogue_kpis()
    grains, directions = _names(view, "grain"), _names(view, "kpi_direction")
    return frame.assign(
        grain_names=["、".join(grains.get(code, code) for code in text.split(",")) for text in frame["grains"]],
        direction_name=[directions.get(code, code) for code in frame["direction"]],
        target_text=[_target(row) for row in rows(frame)],
    )


def _target(row: dict[str, Any]) -> str:
    """100%以上; 未設定 where the contract gives no value, empty for a measure that never had a target."""
    if row["operator"] is None:
        return ""
    if row["target"] is None:
        return _NO_TARGET
    decimals = 0 if float(row["target"]).is_integer() else int(row["decimals"])
    return with_unit(number(row["target"], decimals), row["unit"]) + ("以上" if row["operator"] == ">=" else "以下")


def _names(view: View, list_name: str) -> dict[str, str]:
    frame = view.data.catalogue_codes()
    own = frame[frame["list_name"] == list_name]
    return dict(zip(values(own, "code"), values(own, "name"), strict=True))


def measures(view: View) -> pd.DataFrame:
    """One row per measure, all of its targets that are still valid in one cell."""
    today = view.now.date()
    found: dict[str, dict[str, Any]] = {}
    for row in rows(kpis(view)):
        measure = found.setdefault(row["kpi_id"], row | {"target": None, "targets": []})
        if row["operator"] is None or (row["valid_to"] is not None and day(row["valid_to"]) < today):
            continue
        measure["target"] = row["target"] if measure["target"] is None else measure["target"]
        if row["target_text"] not in measure["targets"]:
            measure["targets"].append(row["target_text"])
    return pd.DataFrame([measure | {"target_text": "、".join(measure["targets"])} for measure in found.values()])


TABLES = Dataset(
    "tables",
    "表の一覧",
    (
        Column("title", "名称"),
        Column("table_name", "物理名", "code"),
        Column("kind_name", "種類", on_screen=False),
        Column("grain", "1行の単位", wraps=True),
        Column("keys", "キーの列", on_screen=False),
        Column("source", "出どころ", on_screen=False),
        Column("readers_name", "読める人", wraps=True),
        Column("column_count", "列", "number"),
        Column("row_count", "行数", "number", "行"),
        Column("first_month", "最初の月", "month"),
        Column("last_month", "最後の月", "month"),
        Column("last_loaded_at", "最終取込み", "time"),
    ),
    tables,
)
OF_PREFECTURE = ("row_count", "first_month", "last_month", "last_loaded_at")
"""Columns that only the prefecture may read."""

COLUMNS = Dataset(
    "columns",
    "すべての列",
    (
        Column("table_name", "表の物理名", "code", on_screen=False),
        Column("position", "順序", "number", on_screen=False),
        Column("title", "名称"),
        Column("column_name", "物理名", "code"),
        Column("is_key", "キー", "yes_no"),
        Column("type_title", "型"),
        Column("data_type", "データベースの型", "code", on_screen=False),
        Column("unit", "単位"),
        Column("meaning", "意味", wraps=True),
        Column("codes", "コード表の名前", "code", on_screen=False),
        Column("codes_title", "コード表"),
    ),
    lambda view: typed(view.data.catalogue_columns()),
)

CODES = Dataset(
    "codes",
    "コード表",
    (
        Column("list_title", "コード表"),
        Column("list_name", "コード表の名前", "code", on_screen=False),
        Column("is_fixed", "プログラムで固定", "yes_no", on_screen=False),
        Column("code", "コード", "code"),
        Column("name", "名称", wraps=True),
        Column("detail", "定義・単位", wraps=True),
        Column("valid_from", "有効期間の始め", "era_date"),
        Column("valid_to", "有効期間の終わり", "era_date"),
    ),
    lambda view: view.data.catalogue_codes(),
)

KPIS = Dataset(
    "kpis",
    "指標の定義",
    (
        Column("kpi_id", "番号", "code"),
        Column("name", "指標", wraps=True),
        Column("purpose", "目的", on_screen=False),
        Column("formula", "算式", wraps=True),
        Column("numerator", "分子", on_screen=False),
        Column("denominator", "分母", on_screen=False),
        Column("exclusions", "除外するもの", on_screen=False),
        Column("unit", "単位"),
        Column("factor", "倍率", "number", on_screen=False),
        Column("decimals", "小数の桁数", "number", on_screen=False),
        Column("rounding", "端数処理", "code", on_screen=False),
        Column("direction_name", "良い方向", on_screen=False),
        Column("grain_names", "粒度", wraps=True),
        Column("target_text", "目標"),
        Column("target_grain", "目標の粒度", "code", on_screen=False),
        Column("target_entity", "目標の対象", "code", on_screen=False),
        Column("target_clause", "目標の出所", on_screen=False),
        Column("target_reason", "目標の理由", on_screen=False),
        Column("valid_from", "目標の有効期間の始め", "era_date", on_screen=False),
        Column("valid_to", "目標の有効期間の終わり", "era_date", on_screen=False),
        Column("clause", "仕様書の項番", wraps=True),
        Column("model", "算出する表", "code"),
    ),
    kpis,
)

FEEDS = Dataset(
    "feeds",
    "取込み定義",
    (
        Column("title", "取込み定義"),
        Column("feed", "物理名", "code", on_screen=False),
        Column("file_names", "ファイルの名前", wraps=True),
        Column("table_title", "入る表"),
        Column("table_name", "入る表の物理名", "code", on_screen=False),
        Column("promise", "届くべきもの", wraps=True),
        Column("interval_minutes", "間隔", "number", "分", on_screen=False),
        Column("due_day", "期限の日（翌月）", "number", "日", on_screen=False),
        Column("first_date", "データの最初の日", "era_date", on_screen=False),
        Column("last_date", "データの\n最終日", "era_date"),
        Column("covered_to", "取り込んだ月", "month"),
        Column("files", "ファイル", "number", "件"),
        Column("accepted_rows", "受入れ", "number", "件"),
        Column("last_loaded_at", "最終取込み", "time"),
    ),
    feeds,
)
FEED_COLUMNS_OF_PREFECTURE = ("files", "accepted_rows", "last_loaded_at")

DATASETS = (TABLES, COLUMNS, CODES, KPIS, FEEDS)
