"""Links hold choices; unreadable ones are refused with a Japanese reason, not guessed."""

from __future__ import annotations

import pytest

from dashboards import urls
from warehouse.errors import PeriodError
from warehouse.period import Period

LATEST = Period.parse("2026-10")


@pytest.mark.parametrize(
    ("path", "search", "choice"),
    [
        ("/", "", urls.Choice("/", None, None)),
        (None, None, urls.Choice("/", None, None)),
        ("/tenant/", "?tenant=242012&period=2026-10", urls.Choice("/tenant", "2026-10", "242012")),
        ("/tenant", "?tenant=&period=", urls.Choice("/tenant", None, None)),
        ("/", "?period=2026-10&unknown=1", urls.Choice("/", "2026-10", None)),
        ("/", "?period=" + "9" * 500, urls.Choice("/", "9" * 40, None)),
    ],
)
def test_a_link_is_read(path: str | None, search: str | None, choice: urls.Choice) -> None:
    assert urls.parse(path, search) == choice


def test_a_link_comes_back_as_it_went() -> None:
    link = urls.href("/tenant", LATEST, "242012")
    assert link == "/tenant?tenant=242012&period=2026-10"
    path, _, query = link.partition("?")
    assert urls.parse(path, "?" + query) == urls.Choice("/tenant", "2026-10", "242012")


def test_without_a_period_the_latest_month_is_meant() -> None:
    assert urls.period_of(None, LATEST) == LATEST


def test_an_unreadable_period_is_an_error() -> None:
    with pytest.raises(PeriodError):
        urls.period_of("2026-13", LATEST)
