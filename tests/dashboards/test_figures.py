"""Figures are data: what is drawn, what is left out, and what the sentence beneath says."""

from __future__ import annotations

from datetime import date

import pandas as pd

from dashboards import sentences
from dashboards.figures import counts, traffic
from dashboards.figures.axis import months_axis
from dashboards.figures.base import CONFIG, month_ticks
from dashboards.frames import days_between
from dashboards.wording import NOTHING
from warehouse.period import Period

MONTHS = Period.parse("2026-10").trailing_months(13)
GB = 10**9


def _trend(skip: str | None = None, low: str | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "jst_month": month,
                "direction": direction,
                "bytes": (place + 1) * GB,
                "p95_bps": 1e8,
                "coverage_pct": 90.0,
            }
            if month == low
            else {
                "jst_month": month,
                "direction": direction,
                "bytes": (place + 1) * GB,
                "p95_bps": 1e8,
                "coverage_pct": 100.0,
            }
            for place, month in enumerate(MONTHS)
            for direction in ("in", "out")
            if month != skip
        ]
    )


def test_a_missing_month_is_a_gap_with_a_mark_and_never_zero() -> None:
    figure = traffic.monthly(_trend(skip="2026-03"), MONTHS)
    assert [trace["name"] for trace in figure["data"]] == ["受信", "送信"]
    assert figure["data"][0]["y"][5] is None
    assert figure["data"][0]["y"][6] == 7.0
    assert [mark["x"] for mark in figure["layout"]["annotations"]] == ["令和8年3月"]
    assert figure["data"][0]["connectgaps"] is False


def test_a_month_of_low_coverage_has_an_open_marker() -> None:
    colours = traffic.monthly(_trend(low="2026-09"), MONTHS)["data"][0]["marker"]["color"]
    assert colours[-2] == "#FFFFFF"
    assert colours[-1] != "#FFFFFF"


def test_axes_start_at_zero_and_months_carry_the_era() -> None:
    layout = traffic.monthly(_trend(), MONTHS)["layout"]
    assert layout["yaxis"]["rangemode"] == "tozero"
    assert layout["xaxis"]["ticktext"][:4] == ["10<br>令和7年", "11", "12", "1<br>令和8年"]
    assert month_ticks(["2025-12", "2026-01"]) == ["12", "1<br>令和8年"]


def test_closed_days_come_from_the_calendar() -> None:
    days = days_between(date(2026, 10, 9), date(2026, 10, 13))
    frame = pd.DataFrame(
        [
            {
                "jst_date": pd.Timestamp(day),
                "direction": "in",
                "bytes": GB,
                "coverage_pct": 100.0,
                "is_open_day": day.day in (9, 13),
            }
            for day in days
        ]
    )
    assert traffic.closed_days(frame, days) == {date(2026, 10, day) for day in (10, 11, 12)}
    figure = traffic.daily(frame, days)
    assert len(figure["layout"]["shapes"]) == 3
    assert figure["data"][0]["y"] == [1.0] * 5


def _detections() -> pd.DataFrame:
    rows = [(month, 0, "Low", 100) for month in MONTHS] + [
        (MONTHS[-1], 3, "Critical", 2),
        (MONTHS[-1], None, "未判断", 5),
    ]
    return pd.DataFrame(rows, columns=["jst_month", "severity", "severity_name", "n"])


def test_severities_stack_in_order_with_the_undecided_last_and_serious_ones_apart() -> None:
    figure = counts.detections(_detections(), months_axis(MONTHS))
    names = [trace["name"] for trace in figure["data"] if trace["type"] == "bar" and trace.get("yaxis") != "y2"]
    assert names == ["Low", "Critical", "未判断"]
    serious = [trace for trace in figure["data"] if trace.get("yaxis") == "y2" and trace["type"] == "bar"]
    assert [trace["name"] for trace in serious] == ["Critical"]
    assert serious[0]["y"] == [0] * 12 + [2]


def test_a_month_without_any_count_is_missing_but_a_kind_without_is_zero() -> None:
    frame = pd.DataFrame(
        [("2026-09", "inquiry", "問合せ", 4), ("2026-10", "inquiry", "問合せ", 5), ("2026-10", "fault", "障害申告", 1)],
        columns=["jst_month", "ticket_kind", "kind_name", "n"],
    )
    figure = counts.tickets(frame, months_axis(MONTHS))
    assert figure["data"][1]["y"][-3:] == [None, 0, 1]
    assert figure["data"][-1]["text"][-3:] == ["", "4", "6"]


def test_nothing_leaves_the_network_from_the_figure_toolbar() -> None:
    assert CONFIG["displayModeBar"] is False
    assert CONFIG["modeBarButtonsToRemove"] == ["sendChartToCloud"]
    assert CONFIG["displaylogo"] is False
    assert CONFIG["locale"] == "ja"


def test_sentences_read_the_figures() -> None:
    risen = "13.0 GB（前月比8.3%増、前年同月比1,200.0%増）"
    assert sentences.traffic.monthly_traffic(_trend(), MONTHS, {"2026-09": 19, "2026-10": 21}) == (
        f"令和8年10月は受信{risen}、送信{risen}です。"
        "受信は直近13か月ではこの月が最大です。開庁日は21日（前月19日）です。"
    )
    assert sentences.counts.detections(_detections(), MONTHS) == (
        "令和8年10月の検知は107件（前月比7.0%増、前年同月比7.0%増）で、うち重大（危険度2以上）は2件です。"
        "危険度の判断を待つものが5件あります。"
    )
    assert sentences.traffic.monthly_traffic(_trend(skip="2026-10"), MONTHS, {}) == NOTHING
