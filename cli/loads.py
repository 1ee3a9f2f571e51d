"""``app.py loads``: the ledger of every file that came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.japanese import JapaneseCommand, JapaneseGroup
from cli.places import data_folder
from cli.terminal import print_table, say

if TYPE_CHECKING:
    from warehouse.ledger import LoadRecord
    from warehouse.loads import Exchange, LoadLine

loads = typer.Typer(cls=JapaneseGroup, invoke_without_command=True, help="取込みの記録を示す。")


@loads.callback()
def list_command(
    context: typer.Context,
    feed: Annotated[str | None, typer.Option(metavar="NAME", help="取込み定義の名前")] = None,
    limit: Annotated[int, typer.Option(help="示す件数（新しい順）", min=1)] = 30,
) -> None:
    """取込みの記録を新しい順に示す。"""
    if context.invoked_subcommand is not None:
        return
    from warehouse.loads import newest_loads
    from warehouse.rejects import open_ledger

    with open_ledger(data_folder()) as ledger:
        lines = newest_loads(ledger, feed, limit)
    if not lines:
        say("取込みの記録がありません。")
        return
    print_table(
        ["取込み番号", "日時", "取込み者", "取込み定義", "ファイル", "期間", "受入れ", "却下", "未解決", "備考"],
        [_row(line) for line in lines],
    )
    say("詳しい記録: python app.py loads show 取込み番号")


@loads.command("show", cls=JapaneseCommand)
def show_command(load_id: Annotated[int, typer.Argument(metavar="N", help="取込み番号", min=1)]) -> None:
    """一つの取込みについて、行の内訳、却下の理由、差替えの相手を示す。"""
    from warehouse.issued import touched_by
    from warehouse.loads import load_detail
    from warehouse.rejects import load_of, open_ledger

    with open_ledger(data_folder()) as ledger:
        detail = load_detail(ledger, load_of(ledger, load_id))
        touched = touched_by(ledger, load_id)
    print_table(["項目", "内容"], _facts(detail.record))
    if detail.reasons:
        print_table(["却下の理由", "未解決", "全部"], [list(reason) for reason in detail.reasons])
    _say_exchanges("差し替えた取込み", detail.took_from)
    _say_exchanges("差し替えられた取込み", detail.gave_way_to)
    if detail.mended_by:
        say(f"却下を直した、又は閉じた取込み: {'、'.join(map(str, detail.mended_by))}")
    for document in touched:
        say(f"提出済みの文書への影響: {document.told()}")


def _row(line: LoadLine) -> list[Any]:
    from warehouse.rejects import period_told

    record = line.record
    return [
        record.load_id,
        f"{record.loaded_at:%Y-%m-%d %H:%M}",
        record.loaded_by or "－",
        record.title,
        record.file_name,
        period_told(record.period_from, record.period_to),
        record.accepted_rows,
        record.rejected_lines,
        line.open_rejects if record.status == "accepted" else 0,
        "、".join(_remarks(line)),
    ]


def _remarks(line: LoadLine) -> list[str]:
    from warehouse.loads import NOTES

    record = line.record
    if record.status == "refused":
        return ["不受理"]
    whose = f"取込み {record.mends} の" if record.mends is not None else ""
    remarks = [f"{whose}{NOTES.get(record.note, record.note)}"] if record.note else []
    if line.took and record.note != "mended":
        remarks.append(f"{line.took:,}件を差替え")
    if line.gave_way:
        remarks.append(f"{line.gave_way:,}件は差替え済み")
    return remarks


def _facts(record: LoadRecord) -> list[list[object]]:
    from warehouse.loads import NOTES
    from warehouse.rejects import period_told

    lines = (
        f"{record.physical_lines:,}（受入れ {record.accepted_lines:,}、却下 {record.rejected_lines:,}、"
        f"見出し等 {record.header_lines:,}、空行 {record.blank_lines:,}、合計行 {record.total_lines:,}、"
        f"対象外 {record.other_lines:,}、続きの行 {record.continued_lines:,}）"
    )
    facts: list[tuple[str, object]] = [
        ("取込み番号", str(record.load_id)),
        ("取込み定義", f"{record.title}（{record.feed}）" if record.feed else record.title),
        ("ファイル", record.file_name),
        ("大きさ", f"{record.file_bytes:,} byte"),
        ("SHA-256", record.sha256),
        ("結果", "受入れ" if record.status == "accepted" else f"不受理: {record.refusal}"),
        ("物理行数", lines),
        ("受入れ件数", f"{record.accepted_rows:,}"),
        ("期間", period_told(record.period_from, record.period_to)),
        ("取込み日時", f"{record.loaded_at:%Y-%m-%d %H:%M:%S}"),
        ("取込み者", record.loaded_by or "－"),
        ("版", str(record.revision) if record.revision else "－"),
        ("備考", NOTES.get(record.note, record.note) if record.note else "－"),
        ("直した、又は閉じた却下", f"取込み番号 {record.mends}" if record.mends else "－"),
    ]
    return [list(fact) for fact in facts]


def _say_exchanges(title: str, exchanges: list[Exchange]) -> None:
    if exchanges:
        print_table([title, "ファイル", "件数"], [[one.load_id, one.file_name, one.rows] for one in exchanges])
