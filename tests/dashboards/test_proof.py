"""From a figure to what it rests on: every KPI of a period, and the proof of each, on real demo numbers."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.figures import kpi_history
from tests.dashboards.conftest import ask
from warehouse.explain import explain
from warehouse.japanese import number
from warehouse.reader import Reader
from warehouse.scope import Scope

NOW = datetime(2026, 11, 20, 9, 30)
PERIODS = ("2026-10", "2026Q2", "2026H1", "FY2026")


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: NOW)


def shown(app: Dash, link: str) -> str:
    """The answer to a link, without the escapes of its way to the browser."""
    return json.dumps(json.loads(ask(app, link)), ensure_ascii=False)


def proofs_in(text: str) -> list[str]:
    """The addresses of all proofs that a screen leads to."""
    return list(dict.fromkeys(re.findall(r'"href": "(/proof\?[^"]+)"', text)))


def about(address: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in unquote(address.partition("?")[2]).split("&"))


# ---- サービスレベル -----------------------------------------------------------------------------------


@pytest.mark.parametrize("period", PERIODS)
def test_every_measure_of_a_period_stands_there_with_its_value_and_judgement(demo_reader: Reader, period: str) -> None:
    text = shown(app_on(demo_reader), f"/service-level?period={period}")
    assert "表示エラー" not in text
    levels = demo_reader.query("service_levels", demo_reader.whole_scope(), period=period)
    catalogue = demo_reader.query("kpi_catalogue", demo_reader.whole_scope())
    elsewhere = {"K15.p95", "K15.share", "K16", "K40.done"}
    assert set(catalogue["kpi_id"]) - set(levels["kpi_id"]) == elsewhere, "asked of bodies or obligations only"
    for row in levels.itertuples():
        assert row.name in text and row.entity_name in text
        if row.value == row.value:
            assert number(row.value, row.decimals, row.rounding) in text, (row.kpi_id, row.entity)


def test_the_tally_counts_the_judgements(demo_reader: Reader) -> None:
    levels = demo_reader.query("service_levels", demo_reader.whole_scope(), period="2026-09")
    judged = levels[levels["target"].notna()]
    met, missed = (int((judged["judgement"] == word).sum()) for word in ("達成", "未達"))
    text = shown(app_on(demo_reader), "/service-level?period=2026-09")
    assert f"目標値のある{len(judged)}件のうち達成{met}件" in text
    assert missed and f"未達{missed}件" in text


def test_longer_periods_are_chosen_beside_months(demo_reader: Reader) -> None:
    text = shown(app_on(demo_reader), "/service-level?period=2026Q2")
    assert re.findall(r'"label": "(\w+)"', text) == ["月", "四半期", "半期", "年度"]
    assert "令和8年度第2四半期" in text and "前四半期" in text


def test_the_menu_hands_the_period_on_to_every_page(demo_reader: Reader) -> None:
    text = shown(app_on(demo_reader), "/service-level?period=2026Q2")
    assert all(f'"{path}?period=2026Q2"' in text for path in ("/", "/tenant", "/tenants", "/lines", "/service-level"))


def test_bodies_may_not_open_the_levels_of_the_whole(demo_reader: Reader) -> None:
    text = shown(app_on(demo_reader, Scope.of("242012")), "/service-level?period=2026-10")
    assert "閲覧権限なし" in text and "サービス稼働率" not in text


# ---- 根拠 ---------------------------------------------------------------------------------------------


def test_a_figure_of_every_measure_and_grain_leads_to_its_proof(demo_reader: Reader) -> None:
    app, opened = app_on(demo_reader), set()
    for address in proofs_in(shown(app, "/service-level?period=2026-10")):
        asked = about(address)
        if (asked["kpi"], asked["grain"]) in opened:
            continue
        opened.add((asked["kpi"], asked["grain"]))
        text = shown(app, address)
        assert f"{asked['kpi']} " in text and "の根拠" in text and "算出の流れ" in text, address
        assert "表示エラー" not in text, address
    assert len(opened) > 60


def test_the_cards_of_the_overview_lead_to_their_proofs(demo_reader: Reader) -> None:
    app = app_on(demo_reader)
    kpis = demo_reader.query("kpi_summary", demo_reader.whole_scope(), period="2026-10")
    assert len(proofs_in(shown(app, "/?period=2026-10"))) == len(kpis)


def test_a_proof_tells_value_definition_rows_and_files(demo_reader: Reader) -> None:
    proof = explain(demo_reader, demo_reader.whole_scope(), "K27", "2026-10")
    text = shown(app_on(demo_reader), "/proof?kpi=K27&grain=all&period=2026-10")
    for told in (proof.definition["formula"], proof.definition["numerator"], proof.definition["exclusions"],
                 *proof.rows["item"], *proof.loads["file_name"], *(model.name for model in proof.models),
                 f"{proof.result['numerator']:.0f}", "目標値の履歴"):
        assert str(told) in text, told


def test_the_rows_behind_a_figure_can_be_taken_away_and_make_it_up(demo_reader: Reader) -> None:
    client = app_on(demo_reader).server.test_client()
    answer = client.get("/csv/proof/rows.csv?kpi=K27&grain=all&period=2026-10")
    assert answer.status_code == 200
    lines = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    result = explain(demo_reader, demo_reader.whole_scope(), "K27", "2026-10").result
    assert sum(float(line["分子"]) for line in lines) == result["numerator"]
    assert sum(float(line["分母"]) for line in lines) == result["denominator"]
    assert {line["指標番号"] for line in lines} == {"K27"}


def test_a_body_sees_the_proof_of_its_own_figure_and_of_nobody_elses(demo_reader: Reader) -> None:
    app = app_on(demo_reader, Scope.of("242012"))
    own = shown(app, "/proof?kpi=K15&grain=tenant&entity=242012&period=2026-10")
    assert "の根拠" in own and "算出の流れ" in own
    for other in ("kpi=K15&grain=tenant&entity=242021", "kpi=K15&grain=all", "kpi=K10&grain=line&entity=internet"):
        text = shown(app, f"/proof?{other}&period=2026-10")
        assert "対象を選べません" in text or "指標の値がありません" in text, other
        assert "算出の流れ" not in text and "四日市市" not in text, other


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("/proof?period=2026-10", "指標が選ばれていません"),
        ("/proof?kpi=K99&period=2026-10", "指標が見つかりません"),
        ("/proof?kpi=K10&period=2026-10", "対象を選べません"),
        ("/proof?kpi=K27&period=2019-10", "指標の値がありません"),
    ],
)
def test_a_proof_that_cannot_be_shown_says_why(demo_reader: Reader, link: str, told: str) -> None:
    text = shown(app_on(demo_reader), link)
    assert told in text and "表示エラー" not in text


# ---- words and figures ---------------------------------------------------------------------------------

KPI: dict[str, Any] = {
    "name": "一次回答期限内率",
    "entity_name": "全体",
    "unit": "%",
    "decimals": 1,
    "rounding": "truncate",
    "value": 98.45,
    "target": 100.0,
    "target_text": "以上",
    "judgement": "未達",
    "previous_value": 97.0,
    "last_year_value": None,
}


def test_sentences_of_a_proof_say_value_target_and_comparison() -> None:
    assert sentences.kpis.proof(KPI, "令和8年10月") == (
        "令和8年10月の一次回答期限内率（全体）は98.4%です。目標の100.0%以上に対する判定は「未達」です。"
        "前の期間は97.0%でした。")
    nothing = {**KPI, "value": None, "judgement": "対象なし"}
    told = sentences.kpis.proof(nothing, "令和8年10月")
    assert told == "令和8年10月の一次回答期限内率（全体）は、対象がないため値がありません。"


def period(name: str, value: float | None, *, target: float | None = 100.0, whole: bool = True) -> dict[str, Any]:
    judgement = "データなし" if value is None else "達成" if target is None or value >= target else "未達"
    return {"period_name": name, "value": value, "target": target, "is_complete": whole, "judgement": judgement}


def test_the_history_names_its_range_and_how_often_the_target_was_missed() -> None:
    history = [period("令和8年8月", 90.0), period("令和8年9月", None), period("令和8年10月", 100.0, whole=False)]
    assert sentences.kpis.kpi_history(KPI, history) == (
        "値のある2期間のうち、最大は令和8年10月の100.0%、最小は令和8年8月の90.0%です。"
        "目標のある3期間のうち未達は1期間です。")
    drawn = kpi_history.figure(history, KPI)
    assert drawn["data"][0]["y"] == [90.0, None, 100.0]
    assert drawn["data"][0]["marker"]["color"][0] != "#FFFFFF" == drawn["data"][0]["marker"]["color"][2]
    assert drawn["data"][1]["y"] == [100.0, 100.0, 100.0]
    assert drawn["data"][0]["connectgaps"] is False


def test_amounts_are_drawn_from_zero_and_without_a_target_line_where_there_is_none() -> None:
    drawn = kpi_history.figure([period("令和8年9月", 8.0, target=None)], {**KPI, "unit": "件"})
    assert len(drawn["data"]) == 1 and drawn["layout"]["yaxis"]["rangemode"] == "tozero"
