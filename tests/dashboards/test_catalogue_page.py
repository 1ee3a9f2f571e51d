"""データカタログ: every table, column, measure and feed is there; freshness is the prefecture's."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from datetime import datetime

import pytest
from dash import Dash

from dashboards import sentences
from dashboards.app import create_app
from tests.dashboards.conftest import ask
from tests.support import CONFIG
from warehouse.catalogue import Catalogue, read_catalogue
from warehouse.reader import Reader
from warehouse.scope import Scope

BODY = Scope.of("242012")


def app_on(reader: Reader, scope: Scope | None = None) -> Dash:
    return create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: datetime(2026, 11, 20, 9, 30))


def page(reader: Reader, link: str, scope: Scope | None = None) -> str:
    return json.dumps(json.loads(ask(app_on(reader, scope), link)), ensure_ascii=False)


def lines(reader: Reader, dataset: str, scope: Scope | None = None) -> list[dict[str, str]]:
    answer = app_on(reader, scope).server.test_client().get(f"/csv/catalogue/{dataset}.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def known(demo_reader: Reader) -> Catalogue:
    return read_catalogue(demo_reader, demo_reader.whole_scope())


def test_every_table_measure_and_feed_stands_there(demo_reader: Reader, known: Catalogue) -> None:
    text = page(demo_reader, "/catalogue")
    assert "表示エラー" not in text and "対象期間" not in text
    for table in known.tables:
        assert f"?table={table.name}&" in text and table.title in text and table.grain in text
    for kpi in known.kpis:
        assert f'"{kpi.kpi_id}"' in text and kpi.name in text and kpi.formula in text
    for feed in known.feeds:
        names = tomllib.loads((CONFIG / "feeds" / f"{feed.feed}.toml").read_text(encoding="utf-8"))["file"]["names"]
        assert feed.title in text and feed.promise in text and "、".join(names) in text


def test_a_table_shows_its_columns_and_the_codes_in_them(demo_reader: Reader, known: Catalogue) -> None:
    text = page(demo_reader, "/catalogue?table=ticket")
    assert "表示エラー" not in text and "データカタログ：問合せ・依頼" in text
    table = known.table("ticket")
    for column in table.columns:
        assert column.name in text and column.title in text and column.meaning in text
    assert f"{table.row_count:,}行" in text and table.readers_title in text and "令和8年10月まで" in text
    for code in ("inquiry", "作業依頼", "portal", "四日市市"):
        assert code in text
    assert "line_sample" not in text, "one table, not all of them"


@pytest.mark.parametrize("name", ["kpi_value", "dim_tenant", "load", "as_of", "kpi_result", "snapshot_info"])
def test_every_kind_of_table_can_be_opened(demo_reader: Reader, name: str) -> None:
    text = page(demo_reader, f"/catalogue?table={name}")
    assert "表示エラー" not in text and "の列（" in text


def test_a_table_that_is_not_there_is_told(demo_reader: Reader) -> None:
    text = page(demo_reader, "/catalogue?table=no_such_table")
    assert "表が見つかりません" in text and "no_such_table" in text and "一覧を表示" in text


def test_the_file_has_every_column_of_every_table(demo_reader: Reader, known: Catalogue) -> None:
    found = {(line["表の物理名"], line["物理名"]): line for line in lines(demo_reader, "columns")}
    wanted = {(table.name, column.name): column for table in known.tables for column in table.columns}
    assert found.keys() == wanted.keys()
    for key, column in wanted.items():
        line = found[key]
        assert (line["名称"], line["単位"], line["意味"], line["型"], line["キー"]) == (
            column.title, column.unit, column.meaning, column.type_title, "はい" if column.is_key else "いいえ"), key


def test_the_files_hold_rows_targets_and_codes(demo_reader: Reader, known: Catalogue) -> None:
    tables = {line["物理名"]: line for line in lines(demo_reader, "tables")}
    assert tables.keys() == {table.name for table in known.tables}
    for table in known.tables:
        assert tables[table.name]["行数（行）"] == ("" if table.row_count is None else str(table.row_count))
    kpis = lines(demo_reader, "kpis")
    assert len(kpis) == sum(max(len(kpi.targets), 1) for kpi in known.kpis)
    assert {line["目標"] for line in kpis if line["番号"] == "K27"} == {"100%以上"}
    assert {line["目標"] for line in kpis if line["番号"] == "K29"} == {"未設定"}
    assert {line["目標"] for line in kpis if line["番号"] == "K26"} == {""}
    assert len(lines(demo_reader, "codes")) == sum(len(codes.codes) for codes in known.code_lists)


def test_bodies_read_the_words_but_not_the_prefectures_rows(demo_reader: Reader, known: Catalogue) -> None:
    text = page(demo_reader, "/catalogue", BODY) + page(demo_reader, "/catalogue?table=ticket", BODY)
    assert "表示エラー" not in text and "閲覧権限なし" not in text
    content = "".join(page(demo_reader, link, BODY).split("出典と注")[0]
                      for link in ("/catalogue", "/catalogue?table=ticket"))
    assert "問合せ・依頼" in content and "行数" not in content and "最終取込み" not in content
    assert "四日市市" not in text and "津市" in text
    assert {line["行数（行）"] for line in lines(demo_reader, "tables", BODY)} == {""}
    bodies = [line for line in lines(demo_reader, "codes", BODY) if line["コード表の名前"] == "tenant"]
    assert {line["コード"] for line in bodies} == {"242012"}


def test_nobody_without_a_scope(demo_reader: Reader) -> None:
    app = app_on(demo_reader, Scope.none())
    assert "閲覧権限なし" in json.dumps(json.loads(ask(app, "/catalogue?table=ticket")), ensure_ascii=False)
    assert app.server.test_client().get("/csv/catalogue/columns.csv").status_code == 403


def test_sentences_count_tables_measures_and_feeds() -> None:
    tables = [
        {"kind": "fact", "kind_name": "明細", "column_count": 3, "row_count": 1200},
        {"kind": "fact", "kind_name": "明細", "column_count": 4, "row_count": None},
        {"kind": "mart", "kind_name": "集計", "column_count": 5, "row_count": 7},
    ]
    assert sentences.catalogue.tables(tables) == "表は3（明細2、集計1）、列は12です。明細の行数は合計1,200行です。"
    unknown = [table | {"row_count": None} for table in tables]
    assert sentences.catalogue.tables(unknown) == "表は3（明細2、集計1）、列は12です。"
    assert sentences.catalogue.feeds([{"every": "sample"}, {"every": "month"}, {"every": None}]) == (
        "取込み定義は3（計測値1、月ごと1、定めなし1）です。")
    columns = [{"title": "年月", "is_key": True}, {"title": "区分", "is_key": True}, {"title": "件数", "is_key": False}]
    assert sentences.catalogue.table({"kind_name": "集計"}, columns) == (
        "集計の表です。列は3で、年月、区分の組で1行が定まります。")
