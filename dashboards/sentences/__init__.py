"""One sentence per figure that reads it: the same numbers always give the same words."""

from dashboards.sentences import (
    bodies,
    catalogue,
    counts,
    kpis,
    lines,
    load,
    quality,
    reports,
    security,
    tenant,
    tickets,
    traffic,
)

__all__ = [
    "bodies", "catalogue", "counts", "kpis", "lines", "load", "quality", "reports", "security", "tenant",
    "tickets", "traffic",
]
