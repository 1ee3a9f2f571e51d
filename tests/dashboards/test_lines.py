"""回線と容量: figures are those of the warehouse for any period, gaps stay gaps, forecasts keep their range."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from dash import Dash

from dashboards import palette, urls
from dashboards.app import create_app
from dashboards.figures import lines as figures
from dashboards.figures.axis import days_axis
from dashboards.frames import days_between
from dashboards.pages import lines, lines_outlook
from dashboards.pages import lines_data as ask_lines
from dashboards.sentences import lines as sentences
from dashboards.wording import rate
from tests.dashboards.conftest import ask
from warehouse import outlook
from warehouse.japanese import number
from warehouse.reader import Reader
from warehouse.reading import FrameReader
from warehouse.scope import Scope

NOW = datetime(2026, 11, 20, 9, 30)
PERIODS = ("2026-10", "2026Q2", "2026H1", "FY2026")
MEGA = 1_000_000


@dataclass(frozen=True)
class Replaced:
    """The demo's reader with some answers replaced: it knows three months, a forecast needs twelve."""

    reader: Reader
    answers: dict[str, pd.DataFrame]

    @property
    def snapshot(self) -> Any:
        return self.reader.snapshot

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        return self.answers[name] if name in self.answers else self.reader.query(name, scope, **params)

    def rows_by_load(self, *given: Any, **named: Any) -> pd.DataFrame:
        return self.reader.rows_by_load(*given, **named)


def app_on(reader: FrameReader, scope: Scope) -> Dash:
    return create_app(lambda: reader, lambda: scope, lambda: NOW)


def shown(reader: Reader, link: str, scope: Scope | None = None) -> str:
    app = app_on(reader, scope or reader.whole_scope())
    return json.dumps(json.loads(ask(app, link)), ensure_ascii=False)


def download(reader: Reader, link: str) -> list[dict[str, str]]:
    answer = app_on(reader, reader.whole_scope()).server.test_client().get(link)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


# ---- the page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", PERIODS)
def test_all_lines_stand_there_with_the_figures_of_the_warehouse(demo_reader: Reader, period: str) -> None:
    text = shown(demo_reader, f"/lines?period={period}")
    assert "表示エラー" not in text
    kpis = demo_reader.query("service_levels", demo_reader.whole_scope(), period=period)
    asked = kpis[kpis["kpi_id"].isin(["K09.in", "K09.out", "K10", "K11", "K12", "K13", "K13.p95", "K14"])]
    assert len(asked) > 15
    for kpi in asked.itertuples():
        assert number(kpi.value, kpi.decimals, kpi.rounding) in text, (kpi.kpi_id, kpi.entity)
        proof = f"/proof?kpi={kpi.kpi_id}&grain={kpi.grain}&entity={kpi.entity}&period={period}"
        assert proof in text, "each figure of a KPI leads to its proof"
    design = demo_reader.query("design_results", demo_reader.whole_scope(), period=period)
    for row in design[design["kind"].isin(["line", "line_group"])].dropna(subset=["design_value"]).itertuples():
        assert number(row.margin / MEGA, 1) in text, row.entity


def test_one_line_is_chosen_by_the_link_and_kept_in_it(demo_reader: Reader) -> None:
    assert "インターネット接続回線の詳細" in shown(demo_reader, "/lines?period=2026-10"), "the first line by default"
    text = shown(demo_reader, "/lines?line=web&period=2026-10")
    assert "Web公開アクセスの詳細" in text and "インターネット接続回線の詳細" not in text
    assert "/lines?line=web&period=2026-09" in text, "the step to the month before"
    for dataset in ("days", "hours", "trend"):
        assert f"/csv/lines/{dataset}.csv?line=web&period=2026-10" in text
    assert "/csv/lines/lines.csv?period=2026-10" in text, "all lines: no choice in the address"
    for line in demo_reader.query("lines", demo_reader.whole_scope(), first_date=date(2026, 10, 1),
                                  last_date=date(2026, 10, 31))["line_id"]:
        assert f"/lines?line={line}&period=2026-10" in text


@pytest.mark.parametrize("link", ["/lines?line=nowhere&period=2026-10", "/lines?line=242012"])
def test_an_unknown_line_is_refused_with_a_reason(demo_reader: Reader, link: str) -> None:
    text = shown(demo_reader, link)
    assert "回線が見つかりません" in text and "（例：internet）" in text
    assert "表示エラー" not in text and "の詳細" not in text
    answer = app_on(demo_reader, demo_reader.whole_scope()).server.test_client().get("/csv/lines/days.csv?line=nowhere")
    assert answer.status_code == 400


def test_other_pages_do_not_mind_a_line_in_the_link(demo_reader: Reader) -> None:
    assert "回線が見つかりません" not in shown(demo_reader, "/service-level?line=nowhere&period=2026-10")


@pytest.mark.parametrize("line", ["breakout", "cloud_standby"])
def test_a_line_without_excess_or_without_guarantee_says_so(demo_reader: Reader, line: str) -> None:
    text = shown(demo_reader, f"/lines?line={line}&period=2026-10")
    assert "figure-line-exceeded" not in text and "表示エラー" not in text
    assert ("この回線には確保帯域の定めがありません" in text) == (line == "cloud_standby")


def test_fewer_than_twelve_months_are_told_in_words(demo_reader: Reader) -> None:
    text = shown(demo_reader, "/lines?period=2026-10")
    assert "実績が12か月に満たないため、到達の見込みは求められません（データなし）。" in text
    assert "見込みの幅" not in text


def test_a_period_before_the_first_load_has_no_data_and_no_error(demo_reader: Reader) -> None:
    text = shown(demo_reader, "/lines?period=2024-05")
    assert text.count("データなし：") >= 4 and "表示エラー" not in text


def test_bodies_see_neither_the_page_nor_its_files_nor_any_row(demo_reader: Reader) -> None:
    own = Scope.of("242012")
    text = shown(demo_reader, "/lines?period=2026-10", own)
    assert "閲覧権限なし" in text and "インターネット接続回線" not in text
    client = app_on(demo_reader, own).server.test_client()
    assert {client.get(f"/csv/lines/{dataset.name}.csv").status_code for dataset in lines.PAGE.datasets} == {403}
    months = {"line_id": "internet", "from_month": "2026-08", "to_month": "2026-10"}
    days = {"first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}
    questions: dict[str, dict[str, Any]] = {
        "lines": days, "line_period": {"period": "2026-10"}, "line_days": {"line_id": "internet", **days},
        "line_months": months, "line_hours": months, "capacity_trend": {"line_id": "internet", "month": "2026-10"},
    }
    for name, params in questions.items():
        assert len(demo_reader.query(name, demo_reader.whole_scope(), **params)), name
        assert not len(demo_reader.query(name, own, **params)), name


def test_files_hold_exact_values_of_the_chosen_line_only(demo_reader: Reader) -> None:
    told = download(demo_reader, "/csv/lines/days.csv?line=web&period=2026-10")
    assert len(told) == 62 and {row["回線ID"] for row in told} == {"web"}
    days = demo_reader.query("line_day", demo_reader.whole_scope(), first_date=date(2026, 10, 1),
                             last_date=date(2026, 10, 31))
    own = days[days["line_id"] == "web"]
    assert [int(row["95パーセンタイル（bit/s）"]) for row in told] == own["p95_bps"].tolist()
    assert len(download(demo_reader, "/csv/lines/hours.csv?line=web&period=2026-10")) == 2 * 7 * 24


# ---- trend and forecast -------------------------------------------------------------------------------


def history(state: str = "rising", count: int = 14) -> pd.DataFrame:
    months = pd.period_range(end="2026-10", periods=count, freq="M").astype(str)
    return pd.DataFrame([
        {"jst_month": month, "line_id": "internet", "value": (500.0 + 5 * place) * MEGA,
         "limit_value": 1000.0 * MEGA, "state": state, "months": count, "slope": 5.0 * MEGA,
         "slope_low": 4.0 * MEGA, "slope_high": 8.0 * MEGA,
         "fit_value": 565.0 * MEGA, "fit_low": 560.0 * MEGA, "fit_high": 570.0 * MEGA}
        for place, month in enumerate(months)
    ])


def threshold(pct: int | None, left: int | None, late: bool = False, state: str = "rising") -> dict[str, Any]:
    ahead = bool(left)
    return {
        "grain": "line", "entity": "internet", "name": "甲回線", "metric": "p95_bps", "threshold_pct": pct,
        "months": 14, "value": 565.0 * MEGA, "limit_value": 1000.0 * MEGA, "used_pct": 56.5,
        "slope_per_month": 5.0 * MEGA,
        "state": state, "months_left": left, "reach_month": "2029-01" if ahead else None,
        "reach_earliest": "2028-03" if ahead else None, "reach_latest": "2029-09" if ahead and pct == 70 else None,
        "request_by": date(2027, 10, 31) if ahead else None, "is_late": late if ahead else None,
    }


def test_the_forecast_goes_on_from_the_last_month_with_its_range() -> None:
    frame = lines_outlook.forecast(history(), 30)
    assert len(frame) == 14 + 30 and frame["jst_month"].iloc[-1] == "2029-04"
    assert frame["value"].notna().sum() == 14, "nothing is measured ahead"
    now, last = frame.iloc[13], frame.iloc[-1]
    assert (now["low"], now["fit"], now["high"]) == (560 * MEGA, 565 * MEGA, 570 * MEGA)
    assert (last["low"], last["fit"], last["high"]) == (680 * MEGA, 715 * MEGA, 810 * MEGA)
    assert frame["low"].iloc[:13].isna().all() and frame["fit"].iloc[0] == 500 * MEGA


def test_a_month_that_lacks_in_the_history_is_a_gap() -> None:
    whole = history()
    frame = lines_outlook.forecast(whole[whole["jst_month"] != "2026-03"], 12)
    assert pd.isna(frame.set_index("jst_month")["value"]["2026-03"])


def test_too_short_a_history_has_no_line_and_no_months_ahead() -> None:
    frame = lines_outlook.forecast(history("short", 5), 12)
    assert len(frame) == 5 and frame["fit"].isna().all()
    assert list(named(figures.trend(frame, []))) == ["実績（95パーセンタイル）"]


@pytest.mark.parametrize(("left", "drawn"), [((27, 50), 30), ((0, 4), 12), ((59,), 60), ((None,), 12)])
def test_a_forecast_reaches_a_little_beyond_the_next_threshold(left: Sequence[int | None], drawn: int) -> None:
    assert outlook.months_ahead([{"months_left": months} for months in left]) == drawn


def test_the_trend_shows_the_range_the_thresholds_and_the_month_of_arrival() -> None:
    figure = figures.trend(lines_outlook.forecast(history(), 30), [threshold(70, 27), threshold(90, None)])
    traces = {trace.get("name", ""): trace for trace in figure["data"]}
    assert traces["見込みの幅"]["fill"] == "tonexty" and traces["見込みの幅"]["y"][-1] == 810
    assert (traces["到達見込み"]["x"], traces["到達見込み"]["y"]) == (["令和11年1月"], [700.0])
    assert [label["text"] for label in figure["layout"]["annotations"]] == [
        "70%（700 Mbps）", "90%（900 Mbps）", "確保帯域 1,000 Mbps"]


def test_the_page_shows_the_outlook_its_range_and_a_deadline_that_has_passed(demo_reader: Reader) -> None:
    outlook = pd.DataFrame([threshold(70, 27, late=True), threshold(90, 40), threshold(100, None)])
    reader = Replaced(demo_reader, {"capacity_outlook": outlook, "capacity_trend": history()})
    app = app_on(reader, demo_reader.whole_scope())
    text = json.dumps(json.loads(ask(app, "/lines?period=2026-10")), ensure_ascii=False)
    assert "表示エラー" not in text and "見込みの幅" in text
    for told in ("令和11年1月", "令和10年3月", "令和11年9月", "60か月より先", "令和9年10月31日", "期限超過", "期限内",
                 "見込みなし", "予算要求の締切を過ぎているのは甲回線の70%です。",
                 "予算要求の締切（令和9年10月31日）を過ぎています。"):
        assert told in text, told


# ---- sentences ----------------------------------------------------------------------------------------


def test_a_threshold_has_one_of_four_states() -> None:
    assert [sentences.reach_text(row) for row in (
        threshold(70, 27), threshold(70, 0), threshold(70, None), threshold(None, None, state="short"))
    ] == ["令和11年1月", "到達済み", "見込みなし", "データなし"]
    assert sentences.reach_range(threshold(70, 27)) == "令和10年3月から令和11年9月まで"
    assert sentences.reach_range(threshold(90, 40)) == "令和10年3月以降", "the flatter line does not arrive"


def test_the_outlook_names_what_is_reached_what_comes_next_and_what_is_late() -> None:
    assert sentences.outlook([threshold(70, 0), threshold(90, 40), threshold(100, None)]) == (
        "甲回線は確保帯域の70%に到達済みです。次に到達する見込みは甲回線の90%で、令和11年1月（令和10年3月以降の幅）です。"
        "予算要求の締切を過ぎたものはありません。")
    assert sentences.outlook([threshold(70, None)]) == "今後60か月（5年）以内に新たに到達する見込みの回線はありません。"


def test_the_trend_tells_speed_arrival_and_deadline() -> None:
    frame = lines_outlook.forecast(history(), 30)
    assert sentences.trend("甲回線", frame, [threshold(70, 27)]) == (
        "直近14か月の95パーセンタイルは、1か月当たり5.00 Mbpsの割合で増えています。確保帯域の70%に達するのは"
        "令和11年1月（令和10年3月から令和11年9月までの幅）の見込みです。予算要求の締切は令和9年10月31日です。")
    flat = lines_outlook.forecast(history("flat"), 12)
    assert sentences.trend("甲回線", flat, [threshold(70, None, state="flat")]) == (
        "直近14か月の95パーセンタイルは、増える傾向が認められません。"
        "60か月（5年）以内に新たに到達する見込みはありません（見込みなし）。")
    short = lines_outlook.forecast(history("short", 5), 0)
    assert "12か月に満たない" in sentences.trend("甲回線", short, [threshold(None, None, state="short")])


def test_excess_is_counted_by_direction_and_compared() -> None:
    frame = measured(days_between(date(2026, 10, 1), date(2026, 10, 3)), over={("in", 2): 30, ("in", 3): 15})
    assert sentences.exceeded(frame, "jst_date", {"previous_value": 10.0, "last_year_value": None}) == (
        "5分平均値が確保帯域を超えた時間は、受信45分（2日）、送信0分（0日）です。大きい方の方向は、前の期間が10分でした。")


def test_small_rates_keep_their_digits() -> None:
    assert (rate(2_360), rate(80 * MEGA), rate(0), rate(None)) == ("2.4 kbps", "80.0 Mbps", "0.0 Mbps", "… Mbps")


# ---- figures ------------------------------------------------------------------------------------------


def measured(days: Sequence[date], gap: int | None = None, guaranteed: int | None = 1000, total: int | None = 4000,
             over: dict[tuple[str, int], int] | None = None) -> pd.DataFrame:
    """A line's days: 500 Mbps in, 100 Mbps out; the day ``gap`` has no sample."""
    rows = []
    for day in days:
        for direction, level in (("in", 500 * MEGA), ("out", 100 * MEGA)):
            known = day.day != gap
            rows.append({
                "jst_date": day, "direction": direction, "p95_bps": level if known else None,
                "max_bps": level * 1.2 if known else None, "guaranteed_bps": guaranteed and guaranteed * MEGA,
                "total_bps": total and total * MEGA, "expected": 288, "received": 288 if known else 0,
                "exceeded_minutes": (over or {}).get((direction, day.day), 0) if known else None,
                "coverage_pct": 100.0 if known else 0.0, "is_open_day": day.weekday() < 5,
            })
    return pd.DataFrame(rows)


OCTOBER = days_between(date(2026, 10, 1), date(2026, 10, 31))


def named(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"] if "name" in trace}


def test_a_day_without_data_is_a_gap_with_a_mark() -> None:
    figure = figures.percentiles(measured(OCTOBER, gap=7), days_axis(OCTOBER))
    line = named(figure)["受信"]
    assert line["y"][6] is None and line["y"][7] == 500 and line["connectgaps"] is False
    assert [mark["x"] for mark in figure["layout"]["annotations"] if mark["text"] == "…"] == ["10月7日（水）"]
    assert named(figure)["最大（大きい方）"]["y"][0] == 600
    assert len(figure["layout"]["shapes"]) == sum(day.weekday() > 4 for day in OCTOBER)
    bars = figures.exceeded(measured(OCTOBER, gap=7), days_axis(OCTOBER))
    assert bars["data"][0]["y"][6] is None and bars["data"][0]["y"][7] == 0


def test_bandwidths_are_labelled_at_their_line_and_a_far_one_breaks_the_scale() -> None:
    figure = figures.percentiles(measured(OCTOBER), days_axis(OCTOBER))
    labels = {label["text"]: label for label in figure["layout"]["annotations"]}
    assert (labels["確保帯域 1,000 Mbps"]["y"], labels["確保帯域 1,000 Mbps"]["yref"]) == (1000, "y")
    assert (labels["総帯域 4,000 Mbps"]["y"], labels["総帯域 4,000 Mbps"]["yref"]) == (4000, "y2")
    assert "≈" in labels and figure["layout"]["yaxis"]["range"][0] == 0


def test_equal_bandwidths_share_a_line_and_none_draws_none() -> None:
    same = figures.percentiles(measured(OCTOBER, total=1000), days_axis(OCTOBER))["layout"]
    assert [label["text"] for label in same["annotations"]] == ["確保帯域・総帯域 1,000 Mbps"] and "yaxis2" not in same
    none = figures.percentiles(measured(OCTOBER, guaranteed=None, total=None), days_axis(OCTOBER))["layout"]
    assert none["annotations"] == []


def test_a_quarter_names_its_months_on_the_axis() -> None:
    axis = days_axis(days_between(date(2026, 7, 1), date(2026, 9, 30)))
    assert axis.layout["ticktext"] == ["7月<br>1日", "15日", "8月<br>1日", "15日", "9月<br>1日", "15日"]


def test_hours_without_data_stay_blank_and_the_scale_begins_at_zero() -> None:
    frame = pd.DataFrame([{"weekday": day, "hour": hour, "avg_bps": None if hour == 3 else (day * 10 + hour) * MEGA,
                           "expected": 12} for day in range(1, 8) for hour in range(24)])
    drawn = figures.hours(frame)["data"][0]
    assert drawn["y"] == list("月火水木金土日") and (drawn["zmin"], drawn["zmax"]) == (0, 93)
    assert drawn["z"][0][3] is None and drawn["z"][2][5] == 35 and drawn["hoverongaps"] is False
    assert [shade for _, shade in drawn["colorscale"]] == list(palette.SEQUENTIAL)
    table = ask_lines.hour_table(frame)
    assert table["hour_name"].tolist()[:2] == ["0時台", "1時台"] and table["day_3"][5] == 35 * MEGA
    assert sentences.hours(frame) == (
        "平均が最も大きいのは日曜日23時台の93.0 Mbps、最も小さいのは月曜日0時台の10.0 Mbpsです。"
        "データのない曜日・時刻が7あります。")


def test_a_chosen_entity_comes_back_from_its_link() -> None:
    link = urls.href(urls.LINES, entity=urls.Entity(urls.LINE, "web"))
    assert link == "/lines?line=web"
    assert urls.parse("/lines", "?line=web").entity == urls.Entity("line", "web")
    assert urls.parse("/lines", "?line=").entity is None
