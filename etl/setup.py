"""Today's configuration, read and checked, and the builds that use it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from etl.arrivals import plans_of
from etl.feed import Feed, read_feeds
from warehouse.arrivals import FeedPlan
from warehouse.build import Progress, WarehouseBuild
from warehouse.dimensions import config_hash
from warehouse.folder import DataFolder
from warehouse.kpi import KpiCatalogue
from warehouse.registry import Registry


@dataclass(frozen=True)
class Setup:
    """A configuration folder as it is now; ``digest`` is that of everything which shapes the numbers."""

    registry: Registry
    kpis: KpiCatalogue
    feeds: dict[str, Feed]
    plans: tuple[FeedPlan, ...]
    digest: str

    @classmethod
    def read(cls, config: Path) -> Setup:
        """Raises :class:`warehouse.errors.MiharashiError` when anything in the folder is wrong."""
        return _read(config, config_hash(config))

    def build(self, folder: DataFolder, progress: Progress, *, anew: bool = False) -> WarehouseBuild:
        """A new snapshot in the making; use under the writer lock."""
        return WarehouseBuild(folder, self.registry, self.kpis, self.digest, progress, anew=anew, plans=self.plans)


@lru_cache(maxsize=4)
def _read(config: Path, digest: str) -> Setup:
    """Read and checked once for all that ask while the files are the same."""
    registry, kpis, feeds = Registry.read(config), KpiCatalogue.read(config), read_feeds(config)
    return Setup(registry, kpis, feeds, tuple(plans_of(feeds.values(), registry)), digest)
