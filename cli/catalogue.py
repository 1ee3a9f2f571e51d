"""``app.py catalogue``: what the published data are called and mean, where they come from, and how fresh they are."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.places import data_folder
from cli.terminal import print_table, say
from warehouse.errors import MiharashiError

if TYPE_CHECKING:
    from warehouse.catalogue import Catalogue, KpiDoc, Table, Target


class Part(StrEnum):
    TABLES = "tables"
    KPIS = "kpis"
    FEEDS = "feeds"
    CODES = "codes"


def catalogue_command(
    part: Annotated[Part, typer.Argument(help="一覧するもの（tables 表、kpis 指標、feeds 取込み定義、"
                                              "codes コード表）")] = Part.TABLES,
    table: Annotated[str | None, typer.Option(metavar="NAME", help="一つの表の列を示す（例: line_month）")] = None,
    kpi: Annotated[str | None, typer.Option(metavar="ID", help="一つの指標の定義を示す（例: K10）")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSONで出力する（指定がなければカタログのすべて）")] = False,
) -> None:
    """データカタログ（表、列、指標、取込み定義、コード表、鮮度）を示す。"""
    from warehouse.catalogue import plain, read_catalogue
    from warehouse.reader import open_current

    if table and kpi:
        raise MiharashiError("指定が二つあります", "--table と --kpi は一緒に使えません。",
                             "どちらか一つを指定してください。")
    with open_current(data_folder()) as reader:
        catalogue = read_catalogue(reader, reader.whole_scope())
    chosen: Any = catalogue.table(table) if table else catalogue.kpi(kpi) if kpi else None
    if as_json:
        typer.echo(json.dumps(plain(asdict(chosen or catalogue)), ensure_ascii=False, indent=1))
    elif table:
        _print_table(chosen)
    elif kpi:
        _print_kpi(catalogue, chosen)
    else:
        _PRINTERS[part](catalogue)


def _print_tables(catalogue: Catalogue) -> None:
    print_table(["種類", "表", "名称", "1行の単位", "行数", "年月", "最終取込み"], [
        [table.kind_title, table.name, table.title, table.grain, _or_dash(table.row_count), _months(table),
         _time(table.last_loaded_at)] for table in catalogue.tables])
    say("列の一覧: python app.py catalogue --table 表の名前")
    say("指標・取込み定義・コード表: python app.py catalogue kpis（feeds、codes）")


def _print_table(table: Table) -> None:
    say(f"{table.name} {table.title}（{table.kind_title}）")
    say(f"1行の単位: {table.grain}")
    say(f"出どころ: {table.source}")
    say(f"読める人: {table.readers_title}")
    say(f"鮮度: 最終取込み {_time(table.last_loaded_at)}、行数 {_or_dash(table.row_count)}、年月 {_months(table)}、"
        f"数値時点 {_time(table.data_as_of)}")
    print_table(["列", "キー", "名称", "型", "単位", "意味", "コード表"], [
        [column.name, "○" if column.is_key else "", column.title, column.type_title, column.unit, column.meaning,
         column.codes] for column in table.columns])


def _print_kpis(catalogue: Catalogue) -> None:
    print_table(["指標", "名称", "単位", "算式", "算出する表", "目標"], [
        [kpi.kpi_id, kpi.name, kpi.unit, kpi.formula, kpi.model,
         "、".join(_value(catalogue, kpi, target) for target in kpi.targets) or "－"] for kpi in catalogue.kpis])
    say("定義のすべて: python app.py catalogue --kpi 指標の番号")


def _print_kpi(catalogue: Catalogue, kpi: KpiDoc) -> None:
    say(f"{kpi.kpi_id} {kpi.name}")
    print_table(["項目", "定義"], [
        ["目的", kpi.purpose], ["算式", kpi.formula], ["分子", kpi.numerator], ["分母", kpi.denominator],
        ["除外するもの", kpi.exclusions], ["単位", kpi.unit], ["倍率", f"{kpi.factor:g}"],
        ["小数の桁数", str(kpi.decimals)], ["端数処理", catalogue.code_name("rounding", kpi.rounding)],
        ["良い方向", catalogue.code_name("kpi_direction", kpi.direction)],
        ["粒度", "、".join(catalogue.code_name("grain", grain) for grain in kpi.grains)],
        ["報告書", "、".join(catalogue.code_name("report", report) for report in kpi.reports)],
        ["仕様書の項番", kpi.clause], ["算出する表", kpi.model], ["主要指標", "はい" if kpi.headline else "いいえ"]])
    if not kpi.targets:
        say("目標: 目標未設定")
        return
    print_table(["目標の粒度", "対象", "目標値", "注意とする値", "有効期間", "根拠", "定めた理由"], [
        [catalogue.code_name("grain", target.grain) or "すべて",
         catalogue.code_name(target.grain or "", target.entity) or "すべて", _value(catalogue, kpi, target),
         "－" if target.caution is None else f"{target.caution:g}", f"{target.valid_from}〜{target.valid_to or ''}",
         target.clause or "－", target.reason or "－"] for target in kpi.targets])


def _value(catalogue: Catalogue, kpi: KpiDoc, target: Target) -> str:
    if target.target is None:
        return "目標未設定"
    return f"{target.target:g}{kpi.unit}{catalogue.code_name('operator', target.operator)}"


def _print_feeds(catalogue: Catalogue) -> None:
    print_table(["取込み定義", "名称", "ファイルの名前", "入る表", "届くべきもの", "最終取込み", "ファイル",
                 "受入れ件数", "最後に届いた日", "取り込んだ月まで"], [
        [feed.feed, feed.title, feed.file_names, feed.table_title, feed.promise, _time(feed.last_loaded_at),
         _or_dash(feed.files), _or_dash(feed.accepted_rows), str(feed.last_date or "－"), feed.covered_to or "－"]
        for feed in catalogue.feeds])
    until = {feed.data_as_of for feed in catalogue.feeds}
    say(f"数値時点: {_time(next(iter(until), None))}")


def _print_codes(catalogue: Catalogue) -> None:
    print_table(["コード表", "名称", "コード", "コードの名称", "有効期間"], [
        [codes.name, codes.title, code.code, code.name,
         f"{code.valid_from}〜{code.valid_to or ''}" if code.valid_from else "－"]
        for codes in catalogue.code_lists for code in codes.codes])


_PRINTERS = {Part.TABLES: _print_tables, Part.KPIS: _print_kpis, Part.FEEDS: _print_feeds, Part.CODES: _print_codes}


def _months(table: Table) -> str:
    return f"{table.first_month}〜{table.last_month}" if table.first_month else "－"


def _or_dash(count: int | None) -> object:
    return "－" if count is None else count


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "－"
