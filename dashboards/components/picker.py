"""Period and tenant pickers: plain selects with labels in a form whose link shows the same page again.

Choosing does nothing by itself (a keyboard user passes through every option); 「表示」 or Enter goes there.
Without the script the form still works as a normal GET.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards import urls
from dashboards.components.aria import aria
from dashboards.components.link import page_link
from warehouse.period import Period


def period_options(first: Period, last: Period, chosen: Period) -> list[tuple[str, str]]:
    """Value and label of each month with data, newest first; a chosen month beyond them stands before or after."""
    months = [last.shift(-back) for back in range(max(last.index - first.index, 0) + 1)]
    if chosen not in months:
        months.insert(0 if chosen.index > last.index else len(months), chosen)
    return [(str(month), month.label_ja) for month in months]


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


def month_steps(path: str, period: Period, first: Period, last: Period, tenant: str | None) -> Component:
    """Links to the month before and after; at the ends of the data plain text."""
    return html.Div(
        [
            _step("前月", "← ", "", path, period.previous(), period.index > first.index, tenant),
            _step("翌月", "", " →", path, period.shift(1), period.index < last.index, tenant),
        ],
        className="month-steps",
    )


def _step(
    label: str, before: str, after: str, path: str, target: Period, possible: bool, tenant: str | None
) -> Component:
    text = f"{before}{label}{after}"
    if not possible:
        return html.Span(text, className="step step-off", **aria(disabled="true"))
    described = aria(label=f"{label}（{target.label_ja}）を表示")
    return page_link(text, urls.href(path, target, tenant), "step", **described)
