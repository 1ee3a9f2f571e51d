"""Look-ups in the configuration: which code does a name, an alias or an address stand for, and on which days."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.dimensions import DIMENSIONS, Row, read_all, validity_of

_KEYED = {dimension.name: dimension for dimension in DIMENSIONS}
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def normalised(text: str) -> str:
    """The form in which names are compared: NFKC, no white space, no letter case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True)
class Validity:
    """An inclusive run of days in which a code is valid."""

    start: date
    end: date

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


class Registry:
    """All configuration tables with their look-ups.  Built once per load; never changed."""

    def __init__(self, tables: Mapping[str, list[Row]]) -> None:
        self.tables = tables
        self._codes = {name: self._index(name) for name in _KEYED if name not in {"alias", "address_range"}}
        self._validity = {name: self._periods(name) for name in _KEYED if _KEYED[name].validity}
        self._networks = self._network_levels()

    @classmethod
    def read(cls, config: Path) -> Registry:
        """Read and check ``config``; raises :class:`warehouse.errors.ConfigError`."""
        return cls(read_all(config))

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

    def tenant_by_address(self, text: str, day: date) -> str | None:
        """Tenant whose range held the address on ``day`` by longest prefix (IPv4 and IPv6); None when no range did."""
        try:
            address = ipaddress.ip_address(text.strip())
        except ValueError:
            return None
        for prefix_length, networks in self._networks[address.version]:
            network = ipaddress.ip_network((address, prefix_length), strict=False)
            for validity, code in networks.get(network, ()):
                if validity.holds(day):
                    return code
        return None

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
            periods[str(row[key])].append(_validity(row))
        return dict(periods)

    def _network_levels(self) -> dict[int, list[tuple[int, dict[_Network, list[tuple[Validity, str]]]]]]:
        """By version: the prefix lengths, longest first, with their networks and whose they are when."""
        levels: dict[int, dict[int, dict[_Network, list[tuple[Validity, str]]]]] = {4: {}, 6: {}}
        for row in self.tables["address_range"]:
            network = ipaddress.ip_network(str(row["prefix"]))
            owners = levels[network.version].setdefault(network.prefixlen, {}).setdefault(network, [])
            owners.append((_validity(row), str(row["tenant_code"])))
        return {version: sorted(found.items(), key=lambda level: -level[0]) for version, found in levels.items()}


def _validity(row: Row) -> Validity:
    return Validity(*validity_of(row))
