"""Reporting periods and how public documents write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import japanese
from warehouse.errors import PeriodError
from warehouse.period import DayRange, Period

PERIODS = st.builds(
    Period.parse, st.from_regex(r"20[0-9]{2}(-(0[1-9]|1[0-2])|Q[1-4]|H[12])|FY20[0-9]{2}|R[1-9]", fullmatch=True)
)


@pytest.mark.parametrize(
    ("text", "canonical", "label", "start", "end"),
    [
        ("2026-10", "2026-10", "令和8年10月", "2026-10-01", "2026-10-31"),
        ("２０２６－１０", "2026-10", "令和8年10月", "2026-10-01", "2026-10-31"),
        ("2028-02", "2028-02", "令和10年2月", "2028-02-01", "2028-02-29"),
        ("2026Q1", "2026Q1", "令和8年度第1四半期", "2026-04-01", "2026-06-30"),
        ("2026q4", "2026Q4", "令和8年度第4四半期", "2027-01-01", "2027-03-31"),
        ("2026H1", "2026H1", "令和8年度上期", "2026-04-01", "2026-09-30"),
        ("2026H2", "2026H2", "令和8年度下期", "2026-10-01", "2027-03-31"),
        ("R8", "FY2026", "令和8年度", "2026-04-01", "2027-03-31"),
        ("fy2026", "FY2026", "令和8年度", "2026-04-01", "2027-03-31"),
        ("R1", "FY2019", "平成31年度", "2019-04-01", "2020-03-31"),
        ("2019-05", "2019-05", "令和元年5月", "2019-05-01", "2019-05-31"),
    ],
)
def test_periods_as_people_write_them(text: str, canonical: str, label: str, start: str, end: str) -> None:
    period = Period.parse(text)
    assert (str(period), period.label_ja) == (canonical, label)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026Q5",
        "2026Q0",
        "2026H3",
        "R0",
        "R",
        "FY26",
        "10-2026",
        "2026-10-01",
        "0001-01",
        "FY0000",
        "FY9999",
        "9999-12",
        "2026-10; DROP TABLE x",
    ],
)
def test_what_is_no_period_is_refused_with_the_ways_to_write_one(text: str) -> None:
    with pytest.raises(PeriodError, match="2026-10（月）、2026Q2（四半期）"):
        Period.parse(text)


@given(PERIODS)
def test_every_period_reads_back_and_is_made_of_its_months(period: Period) -> None:
    assert Period.parse(str(period)) == period
    assert (len(period.months), period.months[0], period.months[-1]) == (
        period.length,
        period.first_month,
        period.last_month,
    )
    assert period.previous().end < period.start <= period.end
    assert period.previous().shift(1) == period
    assert period.last_year().start == period.start.replace(year=period.start.year - 1)
    assert period.label_ja and period.trailing_months(13)[-1] == period.last_month


def test_the_fiscal_year_runs_from_april() -> None:
    assert [Period.parse(text).fiscal_year for text in ("2026-03", "2026-04", "2027-03")] == [2025, 2026, 2026]
    assert Period.month_of(date(2026, 10, 31)) == Period.parse("2026-10")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-11-20", "令和8年11月20日（金）"),
        ("2019-05-01", "令和元年5月1日（水）"),
        ("2019-04-30", "平成31年4月30日（火）"),
        ("1989-01-08", "平成元年1月8日（日）"),
        ("1989-01-07", "昭和64年1月7日（土）"),
    ],
)
def test_days_are_written_in_their_era(day: str, text: str) -> None:
    assert japanese.era_date_weekday(date.fromisoformat(day)) == text


def test_times_are_written_with_two_digits_of_minutes() -> None:
    assert japanese.era_datetime(datetime(2026, 10, 1, 9, 5)) == "令和8年10月1日 9時05分"


@pytest.mark.parametrize(
    ("value", "decimals", "rounding", "text"),
    [
        (1234.5, 1, "half_up", "1,234.5"),
        (0, 0, "half_up", "0"),
        (0.0, 2, "half_up", "0.00"),
        (2.5, 0, "half_up", "3"),
        (-2.5, 0, "half_up", "▲3"),
        (-0.04, 1, "half_up", "0.0"),
        (-1234567, 0, "half_up", "▲1,234,567"),
        (None, 0, "half_up", "…"),
        (float("nan"), 3, "truncate", "…"),
        (99.9999, 3, "truncate", "99.999"),
        (99.9999, 3, "half_up", "100.000"),
        (100.0, 3, "truncate", "100.000"),
        (0.285, 2, "half_up", "0.29"),
        (Decimal("1.005"), 2, "half_up", "1.01"),
        (9_007_199_254_740_993, 0, "half_up", "9,007,199,254,740,993"),
        (np.int64(9_007_199_254_740_993), 0, "half_up", "9,007,199,254,740,993"),
        (np.float64(1.25), 1, "half_up", "1.3"),
    ],
)
def test_numbers_are_written_as_in_public_tables(value: object, decimals: int, rounding: str, text: str) -> None:
    assert japanese.number(value, decimals, rounding) == text  # type: ignore[arg-type]


def test_units_are_decimal_and_missing_stays_missing() -> None:
    assert (japanese.mbps(1_500_000), japanese.bytes_gb(2_500_000_000)) == (1.5, 2.5)
    assert (japanese.mbps(None), japanese.bytes_gb(float("nan"))) == (None, None)


# ---- runs of days -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label", "months"),
    [
        ("2026-10-05..2026-10-05", "令和8年10月5日", 1),
        ("2026-10-05..2026-10-18", "令和8年10月5日～18日", 1),
        ("2026-10-05..2026-11-03", "令和8年10月5日～11月3日", 2),
        ("2026-12-28..2027-01-03", "令和8年12月28日～令和9年1月3日", 2),
        ("2019-04-30..2019-05-01", "平成31年4月30日～令和元年5月1日", 2),
    ],
)
def test_runs_of_days_as_people_write_them(text: str, label: str, months: int) -> None:
    days = DayRange.parse(text)
    assert (str(days), days.label_ja, len(days.months)) == (text, label, months)


@given(st.dates(date(2101, 1, 1), date(2190, 1, 1)), st.integers(0, 364))
def test_a_run_of_days_reads_back_and_stands_beside_its_neighbours(first: date, more: int) -> None:
    days = DayRange.between(first, first + timedelta(days=more))
    assert DayRange.parse(str(days)) == days
    assert days.previous().end + timedelta(days=1) == days.start and days.shift(1).previous() == days
    assert days.months[0] == f"{days.start:%Y-%m}" and days.months[-1] == f"{days.end:%Y-%m}"


def test_a_year_before_a_leap_day_is_the_day_before() -> None:
    assert DayRange.between(date(2028, 2, 29), date(2028, 3, 1)).last_year().start == date(2027, 2, 28)


def test_a_run_of_days_is_no_reporting_period() -> None:
    with pytest.raises(PeriodError):
        Period.parse("2026-10-05..2026-10-18")
