"""Proofs: the rows behind every figure make it up again, and lead to the files that they came in."""

from __future__ import annotations

import json
import math
from statistics import median
from typing import Any

import pytest

from tests.support import TENANTS
from warehouse.errors import QueryError
from warehouse.explain import FOLDS, Proof, as_dict, explain, facts_of, lineage
from warehouse.kpi import GRAINS
from warehouse.reader import Reader
from warehouse.scope import Scope

PERIODS = ("2026-10", "2026H1", "FY2026", "sc-r3")
JUDGED_ENTITIES = {"tenant": {"242012"}, "device": {"fw-1"}, "service": {"proxy", "web_server"}}


def results(reader: Reader, period: str) -> list[dict[str, Any]]:
    scope = reader.whole_scope()
    rows = [row for grain in GRAINS
            for row in reader.query("kpi_results", scope, period=period, grain=grain).to_dict("records")]
    return [row for row in rows if row["entity"] in JUDGED_ENTITIES.get(row["grain"], {row["entity"]})]


def made_up(proof: Proof, numerator: float, denominator: float) -> bool:
    """Whether the rows give the figure's numerator, and its denominator where they tell one."""
    above = [value for value in proof.rows["numerator"] if not math.isnan(value)]
    below = [value for value in proof.rows["denominator"] if not math.isnan(value)]
    if proof.fold == "sum":
        return (math.isclose(sum(above), numerator, rel_tol=1e-9, abs_tol=1e-6)
                and (not below or math.isclose(sum(below), denominator, rel_tol=1e-9)))
    if proof.fold == "above":
        return sum(above) <= sum(below) - math.ceil(sum(below) * 95 / 100)
    if proof.fold == "last":
        return above[-1] == numerator and (not below or below[-1] == denominator)
    if proof.fold == "larger":
        sides = {side: sum(row.numerator for row in proof.rows.itertuples() if side in row.item)
                 for side in ("受信", "送信")}
        return max(sides.values()) == numerator
    folded = {"max": max, "median": median, "p90": lambda values: sorted(values)[math.ceil(len(values) * 0.9) - 1]}
    return math.isclose(folded[proof.fold](above), numerator, abs_tol=0.01)


@pytest.mark.parametrize("period", PERIODS)
def test_the_rows_behind_every_figure_make_it_up_again(demo_reader: Reader, period: str) -> None:
    seen = set()
    for row in results(demo_reader, period):
        proof = explain(demo_reader, demo_reader.whole_scope(), row["kpi_id"], period, row["entity"], row["grain"])
        seen.add(row["kpi_id"])
        assert proof.result["judgement"] == row["judgement"] and proof.fold in FOLDS
        if proof.fold != "trend" and not math.isnan(row["numerator"]) and row["denominator"]:
            assert made_up(proof, row["numerator"], row["denominator"]), (row["kpi_id"], row["grain"], row["entity"])
    assert len(seen) == 69


def test_a_line_is_proved_by_its_own_files_only(demo_reader: Reader) -> None:
    proof = explain(demo_reader, demo_reader.whole_scope(), "K10", "2026-10", "internet")
    assert (proof.grain, proof.entity_name) == ("line", "インターネット接続回線")
    assert set(proof.loads["table_name"]) == {"line_sample"}
    record = proof.loads.iloc[-1]
    assert record["file_name"] == "回線トラフィック_202610.csv" and len(record["sha256"]) == 64
    assert record["rows"] == proof.result["expected"] - 2  # one line of the file was rejected, for both directions
    assert (record["rejected_lines"], record["open_rejects"]) == (1, 1) and "数値" in record["reject_reasons"]
    assert "kpi_line" in {model.name for model in proof.models}
    assert "tenant_traffic_day" not in {model.name for model in proof.models}


def test_entities_are_found_by_code_or_name(demo_reader: Reader) -> None:
    scope = demo_reader.whole_scope()
    by_code, by_name = (explain(demo_reader, scope, "K26", "2026-10", entity) for entity in ("242012", "津市"))
    assert by_code.entity == by_name.entity == "242012" and by_code.grain == "tenant"


@pytest.mark.parametrize(("kpi", "period", "entity", "told"), [
    ("K99", "2026-10", "", "「K99」という指標はありません"),
    ("K10", "2026-10", "", "対象「全体」の値はありません。ある対象: breakout ブレイクアウト接続回線、internet"),
    ("K10", "2026-10", "web", "対象「web」の値はありません"),
    ("K26", "2019-01", "", "K26 の 2019-01 の値は、公開中のデータにありません"),
])
def test_what_has_no_figure_is_told_with_what_there_is(
    demo_reader: Reader, kpi: str, period: str, entity: str, told: str
) -> None:
    with pytest.raises(QueryError, match=told):
        explain(demo_reader, demo_reader.whole_scope(), kpi, period, entity)


def test_a_body_sees_the_proof_of_its_own_figures_without_names_of_files(demo_reader: Reader) -> None:
    proof = explain(demo_reader, Scope.of("242012"), "K15", "2026-10", "242012")
    assert set(proof.rows["item"]) == {"2026-10　津市　受信", "2026-10　津市　送信"}
    assert len(proof.loads) == 1 and proof.loads["file_name"].isna().all()
    told = json.dumps(as_dict(proof) | {"models": []}, ensure_ascii=False, default=str)
    assert not any(other in told for other in ("240001", "242021", "三重県", "四日市市"))


@pytest.mark.parametrize("entity", ["", "242021"])
def test_a_body_gets_no_proof_of_what_is_not_its_own(demo_reader: Reader, entity: str) -> None:
    with pytest.raises(QueryError):
        explain(demo_reader, Scope.of("242012"), "K26", "2026-10", entity)


def test_an_empty_scope_proves_nothing(demo_reader: Reader) -> None:
    with pytest.raises(QueryError):
        explain(demo_reader, Scope.none(), "K26", "2026-10")


def test_the_targets_of_a_proof_are_all_there_ever_were(demo_reader: Reader) -> None:
    proof = explain(demo_reader, demo_reader.whole_scope(), "K27", "2026-10")
    assert [(row["operator"], row["target"], row["reason"]) for row in proof.targets] == [(">=", 100.0, "仕様書の値")]
    assert proof.result["target"] == 100 and proof.result["judgement"] in {"達成", "未達"}


def test_a_lineage_begins_at_the_facts_and_ends_at_the_figure() -> None:
    models = lineage("kpi_ticket", "all")
    assert models[-1].name == "kpi_ticket" and models[0].inputs
    assert facts_of(models, "all") == ("ticket", "ticket_event")
    assert facts_of(lineage("kpi_device", "device"), "device") == ("device_sample",)


def test_peers_are_told_without_names_and_not_at_all_where_they_are_few(demo_reader: Reader) -> None:
    frame = demo_reader.query("peer_positions", Scope.of("242012"), period="2026-10", tenant="242012")
    tickets = frame[(frame["kpi_id"] == "K26") & (frame["peer_group"] == "all")].iloc[0]
    everyone = sorted(
        demo_reader.query("kpi_results", demo_reader.whole_scope(), period="2026-10", grain="tenant")
        .query("kpi_id == 'K26'")["value"], reverse=True)
    assert (tickets["bodies"], tickets["place"]) == (33, everyone.index(tickets["value"]) + 1)
    assert tickets["median"] == median(everyone)
    traffic = frame[(frame["kpi_id"] == "K15") & (frame["peer_group"] == "all")].iloc[0]
    assert traffic["bodies"] == len(TENANTS) < 5 and traffic["is_suppressed"]
    assert traffic[["place", "median", "first_quartile", "third_quartile"]].isna().all()
    other = demo_reader.query("peer_positions", Scope.of("242012"), period="2026-10", tenant="242021")
    assert other.empty
