"""Which page answers a link, and what stands on the screen when no page can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboards import urls
from dashboards.components import picker, states
from dashboards.components.header import PRODUCT, NavItem, data_state, navigation
from dashboards.components.link import page_link
from dashboards.data import Data, FrameCache, latest_month
from dashboards.errors import record_failure
from dashboards.gate import NotAllowed, TenantNotChosen, enter, may_open
from dashboards.pages import (
    catalogue,
    data_quality,
    lines,
    load,
    overview,
    proof,
    reports,
    security,
    service_level,
    tenant,
    tenants,
    tickets,
)
from dashboards.pages.base import Page
from dashboards.view import View
from exports.shelf import Shelf
from warehouse.errors import MiharashiError, NoSnapshot
from warehouse.japanese import era_date
from warehouse.period import DayRange, Period
from warehouse.reading import FrameReader
from warehouse.scope import Scope

PAGES: tuple[Page, ...] = (
    overview.PAGE, tenants.PAGE, tenant.PAGE, lines.PAGE, load.PAGE, tickets.PAGE, security.PAGE, service_level.PAGE,
    data_quality.PAGE, catalogue.PAGE, reports.PAGE,
    proof.PAGE,
)


_OF_DAYS = ("日の範囲を表示しています。指標と判定は月・四半期・半期・年度を単位に算定するため、"
            "ここでは日ごとの値から求められるものだけを示します。")


@dataclass(frozen=True)
class Sources:
    """What the app gets from outside: how to open data, whose request it is, what time it is."""

    open_reader: Callable[[], FrameReader]
    scope_for_request: Callable[[], Scope]
    clock: Callable[[], datetime]
    cache: FrameCache
    shelf: Shelf | None = None


@dataclass(frozen=True)
class Screen:
    """All that changes with a link."""

    title: str
    announcement: str
    """What a screen reader says when the screen has changed."""
    navigation: Component
    data_state: Component
    content: Sequence[Component]
    lasting: bool = False
    """Whether the same link gives the same screen as long as the snapshot is published, all day."""


def page_at(path: str) -> Page | None:
    return next((page for page in PAGES if page.path == path), None)


def page_named(name: str) -> Page | None:
    return next((page for page in PAGES if page.name == name), None)


def screen(choice: urls.Choice, sources: Sources) -> Screen:
    """The whole answer to a link; whatever goes wrong, it is a card and never a blank page."""
    now = sources.clock()
    try:
        return _answer(choice, sources, now)
    except Exception:  # noqa: BLE001 - last resort, logged with its number
        card = states.failed(record_failure(f"page {choice.path}", now), heading=1)
        return _bare("表示エラー", card)


def _answer(choice: urls.Choice, sources: Sources, now: datetime) -> Screen:
    page = page_at(choice.path)
    if page is None:
        return _bare("ページが見つかりません", not_found(), _nav(None, sources.scope_for_request(), choice))
    try:
        scope = sources.scope_for_request()
        if not may_open(page, scope):
            return _denied(scope, choice)
        reader = sources.open_reader()
    except NoSnapshot:
        return _bare(
            "未取込",
            states.not_loaded("公開済みのデータがありません", "なし", heading=1),
        )
    return _with_data(page, choice, Data(reader, scope, sources.cache), now, sources.shelf)


def _with_data(page: Page, choice: urls.Choice, data: Data, now: datetime, shelf: Shelf | None) -> Screen:
    snapshot, scope, lasting = data.reader.snapshot, data.scope, False
    whole = View(data, latest_month(snapshot.data_as_of, now.date()), None, now, shelf=shelf)
    try:
        view = enter(page, choice, data, now, shelf)
        name = _name(page, view)
        title = f"{name} {view.period.label_ja}" if page.of_period else name
        content = _page(page, view)
        shown = view.is_loaded() or not page.of_period
        announcement = f"{title}を表示しました。" if shown else f"{title}は未取込です。"
        lasting = page.lasting and not view.troubles
    except TenantNotChosen as stop:
        title, content = page.label, [_heading(page, stop.view), *_tenant_list(page, stop.view)]
        announcement = "接続団体を選んでください。"
    except NotAllowed:
        return _denied(scope, choice)
    except MiharashiError as error:
        title, content = (
            error.title,
            [*([_picker(page, whole)] if page.of_period else []),
             states.notice(error, urls.href(page.path), "最新の月を表示" if page.of_period else "一覧を表示")],
        )
        announcement = f"{title}。"
    nav = _nav(page, scope, choice)
    return Screen(f"{title}｜{PRODUCT}", announcement, nav, data_state(snapshot), content, lasting)


def _denied(scope: Scope, choice: urls.Choice) -> Screen:
    return _bare("閲覧権限なし", states.not_allowed(), _nav(None, scope, choice))


def _page(page: Page, view: View) -> list[Component]:
    head = [_heading(page, view)]
    if not page.of_period:
        return [*head, *page.render(view)]
    if not view.is_loaded():
        return [*head, states.not_loaded(f"{view.period.label_ja}のデータ", _loaded_until(view))]
    if view.is_partial():
        text = f"{view.period.label_ja}は期間の途中です。{_loaded_until(view)}のデータで表示しています。"
        head.append(html.P(text, className="banner", role="status"))
    if page.render_days and isinstance(view.period, DayRange):
        return [*head, html.P(_OF_DAYS, className="reading"), *page.render_days(view)]
    return [*head, *page.render(view)]


def _loaded_until(view: View) -> str:
    loaded = view.last_loaded_day()
    return f"{era_date(loaded)}まで" if loaded else "なし"


def _heading(page: Page, view: View) -> Component:
    """The page's title, what it is about, and the pickers."""
    name, subtitle = _name(page, view), view.period.label_ja if page.of_period else ""
    if page.of_tenant and view.tenant:
        own = next((row for row in view.tenants() if row["tenant_code"] == view.tenant), None)
        name = str(own["name"]) if own else "接続団体"
        subtitle += _about(own) if own else ""
    return html.Div(
        [
            html.Div(
                [html.H1([name, html.Span(subtitle, className="title-period")], id="page-title", tabIndex=-1)],
                className="title",
            ),
            *([_picker(page, view)] if page.of_period else []),
        ],
        className="page-head",
    )


def _name(page: Page, view: View) -> str:
    """What the page is called; with the body that it was narrowed to."""
    name = page.title(view) if page.title else page.label
    return f"{name}（{view.tenant_name()}）" if page.narrows and view.tenant else name


def _about(body: dict[str, object]) -> str:
    users, terminals = body.get("users"), body.get("terminals")
    parts = [str(body["kind_name"])]
    parts += [f"利用者{users:,.0f}人"] if isinstance(users, (int, float)) else []
    parts += [f"端末{terminals:,.0f}台"] if isinstance(terminals, (int, float)) else []
    return f"　{'・'.join(parts)}"


def _picker(page: Page, view: View) -> Component:
    last = max(view.latest(), _loaded_month(view), key=lambda month: month.index)
    selects = picker.kept(view.subject)
    if page.of_tenant:
        selects.append(picker.select("tenant", "接続団体", view.tenants_to_choose(), view.tenant))
    if page.narrows and (view.reach or len(view.scope.tenant_codes) > 1):
        everyone = ("", picker.EVERYONE)
        selects.append(picker.select("tenant", "接続団体", [everyone, *view.tenants_to_choose()], view.tenant or ""))
    if page.chooses:
        chosen = view.entity.code if view.entity else None
        selects.append(picker.select(page.chooses.kind, page.chooses.label, page.chooses.options(view), chosen))
    periods = view.data.periods()
    kind = "month" if view.period.kind == "days" else view.period.kind
    begin = min((period.index for period in periods if period.kind == kind), default=last.index)
    groups = picker.grouped_options(periods, view.period)
    selects.append(picker.grouped_select("period", "対象期間", groups, str(view.period)))

    def link(period: Period) -> str:
        return urls.href(page.path, period, view.tenant, view.subject, view.entity)

    pickers = [picker.picker(page.path, selects, picker.steps(link, view.period, begin, last.index))]
    if page.render_days:
        chosen_entity = {view.entity.kind: view.entity.code} if view.entity else {}
        pickers.append(picker.day_range(page.path, {"tenant": view.tenant, **chosen_entity}, view.period))
    return html.Div(pickers, className="pickers")


def _loaded_month(view: View) -> Period:
    loaded = view.last_loaded_day()
    return Period.month_of(loaded) if loaded else view.latest()


def _tenant_list(page: Page, view: View) -> list[Component]:
    links = [
        html.Li(page_link(str(row["name"]), urls.href(page.path, view.period, str(row["tenant_code"]))))
        for row in view.tenants()
    ]
    if not links:
        return [states.no_data("接続団体", "この期間に登録されている接続団体はありません。")]
    title = html.H2("表示する接続団体を選んでください", className="section-title")
    return [html.Section([title, html.Ul(links, className="tenant-list")])]


def not_found() -> Component:
    """The 404 card."""
    error = MiharashiError(
        "ページが見つかりません",
        "お探しの画面はありません。リンクの書き間違いか、画面の移動が考えられます。",
        "上のメニューから画面を選んでください。",
    )
    return states.notice(error, urls.OVERVIEW, "概況を開く")


def _bare(title: str, card: Component, nav: Component | None = None) -> Screen:
    return Screen(f"{title}｜{PRODUCT}", f"{title}。", nav or navigation([]), html.Div(), [card])


def _nav(current: Page | None, scope: Scope, choice: urls.Choice) -> Component:
    """Links to the pages this scope may open; they keep a readable period, and a body that it may see."""
    period = _readable(choice.period)
    tenant = choice.tenant if choice.tenant in scope.tenant_codes else None
    allowed = [page for page in PAGES if may_open(page, scope) and page.in_menu]
    return navigation(
        [
            NavItem(
                page.label,
                urls.href(page.path, _of_page(page, period), tenant if page.takes_tenant else None),
                page is current,
            )
            for page in allowed
        ]
    )


def _readable(text: str | None) -> Period | None:
    try:
        return urls.read_period(text) if text else None
    except MiharashiError:
        return None


def _of_page(page: Page, period: Period | None) -> Period | None:
    """What a page makes of the period of another one: of a range of days, where it shows none, the last day's month."""
    return Period.month_of(period.end) if isinstance(period, DayRange) and page.render_days is None else period
