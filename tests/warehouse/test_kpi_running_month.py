"""A month that still runs: its KPIs (K01, K17, K26, K27, K29, K40) speak of the days that the data have reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import copy_config, load, rows, traffic_file
from tests.warehouse import small_files as small
from warehouse.explain import explain
from warehouse.reader import open_current


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """September, and October until noon of the 15th; the ledgers are newer than the samples."""
    folder = tmp_path_factory.mktemp("running")
    config = copy_config(folder / "config")
    small.change_config(config, "tenants.csv", {"tenant_code": "242012"}, users="10")
    load(folder / "data", small.until(folder, "2026/10/15 11:55"), small.use(folder, "2026-09", account=1),
         traffic_file(folder / "団体別通信量_1.csv", ("2026/10/05 10:00", "242012", 100)),
         small.outages(folder, ("プロキシ", "計画外停止", "2026/10/15 10:00", None, None),
                       ("WAF", "計画停止", "2026/10/15 11:00", "2026/10/15 13:00", None)),
         small.tickets(folder, 9, ("T-1", "2026/09/28 10:00", "2026/09/28 11:00", None)),
         small.tickets(folder, 10, ("T-2", "2026/10/01 10:00", "2026/10/01 11:00", None),
                       ("T-3", "2026/10/14 10:00", None, None), ("T-4", "2026/10/15 10:00", None, None)),
         small.events(folder, ("報告書の提出", "月例監視報告書（8月分）", "2026-09-20 10:00:00", None, "実施済")),
         config=config)
    return folder / "data"


def told(data: Path, kpi_id: str, grain: str = "all", entity: str = "") -> tuple[Any, Any]:
    return small.parts(data, kpi_id, grain, entity)["2026-10"]


def test_the_running_month_is_told_and_longer_periods_wait_for_its_end(running: Path) -> None:
    assert rows(running, "SELECT period_id, through_date::VARCHAR, made_of FROM wh.reporting_period ORDER BY ALL") == [
        ("2026-09", "2026-09-30", 1), ("2026-10", "2026-10-15", 1), ("2026H1", "2026-09-30", 1),
        ("2026Q2", "2026-09-30", 1), ("FY2026", "2026-09-30", 1), ("sc-r3", "2026-09-30", 1)]


def test_it_is_compared_with_nothing(running: Path) -> None:
    assert rows(running, "SELECT DISTINCT period_id, previous_value IS NULL, is_complete FROM wh.main.kpi_result "
                         "WHERE period_id = '2026-10'") == [("2026-10", True, False)]


def test_availability_counts_no_minute_that_has_not_been(running: Path) -> None:
    past = 14 * 1440 + 720
    assert told(running, "K01", "service", "proxy") == (past - 120, past)
    assert told(running, "K01", "service", "waf") == (past - 60, past - 60), "of the planned stop an hour is over"
    assert told(running, "K01", "tenant", "242012")[1] == 13 * past
    assert told(running, "K02", "service", "proxy") == (120, 1)


def test_bytes_per_user_count_the_open_days_that_have_been(running: Path) -> None:
    assert told(running, "K17", "tenant", "242012") == (600, 10 * 10), "1, 2, 5 to 9, 13 to 15 October"


def test_tickets_are_as_old_as_they_are_and_not_as_they_will_be(running: Path) -> None:
    """Open days after T-2 until the 15th: nine; after T-1: twelve."""
    assert told(running, "K26") == (3, 1) and told(running, "K29") == (1, 1)


def test_answers_not_due_yet_and_duties_of_the_month_are_left_out(running: Path) -> None:
    assert told(running, "K27") == (1, 1), "T-3 is due at 17:15 of the 15th"
    assert told(running, "K40") == (0, 0) and small.parts(running, "K40")["2026-09"] == (1, 2)


@pytest.mark.parametrize(("kpi_id", "entity"), [("K01", "242012"), ("K17", "242012"), ("K29", "242012")])
def test_proofs_speak_of_the_same_days(running: Path, kpi_id: str, entity: str) -> None:
    with open_current(running) as reader:
        proof = explain(reader, reader.whole_scope(), kpi_id, "2026-10", entity)
    numerator, denominator = told(running, kpi_id, "tenant", entity)
    assert proof.rows["numerator"].sum() == float(numerator)
    assert proof.rows["denominator"].sum() == (float(denominator) if denominator != 1 else 0)
