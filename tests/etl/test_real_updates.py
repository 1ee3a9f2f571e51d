"""Updates of real tickets: every update is a row, and those taken up again are told by their states."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support import ROOT, SHARED, load, rejects, rows
from warehouse.status import read_status

CONFIG = ROOT / "tests" / "real_config"
DONE = {"Resolved", "Closed"}


@pytest.mark.usefixtures("few_marts")
@pytest.mark.parametrize("name", ["incident_event_log_head199.csv", "incident_event_log_excel6k.csv"])
def test_updates_of_real_incidents_tell_which_were_reopened(tmp_path: Path, name: str) -> None:
    path = SHARED / "tickets" / name
    if not path.is_file():
        pytest.skip(f"needs the public file {path}")
    result = load(tmp_path / "data", path, config=CONFIG, feed="servicenow_event")
    assert not result.failed, result.outcomes[0].message

    states: dict[str, dict[int, str]] = defaultdict(dict)
    repeated = 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            number = int(row["sys_mod_count"])
            repeated += number in states[row["number"]]
            states[row["number"]].setdefault(number, row["incident_state"])
    expected = {}
    for ticket, updates in states.items():
        ordered = [state for _, state in sorted(updates.items())]
        reopened = sum(a in DONE and b not in DONE for a, b in zip(ordered, ordered[1:], strict=False))
        expected[ticket] = (len(ordered), reopened)
    found = rows(tmp_path / "data", "SELECT ticket_no, updates, reopened FROM wh.ticket_history")
    assert {ticket: counts for ticket, *counts in found} == {
        key: list(pair) for key, pair in expected.items()
    }
    assert len(rejects(tmp_path / "data")) == repeated
    (unknown,) = read_status(tmp_path / "data").unknown
    known = rows(tmp_path / "data", "SELECT count(*) FROM ticket_event WHERE tenant_code <> 'unknown'")
    assert unknown.n + int(str(known[0][0])) == sum(len(updates) for updates in states.values())


@pytest.mark.usefixtures("few_marts")
def test_the_larger_file_holds_reopened_incidents(tmp_path: Path) -> None:
    """Its own reopen_count agrees wherever the log begins before the incident was first resolved."""
    path = SHARED / "tickets" / "incident_event_log_excel6k.csv"
    if not path.is_file():
        pytest.skip(f"needs the public file {path}")
    load(tmp_path / "data", path, config=CONFIG, feed="servicenow_event")
    found = dict(rows(tmp_path / "data", "SELECT ticket_no, reopened FROM wh.ticket_history"))  # type: ignore[arg-type]
    told: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            told[row["number"]] = max(told.get(row["number"], 0), int(row["reopen_count"]))
    same = [key for key in told if told[key] == found[key]]
    assert len(same) / len(told) > 0.99 and sum(found.values()) > 5
