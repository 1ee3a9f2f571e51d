"""What one request looks at: the data it may ask, the period, the tenant, the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from dashboards.data import TREND_MONTHS, Data, last_loaded_day, latest_month
from dashboards.frames import rows
from dashboards.urls import Entity, Subject
from exports.shelf import Shelf
from warehouse.period import Period
from warehouse.reading import SnapshotFacts
from warehouse.scope import Scope


@dataclass(frozen=True)
class View:
    """``tenant`` is set on pages of a tenant, and where one was chosen; only ever to a code inside the scope.

    ``subject`` is the figure asked. ``reach`` is set where a tenant was chosen on a page of several, whose ``data`` are
    then that tenant's only: all that the visitor may see, to be asked for nothing but whom else could be chosen.
    ``entity`` is the thing chosen on a page that goes into one at a time; ``None`` where there is none to choose.
    ``table`` is the table of the catalogue that is asked for, ``shelf`` holds
    the documents, where there are any; ``troubles`` collects the numbers of the parts that failed.
    """

    data: Data
    period: Period
    tenant: str | None
    now: datetime
    subject: Subject | None = None
    entity: Entity | None = None
    table: str | None = None
    shelf: Shelf | None = None
    reach: Data | None = None
    troubles: list[str] = field(default_factory=list, compare=False)

    @property
    def scope(self) -> Scope:
        return self.data.scope

    @property
    def snapshot(self) -> SnapshotFacts:
        return self.data.reader.snapshot

    @property
    def months(self) -> tuple[str, ...]:
        """The months of trend figures, the period's month last."""
        return self.period.trailing_months(TREND_MONTHS)

    @property
    def own(self) -> Data:
        """The same questions narrowed to the tenant of the page."""
        if self.tenant is None:
            raise LookupError("this view shows no single tenant")
        return self.data.narrowed_to(self.tenant)

    def narrowed(self) -> View:
        """The same view, with nothing but the tenant's own data."""
        return replace(self, data=self.own)

    def latest(self) -> Period:
        """The month a page opens with."""
        return latest_month(self.snapshot.data_as_of, self.now.date())

    def is_loaded(self) -> bool:
        """Whether any data of the period can have arrived yet."""
        loaded = self.last_loaded_day()
        return loaded is not None and self.period.start <= loaded

    def is_partial(self) -> bool:
        """Whether data end before the period does."""
        loaded = self.last_loaded_day()
        return loaded is not None and self.period.start <= loaded < self.period.end

    def before(self) -> tuple[View, View]:
        """The same of the period before, and of the same period of last year."""
        return replace(self, period=self.period.previous()), replace(self, period=self.period.last_year())

    def of_trend(self) -> View:
        """The view of the period's last month that has data: thirteen months of it are drawn, none of the future."""
        loaded = self.last_loaded_day() or self.period.end
        return replace(self, period=Period.month_of(min(self.period.end, loaded)))

    def of_month(self, ask: Callable[[Period], pd.DataFrame]) -> pd.DataFrame:
        """The answer about a month; no row for a longer period, which a month's numbers would misstate."""
        frame = ask(Period.parse(self.period.first_month))
        return frame if self.period.kind == "month" else frame.iloc[0:0]

    def last_loaded_day(self) -> date | None:
        """The newest day with data; ``None`` when nothing has been loaded."""
        return last_loaded_day(self.snapshot.data_as_of)

    def tenants(self) -> list[dict[str, Any]]:
        """The bodies the reader may see in this period, in their official order."""
        return list(rows(self.data.tenants(self.period)))

    def tenants_to_choose(self) -> list[tuple[str, str]]:
        """Code and name of those that can be chosen in this period, of the one chosen even if it is no member then."""
        frame = (self.reach or self.data).tenants(self.period)
        found = {str(row["tenant_code"]): str(row["name"]) for row in rows(frame)}
        if self.tenant:
            found.setdefault(self.tenant, f"{self.tenant}（この期間は未登録）")
        return list(found.items())

    def tenant_name(self) -> str:
        """The chosen body's name in this period, its code where it is no member then; empty where none is chosen."""
        names = {row["tenant_code"]: str(row["name"]) for row in self.tenants()}
        return names.get(self.tenant, self.tenant or "")


def known(frame: pd.DataFrame, column: str) -> bool:
    """Whether at least one row has a value there."""
    return len(frame) > 0 and bool(frame[column].notna().any())
