"""Updates of one ticket become one row."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.support import ROOT, load, rejects, rows, write

CONFIG = ROOT / "tests" / "real_config"
HEADER = (
    "number,incident_state,sys_mod_count,location,contact_type,opened_at,sys_updated_at,closed_at,reopen_count,"
    "category"
)


def update(
    number: str,
    state: str,
    order: str,
    updated: str,
    closed: str = "?",
    reopened: int = 0,
    location: str = "Location 204",
) -> str:
    return f"{number},{state},{order},{location},Phone,01-03-2016 09:00,{updated},{closed},{reopened},C"


def folded(tmp_path: Path, *updates: str) -> list[tuple[object, ...]]:
    load(tmp_path / "data", write(tmp_path / "incident_event_log_1.csv", HEADER, *updates), config=CONFIG)
    return rows(
        tmp_path / "data",
        "SELECT ticket_no, first_response_at, completed_at, status, reopen_count, update_count "
        "FROM ticket ORDER BY 1",
    )


UPDATES = (
    update("A", "New", "0", "01-03-2016 09:10"),
    update("A", "Active", "1", "01-03-2016 10:00"),
    update("A", "Resolved", "2", "02-03-2016 10:00", reopened=1),
    update("A", "Closed", "10", "03-03-2016 10:00", closed="03-03-2016 10:00"),
    update("B", "New", "0", "01-03-2016 09:10"),
)
AT = datetime(2016, 3, 1, 10)


@pytest.mark.parametrize("shuffle", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
def test_updates_fold_by_their_order_wherever_they_stand_in_the_file(
    tmp_path: Path, shuffle: tuple[int, ...]
) -> None:
    assert folded(tmp_path, *(UPDATES[place] for place in shuffle)) == [
        ("A", AT, datetime(2016, 3, 3, 10), "completed", 1, 4),
        ("B", None, None, "received", 0, 1),
    ]


def test_an_update_without_a_number_to_order_it_is_rejected(tmp_path: Path) -> None:
    found = folded(
        tmp_path,
        *UPDATES,
        update("A", "New", "?", "04-03-2016 10:00"),
        update("A", "New", "last", "04-03-2016 10:00"),
    )
    assert [row[-1] for row in found] == [4, 1]
    assert rejects(tmp_path / "data") == [(7, "数値として読めません"), (8, "数値として読めません")]


def test_a_value_that_does_not_count_on_a_row_cannot_spoil_it(tmp_path: Path) -> None:
    found = folded(tmp_path, update("A", "New", "0", "no time"), *UPDATES[1:4])
    assert found == [("A", AT, datetime(2016, 3, 3, 10), "completed", 1, 4)]
    assert rejects(tmp_path / "data") == []
