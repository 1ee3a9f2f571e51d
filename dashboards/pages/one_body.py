"""What a page says that was narrowed to one body: whose values they are, and what is not among them."""

from __future__ import annotations

from collections.abc import Collection

from dash import html
from dash.development.base_component import Component

from dashboards import sentences
from dashboards.components.picker import EVERYONE
from dashboards.frames import rows
from dashboards.view import View


def whose(view: View, what: str, kpi_numbers: Collection[str], *others: str) -> list[Component]:
    """The paragraph, above all else; none where no body was chosen.

    ``kpi_numbers`` are those of the page, ``others`` what it shows besides of nothing but the whole.
    """
    if view.reach is None:
        return []
    left_out = [*of_the_whole_only(view, kpi_numbers), *others] if view.reach.scope.platform else []
    name = view.tenant_name() if view.tenants() else ""
    return [html.P(sentences.bodies.only(name, what, left_out, EVERYONE), className="reading")]


def of_the_whole_only(view: View, kpi_numbers: Collection[str]) -> list[str]:
    """The measures that are asked of the whole and of no body."""
    asked = ((row["kpi_no"], row["name"], str(row["grains"]).split(",")) for row in rows(view.data.catalogue_kpis()))
    names = [str(name) for number, name, grains in asked
             if number in kpi_numbers and "all" in grains and "tenant" not in grains]
    return list(dict.fromkeys(names))
