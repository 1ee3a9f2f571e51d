"""Who may see what: the one argument no read can do without."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "unknown"
"""Code under which rows are kept whose tenant, service or function could not be told."""
UNKNOWN_TENANT = UNKNOWN
"""Rows of the unknown tenant are visible with ``platform`` only."""


@dataclass(frozen=True)
class Scope:
    """The rows a request may see.

    ``tenant_codes``  tenants whose rows may be read (6-digit codes).
    ``platform``      whether prefecture-wide rows (lines, devices, totals over all bodies, rows of unknown
                      tenants, names of other bodies' files) may be read as well.

    An empty scope sees nothing: every scoped view compares with it and fails closed.
    """

    tenant_codes: frozenset[str]
    platform: bool = False

    @classmethod
    def none(cls) -> Scope:
        """A scope that sees no row at all."""
        return cls(frozenset())

    @classmethod
    def of(cls, *tenant_codes: str) -> Scope:
        """A tenant's own view: these tenants and nothing prefecture-wide."""
        return cls(frozenset(tenant_codes))

    def narrowed_to(self, tenant_code: str) -> Scope:
        """The part of this scope that concerns one tenant; empty when that tenant is outside it."""
        return Scope(self.tenant_codes & {tenant_code})

    def visible_codes(self) -> list[str]:
        """Tenant codes for the database, sorted so that equal scopes give equal statements."""
        return sorted(self.tenant_codes | ({UNKNOWN_TENANT} if self.platform else set()))
