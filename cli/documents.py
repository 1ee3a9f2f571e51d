"""``app.py report <step>``: the life of a document: commentary, approval, issue, proof, correction, archive."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.desk import document_key, each, keys_of_all, staffed_desk
from cli.japanese import JapaneseCommand, MakingGroup
from cli.places import now
from cli.terminal import print_table, say
from warehouse.errors import MiharashiError

if TYPE_CHECKING:
    from exports.correction import Change
    from exports.desk import Desk
    from state.documents import DocumentKey
    from state.register import Issue
    from warehouse.scope import Scope

reports = typer.Typer(
    cls=MakingGroup, no_args_is_help=True,
    help="報告書を作成し（report 報告書の名前 --period 期間）、所見、確認、承認、発行、検証、訂正、検索を行う。")
_SHOWN_CHANGES = 60

Report = Annotated[str, typer.Argument(metavar="REPORT", help="報告書の名前（例: monthly-operations）")]
PeriodOption = Annotated[str, typer.Option("--period", help="対象期間（2026-10、2026H1、R8 など）")]
Tenant = Annotated[str | None, typer.Option("--tenant", metavar="CODE", help="接続団体のコード（団体ごとの文書）")]
AllTenants = Annotated[bool, typer.Option("--all-tenants", help="全ての接続団体の文書について行う")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="行う人の氏名（記録に残る）")]


class StepArgument(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    WITHDRAW = "withdraw"


def day_of(text: str, what: str) -> date:
    """A date option; raises :class:`MiharashiError` naming ``what``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MiharashiError(f"{what}が違います", f"「{text}」は日付として読めません。",
                             "2026-11-10 の形で指定してください。") from None


@reports.command("state", cls=JapaneseCommand)
def state_command(report: Report, period: PeriodOption, tenant: Tenant = None) -> None:
    """一つの文書の状態、行われた手続、所見、発行の履歴を示す。"""
    with staffed_desk() as (desk, scope):
        key = document_key(report, period, tenant, scope)
        progress = desk.approvals.progress(scope, key)
        say(f"状態: {progress.title}（今できる手続: {progress.allowed_titles}）")
        for step in progress.steps:
            say(f"  {step.told()}{f'　データ版 {step.snapshot}' if step.snapshot else ''}　{step.note}".rstrip())
        _say_texts(desk, scope, key)
        _say_issues(desk.register.issues(scope, key))


@reports.command("comment", cls=JapaneseCommand)
def comment_command(
    report: Report,
    period: PeriodOption,
    place: Annotated[str | None, typer.Option(metavar="ID", help="書く箇所（省くと、箇所と下書きの一覧）")] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="所見の文")] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="所見の文を収めたテキスト（UTF-8）")] = None,
    based_on: Annotated[int | None, typer.Option(metavar="N", help="読んだ版の番号（既定は最新）", min=0)] = None,
    by: By = "",
    tenant: Tenant = None,
) -> None:
    """所見を書く。箇所を省くと、書ける箇所、今の文、前期の文、自動の下書きを示す。"""
    from exports.places import known_place

    with staffed_desk() as (desk, scope):
        key = document_key(report, period, tenant, scope)
        if place is None:
            _say_places(desk, scope, key)
            return
        known_place(report, key.tenant, place)
        written = file.read_text(encoding="utf-8-sig") if file else text
        if written is None:
            raise MiharashiError("所見の文がありません", "--text も --file も指定されていません。",
                                 "どちらかを指定してください。")
        present = desk.commentary.texts(scope, key).get(place)
        base = based_on if based_on is not None else present.version if present else 0
        saved = desk.commentary.save(scope, key, place, written, by, now(), based_on=base)
    if saved.conflict:
        say(f"{saved.newest.author}さんが先に第{saved.newest.version}版を書いています。"
            f"あなたの文は第{saved.entry.version}版として別に残しました。両方を見て、一つにまとめて書いてください。")
        say(f"先に書かれた文:\n{saved.newest.text}\nあなたの文:\n{saved.entry.text}")
        raise typer.Exit(1)
    say(f"{place} の第{saved.entry.version}版として残しました。")


@reports.command("step", cls=JapaneseCommand)
def step_command(
    step: Annotated[StepArgument, typer.Argument(
        help="submit 確認依頼、return 差戻し、approve 承認、withdraw 承認取消し")],
    report: Report,
    period: PeriodOption,
    by: By,
    note: Annotated[str, typer.Option(metavar="TEXT", help="添える言葉（差戻しの理由など）")] = "",
    tenant: Tenant = None,
    all_tenants: AllTenants = False,
) -> None:
    """確認を依頼し、差し戻し、承認し、承認を取り消す。"""
    from exports.signing import take_step

    with staffed_desk() as (desk, scope):

        def take(key: DocumentKey) -> None:
            progress = take_step(desk, scope, key, step.value, by, now(), note)
            whose = f"{key.tenant}　" if key.tenant else ""
            say(f"{whose}{progress.steps[-1].told()}。状態: {progress.title}"
                f"（今できる手続: {progress.allowed_titles}）")

        each(_keys(desk, scope, report, period, tenant, all_tenants), take)


@reports.command("issue", cls=JapaneseCommand)
def issue_command(
    report: Report,
    period: PeriodOption,
    by: By,
    issued_on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="提出年月日（既定は今日）")] = None,
    tenant: Tenant = None,
    all_tenants: AllTenants = False,
) -> None:
    """承認済みの文書を発行する。入力を凍結し、作り直して同じものになることを確かめる。"""
    from exports.issue import Order, issue
    from exports.template import load_template

    with staffed_desk() as (desk, scope):
        on = day_of(issued_on, "提出年月日") if issued_on else now().date()

        def give(key: DocumentKey) -> None:
            entry = issue(desk, scope, Order(key, load_template(report).spec.formats, by, now(), on))
            say(f"発行番号 {entry.number}: {entry.title} 第{entry.version}版（文書番号 {entry.document_number}、"
                f"データ版 {entry.snapshot}）")
            for file in entry.files:
                say(f"  {file.sha256}  {desk.issued / f'{entry.number:06d}' / file.name}")

        each(_keys(desk, scope, report, period, tenant, all_tenants), give)


@reports.command("verify", cls=JapaneseCommand)
def verify_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="確かめる文書のファイル", exists=True, dir_okay=False)],
) -> None:
    """ファイルが発行したものであること、凍結した入力から同じものを作り直せることを確かめる。"""
    from exports.verify import verify

    with staffed_desk() as (desk, scope):
        proof = verify(desk, scope, file)
    entry = proof.entry
    say(f"{file.name} は発行番号 {entry.number} の {entry.title} 第{entry.version}版（{entry.issued_on} 提出、"
        f"{entry.issued_by}）の {proof.name} と一致します（SHA-256 {proof.sha256}）。")
    if proof.newest.number != entry.number:
        say(f"この版は訂正されています。最新は第{proof.newest.version}版（発行番号 {proof.newest.number}、"
            f"{proof.newest.issued_on} 提出）です。")
    if proof.holds:
        say("凍結した入力から作り直したものは、1バイトも違いません。")
        return
    why = "" if proof.same_program else "帳票のプログラムが発行時と違うためです。発行時の版で作り直してください。"
    say(f"凍結した入力から作り直したものは、一致しません。{why}")
    raise typer.Exit(1)


@reports.command("correct", cls=JapaneseCommand)
def correct_command(
    report: Report,
    period: PeriodOption,
    note: Annotated[str, typer.Option(metavar="TEXT", help="訂正の理由（指定すると訂正を始める）")] = "",
    by: By = "",
    tenant: Tenant = None,
) -> None:
    """発行済みの文書が、公開中のデータではどう変わるかを示す。理由を添えると訂正を始める。"""
    from exports.issue import preview_changes
    from exports.signing import take_step

    with staffed_desk() as (desk, scope):
        key = document_key(report, period, tenant, scope)
        found = preview_changes(desk, scope, key, now())
        _print_changes(found)
        if not note:
            say("訂正を始めるには、--note に理由を、--by に氏名を指定してください。")
            return
        progress = take_step(desk, scope, key, "correct", by, now(), note)
    say(f"{progress.steps[-1].told()}。所見を直し、確認の依頼、承認の後、発行すると訂正版になります。")


@reports.command("archive", cls=JapaneseCommand)
def archive_command(
    period: Annotated[str | None, typer.Option(help="対象期間（年度を指定すると、その中の月も）")] = None,
    tenant: Tenant = None,
    kind: Annotated[str, typer.Option(metavar="REPORT", help="報告書の名前")] = "",
    newest: Annotated[bool, typer.Option("--newest", help="訂正前の版を除く")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="ZIP に収める（元データとハッシュの一覧も）")] = None,
) -> None:
    """発行済みの文書を探す。"""
    from exports.archive import Search, archive_zip, search
    from warehouse.period import Period

    with staffed_desk() as (desk, scope):
        wanted = Search(Period.parse(period) if period else None, tenant or "", kind, newest)
        found = search(desk, scope, wanted)
        _say_issues(found)
        if out is not None:
            content = archive_zip(desk, scope, found)
            out.write_bytes(content)
            say(f"{out}（{len(content):,}バイト）に収めました。中の SHA256SUMS.txt で確かめられます。")


def _keys(desk: Desk, scope: Scope, report: str, period: str, tenant: str | None, all_tenants: bool
          ) -> list[DocumentKey]:
    return keys_of_all(desk, scope, report, period) if all_tenants else [document_key(report, period, tenant, scope)]


def _print_changes(found: tuple[Change, ...]) -> None:
    say(f"発行済みの版からの変更は {len(found):,}か所です。")
    if found:
        print_table(["箇所", "項目", "訂正前", "訂正後"],
                    [[one.place, one.item, one.old, one.new] for one in found[:_SHOWN_CHANGES]])
    if len(found) > _SHOWN_CHANGES:
        say(f"ほか {len(found) - _SHOWN_CHANGES:,}か所。訂正版の別紙「訂正一覧」にすべて載ります。")


def _say_texts(desk: Desk, scope: Scope, key: DocumentKey) -> None:
    for place, texts in desk.commentary.texts(scope, key).items():
        if texts.newest:
            say(f"所見 {place} 第{texts.newest.version}版（{texts.newest.author}）: {texts.newest.text}")
        for entry in texts.aside:
            say(f"  まとめる必要のある文 第{entry.version}版（{entry.author}）: {entry.text}")


def _say_places(desk: Desk, scope: Scope, key: DocumentKey) -> None:
    from exports.signing import drafts_of

    texts, proposals = desk.commentary.texts(scope, key), desk.commentary.proposals(scope, key)
    with desk.open_reader(None) as reader:
        drafts = drafts_of(desk, scope, key, reader, now())
    if not drafts:
        say("この報告書に所見を書く箇所はありません。")
    for place, drafted in drafts.items():
        say(f"■ {place.id}（{place.heading}）")
        written = texts.get(place.id)
        if written and written.newest:
            say(f"第{written.newest.version}版（{written.newest.author}）:\n{written.newest.text}")
        elif place.id in proposals:
            say(f"前期の文（{proposals[place.id].author}）:\n{proposals[place.id].text}")
        say(drafted)


def _say_issues(issues: list[Issue]) -> None:
    if not issues:
        say("発行済みの文書はありません。")
        return
    print_table(
        ["発行番号", "題名", "団体", "版", "文書番号", "提出年月日", "発行者", "データ版", "訂正の理由"],
        [[one.number, one.title, one.key.tenant or "－", one.version, one.document_number, str(one.issued_on),
          one.issued_by, one.snapshot, one.reason or "－"] for one in issues])
