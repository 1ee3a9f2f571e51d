"""接続団体一覧: which KPI figures of the bodies stand side by side, and the question behind them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards import urls
from dashboards.columns import Column
from dashboards.frames import values
from dashboards.pages.base import Dataset
from dashboards.palette import PLACES as _TINTS
from dashboards.view import View


@dataclass(frozen=True)
class Shown:
    """One KPI measure as a column: short heading, decimals and unit as in the catalogue.

    ``tinted``: the cell's tint tells the body's place among the others.
    """

    kpi_id: str
    label: str
    unit: str
    decimals: int
    tinted: bool = True
    rounding: str = "half_up"


PLACES = len(_TINTS)
ALL, MISSED = "all", "missed"

MEASURES = (
    Shown("K01", "稼働率", "%", 3, tinted=False, rounding="truncate"),
    Shown("K02", "計画外\n停止時間", "分", 1),
    Shown("K15", "通信量", "GB", 1),
    Shown("K15.p95", "95パーセン\nタイル", "Mbps", 1),
    Shown("K17", "1人1日\n当たり", "MB", 1),
    Shown("K26", "受付", "件", 0),
    Shown("K27", "一次回答\n期限内率", "%", 1, tinted=False, rounding="truncate"),
    Shown("K29", "滞留", "件", 0),
    Shown("K30", "設定変更", "件", 0),
    Shown("K33", "検知", "件", 0),
    Shown("K34", "重大", "件", 0),
    Shown("K35", "15分以内\n連絡率", "%", 1, tinted=False, rounding="truncate"),
)


_BESIDE = {"": "value", "@judgement": "judgement", "@previous": "previous_value", "@last_year": "last_year_value"}
"""What a measure's columns hold, by what follows its number."""


def choices(view: View) -> list[tuple[str, str]]:
    """Which bodies can be shown: all, those that missed a target (of which days know nothing), those of one kind."""
    missed = [] if view.period.kind == "days" else [(MISSED, "目標に届かない団体")]
    kinds = dict.fromkeys((str(row["kind"]), str(row["kind_name"])) for row in view.tenants())
    return [(ALL, "すべての団体"), *missed, *kinds]


def bodies(view: View) -> pd.DataFrame:
    """The bodies of the view's choice, as :func:`all_bodies` has them."""
    return picked(all_bodies(view), view)


def picked(everyone: pd.DataFrame, view: View) -> pd.DataFrame:
    """The bodies of the view's choice among all."""
    chosen = view.entity.code if view.entity else ALL
    if chosen == MISSED:
        judged = [f"{shown.kpi_id}@judgement" for shown in MEASURES]
        return everyone[(everyone[judged] == "未達").any(axis=1)]
    return everyone if chosen == ALL else everyone[everyone["kind"] == chosen]


def all_bodies(view: View) -> pd.DataFrame:
    """One row per body of the period in official order, a column of values for each measure, and what goes with it.

    ``…@judgement``, ``…@previous`` and ``…@last_year``.
    """
    figures = view.data.tenant_kpis(view.period)
    frame = view.data.tenants(view.period).assign(period=str(view.period))
    keys = list(zip(figures["kpi_id"], figures["entity"], strict=True))
    known = {column: dict(zip(keys, values(figures, column), strict=True)) for column in _BESIDE.values()}
    codes = frame["tenant_code"].tolist()
    columns = {name: pd.Series([known[column].get((shown.kpi_id, code)) for code in codes], frame.index, object)
               for shown in MEASURES
               for name, column in ((f"{shown.kpi_id}{suffix}", column) for suffix, column in _BESIDE.items())}
    return frame.assign(**columns)


def place_of(frame: pd.DataFrame, key: str) -> list[int]:
    """For each body the fifth in which its value stands, 1 the lowest; 0 where there is no difference or no value."""
    amounts = values(frame, key)
    known = sorted(amount for amount in amounts if amount is not None)
    if not known or known[0] == known[-1]:
        return [0] * len(amounts)
    return [0 if amount is None else 1 + sum(other < amount for other in known) * PLACES // len(known)
            for amount in amounts]


def tenant_href(view: View, code: str) -> str:
    """A body's page in the same period."""
    return urls.href(urls.TENANT, view.period, code)


BODIES = Dataset(
    "bodies",
    "接続団体別の指標",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("name", "団体名"),
        Column("tenant_code", "団体コード", "code", on_screen=False),
        Column("kind_name", "区分", on_screen=False),
        *(Column(shown.kpi_id, shown.label, "number", shown.unit, shown.decimals, rounding=shown.rounding)
          for shown in MEASURES),
    ),
    bodies,
    of_entity=True,
)

def _range(view: View) -> pd.DataFrame:
    return picked(view.data.tenant_range(view.period), view).assign(period=str(view.period))


RANGE = Dataset(
    "range",
    "接続団体別の日の範囲の値",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("name", "団体名"),
        Column("tenant_code", "団体コード", "code", on_screen=False),
        Column("bytes_total", "通信量\nの計", "gb", decimals=1),
        Column("share_pct", "構成比", "number", "%", 1),
        Column("bytes_in", "受信", "gb", decimals=1),
        Column("bytes_out", "送信", "gb", decimals=1),
        Column("max_in_bps", "受信の最大\n（経路別）", "mbps", decimals=1),
        Column("max_out_bps", "送信の最大\n（経路別）", "mbps", decimals=1),
        Column("tickets", "受付", "number", "件"),
        Column("late", "うち一次回答\n期限超過", "number", "件"),
        Column("detections", "検知", "number", "件"),
        Column("serious", "うち重大", "number", "件"),
        Column("coverage_pct", "取得率", "number", "%", 1, rounding="truncate"),
    ),
    _range,
    of_entity=True,
    by_day=True,
)

DATASETS = (BODIES, RANGE)
