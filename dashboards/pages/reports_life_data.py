"""レポート: the documents of a period that can be chosen, the month's closing, and what was issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.pages.base import Dataset, EntityChoice
from dashboards.urls import DOCUMENT
from dashboards.view import View
from exports.archive import Search, search
from exports.closing import closing
from exports.desk import Desk
from exports.issue import INPUTS
from exports.shelf import Offer
from state.documents import DocumentKey
from state.register import Issue


@dataclass(frozen=True)
class Chosen:
    """A document of the view's period: what it is called, and the report that it is of."""

    key: DocumentKey
    title: str
    offer: Offer

    @property
    def code(self) -> str:
        """How a link names it: monthly-operations, tenant-annual:242012."""
        return f"{self.key.report}:{self.key.tenant}" if self.key.tenant else self.key.report


def desk_of(view: View) -> Desk | None:
    """The desk, for whoever handles documents there."""
    return view.shelf.desk if view.shelf and view.scope.platform else None


def documents_of(view: View) -> list[Chosen]:
    """The documents of the period that the reader handles: the prefecture's, then those of each body."""
    offers = [offer for offer in view.shelf.offers() if offer.kind == view.period.kind] if view.shelf else []
    of_prefecture = [Chosen(DocumentKey(offer.report, str(view.period)), offer.title, offer)
                     for offer in offers if offer.of_prefecture]
    of_bodies = [
        Chosen(DocumentKey(offer.report, str(view.period), str(row["tenant_code"])), f"{offer.title}（{row['name']}）",
               offer)
        for offer in offers if offer.of_bodies for row in view.tenants()]
    return [one for one in (*of_prefecture, *of_bodies) if one.key.handled_by(view.scope)]


def chosen(view: View) -> Chosen | None:
    """The document that the link names, the first of the period without."""
    found = documents_of(view)
    code = view.entity.code if view.entity else None
    return next((one for one in found if one.code == code), found[0] if found else None)


def _options(view: View) -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in documents_of(view)] if desk_of(view) else []


CHOICE = EntityChoice(DOCUMENT, "文書", "monthly-operations", _options)


def closing_steps(view: View) -> pd.DataFrame:
    """One row per step of the month's closing; none for other periods and for single bodies."""
    desk = desk_of(view)
    if desk is None or view.period.kind != "month":
        return pd.DataFrame(columns=[column.key for column in CLOSING.columns])
    steps = closing(desk, view.scope, view.data.reader, view.period, view.now.date())
    rows = [{"title": one.title, "due": one.due, "done_on": one.done_on, "state": one.state, "detail": one.detail}
            for one in steps]
    return pd.DataFrame(rows, columns=[column.key for column in CLOSING.columns])


def issues(view: View) -> pd.DataFrame:
    """One row per issued document that the reader may have, the newest first."""
    desk = view.shelf.desk if view.shelf else None
    found = search(desk, view.scope, Search()) if desk else []
    return pd.DataFrame([_issue(one) for one in found], columns=[column.key for column in ISSUES.columns])


def _issue(one: Issue) -> dict[str, Any]:
    return {
        "number": one.number, "title": one.title, "period": one.key.period, "tenant": one.key.tenant or None,
        "document_number": one.document_number, "version": one.version, "issued_on": one.issued_on,
        "issued_by": one.issued_by, "snapshot": one.snapshot, "reason": one.reason or None,
        "files": " ".join(file.name for file in one.files if file.name not in (INPUTS, "manifest.json")),
    }


CLOSING = Dataset(
    "closing", "月次の締め",
    (Column("title", "工程"), Column("due", "期限", "era_date"), Column("done_on", "完了日", "era_date"),
     Column("state", "状態"), Column("detail", "備考", wraps=True)),
    closing_steps)
ISSUES = Dataset(
    "issues", "発行済みの文書",
    (Column("number", "発行番号", "number"), Column("title", "題名"),
     Column("period", "対象期間", "code", on_screen=False),
     Column("tenant", "団体コード", "code"), Column("document_number", "文書番号", "code"), Column("version", "版"),
     Column("issued_on", "提出年月日", "era_date"), Column("issued_by", "発行者"),
     Column("snapshot", "データ版", "number"), Column("reason", "訂正の理由", wraps=True), Column("files", "ファイル")),
    issues)
