"""Whom a document is for: the prefecture, or one connected body by its name and code."""

from __future__ import annotations

from dataclasses import dataclass

from exports.blocks import own
from exports.blocks.base import Context, Unfilled
from exports.errors import AudienceError, SectionError, TenantNeeded
from exports.template import ReportSpec
from warehouse.japanese import era_date
from warehouse.scope import Scope


@dataclass(frozen=True)
class Addressee:
    """``code`` is empty for the prefecture; ``until`` says how far a running year's figures reach, else empty."""

    name: str
    code: str = ""
    until: str = ""

    @property
    def suffix(self) -> str:
        """What tells the document of one body from those of the others: in file names and document numbers."""
        return f"_{self.code}" if self.code else ""


def check_audience(report: ReportSpec, scope: Scope) -> None:
    """Raise :class:`AudienceError` or :class:`TenantNeeded` when the scope is not that of the report's readers."""
    if report.audience == "prefecture" and not scope.platform:
        raise AudienceError(report.title)
    if report.audience == "tenant" and (scope.platform or len(scope.tenant_codes) != 1):
        raise TenantNeeded(report.title)


def addressee_of(report: ReportSpec, ctx: Context) -> Addressee:
    """The reader's name as the cover has it; raise :class:`SectionError` when the body has no figures."""
    if report.audience == "prefecture":
        return Addressee(ctx.contract.addressee)
    try:
        with ctx.data.filling(""):
            body, reach = own.profile(ctx), own.state(ctx)
            until = "" if reach["is_complete"] else era_date(own.through(ctx))
    except Unfilled as error:
        raise SectionError(f"{ctx.period.label_ja}　表紙", str(error)) from error
    return Addressee(str(body["name"]), str(body["tenant_code"]), until)
