"""Any run of days: what is measured by the day is shown for it, what needs a reporting period is not."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from dashboards import urls
from dashboards.wording import change
from tests.dashboards.test_lines import app_on, download, shown
from warehouse.japanese import is_missing
from warehouse.period import DayRange
from warehouse.reader import Reader, named_query
from warehouse.scope import Scope

DAYS = "2026-10-05..2026-10-18"
OCTOBER = {"first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}
FIRST, LAST = date(2026, 10, 5), date(2026, 10, 18)
PAGES_OF_DAYS = ("/", "/tenants", "/lines", "/load", "/data-quality", "/tenant?tenant=242012", "/tickets",
                 "/tickets?tenant=242012", "/security", "/security?tenant=242012")


def linked(path: str, period: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}period={period}"


def nearest_rank(values: list[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


@pytest.mark.parametrize("path", PAGES_OF_DAYS)
def test_a_page_of_days_shows_any_run_of_them(demo_reader: Reader, path: str) -> None:
    text = shown(demo_reader, linked(path, DAYS))
    assert "令和8年10月5日～18日" in text and "日の範囲を表示しています。" in text
    assert "表示エラー" not in text and "state-title" not in text


@pytest.mark.parametrize("path", ["/service-level", "/reports", "/proof?kpi=K27&grain=all"])
def test_a_page_of_kpis_says_that_it_has_none_of_a_run_of_days(demo_reader: Reader, path: str) -> None:
    text = shown(demo_reader, linked(path, DAYS))
    assert "この画面は日の範囲では示せません" in text and "最新の月を表示" in text


def test_the_percentiles_of_lines_stand_beside_those_of_the_run_before(demo_reader: Reader) -> None:
    def run(first: date, last: date) -> dict[tuple[str, str], float]:
        found = demo_reader.query("line_range", demo_reader.whole_scope(), first_date=first, last_date=last)
        return {(row.entity, row.direction_name): row.p95_bps for row in found.itertuples()}

    def column(name: str, period: str) -> dict[tuple[str, str], str]:
        found = download(demo_reader, f"/csv/lines/range.csv?period={period}")
        return {(row["対象コード"], row["方向"]): row[name] for row in found}

    before = run(date(2026, 9, 21), date(2026, 10, 4))
    told = column("前の期間の95パーセンタイル（bit/s）", DAYS)
    assert before and {key: float(value) for key, value in told.items()} == pytest.approx(before)
    not_over = column("前の期間の95パーセンタイル（bit/s）", "2026-10-25..2026-11-07")
    assert not_over and set(not_over.values()) == {""}


def test_the_menu_hands_a_run_of_days_to_pages_of_days_and_its_last_month_to_others(demo_reader: Reader) -> None:
    text = shown(demo_reader, linked("/lines", "2026-09-20..2026-10-03"))
    assert "/load?period=2026-09-20..2026-10-03" in text
    assert "/service-level?period=2026-10" in text


def test_the_levels_of_lines_are_those_of_the_five_minute_values(demo_reader: Reader, demo_data: Path) -> None:
    samples = duckdb.sql(
        f"SELECT line_id, direction, avg_bps FROM read_parquet('{demo_data}/lake/line_sample/*/*.parquet') "
        f"WHERE jst_date BETWEEN DATE '{FIRST}' AND DATE '{LAST}' AND avg_bps IS NOT NULL").fetchall()
    found = demo_reader.query("line_range", demo_reader.whole_scope(), first_date=FIRST, last_date=LAST)
    assert len(found) == 10
    for row in found.itertuples():
        own = [value for line, direction, value in samples if (line, direction) == (row.entity, row.direction)]
        assert (row.received, row.max_bps, row.p95_bps) == (len(own), max(own), nearest_rank(own))
        assert row.avg_bps == pytest.approx(np.mean(own))
        if not is_missing(row.guaranteed_bps):
            assert row.exceeded_minutes == 5 * sum(value > row.guaranteed_bps for value in own)


@pytest.mark.parametrize("query", ["line", "device"])
def test_the_days_of_a_month_tell_what_the_month_tells(demo_reader: Reader, query: str) -> None:
    scope = demo_reader.whole_scope()
    period, keys = {"line": ("line_period", ["entity", "direction"]),
                    "device": ("device_results", ["device_id", "metric"])}[query]
    of_days = demo_reader.query(f"{query}_range", scope, **OCTOBER).set_index(keys)
    of_month = demo_reader.query(period, scope, period="2026-10").set_index(keys)
    same = [column for column in of_days.columns if column in of_month.columns]
    assert len(same) > 6 and len(of_days) > 5
    for column in same:
        for key, value in of_days[column].items():
            assert _alike(value, of_month.loc[key, column]), (key, column)


def _alike(left: Any, right: Any) -> bool:
    if is_missing(left) or is_missing(right):
        return is_missing(left) and is_missing(right)
    return bool(left == (pytest.approx(right) if isinstance(left, float) else right))


def test_the_hours_of_a_month_by_its_days_are_those_of_the_month(demo_reader: Reader) -> None:
    scope = demo_reader.whole_scope()
    of_days = demo_reader.query("line_hours_range", scope, line_id="internet", **OCTOBER)
    of_month = demo_reader.query("line_hours", scope, line_id="internet", from_month="2026-10", to_month="2026-10")
    assert len(of_days) == 2 * 7 * 24
    for column in of_month.columns:
        pairs = zip(of_days[column].tolist(), of_month[column].tolist(), strict=True)
        assert all(_alike(left, right) for left, right in pairs), column


@pytest.mark.parametrize(("kept", "told"), [((100, 900), 900), ((100,), None)])
def test_a_percentile_is_not_told_where_some_of_the_values_are_no_longer_kept(
    kept: tuple[int, ...], told: int | None
) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA scoped")
        connection.execute(
            "CREATE TABLE scoped.line_day AS SELECT DATE '2026-10-05' AS jst_date, 'web' AS line_id, "
            "'in' AS direction, 1000 AS sum_bps, 900 AS max_bps, 0 AS over_guaranteed, 288 AS expected, 2 AS received")
        connection.execute(
            "CREATE TABLE scoped.line_sample AS SELECT DATE '2026-10-05' AS jst_date, 'web' AS line_id, "
            "'in' AS direction, unnest(?) AS avg_bps", [list(kept)])
        connection.execute(
            "CREATE TABLE scoped.dim_line AS SELECT 'web' AS line_id, 'Web' AS name, 1 AS sort_order, "
            "1000 AS guaranteed_bps, 2000 AS total_bps, DATE '2026-01-01' AS valid_from, DATE '9999-12-31' AS valid_to")
        (row,) = connection.execute(named_query("line_range").sql,
                                    {"first_date": FIRST, "last_date": LAST}).df().itertuples()
    assert (None if is_missing(row.p95_bps) else row.p95_bps) == told
    assert (row.avg_bps, row.max_bps) == (500, 900)


def test_routes_of_a_body_are_the_sums_of_its_days(demo_reader: Reader) -> None:
    scope, days = Scope.of("242012"), {"first_date": FIRST, "last_date": LAST}
    routes = demo_reader.query("tenant_route_range", scope, **days)
    by_day = demo_reader.query("tenant_traffic_day", scope, **days)
    assert routes["bytes"].sum() == by_day["bytes"].sum() > 0
    assert set(routes["tenant_code"]) == {"242012"}


def test_the_days_of_a_month_tell_of_bodies_what_the_month_tells(demo_reader: Reader) -> None:
    scope = demo_reader.whole_scope()
    of_days = demo_reader.query("tenant_range", scope, **OCTOBER)
    of_month = demo_reader.query("tenant_month", scope, month="2026-10", previous_month="2026-09",
                                 last_year_month="2025-10")
    for column in ("name", "bytes_in", "bytes_out", "bytes_total", "share_pct", "tickets", "detections", "serious",
                   "coverage_pct"):
        assert all(map(_alike, of_days[column].tolist(), of_month[column].tolist())), column


def test_late_answers_of_bodies_are_those_of_their_list(demo_reader: Reader) -> None:
    scope, days = demo_reader.whole_scope(), {"first_date": date(2026, 8, 3), "last_date": LAST}
    late = demo_reader.query("late_answers", scope, **days)
    assert demo_reader.query("tenant_range", scope, **days)["late"].sum() == len(late) > 0


def test_counts_of_days_are_unknown_where_a_month_of_them_was_not_told_of(demo_reader: Reader) -> None:
    found = demo_reader.query("tenant_range", demo_reader.whole_scope(), first_date=date(2026, 7, 30), last_date=LAST)
    assert len(found) > 0 and found["tickets"].isna().all() and found["bytes_total"].notna().any()


def test_the_days_of_a_month_add_up_to_its_detections(demo_reader: Reader) -> None:
    scope = demo_reader.whole_scope()
    of_days = demo_reader.query("detection_range", scope, **OCTOBER)
    of_month = demo_reader.query("detection_trend", scope, from_month="2026-10", to_month="2026-10")
    assert of_days["jst_date"].nunique() == 31
    sums = of_days.groupby("severity_name")[["n", "blocked"]].sum()
    assert sums.to_dict("index") == of_month.set_index("severity_name")[["n", "blocked"]].to_dict("index")
    directions = demo_reader.query("detection_directions", scope, **OCTOBER)
    assert directions["n"].sum() == of_month["n"].sum() > 100


def test_the_bars_of_detections_are_those_of_the_days(demo_reader: Reader) -> None:
    figure = _figure(json.loads(shown(demo_reader, linked("/security", DAYS))), "figure-security-days")
    bars = [trace for trace in figure["data"] if trace["type"] == "bar" and trace.get("yaxis") != "y2"]
    found = demo_reader.query("detection_range", demo_reader.whole_scope(), first_date=FIRST, last_date=LAST)
    drawn = [sum(trace["y"][place] for trace in bars) for place in range(14)]
    assert drawn == found.groupby("jst_date")["n"].sum().tolist() and sum(drawn) > 30


def test_a_run_of_days_is_compared_with_the_one_before(demo_reader: Reader) -> None:
    scope = demo_reader.whole_scope()

    def counted(query: str, column: str, first: date, last: date) -> float:
        return float(demo_reader.query(query, scope, first_date=first, last_date=last)[column].sum())

    before = date(2026, 9, 21), date(2026, 10, 4)
    for path, query, column in (("/", "traffic_day", "bytes"), ("/security", "detection_range", "n"),
                                ("/tickets", "ticket_matrix_range", "n")):
        own, earlier = counted(query, column, FIRST, LAST), counted(query, column, *before)
        assert f"前の期間比{change(own, earlier)}" in shown(demo_reader, linked(path, DAYS)), path


def test_less_than_all_days_are_compared_with_nothing(demo_reader: Reader) -> None:
    """The demo begins in August 2026: of the run before only a part is known."""
    for path in ("/", "/security", "/tickets"):
        text = shown(demo_reader, linked(path, "2026-08-03..2026-08-20"))
        assert "前の期間比" not in text and "前年同期比" not in text, path


@pytest.mark.parametrize("path", ["/", "/security", "/tickets", "/tenant?tenant=242012"])
def test_days_that_are_not_over_are_compared_with_nothing(demo_reader: Reader, path: str) -> None:
    """The demo ends with October 2026."""
    text = shown(demo_reader, linked(path, "2026-10-20..2026-11-05"))
    assert "表示エラー" not in text and "前の期間比" not in text


def _figure(screen: Any, name: str) -> Any:
    """The figure of that id, wherever it stands."""
    if isinstance(screen, dict):
        if screen.get("id") == name and "figure" in screen:
            return screen["figure"]
        screen = list(screen.values())
    if isinstance(screen, list):
        return next((found for item in screen if (found := _figure(item, name))), None)
    return None


def test_the_signatures_of_a_months_days_are_ranked_as_those_of_the_month(demo_reader: Reader) -> None:
    scope = demo_reader.whole_scope()
    of_days = demo_reader.query("signature_range", scope, **OCTOBER, previous_first=date(2026, 9, 1),
                                previous_last=date(2026, 9, 30), limit=10)
    of_month = demo_reader.query("signature_top", scope, period="2026-10", limit=10)
    same = ["rank", "signature", "n", "max_severity", "severity_name", "blocked"]
    assert len(of_days) == 10 and of_days[same].equals(of_month[same])
    assert of_days["previous_rank"].notna().sum() == of_month["previous_rank"].notna().sum() > 0


def test_the_tickets_of_a_months_days_are_those_of_the_month(demo_reader: Reader) -> None:
    scope = demo_reader.whole_scope()
    of_days = demo_reader.query("ticket_matrix_range", scope, **OCTOBER)
    of_month = demo_reader.query("ticket_matrix_period", scope, from_month="2026-10", to_month="2026-10")
    assert of_days.to_dict() == of_month.to_dict() and of_days["n"].sum() > 0


# ---- downloads and refusals ---------------------------------------------------------------------------


def test_what_is_shown_of_days_downloads_as_such(demo_reader: Reader) -> None:
    rows = download(demo_reader, f"/csv/lines/range.csv?period={DAYS}")
    assert len(rows) == 10 and {row["対象期間"] for row in rows} == {DAYS}


def test_what_is_made_of_months_is_no_file_of_days(demo_reader: Reader) -> None:
    client = app_on(demo_reader, demo_reader.whole_scope()).server.test_client()
    answer = client.get(f"/csv/lines/outlook.csv?period={DAYS}")
    assert answer.status_code == 400 and "月・四半期・半期・年度を単位に集計します" in answer.get_data(as_text=True)


def test_a_body_asks_for_days_of_itself_only(demo_reader: Reader) -> None:
    assert "閲覧権限なし" in shown(demo_reader, linked("/tenant?tenant=242021", DAYS), Scope.of("242012"))
    client = app_on(demo_reader, Scope.of("242012")).server.test_client()
    assert client.get(f"/csv/tenant/routes.csv?tenant=242021&period={DAYS}").status_code == 403


@pytest.mark.parametrize(("period", "why"), [
    ("2026-10-18..2026-10-05", "終わりの日が始まりの日より前です"),
    ("2026-10-05..", "日付が2つ読み取れません"),
    ("2026-02-30..2026-03-01", "日付が2つ読み取れません"),
    ("2024-10-05..2026-10-05", "指定できるのは365日までです"),
])
def test_days_that_are_no_range_are_refused_with_the_way_to_write_one(
    demo_reader: Reader, period: str, why: str
) -> None:
    text = shown(demo_reader, linked("/lines", period))
    assert why in text and "2026-10-05..2026-10-18 のように" in text


def test_a_form_without_script_asks_for_the_same_days() -> None:
    asked = urls.parse("/lines", "?line=web&from=2026-10-05&to=2026-10-18&period=2026-10")
    assert asked.period == DAYS and asked.entity == urls.Entity("line", "web")
    assert urls.read_period(DAYS) == DayRange.between(FIRST, LAST)
