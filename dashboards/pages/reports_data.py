"""レポート: which documents exist for which period, in which state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from dashboards.columns import Column
from dashboards.data import TREND_MONTHS
from dashboards.pages.base import Dataset
from dashboards.view import View
from exports.shelf import Document, Offer
from warehouse.period import Kind, Period

FORMATS = (("pdf", "PDF"), ("docx", "Word"), ("xlsx", "Excel"), ("pptx", "PowerPoint"))
MISSING, DRAFT, ISSUED = "未作成", "案", "提出用"
_SHOWN: dict[Kind, int] = {"month": TREND_MONTHS, "quarter": 5, "half": 3, "year": 2}
"""How far back periods without a document are listed."""


def documents(view: View) -> pd.DataFrame:
    """One row per report, period and body it is for: what exists, and what could be made of periods that have data."""
    if view.shelf is None:
        return pd.DataFrame(columns=_KEYS)
    made = {(one.report, one.period, one.tenant): one for one in view.shelf.documents(view.scope)}
    possible = [(report, period, "") for report, period in _possible(view, offers(view))]
    titles = {offer.report: offer.title for offer in view.shelf.offers()}
    keys = dict.fromkeys([*possible, *made])
    rows = [_row(key, titles.get(key[0], key[0]), made.get(key)) for key in keys]
    rows.sort(key=lambda row: (-row["order"], row["title"], row["tenant"]))
    return pd.DataFrame(rows, columns=_KEYS)


def offers(view: View) -> list[Offer]:
    """The reports that the reader may have made: those of single bodies are made for all of them at once, elsewhere."""
    known = view.shelf.offers() if view.shelf else []
    return [offer for offer in known if view.scope.platform and offer.of_prefecture]


def _possible(view: View, known: Iterable[Offer]) -> Iterator[tuple[str, str]]:
    for offer in known:
        periods = [period for period in view.data.periods() if period.kind == offer.kind]
        newest = sorted(periods, key=lambda period: -period.index)[: _SHOWN[offer.kind]]
        yield from ((offer.report, str(period)) for period in newest)


def _row(key: tuple[str, str, str], title: str, found: Document | None) -> dict[str, Any]:
    report, period, tenant = key[0], Period.parse(key[1]), key[2]
    row: dict[str, Any] = {"order": period.index, "report": report, "period": str(period), "tenant": tenant,
                           "period_name": period.label_ja, "title": title, "state": MISSING,
                           "addressee": found.addressee if found else None}
    if found is None:
        return row
    names = {name.rpartition(".")[2]: name for name, _ in found.files}
    return row | {
        "tenant": found.tenant,
        "state": ISSUED if found.issued_on else DRAFT,
        "number": found.number,
        "version": found.version,
        "snapshot": found.snapshot,
        "created_at": found.created_at,
        "issued_on": found.issued_on,
        **{ending: names.get(ending) for ending, _ in FORMATS},
    }


DOCUMENTS = Dataset(
    "documents",
    "報告書",
    (
        Column("period", "対象期間", "code", on_screen=False),
        Column("period_name", "期間"),
        Column("title", "報告書"),
        Column("addressee", "宛先"),
        Column("state", "状態"),
        Column("number", "文書番号", "code"),
        Column("version", "版"),
        Column("snapshot", "データ版", "number"),
        Column("created_at", "作成日時", "time"),
        Column("issued_on", "提出年月日", "era_date"),
        *(Column(ending, name) for ending, name in FORMATS),
    ),
    documents,
)

DATASETS = (DOCUMENTS,)
_KEYS = ["order", "report", "tenant", *(column.key for column in DOCUMENTS.columns)]
