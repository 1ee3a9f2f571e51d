"""接続団体一覧: the bodies' figures side by side are those of the warehouse, and only for the whole's eyes."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime

import pandas as pd
import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.figures import bodies as figures_of_bodies
from dashboards.figures.bodies import Body
from dashboards.pages.tenants_data import MEASURES, place_of
from tests.dashboards.conftest import ask, nodes
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


def test_the_bodies_of_a_kind_or_those_that_missed_a_target_can_be_picked(demo_reader: Reader) -> None:
    figures = demo_reader.query("kpi_results", demo_reader.whole_scope(), period="2026-09", grain="tenant")
    shown = figures["kpi_id"].isin([measure.kpi_id for measure in MEASURES])
    missed = set(figures[shown & (figures["judgement"] == "未達")]["entity"])
    client = app_on(demo_reader).server.test_client()

    def picked(choice: str) -> set[str]:
        answer = client.get(f"/csv/tenants/bodies.csv?period=2026-09&bodies={choice}").get_data().decode("utf-8-sig")
        return {line["団体コード"] for line in csv.DictReader(io.StringIO(answer))}

    assert 0 < len(missed) < len(picked("all")) and picked("missed") == missed
    assert picked("union") == {code for code in picked("all") if code.startswith("24A")}
    assert picked("town") | picked("city") | picked("union") | picked("prefecture") == picked("all")
    assert "団体の範囲が見つかりません" in json.dumps(
        json.loads(ask(app_on(demo_reader), "/tenants?period=2026-09&bodies=village")), ensure_ascii=False)


def test_bodies_may_not_compare_themselves_by_name(demo_reader: Reader) -> None:
    app = app_on(demo_reader, Scope.of("242012"))
    text = json.dumps(json.loads(ask(app, "/tenants?period=2026-10")), ensure_ascii=False)
    assert "閲覧権限なし" in text and "四日市市" not in text
    assert app.server.test_client().get("/csv/tenants/bodies.csv?period=2026-10").status_code == 403


def test_tints_tell_the_fifth_in_which_a_value_stands() -> None:
    frame = pd.DataFrame({"x": [5.0, 1.0, None, 3.0, 2.0, 4.0], "same": [0.0] * 6})
    assert place_of(frame, "x") == [5, 1, 0, 3, 2, 4]
    assert place_of(frame, "same") == [0] * 6, "no body stands out"
    ties = pd.DataFrame({"x": [0.0, 0.0, 0.0, 0.0, 1.0]})
    assert place_of(ties, "x") == [1] * 4 + [5]


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


def body(name: str, value: float | None, code: str = "x", sign: str = "") -> Body:
    text = "－" if value is None else f"{value:.1f} GB"
    return Body(code, name, value, text, "#FFFFFF", sign, f"/tenant?tenant={code}")


@pytest.mark.parametrize("kpi", ["", "&kpi=K27", "&kpi=K99"])
def test_map_and_ranking_show_the_measure_of_the_link_for_every_body(demo_reader: Reader, kpi: str) -> None:
    answer = json.loads(ask(app_on(demo_reader), f"/tenants?period=2026-10{kpi}"))
    text = json.dumps(answer, ensure_ascii=False)
    chosen = "一次回答期限内率" if kpi == "&kpi=K27" else "通信量"
    assert f"団体別の地図：{chosen}（令和8年10月" in text and "表示エラー" not in text
    codes = set(demo_reader.query("tenants", demo_reader.whole_scope(), first_date=date(2026, 10, 1),
                                  last_date=date(2026, 10, 31))["tenant_code"])
    figures = demo_reader.query("kpi_results", demo_reader.whole_scope(), period="2026-10", grain="tenant")
    known = figures[(figures["kpi_id"] == ("K27" if chosen != "通信量" else "K15")) & figures["value"].notna()]
    graphs = list(nodes(answer, "Graph"))
    drawn, ranked = (next(graph for graph in graphs if graph["id"] == name)["figure"]["data"]
                     for name in ("figure-bodies-map", "figure-bodies-ranking"))
    marks = next(trace for trace in drawn if trace.get("mode") == "markers+text")
    assert {link.split("tenant=")[1][:6] for link in marks["customdata"]} == codes
    assert sum(value is not None for value in ranked[0]["x"]) == len(known)
    assert sorted(value for value in ranked[0]["x"] if value is not None) == pytest.approx(sorted(known["value"]))


def test_bodies_without_a_border_stand_as_boxes_and_those_without_a_value_are_hatched() -> None:
    tsu, union = body("津市", 3.0, "242012"), body("紀北広域連合", None, "24A001")
    *areas, marks = figures_of_bodies.prefecture_map([tsu, union], [])["data"]
    assert len(areas[0]["x"]) > 40 and len(areas[1]["x"]) == 6, "an outline, and a box"
    assert not areas[0]["fillpattern"] and areas[1]["fillpattern"]["shape"] == "/"
    assert marks["text"] == ["津市", "　紀北広域連合"] and marks["customdata"] == [tsu.link, union.link]
    for axis in "xy":
        assert min(areas[0][axis][:-1]) < marks[axis][0] < max(areas[0][axis][:-1])


def test_the_ranking_runs_from_the_largest_value_to_the_missing_ones() -> None:
    (bars,) = figures_of_bodies.ranking([body("甲", 1.0), body("乙", None), body("丙", 3.0, sign="■")])["data"]
    assert (bars["y"], bars["x"], bars["text"]) == (["■ 丙", "甲", "乙"], [3.0, 1.0, None], ["3.0 GB", "1.0 GB", "－"])


def test_the_sentence_on_a_measure_names_the_extremes_and_the_median() -> None:
    bodies = [body("甲", 1.0), body("乙", 4.0), body("丙", 2.0), body("丁", None)]
    told = sentences.bodies.measure("通信量", "GB", 1, bodies)
    assert told == "通信量は乙の4.0 GBが最も大きく、甲の1.0 GBが最も小さい値です。値のある3団体の中央値は2.0 GBです。"
    same = sentences.bodies.measure("件数", "件", 0, [body("甲", 1.0), body("乙", 1.0)])
    assert same == "件数は、値のある2団体のすべてで1.0 GBです。"
