"""接続団体一覧: the bodies' figures side by side are those of the warehouse, and only for the whole's eyes."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pandas as pd
import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.pages.tenants import place_of
from dashboards.pages.tenants_data import MEASURES
from tests.dashboards.conftest import ask
from warehouse.japanese import number
from warehouse.reader import Reader
from warehouse.scope import Scope


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: datetime(2026, 11, 20, 9, 30))


@pytest.mark.parametrize("period", ["2026-10", "2026Q2", "2026H1", "FY2026"])
def test_every_bodys_figures_are_those_of_the_warehouse(demo_reader: Reader, period: str) -> None:
    text = json.dumps(json.loads(ask(app_on(demo_reader), f"/tenants?period={period}")), ensure_ascii=False)
    assert "表示エラー" not in text
    figures = demo_reader.query("kpi_results", demo_reader.whole_scope(), period=period, grain="tenant")
    for shown in MEASURES:
        own = figures[figures["kpi_id"] == shown.kpi_id]
        assert len(own) and (own["unit"].iloc[0], own["decimals"].iloc[0], own["rounding"].iloc[0]) == (
            {"MB": "MB/人日"}.get(shown.unit, shown.unit), shown.decimals, shown.rounding), shown.kpi_id
        for row in own.dropna(subset=["value"]).itertuples():
            assert number(row.value, shown.decimals, shown.rounding) in text, (shown.kpi_id, row.entity)
            assert f"kpi={shown.kpi_id}&grain=tenant&entity={row.entity}&period={period}" in text


def test_the_file_holds_exact_values_and_leaves_unknown_ones_empty(demo_reader: Reader) -> None:
    answer = app_on(demo_reader).server.test_client().get("/csv/tenants/bodies.csv?period=2026-10")
    lines = {line["団体コード"]: line for line in csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")))}
    figures = demo_reader.query("kpi_results", demo_reader.whole_scope(), period="2026-10", grain="tenant")
    for shown in MEASURES:
        heading = f"{shown.label.replace(chr(10), '')}（{shown.unit}）"
        for row in figures[figures["kpi_id"] == shown.kpi_id].itertuples():
            told = lines[row.entity][heading]
            assert told == "" if row.value != row.value else float(told) == pytest.approx(row.value), heading


def test_bodies_may_not_compare_themselves_by_name(demo_reader: Reader) -> None:
    app = app_on(demo_reader, Scope.of("242012"))
    text = json.dumps(json.loads(ask(app, "/tenants?period=2026-10")), ensure_ascii=False)
    assert "閲覧権限なし" in text and "四日市市" not in text
    assert app.server.test_client().get("/csv/tenants/bodies.csv?period=2026-10").status_code == 403


def test_tints_tell_the_fifth_in_which_a_value_stands() -> None:
    frame = pd.DataFrame({"x": [5.0, 1.0, None, 3.0, 2.0, 4.0], "same": [0.0] * 6})
    assert place_of(frame, "x") == ["place-5", "place-1", "", "place-3", "place-2", "place-4"]
    assert place_of(frame, "same") == [""] * 6, "no body stands out"
    ties = pd.DataFrame({"x": [0.0, 0.0, 0.0, 0.0, 1.0]})
    assert place_of(ties, "x") == ["place-1"] * 4 + ["place-5"]


def test_the_sentence_names_the_largest_and_who_missed_the_target() -> None:
    rows = [
        {"name": "甲市", "K15": 30.0, "K27@judgement": "未達"},
        {"name": "乙町", "K15": 10.0, "K27@judgement": "達成"},
        {"name": "丙町", "K15": None, "K27@judgement": "対象なし"},
    ]
    assert sentences.bodies.bodies(rows) == (
        "3団体です。通信量が最も多いのは甲市の30.0 GB（全体の75.0%）です。"
        "一次回答の期限内率が目標に届かないのは甲市です。"
    )
    assert sentences.bodies.bodies(rows[1:]).endswith("一次回答の期限内率が目標に届かない団体はありません。")
