"""Addresses lead to whoever's longest prefix held them on the day: as the ipaddress module says by brute force."""

from __future__ import annotations

import ipaddress
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import CONFIG, copy_config, load, rows, write
from warehouse.addresses import NOBODY, AddressRanges, address_of, dotted
from warehouse.dimensions import Row
from warehouse.registry import Registry

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 40).map(lambda days: FIRST + timedelta(days=days))
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network(version: int) -> st.SearchStrategy[Network]:
    """Prefixes of any length that often lie within one another: few different bits, at both ends of the address."""
    bits = 32 if version == 4 else 128
    kind = ipaddress.IPv4Network if version == 4 else ipaddress.IPv6Network
    address = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(
        lambda ends: (ends[0] << (bits - 2)) | ends[1]
    )
    return st.tuples(address, st.integers(0, bits)).map(lambda pair: kind(pair, strict=False))


NETWORKS = st.one_of(network(4), network(6))
HELD = st.lists(st.tuples(NETWORKS, DAYS, DAYS), max_size=12)


def ranges(held: list[tuple[Network, date, date]]) -> AddressRanges:
    table: list[Row] = [
        {"prefix": str(prefix), "code": str(place), "valid_from": min(days), "valid_to": max(days)}
        for place, (prefix, *days) in enumerate(held)
    ]
    return AddressRanges(table, "code")


@given(held=HELD, inside=st.data(), day=DAYS)
def test_the_longest_prefix_valid_on_the_day_wins(
    held: list[tuple[Network, date, date]], inside: st.DataObject, day: date
) -> None:
    asked = inside.draw(
        st.one_of(st.ip_addresses(), *(st.ip_addresses(network=prefix) for prefix, _, _ in held))
    )
    known = ranges(held)
    place = known.holder(address_of(str(asked)) or asked, day)
    found = None if place == NOBODY else known.codes[place]
    plain = getattr(asked, "ipv4_mapped", None) or asked
    holding = [
        (prefix.prefixlen, str(place))
        for place, (prefix, *days) in enumerate(held)
        if plain.version == prefix.version and plain in prefix and min(days) <= day <= max(days)
    ]
    longest = {code for length, code in holding if length == max(holding)[0]}
    assert (found in longest) if longest else found is None


@given(held=HELD, asked=st.lists(st.ip_addresses(v=4) | st.integers(0, 3).map(ipaddress.IPv4Address)), day=DAYS)
def test_many_addresses_are_held_by_whom_each_is_held(
    held: list[tuple[Network, date, date]], asked: list[ipaddress.IPv4Address], day: date
) -> None:
    known = ranges(held)
    numbers = np.array([int(address) for address in asked], dtype=np.int64)
    assert known.holders(numbers, day).tolist() == [known.holder(address, day) for address in asked]


OCTETS = st.one_of(st.integers(0, 300).map(str), st.sampled_from(["", "00", "01", " 1", "１", "1 ", "+1", "0x1"]))
WRITTEN = st.one_of(
    st.ip_addresses().map(str), st.text(max_size=4), st.lists(OCTETS, min_size=3, max_size=5).map(".".join)
)


@given(texts=st.lists(WRITTEN))
def test_dotted_addresses_are_read_as_one_by_one_and_no_other_text_is_taken_for_one(texts: list[str]) -> None:
    places, numbers = dotted(pa.array(texts, pa.string()))
    read = dict(zip(places.tolist(), map(ipaddress.IPv4Address, numbers.tolist()), strict=True))
    assert read == {place: address for place, text in enumerate(texts)
                    if (address := address_of(text)) is not None and text == str(address) and address.version == 4}


@given(address=st.ip_addresses(v=4))
def test_an_ipv4_address_within_ipv6_is_that_ipv4_address(address: ipaddress.IPv4Address) -> None:
    assert address_of(f"::ffff:{address}") == address
    assert address_of(f"::FFFF:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}") == address


@pytest.mark.parametrize("text", ["", "10.2.3", "10.2.3.4/32", "津市", "10.2.3.4:80", "10.2.3.256", "::g"])
def test_what_is_no_address_is_nobodys(text: str) -> None:
    assert address_of(text) is None
    assert Registry.read(CONFIG).by_address("tenant", text, FIRST) is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("10.2.3.4", "242012"),
        (" ::ffff:10.2.3.4 ", "242012"),
        ("2001:db8::2", "242021"),
        ("10.255.0.1", None),
    ],
)
def test_prefixes_of_both_versions_and_in_both_forms(tmp_path: Path, address: str, code: str | None) -> None:
    config = copy_config(tmp_path / "config")
    write(
        config / "address_ranges.csv",
        "prefix,tenant_code,valid_from,valid_to",
        "::ffff:10.2.0.0/112,242012,2022-04-01,",
        "2001:db8::/32,242021,2022-04-01,",
    )
    assert Registry.read(config).by_address("tenant", address, FIRST) == code


def test_a_device_is_found_by_its_address_on_the_day(tmp_path: Path) -> None:
    """The address moved from one firewall to the other in the middle of the month."""
    config = copy_config(tmp_path / "config")
    write(
        config / "device_addresses.csv",
        "prefix,device_id,valid_from,valid_to",
        "10.254.0.1/32,fw-1,2022-04-01,2026-10-15",
        "10.254.0.1/32,fw-2,2026-10-16,",
    )
    write(
        config / "feeds" / "poll.toml",
        'title = "x"\ntable = "device_sample"\n[file]\nnames = ["poll_*.csv"]\nformat = "delimited"\nheader = ["ts"]\n'
        '[columns.ts]\nfrom = "ts"\n[columns.device_id]\nfrom = "agent"\nby = "address"\n[columns.metric]\n'
        'value = "cpu_pct"\n[columns.value]\nfrom = "cpu"\n',
    )
    lines = [
        f"2026-10-{day} 09:00,{agent},{day}"
        for day in (15, 16)
        for agent in ("::ffff:10.254.0.1", "10.9.9.9")
    ]
    load(tmp_path / "data", write(tmp_path / "poll_1.csv", "ts,agent,cpu", *lines), config=config)
    assert rows(
        tmp_path / "data", "SELECT device_id, CAST(value AS INTEGER) FROM device_sample ORDER BY ts"
    ) == [
        ("fw-1", 15),
        ("fw-2", 16),
    ]
    told = rows(tmp_path / "data", "SELECT column_name, raw_value, reason FROM wh.reject")
    assert told == [("agent", "10.9.9.9", "機器のアドレスの設定に登録されていません")] * 2
