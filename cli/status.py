"""``status``: what came and what did not, feed by feed."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from cli.places import data_folder, now
from warehouse.errors import MiharashiError

if TYPE_CHECKING:
    from warehouse.status import Status


def status_command(
    as_json: Annotated[bool, typer.Option("--json", help="JSONで出力する（すべての欠測と異常を含む）")] = False,
    gaps: Annotated[bool, typer.Option("--gaps", help="欠測の区間と、量の異常を一覧する")] = False,
    feed: Annotated[str | None, typer.Option(metavar="NAME", help="取込み定義を一つに絞る")] = None,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="欠測と異常を一か月に絞る")] = None,
    short: Annotated[bool, typer.Option("--short", help="30分未満の欠測も一つずつ示す")] = False,
) -> None:
    """公開中のスナップショットと、取込み定義ごとの到着状況・欠測・量の異常・却下・団体不明を示す。"""
    from cli.status_tables import SHORTEST_MINUTES, print_gaps, print_overview
    from warehouse.status import read_status

    status = _of_feed(read_status(data_folder(), now().date(), _days(month) if month else None), feed)
    if as_json:
        sys.stdout.write(json.dumps(status.as_dict(), ensure_ascii=False, indent=1) + "\n")
    elif gaps:
        print_gaps(status, 0 if short else SHORTEST_MINUTES)
    else:
        print_overview(status)


def _days(text: str) -> tuple[date, date]:
    from warehouse.period import Period

    period = Period.parse(text)
    if period.kind != "month":
        raise MiharashiError("月の書き方が違います", f"「{text}」は月ではありません。",
                             "2026-10 の形で指定してください。")
    return period.start, period.end


def _of_feed(status: Status, name: str | None) -> Status:
    """Only what concerns one feed; raises :class:`MiharashiError` when there is no such feed."""
    if name is None:
        return status
    known = [feed.feed for feed in status.feeds]
    if name not in known:
        raise MiharashiError("取込み定義がありません", f"「{name}」という取込み定義はありません。",
                             f"使える定義: {'、'.join(known)}。")
    own: dict[str, list[object]] = {
        part: [row for row in getattr(status, part) if row.feed == name]
        for part in ("feeds", "gaps", "anomalies", "unknown", "unattributed")}
    return replace(status, **own)  # type: ignore[arg-type]
