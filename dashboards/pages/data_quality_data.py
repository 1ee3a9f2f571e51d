"""データ品質: the columns of its tables and CSV files, and the questions behind them."""

from __future__ import annotations

import pandas as pd

from dashboards.columns import Column
from dashboards.data import last_loaded_day
from dashboards.frames import day, values
from dashboards.pages.base import Dataset
from dashboards.view import View

GAPS_SHOWN = 100


def _feeds(view: View) -> pd.DataFrame:
    """How many days the feed's newest day lies behind the newest data; missing for feeds that owe no day."""
    frame = view.data.feeds()
    newest = last_loaded_day(view.snapshot.data_as_of)
    behind = [None if unit == "month" or last is None or newest is None else max((newest - day(last)).days, 0)
              for unit, last in zip(values(frame, "unit"), values(frame, "last_date"), strict=True)]
    return frame.assign(behind_days=pd.Series(behind, index=frame.index, dtype=object))


FEEDS = Dataset(
    "feeds",
    "取込み定義ごとの鮮度",
    (
        Column("title", "取込み定義"),
        Column("feed", "定義の名前", "code", on_screen=False),
        Column("last_loaded_at", "最終取込み", "time"),
        Column("last_date", "データの\n最終日", "era_date"),
        Column("behind_days", "遅れ", "number", "日"),
        Column("files", "ファイル", "number", "件"),
        Column("refused_files", "うち不受理", "number", "件"),
        Column("expected", "届くべき数", "number"),
        Column("received", "届いた数", "number"),
        Column("gaps", "欠測の\n区間", "number", "件"),
        Column("suspicious_days", "疑わしい\n日", "number", "日"),
        Column("rejected_lines", "却下", "number", "行"),
        Column("open_rejects", "うち未対応", "number", "行"),
    ),
    _feeds,
    by_day=True,
)

COVERAGE = Dataset(
    "coverage",
    "取得率",
    (
        Column("title", "データ"),
        Column("table_name", "表の名前", "code", on_screen=False),
        Column("jst_date", "日付", "date"),
        Column("expected", "期待計測点数", "number", "点"),
        Column("received", "取得計測点数", "number", "点"),
        Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
    ),
    lambda view: view.data.coverage_days(view.period),
    by_day=True,
)

GAPS = Dataset(
    "gaps",
    "欠測の区間",
    (
        Column("title", "取込み定義"),
        Column("feed", "定義の名前", "code", on_screen=False),
        Column("entity_name", "対象"),
        Column("entity", "対象コード", "code", on_screen=False),
        Column("from_jst", "から", "time"),
        Column("to_jst", "まで", "time"),
        Column("minutes", "長さ", "number", "分"),
        Column("expected", "届くべき数", "number"),
        Column("missing", "届かなかった数", "number"),
    ),
    lambda view: view.data.gaps(view.period).sort_values("missing", ascending=False, kind="stable", ignore_index=True),
    by_day=True,
)

ANOMALIES = Dataset(
    "anomalies",
    "疑わしい量",
    (
        Column("title", "取込み定義"),
        Column("feed", "定義の名前", "code", on_screen=False),
        Column("entity_name", "対象"),
        Column("jst_date", "日付", "date"),
        Column("amount", "届いた量", "number"),
        Column("normal", "平常の量", "number"),
        Column("share_pct", "平常に対する割合", "number", "%", 1),
    ),
    lambda view: view.data.anomalies(view.period),
    by_day=True,
)

REJECTS = Dataset(
    "rejects",
    "却下の理由",
    (Column("title", "取込み定義"), Column("feed", "定義の名前", "code", on_screen=False),
     Column("reason", "理由", wraps=True), Column("n", "行数", "number", "行")),
    lambda view: view.data.rejects(view.period),
    by_day=True,
)

LOADS = Dataset(
    "loads",
    "取り込んだファイル",
    (
        Column("title", "取込み定義"),
        Column("feed", "定義の名前", "code", on_screen=False),
        Column("files", "ファイル", "number", "件"),
        Column("refused_files", "うち不受理", "number", "件"),
        Column("accepted", "受入れ", "number", "件"),
        Column("rejected", "却下", "number", "行"),
        Column("last_loaded_at", "最終取込み", "time"),
    ),
    lambda view: view.data.loads(view.period),
    by_day=True,
)

DATASETS = (FEEDS, COVERAGE, GAPS, ANOMALIES, REJECTS, LOADS)
