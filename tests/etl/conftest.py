"""Tests of the loader look at rows, rejects and the ledger: they build no marts, which takes longer than all the rest.

A module whose tests look at marts as well, or at what depends on them, says ``pytestmark = pytest.mark.marts``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def rows_without_marts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leaves the marts out of the loads of a module without the mark."""
    with pytest.MonkeyPatch.context() as patched:
        if request.node.get_closest_marker("marts") is None:
            patched.setattr("warehouse.build.ModelBuilder.build", lambda *_, **__: None)
            patched.setattr("warehouse.build.write_catalogue", lambda _: None)
            patched.setattr("warehouse.build.write_freshness", lambda _: None)
            patched.setattr("warehouse.build.run_checks", lambda _: 0)
        yield
