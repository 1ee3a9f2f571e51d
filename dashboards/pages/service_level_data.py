"""サービスレベル: the columns of its tables and CSV files, and the questions behind them."""

from __future__ import annotations

from dashboards.columns import Column
from dashboards.frames import rows
from dashboards.pages.base import Dataset
from dashboards.view import View

LEVELS = Dataset(
    "levels",
    "全指標",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("kpi_id", "指標番号", "code"),
        Column("name", "指標"),
        Column("grain", "粒度", "code", on_screen=False),
        Column("entity", "対象コード", "code", on_screen=False),
        Column("entity_name", "対象", wraps=True),
        Column("value", "実績", "number", decimals=3),
        Column("unit", "単位", on_screen=False),
        Column("numerator", "分子", "number", on_screen=False),
        Column("denominator", "分母", "number", on_screen=False),
        Column("target", "目標", "number", decimals=3),
        Column("target_text", "目標の条件", on_screen=False),
        Column("judgement", "判定", "judgement"),
        Column("previous_value", "前の期間", "number", decimals=3),
        Column("last_year_value", "前年同期", "number", decimals=3),
        Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
        Column("clause", "仕様書の項番", on_screen=False),
    ),
    lambda view: view.data.service_levels(view.period).assign(period=str(view.period)),
)

JUDGEMENTS = Dataset(
    "judgements",
    "判定の推移",
    (
        Column("kpi_id", "指標番号", "code"),
        Column("grain", "粒度", "code"),
        Column("entity", "対象コード", "code"),
        Column("period_id", "対象期間", "code"),
        Column("value", "実績", "number", decimals=3),
        Column("target", "目標", "number", decimals=3),
        Column("judgement", "判定", "judgement"),
    ),
    lambda view: view.data.judgements(view.period),
)

DATASETS = (LEVELS, JUDGEMENTS)


def figure_key(row: dict[str, object]) -> tuple[str, str, str]:
    """Which figure a row tells of: measure, grain, entity."""
    return str(row["kpi_id"]), str(row["grain"]), str(row["entity"])


def history_of(view: View) -> dict[tuple[str, str, str], dict[str, str]]:
    """Figure -> period -> judgement, of all figures with a target."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows(view.data.judgements(view.period)):
        found.setdefault(figure_key(row), {})[str(row["period_id"])] = str(row["judgement"])
    return found
