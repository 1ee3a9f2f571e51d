"""How the text calls the period of a report and the periods that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.period import Kind, Period


@dataclass(frozen=True)
class PeriodWords:
    """``last_year`` is None where the period before is that of last year."""

    span: str
    previous: str
    last_year: str | None


_WORDS: dict[Kind, PeriodWords] = {
    "month": PeriodWords("対象月", "前月", "前年同月"),
    "quarter": PeriodWords("対象四半期", "前四半期", "前年同期"),
    "half": PeriodWords("対象半期", "前半期", "前年同期"),
    "year": PeriodWords("対象年度", "前年度", None),
}


def words_for(period: Period) -> PeriodWords:
    """The words for the kind of the period."""
    return _WORDS[period.kind]
