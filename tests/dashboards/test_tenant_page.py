"""接続団体: a body's numbers are those of the files over the whole period, and no other body is ever named."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.figures import positions as figures
from dashboards.pages.tenant_positions import _DRAWN, groups
from tests.dashboards.conftest import ask
from tests.support import TENANTS
from tests.warehouse.raw_files import MONTHS, PERIODS, judgements, month_of, tenant_names, tickets, traffic
from warehouse.japanese import number
from warehouse.reader import Reader
from warehouse.scope import Scope

TSU = "242012"
ROW: dict[str, Any] = {"kpi_id": "K15", "name": "通信量", "unit": "GB", "decimals": 1, "rounding": "half_up",
                       "peer_group": "large", "group_name": "利用者500人以上", "value": 150.0, "first_quartile": 50.0,
                       "median": 100.0, "third_quartile": 180.0, "place": 3, "bodies": 7}
OF_ALL = ROW | {"peer_group": "all", "group_name": "全団体", "median": 20.0, "place": 4, "bodies": 33}


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: datetime(2026, 11, 20, 9, 30))


def page(reader: Reader, period: str, tenant: str = TSU, scope: Scope | None = None) -> str:
    answer = ask(app_on(reader, scope), f"/tenant?tenant={tenant}&period={period}")
    return json.dumps(json.loads(answer), ensure_ascii=False)


def file(reader: Reader, name: str, period: str, tenant: str = TSU) -> list[dict[str, str]]:
    link = f"/csv/tenant/{name}.csv?tenant={tenant}&period={period}"
    answer = app_on(reader, Scope.of(tenant)).server.test_client().get(link)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("period", ["2026-10", "2026Q2", "2026H1", "FY2026"])
def test_availability_stands_with_comparisons_and_proof(demo_reader: Reader, period: str) -> None:
    text = page(demo_reader, period)
    assert "表示エラー" not in text
    results = demo_reader.query("kpi_results", Scope.of(TSU), period=period, grain="tenant").set_index("kpi_id")
    for kpi_id in ("K01", "K02", "K02.count", "K06", "K07"):
        kpi = results.loc[kpi_id]
        assert f"kpi={kpi_id}&grain=tenant&entity={TSU}&period={period}" in text
        if kpi["value"] == kpi["value"]:
            assert f'"{number(kpi["value"], int(kpi["decimals"]), kpi["rounding"])}"' in text, kpi_id


@pytest.mark.parametrize("period", ["2026Q2", "2026H1", "FY2026"])
def test_a_longer_period_shows_the_whole_period_and_no_months_figures(
    demo_data: Path, demo_reader: Reader, period: str
) -> None:
    text, months = page(demo_reader, period), PERIODS[period]
    moved = sum(sum(series.get(month, {}).values()) for key, series in traffic(demo_data).items() if key[0] == TSU
                for month in months)
    assert f'"{number(moved / 1e9, 1)}"' in text
    asked = [item for item in tickets(demo_data) if item["tenant"] == TSU and month_of(item["received"]) in months]
    assert f"の受付・{len(asked)}件）" in text
    found = [item for item in judgements(demo_data) if item["tenant"] == TSU and month_of(item["detected"]) in months]
    serious = [item for item in found if item["severity"] and item["severity"] >= 2]
    assert len(file(demo_reader, "events", period)) == len(serious)
    assert "日次" not in text and "この月の主要値" not in text
    assert file(demo_reader, "month", period) == []


def test_routes_of_a_longer_period_are_sums_without_percentiles(demo_data: Path, demo_reader: Reader) -> None:
    own = {key[1:]: sum(sum(series.get(month, {}).values()) for month in MONTHS)
           for key, series in traffic(demo_data).items() if key[0] == TSU}
    frame = demo_reader.query("tenant_route_period", Scope.of(TSU), from_month=MONTHS[0], to_month=MONTHS[-1])
    assert {(row.route, row.direction): row.bytes for row in frame.itertuples()} == own and len(own) == 6
    told = file(demo_reader, "routes", "FY2026")
    assert sorted(int(row["通信量（バイト）"]) for row in told) == sorted(own.values())
    assert {row["95パーセンタイル（bit/s）"] for row in told} == {""}
    assert "経路別の95パーセンタイルは月ごとにだけ求めます" in page(demo_reader, "FY2026")
    assert all(row["95パーセンタイル（bit/s）"] for row in file(demo_reader, "routes", "2026-10"))


@pytest.mark.parametrize("period", ["2026-10", "FY2026"])
def test_the_place_among_all_is_that_of_the_ledgers_and_hidden_where_bodies_are_few(
    demo_data: Path, demo_reader: Reader, period: str
) -> None:
    members = demo_reader.query("tenants", demo_reader.whole_scope(), first_date=date(2026, 10, 1),
                                last_date=date(2026, 10, 31))
    counts = dict.fromkeys(members["tenant_code"], 0)
    for item in tickets(demo_data):
        if item["tenant"] in counts and month_of(item["received"]) in PERIODS[period]:
            counts[item["tenant"]] += 1
    rows = {(row["指標番号"], row["比べる範囲"]): row for row in file(demo_reader, "positions", period)}
    told = rows["K26", "全団体"]
    quarters = quantiles(counts.values(), n=4, method="inclusive")
    assert [float(told[name]) for name in ("第1四分位", "中央値", "第3四分位")] == pytest.approx(quarters)
    assert int(told["大きい方からの順位（位）"]) == 1 + sum(n > counts[TSU] for n in counts.values())
    assert int(told["値のある団体（団体）"]) == len(counts) == 33
    few = rows["K15", "全団体"]
    assert few["この団体"] and not few["中央値"] and not few["大きい方からの順位（位）"]
    text = page(demo_reader, period)
    assert ("figure-tenant-positions" in text) == any(
        float(row["中央値"] or 0) > 0 for (kpi, _), row in rows.items() if kpi in _DRAWN)
    assert f'"{told["大きい方からの順位（位）"]}"' in text


def test_a_body_reads_of_itself_only(demo_reader: Reader) -> None:
    names = tenant_names()
    for code in TENANTS[1:]:
        for period in ("2026-10", "FY2026"):
            text = page(demo_reader, period, code, Scope.of(code)).replace("三重県自治体", "")
            assert "表示エラー" not in text and "団体の中の位置" in text
            assert {other for name, other in names.items() if name in text} <= {code}
        assert "閲覧権限なし" in page(demo_reader, "FY2026", TENANTS[0], Scope.of(code))


def test_without_enough_bodies_the_page_says_so(demo_reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = demo_reader.query

    def few(name: str, scope: Scope, **params: Any) -> Any:
        frame = answer(name, scope, **params)
        return frame[frame["is_suppressed"]] if name == "peer_positions" else frame

    monkeypatch.setattr(demo_reader, "query", few)
    text = page(demo_reader, "2026-10")
    assert "値のある団体が5に満たないため、位置は示しません" in text and "figure-tenant-positions" not in text


def test_the_figure_puts_different_units_on_the_scale_of_the_median() -> None:
    drawn = figures.figure([ROW, ROW | {"name": "検知件数", "unit": "件", "value": 4, "first_quartile": 1, "median": 2,
                                        "third_quartile": 3, "decimals": 0, "place": 1}])
    band, median, own = drawn["data"]
    assert (band["base"], band["x"]) == ([50, 50], [130, 100])
    assert own["x"] == [150, 200] and median["x"] == [100, 100]
    assert drawn["layout"]["xaxis"]["range"] == [0, pytest.approx(212)], "from zero, all marks inside"
    assert drawn["layout"]["annotations"][0]["text"] == "通信量　150.0 GB（3位）"


def test_bodies_of_the_same_size_are_drawn_before_all() -> None:
    hidden = ROW | {"place": None, "median": None}
    assert groups([OF_ALL, ROW]) == ([ROW], [OF_ALL])
    assert groups([OF_ALL, hidden]) == ([OF_ALL], [])
    assert groups([OF_ALL | {"median": 0.0}, hidden]) == ([], []), "no share of a median of zero"


def test_the_sentences_tell_what_is_known() -> None:
    assert sentences.tenant.positions([ROW], [OF_ALL]) == (
        "利用者500人以上の団体の中では、大きい方から数えて、通信量は7団体中3位（中央値の150.0%）です。"
        "全団体の中では、大きい方から数えて、通信量は33団体中4位です。")
    kpis = {"K15": ROW | {"previous_value": 100.0, "last_year_value": None}, "K15.p95": ROW | {"value": None}}
    assert sentences.tenant.period("令和8年度", kpis, ("前年度", "")) == (
        "令和8年度の通信量は150.0 GB（前年度比50.0%増）です。")
    down = ROW | {"unit": "%", "decimals": 3, "rounding": "truncate", "value": 99.9999}
    assert sentences.tenant.availability({"K01": down, "K07": ROW | {"value": None}}) == "稼働率は99.999%です。"
    assert sentences.tenant.availability({}) == "この期間のデータはありません。"
