"""Sentences on the data catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse.japanese import number

Row = dict[str, Any]


def tables(tables: Sequence[Row]) -> str:
    """How many tables and columns there are, by kind, and how many rows the facts hold."""
    kinds = list(dict.fromkeys(str(table["kind_name"]) for table in tables))
    counted = "、".join(f"{kind}{sum(table['kind_name'] == kind for table in tables)}" for kind in kinds)
    told = f"表は{len(tables)}（{counted}）、列は{number(sum(table['column_count'] for table in tables))}です。"
    known = [table["row_count"] for table in tables if table["kind"] == "fact" and table["row_count"] is not None]
    return told + (f"明細の行数は合計{number(sum(known))}行です。" if known else "")


def measures(measures: Sequence[Row]) -> str:
    """How many KPIs and measures, and how many of them have a target."""
    numbers = {measure["kpi_no"] for measure in measures}
    asked = [measure for measure in measures if measure["target"] is not None]
    return f"指標は{len(numbers)}、補助の値を含めて{len(measures)}です。目標値のあるものは{len(asked)}です。"


def feeds(feeds: Sequence[Row]) -> str:
    """How many feeds there are, and how often their files come."""
    promised = {"sample": "計測値", "day": "日ごと", "month": "月ごと", None: "定めなし"}
    counted = [(name, sum(feed["every"] == every for feed in feeds)) for every, name in promised.items()]
    return f"取込み定義は{len(feeds)}（{'、'.join(f'{name}{n}' for name, n in counted if n)}）です。"


def table(table: Row, columns: Sequence[Row]) -> str:
    """What one table holds and what makes one row of it."""
    keys = [str(column["title"]) for column in columns if column["is_key"]]
    told = f"{'、'.join(keys)}の組" if len(keys) > 1 else "".join(keys)
    return f"{table['kind_name']}の表です。列は{len(columns)}で、{told}で1行が定まります。"
