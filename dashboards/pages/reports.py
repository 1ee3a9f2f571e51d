"""レポート（提示型）: which documents exist per period and in which state; preview, download, making one anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.aria import aria
from dashboards.components.figure import csv_button
from dashboards.components.sources import sources
from dashboards.components.table import TableLook, table
from dashboards.frames import rows
from dashboards.pages import reports_data as ask
from dashboards.pages import reports_life_data as life_data
from dashboards.pages.base import Page, csv_link, guarded
from dashboards.pages.reports_archive import archive, closing
from dashboards.pages.reports_life import life
from dashboards.view import View
from exports.desk import Desk
from exports.shelf import Offer
from state.documents import DocumentKey
from warehouse.japanese import NOT_APPLICABLE_SIGN

NAME = "reports"
_FEEDS = ("公開中のデータ", "帳票の定義（report_templates）", "契約情報（config/contract.toml）")
_NOTES = (
    "「案」は提出年月日のない報告書、「提出用」は提出年月日を指定して作成した報告書です。作成し直すと同じ期間の案は置き換わります。",
    "数値はデータ版の時点のものです。公開中のデータ版より古い報告書は、その後の訂正や遅れて届いたデータを含みません。",
)


def render(view: View) -> Sequence[Component]:
    """What can be made for the period, then all that exists."""
    if view.shelf is None:
        return [states.no_data("報告書", "報告書の置き場所が設定されていません。", heading=2)]
    desk = life_data.desk_of(view)
    if desk is None:
        made = [guarded("作成", view, partial(_making, view))]
    else:
        made = [guarded("文書", view, partial(_document, view, desk)), *_of_month(view)]
    return [
        *made,
        guarded("報告書", view, partial(_existing, view)),
        *([guarded("発行済みの文書", view, partial(archive, view))] if view.shelf.desk else []),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def _document(view: View, desk: Desk) -> Component:
    """The document that was chosen above, with what can be done to it."""
    chosen, title = life_data.chosen(view), html.H2(f"{view.period.label_ja}の報告書", className="section-title")
    if chosen is None:
        return html.Section([title, html.P(_none(view), className="reading")], className="table-section")
    key, existing = chosen.key, view.shelf.documents(view.scope) if view.shelf else []
    made = next((one for one in existing if DocumentKey(one.report, one.period, one.tenant) == key), None)
    links = [_made_file(chosen, name) for name, _ in (made.files if made else ())]
    return html.Section([title, life(view, desk, chosen, links)], className="table-section")


def _made_file(chosen: life_data.Chosen, name: str) -> Component:
    key, ending = chosen.key, name.rpartition(".")[2]
    return html.A(dict(ask.FORMATS).get(ending, ending.upper()), className="file-link",
                  href=urls.document_href(key.report, key.period, name, key.tenant), **aria(label=name))


def _of_month(view: View) -> list[Component]:
    return [guarded("月次の締め", view, partial(closing, view))] if view.period.kind == "month" else []


def _none(view: View) -> str:
    return f"{view.period.label_ja}を対象期間とする報告書はありません。月の報告書は、対象期間に月を選ぶと作成できます。"


def _making(view: View) -> Component:
    frame = ask.DOCUMENTS.load(view)
    here = {str(row["report"]): row for row in rows(frame)
            if row["period"] == str(view.period) and not row["tenant"]}
    offered = [offer for offer in ask.offers(view) if offer.kind == view.period.kind]
    body = [_offer(view, offer, here.get(offer.report)) for offer in offered]
    nothing = html.P(_none(view), className="reading")
    return html.Section(
        [html.H2(f"{view.period.label_ja}の報告書", className="section-title"), *(body or [nothing])],
        className="table-section",
    )


def _offer(view: View, offer: Offer, found: dict[str, Any] | None) -> Component:
    """One report of the period: its state, its files, and the button that makes it."""
    state = str(found["state"]) if found else ask.MISSING
    links = [_file_link(offer.report, found, ending, name) for ending, name in ask.FORMATS] if found else []
    return html.Div(
        [
            html.H3(offer.title, className="card-name"),
            html.P(sentences.reports.state(found, view.snapshot.number), className="reading"),
            html.Div([*(link for link in links if link), _form(view, offer, state)], className="order-line"),
        ],
        className="panel order",
    )


def _form(view: View, offer: Offer, state: str) -> Component:
    """A form that works without any script; the browser shows that it is waiting."""
    hidden: Any = dcc.Input
    fields = [hidden(type="hidden", name=name, value=value, id=f"order-{offer.report}-{name}")
              for name, value in (("report", offer.report), ("period", str(view.period)))]
    text = "作成" if state == ask.MISSING else "作成し直す"
    button = html.Button(text, type="submit", className="button", **aria(label=f"{offer.title}を{text}"))
    return html.Form([*fields, button], action=urls.MAKE_REPORT, method="post", className="order-form")


def _file_link(report: str, row: dict[str, Any], ending: str, name: str) -> Component | None:
    if not row[ending]:
        return None
    shown = "プレビュー（PDF）" if ending == "pdf" else name
    opened: dict[str, Any] = {"target": "_blank", "rel": "noopener"} if ending == "pdf" else {"download": ""}
    href = urls.document_href(report, str(row["period"]), str(row[ending]), str(row["tenant"]))
    of_what = "、".join(str(row[part]) for part in ("period_name", "addressee") if row[part])
    label = f"{row['title']}（{of_what}）の{shown}"
    return html.A(shown, href=href, className="file-link", **opened, **aria(label=label))


def _existing(view: View) -> Component:
    frame = ask.DOCUMENTS.load(view)
    if not len(frame):
        return states.no_data("報告書", "閲覧できる報告書はありません。")
    look = TableLook(
        f"報告書（{len(frame)}行）",
        sortable=True,
        dense=True,
        decorate={
            **{ending: partial(_cell, ending, name) for ending, name in ask.FORMATS},
            **dict.fromkeys(("addressee", "number", "version", "snapshot", "created_at", "issued_on"), _or_none),
        },
    )
    head = [html.H2("報告書の一覧", className="section-title"),
            csv_button("報告書の一覧", csv_link(NAME, ask.DOCUMENTS, view))]
    return html.Section(
        [
            html.Div(head, className="section-head"),
            html.P(sentences.reports.existing(_states(frame)), className="reading"),
            table(frame, ask.DOCUMENTS.columns, look),
        ],
        className="table-section",
    )


def _cell(ending: str, name: str, row: dict[str, Any], _: str) -> Any:
    return _file_link(str(row["report"]), row, ending, name) or NOT_APPLICABLE_SIGN


def _or_none(_: dict[str, Any], text: str) -> str:
    """「－」 instead of 「…」: a report that does not exist has no number, and a draft no day of issue."""
    return NOT_APPLICABLE_SIGN if text == "…" else text


def _states(frame: pd.DataFrame) -> list[str]:
    return [str(state) for state in frame["state"]]


PAGE = Page(NAME, urls.REPORTS, "レポート", "提示型", render, (*ask.DATASETS, life_data.CLOSING, life_data.ISSUES),
            lasting=False, chooses=life_data.CHOICE)
