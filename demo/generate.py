"""The list of what is written, month by month and at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from demo.changes import Change, change_file, month_changes
from demo.counters import Counters, counter_file
from demo.detection_files import eve_file, soc_file, soc_total_file
from demo.detections import month_events
from demo.devices import device_file
from demo.errors import DemoError
from demo.events import event_ledger
from demo.incident_files import fault_ledger, outage_ledger
from demo.incidents import Fault, Stop, month_faults, month_stops
from demo.licences import licence_file
from demo.patches import Patch, month_patches, patch_file
from demo.rhythm import Rhythm, rhythm
from demo.ticket_events import ticket_event_file
from demo.tickets import Ticket, month_tickets, ticket_file
from demo.traffic import month_traffic
from demo.traffic_files import line_file, line_rates, tenant_file
from demo.world import World, read_world
from demo.writers import stamps
from warehouse.period import Period

FEEDS = (
    "tenant_traffic",
    "line_traffic",
    "interface_counter",
    "device_load",
    "service_outage",
    "ticket",
    "change_request",
    "fault",
    "detection_eve",
    "soc_judgement",
    "soc_total",
    "licence_usage",
    "ticket_event",
    "patch",
    "calendar_event",
)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class GeneratedFiles:
    """Every file written, in order, and its number of data rows (bad ones, too, but no titles and totals)."""

    files: tuple[Path, ...]
    rows: dict[Path, int]


@dataclass(frozen=True)
class _Job:
    inbox: Path
    world: World
    seed: int
    scale: float

    def folder(self, feed: str) -> Path:
        return self.inbox / feed


def generate(
    inbox: Path,
    config_dir: Path,
    months_from: str = "2025-04",
    months_to: str = "2026-10",
    seed: int = 20261101,
    scale: float = 1.0,
    progress: Progress | None = None,
    *,
    tenants: int | None = None,
) -> GeneratedFiles:
    """Write the demo files of these months below ``inbox/<feed>/``, replacing files of the same names.

    ``scale`` multiplies the numbers of detections, tickets and change requests; ``tenants`` keeps the first
    so many bodies in sort order.  ``progress(step, done, total)`` is called after every month and ledger.
    Raises :class:`demo.errors.DemoError` for a reversed period or a senseless number.
    """
    months = _months(months_from, months_to)
    if scale <= 0 or (tenants is not None and tenants < 1):
        raise DemoError(
            "デモデータの条件が正しくありません",
            f"倍率 {scale}、団体数 {tenants} では作成できません。",
            "倍率は0より大きく、団体数は1以上にしてください。",
        )
    job = _Job(inbox, read_world(config_dir, tenants), seed, scale)
    for feed in FEEDS:
        job.folder(feed).mkdir(parents=True, exist_ok=True)
    return _run(job, months, progress or _silent)


def _run(job: _Job, months: list[Period], progress: Progress) -> GeneratedFiles:
    rows: dict[Path, int] = {}
    counters = Counters()
    tickets: list[Ticket] = []
    changes: list[Change] = []
    faults: list[Fault] = []
    stops: list[Stop] = []
    patches: list[Patch] = []
    total = len(months) + 1
    for done, month in enumerate(months, 1):
        beat = rhythm(job.world, month)
        tickets += month_tickets(job.world, beat, job.seed, job.scale)
        changes += month_changes(job.world, beat, job.seed, job.scale)
        new_faults = month_faults(job.world, beat, job.seed)
        faults += new_faults
        stops += month_stops(job.world, beat, new_faults, job.seed)
        rows |= _samples(job, beat, counters)
        rows |= _detections(job, beat, last=month == months[-1])
        rows |= ticket_file(job.folder("ticket"), job.world, beat, tickets)
        rows |= change_file(job.folder("change_request"), job.world, beat, changes)
        rows |= licence_file(job.folder("licence_usage"), job.world, beat, job.seed)
        rows |= ticket_event_file(job.folder("ticket_event"), beat, tickets)
        patches += month_patches(job.world, beat, job.seed)
        rows |= patch_file(job.folder("patch"), job.world, beat, patches)
        progress(month.label_ja, done, total)
    rows |= _yearly(job, months, faults, stops)
    progress("年度の台帳", total, total)
    return GeneratedFiles(tuple(rows), rows)


def _samples(job: _Job, beat: Rhythm, counters: Counters) -> dict[Path, int]:
    """Five-minute values: bodies, lines, interfaces, devices."""
    times = stamps(beat.month.start, beat.days)
    traffic = month_traffic(job.world, beat, job.seed)
    rates = line_rates(traffic, job.seed)
    return {
        **tenant_file(job.folder("tenant_traffic"), job.world, traffic, times, job.seed),
        **line_file(job.folder("line_traffic"), job.world, traffic, rates, times, job.seed),
        **counter_file(job.folder("interface_counter"), counters, beat, rates["internet"], job.seed),
        **device_file(job.folder("device_load"), job.world, beat, rates, times, job.seed),
    }


def _detections(job: _Job, beat: Rhythm, *, last: bool) -> dict[Path, int]:
    events = month_events(job.world, beat, job.seed, job.scale, last=last)
    return {
        **eve_file(job.folder("detection_eve"), beat, events),
        **soc_file(job.folder("soc_judgement"), job.world, beat, events),
        **soc_total_file(job.folder("soc_total"), beat, job.seed),
    }


def _yearly(job: _Job, months: list[Period], faults: list[Fault], stops: list[Stop]) -> dict[Path, int]:
    last = rhythm(job.world, months[-1])
    rows: dict[Path, int] = {}
    for fiscal_year in sorted({month.fiscal_year for month in months}):
        year = Period.parse(f"FY{fiscal_year}")
        of_year = [fault for fault in faults if year.start <= fault.occurred.date() <= year.end]
        stopped = [stop for stop in stops if year.start <= stop.start.date() <= year.end]
        rows |= outage_ledger(job.folder("service_outage"), job.world, year, stopped, last)
        rows |= fault_ledger(job.folder("fault"), job.world, year, of_year, last)
        rows |= event_ledger(job.folder("calendar_event"), job.world, year, last, job.seed)
    return rows


def _months(first: str, last: str) -> list[Period]:
    start, end = Period.parse(first), Period.parse(last)
    if start.index > end.index or start.kind != "month" or end.kind != "month":
        raise DemoError(
            "デモデータの期間が正しくありません",
            f"{first} から {last} まで、では作成できません。",
            "開始月と終了月を 2026-10 の形で、開始月を先にして指定してください。",
        )
    return [Period("month", index) for index in range(start.index, end.index + 1)]


def _silent(step: str, done: int, total: int) -> None:
    """No progress wanted."""
