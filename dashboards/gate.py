"""From a link and a scope to a view, or a refusal: the one way in, for pages and for downloads alike.

Fails closed: no scope, no view. Refusals say nothing about what exists outside the scope.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dashboards import urls
from dashboards.data import Data, latest_month
from dashboards.errors import UnknownChoice
from dashboards.pages.base import EntityChoice, Page
from dashboards.view import View
from exports.shelf import Shelf
from warehouse.period import DayRange
from warehouse.scope import Scope


class Refused(Exception):
    """The view is not given; the subclass says why."""


class NotAllowed(Refused):
    """The scope does not cover the page or the tenant."""


class TenantNotChosen(Refused):
    """A tenant page without a tenant, and several to choose from. Carries the view without tenant."""

    def __init__(self, view: View) -> None:
        super().__init__("no tenant chosen")
        self.view = view


def may_open(page: Page, scope: Scope) -> bool:
    """Nobody without a tenant; prefecture-wide pages only with prefecture-wide rights."""
    return bool(scope.tenant_codes) and (scope.platform or not page.needs_platform)


def enter(page: Page, choice: urls.Choice, data: Data, now: datetime, shelf: Shelf | None) -> View:
    """The view a link asks for. Raises :class:`Refused`, or a ``MiharashiError`` for an unreadable choice."""
    if not may_open(page, data.scope):
        raise NotAllowed
    latest = latest_month(data.reader.snapshot.data_as_of, now.date())
    period = urls.period_of(choice.period, latest)
    if page.of_period and isinstance(period, DayRange) and page.render_days is None:
        raise _no_days(page, period)
    view = View(data, period, None, now, choice.subject, table=choice.table, shelf=shelf)
    if page.of_tenant:
        return replace(view, tenant=_tenant_of(choice, view))
    if page.narrows and choice.tenant:
        view = _narrowed(choice, view)
    return replace(view, entity=_entity_of(choice, page.chooses, view)) if page.chooses else view


def _no_days(page: Page, days: DayRange) -> UnknownChoice:
    return UnknownChoice(
        "この画面は日の範囲では示せません",
        f"「{page.label}」の指標は、月・四半期・半期・年度を単位に算定します。{days.label_ja}の値はありません。",
        "上の一覧から対象期間を選ぶか、回線と容量、負荷・稼働、セキュリティ等の、日ごとの値のある画面で範囲を指定してください。",
    )


def _narrowed(choice: urls.Choice, view: View) -> View:
    """The view of the one body asked for: from its data no other body's can be reached.

    To whom may see nothing but that body the page is the same without the choice.
    """
    tenant = _tenant_of(choice, view)
    own = view.data.narrowed_to(tenant)
    return view if own.scope == view.scope else replace(view, tenant=tenant, data=own, reach=view.data)


def _entity_of(choice: urls.Choice, chooses: EntityChoice, view: View) -> urls.Entity | None:
    codes = [code for code, _ in chooses.options(view)]
    asked = choice.entity
    if asked is None or asked.kind != chooses.kind:
        return urls.Entity(chooses.kind, codes[0]) if codes else None
    if asked.code not in codes:
        raise UnknownChoice(
            f"{chooses.label}が見つかりません",
            f"「{asked.code}」は、{view.period.label_ja}に登録された{chooses.label}のID（例：{chooses.example}）ではありません。",
            f"上の一覧から{chooses.label}を選び直してください。",
        )
    return asked


def _tenant_of(choice: urls.Choice, view: View) -> str:
    codes = view.scope.tenant_codes
    if choice.tenant is None:
        if len(codes) == 1:
            return next(iter(codes))
        raise TenantNotChosen(view)
    if choice.tenant in codes:
        return choice.tenant
    if view.scope.platform:
        raise _unknown_tenant(choice.tenant)
    raise NotAllowed


def _unknown_tenant(text: str) -> UnknownChoice:
    return UnknownChoice(
        "接続団体が見つかりません",
        f"「{text}」は、登録された接続団体の団体コード（例：242012）ではありません。",
        "上の一覧から接続団体を選び直してください。",
    )
