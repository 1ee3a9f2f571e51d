"""Who sees what: every named query, as anybody, shows the rows of permitted bodies and no trace of the others."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import CONFIG, TENANTS, read_rows
from warehouse.errors import QueryError
from warehouse.facts import FACT_TABLES
from warehouse.models import load_models
from warehouse.reader import QUERIES, Parameter, Reader, named_query, open_current
from warehouse.scope import UNKNOWN_TENANT, Scope

NAMES = sorted(path.stem for path in QUERIES.glob("*.sql"))
BODIES = {row["tenant_code"]: row["name"] for row in read_rows(CONFIG / "tenants.csv")}
ONE_ROW = {"status_unknown", "ticket_ageing", "unplaced_month", "unplaced_period"}
VALUES: dict[str, Parameter] = {
    "month": "2026-10",
    "period": "2026-10",
    "kpi_id": "K27",
    "previous_month": "2026-09",
    "last_year_month": "2025-10",
    "from_month": "2026-08",
    "to_month": "2026-10",
    "first_date": date(2026, 8, 1),
    "last_date": date(2026, 10, 31),
    "previous_first": date(2026, 5, 1),
    "previous_last": date(2026, 7, 31),
    "limit": 50,
    "grain": "tenant",
    "entity": "242012",
    "tenant": "242012",
    "kind": "month",
    "load_ids": [1, 2, 3],
    "line_id": "internet",
}
ASKED: dict[str, dict[str, Parameter]] = {
    "kpi_years": {"first_date": date(2026, 4, 1)},
    "proof_capacity": {"kpi_id": "K20", "grain": "line", "entity": "internet"},
    "proof_change": {"kpi_id": "K30"},
    "proof_device": {"kpi_id": "K19", "grain": "device", "entity": "fw-1"},
    "proof_fault": {"kpi_id": "K07"},
    "proof_filter": {"kpi_id": "K25"},
    "proof_licence": {"kpi_id": "K21", "grain": "all", "entity": ""},
    "proof_line": {"kpi_id": "K13", "grain": "line", "entity": "web"},
    "proof_obligation": {"kpi_id": "K40", "grain": "all", "entity": ""},
    "proof_patch": {"kpi_id": "K39", "grain": "all", "entity": ""},
    "proof_samples": {"kpi_id": "K15.p95"},
    "proof_security": {"kpi_id": "K33"},
    "proof_service": {"kpi_id": "K02"},
    "proof_tenant": {"kpi_id": "K15"},
}
"""What single queries are asked instead; of bodies where the KPI has them."""
SCOPES = st.builds(Scope, st.frozensets(st.sampled_from(sorted(BODIES)), max_size=6))
PARTS_OF_THE_WHOLE = {"share_pct"}


def ask(reader: Reader, name: str, scope: Scope) -> pd.DataFrame:
    """The query over all demo months; a new query with a new parameter needs its value above."""
    values = VALUES | ASKED.get(name, {})
    return reader.query(name, scope, **{parameter: values[parameter] for parameter in named_query(name).parameters})


NO_DEMO_ROWS = {"retired_months", "awaiting_approval"}
"""The demo lets no samples go (the query names months, never a body), and no change of its few bodies waits at the end
of a month (``test_ticket_queries.py`` has one of each body that does)."""


def traces_of_others(frame: pd.DataFrame, scope: Scope) -> set[str]:
    """Codes and names of bodies outside the scope that stand anywhere in the frame's texts.

    Numbers are left out: among the digits of byte counts any code turns up by chance.
    """
    cells = {cell for column in frame.columns for cell in frame[column].dropna().unique() if isinstance(cell, str)}
    text = "\n".join(sorted(cells))
    for code in scope.tenant_codes:
        text = text.replace(BODIES[code], "")
    return {
        part for code, name in BODIES.items() if code not in scope.tenant_codes for part in (code, name) if part in text
    }


def plain(frame: pd.DataFrame) -> dict[str, list[object]]:
    """The columns as lists in which missing is None."""
    return {str(name): [None if pd.isna(value) else value for value in frame[name]] for name in frame.columns}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), scope=SCOPES)
def test_no_query_shows_a_body_outside_any_scope(demo_reader: Reader, name: str, scope: Scope) -> None:
    frame = ask(demo_reader, name, scope)
    if "tenant_code" in frame:
        assert set(frame["tenant_code"]) <= scope.tenant_codes
    assert traces_of_others(frame, scope) == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_body_sees_exactly_its_part_of_what_the_prefecture_sees(demo_reader: Reader, name: str) -> None:
    whole = ask(demo_reader, name, demo_reader.whole_scope())
    assert whole.empty == (name in NO_DEMO_ROWS), "the demo has rows for every query, or this test proves nothing"
    for code in TENANTS:
        own = ask(demo_reader, name, Scope.of(code))
        assert traces_of_others(own, Scope.of(code)) == set()
        assert list(own.columns) == list(whole.columns)
        if "tenant_code" in whole:
            expected = whole[whole["tenant_code"] == code].reset_index(drop=True)
            kept = [column for column in whole.columns if column not in PARTS_OF_THE_WHOLE]
            assert plain(own[kept]) == plain(expected[kept])
            for column in PARTS_OF_THE_WHOLE & set(whole.columns):
                assert own[column].isna().all()


@pytest.mark.parametrize("name", NAMES)
def test_without_a_scope_there_is_no_row(demo_reader: Reader, name: str) -> None:
    assert ask(demo_reader, name, Scope.none()).empty


@pytest.mark.parametrize(
    "name",
    [
        "loads_month",
        "load_notes",
        "rejects_summary",
        "line_month",
        "device_month",
        "kpi_summary",
        "service_levels",
        "judgement_history",
        "traffic_day",
        "traffic_trend",
        "soc_totals",
        "licence_month",
        "outages",
        "faults",
        "service_month",
        "service_trend",
        "fault_trend",
        "status_feeds",
        "status_unknown",
        "kpi_items",
        "kpi_years",
        "service_period",
        "unplaced_period",
        "body_spread",
        "duties",
        "events_held",
        "patches",
    ],
)
def test_what_is_prefecture_wide_needs_the_prefectures_scope(demo_reader: Reader, name: str) -> None:
    assert ask(demo_reader, name, Scope(frozenset(BODIES))).empty
    assert not ask(demo_reader, name, demo_reader.whole_scope()).empty


def test_rows_of_unknown_bodies_are_prefecture_wide(demo_reader: Reader) -> None:
    assert Scope(frozenset(BODIES), platform=True).visible_codes() == sorted([*BODIES, UNKNOWN_TENANT])
    everybody = ask(demo_reader, "detection_trend", Scope(frozenset(BODIES)))["n"].sum()
    assert ask(demo_reader, "detection_trend", demo_reader.whole_scope())["n"].sum() - everybody == 3


def test_the_scope_of_one_read_does_not_stay_for_the_next(demo_reader: Reader) -> None:
    assert len(ask(demo_reader, "tenants", demo_reader.whole_scope())) == len(BODIES)
    assert ask(demo_reader, "tenants", Scope.of("242012"))["tenant_code"].tolist() == ["242012"]
    assert ask(demo_reader, "tenants", Scope.none()).empty


@pytest.mark.parametrize("code", ["242012', '242021", "242012'] || ['242021", "%", "*", ""])
def test_a_code_is_never_read_as_sql(demo_reader: Reader, code: str) -> None:
    assert ask(demo_reader, "tenants", Scope.of(code)).empty


def test_narrowing_never_widens() -> None:
    whole = Scope(frozenset({"242012", "242021"}), platform=True)
    assert whole.narrowed_to("242012") == Scope.of("242012")
    assert whole.narrowed_to("240001") == Scope.none()


def test_a_month_passed_in_is_never_read_as_sql(demo_reader: Reader) -> None:
    assert demo_reader.query("line_month", demo_reader.whole_scope(), month="2026-10' OR '1'='1").empty


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("no_such_query", {}),
        ("../queries/tenants", {}),
        ("tenants", {}),
        ("tenants", {"first_date": date(2026, 1, 1)}),
        ("line_month", {"month": "2026-10", "limit": 5}),
    ],
)
def test_unknown_queries_and_wrong_parameters_are_refused(
    demo_reader: Reader, name: str, parameters: dict[str, Parameter]
) -> None:
    with pytest.raises(QueryError):
        demo_reader.query(name, Scope.none(), **parameters)


# ---- the files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(QUERIES.glob("*.sql")), ids=lambda path: path.stem)
def test_a_query_says_what_one_row_is_and_reads_scoped_views_only(path: Path) -> None:
    sql = path.read_text(encoding="utf-8")
    assert re.match(r"-- one row (per|when) \S", sql)
    assert len(duckdb.extract_statements(sql)) == 1
    tables = duckdb.connect().get_table_names(re.sub(r"\$\w+", "NULL", sql), qualified=True)
    assert tables and all(table.startswith("scoped.") for table in tables), tables
    assert re.search(r"^ORDER BY ", sql, re.MULTILINE) or path.stem in ONE_ROW


def test_every_table_of_the_snapshot_is_behind_a_scoped_view(demo_data: Path) -> None:
    with open_current(demo_data) as reader, reader.free_cursor() as cursor:
        views = dict(
            cursor.execute("SELECT view_name, sql FROM duckdb_views() WHERE schema_name = 'scoped'").fetchall()
        )
    expected = {
        *FACT_TABLES,
        *(model.name for model in load_models()),
        "load",
        "reject",
        "superseded",
        "dim_tenant",
    }
    assert expected <= set(views)
    assert all("getvariable(" in sql for sql in views.values())


def test_rows_come_in_the_same_order_every_time(demo_reader: Reader) -> None:
    for name in NAMES:
        first, second = (ask(demo_reader, name, demo_reader.whole_scope()) for _ in range(2))
        pd.testing.assert_frame_equal(first, second)
