"""Look-ups in the configuration: which code does a name, an alias or an address stand for, and on which days."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from warehouse.addresses import NOBODY, AddressRanges, address_of
from warehouse.calendar_rules import CalendarRules
from warehouse.dimensions import DIMENSIONS, Row, Validity, read_all

_KEYED = {dimension.name: dimension for dimension in DIMENSIONS}
ADDRESSED = {"tenant": ("address_range", "tenant_code"), "device": ("device_address", "device_id")}
_UNNAMED = {"alias", *(table for table, _ in ADDRESSED.values())}


def normalised(text: str) -> str:
    """The form in which names are compared: NFKC, no white space, no letter case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


class Registry:
    """All configuration tables with their look-ups.  Built once per load; never changed."""

    def __init__(self, tables: Mapping[str, list[Row]], calendar_rules: CalendarRules | None = None) -> None:
        self.tables, self.calendar_rules = tables, calendar_rules or CalendarRules()
        self._codes = {name: self._index(name) for name in _KEYED if name not in _UNNAMED}
        self._validity = {name: self._periods(name) for name in _KEYED if _KEYED[name].validity}
        self._ranges = {name: AddressRanges(tables[table], key) for name, (table, key) in ADDRESSED.items()}

    @classmethod
    def read(cls, config: Path) -> Registry:
        """Read and check ``config``; raises :class:`warehouse.errors.ConfigError`."""
        return cls(read_all(config), CalendarRules.read(config))

    def code(self, dimension: str, text: str) -> str | None:
        """The code that ``text`` names (code, official name or alias), or None when it is not registered."""
        return self._codes[dimension].get(normalised(text))

    def valid(self, dimension: str, code: str, day: date) -> bool:
        """Whether ``code`` is valid on ``day``."""
        return any(period.holds(day) for period in self._validity[dimension].get(code, ()))

    def periods(self, dimension: str, code: str) -> list[Validity]:
        """All validity periods of ``code``; empty when it is not registered."""
        return self._validity[dimension].get(code, [])

    def title(self, dimension: str) -> str:
        """Japanese name of a dimension, for messages."""
        return _KEYED[dimension].title

    def by_address(self, dimension: str, text: str, day: date) -> str | None:
        """Whose range (a tenant's, a device's) held the address on ``day``: the longest prefix that was valid then.

        None when no range did, or when the text is no address.
        """
        address, ranges = address_of(text), self._ranges[dimension]
        place = NOBODY if address is None else ranges.holder(address, day)
        return None if place == NOBODY else ranges.codes[place]

    def ranges(self, dimension: str) -> AddressRanges:
        """The address ranges of a dimension."""
        return self._ranges[dimension]

    def addressed(self, dimension: str) -> bool:
        """Whether codes of the dimension can be found by address."""
        return dimension in self._ranges

    def _index(self, name: str) -> dict[str, str]:
        key = _KEYED[name].key[0]
        index: dict[str, str] = {}
        for row in self.tables[name]:
            code = str(row[key])
            index[normalised(code)] = code
            if "name" in row:
                index.setdefault(normalised(str(row["name"])), code)
        for row in self.tables["alias"]:
            if row["dimension"] == name:
                index.setdefault(normalised(str(row["alias"])), str(row["code"]))
        return index

    def _periods(self, name: str) -> dict[str, list[Validity]]:
        key = _KEYED[name].key[0]
        periods: dict[str, list[Validity]] = defaultdict(list)
        for row in self.tables[name]:
            periods[str(row[key])].append(Validity.of(row))
        return dict(periods)
