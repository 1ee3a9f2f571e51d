"""Address ranges: whose an IPv4 or IPv6 address was on a day, by the longest prefix."""

from __future__ import annotations

import ipaddress
import socket
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.dimensions import Row, Validity

NOBODY = -1
"""Stands for the place of a code where no range held an address."""

Integers = npt.NDArray[np.int64]
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_DOTTED = rf"^{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}$"
_WEIGHTS = np.array([1 << 24, 1 << 16, 1 << 8, 1], dtype=np.int64)


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


def dotted(texts: pa.StringArray) -> tuple[Integers, Integers]:
    """Which texts are IPv4 addresses in plain dotted form (their places), and these addresses as whole numbers."""
    places = np.flatnonzero(pc.match_substring_regex(texts, _DOTTED).fill_null(False).to_numpy(zero_copy_only=False))
    octets = pc.split_pattern(texts.take(pa.array(places)), ".").flatten().cast(pa.int64())
    return places, octets.to_numpy().reshape(-1, 4) @ _WEIGHTS


class AddressRanges:
    """Prefixes and whose they are when.  A look-up is one access for every length in use.

    ``codes``: whose there are at all; ``changes``: the days on which a range began, or had ended the day before,
    ascending.  Between two of them nothing changes.
    """

    def __init__(self, rows: list[Row], key: str) -> None:
        self.codes = sorted({str(row[key]) for row in rows})
        place = {code: number for number, code in enumerate(self.codes)}
        found: dict[int, dict[int, dict[int, list[tuple[Validity, int]]]]] = {4: {}, 6: {}}
        for row in rows:
            network = _plain(ipaddress.ip_network(str(row["prefix"])))
            shift = network.max_prefixlen - network.prefixlen
            level = found[network.version].setdefault(shift, {})
            level.setdefault(int(network.network_address) >> shift, []).append((Validity.of(row), place[str(row[key])]))
        self._levels = {version: sorted(levels.items()) for version, levels in found.items()}
        periods = [Validity.of(row) for row in rows]
        ends = [period.end + timedelta(days=1) for period in periods if period.end < date.max]
        self.changes = sorted({*(period.start for period in periods), *ends})

    def holder(self, address: _Address, day: date) -> int:
        """The place in ``codes`` of the one whose longest prefix held the address on ``day``; :data:`NOBODY`."""
        bits = int(address)
        for shift, prefixes in self._levels[address.version]:
            place = _holding(prefixes.get(bits >> shift, []), day)
            if place != NOBODY:
                return place
        return NOBODY

    def holders(self, addresses: Integers, day: date) -> Integers:
        """As :meth:`holder`, for many IPv4 addresses given as whole numbers."""
        found = np.full(len(addresses), NOBODY, dtype=np.int64)
        for shift, prefixes in self._levels[4]:
            held = sorted((bits, place) for bits, holders in prefixes.items()
                          if (place := _holding(holders, day)) != NOBODY)
            if not held:
                continue
            starts, places = np.array(held, dtype=np.int64).T
            still = np.flatnonzero(found == NOBODY)
            bits = addresses[still] >> shift
            nearest = np.minimum(np.searchsorted(starts, bits), len(starts) - 1)
            found[still] = np.where(starts[nearest] == bits, places[nearest], NOBODY)
        return found


def _holding(holders: list[tuple[Validity, int]], day: date) -> int:
    return next((place for validity, place in holders if validity.holds(day)), NOBODY)


def _plain(network: _Network) -> _Network:
    """A prefix of IPv4 addresses written as IPv6 (``::ffff:10.0.0.0/104``) is the prefix of these IPv4 addresses."""
    if network.version == 6 and network.prefixlen >= _MAPPED.prefixlen and network.subnet_of(_MAPPED):
        address = int(network.network_address) & 0xFFFF_FFFF
        return ipaddress.IPv4Network((address, network.prefixlen - _MAPPED.prefixlen))
    return network
