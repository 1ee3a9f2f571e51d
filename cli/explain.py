"""``app.py explain``: where a figure comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.places import data_folder
from cli.terminal import print_table, say

if TYPE_CHECKING:
    import pandas as pd

    from warehouse.explain import Proof


def explain_command(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="指標の番号（K10、K02.count など）")],
    period: Annotated[str, typer.Option(help="対象期間（2026-10、2026Q2、2026H1、R8、FY2026、契約の番号）")],
    entity: Annotated[str, typer.Option(metavar="CODE", help="対象のコードか名称（既定は全体）")] = "",
    grain: Annotated[str, typer.Option(metavar="NAME", help="粒度（同じコードが二つあるときだけ）")] = "",
    limit: Annotated[int, typer.Option(help="示す行数", min=0)] = 20,
    sql: Annotated[bool, typer.Option("--sql", help="算出に使うSQLも示す")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="すべてをJSONで示す")] = False,
) -> None:
    """数値の根拠を示す: 定義、分子と分母の行、もとのファイルと却下、取得率、目標値、スナップショット。"""
    from warehouse.explain import as_dict, explain
    from warehouse.reader import open_current

    with open_current(data_folder()) as reader:
        proof = explain(reader, reader.whole_scope(), kpi, _period_id(period), entity, grain)
    if as_json:
        typer.echo(json.dumps(as_dict(proof), ensure_ascii=False, indent=1, default=str))
        return
    _say_figure(proof)
    _say_targets(proof)
    _say_rows(proof, limit)
    _say_loads(proof, limit)
    _say_models(proof, sql)


def _period_id(text: str) -> str:
    """Periods are named as everywhere; a contract by its own number."""
    from warehouse.errors import PeriodError
    from warehouse.period import Period

    try:
        return str(Period.parse(text))
    except PeriodError:
        return text


def _say_figure(proof: Proof) -> None:
    from warehouse.japanese import number

    kpi, result = proof.definition, proof.result
    value = number(result["value"], int(kpi["decimals"]), kpi["rounding"])
    days = f"{result['first_date']:%Y-%m-%d}〜{result['last_date']:%Y-%m-%d}"
    through = "" if result["is_complete"] else f"（{result['through_date']:%Y-%m-%d}まで。{_made_of(result)}）"
    print_table(["項目", "内容"], [
        ["指標", f"{kpi['kpi_id']} {kpi['name']}"],
        ["対象", f"{proof.entity_name}（{proof.entity}）" if proof.entity else "全体"],
        ["期間", f"{proof.period_id}（{days}）{through}"],
        ["値", f"{value}{kpi['unit']}（丸め前 {_plain(result['value'])}）"],
        ["判定", result["judgement"]],
        ["分子", f"{_plain(result['numerator'])}　{kpi['numerator']}"],
        ["分母", f"{_plain(result['denominator'])}　{kpi['denominator']}"],
        ["件数・点数", _plain(result["n"])],
        ["取得", _coverage(result)],
        ["算式", kpi["formula"]],
        ["除外", kpi["exclusions"]],
        ["目的", kpi["purpose"]],
        ["仕様書の項番", kpi["clause"]],
        ["前の期間・前年同期", f"{_plain(result['previous_value'])}・{_plain(result['last_year_value'])}"],
        ["スナップショット", f"{proof.snapshot}（公開 {proof.published_at:%Y-%m-%d %H:%M}、数値時点 {_as_of(proof)}）"],
    ])


def _made_of(result: dict[str, Any]) -> str:
    return f"{result['month_count']}か月のうち{result['made_of']}か月"


def _as_of(proof: Proof) -> str:
    return f"{proof.data_as_of:%Y-%m-%d %H:%M}" if proof.data_as_of is not None else "…"


def _coverage(result: dict[str, Any]) -> str:
    if result["expected"] is None:
        return "－"
    from warehouse.japanese import number

    return f"{result['received']:,}／{result['expected']:,}（{number(result['coverage_pct'], 1, 'truncate')}%）"


def _plain(value: object) -> str:
    if value is None:
        return "…"
    if isinstance(value, float):
        return f"{value:,.9f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _say_targets(proof: Proof) -> None:
    result = proof.result
    if result["target"] is not None:
        caution = f"、注意 {_plain(result['caution'])}" if result["caution"] is not None else ""
        words = "以上" if result["operator"] == ">=" else "以下"
        say(f"適用した目標値: {_plain(result['target'])}{proof.definition['unit']}{words}{caution}"
            f"（{result['target_clause'] or '－'}）")
    if proof.targets:
        print_table(["目標値の対象", "条件", "目標", "注意", "項番・出所", "改定の理由", "有効期間"], [
            [" ".join(part for part in (row["grain"], row["entity"]) if part) or "すべて", row["operator"],
             _plain(row["target"]) if row["target"] is not None else "未設定", _plain(row["caution"]),
             row["clause"] or "－", row["reason"] or "－",
             f"{row['valid_from']:%Y-%m-%d}〜" + (f"{row['valid_to']:%Y-%m-%d}" if row["valid_to"] else "")]
            for row in proof.targets])


def _say_rows(proof: Proof, limit: int) -> None:
    from warehouse.explain import FOLDS

    total = len(proof.rows)
    say(f"値のもとになった行: {total:,}件。{FOLDS[proof.fold]}です。")
    shown = proof.rows.head(limit)
    if len(shown):
        print_table(["行", "内容", "分子", "分母"], [
            [row.item, row.detail, _cell(row.numerator), _cell(row.denominator)] for row in shown.itertuples()])
    if total > limit:
        say(f"先頭の{limit:,}件を示しました。--limit で増やせます。")


def _cell(value: object) -> str:
    return "－" if value is None or value != value else _plain(value)


def _say_loads(proof: Proof, limit: int) -> None:
    if not len(proof.loads):
        say("もとのファイルの記録は、この期間にはありません（計測値の保存期間を過ぎています。集計だけが残っています）。"
            if proof.retired else "もとのファイルの記録は、この期間にはありません。")
        return
    say(f"もとのファイル: {len(proof.loads):,}件。うち却下のあったファイル {_with_rejects(proof.loads):,}件。")
    print_table(["取込み番号", "種類", "ファイル", "期間内の件数", "物理行数", "受入れ行", "却下行", "うち未対応",
                 "却下の理由", "SHA-256"], [
        [str(row.load_id), _cell(row.title), _cell(row.file_name), row.rows, _number(row.physical_lines),
         _number(row.accepted_lines), _number(row.rejected_lines), _number(row.open_rejects), _cell(row.reject_reasons),
         str(_cell(row.sha256))[:12]]
        for row in proof.loads.head(limit).itertuples()])
    if len(proof.loads) > limit:
        say(f"先頭の{limit:,}件を示しました。--limit で増やせます。")


def _with_rejects(loads: pd.DataFrame) -> int:
    return int((loads["rejected_lines"] > 0).sum())


def _number(value: Any) -> int | str:
    return "－" if value is None or value != value else int(value)


def _say_models(proof: Proof, sql: bool) -> None:
    say(f"算出の流れ: {' → '.join(model.name for model in proof.models)}")
    if not sql:
        say("SQL は --sql で示します。")
        return
    for model in proof.models:
        say(f"\n---- {model.name}（{model.title}） ----\n{model.sql}")
