"""Whatever the order and the batches in which files come, every mart (kpi_value and long_percentile among them) is that
of one load of them all."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import copy_config, load, marts, rows, traffic_file
from tests.warehouse import small_files as small
from warehouse.marts import ModelBuilder

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking loads again and again takes minutes
LEVEL = {7: 0, 8: 100, 9: 3_000, 10: 200}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Corrections of samples are told by their names."""
    folder = copy_config(tmp_path_factory.mktemp("incremental") / "config")
    for name in ("tenant_traffic", "line_traffic"):
        path = folder / "feeds" / f"{name}.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("[file]\n", "[file]\nrevision = '_訂正(?P<revision>\\d+)'\n", 1), encoding="utf-8")
    small.change_config(folder, "tenants.csv", {"tenant_code": "242012"}, cap_bps="5000")
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Samples of four months (September far above the others), ledgers of three, and two corrections of August."""
    folder, chance = tmp_path_factory.mktemp("files"), random.Random(1)

    def samples(month: int, days: Sequence[int]) -> list[tuple[str, int]]:
        return [(f"2026/{month:02d}/{day:02d} {hour:02d}:{minute:02d}", LEVEL[month] + chance.randrange(100))
                for day in days for hour in (9, 15) for minute in range(0, 60, 5)]

    def traffic(name: str, month: int, days: Sequence[int]) -> Path:
        return traffic_file(folder / f"団体別通信量_{name}.csv", *(
            (time, code, value) for code in ("240001", "242012") for time, value in samples(month, days)))

    def lines(name: str, month: int, days: Sequence[int]) -> Path:
        path = small.lines(folder / name, *((time, line, 1000 * value, 400 * value) for line in ("internet", "breakout")
                                            for time, value in samples(month, days)))
        return path.rename(folder / f"回線トラフィック_{name}.csv")

    def judged(month: int) -> Path:
        at = f"2026/{month:02d}/03 10:"
        return small.judgements(folder, f"2026{month:02d}", *(
            {"検知時刻": f"{at}00:00", "判断時刻": f"{at}0{place}:00", "緊急連絡時刻": f"{at}{15 + place}:0{place}",
             "危険度": str(place)} for place in range(4)))

    return [
        *(traffic(f"2026{month:02d}", month, (3, 4)) for month in (7, 8, 9, 10)),
        *(lines(f"2026{month:02d}", month, (3, 4)) for month in (7, 8, 9, 10)),
        traffic("202608_訂正1", 8, (4,)), lines("202608_訂正1", 8, (4,)),
        small.until(folder, "2026/10/30 11:55"), *(small.use(folder, f"2026-{month:02d}", account=9_000 + month)
                                                   for month in (8, 9)),
        small.outages(folder, ("プロキシ", "計画外停止", "2026/08/31 23:00", "2026/09/01 01:00", "津市"),
                      ("プロキシ", "計画停止", "2026/10/30 10:00", None, "全団体")),
        small.faults(folder, ("2026-08-30 10:00:00", "2026-08-30 10:05:00", "2026-09-02 10:00:00")),
        small.tickets(folder, 8, ("T-1", "2026/08/14 10:00", "2026/08/17 17:15", None),
                      ("T-2", "2026/08/31 10:00", None, None)),
        small.tickets(folder, 10, ("T-1", "2026/08/14 10:00", "2026/08/17 17:15", "2026/10/02 10:00"),
                      ("T-3", "2026/10/30 09:00", None, None)),
        small.changes(folder, 9, (False, "2026/08/31", "2026/09/01 09:00", "2026/09/01 10:00", None, 2)),
        small.patches(folder, 9, ("2026/09/30", "2026/10/01 00:00", "閉庁日", "適用済")),
        small.events(folder, ("報告書の提出", "月例監視報告書", "2026-09-20 10:00:00", None, "実施済"),
                     ("訓練", "訓練", "2026-10-05 10:00:00", "全団体", "実施済")),
        judged(8), judged(10),
    ]


def told(data: Path) -> dict[str, list[tuple[object, ...]]]:
    tables = ("reporting_period", "period_month", "covered_month")
    return marts(data) | {name: rows(data, f"SELECT * FROM wh.main.{name} ORDER BY ALL") for name in tables}


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory, config: Path, files: list[Path]) -> dict[str, Any]:
    """All files in one load of a fresh folder."""
    data = tmp_path_factory.mktemp("once") / "data"
    assert not load(data, *files, config=config).failed
    return told(data)


def differing(found: dict[str, Any], wanted: dict[str, Any]) -> set[str]:
    return {name for name in wanted if found[name] != wanted[name]}


def test_the_files_exercise_what_longer_periods_are_made_of(at_once: dict[str, Any]) -> None:
    assert {row[0] for row in at_once["reporting_period"]} == {
        "2026-07", "2026-08", "2026-09", "2026-10", "2026Q2", "2026H1", "FY2026", "sc-r3"}
    assert at_once["percentile_short"] and at_once["long_percentile"] and at_once["obligation_due"]
    assert len({row[2] for row in at_once["kpi_value"]}) > 60


def test_it_changes_nothing_how_many_months_one_statement_takes(
    tmp_path: Path, config: Path, files: list[Path], at_once: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.marts._ROWS_AT_ONCE", 0)
    one_by_one = ModelBuilder._month_sets
    monkeypatch.setattr(ModelBuilder, "_month_sets", lambda self, model, months: [
        [month] for some in one_by_one(self, model, months) for month in some])
    assert not load(tmp_path / "data", *files, config=config).failed
    assert differing(told(tmp_path / "data"), at_once) == set()


@settings(max_examples=2, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_files_in_any_order_and_batches_end_in_the_marts_of_one_load(
    config: Path, files: list[Path], at_once: dict[str, Any], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(files))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(files) - 1), min_size=1, max_size=4)))
    with tempfile.TemporaryDirectory() as name:
        for start, end in zip([0, *cuts], [*cuts, len(files)], strict=True):
            assert not load(Path(name) / "data", *order[start:end], config=config).failed
        assert differing(told(Path(name) / "data"), at_once) == set()


@pytest.mark.parametrize("wanted", ["訂正", "機器負荷", "台帳_令和8年8月", "SOC判定結果_202608"])
def test_a_file_of_an_old_month_that_comes_last_moves_all_periods_it_is_in(
    tmp_path: Path, config: Path, files: list[Path], at_once: dict[str, Any], wanted: str
) -> None:
    late = [path for path in files if wanted in path.name]
    assert late
    load(tmp_path / "data", *(path for path in files if path not in late), config=config)
    for path in late:
        load(tmp_path / "data", path, config=config)
    assert differing(told(tmp_path / "data"), at_once) == set()
