"""K15 to K17 against the 5-minute values of the demo's raw files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.support import CONFIG, copy_config, load, read_rows, rows, traffic_file
from tests.warehouse import small_files as small
from tests.warehouse.raw_files import (
    PERIODS,
    ROUTES,
    TENANT_CODES,
    Key,
    Parts,
    assert_parts,
    days_of,
    is_open,
    nearest_rank,
    traffic,
)
from warehouse.reader import Reader

USERS = {row["tenant_code"]: int(row["users"]) for row in read_rows(CONFIG / "tenants.csv")}


@cache
def month_bytes(data: Path, month: str) -> dict[tuple[str, str], int]:
    """(tenant, route) -> bytes of both directions, where any came."""
    found: dict[tuple[str, str], int] = {}
    for (code, route, _), series in traffic(data).items():
        if series[month]:
            found[code, route] = found.get((code, route), 0) + sum(series[month].values())
    return found


def bytes_of(data: Path, period: str, tenant: str | None = None, route: str | None = None) -> int | None:
    values = [value for month in PERIODS[period] for (code, way), value in month_bytes(data, month).items()
              if tenant in (None, code) and route in (None, way)]
    return sum(values) if values else None


@cache
def month_sums(data: Path, month: str, tenant: str, side: str) -> list[int]:
    """Bytes over all routes, of slots in which every route was received."""
    routes = [traffic(data).get((tenant, route, side), {}).get(month, {}) for route in ROUTES.values()]
    slots = set.intersection(*(set(route) for route in routes))
    return [sum(route[slot] for route in routes) for slot in slots]


def rank_of(data: Path, period: str, tenant: str) -> int | None:
    """bit/s of the busier direction."""
    sums = [[value for month in PERIODS[period] for value in month_sums(data, month, tenant, side)]
            for side in ("in", "out")]
    return max(nearest_rank(side, 95) * 8 // 300 for side in sums) if all(sums) else None


def test_k15_adds_up_the_bytes_of_all_of_every_body_and_of_every_route(demo_data: Path, demo_reader: Reader) -> None:
    wanted: dict[Key, Parts] = {}
    for period in PERIODS:
        wanted[period, "all", ""] = bytes_of(demo_data, period), 1
        wanted |= {(period, "tenant", code): (bytes_of(demo_data, period, code), 1) for code in TENANT_CODES}
        wanted |= {(period, "route", route): (bytes_of(demo_data, period, route=route), 1)
                   for route in ROUTES.values()}
    assert_parts(demo_reader, "K15", wanted)


def test_k15_p95_ranks_the_sum_of_all_routes(demo_data: Path, demo_reader: Reader) -> None:
    assert_parts(demo_reader, "K15.p95", {(period, "tenant", code): (rank_of(demo_data, period, code), 1)
                                          for period in PERIODS for code in TENANT_CODES})


def test_k15_share_is_a_bodys_part_of_the_bytes_of_all(demo_data: Path, demo_reader: Reader) -> None:
    assert_parts(demo_reader, "K15.share", {
        (period, "tenant", code): (bytes_of(demo_data, period, code), bytes_of(demo_data, period))
        for period in PERIODS for code in TENANT_CODES})


def test_k16_is_asked_of_nobody_while_no_body_has_a_limit(demo_reader: Reader) -> None:
    assert_parts(demo_reader, "K16", {(period, "tenant", code): (0, 0) for period in PERIODS for code in TENANT_CODES})


def test_k17_divides_by_users_and_open_days_of_the_months_that_have_bytes(
    demo_data: Path, demo_reader: Reader
) -> None:
    wanted: dict[Key, Parts] = {}
    for period in PERIODS:
        days = sum(is_open(day) for day in days_of(PERIODS[period]))
        known = [code for code in TENANT_CODES if bytes_of(demo_data, period, code) is not None]
        wanted[period, "all", ""] = bytes_of(demo_data, period), days * sum(USERS[code] for code in known)
        for code in TENANT_CODES:
            wanted[period, "tenant", code] = (bytes_of(demo_data, period, code), days * USERS[code]) \
                if code in known else (None, None)
    assert_parts(demo_reader, "K17", wanted)


def test_limits_are_those_of_the_bodies_and_a_body_that_joins_counts_from_then_on(tmp_path: Path) -> None:
    """津市: 21 values of 1 to 21 thousand bytes per route and direction; the 20th, three routes, 8 bits, 300 s."""
    config, data = copy_config(tmp_path / "config"), tmp_path / "data"
    small.change_config(config, "tenants.csv", {"tenant_code": "242012"}, cap_bps="2000", users="10")
    small.change_config(config, "tenants.csv", {"tenant_code": "242021"}, valid_from="2026-10-16", users="7")
    small.change_config(config, "targets.csv", {"kpi_id": "K16"}, target="90", caution="80")
    values = [(f"2026/09/{1 + place:02d} 10:00", "242012", 1000 * (1 + place)) for place in range(21)]
    load(data, small.until(tmp_path, "2026/10/31 23:55"), traffic_file(
        tmp_path / "団体別通信量_1.csv", *values, ("2026/10/20 10:00", "242021", 50)), config=config)
    assert small.parts(data, "K15.p95", "tenant", "242012")["2026-09"] == (3 * 20_000 * 8 // 300, 1)
    assert small.parts(data, "K16", "tenant", "242012")["2026Q2"] == (1_600, 2_000)
    assert small.parts(data, "K16", "tenant", "242012")["2026-10"] == (None, 2_000)
    assert small.parts(data, "K16", "tenant", "240001")["2026-09"] == (0, 0)
    assert rows(data, "SELECT entity, judgement FROM wh.main.kpi_value WHERE kpi_id = 'K16' AND period_id = '2026-09' "
                      "ORDER BY ALL") == [("240001", "対象なし"), ("242012", "達成")], "242021 was no member"
    bytes_of_october, bytes_of_september = 6 * 50, 6 * 1000 * 21 * 22 // 2
    assert small.parts(data, "K17", "tenant", "242021")["2026-10"] == (bytes_of_october, 7 * 11), "16 to 31 October"
    assert small.parts(data, "K17", "tenant", "242012")["FY2026"] == (bytes_of_september, 10 * 19), "not October's days"
    assert small.parts(data, "K17")["FY2026"] == (bytes_of_september + bytes_of_october, 10 * 19 + 7 * 11)
    assert small.parts(data, "K15.share", "tenant", "242021")["FY2026"] == (
        bytes_of_october, bytes_of_september + bytes_of_october)
