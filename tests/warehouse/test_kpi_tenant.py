"""K15 to K17 against the 5-minute values of the demo's raw files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.support import CONFIG, read_rows
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
