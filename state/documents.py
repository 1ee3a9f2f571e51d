"""Which document something is about, and who may read or handle it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_

from state.errors import NameMissing, NotAllowedHere
from warehouse.period import Period
from warehouse.scope import Scope


@dataclass(frozen=True, order=True)
class DocumentKey:
    """A report of a period; ``tenant`` is the code of the body it is made for, '' for one of the prefecture."""

    report: str
    period: str
    tenant: str = ""

    def previous(self) -> DocumentKey:
        """The same report of the period before."""
        return DocumentKey(self.report, str(Period.parse(self.period).previous()), self.tenant)

    def readable_by(self, scope: Scope) -> bool:
        """Whoever may see all that the finished document holds."""
        return self.tenant in scope.tenant_codes if self.tenant else _of_prefecture(scope)

    def handled_by(self, scope: Scope) -> bool:
        """Staff with the prefecture's view: drafts, commentary and approvals are theirs alone."""
        return _of_prefecture(scope) and self.readable_by(scope)

    def where(self, table: Table) -> ColumnElement[bool]:
        """The condition for the document's rows of a table."""
        return and_(table.c.report == self.report, table.c.period == self.period, table.c.tenant == self.tenant)

    def values(self) -> dict[str, Any]:
        """The three columns of a row about the document."""
        return {"report": self.report, "period": self.period, "tenant": self.tenant}


def _of_prefecture(scope: Scope) -> bool:
    return scope.platform and bool(scope.tenant_codes)


def require_handling(scope: Scope, key: DocumentKey) -> None:
    """Fails closed; raises :class:`NotAllowedHere`."""
    if not key.handled_by(scope):
        raise NotAllowedHere


def named(name: str) -> str:
    """The name of who does something, without blanks around it; raises :class:`NameMissing`."""
    if not name.strip():
        raise NameMissing
    return name.strip()
