"""Open days: the vectors agreed with the prefecture, and years of dates against an independent holiday table."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest

from tests.support import CONFIG, copy_config
from warehouse.calendar import calendar_rows
from warehouse.dimensions import Row, read_all

FIRST, LAST = date(2022, 4, 1), date(2027, 11, 30)


@pytest.fixture(scope="module")
def days() -> dict[date, Row]:
    return {row["jst_date"]: row for row in calendar_rows(read_all(CONFIG), FIRST, LAST)}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-04-28", "2026-04-30"),
        ("2026-05-01", "2026-05-07"),
        ("2026-09-18", "2026-09-24"),
        ("2026-11-20", "2026-11-24"),
        ("2026-11-21", "2026-11-24"),
        ("2026-12-28", "2027-01-04"),
        ("2027-03-19", "2027-03-23"),
        ("2026-10-05", "2026-10-06"),
    ],
)
def test_the_next_open_day(days: dict[date, Row], received: str, due: str) -> None:
    assert days[date.fromisoformat(received)]["next_open_date"] == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("year", "months"),
    [
        (2025, None),
        (2026, (21, 18, 22, 22, 20, 19, 21, 19, 20, 19, 18, 22)),
    ],
)
def test_open_days_of_fiscal_years_and_their_months(
    days: dict[date, Row], year: int, months: tuple[int, ...] | None
) -> None:
    opened = [day for day, row in days.items() if row["fiscal_year"] == year and row["is_open_day"]]
    assert len(opened) == {2025: 242, 2026: 241}[year]
    if months:
        assert (
            tuple(sum(day.month == month for day in opened) for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3))
            == months
        )


def test_ten_open_days_over_the_turn_of_the_year(days: dict[date, Row]) -> None:
    numbers = {day: int(str(row["open_day_number"])) for day, row in days.items()}
    assert numbers[date(2027, 1, 8)] - numbers[date(2026, 12, 21)] == 10


def test_every_day_of_five_years_agrees_with_an_independent_table(days: dict[date, Row]) -> None:
    national = holidays.country_holidays("JP", years=range(2022, 2028))
    assert len(days) > 2_000

    def is_open(day: date) -> bool:
        year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
        return day.weekday() < 5 and day not in national and not year_end

    for day, row in days.items():
        assert row["is_open_day"] == is_open(day), day
        assert (row["closed_reason"] is None) == is_open(day), day
        following = day + timedelta(days=1)
        while not is_open(following):
            following += timedelta(days=1)
        if following <= date(2027, 12, 28):
            assert row["next_open_date"] == following, day


def test_days_name_their_month_fiscal_year_and_reason(days: dict[date, Row]) -> None:
    row = days[date(2027, 1, 1)]
    assert (row["jst_month"], row["fiscal_year"], row["weekday"], row["closed_reason"]) == (
        "2027-01",
        2026,
        5,
        "元日",
    )
    assert days[date(2026, 12, 29)]["closed_reason"] == "年末年始"
    assert days[date(2026, 10, 3)]["closed_reason"] == "土曜日"


def test_an_extra_closed_day_of_the_prefecture_closes_the_offices(tmp_path_factory: pytest.TempPathFactory) -> None:
    config = copy_config(tmp_path_factory.mktemp("calendar") / "config")
    (config / "extra_closed_days.csv").write_text("date,name,source\n2026-10-05,県の休日,条例\n", encoding="utf-8")
    rows = {row["jst_date"]: row for row in calendar_rows(read_all(config), date(2026, 10, 1), date(2026, 10, 31))}
    assert rows[date(2026, 10, 5)]["closed_reason"] == "県の休日"
    assert rows[date(2026, 10, 2)]["next_open_date"] == date(2026, 10, 6)
