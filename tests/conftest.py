"""One small demo warehouse for the whole test session: three months, three bodies, every planted defect of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

import demo
from tests.support import CONFIG, FOLDERS, all_models_again, load, of_no_period, only_models
from warehouse import build, models
from warehouse.reader import Reader, open_current

settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")  # the same examples for the same code; elsewhere new ones every time

BUILDERS = ((build.ModelBuilder, "build"), (build, "write_catalogue"), (build, "write_freshness"),
            (build, "run_checks"))
WHOLE = {name: getattr(owner, name) for owner, name in BUILDERS}


@pytest.fixture(autouse=True, scope="module")
def built_marts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Which marts the loads of a module build, for they take longer than all the rest of a small load.

    Tests of the loader look at rows, rejects and the ledger and build none (one that looks at marts uses the fixture
    ``few_marts``).  Modules with ``pytestmark = pytest.mark.few_marts`` build none of reporting periods, others all.
    """
    with pytest.MonkeyPatch.context() as patched:
        if request.node.get_closest_marker("few_marts"):
            with only_models(tmp_path_factory.mktemp("few"), of_no_period()):
                yield
            return
        for owner, name in BUILDERS if request.path.parent.name == "etl" else ():
            patched.setattr(owner, name, lambda *_, **__: set())
        yield


@pytest.fixture
def few_marts(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Lets the loads of a single test of the loader build marts."""
    for owner, name in BUILDERS:
        monkeypatch.setattr(owner, name, WHOLE[name])
    with only_models(tmp_path_factory.mktemp("few"), of_no_period()):
        yield


@pytest.fixture
def every_mart() -> Iterator[None]:
    """Lets the loads of a single test build all marts in a module of few."""
    with all_models_again():
        yield


DEMO_FROM, DEMO_TO = "2026-08", "2026-10"


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with ``inbox/`` and a published snapshot of it; read only (copy it to change it)."""
    assert FOLDERS[0] == models.FOLDER, "a module of few marts may not be the first to ask"
    data = tmp_path_factory.mktemp("demo") / "data"
    demo.generate(data / "inbox", CONFIG, DEMO_FROM, DEMO_TO, seed=9, scale=0.3, tenants=3)
    result = load(data, data / "inbox")
    assert not result.failed and result.snapshot is not None
    return data


@pytest.fixture(scope="session")
def origin(demo_data: Path) -> Iterator[str]:
    """The address of the real server on the demo's data."""
    from bench.pages import server

    with server(demo_data, CONFIG) as served:
        yield served.base


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium; its driver may not outlive the module, for others start their own."""
    from bench.pages import CHROMIUM_FLAGS

    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def demo_reader(demo_data: Path) -> Iterator[Reader]:
    """A reader of the demo's published snapshot."""
    reader = open_current(demo_data)
    yield reader
    reader.close()
