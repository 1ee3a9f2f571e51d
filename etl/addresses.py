"""Whose an address was on a day: distinct addresses are looked up once for every run of days without a change."""

from __future__ import annotations

from collections import deque
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from etl.batches import IntArray
from warehouse.addresses import NOBODY, address_of, dotted
from warehouse.registry import Registry

_EPOCH = date(1970, 1, 1)
_KEPT_ANSWERS = 8


class AddressReader:
    """Finds codes of one dimension (tenants, devices) by address; to be shared by all columns that ask for it."""

    def __init__(self, registry: Registry, dimension: str) -> None:
        self._ranges = registry.ranges(dimension)
        self._changes = [(day - _EPOCH).days for day in self._ranges.changes]
        self._codes = pa.array(self._ranges.codes, pa.string())
        self._answers: deque[tuple[pa.Array, IntArray, pa.Array]] = deque(maxlen=_KEPT_ANSWERS)

    def column(self, addresses: pa.Array, days: IntArray) -> pa.Array:
        """The code whose range held each address on the record's JST day (days since 1970); null when none did.

        Several columns of a feed ask for the same addresses of a batch: those of the last few are answered at once.
        """
        for asked, on, answer in self._answers:
            if asked is addresses and on is days:
                return answer
        answer = self._looked_up(addresses, days)
        self._answers.append((addresses, days, answer))
        return answer

    def _looked_up(self, addresses: pa.Array, days: IntArray) -> pa.Array:
        encoded = addresses.dictionary_encode()
        runs = np.searchsorted(self._changes, days, side="right")
        indices = encoded.indices.to_numpy(zero_copy_only=False)
        found = np.full(len(days), NOBODY, dtype=np.int32)
        for run in np.unique(runs):
            rows = runs == run
            found[rows] = self._holders(encoded.dictionary, int(run))[indices[rows]]
        return pa.DictionaryArray.from_arrays(pa.array(found, mask=found == NOBODY), self._codes)

    def _holders(self, texts: pa.StringArray, run: int) -> IntArray:
        """Whose each address was in the run of days that begins with the ``run``-th change, as places in the codes."""
        day = self._ranges.changes[run - 1] if run else self._before_all()
        places, numbers = dotted(texts)
        holders = np.full(len(texts), NOBODY, dtype=np.int64)
        holders[places] = self._ranges.holders(numbers, day)
        for place in np.setdiff1d(np.arange(len(texts)), places, assume_unique=True):
            address = address_of(texts[int(place)].as_py())
            if address is not None:
                holders[place] = self._ranges.holder(address, day)
        return holders

    def _before_all(self) -> date:
        return self._ranges.changes[0] - timedelta(days=1) if self._ranges.changes else _EPOCH
