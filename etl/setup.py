"""Today's configuration, read and checked, and the builds that use it."""

from __future__ import annotations

from dataclasses import dataclass
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
        registry, kpis, feeds = Registry.read(config), KpiCatalogue.read(config), read_feeds(config)
        return cls(registry, kpis, feeds, tuple(plans_of(feeds.values(), registry)), config_hash(config))

    def build(self, folder: DataFolder, progress: Progress, *, anew: bool = False) -> WarehouseBuild:
        """A new snapshot in the making; use under the writer lock."""
        return WarehouseBuild(folder, self.registry, self.kpis, self.digest, progress, anew=anew, plans=self.plans)
