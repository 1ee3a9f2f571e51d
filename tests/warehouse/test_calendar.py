"""Open days: the vectors agreed with the prefecture, and thousands of days and moments against independent counts.

The independent side knows the ``holidays`` package, the year-end closing and loops over days and minutes; it calls
nothing of ours.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path

import duckdb
import holidays
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import CONFIG, copy_config
from warehouse.calendar import BusinessCalendar, calendar_range, calendar_rows
from warehouse.calendar_rules import AfterHours, CalendarRules, DueEnd
from warehouse.dimensions import Row, read_all
from warehouse.errors import OutsideCalendar
from warehouse.models import FOLDER
from warehouse.period import Period

FIRST, LAST = date(2022, 4, 1), date(2027, 11, 30)
STRICT, LENIENT = CalendarRules(), CalendarRules(after_hours="next_open_day")
EVERY_RULE = [
    CalendarRules(opens, closes, after_hours, due_end)
    for (opens, closes), after_hours, due_end in product(
        [(510, 1035), (540, 1020)], ("received_date", "next_open_day"), ("closes", "24:00")
    )
]


@pytest.fixture(scope="module")
def tables() -> dict[str, list[Row]]:
    return read_all(CONFIG)


@pytest.fixture(scope="module")
def days(tables: dict[str, list[Row]]) -> dict[date, Row]:
    return {row["jst_date"]: row for row in calendar_rows(tables, FIRST, LAST)}  # type: ignore[misc]


@cache
def calendar(rules: CalendarRules = STRICT) -> BusinessCalendar:
    return BusinessCalendar.of_config(read_all(CONFIG), FIRST, date(2027, 12, 31), rules)


# ---- the independent side -----------------------------------------------------------------------------

NATIONAL = holidays.country_holidays("JP", years=range(2022, 2028))


@cache
def opened(day: date) -> bool:
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and day not in NATIONAL and not year_end


def after(day: date, n: int) -> date:
    """The n-th open day after a day, walking."""
    while n:
        day += timedelta(days=1)
        n -= opened(day)
    return day


def minutes_by_minute(start: datetime, end: datetime, opens: int = 510, closes: int = 1035) -> int:
    """Walks through every minute from start to end."""
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    total = 0
    while start < end:
        total += opened(start.date()) and opens <= start.hour * 60 + start.minute < closes
        start += timedelta(minutes=1)
    return total


def minutes_by_day(start: datetime, end: datetime, opens: int = 510, closes: int = 1035) -> int:
    """Walks through every day from start to end and adds the overlap with its office hours."""
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    total, day = timedelta(), start.date()
    while day <= end.date():
        midnight = datetime(day.year, day.month, day.day)
        begin = max(start, midnight + timedelta(minutes=opens))
        finish = min(end, midnight + timedelta(minutes=closes))
        if opened(day) and begin < finish:
            total += finish - begin
        day += timedelta(days=1)
    return int(total.total_seconds() // 60)


def due_by_hand(received: datetime, rules: CalendarRules) -> datetime:
    late = not opened(received.date()) or received.hour * 60 + received.minute >= rules.closes_minute
    due = after(received.date(), 2 if late and rules.after_hours == "next_open_day" else 1)
    end = {"closes": timedelta(minutes=rules.closes_minute), "24:00": timedelta(days=1)}[rules.due_end]
    return datetime(due.year, due.month, due.day) + end


DAYS = st.dates(FIRST, date(2027, 9, 30))
MOMENTS = st.datetimes(datetime(2022, 4, 1), datetime(2027, 9, 30))
NEAR_A_BOUND = st.builds(
    lambda day, clock, seconds: datetime.fromisoformat(f"{day} {clock}") + timedelta(seconds=seconds),
    DAYS,
    st.sampled_from(["00:00", "08:30", "09:00", "12:30", "17:00", "17:15", "23:59"]),
    st.sampled_from([-60, -1, 0, 1, 59]),
).filter(lambda moment: moment >= datetime(2022, 4, 1))
RECEIVED = st.one_of(MOMENTS, NEAR_A_BOUND)


# ---- vectors of the domain notes, section 5 -----------------------------------------------------------

NEXT_OPEN = [
    ("2026-04-28", "2026-04-30"),
    ("2026-05-01", "2026-05-07"),
    ("2026-09-18", "2026-09-24"),
    ("2026-11-20", "2026-11-24"),
    ("2026-11-21", "2026-11-24"),
    ("2026-12-28", "2027-01-04"),
    ("2027-03-19", "2027-03-23"),
    ("2026-10-05", "2026-10-06"),
]


@pytest.mark.parametrize(("received", "due"), NEXT_OPEN)
def test_the_next_open_day(days: dict[date, Row], received: str, due: str) -> None:
    day = date.fromisoformat(received)
    assert days[day]["next_open_date"] == days[day]["answer_due_date"] == date.fromisoformat(due)
    assert calendar().next_open_day(day) == date.fromisoformat(due)
    assert calendar().answer_due(datetime.fromisoformat(f"{received} 23:59")) == datetime.fromisoformat(
        f"{due} 17:15"
    )


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-05-01 17:14", "2026-05-07"),
        ("2026-05-01 17:15", "2026-05-08"),
        ("2026-05-03 10:00", "2026-05-08"),
        ("2026-05-07 00:00", "2026-05-08"),
        ("2026-09-18 18:00", "2026-09-25"),
        ("2026-11-21 09:00", "2026-11-25"),
        ("2026-12-28 17:14", "2027-01-04"),
        ("2026-12-28 17:15", "2027-01-05"),
        ("2027-01-01 00:00", "2027-01-05"),
    ],
)
def test_what_comes_after_hours_counts_from_the_next_open_day_where_so_agreed(received: str, due: str) -> None:
    moment = datetime.fromisoformat(received)
    assert calendar(LENIENT).answer_due(moment) == datetime.fromisoformat(f"{due} 17:15")
    until_midnight = CalendarRules(after_hours="next_open_day", due_end="24:00")
    assert calendar(until_midnight).answer_due_date(moment) == date.fromisoformat(due)
    assert calendar(until_midnight).answer_due(moment) == datetime.fromisoformat(due) + timedelta(days=1)


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
    found = [day for day, row in days.items() if row["fiscal_year"] == year and row["is_open_day"]]
    total = {2025: 242, 2026: 241}[year]
    assert len(found) == calendar().open_days_in(Period.parse(f"FY{year}")) == total
    if months:
        order = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
        assert tuple(sum(day.month == month for day in found) for month in order) == months
        names = [f"{year + (month < 4)}-{month:02d}" for month in order]
        assert tuple(calendar().open_days_in(Period.parse(name)) for name in names) == months


def test_open_days_of_the_fiscal_year_2027_need_the_holidays_of_2028(tables: dict[str, list[Row]]) -> None:
    """243 open days; of 2028 the table knows nothing yet, so its first three months come from elsewhere here."""
    coming = [
        {"date": day, "name": name} for day, name in holidays.country_holidays("JP", years=2028).items()
    ]
    complete = {**tables, "holiday": [*tables["holiday"], *coming]}
    later = BusinessCalendar.of_config(complete, date(2027, 4, 1), date(2028, 3, 31))
    assert later.open_days_in(Period.parse("FY2027")) == 243


def test_ten_open_days_over_the_turn_of_the_year(days: dict[date, Row]) -> None:
    numbers = {day: int(str(row["open_day_number"])) for day, row in days.items()}
    assert numbers[date(2027, 1, 8)] - numbers[date(2026, 12, 21)] == 10
    assert calendar().open_days_after(date(2026, 12, 21), 10) == date(2027, 1, 8)
    assert calendar().open_days_before(date(2027, 1, 8), 10) == date(2026, 12, 21)


def test_an_open_day_has_525_minutes() -> None:
    assert STRICT.minutes_a_day == 525
    start, end = datetime(2026, 12, 28, 17, 0), datetime(2027, 1, 4, 8, 45)
    assert calendar().business_minutes(start, end) == 30
    assert calendar().business_minutes(end, start) == -30
    assert calendar().business_minutes(datetime(2026, 12, 21), datetime(2027, 1, 9)) == 11 * 525


# ---- generated days and moments against the independent side ------------------------------------------


def test_every_day_of_five_years_agrees_with_an_independent_table(days: dict[date, Row]) -> None:
    assert len(days) > 2_000
    for day, row in days.items():
        assert row["is_open_day"] == opened(day), day
        assert (row["closed_reason"] is None) == opened(day), day
        following = after(day, 1)
        if following <= date(2027, 12, 28):
            assert row["next_open_date"] == following, day
        minutes = minutes_by_day(datetime(day.year, day.month, 1), datetime(day.year, day.month, day.day))
        first_of_month = int(str(days[day.replace(day=1)]["business_minutes_before"]))
        assert int(str(row["business_minutes_before"])) - first_of_month == minutes, day


@settings(max_examples=300, deadline=None)
@given(day=DAYS, n=st.integers(1, 40))
def test_open_days_after_and_before_a_day(day: date, n: int) -> None:
    later = calendar().open_days_after(day, n)
    assert later == after(day, n)
    assert calendar().open_days_between(day, later) == n
    earlier = calendar().open_days_before(later, 1)
    assert earlier == (after(day, n - 1) if n > 1 else earlier)
    assert calendar().is_open(earlier) and calendar().next_open_day(earlier) == later


@settings(max_examples=300, deadline=None)
@given(start=DAYS, length=st.integers(0, 400))
def test_open_days_between_two_days(start: date, length: int) -> None:
    end = min(start + timedelta(days=length), LAST)
    walked = sum(opened(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))
    assert calendar().open_days_between(start, end) == walked
    assert calendar().open_days_between(end, start) == -walked


@settings(max_examples=400, deadline=None)
@given(received=RECEIVED, rules=st.sampled_from(EVERY_RULE))
def test_first_answers_are_due_in_both_readings(received: datetime, rules: CalendarRules) -> None:
    assert calendar(rules).answer_due(received) == due_by_hand(received, rules)


@settings(max_examples=250, deadline=None)
@given(start=RECEIVED, length=st.timedeltas(timedelta(0), timedelta(days=12)))
def test_business_minutes_agree_with_a_walk_through_every_minute(start: datetime, length: timedelta) -> None:
    assert calendar().business_minutes(start, start + length) == minutes_by_minute(start, start + length)


@settings(max_examples=300, deadline=None)
@given(start=RECEIVED, end=RECEIVED, rules=st.sampled_from(EVERY_RULE))
def test_business_minutes_agree_with_a_walk_through_every_day(
    start: datetime, end: datetime, rules: CalendarRules
) -> None:
    start, end = min(start, end), max(start, end)
    walked = minutes_by_day(start, end, rules.opens_minute, rules.closes_minute)
    assert calendar(rules).business_minutes(start, end) == walked
    assert calendar(rules).business_minutes(end, start) == -walked


# ---- the same in SQL ----------------------------------------------------------------------------------


def tickets(seed: int, n: int) -> list[tuple[datetime, datetime | None]]:
    """(received, first answer) in JST, many of them at the bounds of office hours."""
    choose = random.Random(seed)
    found = []
    for _ in range(n):
        day = datetime(2025, 4, 1) + timedelta(days=choose.randrange(900))
        clocks = [0, 509, 510, 539, 540, 1019, 1020, 1034, 1035, 1439, choose.randrange(1440)]
        received = day + timedelta(minutes=choose.choice(clocks), seconds=choose.choice([0, 0, 59]))
        answered = received + timedelta(minutes=choose.choice([0, 5, 600, 1500, 4000, 20000]))
        found.append((received, None if choose.random() < 0.1 else answered))
    return found


def answered_in_sql(
    tables: dict[str, list[Row]], rules: CalendarRules, rows: list[tuple[datetime, datetime | None]]
) -> list[tuple[date, datetime, str, int | None]]:
    """What ``ticket_answer`` makes of tickets, in their order: due date, due time, state, business minutes."""
    connection = duckdb.connect()
    days = pa.Table.from_pylist(calendar_rows(tables, FIRST, date(2027, 12, 31), rules))  # noqa: F841
    connection.execute("CREATE TABLE dim_date AS SELECT * FROM days")
    connection.execute("CREATE TABLE as_of AS SELECT TIMESTAMP '2027-12-01 00:00:00' AS as_of_jst")
    connection.execute(
        "CREATE TABLE ticket (ticket_no BIGINT, tenant_code VARCHAR, channel VARCHAR, ticket_kind VARCHAR, "
        "status VARCHAR, summary VARCHAR, jst_date DATE, jst_month VARCHAR, received_at TIMESTAMP, "
        "first_response_at TIMESTAMP, completed_at TIMESTAMP, reopen_count BIGINT)"
    )
    for number, (received, answered) in enumerate(rows):
        connection.execute(
            "INSERT INTO ticket (ticket_no, jst_date, received_at, first_response_at) VALUES (?, ?, ?, ?)",
            [
                number,
                received.date(),
                received - timedelta(hours=9),
                answered - timedelta(hours=9) if answered else None,
            ],
        )
    model = (FOLDER / "ticket_answer.sql").read_text(encoding="utf-8")
    return connection.execute(
        f"SELECT due_date, due_jst, answer_state, business_minutes FROM ({model}) ORDER BY ticket_no"
    ).fetchall()


@pytest.mark.parametrize("rules", EVERY_RULE, ids=lambda r: f"{r.closes_minute}-{r.after_hours}-{r.due_end}")
def test_the_model_of_first_answers_says_what_the_functions_say(
    tables: dict[str, list[Row]], rules: CalendarRules
) -> None:
    rows = tickets(seed=rules.closes_minute, n=250)
    for seconds in (0, 1):  # answered at the last moment, and just after it
        rows += [(moment, due_by_hand(moment, rules) + timedelta(seconds=seconds)) for moment, _ in rows[:50]]
    found = answered_in_sql(tables, rules, rows)
    assert len(found) == len(rows)
    for (received, answered), (due_date, due, state, minutes) in zip(rows, found, strict=True):
        assert due_date == calendar(rules).answer_due_date(received), received
        assert due == calendar(rules).answer_due(received) == due_by_hand(received, rules), received
        if answered is None:
            assert (state, minutes) == ("late", None)
            continue
        assert state == ("in_time" if answered <= due_by_hand(received, rules) else "late"), received
        assert minutes == calendar(rules).business_minutes(received, answered)
        assert minutes == minutes_by_day(received, answered, rules.opens_minute, rules.closes_minute)


def test_the_two_readings_differ_for_tickets_after_hours_only(tables: dict[str, list[Row]]) -> None:
    rows = tickets(seed=7, n=250)
    strict, lenient = (answered_in_sql(tables, rules, rows) for rules in (STRICT, LENIENT))
    received = [ticket[0] for ticket in rows]
    differing = [moment for moment, one, other in zip(received, strict, lenient, strict=True) if one[1] != other[1]]
    assert differing == [
        moment for moment in received if not opened(moment.date()) or moment.hour * 60 + moment.minute >= 1035
    ]
    assert 20 < len(differing) < 230, "both kinds of tickets are there, or this test proves nothing"


def test_open_days_can_be_counted_by_joins(days: dict[date, Row]) -> None:
    """The joins that the head of warehouse/calendar.py describes."""
    connection = duckdb.connect()
    dim_date = pa.Table.from_pylist(list(days.values()))  # noqa: F841
    found = connection.execute(
        "SELECT d.jst_date, o.jst_date FROM dim_date AS d "
        "JOIN dim_date AS o ON o.open_day_number = d.open_day_number + 10 AND o.is_open_day"
    ).fetchall()
    assert len(found) > 2_000
    for day, tenth in found:
        assert tenth == calendar().open_days_after(day, 10)


# ---- rows, ranges, bounds -----------------------------------------------------------------------------


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
    assert calendar().closed_reason(date(2026, 10, 3)) == "土曜日"
    assert calendar().closed_reason(date(2026, 10, 5)) is None


def test_an_extra_closed_day_of_the_prefecture_closes_the_offices(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    (config / "extra_closed_days.csv").write_text("date,name,source\n2026-10-05,県の休日,条例\n", encoding="utf-8")
    rows = {row["jst_date"]: row for row in calendar_rows(read_all(config), date(2026, 10, 1), date(2026, 10, 31))}
    assert rows[date(2026, 10, 5)]["closed_reason"] == "県の休日"
    assert rows[date(2026, 10, 2)]["next_open_date"] == date(2026, 10, 6)
    assert rows[date(2026, 10, 5)]["opens_minute"] == rows[date(2026, 10, 5)]["closes_minute"]


def test_days_of_years_without_holidays_are_marked(tables: dict[str, list[Row]]) -> None:
    rows = calendar_rows(tables, date(2027, 12, 31), date(2028, 1, 1), known_years=[2026, 2027])
    assert [row["holidays_known"] for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("months", "first", "last"),
    [
        ([], "2021-04-01", "2028-03-31"),
        (["2026-08", "2026-10"], "2021-04-01", "2028-03-31"),
        (["2027-03"], "2021-04-01", "2028-03-31"),
        (["2027-04"], "2021-04-01", "2029-03-31"),
        (["2019-03", "2030-12"], "2018-04-01", "2032-03-31"),
    ],
)
def test_the_calendar_holds_whole_fiscal_years_to_one_beyond_the_data(
    months: list[str], first: str, last: str
) -> None:
    assert calendar_range(months) == (date.fromisoformat(first), date.fromisoformat(last))


def test_days_outside_the_calendar_are_told() -> None:
    for ask in (
        lambda: calendar().is_open(date(2028, 1, 1)),
        lambda: calendar().open_days_after(date(2027, 12, 1), 60),
        lambda: calendar().open_days_before(date(2022, 4, 2), 2),
        lambda: calendar().business_minutes(datetime(2022, 3, 31), datetime(2022, 4, 1)),
        lambda: calendar().open_days_in(Period.parse("2022-03")),
    ):
        with pytest.raises(OutsideCalendar, match="2022-04-01〜2027-12-31"):
            ask()
    with pytest.raises(ValueError, match="from 1, not 0"):
        calendar().open_days_after(date(2026, 10, 1), 0)


def test_a_calendar_that_never_opens_is_told(tables: dict[str, list[Row]]) -> None:
    always = [{"month_day_from": "01-01", "month_day_to": "12-31", "name": "閉庁", "source": None}]
    with pytest.raises(OutsideCalendar, match="2026-10-01 から数えた開庁日は、暦") as caught:
        calendar_rows({**tables, "closed_day": always}, date(2026, 10, 1), date(2026, 10, 2))
    assert "closed_days.csv" in caught.value.next_step


def test_names_of_rules_are_those_of_their_types() -> None:
    assert {rules.after_hours for rules in EVERY_RULE} == set(AfterHours.__args__)  # type: ignore[attr-defined]
    assert {rules.due_end for rules in EVERY_RULE} == set(DueEnd.__args__)  # type: ignore[attr-defined]
