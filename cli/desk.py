"""The desk of this deployment, and who works at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from cli.places import config_folder, data_folder, now
from cli.terminal import errors, say
from warehouse.errors import MiharashiError

if TYPE_CHECKING:
    from exports.desk import Desk, Texts
    from state.documents import DocumentKey
    from warehouse.scope import Scope


def make_desk() -> Desk:
    """The desk over the data folder; the state database is made when there is none."""
    from exports.contract import ContractInfo
    from exports.desk import Desk
    from state.database import StateDatabase
    from warehouse.folder import DataFolder
    from warehouse.issued import documents_to_look_at
    from warehouse.reader import open_current, open_generation

    data = data_folder()
    folder = DataFolder(data)
    return Desk.of(folder.out, folder.issued, ContractInfo.from_toml(config_folder() / "contract.toml"),
                   StateDatabase.open(data, now()),
                   lambda number: open_current(data) if number is None else open_generation(data, number),
                   lambda: documents_to_look_at(data))


@contextmanager
def staffed_desk() -> Iterator[tuple[Desk, Scope]]:
    """The desk and what whoever sits at the keyboard may see.

    Before sign-in exists this is the prefecture's staff; names are told by ``--by``.
    """
    from warehouse.reader import open_current

    with open_current(data_folder()) as reader:
        scope = reader.whole_scope()
    yield make_desk(), scope


def document_key(report: str, period: str, tenant: str | None, scope: Scope) -> DocumentKey:
    """The document that three arguments name.

    Raises :class:`MiharashiError` for a report, a period or a body that there is not.
    """
    from exports.errors import PeriodKindError
    from exports.template import load_template
    from state.documents import DocumentKey
    from warehouse.period import Period

    spec, parsed = load_template(report).spec, Period.parse(period)
    if parsed.kind != spec.period_kind:
        raise PeriodKindError(spec.title, str(parsed), spec.period_kind)
    if spec.audience == "tenant" and tenant is None:
        raise MiharashiError("接続団体の指定がありません", f"「{spec.title}」は接続団体ごとの文書です。",
                             "--tenant に団体のコードを指定してください（例: 242012）。")
    if spec.audience == "prefecture" and tenant is not None:
        raise MiharashiError("接続団体は指定できません", f"「{spec.title}」は本県向けの文書です。",
                             "--tenant を外してください。")
    if tenant is not None and tenant not in scope.tenant_codes:
        raise unknown_tenant(tenant)
    return DocumentKey(report, str(parsed), tenant or "")


def keys_of_all(desk: Desk, scope: Scope, report: str, period: str) -> list[DocumentKey]:
    """The document of every body that has one for the period."""
    from exports.packs import members_of
    from warehouse.period import Period

    with desk.open_reader(None) as reader:
        due, _ = members_of(reader, scope, Period.parse(period))
    return [document_key(report, period, member.code, scope) for member in due]


def each(keys: Sequence[DocumentKey], act: Callable[[DocumentKey], None]) -> None:
    """Do it for every document: one that fails does not stop the others, and is told; exit 1 in the end."""
    failed = 0
    for key in keys:
        try:
            act(key)
        except MiharashiError as error:
            if len(keys) == 1:
                raise
            failed += 1
            errors.print(f"失敗　{key.tenant}　{error.title}: {error.message}", highlight=False, soft_wrap=True)
    if len(keys) > 1:
        say(f"{len(keys)}団体: 完了 {len(keys) - failed}、失敗 {failed}")
    if failed:
        raise typer.Exit(1)


def refuse_issued(report: str, period: str, scope: Scope) -> None:
    """Drafts of a whole set may not take the place of issued documents.

    Raises :class:`exports.issue.AlreadyIssued`.
    """
    from exports.issue import AlreadyIssued
    from state.database import state_exists

    issued = make_desk().register.issues(scope) if state_exists(data_folder()) else []
    for entry in issued:
        if (entry.key.report, entry.key.period) == (report, period):
            raise AlreadyIssued(entry)


def written_texts(report: str, period: str, scope: Scope, tenants: Sequence[str]) -> dict[str, Texts]:
    """What staff wrote for each body's document of a set, by the body's code."""
    from state.database import state_exists
    from state.documents import DocumentKey

    if not state_exists(data_folder()):
        return {}
    desk = make_desk()
    return {tenant: desk.texts(scope, DocumentKey(report, period, tenant)) for tenant in tenants}


def unknown_tenant(tenant: str) -> MiharashiError:
    return MiharashiError(
        "接続団体のコードが違います", f"「{tenant}」は登録されていません。",
        "config/tenants.csv にあるコードを指定してください（例: 242012 津市）。")
