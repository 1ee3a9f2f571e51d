"""The data catalogue: nothing undocumented, one name for one quantity, fresh, and no body's data for another."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cli.catalogue import Part, catalogue_command
from scripts import catalogue_checks, generate_docs
from tests.support import CONFIG, TENANTS, all_tables, copy_config, read_rows, write_rows
from warehouse import catalogue_tables
from warehouse.catalogue import Catalogue, plain, read_catalogue
from warehouse.errors import MiharashiError, QueryError
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder
from warehouse.glossary import Glossary, Words, read_glossary
from warehouse.kpi import KpiCatalogue
from warehouse.models import load_models, parse_model
from warehouse.reader import Reader
from warehouse.scope import Scope
from warehouse.snapshot import current

TSU = "242012"
OTHERS = [row for row in read_rows(CONFIG / "tenants.csv") if row["tenant_code"] != TSU]


@pytest.fixture(scope="module")
def configured() -> Catalogue:
    """The catalogue of a warehouse without data."""
    return generate_docs.configured_catalogue()


@pytest.fixture(scope="module")
def whole(demo_reader: Reader) -> Catalogue:
    return read_catalogue(demo_reader, demo_reader.whole_scope())


@pytest.fixture(scope="module")
def own(demo_reader: Reader) -> Catalogue:
    """As one body sees it."""
    return read_catalogue(demo_reader, Scope.of(TSU))


def columns(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    return {table.name: {column.name: column.data_type for column in table.columns} for table in catalogue.tables}


def texts(catalogue: Catalogue) -> str:
    return json.dumps([plain(vars(part)) for part in (*catalogue.tables, *catalogue.feeds)], default=str,
                      ensure_ascii=False)


# ---- words -----------------------------------------------------------------------------------------------


def test_every_table_and_column_of_the_database_is_documented(configured: Catalogue) -> None:
    assert list(read_glossary().problems(columns(configured))) == []
    assert {*FACT_TABLES, *(model.name for model in load_models()), "load", "reject", "as_of", "dim_date",
            "reporting_period", "counter_edge"} <= {table.name for table in configured.tables}


def test_a_new_column_without_words_is_told(configured: Catalogue) -> None:
    found = columns(configured)
    found["line_month"]["brand_new"] = "BIGINT"
    found["brand_new_table"] = {"jst_month": "VARCHAR"}
    assert set(read_glossary().problems(found)) == {
        "brand_new_table: the table is not described", "line_month.brand_new: the column is not described"}


def test_words_for_what_is_no_longer_there_are_told(configured: Catalogue) -> None:
    found = columns(configured)
    del found["ticket_open_month"]["over_30"]
    del found["ticket_month"]["received"]
    del found["built_month"]
    assert set(read_glossary().problems(found)) == {
        "columns.toml: no table has the column over_30",
        "ticket_month: words for the column received, which it does not have",
        "columns.toml: there is no table built_month"}


def with_words(glossary: Glossary, name: str, words: Words) -> Glossary:
    return replace(glossary, columns={**glossary.columns, name: words})


@pytest.mark.parametrize(("name", "words", "problem"), [
    ("bytes", Words("", "byte", "通信量"), "tenant_sample_day.bytes: the column is not described"),
    ("bytes", Words("通信量", "byte", ""), "tenant_sample_day.bytes: the column is not described"),
    ("avg_bps", Words("平均の速度", "bit/s", "5分間の平均"),
     "line_sample.avg_bps: 平均 (bit/s) in facts.py, 平均の速度 (bit/s) in columns.toml"),
    ("avg_bps", Words("平均", "Mbps", "5分間の平均"),
     "line_sample.avg_bps: 平均 (bit/s) in facts.py, 平均 (Mbps) in columns.toml"),
    ("route", Words("経路", "", "経路", "rout"), "route: there is no list of codes rout"),
    ("direction", Words("方向", "", "方向", "boundary"), "line_sample.direction: the code in has no name"),
])
def test_half_said_doubly_named_and_wrongly_coded_columns_are_told(
    configured: Catalogue, name: str, words: Words, problem: str
) -> None:
    assert problem in with_words(read_glossary(), name, words).problems(columns(configured))


def test_a_models_head_may_say_that_a_column_means_something_of_its_own(configured: Catalogue) -> None:
    said = {column.name: column for column in configured.table("ticket_month").columns}["received"]
    assert (said.title, said.unit, said.meaning) == ("受付件数", "件", "受け付けた件数")
    usual = {column.name: column for column in configured.table("line_month").columns}["received"]
    assert (usual.title, usual.unit) == ("取得点数", "点")


def test_a_head_is_read_in_four_parts(tmp_path: Path) -> None:
    path = tmp_path / "m.sql"
    path.write_text("-- one row per x\n-- title: 題\n-- keys: x\n-- inputs: load\n-- partition: none\n"
                    "-- identities: none\n-- column over_30: 30開庁日超｜件｜超えた件数\nSELECT 1 AS x\n",
                    encoding="utf-8")
    assert parse_model(path).columns == (("over_30", "30開庁日超｜件｜超えた件数"),)


def test_facts_keep_their_own_names_and_take_codes_from_their_dimensions(configured: Catalogue) -> None:
    said = {column.name: column for column in configured.table("fault").columns}
    titles = [said[name].title for name in ("started_at", "service_id", "affected")]
    assert titles == ["着手日時", "サービス", "影響団体"]
    assert [said[name].codes for name in ("service_id", "affected", "boundary")] == ["service", "tenant", "boundary"]
    assert said["detected_at"].data_type == "TIMESTAMP" and said["fault_no"].is_key


def test_what_a_row_is_and_where_it_comes_from_is_told_in_japanese(configured: Catalogue) -> None:
    month = configured.table("line_month")
    assert (month.title, month.kind_title, month.grain) == ("回線利用（月）", "集計", "年月、回線、方向")
    assert "回線利用（日）（line_day）" in month.source
    assert configured.table("line_sample").source == (
        "クラウド接続回線のインターフェースカウンタ（SNMPポーリング）（interface_counter）、"
        "回線トラフィック（監視システム出力）（line_traffic）")
    assert configured.table("dim_tenant").source == "config/tenants.csv"
    with pytest.raises(QueryError, match="no_such"):
        configured.table("no_such")


# ---- KPIs ------------------------------------------------------------------------------------------------


def test_a_kpi_is_told_with_every_target_it_has_or_had(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    rows = [row for row in read_rows(config / "targets.csv") if row["kpi_id"] != "K27"]
    blank = dict.fromkeys(rows[0], "")
    rows += [{**blank, "kpi_id": "K27", "operator": ">=", "target": "95", "reason": "試行", "valid_from": "2022-04-01",
              "valid_to": "2025-03-31"},
             {**blank, "kpi_id": "K27", "operator": ">=", "target": "100", "caution": "98", "clause": "11(7)エ",
              "valid_from": "2025-04-01"},
             {**blank, "kpi_id": "K27", "grain": "tenant", "entity": "242021", "operator": ">=", "target": "99.5",
              "valid_from": "2025-04-01"}]
    write_rows(config / "targets.csv", rows)
    with generate_docs.empty_warehouse(config) as reader:
        kpi = read_catalogue(reader, reader.whole_scope()).kpi("K27")
        seen = {code: read_catalogue(reader, Scope.of(code)).kpi("K27").targets for code in ("242012", "242021")}
    assert kpi.name == "一次回答期限内率" and kpi.grains == ("all", "tenant") and kpi.model == "kpi_ticket"
    told = [(t.grain, t.entity, t.target, t.caution, str(t.valid_from), t.valid_to and str(t.valid_to), t.reason)
            for t in kpi.targets]
    assert told == [(None, None, 95, None, "2022-04-01", "2025-03-31", "試行"),
                    (None, None, 100, 98, "2025-04-01", None, None),
                    ("tenant", "242021", 99.5, None, "2025-04-01", None, None)]
    assert [len(seen[code]) for code in ("242012", "242021")] == [2, 3], "a body sees no other body's target"


def test_every_kpi_of_the_catalogue_has_all_of_its_definition(configured: Catalogue) -> None:
    defined = KpiCatalogue.read(CONFIG).kpis
    assert [kpi.kpi_id for kpi in configured.kpis] == [kpi.kpi_id for kpi in defined]
    for kpi in configured.kpis:
        assert all(getattr(kpi, name) not in ("", (), None) for name in vars(kpi) if name != "targets")


def test_kpis_that_are_missing_not_computed_undefined_or_unlisted_are_told(tmp_path: Path) -> None:
    (kpi, *_) = KpiCatalogue.read(CONFIG).kpis
    (tmp_path / "kpi_service.sql").write_text("-- 'K01'\nSELECT 'K99.new' AS kpi_id", encoding="utf-8")
    (tmp_path / "test_kpi_x.py").write_text("assert 'K010'", encoding="utf-8")
    assert list(catalogue_checks.missing_kpis([kpi]))[0] == "config/kpi.toml: K02 is not defined"
    assert list(catalogue_checks.uncomputed_kpis([kpi, replace(kpi, model="none")], tmp_path)) == [
        "config/kpi.toml: K01: the model kpi_service does not compute it",
        "config/kpi.toml: K01: there is no model none"]
    assert list(catalogue_checks.undefined_kpis([kpi], tmp_path)) == [
        "warehouse/models/kpi_service.sql: K99.new is not defined in config/kpi.toml"]
    assert list(catalogue_checks.untested_kpis([kpi], tmp_path)) == [
        "tests/warehouse/test_kpi_*.py: no test names K01"]
    assert list(catalogue_checks.unlisted_kpis([kpi], "### K02 計画外停止時間")) == [
        "docs/data_dictionary.md: K01 is not described"]


def test_kpis_of_this_product_are_all_defined_computed_and_listed(configured: Catalogue) -> None:
    kpis, text = KpiCatalogue.read(CONFIG).kpis, generate_docs.document(configured)
    assert [*catalogue_checks.missing_kpis(kpis), *catalogue_checks.uncomputed_kpis(kpis, catalogue_checks.MODELS),
            *catalogue_checks.undefined_kpis(kpis, catalogue_checks.MODELS),
            *catalogue_checks.unlisted_kpis(kpis, text), *catalogue_checks.unnamed_choices(configured)] == []


def test_the_months_of_large_marts_are_those_that_a_scan_finds(
    demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "copied.duckdb"
    shutil.copyfile(current(DataFolder(demo_data)).path, copied)
    with duckdb.connect(str(copied)) as connection:
        def told() -> list[tuple[object, ...]]:
            catalogue_tables.write_freshness(connection)
            return connection.execute("SELECT * FROM catalogue_freshness ORDER BY ALL").fetchall()

        scanned = told()
        monkeypatch.setattr(catalogue_tables, "_MANY_ROWS", -1)
        assert told() == scanned and any(row[2] == "2026-08" for row in scanned)
        connection.execute("DELETE FROM high_sample WHERE jst_month = '2026-08'")
        assert next(row for row in told() if row[0] == "high_sample")[2:4] == ("2026-09", "2026-10")


# ---- scope and freshness -------------------------------------------------------------------------------


def test_a_body_sees_what_things_are_called_but_nobody_elses_name_or_code(own: Catalogue, whole: Catalogue) -> None:
    assert [table.title for table in own.tables] == [table.title for table in whole.tables]
    lists = {codes.name: codes for codes in own.code_lists}
    assert [code.code for code in lists["tenant"].codes] == [TSU]
    assert not lists.keys() & {"line", "line_group", "device", "device_metric", "licence", "contract"}
    assert {"route", "service", "severity", "direction", "answer_state"} <= lists.keys()
    told = texts(own) + repr(own.kpis) + repr(own.code_lists)
    assert not [row["name"] for row in OTHERS if row["name"] in told or row["tenant_code"] in told]
    everywhere = {codes.name: codes for codes in whole.code_lists}
    assert len(everywhere["tenant"].codes) == len(OTHERS) + 1
    assert {"line", "device", "licence", "contract"} <= everywhere.keys()


def test_row_counts_and_times_of_loads_are_the_prefectures(own: Catalogue) -> None:
    assert all(table.row_count is None and table.last_loaded_at is None for table in own.tables)
    assert all(feed.files is None and feed.accepted_rows is None and feed.last_loaded_at is None for feed in own.feeds)


def test_an_empty_scope_has_no_catalogue(demo_reader: Reader) -> None:
    assert read_catalogue(demo_reader, Scope.none()) == Catalogue((), (), (), ())


def test_the_catalogue_tells_who_reads_a_table(whole: Catalogue) -> None:
    assert {name: whole.table(name).readers for name in (
        "ticket", "line_month", "kpi_value", "dim_date", "dim_target", "lake_file")} == {
        "ticket": "own", "line_month": "prefecture", "kpi_value": "shared", "dim_date": "all",
        "dim_target": "targets", "lake_file": "nobody"}


def test_tables_are_as_fresh_as_the_last_file_that_feeds_them(whole: Catalogue, demo_reader: Reader) -> None:
    with all_tables(demo_reader) as cursor:
        loads = dict(cursor.execute("SELECT table_name, max(loaded_at) FROM wh.main.load WHERE status = 'accepted' "
                                    "GROUP BY table_name").fetchall())
        tickets = cursor.execute("SELECT count(*) FROM lake.ticket").fetchone()[0]
        months = cursor.execute("SELECT count(*) FROM wh.main.line_month").fetchone()[0]
    ticket, month = whole.table("ticket"), whole.table("line_month")
    assert (ticket.row_count, ticket.last_loaded_at) == (tickets, loads["ticket"])
    assert (month.row_count, month.first_month, month.last_month) == (months, "2026-08", "2026-10")
    assert month.last_loaded_at == loads["line_sample"], "a mart is as fresh as the facts it is made of"
    assert month.data_as_of == demo_reader.snapshot.data_as_of
    assert whole.table("dim_tenant").data_as_of is None and whole.table("kpi_result").row_count is None


def test_feeds_tell_what_they_promised_and_what_came(whole: Catalogue, own: Catalogue) -> None:
    feeds = {feed.feed: feed for feed in whole.feeds}
    assert feeds["tenant_traffic"].promise == "毎日、5分値" and feeds["ticket"].promise == "毎月（翌月5日まで）"
    assert str(feeds["tenant_traffic"].last_date) == "2026-10-31" and feeds["ticket"].covered_to == "2026-10"
    assert feeds["ticket"].files and feeds["ticket"].accepted_rows and feeds["ticket"].last_loaded_at
    assert {feed.feed: str(feed.last_date) for feed in own.feeds}["tenant_traffic"] == "2026-10-31"
    evenings = replace(feeds["tenant_traffic"], days="open", opens_minute=510, closes_minute=1035)
    assert evenings.promise == "開庁日、8:30〜17:15の5分値"
    assert replace(evenings, every=None).promise == "定めなし"


# ---- the document and the command ------------------------------------------------------------------------


def test_the_data_dictionary_is_what_the_tables_say_today(configured: Catalogue) -> None:
    assert generate_docs.FILE.read_text(encoding="utf-8") == generate_docs.document(configured), (
        "python scripts/generate_docs.py")


def test_the_data_dictionary_is_the_same_at_every_run(configured: Catalogue) -> None:
    assert generate_docs.document(generate_docs.configured_catalogue()) == generate_docs.document(configured)


@pytest.fixture
def shown(demo_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[object]:
    """The command's output for these options."""
    monkeypatch.setenv("MIHARASHI_DATA", str(demo_data))
    monkeypatch.setenv("COLUMNS", "250")

    def tell(**options: object) -> str:
        catalogue_command(**options)  # type: ignore[arg-type]
        return capsys.readouterr().out

    yield tell


def test_the_command_shows_tables_columns_kpis_feeds_and_codes(shown) -> None:  # type: ignore[no-untyped-def]
    assert "line_month" in (tables := shown()) and "回線利用（月）" in tables and "--table" in tables
    columns_told = shown(table="line_month")
    assert "p95_bps" in columns_told and "95パーセンタイル" in columns_told and "県だけ" in columns_told
    kpi = shown(kpi="K10")
    assert "対確保帯域使用率" in kpi and "合算する回線群に属さない回線" in kpi and "目標未設定" in kpi
    assert "目標: 目標未設定" in shown(kpi="K33")
    assert "K02.count" in shown(part=Part.KPIS)
    assert "問合せ管理台帳" in shown(part=Part.FEEDS) and TENANTS[0] in shown(part=Part.CODES)


def test_the_command_gives_json(shown) -> None:  # type: ignore[no-untyped-def]
    assert json.loads(shown(kpi="K10", as_json=True))["kpi_id"] == "K10"
    whole_catalogue = json.loads(shown(as_json=True))
    assert whole_catalogue.keys() == {"tables", "kpis", "feeds", "code_lists"}
    assert json.loads(shown(table="as_of", as_json=True))["columns"][0]["title"] == "数値時点"


def test_the_command_refuses_what_is_not_there(shown) -> None:  # type: ignore[no-untyped-def]
    for options in ({"table": "no_such"}, {"kpi": "K99"}, {"table": "load", "kpi": "K10"}):
        with pytest.raises(MiharashiError):
            shown(**options)
