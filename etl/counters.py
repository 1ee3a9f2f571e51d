"""Octet counters to bit/s: wrap, restart, missed and duplicate polls (SNMP ifHCInOctets / ifInOctets, RFC 2863).

A poll's rate belongs to the interval that began with the poll before it.  Only neighbouring polls (half to one and a
half intervals apart) give a rate: a missed poll leaves a gap, never a spike.  A counter that fell either wrapped (when
the rate that this would mean is possible) or the device restarted; a rise beyond the possible means that it was
replaced.  Then there is no rate.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from etl.batches import BoolArray, IntArray
from etl.feed import CounterSpec

MICROSECOND = 1_000_000


def rates(times: IntArray, octets: npt.NDArray[np.uint64], interval_seconds: int,
          spec: CounterSpec) -> tuple[IntArray, IntArray]:
    """Starts (microseconds UTC) and rates (bit/s, rounded half up) of one counter's intervals; any order of polls."""
    order = np.argsort(times, kind="stable")
    times, octets = times[order], octets[order]
    seconds = np.diff(times) / MICROSECOND
    neighbours = (seconds >= 0.5 * interval_seconds) & (seconds <= 1.5 * interval_seconds)
    grown = _growth(octets, spec)
    with np.errstate(divide="ignore", invalid="ignore"):
        bps = np.floor(grown.astype(np.float64) * 8 / seconds + 0.5)
    possible: BoolArray = neighbours & (bps <= spec.max_bps)
    return times[:-1][possible], bps[possible].astype(np.int64)


def _growth(octets: npt.NDArray[np.uint64], spec: CounterSpec) -> npt.NDArray[np.uint64]:
    """Differences of neighbouring polls, modulo the counter's width."""
    with np.errstate(over="ignore"):
        grown = octets[1:] - octets[:-1]
    return grown if spec.bits == 64 else grown & np.uint64(2**32 - 1)
