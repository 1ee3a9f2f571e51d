"""Whom a document is for: the prefecture, or one connected body by its name and code."""

from __future__ import annotations

from dataclasses import dataclass

from exports.blocks.base import Context, Unfilled, records
from exports.errors import SectionError
from warehouse.japanese import era_date


@dataclass(frozen=True)
class Addressee:
    """``code`` is empty for the prefecture; ``until`` says how far a running period's figures reach, else empty."""

    name: str
    code: str = ""
    until: str = ""

    @property
    def suffix(self) -> str:
        """What tells the document of one body from those of the others: in file names and document numbers."""
        return f"_{self.code}" if self.code else ""


def addressee_of(ctx: Context) -> Addressee:
    """The reader as the cover names it; raise :class:`SectionError` when the body was no member in the period."""
    if not ctx.tenant:
        return Addressee(ctx.contract.addressee)
    try:
        with ctx.data.filling(""):
            rows = [row for row in records(ctx.days_frame("tenants")) if row["tenant_code"] == ctx.tenant]
        until = "" if ctx.is_complete else era_date(ctx.through)
    except Unfilled as error:
        raise SectionError(f"{ctx.period.label_ja}　表紙", str(error)) from error
    if not rows:
        raise SectionError("接続団体", f"{ctx.period.label_ja}に団体コード{ctx.tenant}の接続団体はありません。")
    return Addressee(str(rows[0]["name"]), ctx.tenant, until)
