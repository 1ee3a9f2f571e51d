"""``app.py closing``: where the closing of a month stands, and noting the steps that nothing tells of by itself."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated

import typer

from cli.desk import staffed_desk
from cli.documents import By, day_of
from cli.japanese import JapaneseCommand, JapaneseGroup
from cli.places import data_folder, now
from cli.terminal import print_table, say

closing_group = typer.Typer(cls=JapaneseGroup, invoke_without_command=True,
                            help="月次の締めの状況（期限、完了、期限超過）を示し、行った工程を記録する。")


class NotedStep(StrEnum):
    CHECK = "check"
    FREEZE = "freeze"
    MEETING = "meeting"
    MINUTES = "minutes"


@closing_group.callback()
def show_command(
    context: typer.Context,
    period: Annotated[str | None, typer.Option(help="対象の月（2026-10。既定は先月）")] = None,
) -> None:
    """月次の締めの状況を示す。"""
    if context.invoked_subcommand is not None:
        return
    from exports.closing import closing, told_due
    from warehouse.period import Period

    month = Period.parse(period) if period else Period.month_of(now().date()).previous()
    with staffed_desk() as (desk, scope), desk.open_reader(None) as reader:
        steps = closing(desk, scope, reader, month, now().date())
    say(f"{month.label_ja}の締め（{told_due(now().date())}現在）")
    print_table(["工程", "期限", "完了日", "状態", "備考"],
                [[step.title, told_due(step.due), told_due(step.done_on), step.state, step.detail or "－"]
                 for step in steps])
    if any(step.due is None for step in steps):
        say("報告会の開催日を記録すると期限が定まります: "
            f"python app.py closing note meeting --period {month} --on 年-月-日 --by 氏名")


@closing_group.command("note", cls=JapaneseCommand)
def note_command(
    step: Annotated[NotedStep, typer.Argument(
        help="check 検証、freeze データ確定、meeting 報告会の開催日、minutes 議事録")],
    period: Annotated[str, typer.Option(help="対象の月（2026-10）")],
    by: By,
    on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="行った日（既定は今日）")] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="添える言葉")] = "",
) -> None:
    """行った工程を記録する。データ確定では、公開中のデータ版とそのハッシュも残す。"""
    from exports.closing import NOTED, NoMonth
    from state.closing import Noted
    from warehouse.period import Period

    month = Period.parse(period)
    if month.kind != "month":
        raise NoMonth(period)
    with staffed_desk() as (desk, scope):
        day = day_of(on, "日付") if on else now().date()
        told = " ".join(part for part in (_frozen() if step is NotedStep.FREEZE else "", note) if part)
        desk.closing.note(scope, Noted(str(month), step.value, day, told, by, now()))
    say(f"{month.label_ja}の{NOTED[step.value]}を {day} として記録しました。{told}")


def _frozen() -> str:
    """The published snapshot and the fingerprint of its file."""
    from warehouse import snapshot
    from warehouse.folder import DataFolder

    published = snapshot.current(DataFolder(data_folder()))
    with published.path.open("rb") as stream:
        return f"データ版{published.number}、SHA-256 {hashlib.file_digest(stream, 'sha256').hexdigest()}"
