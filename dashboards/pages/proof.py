"""根拠（探索型）: one figure with its definition, rows, files, targets, history and SQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.card import Card, Fact, card
from dashboards.components.figure import FigureText, csv_button, figure_block
from dashboards.components.link import page_link
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, table
from dashboards.figures import kpi_history
from dashboards.frames import rows
from dashboards.pages import kpi_cards
from dashboards.pages import proof_data as ask
from dashboards.pages.base import Dataset, Page, csv_link, guarded
from dashboards.view import View
from dashboards.wording import coverage_text
from warehouse.errors import QueryError
from warehouse.explain import FOLDS, Proof
from warehouse.japanese import NOT_APPLICABLE_SIGN, UNKNOWN_SIGN, number

NAME = "proof"


def render(view: View) -> Sequence[Component]:
    """The figure, how it came about, how it went, what it rests on."""
    if view.subject is None:
        why = "指標が選ばれていません。「サービスレベル」で指標の名前を選んでください。"
        return [states.no_data("根拠", why, heading=2)]
    try:
        proof = ask.proof_of(view)
    except QueryError as error:
        return [states.notice(error, urls.href(urls.SERVICE_LEVEL, view.period), "サービスレベルを開く")]
    return [
        guarded("値", view, partial(_figure, view, proof)),
        guarded("推移", view, partial(_history, view, proof)),
        guarded("値のもとになった行", view, partial(_rows, view, proof)),
        guarded("もとのファイル", view, partial(_loads, view, proof)),
        guarded("目標値", view, partial(_targets, proof)),
        guarded("算出の流れ", view, partial(_models, proof)),
        sources(view.snapshot, view.period, _feeds(proof), _notes(proof)),
    ]


def title_of(view: View) -> str:
    """K10 対確保帯域使用率（インターネット接続回線）の根拠"""
    if view.subject is None:
        return "根拠"
    try:
        proof = ask.proof_of(view)
    except QueryError:
        return "根拠"
    return f"{proof.definition['kpi_id']} {proof.definition['name']}（{_entity(proof)}）の根拠"


def kpi_of(proof: Proof) -> dict[str, Any]:
    """The figure as the cards and sentences know it."""
    result, kpi = proof.result, proof.definition
    above = "以上" if result["operator"] == ">=" else "以下"
    neither = kpi["direction"] == "none" and result["judgement"] == "目標未設定"
    return {**kpi, **result, "entity_name": _entity(proof), "description": kpi["formula"],
            "target_text": above if result["target"] is not None else None,
            "judgement": None if neither else result["judgement"]}


def _entity(proof: Proof) -> str:
    return proof.entity_name if proof.entity else "全体"


def _figure(view: View, proof: Proof) -> Component:
    kpi, result = kpi_of(proof), proof.result
    levels = urls.href(urls.SERVICE_LEVEL, view.period)
    back = page_link("サービスレベルへ戻る", levels) if view.scope.platform else None
    facts = [
        Fact("目標", kpi_cards.target(kpi)),
        Fact("分子", _plain(result["numerator"])),
        Fact("分母", _plain(result["denominator"])),
        Fact("件数・点数", _plain(result["n"])),
        Fact("取得", _coverage(result)),
    ]
    shown = Card("値", kpi_cards.shown_value(kpi), str(kpi["unit"] or ""), kpi["judgement"], facts)
    return html.Section(
        [
            html.P([sentences.kpis.proof(kpi, view.period.label_ja), "　", back], className="reading"),
            html.H2("値と定義", className="visually-hidden"),
            html.Div([card(shown), _definition(proof)], className="proof-head"),
        ]
    )


def _definition(proof: Proof) -> Component:
    kpi = proof.definition
    told = [("算式", kpi["formula"]), ("分子", kpi["numerator"]), ("分母", kpi["denominator"]),
            ("除外", kpi["exclusions"]), ("目的", kpi["purpose"]), ("仕様書の項番", kpi["clause"])]
    return html.Div(
        [
            html.H2("定義", className="box-title"),
            html.Dl([html.Div([html.Dt(name), html.Dd(str(text or NOT_APPLICABLE_SIGN))]) for name, text in told],
                    className="definition"),
        ],
        className="panel",
    )


def _history(view: View, proof: Proof) -> Component:
    frame = ask.HISTORY.load(view)
    if not frame["value"].notna().any():
        return states.no_data("推移")
    kpi = kpi_of(proof)
    shown = list(rows(frame))
    text = FigureText(
        "kpi-history",
        f"{kpi['name']}（{_entity(proof)}・{_KINDS[view.period.kind]}別推移・{kpi['unit']}）",
        sentences.kpis.kpi_history(kpi, shown),
        "橙色の破線は目標値、白抜きの点は途中までの期間です。",
        320,
    )
    link = csv_link(NAME, ask.HISTORY, view)
    return figure_block(text, kpi_history.figure(shown, kpi), frame, ask.HISTORY.columns, link)


_KINDS = {"month": "月", "quarter": "四半期", "half": "半期", "year": "年度"}


def _rows(view: View, proof: Proof) -> Component:
    frame = proof.rows
    if not len(frame):
        return states.no_data("値のもとになった行", "この値のもとになる行は、この期間にはありません。", heading=2)
    told = f"{FOLDS[proof.fold]}です。"
    if len(frame) > ask.ROWS_SHOWN:
        told += f"先頭の{ask.ROWS_SHOWN}行を示します。全{len(frame):,}行は CSV で取り出せます。"
    look = TableLook(f"値のもとになった行（{len(frame):,}行）", dense=True, tall=len(frame) > 12,
                     decorate={key: _part(key) for key in ("numerator", "denominator")})
    shown = table(frame.head(ask.ROWS_SHOWN), ask.ROWS.columns, look)
    return _section("値のもとになった行", told, shown, ask.ROWS, view)


def _part(key: str) -> Decorate:
    """Whole numbers without decimals; 「－」 where the row has no such part."""
    return lambda row, _: NOT_APPLICABLE_SIGN if row[key] is None else _plain(row[key])


def _loads(view: View, proof: Proof) -> Component:
    if not len(proof.loads):
        why = ("計測値の保存期間を過ぎ、集計だけが残っています。" if proof.retired
               else "この期間には、もとのファイルの記録がありません。")
        return states.no_data("もとのファイル", why, heading=2)
    rejected = int((proof.loads["rejected_lines"] > 0).sum())
    told = f"期間内の記録をもたらしたファイルは{len(proof.loads):,}件、うち却下のあったファイルは{rejected:,}件です。"
    look = TableLook(f"もとのファイル（{len(proof.loads):,}件）", dense=True, tall=len(proof.loads) > 12)
    shown = table(proof.loads.head(ask.ROWS_SHOWN), ask.LOADS.columns, look)
    return _section("もとのファイル", told, shown, ask.LOADS, view)


def _section(title: str, told: str, content: Component, dataset: Dataset, view: View) -> Component:
    head = [html.H2(title, className="section-title"), csv_button(title, csv_link(NAME, dataset, view))]
    return html.Section([html.Div(head, className="section-head"), html.P(told, className="reading"), content],
                        className="table-section")


def _targets(proof: Proof) -> Component:
    if not proof.targets:
        return html.Section([html.H2("目標値の履歴", className="section-title"),
                             html.P("この指標には、目標値が登録されていません。", className="reading")])
    frame = pd.DataFrame([{**row, "scope": " ".join(part for part in (row["grain"], row["entity"]) if part) or "すべて"}
                          for row in proof.targets])
    empty = {key: _or_none(key) for key in ("target", "caution", "clause", "reason", "valid_to", "operator")}
    look = TableLook("目標値の履歴（config/targets.csv）", dense=True, decorate=empty)
    return html.Section([html.H2("目標値の履歴", className="section-title"), table(frame, ask.TARGETS, look)],
                        className="table-section")


def _or_none(key: str) -> Decorate:
    return lambda row, text: NOT_APPLICABLE_SIGN if row[key] is None else text


def _models(proof: Proof) -> Component:
    """From the facts to the figure; each model's SQL opens below its name."""
    steps = [html.Li(html.Details([html.Summary(f"{model.title}（{model.name}）"),
                                   html.Pre(model.sql, tabIndex=0, className="sql")])) for model in proof.models]
    told = "事実の表から値まで、上から順に計算します。名前を開くと SQL を示します。"
    return html.Section([html.H2("算出の流れ", className="section-title"), html.P(told, className="reading"),
                         html.Ol(steps, className="models")])


def _feeds(proof: Proof) -> list[str]:
    titles = [str(title) for title in proof.loads["title"].dropna().unique()] if len(proof.loads) else []
    return titles or ["集計（計測値の保存期間を過ぎた月）"]


def _notes(proof: Proof) -> list[str]:
    command = f"python app.py explain {proof.definition['kpi_id']} --period {proof.period_id}"
    return [f"同じ内容は {command}{f' --entity {proof.entity}' if proof.entity else ''} でも確かめられます。"]


def _coverage(result: dict[str, Any]) -> str:
    if result["expected"] is None:
        return NOT_APPLICABLE_SIGN
    return f"{result['received']:,.0f}／{result['expected']:,.0f}（{coverage_text(result['coverage_pct'])}）"


def _plain(value: Any) -> str:
    """As exact as it is, with thousands separated."""
    if value is None:
        return UNKNOWN_SIGN
    return number(value) if float(value).is_integer() else f"{float(value):,.6f}".rstrip("0")


PAGE = Page(NAME, urls.PROOF, "根拠", "探索型", render, ask.DATASETS, in_menu=False,
            title=title_of)
