"""``app.py rejects``: rejected lines, seen, written out to be mended, and closed."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.japanese import JapaneseCommand, JapaneseGroup
from cli.places import config_folder, data_folder, now
from cli.terminal import print_table, progress_bar, say

if TYPE_CHECKING:
    from warehouse.rejects import RejectedLine

rejects = typer.Typer(cls=JapaneseGroup, no_args_is_help=True, help="却下した行を確かめ、直して取り込む。")
_SHOWN = 50
_LoadId = Annotated[int, typer.Argument(metavar="N", help="取込み番号", min=1)]
_All = Annotated[bool, typer.Option("--all", help="閉じた却下も示す")]


@rejects.command("list", cls=JapaneseCommand)
def list_command(
    feed: Annotated[str | None, typer.Option(metavar="NAME", help="取込み定義の名前")] = None,
    load: Annotated[int | None, typer.Option(metavar="N", help="取込み番号", min=1)] = None,
    closed_too: _All = False,
) -> None:
    """閉じていない却下を、取込みと理由ごとに示す。"""
    from warehouse.rejects import open_ledger, reject_groups

    with open_ledger(data_folder()) as ledger:
        groups = reject_groups(ledger, feed=feed, load_id=load, closed_too=closed_too)
    if not groups:
        say("閉じていない却下はありません。" if not closed_too else "却下はありません。")
        return
    print_table(
        ["取込み番号", "取込み日時", "取込み定義", "ファイル", "未解決", "全部", "最初の行", "理由"],
        [
            [
                one.load_id,
                _minute(one.loaded_at),
                one.title,
                one.file_name,
                one.open,
                one.total,
                one.first_line,
                one.reason,
            ]
            for one in groups
        ],
    )
    say("行の内容: python app.py rejects show 取込み番号")
    say("直すファイルの書出し: python app.py rejects export 取込み番号")


@rejects.command("show", cls=JapaneseCommand)
def show_command(
    load_id: _LoadId,
    closed_too: _All = False,
    limit: Annotated[int, typer.Option(help="示す行数", min=1)] = _SHOWN,
) -> None:
    """一つの取込みの却下を、行・列・値・理由・元の行とともに示す。"""
    from warehouse.rejects import load_of, open_ledger, rejected_lines

    with open_ledger(data_folder()) as ledger:
        load = load_of(ledger, load_id)
        lines = rejected_lines(ledger, load_id, closed_too=closed_too)
    refused = load.status == "refused"
    say(f"取込み番号 {load_id}: {load.file_name}（{load.title}、{_minute(load.loaded_at)}）")
    if refused:
        say(f"不受理: {load.refusal}")
        say("ファイル全体を取り込んでいません。元のファイルを直し、全体を取り込んでください。")
    if not lines:
        say("却下はありません。" if closed_too else "閉じていない却下はありません（--all で閉じた却下も示します）。")
        return
    for line in lines[:limit]:
        _say_line(line)
    if len(lines) > limit:
        say(f"ほか {len(lines) - limit:,}行（--limit で増やせます）")
    if not refused:
        say(f"直すファイルの書出し: python app.py rejects export {load_id}")


@rejects.command("export", cls=JapaneseCommand)
def export_command(
    load_id: _LoadId,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="書出し先のファイルかフォルダ")] = None,
) -> None:
    """閉じていない却下を、直してそのまま取り込めるファイルに書き出す。"""
    from etl.feed import read_feeds
    from etl.reject_export import export_rejects
    from warehouse.folder import DataFolder
    from warehouse.rejects import open_ledger

    with open_ledger(data_folder()) as ledger:
        made = export_rejects(ledger, DataFolder(data_folder()), read_feeds(config_folder()), load_id, out)
    say(f"却下 {made.lines:,}行を書き出しました: {made.path}")
    say("行を直して保存し、名前を変えずに取り込んでください。直さない行は消します（却下のまま残ります）。")
    say(f"  python app.py load {made.path}")


@rejects.command("close", cls=JapaneseCommand)
def close_command(
    load_id: _LoadId,
    reason: Annotated[str, typer.Option(help="取り込まない理由")],
    line: Annotated[list[int] | None, typer.Option(help="閉じる行（何度でも書ける）", min=1)] = None,
    every: Annotated[bool, typer.Option("--every", help="閉じていない却下をすべて閉じる")] = False,
) -> None:
    """取り込まないと決めた却下を、理由とともに閉じる。"""
    from cli.loading import print_load
    from etl.reject_export import closing_list
    from etl.run import load
    from warehouse.errors import MiharashiError
    from warehouse.folder import DataFolder
    from warehouse.rejects import open_ledger

    if bool(line) == every or not reason.strip():
        raise MiharashiError(
            "閉じる行か理由の指定がありません" if not (line and every) else "閉じる行の指定が重なっています",
            "閉じる行を --line で一行ずつ示すか、すべてなら --every を付け、--reason に理由を書きます。",
            f'例: python app.py rejects close {load_id} --line 12 --reason "試験用の通信のため"',
        )
    with tempfile.TemporaryDirectory() as scratch:
        with open_ledger(data_folder()) as ledger:
            listed = closing_list(ledger, load_id, line or [], reason.strip(), Path(scratch))
        with progress_bar() as progress:
            result = load(DataFolder(data_folder()), config_folder(), [listed], clock=now, progress=progress)
    print_load(result)
    if result.failed:
        raise typer.Exit(1)


def _say_line(reject: RejectedLine) -> None:
    from warehouse.rejects import CLOSED

    where = f"（{reject.column}={reject.value}）" if reject.column else ""
    place = f"（{reject.place}）" if reject.place else ""
    say(f"[{reject.number}] {reject.line}行目{place} {reject.reason}{where}")
    say(f"     {reject.text}")
    if reject.closed_as:
        when = f"{_minute(reject.closed_at)} {reject.closed_user or ''}".strip()
        why = f"、理由: {reject.closed_reason}" if reject.closed_reason else ""
        say(f"     → {CLOSED.get(reject.closed_as, reject.closed_as)}（取込み番号 {reject.closed_by}、{when}{why}）")


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "－"
