"""What a page is: an address, its datasets (each a table on screen and a CSV file), and how it is laid out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from dash.development.base_component import Component

from dashboards import urls
from dashboards.columns import Column
from dashboards.components import states
from dashboards.errors import record_failure
from dashboards.view import View
from warehouse.errors import MiharashiError

Mark = Literal["提示型", "探索型"]
"""提示型: compare with a standard, notice, decide. 探索型: find differences, dig deeper."""


@dataclass(frozen=True)
class Dataset:
    """What a table shows and its CSV file holds.

    ``name`` is part of the download's address, ``title`` of its file name; ``load`` answers under the view's scope.
    ``of_entity`` is set where it tells of the view's entity only, ``by_day`` where it can tell of any range of days.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    load: Callable[[View], pd.DataFrame]
    of_entity: bool = False
    by_day: bool = False


@dataclass(frozen=True)
class EntityChoice:
    """What a page goes into one at a time: ``kind`` its key in links, ``label`` over the select, an ``example`` code.

    ``options`` are code and name of what can be chosen in the view's period; the first is shown unless one is asked.
    """

    kind: str
    label: str
    example: str
    options: Callable[[View], list[tuple[str, str]]]


@dataclass(frozen=True)
class Page:
    """One entry of the navigation. ``render`` gets a view whose period and rights have been checked.

    ``render_days`` answers for a range of days instead; a page without it tells of reporting periods only.

    Not ``of_period``: the page shows no period and offers none.
    A page that ``narrows`` shows all bodies of the scope or, where one is chosen, that one (``of_tenant``: always one).

    A page is ``lasting`` whose content follows from snapshot, scope, link and day alone: it is made once.
    A page about one figure (``view.subject``) is reached from that figure and not ``in_menu``; its ``title`` names it.
    """

    name: str
    path: str
    label: str
    mark: Mark
    render: Callable[[View], Sequence[Component]]
    datasets: tuple[Dataset, ...]
    render_days: Callable[[View], Sequence[Component]] | None = None
    needs_platform: bool = False
    of_tenant: bool = False
    narrows: bool = False
    of_period: bool = True
    in_menu: bool = True
    lasting: bool = True
    title: Callable[[View], str] | None = None
    chooses: EntityChoice | None = None

    @property
    def takes_tenant(self) -> bool:
        """Whether a body in its link is a choice of this page."""
        return self.of_tenant or self.narrows

    def dataset(self, name: str) -> Dataset | None:
        return next((item for item in self.datasets if item.name == name), None)


def csv_link(page: str, dataset: Dataset, view: View) -> str:
    """Where the dataset of this view can be downloaded."""
    return urls.csv_href(page, dataset.name, view.period, view.tenant, view.subject,
                         view.entity if dataset.of_entity else None)


def guarded(what: str, view: View, build: Callable[[], Any]) -> Any:
    """The built part, or a 表示エラー card in its place: one failing part leaves the others on the page."""
    try:
        return build()
    except MiharashiError as error:
        view.troubles.append(record_failure(what, view.now))
        return states.stopped(error, view.troubles[-1], heading=3)
    except Exception:  # noqa: BLE001 - last resort, logged with its number
        view.troubles.append(record_failure(what, view.now))
        return states.failed(view.troubles[-1], heading=3)
