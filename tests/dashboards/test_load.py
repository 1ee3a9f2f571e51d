"""負荷・稼働: stops as the ledger tells them, devices against their design, nothing for bodies."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from dashboards.columns import day_ja, month_ja
from dashboards.figures import load as figures
from dashboards.frames import days_between
from dashboards.pages import load_data
from tests.dashboards.conftest import ask, nodes
from tests.support import CONFIG, read_rows
from tests.warehouse.raw_files import device_samples, licences, month_of, nearest_rank, outages, within
from warehouse.japanese import number
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

SPAN = figures.Span(date(2026, 10, 1), date(2026, 10, 31), datetime(2026, 10, 21))


def stop(service: str, kind: str, start: datetime, end: datetime | None) -> dict[str, Any]:
    minutes = None if end is None else (end - start).total_seconds() / 60
    return {"service_name": service, "kind_name": kind, "started_at": start, "ended_at": end, "minutes": minutes}


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: datetime(2026, 11, 20, 9, 30))


def page(reader: Reader, period: str, scope: Scope | None = None) -> str:
    return json.dumps(json.loads(ask(app_on(reader, scope), f"/load?period={period}")), ensure_ascii=False)


def file(reader: Reader, name: str, period: str) -> list[dict[str, str]]:
    answer = app_on(reader).server.test_client().get(f"/csv/load/{name}.csv?period={period}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("period", ["2026-10", "2026Q2", "2026H1", "FY2026"])
def test_every_figure_of_availability_is_shown_with_its_proof(demo_reader: Reader, period: str) -> None:
    text = page(demo_reader, period)
    assert "表示エラー" not in text
    kpis = demo_reader.query("service_levels", demo_reader.whole_scope(), period=period)
    own = kpis[(kpis["grain"] == "all") & kpis["kpi_no"].isin(["K01", "K02", "K03", "K04", "K05"])]
    assert len(own) == 9
    for kpi in own.itertuples():
        assert f"kpi={kpi.kpi_id}&grain=all&period={period}" in text
        if kpi.value == kpi.value:
            assert f'"{number(kpi.value, kpi.decimals, kpi.rounding)}"' in text, kpi.kpi_id
    by_service = demo_reader.query("kpi_results", demo_reader.whole_scope(), period=period, grain="service")
    told = {row["サービスID"]: row for row in file(demo_reader, "services", period)}
    for kpi_id, heading in (("K01", "稼働率（%）"), ("K02", "計画外停止（分）"), ("K04", "系切替（回）")):
        for kpi in by_service[by_service["kpi_id"] == kpi_id].itertuples():
            assert float(told[kpi.entity][heading]) == pytest.approx(kpi.value), (kpi_id, kpi.entity)


@pytest.mark.parametrize("period", ["2026-10", "2026H1"])
def test_the_list_of_stops_is_the_ledgers(demo_data: Path, demo_reader: Reader, period: str) -> None:
    asked = Period.parse(period)
    wanted = sorted((f"{each['started']:%Y-%m-%dT%H:%M:%S}", each["kind"]) for each in outages(demo_data)
                    if each["started"].date() <= asked.end
                    and (each["ended"] is None or each["ended"].date() >= asked.start))
    told = sorted((row["開始"], row["種類"]) for row in file(demo_reader, "outages", period))
    assert told == wanted and wanted


@pytest.mark.parametrize("period", ["2026-10", "2026H1", "FY2026"])
def test_a_devices_average_percentile_and_maximum_are_those_of_its_samples(
    demo_data: Path, demo_reader: Reader, period: str
) -> None:
    told = {(row["機器ID"], row["指標"]): row for row in file(demo_reader, "devices", period)}
    names = {"cpu_pct": "CPU使用率", "memory_pct": "メモリ使用率", "sessions": "同時セッション数"}
    samples = device_samples(demo_data)
    assert len(told) == len(samples)
    for (device, metric), series in samples.items():
        values, row = [float(value) for value in within(series, period)], told[device, names[metric]]
        assert float(row["平均"]) == pytest.approx(sum(values) / len(values))
        assert float(row["95パーセンタイル"]) == pytest.approx(nearest_rank(sorted(values), 95))
        assert float(row["最大"]) == pytest.approx(max(values))
        assert float(row["最大対設計上限（%）"]) == pytest.approx(100 * max(values) / float(row["設計上限"]))


def marked(reader: Reader, period: str) -> list[str]:
    """The places of ▼ over the devices' load."""
    answer = json.loads(ask(app_on(reader), f"/load?period={period}"))
    (figure,) = [graph["figure"] for graph in nodes(answer, "Graph") if graph["id"] == "figure-load-maxima"]
    (marks,) = [trace for trace in figure["data"] if trace["name"] == "事象"]
    return list(marks["x"])


def test_what_happened_is_marked_over_the_days_of_the_devices(demo_data: Path, demo_reader: Reader) -> None:
    days = {date.fromisoformat(event["valid_from"]) for event in read_rows(CONFIG / "noted_events.csv")}
    for stop in outages(demo_data):
        days |= set(days_between(stop["started"].date(), (stop["ended"] or datetime(2026, 10, 31)).date()))
    wanted = [day for day in days_between(date(2026, 10, 1), date(2026, 10, 31)) if day in days]
    assert marked(demo_reader, "2026-10") == [day_ja(day) for day in wanted] and 2 <= len(wanted) < 31


def test_over_months_planned_stops_are_not_marked(demo_data: Path, demo_reader: Reader) -> None:
    noted = {event["valid_from"][:7] for event in read_rows(CONFIG / "noted_events.csv")}
    stopped = {month_of(stop["started"]) for stop in outages(demo_data) if stop["kind"] == "計画外停止"}
    wanted = sorted((noted | stopped) & {f"2026-{month:02}" for month in range(4, 10)})
    assert marked(demo_reader, "2026H1") == [month_ja(month) for month in wanted]


def test_licences_are_the_last_figures_told_against_the_contract(demo_data: Path, demo_reader: Reader) -> None:
    told = {row["種類コード"]: int(row["使用"]) for row in file(demo_reader, "licences", "2026H1")}
    assert told == {kind: used for (month, kind), used in licences(demo_data).items() if month == "2026-09"}


def test_bodies_may_not_open_it(demo_reader: Reader) -> None:
    text = page(demo_reader, "2026-10", Scope.of("242012"))
    assert "閲覧権限なし" in text and "ファイアウォール" not in text
    client = app_on(demo_reader, Scope.of("242012")).server.test_client()
    assert client.get("/csv/load/outages.csv?period=2026-10").status_code == 403


def test_a_stop_is_as_long_as_it_lasted_and_an_open_one_ends_with_the_data() -> None:
    found = [
        stop("甲", "計画外停止", datetime(2026, 9, 30, 23), datetime(2026, 10, 1, 1)),
        stop("乙", "縮退", datetime(2026, 10, 20), None),
        stop("乙", "計画停止", datetime(2026, 10, 25), datetime(2026, 10, 25, 2)),
    ]
    figure = figures.stops(found, ["甲", "乙"], SPAN)
    bars = {trace["name"]: trace for trace in figure["data"] if trace["type"] == "bar"}
    assert bars["計画外停止"]["base"] == ["2026-10-01T00:00:00"], "what lies before the period is cut"
    assert bars["計画外停止"]["x"] == [3_600_000]
    assert bars["縮退"]["x"] == [86_400_000], "up to the end of the data"
    assert bars["計画停止"]["x"] == [7_200_000], "a planned stop may lie beyond it"
    assert figure["data"][-1]["x"] == ["2026-10-21T00:00:00"] and figure["data"][-1]["y"] == [1]
    looks = figures.LOOKS.values()
    assert len({look.symbol for look in looks}) == len({look.pattern for look in looks}) == 4, "not by colour alone"
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["甲", "乙"]


def test_sentences_count_the_kinds_and_name_what_lasts() -> None:
    found = [stop("甲", "計画外停止", datetime(2026, 10, 1), datetime(2026, 10, 1, 0, 40)),
             stop("乙", "縮退", datetime(2026, 10, 20), None)]
    assert sentences.load.stops(found, list(figures.LOOKS)) == (
        "停止等は2件で、内訳は計画外停止1件、計画停止0件、縮退1件、系切替0件です。"
        "計画外停止で最も長いのは甲の40.0分です。継続中は1件（乙）です。")
    services = [{"name": "甲", "availability_pct": 99.9, "unplanned_minutes": 40.0},
                {"name": "乙", "availability_pct": 100.0, "unplanned_minutes": 0.0},
                {"name": "丙", "availability_pct": None, "unplanned_minutes": None}]
    assert sentences.load.services(services) == (
        "2サービスのうち1サービスは計画外停止がありません。計画外停止があったのは甲（40.0分）です。")
    licence = {"name": "利用端末", "used": 150.0, "capacity": 200.0, "used_pct": 75.0, "unit": "台"}
    assert sentences.load.licences([licence, licence | {"used_pct": None}]) == (
        "使用率が最も高いのは利用端末の75.0%で、上限200台のうち150台を使い、残りは50台です。")


def test_long_periods_show_the_highest_day_of_each_month_and_no_mean() -> None:
    frame = pd.DataFrame([
        {"jst_date": pd.Timestamp(day), "name": "甲", "metric_name": "CPU使用率", "max_design_pct": value}
        for day, value in (("2026-09-01", 40.0), ("2026-09-02", 90.0), ("2026-10-01", None))])
    by_month = load_data.placed(frame, Period.parse("2026H1"))
    assert load_data.lines_of(by_month, "CPU使用率", ["2026-09", "2026-10"]) == {"甲": [90.0, None]}
    by_day = load_data.placed(frame, Period.parse("2026-09"))
    assert load_data.lines_of(by_day, "CPU使用率", [date(2026, 9, 1), date(2026, 9, 3)]) == {"甲": [40.0, None]}


def test_the_fullest_device_is_drawn_last_and_the_limit_is_in_sight() -> None:
    panel = figures.Panel("CPU使用率", "甲", {"甲": [40.0, None], "乙": [10.0, 20.0]})
    figure = figures.maxima([panel, panel], ["2026-09", "2026-10"], by_month=True)
    assert [trace["name"] for trace in figure["data"]] == ["乙", "甲"] * 2
    assert figure["data"][1]["y"] == [40.0, None] and figure["data"][1]["connectgaps"] is False
    assert [shape["y0"] for shape in figure["layout"]["shapes"]] == [100, 100]
    assert figure["layout"]["yaxis"]["range"] == [0, pytest.approx(112)]
    assert figure["layout"]["xaxis"]["anchor"] == "y2"


def test_more_sessions_than_designed_are_named() -> None:
    row = {"name": "甲", "metric_name": "同時セッション数", "unit": "セッション", "max_value": 120.0, "p95_value": 60.0,
           "max_design_pct": 120.0, "p95_design_pct": 60.0}
    figure = figures.sessions([row, row | {"name": "乙", "max_value": 0.0, "max_design_pct": 0.0}])
    labels = [note["text"] for note in figure["layout"]["annotations"]]
    assert labels == ["甲　120（120.0%・上限超過）", "乙　0（0.0%）"]
    assert figure["layout"]["xaxis"]["range"][0] == 0 and figure["layout"]["xaxis"]["range"][1] > 120
    assert sentences.load.devices([row]) == (
        "設計上限に対する最大が最も高いのは甲の同時セッション数で、120セッション（設計上限の120.0%）です。"
        "上限を超えたのは甲の同時セッション数です。")
