"""One sentence per figure that reads it: the same numbers always give the same words."""

from dashboards.sentences import bodies, counts, kpis, lines, load, quality, reports, security, traffic

__all__ = ["bodies", "counts", "kpis", "lines", "load", "quality", "reports", "security", "traffic"]
