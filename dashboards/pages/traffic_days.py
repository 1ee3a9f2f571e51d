"""What the figures of traffic by day say of it, on 概況 and 接続団体 alike."""

from __future__ import annotations

from dashboards import sentences
from dashboards.frames import days_between
from dashboards.pages.base import Dataset
from dashboards.view import View


def told(view: View, dataset: Dataset) -> str:
    """The busiest and the quietest day; of a run of days, which no KPI sums up, its sum beside those before as well."""
    frame = dataset.load(view)
    days = sentences.traffic.daily_traffic(frame, days_between(view.period.start, view.period.end))
    if view.period.kind != "days":
        return days
    comparable = _sum(view, dataset) is not None
    before = [_sum(own, dataset) if comparable else None for own in view.before()]
    return sentences.traffic.total_of_days(frame, before) + days


def _sum(view: View, dataset: Dataset) -> float | None:
    return sentences.traffic.sum_of_days(dataset.load(view), days_between(view.period.start, view.period.end))
