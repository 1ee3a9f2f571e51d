"""Look-ups in the configuration: which code does a name, an alias or an address stand for, and on which days."""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from warehouse.calendar_rules import CalendarRules
from warehouse.dimensions import DIMENSIONS, Row, read_all, validity_of

_KEYED = {dimension.name: dimension for dimension in DIMENSIONS}
ADDRESSED = {"tenant": ("address_range", "tenant_code"), "device": ("device_address", "device_id")}
_UNNAMED = {"alias", *(table for table, _ in ADDRESSED.values())}
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def normalised(text: str) -> str:
    """The form in which names are compared: NFKC, no white space, no letter case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def address_of(text: str) -> _Address | None:
    """The address that a text writes; IPv4 within IPv6 (``::ffff:10.0.0.1``) is that IPv4 address, other texts None."""
    try:
        return ipaddress.IPv4Address(socket.inet_pton(socket.AF_INET, text))  # as strict, and several times as fast
    except (OSError, ValueError):
        pass
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if address.version == 6 else address


@dataclass(frozen=True)
class Validity:
    """An inclusive run of days in which a code is valid."""

    start: date
    end: date

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


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
        address = address_of(text)
        return None if address is None else self._ranges[dimension].holder(address, day)

    def address_changes(self, dimension: str) -> list[date]:
        """The days on which a range began, or had ended the day before, ascending: between them nothing changes."""
        return self._ranges[dimension].changes

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
            periods[str(row[key])].append(_validity(row))
        return dict(periods)


class AddressRanges:
    """Prefixes and whose they are when.  A look-up is one dictionary access for every length in use."""

    def __init__(self, rows: list[Row], key: str) -> None:
        found: dict[int, dict[int, dict[int, list[tuple[Validity, str]]]]] = {4: {}, 6: {}}
        for row in rows:
            network = _plain(ipaddress.ip_network(str(row["prefix"])))
            shift = network.max_prefixlen - network.prefixlen
            level = found[network.version].setdefault(shift, {})
            level.setdefault(int(network.network_address) >> shift, []).append((_validity(row), str(row[key])))
        self._levels = {version: sorted(levels.items()) for version, levels in found.items()}
        periods = [_validity(row) for row in rows]
        ends = [period.end + timedelta(days=1) for period in periods if period.end < date.max]
        self.changes = sorted({*(period.start for period in periods), *ends})

    def holder(self, address: _Address, day: date) -> str | None:
        """The code whose longest prefix held the address on ``day``."""
        bits = int(address)
        for shift, prefixes in self._levels[address.version]:
            for validity, code in prefixes.get(bits >> shift, ()):
                if validity.holds(day):
                    return code
        return None


def _plain(network: _Network) -> _Network:
    """A prefix of IPv4 addresses written as IPv6 (``::ffff:10.0.0.0/104``) is the prefix of these IPv4 addresses."""
    if network.version == 6 and network.prefixlen >= _MAPPED.prefixlen and network.subnet_of(_MAPPED):
        address = int(network.network_address) & 0xFFFF_FFFF
        return ipaddress.IPv4Network((address, network.prefixlen - _MAPPED.prefixlen))
    return network


def _validity(row: Row) -> Validity:
    return Validity(*validity_of(row))
