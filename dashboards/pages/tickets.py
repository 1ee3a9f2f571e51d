"""問合せ・申請（提示型）: first answers, what was received, what is open how long, changes and their approval.

The prefecture sees the whole or one body; a body sees the same of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components import states
from dashboards.components.card import grid
from dashboards.components.figure import csv_button
from dashboards.components.sources import sources
from dashboards.components.table import Decorate, TableLook, table
from dashboards.frames import rows
from dashboards.pages import kpi_cards, one_body
from dashboards.pages import tickets_data as ask
from dashboards.pages import tickets_sums as sums
from dashboards.pages.base import Page, guarded
from dashboards.pages.tickets_answers import answers, late
from dashboards.pages.tickets_common import NAME, link, listed, nothing, only_kpi, or_word, proof_link, section
from dashboards.pages.tickets_received import matrix, received, reopened, still_open
from dashboards.view import View
from warehouse.japanese import NOT_APPLICABLE_SIGN

_SHOWN = "問合せ・依頼と設定変更"
_FEEDS = ("問合せ管理台帳", "問合せ更新履歴", "設定変更管理台帳", "暦（開庁日・開庁時間）")
_NOTES = (
    "問合せ・依頼も設定変更も、受付日の属する期間で数えます。一次回答の期限は受付日の翌営業日の終わりで、業務時間は開庁日の開庁時間だけを数えます。",
    "経過と承認待ちの開庁日数は、受付日の翌日から期間の末日（期間の途中では数値時点）までの開庁日を数えます。",
    "設定変更の完了率の分母は受付、県承認取得率の分母は軽微なものを除いて実施したもの、バックアップ取得率の分母は実施したものです。",
)


_RANGE_NOTES = (
    _NOTES[0],
    "回答の期限内率と所要、未完了の経過、設定変更は、月を単位に示します。",
)


def render(view: View) -> Sequence[Component]:
    """What is judged and what waits for the prefecture first; then answers, receipts, what is open, changes."""
    parts: tuple[tuple[str, Callable[[View], Component]], ...] = (
        ("主要指標", _summary),
        ("県の承認を待つ設定変更", _awaiting),
        ("一次回答", answers),
        ("受付", received),
        ("未完了", still_open),
        ("設定変更", _changes),
        ("再び開いた問合せ・依頼", reopened),
    )
    return [
        *_whose(view),
        *(guarded(what, view, partial(build, view)) for what, build in parts),
        sources(view.snapshot, view.period, _FEEDS, _NOTES),
    ]


def render_days(view: View) -> Sequence[Component]:
    """What any run of days brought in, counted but not judged."""
    parts = (("受付", matrix), ("期限を過ぎた一次回答", late), ("再び開いた問合せ・依頼", reopened))
    return [
        *_whose(view),
        *(guarded(what, view, partial(build, view)) for what, build in parts),
        sources(view.snapshot, view.period, (*_FEEDS[:2], _FEEDS[3]), _RANGE_NOTES),
    ]


def _whose(view: View) -> list[Component]:
    """Bodies are told that the page shows their own only, and others when they chose one."""
    if view.scope.platform or view.reach:
        return one_body.whose(view, _SHOWN, ask.KPI_NUMBERS)
    names = "、".join(str(body["name"]) for body in view.tenants())
    return [html.P(f"{names}の{_SHOWN}だけを示します。", className="reading")]


def _summary(view: View) -> Component:
    kpis = list(rows(ask.kpis(view)))
    if not any(kpi["value"] is not None for kpi in kpis):
        return states.no_data("主要指標", heading=2)
    groups = [_block(title, own, view) for title, own in _groups(kpis)]
    head = [html.H2("主要指標", className="section-title"), csv_button("主要指標", link(ask.KPIS, view))]
    return html.Section([html.Div(head, className="section-head"), *groups], className="summary")


def _block(title: str, kpis: Sequence[dict[str, Any]], view: View) -> Component:
    cards = grid([kpi_cards.kpi_card(kpi, view.period) for kpi in kpis], "cards-4")
    return html.Section([html.H3(title, className="group-title"), cards], className="kpi-block")


def _groups(kpis: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Tickets and changes; of several bodies, each with its own."""
    names = list(dict.fromkeys(str(kpi["entity_name"]) for kpi in kpis))
    found = [
        (f"{title}（{name}）" if len(names) > 1 else title,
         [kpi for kpi in kpis if kpi["kpi_id"] in ids and kpi["entity_name"] == name])
        for name in names
        for title, ids in (("問合せ・依頼", ask.OF_TICKETS), ("設定変更", ask.OF_CHANGES))
    ]
    return [(title, own) for title, own in found if own]


def _awaiting(view: View) -> Component:
    frame, title = ask.AWAITING.load(view), "県の承認を待つ設定変更"
    until = ask.told_until(view, "change_request")
    if until is None:
        return states.no_data(title, heading=2)
    told = sentences.tickets.awaiting(frame, until)
    if not len(frame):
        return nothing(title, told)
    shown = listed(frame, ask.AWAITING, title, view, {"approved_at": or_word("approved_at", "承認待ち")})
    return section(title, told, [shown], ask.AWAITING, view)


def _changes(view: View) -> Component:
    frame, title = ask.CHANGES.load(view), "設定変更"
    if not len(frame):
        return states.no_data(title, heading=2)
    look = TableLook(f"設定変更の受付から完了まで（{view.period.label_ja}・{len(frame)}区分）", dense=True,
                     decorate=_rates() | ({"requested": partial(_change_proof, view)} if view.scope.platform else {}))
    told = sentences.tickets.changes(only_kpi(view, "K30"), frame, view.period.label_ja, view.period.kind)
    return section(title, told, [table(sums.with_sum(frame), ask.CHANGES.columns, look)], ask.CHANGES, view)


def _rates() -> dict[str, Decorate]:
    """「－」 where there is nothing to measure."""
    return {rate: or_word(rate, NOT_APPLICABLE_SIGN) for rate, _, _ in sums.RATES}


def _change_proof(view: View, row: dict[str, Any], text: str) -> Component:
    return proof_link(view, "K30", "change_kind" if row["change_kind"] else "all", row["change_kind"], text)


PAGE = Page(NAME, urls.TICKETS, "問合せ・申請", "提示型", render, ask.DATASETS, render_days=render_days, narrows=True)
