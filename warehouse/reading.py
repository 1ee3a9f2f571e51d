"""What screens and documents need of a reader: the one shape that the real one and a test's stand-in share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from warehouse.scope import Scope


class SnapshotFacts(Protocol):
    """What is printed of a snapshot.  Times are naive JST."""

    @property
    def number(self) -> int: ...
    @property
    def published_at(self) -> datetime: ...
    @property
    def data_as_of(self) -> datetime | None: ...


class FrameReader(Protocol):
    """Answers named queries under a scope (see :class:`warehouse.reader.Reader`)."""

    @property
    def snapshot(self) -> SnapshotFacts: ...
    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame: ...
