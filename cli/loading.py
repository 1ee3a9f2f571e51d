"""What ``load`` and its like print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.terminal import say

if TYPE_CHECKING:
    from etl.run import LoadResult

_LISTED_FILES = 20


def print_load(result: LoadResult) -> None:
    """Every file of a short run; of a long one those that need a look, and the totals."""
    from etl.receive import readable

    records = [outcome.record for outcome in result.outcomes if outcome.record]
    failed = [outcome for outcome in result.outcomes if outcome.failed]
    for outcome in result.outcomes:
        rejected = outcome.record is not None and outcome.record.rejected_lines > 0
        if outcome.failed or rejected or outcome.touched or len(result.outcomes) <= _LISTED_FILES:
            say(f"{'×' if outcome.failed else '○'} {readable(outcome.file.name)}")
            say(f"   {outcome.message}")
    say(
        f"{len(result.outcomes):,}ファイル: 受入れ {sum(record.accepted_rows for record in records):,}件、"
        f"却下 {sum(record.rejected_lines for record in records if record.status == 'accepted'):,}行、"
        f"不受理 {len(failed):,}ファイル、"
        f"取込み済み {len(result.outcomes) - len(failed) - sum(r.status == 'accepted' for r in records):,}ファイル"
    )
    if any(outcome.touched for outcome in result.outcomes):
        say("提出済みの文書そのものは変わっていません。確かめる文書の一覧: python app.py status")
    if result.snapshot is not None:
        say(f"スナップショット {result.snapshot.number} を公開しました。")
        if result.remap:
            from etl.remapping import told

            say(told(result.remap))
    else:
        say("新しく公開するデータはありません。")
