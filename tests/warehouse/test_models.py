"""Heads of models: what one row is, its keys, its inputs, in an order in which they can be built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import write
from warehouse.facts import FACT_TABLES
from warehouse.models import FOLDER, WANTED_MONTH, all_models, load_models, parse_model

HEAD = (
    "-- one row per day",
    "-- title: 日",
    "-- keys: jst_date",
    "-- inputs: dim_date(month), ticket",
    "-- partition: jst_month",
    "-- identities: none",
    "SELECT 1",
)


def test_a_head_says_grain_keys_inputs_and_partition(tmp_path: Path) -> None:
    model = parse_model(write(tmp_path / "day.sql", *HEAD))
    assert (model.name, model.grain, model.title, model.keys) == ("day", "day", "日", ("jst_date",))
    assert (model.partitioned, model.identities) == (True, "none")
    assert [(source.name, source.by_month) for source in model.inputs] == [("dim_date", True), ("ticket", False)]


@pytest.mark.parametrize("lacking", range(6))
def test_a_head_that_lacks_something_is_refused(tmp_path: Path, lacking: int) -> None:
    with pytest.raises(ValueError, match="day.sql: the head lacks"):
        parse_model(write(tmp_path / "day.sql", *HEAD[:lacking], *HEAD[lacking + 1 :]))


def test_every_model_comes_after_its_inputs_and_every_input_exists() -> None:
    models = all_models()
    assert {model.name for model in models} == {path.stem for path in FOLDER.glob("*.sql")}
    built: set[str] = {*FACT_TABLES, "as_of", "covered_month", "load", "reporting_period", "period_month", WANTED_MONTH}
    for model in models:
        for source in model.inputs:
            assert source.name in built or source.name.startswith("dim_"), f"{model.name} reads {source.name}"
            assert model.partition in ("jst_month", "view") or not source.by_month
            assert model.by_period or not source.by_period
        built.add(model.name)


@pytest.mark.parametrize("model", load_models(), ids=lambda model: model.name)
def test_a_model_reads_what_its_head_says_and_nothing_else(model: object) -> None:
    import duckdb

    from warehouse.models import Model

    assert isinstance(model, Model)
    assert set(duckdb.connect().get_table_names(model.sql)) == {source.name for source in model.inputs}
