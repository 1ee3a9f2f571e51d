"""Writes ``docs/data_dictionary.md``: the data catalogue of an empty warehouse, as the configuration makes it.

``python scripts/generate_docs.py`` writes the file; ``make check`` fails while it is not what would be written.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from etl.setup import Setup  # noqa: E402 - found from anywhere
from warehouse.build import silent  # noqa: E402
from warehouse.catalogue import Catalogue, Code, KpiDoc, Table, Target, read_catalogue  # noqa: E402
from warehouse.folder import DataFolder  # noqa: E402
from warehouse.reader import Reader, open_current  # noqa: E402

FILE = ROOT / "docs" / "data_dictionary.md"
_HEAD = """# データ辞書

この文書は `python scripts/generate_docs.py` が、プログラムの表と `config/` の設定から作ります。直接には直しません。
列の名称と意味は `warehouse/columns.toml` と `warehouse/models/*.sql` の見出しに、
指標の定義は `config/kpi.toml` にあります。
公開中のデータの鮮度（最後の取込み、行数、数値時点）も含めて見るには、`python app.py catalogue` を使います。

## 読み方

- 明細は取り込んだ行そのもの、集計は明細から求めた値、マスタは設定と定義、記録は取込み・公開などの記録です。
- 型は、文字列、整数、小数、日付、日時、真偽及び組（複数の値）です。かっこ内はデータベースの型です。
- 時刻は、明細では協定世界時（UTC）、そのほかでは日本標準時です。
- 空欄は「無い・分からない」であり、0 ではありません。
- 「○」の列の組で、1行が定まります。マスタの行には有効期間があります。
- 物理名の単位: `_bps` は bit/s、`_bytes` は byte、`_minutes` は分、`_seconds` は秒、`_pct` は %、`_jst` は日本標準時。
"""
_DEFINITION = (("目的", "purpose"), ("算式", "formula"), ("分子", "numerator"), ("分母", "denominator"),
               ("除外するもの", "exclusions"), ("単位", "unit"), ("倍率", "factor"), ("小数の桁数", "decimals"),
               ("端数処理", "rounding"), ("良い方向", "direction"), ("粒度", "grains"), ("報告書", "reports"),
               ("仕様書の項番", "clause"), ("算出する表", "model"), ("主要指標", "headline"))


@contextmanager
def empty_warehouse(config: Path = ROOT / "config") -> Iterator[Reader]:
    """A reader of a snapshot without data, made with the configuration."""
    with tempfile.TemporaryDirectory() as place:
        folder, setup = DataFolder(Path(place)), Setup.read(config)
        with folder.writer_lock(), setup.build(folder, silent) as build:
            build.build_marts()
            build.publish(datetime(2000, 1, 1))
        with open_current(Path(place)) as reader:
            yield reader


def configured_catalogue(config: Path = ROOT / "config") -> Catalogue:
    """The whole catalogue as it is before any data came."""
    with empty_warehouse(config) as reader:
        return read_catalogue(reader, reader.whole_scope())


def document(catalogue: Catalogue) -> str:
    """The data dictionary as Markdown."""
    parts = [_HEAD, *_table_list(catalogue), *_tables(catalogue), *_kpis(catalogue), *_feeds(catalogue),
             *_code_lists(catalogue)]
    return "\n".join(parts).rstrip() + "\n"


def _table_list(catalogue: Catalogue) -> Iterator[str]:
    yield f"## 表の一覧（{len(catalogue.tables)}）\n"
    yield from _grid(("種類", "物理名", "名称", "1行の単位", "読める人"),
                     ((table.kind_title, f"`{table.name}`", table.title, table.grain, table.readers_title)
                      for table in catalogue.tables))


def _tables(catalogue: Catalogue) -> Iterator[str]:
    kind = ""
    for table in catalogue.tables:
        if table.kind != kind:
            kind = table.kind
            yield f"## {table.kind_title}\n"
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"### `{table.name}` {table.title}\n"
    yield f"1行の単位: {table.grain}。出どころ: {table.source}。読める人: {table.readers_title}。\n"
    yield from _grid(("列", "キー", "名称", "型", "単位", "意味", "コード表"), (
        (f"`{column.name}`", "○" if column.is_key else "", column.title,
         f"{column.type_title}（{column.data_type}）", column.unit, column.meaning,
         f"{column.codes_title}（`{column.codes}`）" if column.codes else "") for column in table.columns))


def _kpis(catalogue: Catalogue) -> Iterator[str]:
    yield f"## 指標（{len({kpi.kpi_no for kpi in catalogue.kpis})}指標、{len(catalogue.kpis)}通りの測り方）\n"
    yield "別の測り方には、元の指標と異なる項目だけを示します。判定は、端数処理の前の値で行います。\n"
    first: KpiDoc | None = None
    for kpi in catalogue.kpis:
        if first is None or kpi.kpi_no != first.kpi_no:
            first = kpi
            yield f"### {kpi.kpi_id} {kpi.name}\n"
            yield from _grid(("項目", "定義"), [*_definition(catalogue, kpi), *_targets(catalogue, kpi)])
        else:
            yield f"#### {kpi.kpi_id} {kpi.name}\n"
            same = set(_definition(catalogue, first))
            own = [row for row in _definition(catalogue, kpi) if row not in same]
            yield from _grid(("項目", "定義"), [*own, *_targets(catalogue, kpi)])


def _definition(catalogue: Catalogue, kpi: KpiDoc) -> list[tuple[str, str]]:
    told = {
        **{name: str(getattr(kpi, name)) for _, name in _DEFINITION},
        "rounding": catalogue.code_name("rounding", kpi.rounding),
        "direction": catalogue.code_name("kpi_direction", kpi.direction),
        "grains": "、".join(catalogue.code_name("grain", grain) for grain in kpi.grains),
        "reports": "、".join(catalogue.code_name("report", report) for report in kpi.reports),
        "model": f"`{kpi.model}`", "headline": "○" if kpi.headline else "－",
    }
    return [(title, told[name]) for title, name in _DEFINITION]


def _targets(catalogue: Catalogue, kpi: KpiDoc) -> list[tuple[str, str]]:
    return [("目標", _target(catalogue, kpi, target)) for target in kpi.targets]


def _target(catalogue: Catalogue, kpi: KpiDoc, target: Target) -> str:
    whose = catalogue.code_name("grain", target.grain) if target.grain else "すべて"
    whose += f" {catalogue.code_name(target.grain or '', target.entity)}" if target.entity else ""
    value = "目標未設定" if target.target is None else (
        f"{target.target:g}{kpi.unit}{catalogue.code_name('operator', target.operator)}")
    caution = "" if target.caution is None else f"、注意 {target.caution:g}{kpi.unit}"
    told = [f"{whose}: {value}{caution}", _validity(target.valid_from, target.valid_to), target.clause, target.reason]
    return "、".join(part for part in told if part)


def _feeds(catalogue: Catalogue) -> Iterator[str]:
    yield f"## 取込み定義（{len(catalogue.feeds)}）\n"
    yield "ファイルの形式と列の対応は [取込み定義](feeds.md) にあります。\n"
    yield from _grid(("物理名", "名称", "ファイルの名前", "入る表", "届くべきもの"), (
        (f"`{feed.feed}`", feed.title, f"`{feed.file_names}`", f"{feed.table_title}（`{feed.table_name}`）",
         feed.promise)
        for feed in catalogue.feeds))


def _code_lists(catalogue: Catalogue) -> Iterator[str]:
    yield f"## コード表（{len(catalogue.code_lists)}）\n"
    for codes in catalogue.code_lists:
        whence = "プログラムで固定" if codes.is_fixed else "設定"
        yield f"### `{codes.name}` {codes.title}（{whence}）\n"
        if codes.is_fixed:
            yield from _grid(("コード", "名称"), ((f"`{code.code}`", code.name) for code in codes.codes))
        else:
            yield from _grid(("コード", "名称", "定義・単位", "有効期間"), map(_configured, codes.codes))


def _configured(code: Code) -> tuple[str, ...]:
    return f"`{code.code}`", code.name, code.detail or "", _validity(code.valid_from, code.valid_to)


def _validity(first: date | None, last: date | None) -> str:
    return f"{first or ''}〜{last or ''}"


def _grid(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def main() -> None:
    FILE.write_text(document(configured_catalogue()), encoding="utf-8")
    print(FILE.relative_to(ROOT))


if __name__ == "__main__":
    main()
