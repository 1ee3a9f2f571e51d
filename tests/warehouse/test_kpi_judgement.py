"""Values, targets and judgements: of the whole demo, and of small figures that lie just at a threshold."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.support import CONFIG, all_tables, copy_config, load, read_rows, rows, write_rows
from tests.warehouse.raw_files import PERIODS, end_of
from tests.warehouse.small_files import until, use
from warehouse.kpi import KpiCatalogue
from warehouse.reader import Reader

NO_TARGET = {"kpi_id": "", "grain": "", "entity": "", "operator": "", "target": "", "caution": "", "clause": "",
             "reason": "", "valid_from": "2022-04-01", "valid_to": ""}


def judged(value: Fraction | None, denominator: Any, target: dict[str, str] | None) -> str:
    if denominator is not None and denominator == 0:
        return "対象なし"
    if value is None:
        return "データなし"
    if target is None or not target["target"]:
        return "目標未設定"
    aim, caution = Fraction(target["target"]), Fraction(target["caution"] or target["target"])
    if target["operator"] == ">=":
        return "達成" if value >= aim else "注意" if value >= caution else "未達"
    return "達成" if value <= caution else "注意" if value <= aim else "未達"


def target_of(targets: list[dict[str, str]], kpi_id: str, grain: str, entity: str, day: date) -> dict[str, str] | None:
    fitting = [row for row in targets if row["kpi_id"] == kpi_id and row["grain"] in ("", grain)
               and row["entity"] in ("", entity)
               and row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999")]
    return max(fitting, key=lambda row: (bool(row["entity"]), bool(row["grain"])), default=None)


def test_every_value_and_judgement_of_the_demo_follows_from_its_parts_and_targets(demo_reader: Reader) -> None:
    catalogue, targets = KpiCatalogue.read(CONFIG), read_rows(CONFIG / "targets.csv")
    with all_tables(demo_reader) as cursor:
        found = cursor.execute("SELECT period_id, kpi_id, grain, entity, numerator, denominator, value, judgement, "
                               "expected, received FROM wh.main.kpi_value").fetchall()
    seen = set()
    for period, kpi_id, grain, entity, numerator, denominator, value, judgement, expected, received in found:
        exact = None
        if numerator is not None and denominator:
            factor = Fraction(str(catalogue.find(kpi_id).factor))
            exact = Fraction(numerator) / Fraction(denominator) * factor
        assert (value is None) == (exact is None), (period, kpi_id, grain, entity)
        assert exact is None or value == pytest.approx(float(exact), rel=1e-12, abs=1e-9)
        target = target_of(targets, kpi_id, grain, entity, end_of(period))
        assert judgement == judged(exact, denominator, target), (period, kpi_id, grain, entity)
        assert received is None or expected is None or received <= expected
        seen.add((period, kpi_id, grain))
    for kpi in catalogue.kpis:
        wanted = {(period, kpi.kpi_id, grain) for period in PERIODS for grain in kpi.grains}
        assert wanted <= seen, kpi.kpi_id
        assert {grain for _, kpi_id, grain in seen if kpi_id == kpi.kpi_id} <= set(kpi.grains)


def test_every_measure_is_named_in_a_test_of_the_kpis() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_kpi_*.py"))
    named = set(re.findall(r"K\d\d(?:\.\w+)?", told))
    assert {kpi.kpi_id for kpi in KpiCatalogue.read(CONFIG).kpis} <= named


# ---- small figures at a threshold ---------------------------------------------------------------------


KINDS = {"account": "K21", "terminal": "K22", "cdn_site": "K23", "ip_internet": "K24", "ip_breakout": "K24"}


def configured(tmp_path: Path, capacity: dict[str, int], *targets: dict[str, str]) -> Path:
    config = copy_config(tmp_path / "config")
    licences = read_rows(config / "licences.csv")
    for row in licences:
        row["capacity"] = str(capacity.get(row["kind"], row["capacity"]))
    write_rows(config / "licences.csv", licences)
    write_rows(config / "targets.csv", [NO_TARGET | target for target in targets])
    return config


def result(tmp_path: Path, what: str, where: str) -> list[tuple[Any, ...]]:
    return rows(tmp_path / "data", f"SELECT {what} FROM wh.main.kpi_value WHERE {where} ORDER BY ALL")


def own_target(kind: str, operator: str, target: str, caution: str = "") -> dict[str, str]:
    of_entity = {"grain": "licence", "entity": kind} if KINDS[kind] == "K24" else {}
    return {"kpi_id": KINDS[kind], "operator": operator, "target": target, "caution": caution, **of_entity}


def test_a_value_at_the_threshold_keeps_it_and_one_beyond_does_not(tmp_path: Path) -> None:
    """Of 1000: so many in use -> what that is called."""
    cases = {
        "account": ("<=", "100", "90", {899: "達成", 900: "達成", 901: "注意", 1000: "注意", 1001: "未達"}),
        "terminal": ("<=", "100", "", {999: "達成", 1000: "達成", 1001: "未達"}),
        "cdn_site": (">=", "90", "70", {900: "達成", 899: "注意", 700: "注意", 699: "未達"}),
        "ip_internet": (">=", "90", "", {900: "達成", 899: "未達"}),
        "ip_breakout": (">=", "", "", {1: "目標未設定"}),
    }
    config = configured(tmp_path, dict.fromkeys(KINDS, 1000),
                        *(own_target(kind, *case[:3]) for kind, case in cases.items()))
    files, wanted = [until(tmp_path, "2026/10/31 23:55")], set()
    for number in range(5):
        month = f"2026-{number + 6:02d}"
        told = {kind: list(case[3].items())[number] for kind, case in cases.items() if number < len(case[3])}
        files.append(use(tmp_path, month, **{kind: value for kind, (value, _) in told.items()}))
        wanted |= {(month, KINDS[kind], int(value), word) for kind, (value, word) in told.items()}
    load(tmp_path / "data", *files, config=config)
    found = result(tmp_path, "period_id, kpi_id, CAST(numerator AS INTEGER), judgement",
                   "kind = 'month' AND kpi_id IN ('K21', 'K22', 'K23', 'K24') AND numerator IS NOT NULL")
    assert set(found) == wanted


def test_binary_fractions_do_not_decide_and_nearly_all_is_not_all(tmp_path: Path) -> None:
    """29 / 100 * 100 is 28.999999999999996 for a computer; 99.9996 % would be shown as 100.0 % with one decimal."""
    config = configured(
        tmp_path, {"account": 100, "terminal": 100, "cdn_site": 1000, "ip_internet": 250_000, "ip_breakout": 3},
        own_target("account", ">=", "29"), own_target("terminal", "<=", "57"), own_target("cdn_site", ">=", "0.7"),
        own_target("ip_internet", ">=", "100"), own_target("ip_breakout", "<=", "33.3333"))
    used = {"account": 29, "terminal": 57, "cdn_site": 7, "ip_internet": 249_999, "ip_breakout": 1}
    load(tmp_path / "data", use(tmp_path, "2026-10", **used), until(tmp_path, "2026/10/31 23:55"), config=config)
    found = {row[0] or row[1]: row[2] for row in result(tmp_path, "entity, kpi_id, judgement", "period_id = '2026-10' "
                                                        "AND kpi_id IN ('K21', 'K22', 'K23', 'K24')")}
    assert found == {"K21": "達成", "K22": "達成", "K23": "達成", "ip_internet": "未達", "ip_breakout": "未達"}


def test_the_target_of_an_entity_stands_before_that_of_its_grain_and_the_general_one(tmp_path: Path) -> None:
    targets = [{"kpi_id": kpi_id, "operator": "<=", **own} for kpi_id, own in (
        ("K24", {"target": "10"}), ("K24", {"grain": "licence", "target": "30"}),
        ("K24", {"grain": "licence", "entity": "ip_breakout", "target": "60"}),
        ("K21", {"target": "10"}), ("K21", {"grain": "licence", "target": "90"}),
        ("K23", {"target": "10"}), ("K23", {"grain": "all", "target": ""}))]
    config = configured(tmp_path, dict.fromkeys(KINDS, 100), *targets)
    load(tmp_path / "data", use(tmp_path, "2026-10", **dict.fromkeys(KINDS, 50)), config=config)
    found = result(tmp_path, "kpi_id, entity, target, judgement",
                   "kpi_id IN ('K21', 'K23', 'K24') AND period_id = '2026-10'")
    assert found == [("K21", "", 10, "未達"), ("K23", "", None, "目標未設定"),
                     ("K24", "ip_breakout", 60, "達成"), ("K24", "ip_internet", 30, "未達")]


def test_the_target_is_the_one_of_the_last_day_told(tmp_path: Path) -> None:
    config = configured(
        tmp_path, {}, {"kpi_id": "K21", "operator": "<=", "target": "10", "valid_to": "2026-08-30"},
        {"kpi_id": "K21", "operator": "<=", "target": "50", "valid_from": "2026-08-31", "valid_to": "2026-09-30"},
        {"kpi_id": "K21", "operator": "<=", "target": "90", "valid_from": "2026-10-01"})
    files = [use(tmp_path, f"2026-{month:02d}", account=15_000) for month in (7, 8, 9, 10)]
    load(tmp_path / "data", *files, until(tmp_path, "2026/10/31 23:55"), config=config)
    assert dict(result(tmp_path, "period_id, target", "kpi_id = 'K21'")) == {
        "2026-07": 10, "2026-08": 50, "2026-09": 50, "2026-10": 90, "2026Q2": 50, "2026Q3": 90, "2026H1": 50,
        "2026H2": 90, "FY2026": 90, "sc-r3": 90}


def test_a_month_without_a_file_has_no_data_and_the_last_month_with_one_stands_for_the_quarter(tmp_path: Path) -> None:
    config = configured(tmp_path, {}, {"kpi_id": "K21", "operator": "<=", "target": "100"})
    load(tmp_path / "data", use(tmp_path, "2026-07", account=3_000), use(tmp_path, "2026-08", account=6_000),
         use(tmp_path, "2026-09", terminal=1), until(tmp_path, "2026/09/30 23:55"), config=config)
    found = result(tmp_path, "period_id, numerator, value, judgement, expected, received",
                   "kpi_id = 'K21' AND period_id IN ('2026-09', '2026Q2')")
    assert found == [("2026-09", None, None, "データなし", 1, 0), ("2026Q2", 6_000, 20, "達成", 3, 2)]
