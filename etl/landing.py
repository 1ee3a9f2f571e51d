"""Landing many loads at once with the result of landing them one after the other.

What one load takes from another is counted when it lands.  Loads may land together when none of them touches what
another holds, or when they did land together the first time.
"""

from __future__ import annotations

from etl.run import Run, land
from warehouse.staging import StagedLoad, share_keys

_MOST_ROWS = 5_000_000
_MOST_LOADS = 200


class Landings:
    """The loads of a run that wait to land; ``gather`` is called after each group that landed together once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: list[StagedLoad] = []

    def gather(self) -> None:
        """Take what the run staged since the last time; what it would touch lands before it."""
        fresh = list(self._run.staged)
        self._run.staged.clear()
        if any(self._touches(one, other) for one in fresh for other in self._waiting) or self._share_keys(fresh):
            self.finish()
        self._waiting += fresh
        if len(self._waiting) > _MOST_LOADS or sum(load.rows for load in self._waiting) > _MOST_ROWS:
            self.finish()

    def finish(self) -> None:
        """Land everything that waits."""
        held = list(self._run.staged)
        self._run.staged[:] = self._waiting
        self._waiting = []
        land(self._run)
        self._run.staged[:] = held

    @staticmethod
    def _touches(one: StagedLoad, other: StagedLoad) -> bool:
        """Whether samples of one feed overlap in time."""
        if one.table is not other.table or one.table.replaces != "span" or one.feed != other.feed:
            return False
        if one.first is None or one.last is None or other.first is None or other.last is None:
            return False
        return one.first <= other.last and other.first <= one.last

    def _share_keys(self, fresh: list[StagedLoad]) -> bool:
        """Whether a record stands in a fresh load and in one that waits."""
        for table in {load.table.name for load in fresh if load.table.replaces == "key"}:
            new = [load for load in fresh if load.table.name == table and load.rows]
            old = [load for load in self._waiting if load.table.name == table and load.rows]
            if new and old and share_keys(self._run.build.connection, new, old):
                return True
        return False
