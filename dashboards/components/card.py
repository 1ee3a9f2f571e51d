"""Figure cards: a name, one large value, its judgement, and what to compare it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.components.judgement import chip
from dashboards.components.link import page_link
from dashboards.palette import JUDGEMENTS
from warehouse.japanese import NOT_APPLICABLE_SIGN, UNKNOWN_SIGN

_SIGNS = (UNKNOWN_SIGN, NOT_APPLICABLE_SIGN)
"""Values without a number need no unit."""


@dataclass(frozen=True)
class Fact:
    """One line below the value: what it is, its text, and how the value differs from it."""

    label: str
    text: str
    difference: str = ""


@dataclass(frozen=True)
class Card:
    """``facts`` are printed below the value in order, ``proof`` is the address of what the value rests on."""

    name: str
    value: str
    unit: str
    judgement: str | None = None
    facts: Sequence[Fact] = field(default_factory=tuple)
    help: str = ""
    proof: str = ""


def card(content: Card) -> Component:
    """One card as an article with a heading."""
    look = JUDGEMENTS.get(content.judgement or "")
    return html.Article(
        [
            html.H3(content.name, className="card-name"),
            _value(content),
            html.Div(
                [html.Dl([_fact(fact) for fact in content.facts], className="card-facts"), *_proof(content)],
                className="card-foot",
            ),
        ],
        className=f"card card-{look.css if look else 'plain'}",
        title=content.help or None,
    )


def _proof(content: Card) -> list[Component]:
    if not content.proof:
        return []
    return [page_link("根拠", content.proof, "card-proof", **aria(label=f"{content.name}：この数値の根拠"))]


def _value(content: Card) -> Component:
    return html.P(
        [
            html.Span(content.value, className="card-value"),
            html.Span(content.unit if content.value not in _SIGNS else "", className="card-unit"),
            chip(content.judgement) if content.judgement in JUDGEMENTS else None,
        ],
        className="card-figure",
    )


def _fact(fact: Fact) -> Component:
    difference = [html.Dd(fact.difference, className="card-difference")] if fact.difference else []
    return html.Div([html.Dt(fact.label), html.Dd(fact.text), *difference])


def grid(cards: Sequence[Card], css: str = "") -> Component:
    """Cards side by side, as many as fit."""
    return html.Div([card(item) for item in cards], className=f"cards {css}".strip())
