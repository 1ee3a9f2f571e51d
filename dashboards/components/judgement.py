"""A judgement as sign, word and colour: never by colour alone."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import HIDDEN
from dashboards.palette import JUDGEMENTS


def chip(word: str) -> Component | str:
    """● 達成 and its like; a word that is no judgement (目標未設定) stays plain text."""
    look = JUDGEMENTS.get(word)
    if look is None:
        return html.Span(word, className="chip chip-plain")
    sign = html.Span(look.sign, className="chip-sign", **HIDDEN)
    return html.Span([sign, word], className=f"chip chip-{look.css}")


def sign(word: str) -> Component | str:
    """The sign alone, for narrow cells; readers and screen readers get the word with it."""
    look = JUDGEMENTS.get(word)
    if look is None:
        return html.Span(word and "・", title=word or "値なし")
    return html.Span([html.Span(look.sign, **HIDDEN), html.Span(word, className="visually-hidden")],
                     className=f"sign sign-{look.css}", title=word)
