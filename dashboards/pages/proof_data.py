"""根拠: the columns of its tables and CSV files."""

from __future__ import annotations

import pandas as pd

from dashboards.columns import Column
from dashboards.pages.base import Dataset
from dashboards.urls import Subject
from dashboards.view import View
from warehouse.explain import Proof

ROWS_SHOWN = 200


def proof_of(view: View) -> Proof:
    """What the page is about; the whole contract where the link names no entity."""
    return view.data.proof(view.subject or Subject(""), view.period)


def _rows(view: View) -> pd.DataFrame:
    return proof_of(view).rows.assign(period=str(view.period), kpi_id=view.subject.kpi_id if view.subject else "")


def _history(view: View) -> pd.DataFrame:
    proof = proof_of(view)
    subject = Subject(str(proof.definition["kpi_id"]), proof.grain, proof.entity)
    return view.data.kpi_history(subject, view.period)


ROWS = Dataset(
    "rows",
    "値のもとになった行",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("kpi_id", "指標番号", "code", on_screen=False),
        Column("item", "行"),
        Column("detail", "内容", wraps=True),
        Column("numerator", "分子", "number", decimals=3),
        Column("denominator", "分母", "number", decimals=3),
    ),
    _rows,
)

LOADS = Dataset(
    "loads",
    "もとのファイル",
    (
        Column("load_id", "取込み番号", "code"),
        Column("title", "種類"),
        Column("file_name", "ファイル"),
        Column("rows", "期間内の件数", "number", "件"),
        Column("physical_lines", "物理行数", "number", "行"),
        Column("accepted_lines", "受入れ", "number", "行"),
        Column("rejected_lines", "却下", "number", "行"),
        Column("open_rejects", "うち未対応", "number", "行"),
        Column("reject_reasons", "却下の理由", wraps=True),
        Column("loaded_at", "取込み日時", "time"),
        Column("sha256", "SHA-256", "code", on_screen=False),
    ),
    lambda view: proof_of(view).loads,
)

HISTORY = Dataset(
    "history",
    "推移",
    (
        Column("period_id", "対象期間", "code", on_screen=False),
        Column("period_name", "対象期間の名称"),
        Column("value", "値", "number", decimals=3),
        Column("numerator", "分子", "number", decimals=3),
        Column("denominator", "分母", "number", decimals=3),
        Column("target", "目標", "number", decimals=3),
        Column("judgement", "判定", "judgement"),
        Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
    ),
    _history,
)

TARGETS = (
    Column("scope", "目標値の対象"),
    Column("operator", "条件", "code"),
    Column("target", "目標", "number", decimals=3),
    Column("caution", "注意", "number", decimals=3),
    Column("clause", "項番・出所", wraps=True),
    Column("reason", "改定の理由", wraps=True),
    Column("valid_from", "有効開始", "era_date"),
    Column("valid_to", "有効終了", "era_date"),
)

DATASETS = (ROWS, LOADS, HISTORY)
