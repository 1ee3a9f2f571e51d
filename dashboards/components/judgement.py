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
