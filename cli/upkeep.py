"""``app.py rebuild`` and ``app.py retention``: proving what is kept, making it anew, and letting old samples go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.places import config_folder, data_folder, now
from cli.terminal import print_table, progress_bar, say

if TYPE_CHECKING:
    from etl.rebuild import Rebuilt
    from warehouse.comparing import Difference

_LISTED = 40


def rebuild_command(
    check: Annotated[
        bool, typer.Option("--check", help="公開せずに、保管した原本から公開中のデータが再現できるかを確かめる")
    ] = False,
    without_damaged: Annotated[
        bool, typer.Option("--without-damaged", help="失われた原本の分を除いて作り直す")
    ] = False,
    restore_samples: Annotated[
        bool, typer.Option("--restore-samples", help="保存期間を過ぎて外した計測値も、原本のある月は戻す")
    ] = False,
) -> None:
    """保管した原本（archive）からすべてを作り直す。設定を変えたあとの読み直しにも使う。"""
    from etl.rebuild import rebuild
    from warehouse.folder import DataFolder

    with progress_bar() as progress:
        result = rebuild(DataFolder(data_folder()), config_folder(), clock=now, check=check,
                         without_damaged=without_damaged, restore_samples=restore_samples, progress=progress)
    for damage in result.damages:
        say(f"× {damage.told()}")
    if result.unnamed:
        say(f"どの取込みにも使われていない原本: {result.unnamed:,}件（取込みの途中で止まったときのものです）")
    if check:
        _print_check(result)
        if not result.proved:
            raise typer.Exit(1)
        return
    assert result.snapshot is not None
    say(f"{result.loads:,}件の取込みを原本から作り直し、スナップショット {result.snapshot.number} を公開しました。")
    say("前の世代には python app.py rollback で戻せます。")


def _print_check(result: Rebuilt) -> None:
    if result.damages:
        say(f"原本{len(result.damages):,}件に欠けや傷みがあります。バックアップから archive を復元するか、"
            "送付元から同じファイルを受け取って python app.py load で取り込んでください。")
    if result.compared is None:
        say("公開済みのデータがないため照合できません。原本から作り直すには python app.py rebuild を実行してください。")
        return
    if result.differences:
        print_table(["表", "月", "公開中だけにある行", "作り直しだけにある行"],
                    [_row(difference) for difference in result.differences[:_LISTED]])
        if len(result.differences) > _LISTED:
            say(f"ほか{len(result.differences) - _LISTED:,}件")
        if result.reconfigured:
            say("公開中のデータは、今と違う設定で作られています。違いは設定の変更によるものかもしれません。")
        say(f"{result.loads:,}件の取込みを作り直したところ、上の表が公開中のスナップショット "
            f"{result.compared.number} と違います。公開中のデータは変えていません。")
    elif not result.damages:
        say(f"{result.loads:,}件の取込みを保管した原本から作り直し、公開中のスナップショット "
            f"{result.compared.number} とすべての表が一致することを確かめました。")


def _row(difference: Difference) -> list[object]:
    return [difference.title, difference.month or "－", difference.only_published, difference.only_new]


def retention_command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="何が対象かを示すだけで、何も変えない")] = False,
    including_issued: Annotated[
        bool, typer.Option("--including-issued", help="発行した文書のもとになった月の計測値も外す")
    ] = False,
) -> None:
    """保存期間（config/retention.toml）を過ぎた計測値を外す。集計は残る。"""
    from etl.upkeep import apply_retention
    from warehouse.folder import DataFolder

    with progress_bar() as progress:
        done = apply_retention(DataFolder(data_folder()), config_folder(), clock=now, dry_run=dry_run,
                               including_issued=including_issued, progress=progress)
    for line in done.told():
        say(line)
