"""レポート: where the month's closing stands, and what was issued, with the documents that later files touched."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components.aria import aria
from dashboards.components.figure import csv_button
from dashboards.components.markup import Node, node
from dashboards.components.table import TableLook, table
from dashboards.pages import reports_life_data as ask
from dashboards.pages.base import csv_link
from dashboards.view import View
from warehouse.japanese import NOT_APPLICABLE_SIGN
from warehouse.period import Period

NAME = "reports"


def closing(view: View) -> Component:
    """The steps of the month, with their due dates."""
    frame = ask.CLOSING.load(view)
    look = TableLook(f"{view.period.label_ja}の締め（{len(frame)}工程）",
                     decorate={"due": _or_none, "done_on": _or_none, "detail": _or_none, "state": _state})
    head = [html.H2("月次の締め", className="section-title"),
            csv_button("月次の締め", csv_link(NAME, ask.CLOSING, view))]
    return html.Section(
        [html.Div(head, className="section-head"),
         html.P(sentences.reports.closing([str(state) for state in frame["state"]]), className="reading"),
         table(frame, ask.CLOSING.columns, look)],
        className="table-section")


def archive(view: View) -> Component:
    """Every issue that the reader may have, and a ZIP of those that are asked for."""
    frame = ask.ISSUES.load(view)
    title = html.H2("発行済みの文書", className="section-title")
    if not len(frame):
        nothing = html.P("発行済みの文書はありません。", className="reading")
        return html.Section([title, nothing], className="table-section")
    head = [title, csv_button("発行済みの文書", csv_link(NAME, ask.ISSUES, view))]
    look = TableLook(f"発行済みの文書（{len(frame)}行、新しい順）", sortable=True, dense=True,
                     decorate={"files": _files, "tenant": _or_none, "reason": _or_none})
    return html.Section(
        [html.Div(head, className="section-head"), *_touched(view), _search(view),
         table(frame, ask.ISSUES.columns, look)],
        className="table-section")


def _touched(view: View) -> list[Component]:
    """Issued documents whose data changed later: the prefecture's staff decide whether to correct them."""
    desk = ask.desk_of(view)
    told = [one.told() for one in desk.touched()] if desk else []
    if not told:
        return []
    items = html.Ul([html.Li(one) for one in told])
    return [html.Div([html.P("提出した後にデータが変わった文書があります。訂正が要るか確かめてください。"), items],
                     className="banner", role="status")]


def _search(view: View) -> Component:
    """A form that works without any script: the browser gets the ZIP."""
    desk = view.shelf.desk if view.shelf else None
    found = desk.register.issues(view.scope) if desk else []
    titles = {offer.report: offer.title for offer in view.shelf.offers()} if view.shelf else {}
    names = {str(row["tenant_code"]): str(row["name"]) for row in view.tenants()}
    periods = dict.fromkeys(Period.parse(one.key.period) for one in found)
    years = dict.fromkeys(Period.holding("year", period.first_month) for period in periods)
    reports = dict.fromkeys(one.key.report for one in found)
    tenants = dict.fromkeys(one.key.tenant for one in found if one.key.tenant)
    fields = [
        _select("period", "期間", [(str(period), period.label_ja) for period in dict.fromkeys([*years, *periods])]),
        _select("report", "報告書", [(report, titles.get(report, report)) for report in reports]),
        _select("tenant", "団体", [(code, names.get(code, code)) for code in tenants]),
        _select("newest", "版", [("1", "最新の版だけ")]),
    ]
    button = html.Button("ZIPで取り出す", type="submit", className="button",
                         **aria(label="条件に合う発行済みの文書を、ハッシュの一覧とともにZIPで取り出す"))
    return html.Form([*fields, button], action=urls.ARCHIVE, method="get", className="archive-form")


def _select(name: str, label: str, options: list[tuple[str, str]]) -> Component:
    field = f"archive-{name}"
    items = [html.Option(text, value=value) for value, text in (("", "すべて"), *options)]
    return html.Div([html.Label(label, htmlFor=field), html.Select(items, id=field, name=name, className="select")],
                    className="field")


def _files(row: dict[str, Any], text: str) -> list[Node]:
    links = [node("A", name.rpartition(".")[2].upper(), href=urls.issued_href(int(row["number"]), name),
                  className="file-link", **{"aria-label": f"{row['title']} 第{row['version']}版の{name}"})
             for name in text.split(" ")]
    return [part for link in links for part in (link, node("Span", " "))]


def _state(_: dict[str, Any], text: str) -> Any:
    """Overdue is told by a sign and a colour besides its words."""
    if text.startswith("期限超過"):
        return node("Span", f"× {text}", className="chip chip-bad")
    return node("Span", f"○ {text}", className="chip chip-plain") if text.startswith("完了") else text


def _or_none(_: dict[str, Any], text: str) -> str:
    return NOT_APPLICABLE_SIGN if text in ("…", "") else text


