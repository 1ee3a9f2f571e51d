"""``app.py report … --all-tenants`` and ``report check``: packs for all bodies, and whether they may be issued."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import typer

from cli.desk import refuse_issued, written_texts
from cli.places import config_folder, data_folder
from cli.terminal import errors, progress_bar, say
from exports.gate import Finding, check_set
from exports.packs import Order, Release, make_packs, members_of
from exports.template import load_template
from warehouse.errors import MiharashiError
from warehouse.period import Period
from warehouse.reader import open_current


def make_all(
    report: str, period: Period, out: Path | None, clock: datetime, issued_on: date | None, workers: int | None
) -> None:
    """Make a pack for every connected body; exit 1 when the set may not be issued."""
    template = load_template(report)
    if template.spec.audience == "prefecture":
        raise MiharashiError(
            "団体ごとに作成する報告書ではありません",
            f"「{template.spec.title}」は本県向けの報告書です。",
            "--all-tenants を外して作成してください。",
        )
    folder, started = out or data_folder() / "out" / report / str(period), time.monotonic()
    with open_current(data_folder()) as reader:
        snapshot = reader.snapshot
        if out is None:
            refuse_issued(report, str(period), reader.whole_scope())
        due, known = members_of(reader, reader.whole_scope(), period)
        texts = written_texts(report, str(period), reader.whole_scope(), [member.code for member in due])
    order = Order(report, period, data_folder(), config_folder(), folder, snapshot, clock, issued_on, tuple(known),
                  texts)
    with progress_bar() as progress:
        release = make_packs(order, due, workers or os.cpu_count() or 1, progress)
    _tell(release, time.monotonic() - started)
    if not release.good:
        raise typer.Exit(1)


def _tell(release: Release, seconds: float) -> None:
    failed = [pack for pack in release.packs if pack.failure]
    kept = sum(pack.kept for pack in release.packs)
    made = len(release.packs) - kept - len(failed)
    say(f"{len(release.packs)}団体: 作成 {made}、作成済み {kept}、失敗 {len(failed)}（{seconds:.0f} 秒）")
    say(str(release.folder))
    for pack in failed:
        errors.print(f"失敗　{pack.member.code}　{pack.member.name}　{pack.failure}", highlight=False, soft_wrap=True)
    names = {pack.member.code: pack.member.name for pack in release.packs}
    _tell_findings(release.findings, names)
    say("提出前の検査に合格しました。" if release.good else "この一式は提出できません。")


def check_folder(folder: Path) -> None:
    """The release gate over ``<out>/<report>/<period>``; exit 1 when the set may not be issued."""
    period = Period.parse(folder.resolve().name)
    with open_current(data_folder()) as reader:
        due, known = members_of(reader, reader.whole_scope(), period)
    findings = check_set(folder, known, [member.code for member in due])
    _tell_findings(findings, {member.code: member.name for member in known})
    if findings:
        say(f"{folder} は提出できません（{len(findings)}件）。")
        raise typer.Exit(1)
    say(f"{folder} は提出前の検査に合格しました（{len(due)}団体）。")


def _tell_findings(findings: Iterable[Finding], names: dict[str, str]) -> None:
    for one in findings:
        who = f"{one.tenant}　{names.get(one.tenant, '対象でない団体')}" if one.tenant else "全体"
        line = "　".join(part for part in ("不合格", who, one.file, one.what) if part)
        errors.print(line, highlight=False, markup=False, soft_wrap=True)
