"""What a page shows, as a link: period, tenant, KPI, chosen entity and table to and from the query string.

A link holds only choices, never rights: whether the tenant may be seen is decided by the scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode

from warehouse.period import DayRange, Period

OVERVIEW = "/"
TENANT = "/tenant"
TENANTS = "/tenants"
LINES = "/lines"
LOAD = "/load"
TICKETS = "/tickets"
SECURITY = "/security"
SERVICE_LEVEL = "/service-level"
PROOF = "/proof"
DATA_QUALITY = "/data-quality"
CATALOGUE = "/catalogue"
REPORTS = "/reports"
MAKE_REPORT = "/reports/make"
DOCUMENTS = "/documents"
STEP = "/reports/step"
COMMENT = "/reports/comment"
JOBS = "/reports/jobs"
PREVIEW = "/reports/preview"
ARCHIVE = "/reports/archive.zip"
ISSUED = "/issued"
LINE = "line"
BODIES = "bodies"
DOCUMENT = "document"
_ENTITIES = (LINE, BODIES, DOCUMENT)
"""Keys of links that name one thing among those a page shows."""
_LONGEST_CHOICE = 40


@dataclass(frozen=True)
class Subject:
    """The figure a page is about: KPI measure, grain and entity (all of the contract: grain ``all``, no entity)."""

    kpi_id: str
    grain: str = ""
    entity: str = ""


@dataclass(frozen=True)
class Entity:
    """The one thing a page goes into, such as a line: ``kind`` is its key in the link, ``code`` its code."""

    kind: str
    code: str


@dataclass(frozen=True)
class Choice:
    """The raw choices of a link; ``None`` where the link leaves the choice to the page."""

    path: str
    period: str | None = None
    tenant: str | None = None
    subject: Subject | None = None
    entity: Entity | None = None
    table: str | None = None


def parse(pathname: str | None, search: str | None) -> Choice:
    """Read path and query string; unknown keys are ignored, over-long values are cut."""
    given = parse_qs((search or "").lstrip("?"), keep_blank_values=False)
    return Choice(_clean_path(pathname), _period(given), _first(given, "tenant"), _subject(given),
                  _entity(given), _first(given, "table"))


def _period(given: dict[str, list[str]]) -> str | None:
    """The period, or the days from ``from`` to ``to``, as a form without script sends them."""
    first, last = _first(given, "from"), _first(given, "to")
    return f"{first or ''}..{last or ''}" if first or last else _first(given, "period")


def _subject(given: dict[str, list[str]]) -> Subject | None:
    kpi_id = _first(given, "kpi")
    return Subject(kpi_id, _first(given, "grain") or "", _first(given, "entity") or "") if kpi_id else None


def _entity(given: dict[str, list[str]]) -> Entity | None:
    found = ((kind, _first(given, kind)) for kind in _ENTITIES)
    return next((Entity(kind, code) for kind, code in found if code), None)


def _clean_path(pathname: str | None) -> str:
    path = "/" + (pathname or "").strip("/")
    return path or OVERVIEW


def _first(given: dict[str, list[str]], key: str) -> str | None:
    values = given.get(key)
    return values[0].strip()[:_LONGEST_CHOICE] if values else None


def period_of(text: str | None, default: Period) -> Period:
    """The period or range of days of a link; raises :class:`warehouse.errors.PeriodError` for anything unreadable."""
    return default if text is None else read_period(text)


def read_period(text: str) -> Period:
    """A reporting period or a range of days; raises :class:`warehouse.errors.PeriodError` for anything else."""
    return DayRange.parse(text) if ".." in text else Period.parse(text)


def href(path: str, period: Period | None = None, tenant: str | None = None, subject: Subject | None = None,
         entity: Entity | None = None, table: str | None = None) -> str:
    """The link that shows the same again."""
    about = {"kpi": subject.kpi_id, "grain": subject.grain, "entity": subject.entity} if subject else {}
    chosen = {entity.kind: entity.code} if entity else {}
    choices = {"tenant": tenant, "table": table, **about, **chosen, "period": str(period) if period else None}
    query = urlencode({key: value for key, value in choices.items() if value})
    return f"{quote(path)}?{query}" if query else quote(path)


def document_href(report: str, period: str, name: str, tenant: str = "") -> str:
    """One file of a document; ``tenant`` is the code of the body that it was made for."""
    return "/".join((DOCUMENTS, *(quote(part) for part in (report, period, tenant, name) if part)))


def issued_href(number: int, name: str) -> str:
    """One file of an issue."""
    return f"{ISSUED}/{number}/{quote(name)}"


def preview_href(report: str, period: str, tenant: str = "") -> str:
    """The document as it would be issued today."""
    query = f"?{urlencode({'tenant': tenant})}" if tenant else ""
    return f"{PREVIEW}/{quote(report)}/{quote(period)}{query}"


def xlsx_href(csv: str) -> str:
    """The same download as a workbook."""
    path, _, query = csv.partition("?")
    return f"/xlsx/{path.removeprefix('/csv/').removesuffix('.csv')}.xlsx?{query}"


def csv_href(page: str, dataset: str, period: Period, tenant: str | None = None,
             subject: Subject | None = None, entity: Entity | None = None) -> str:
    """The download of what a figure or table shows."""
    return href(f"/csv/{page}/{dataset}.csv", period, tenant, subject, entity)
