"""The four states that are no figure, each with its own card: no data, not loaded yet, not allowed, failed.

A fifth, plain notice answers a link that cannot be shown (wrong period, unknown page).
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import HIDDEN
from dashboards.components.link import page_link
from warehouse.errors import MiharashiError


def _card(kind: str, sign: str, title: str, *body: Component | str, heading: int = 2) -> Component:
    level = html.H1 if heading == 1 else html.H2 if heading == 2 else html.H3
    paragraphs = [html.P(part) if isinstance(part, str) else part for part in body]
    return html.Div(
        [
            html.Div(sign, className="state-sign", **HIDDEN),
            html.Div([level(title, className="state-title"), *paragraphs], className="state-body"),
        ],
        className=f"state state-{kind}",
        role="alert" if kind == "failed" else "status",
    )


def no_data(what: str, why: str = "", heading: int = 3) -> Component:
    """データなし: the question was answered, and there is nothing for this period."""
    body = why or "この期間のデータはありません。0件という意味ではありません。"
    return _card("empty", "－", f"データなし：{what}", body, heading=heading)


def not_loaded(what: str, loaded_until: str, heading: int = 2) -> Component:
    """未取込: the period's files have not been loaded yet."""
    return _card(
        "pending",
        "…",
        f"未取込：{what}",
        f"この期間のデータはまだ取り込まれていません（取込み済み：{loaded_until}）。",
        "取込みが済むと、同じリンクで表示されます。",
        heading=heading,
    )


def not_allowed(heading: int = 1) -> Component:
    """閲覧権限なし: says nothing about what exists."""
    return _card(
        "denied",
        "×",
        "閲覧権限なし",
        "この内容を表示する権限がありません。",
        "必要な場合は、本県の担当課または総合窓口に権限の付与を依頼してください。",
        heading=heading,
    )


def failed(number: str, heading: int = 2) -> Component:
    """表示エラー: with the number under which the log keeps the trace."""
    return _card(
        "failed",
        "！",
        "表示エラー",
        "処理中に問題が起きたため、ここを表示できませんでした。ほかの表示には影響ありません。",
        html.P(["エラー番号 ", html.Strong(number, className="error-number")]),
        "時間をおいて開き直しても同じ場合は、エラー番号を総合窓口に連絡してください。",
        heading=heading,
    )


def stopped(error: MiharashiError, number: str, heading: int = 2) -> Component:
    """表示エラー whose reason is known: what, why, what to do, and the number under which the log keeps the trace."""
    told = html.P(["エラー番号 ", html.Strong(number, className="error-number")])
    return _card("failed", "！", error.title, error.message, error.next_step, told, heading=heading)


def notice(error: MiharashiError, back: str, back_label: str) -> Component:
    """A link that cannot be shown as it is: why, what is allowed, and a way on."""
    return _card(
        "notice",
        "？",
        error.title,
        error.message,
        error.next_step,
        page_link(back_label, back, "button"),
        heading=1,
    )
