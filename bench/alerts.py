"""Suricata EVE alerts: how many a second go from the file into the numbers."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from etl.run import load
from warehouse.folder import DataFolder

_FIRST = datetime(2026, 10, 1)


def measure(scratch: Path, config: Path, alerts: int) -> tuple[int, float]:
    """Alerts loaded, and the seconds from receipt to publication."""
    file = scratch / "eve-202610.json"
    _write(file, alerts)
    started = time.perf_counter()
    result = load(DataFolder(scratch / "data"), config, [file], clock=lambda: datetime(2026, 11, 20, 9),
                  feed="detection_eve")
    seconds = time.perf_counter() - started
    record = result.outcomes[0].record
    if record is None or record.accepted_rows != alerts:
        raise RuntimeError(result.outcomes[0].message)
    return alerts, seconds


def _write(path: Path, alerts: int) -> None:
    """Alerts of October 2026: about 300 signatures, addresses of all tenants and of 65,000 others."""
    chance = random.Random(20261101)
    signatures = [(2_000_000 + number, f"試験用の検知規則 {number}", chance.randint(1, 3)) for number in range(300)]
    step = timedelta(days=31) / alerts
    with path.open("wb") as stream:
        for number in range(alerts):
            identifier, signature, severity = signatures[min(299, int(chance.expovariate(0.02)))]
            ends = [f"203.0.{chance.randrange(256)}.{chance.randrange(1, 255)}",
                    f"10.{chance.randrange(1, 34)}.{chance.randrange(4)}.{chance.randrange(1, 255)}"]
            if chance.random() < 0.3:
                ends.reverse()
            stream.write(orjson.dumps({
                "timestamp": f"{_FIRST + step * number:%Y-%m-%dT%H:%M:%S.%f}+0900", "flow_id": chance.getrandbits(50),
                "in_iface": "eth0", "event_type": "alert", "src_ip": ends[0], "src_port": chance.randrange(1024, 65536),
                "dest_ip": ends[1], "dest_port": 443, "proto": "TCP",
                "alert": {"action": chance.choice(("allowed", "blocked")), "gid": 1, "signature_id": identifier,
                          "rev": 3, "signature": signature, "category": "試験", "severity": severity},
                "flow": {"pkts_toserver": 3, "pkts_toclient": 1, "bytes_toserver": 180, "bytes_toclient": 60},
                "app_proto": "tls"}) + b"\n")
