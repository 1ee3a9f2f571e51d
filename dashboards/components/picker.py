"""Period and tenant pickers: plain selects with labels in a form whose link shows the same page again.

Choosing does nothing by itself (a keyboard user passes through every option); 「表示」 or Enter goes there.
Without the script the form still works as a normal GET.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards import urls
from dashboards.components.aria import aria
from dashboards.components.link import page_link
from warehouse.period import Kind, Period

_INPUT: Any = dcc.Input
"""Dash knows neither hidden inputs nor those of dates by type; it hands them on as they are."""
KIND_NAMES: dict[Kind, str] = {"month": "月", "quarter": "四半期", "half": "半期", "year": "年度", "days": "日の範囲"}
EVERYONE = "すべての接続団体"
"""The choice of no body in particular."""
_STEPS: dict[Kind, tuple[str, str]] = {
    "month": ("前月", "翌月"),
    "quarter": ("前四半期", "翌四半期"),
    "half": ("前半期", "翌半期"),
    "year": ("前年度", "翌年度"),
    "days": ("前の範囲", "次の範囲"),
}


def grouped_options(periods: Sequence[Period], chosen: Period) -> list[tuple[str, list[tuple[str, str]]]]:
    """The periods by kind, newest first; a chosen period beyond them stands first of its kind."""
    found = [*periods, *([] if chosen in periods else [chosen])]
    newest = sorted(found, key=lambda period: -period.index)
    groups = [(name, [(str(period), period.label_ja) for period in newest if period.kind == kind])
              for kind, name in KIND_NAMES.items()]
    return [(name, options) for name, options in groups if options]


def grouped_select(
    name: str, label: str, groups: Sequence[tuple[str, list[tuple[str, str]]]], chosen: str
) -> Component:
    """A labelled select whose options stand under headings."""
    field = f"choose-{name}"
    items = [html.Optgroup([html.Option(text, value=value, selected=value == chosen) for value, text in options],
                           label=title) for title, options in groups]
    return html.Div(
        [
            html.Label(label, htmlFor=field),
            html.Select(items, id=field, name=name, key=f"{field}-{chosen}", className="select"),
        ],
        className="field",
    )


def kept(subject: urls.Subject | None) -> list[Component]:
    """What the form hands on unseen: the figure that the page is about."""
    if subject is None:
        return []
    return _hidden("keep", {"kpi": subject.kpi_id, "grain": subject.grain, "entity": subject.entity})


def _hidden(form: str, given: Mapping[str, str | None]) -> list[Component]:
    return [_INPUT(type="hidden", name=name, value=value, id=f"{form}-{name}")
            for name, value in given.items() if value]


def day_range(path: str, given: Mapping[str, str | None], period: Period) -> Component:
    """A form for any range of days, folded away unless one is shown; ``given`` are the other choices of the page."""
    days = [
        html.Div(
            [
                html.Label(label, htmlFor=f"choose-{name}"),
                _INPUT(type="date", id=f"choose-{name}", name=name, value=day.isoformat(), required=True,
                       className="select"),
            ],
            className="field",
            key=f"choose-{name}-{day}",
        )
        for name, label, day in (("from", "始まりの日", period.start), ("to", "終わりの日", period.end))
    ]
    form = html.Form(
        [*_hidden("days", given), *days, html.Button("この範囲を表示", type="submit", className="button")],
        action=urls.href(path), method="get", className="picker", role="search", **aria(label="日の範囲の指定"))
    return html.Details([html.Summary("日の範囲を指定"), form], className="day-range", open=period.kind == "days")


def select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str | None) -> Component:
    """A labelled select. The key makes a new element for a new choice, so the shown option always follows the link."""
    field = f"choose-{name}"
    items = [html.Option(text, value=value, selected=value == chosen) for value, text in options]
    if chosen is None:
        items.insert(0, html.Option("選んでください", value="", selected=True))
    return html.Div(
        [
            html.Label(label, htmlFor=field),
            html.Select(items, id=field, name=name, key=f"{field}-{chosen}", className="select"),
        ],
        className="field",
    )


def picker(path: str, selects: Sequence[Component], steps: Component | None) -> Component:
    """The form above the page's content, with steps to the neighbouring months."""
    return html.Form(
        [*selects, html.Button("表示", type="submit", className="button"), *([steps] if steps else [])],
        action=urls.href(path),
        method="get",
        className="picker",
        role="search",
        **aria(label="表示する内容の選択"),
    )


def steps(link: Callable[[Period], str], period: Period, first: int, last: int) -> Component:
    """Links to the periods of the same kind before and after; plain text where none begins from ``first`` to ``last``.

    ``first`` and ``last`` are places of months, as :attr:`Period.index`.
    """
    before, after = _STEPS[period.kind]
    earlier, later = period.previous(), period.shift(1)
    return html.Div(
        [
            _step(f"← {before}", before, link(earlier), earlier, earlier.index >= first),
            _step(f"{after} →", after, link(later), later, later.index <= last),
        ],
        className="month-steps",
    )


def _step(text: str, label: str, href: str, target: Period, possible: bool) -> Component:
    if not possible:
        return html.Span(text, className="step step-off", **aria(disabled="true"))
    return page_link(text, href, "step", **aria(label=f"{label}（{target.label_ja}）を表示"))
