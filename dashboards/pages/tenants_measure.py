"""One measure of the bodies, chosen by the link: on the map, and from the largest value down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import palette, sentences, urls
from dashboards.columns import Column
from dashboards.components.aria import aria
from dashboards.components.figure import FigureText, figure_block
from dashboards.components.link import page_link
from dashboards.figures import bodies as figures
from dashboards.frames import rows
from dashboards.pages import tenants_data as ask
from dashboards.pages.base import csv_link
from dashboards.view import View
from dashboards.wording import COMPARED_WITH, with_unit
from warehouse.japanese import NOT_APPLICABLE_SIGN, UNKNOWN_SIGN, number

_FIRST = "K15"
_BY_ID = {shown.kpi_id: shown for shown in ask.MEASURES}
_NOTHING_FILL = "#FFFFFF"


def chosen(view: View) -> ask.Shown:
    """The measure of the link, the traffic when it names none of the page's."""
    return _BY_ID.get(view.subject.kpi_id if view.subject else _FIRST, _BY_ID[_FIRST])


def choice(view: View, shown: ask.Shown) -> Component:
    """A link for each measure; the one that is shown is marked."""
    links = []
    for item in ask.MEASURES:
        href = urls.href(urls.TENANTS, view.period, subject=urls.Subject(item.kpi_id), entity=view.entity)
        marked = aria(current="true") if item is shown else {}
        links.append(page_link(_name(item), href, "choice current" if marked else "choice", **marked))
    return html.Nav(links, className="choices", **aria(label="地図と順位に示す指標"))


def map_and_ranking(view: View, name: str, frame: pd.DataFrame) -> list[Component]:
    """Two figures with the same data."""
    shown = chosen(view)
    bodies = [_body(view, shown, row, place) for row, place in zip(
        rows(frame), ask.place_of(frame, shown.kpi_id), strict=True)]
    sentence = sentences.bodies.measure(_name(shown), shown.unit, shown.decimals, bodies)
    title = f"{_name(shown)}（{view.period.label_ja}・{shown.unit}）"
    previous, last_year = COMPARED_WITH[view.period.kind]
    beside = ((shown.kpi_id, _name(shown)), (f"{shown.kpi_id}@previous", previous),
              (f"{shown.kpi_id}@last_year", last_year))
    figures_of = (Column(key, label, "number", shown.unit, shown.decimals, rounding=shown.rounding)
                  for key, label in beside if label)
    columns = (Column("name", "団体名"), *figures_of)
    link = csv_link(name, ask.BODIES, replace(view, entity=None))
    texts = (
        FigureText("bodies-map", f"団体別の地図：{title}", sentence,
                   f"丸印から団体の画面を開けます。境界は{figures.credit()}。境界のない団体は四角です。", 680),
        FigureText("bodies-ranking", f"団体別の順位：{title}", _signs(bodies), "棒から団体の画面を開けます。", 680),
    )
    drawn = (figures.prefecture_map(bodies, _legend(shown, bodies)), figures.ranking(bodies))
    return [figure_block(text, figure, frame, columns, link) for text, figure in zip(texts, drawn, strict=True)]


def _name(shown: ask.Shown) -> str:
    return shown.label.replace("\n", "")


def _body(view: View, shown: ask.Shown, row: dict[str, Any], place: int) -> figures.Body:
    value, judgement = row[shown.kpi_id], row[f"{shown.kpi_id}@judgement"]
    nothing = NOT_APPLICABLE_SIGN if judgement == "対象なし" else UNKNOWN_SIGN
    text = nothing if value is None else with_unit(number(value, shown.decimals, shown.rounding), shown.unit)
    tint = palette.PLACES[place - 1] if place else _NOTHING_FILL
    return figures.Body(
        str(row["tenant_code"]),
        str(row["name"]),
        None if value is None else float(value),
        text,
        tint if shown.tinted else palette.FILLS.get(str(judgement), _NOTHING_FILL),
        palette.JUDGEMENTS[judgement].sign if judgement in ("注意", "未達") else "",
        ask.tenant_href(view, str(row["tenant_code"])),
    )


def _legend(shown: ask.Shown, bodies: list[figures.Body]) -> list[tuple[str, str]]:
    """What the colours of the map stand for."""
    if not shown.tinted:
        found = [(f"{palette.JUDGEMENTS[word].sign} {word}", fill) for word, fill in palette.FILLS.items()]
    else:
        found = [(_range(shown, [body.value for body in bodies if body.fill == fill and body.value is not None]), fill)
                 for fill in palette.PLACES]
    shown_fills = {body.fill for body in bodies if body.value is not None}
    nothing = [("値なし（斜線）", _NOTHING_FILL)] if any(body.value is None for body in bodies) else []
    return [(name, fill) for name, fill in found if fill in shown_fills] + nothing


def _range(shown: ask.Shown, amounts: list[float]) -> str:
    if not amounts:
        return ""
    first, last = (number(amount, shown.decimals, shown.rounding) for amount in (min(amounts), max(amounts)))
    return with_unit(first if first == last else f"{first}～{last}", shown.unit)


def _signs(bodies: list[figures.Body]) -> str:
    missed = sum(body.sign == "■" for body in bodies)
    return f"目標に届かない団体（■）は{missed}団体です。" if missed else "大きい順に並べています。"
