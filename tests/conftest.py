"""One small demo warehouse for the whole test session: three months, three bodies, every planted defect of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import demo
from tests.support import CONFIG, load
from warehouse.reader import Reader, open_current

settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")  # the same examples for the same code; elsewhere new ones every time

DEMO_FROM, DEMO_TO = "2026-08", "2026-10"


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with ``inbox/`` and a published snapshot of it; read only (copy it to change it)."""
    data = tmp_path_factory.mktemp("demo") / "data"
    demo.generate(data / "inbox", CONFIG, DEMO_FROM, DEMO_TO, seed=9, scale=0.3, tenants=3)
    result = load(data, data / "inbox")
    assert not result.failed and result.snapshot is not None
    return data


@pytest.fixture(scope="session")
def demo_reader(demo_data: Path) -> Iterator[Reader]:
    """A reader of the demo's published snapshot."""
    reader = open_current(demo_data)
    yield reader
    reader.close()
