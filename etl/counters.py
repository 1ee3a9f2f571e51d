"""Octet counters to bit/s (SNMP ifHCInOctets / ifInOctets, RFC 2863): wraps, restarts, missed and irregular polls.

Two polls in a row, at most one and a half slots apart, tell the octets between them; anything longer is a missed poll
and a gap.  A counter that fell either wrapped or was reset: it wrapped when the rate that this would mean is possible,
unless the device's uptime says that it restarted.  An impossible rise is a gap, too.

A slot's rate is the mean over the slot, and only slots that are covered from end to end have one.  A poll within a
tenth of a slot of a slot's start counts as taken there (its true time still makes the rate), so that pollers which are
some seconds late measure whole slots; others divide their intervals between two slots by time.  No slot then depends on
polls beyond its own ends, which is what lets files of one series come in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from etl.batches import BoolArray, IntArray
from etl.feed import CounterSpec

MICROSECOND = 1_000_000
OctetArray = npt.NDArray[np.uint64]
_LONGEST = 1.5  # slots between two polls
_NEAR = 0.1  # slots between a poll and the start of a slot that it stands for
_TICKS = 100  # of sysUpTime a second (TimeTicks, RFC 2578), which wraps at 32 bits
_LARGEST_DRIFT = 60  # seconds by which the growth of uptime and the time between polls may differ


@dataclass(frozen=True)
class Polls:
    """Readings of one counter.

    ``times``    microseconds UTC; all functions of :class:`Slots` want them ``ordered``.
    ``octets``   what the counter said.
    ``uptimes``  the device's sysUpTime (1/100 s), -1 where nobody told.
    ``own``      whether the reading stands in the file being loaded, or was kept of an older one.
    """

    times: IntArray
    octets: OctetArray
    uptimes: IntArray
    own: BoolArray

    def where(self, chosen: BoolArray | IntArray) -> Polls:
        return Polls(self.times[chosen], self.octets[chosen], self.uptimes[chosen], self.own[chosen])

    def ordered(self) -> Polls:
        """By time, the first of several at one moment."""
        return self.where(np.unique(self.times, return_index=True)[1])


class Slots:
    """The grid of one fact table's slots; times are microseconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self.width = seconds, seconds * MICROSECOND
        self.longest = int(_LONGEST * self.width)
        self.reach = self.longest + 3 * self.width
        """How far from a file polls of other files can matter to it."""

    def starts(self, places: IntArray) -> IntArray:
        return places // self.width * self.width

    def places(self, times: IntArray) -> IntArray:
        """Where polls stand on the grid: at a slot's start when they are near it."""
        nearest = (times + self.width // 2) // self.width * self.width
        return np.where(np.abs(times - nearest) <= _NEAR * self.width, nearest, times)

    def rates(self, polls: Polls, spec: CounterSpec) -> tuple[IntArray, IntArray]:
        """Starts and rates (bit/s, rounded half up) of the slots that the polls cover from end to end."""
        bps, possible = self._intervals(polls, spec)
        starts, overlaps, interval = self._overlaps(polls, possible)
        slots, place = np.unique(starts, return_inverse=True)
        covered = np.zeros(len(slots), dtype=np.int64)
        np.add.at(covered, place, overlaps)
        bits = np.bincount(place, weights=bps[interval] * (overlaps / MICROSECOND), minlength=len(slots))
        whole = covered == self.width
        return slots[whole], np.floor(bits[whole] / self.seconds + 0.5).astype(np.int64)

    def touched(self, polls: Polls) -> IntArray:
        """Starts of the slots of which an own poll tells something, together with the poll before or after it."""
        near = np.diff(polls.times) <= self.longest
        return np.unique(self._overlaps(polls, near & (polls.own[:-1] | polls.own[1:]))[0])

    def ends(self, polls: Polls) -> list[tuple[int, int]]:
        """Where other files may continue the polls: bounds (places) of the polls that this takes.

        At each end (and each gap) they hold the part of a slot that is covered already, in the other counters, too.
        """
        if len(polls.times) == 0:
            return []
        places, times = self.places(polls.times), polls.times
        gaps = np.flatnonzero(np.diff(times) > self.longest)
        first, last = np.append(0, gaps + 1), np.append(gaps, len(times) - 1)
        after = zip(self.starts(places[last]), times[last] + self.longest, strict=True)
        before = zip(times[first] - self.longest, -self.starts(-places[first]), strict=True)
        return [(int(start), int(end)) for start, end in (*after, *before)]

    def within(self, polls: Polls, bounds: list[tuple[int, int]]) -> BoolArray:
        """The polls from the last at or before each lower bound to the first at or after the upper one."""
        places = self.places(polls.times)
        kept = np.zeros(len(places), dtype=bool)
        for start, end in bounds:
            kept[max(int(np.searchsorted(places, start, "right")) - 1, 0):
                 int(np.searchsorted(places, end, "left")) + 1] = True
        return kept

    def _intervals(self, polls: Polls, spec: CounterSpec) -> tuple[npt.NDArray[np.float64], BoolArray]:
        """The rate between each poll and the next, and whether it is to be believed."""
        seconds = np.diff(polls.times) / MICROSECOND
        bits = _growth(polls.octets, spec).astype(np.float64) * 8
        told_apart = spec.max_bps * seconds < 8 * 2.0**spec.bits  # else it may have wrapped more than once
        possible = (np.diff(polls.times) <= self.longest) & told_apart & (bits <= spec.max_bps * seconds)
        return bits / seconds, possible & ~_restarted(polls.uptimes, seconds)

    def _overlaps(self, polls: Polls, chosen: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
        """Slot start, overlap (microseconds) and interval of every pair of a slot and a chosen interval."""
        places = self.places(polls.times)
        begin, end = places[:-1], places[1:]
        most = int(_LONGEST + 2 * _NEAR) + 2  # slots that an interval can lie in
        starts = (self.starts(begin)[None, :] + self.width * np.arange(most)[:, None]).ravel()
        overlaps = np.minimum(np.tile(end, most), starts + self.width) - np.maximum(np.tile(begin, most), starts)
        real = np.tile(chosen, most) & (overlaps > 0)
        return starts[real], overlaps[real], np.tile(np.arange(len(begin)), most)[real]


def _growth(octets: OctetArray, spec: CounterSpec) -> OctetArray:
    """Differences of neighbouring polls, modulo the counter's width."""
    with np.errstate(over="ignore"):
        grown = octets[1:] - octets[:-1]
    return grown if spec.bits == 64 else grown & np.uint64(2**32 - 1)


def _restarted(uptimes: IntArray, seconds: npt.NDArray[np.float64]) -> BoolArray:
    """Whether the device started anew between two polls: its uptime did not grow as the time between them."""
    told = (uptimes[:-1] >= 0) & (uptimes[1:] >= 0)
    grown = ((uptimes[1:] - uptimes[:-1]) % 2**32) / _TICKS
    drift: BoolArray = np.abs(grown - seconds) > _LARGEST_DRIFT
    return told & drift
