"""Whose an address was on a day: distinct addresses are looked up once for every run of days without a change."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from etl.batches import IntArray
from warehouse.registry import Registry

_EPOCH = date(1970, 1, 1)
_MEMO_LIMIT = 500_000


class AddressReader:
    """Finds codes of one dimension (tenants, devices) by address; to be shared by all columns that ask for it."""

    def __init__(self, registry: Registry, dimension: str) -> None:
        self._registry, self._dimension = registry, dimension
        self._changes = registry.address_changes(dimension)
        self._memos: dict[int, dict[str, str | None]] = {}

    def column(self, addresses: pa.Array, days: IntArray) -> pa.Array:
        """The code whose range held each address on the record's JST day (days since 1970); null when none did."""
        encoded = addresses.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        runs = np.searchsorted([(day - _EPOCH).days for day in self._changes], days, side="right")
        indices = encoded.indices.to_numpy(zero_copy_only=False)
        codes: dict[str, int] = {}
        found = np.full(len(days), -1, dtype=np.int32)
        for run in np.unique(runs):
            rows = runs == run
            owners = self._owners(texts, int(run))
            numbers = np.array([-1 if owner is None else codes.setdefault(owner, len(codes)) for owner in owners],
                               dtype=np.int32)
            found[rows] = numbers[indices[rows]]
        return pa.DictionaryArray.from_arrays(pa.array(found, mask=found < 0), pa.array(list(codes), pa.string()))

    def _owners(self, texts: list[str], run: int) -> list[str | None]:
        """Whose each address was in the run of days that begins with the ``run``-th change."""
        memo = self._memos.setdefault(run, {})
        if len(memo) > _MEMO_LIMIT:
            memo.clear()
        day = self._changes[run - 1] if run else self._before_all()
        for text in texts:
            if text not in memo:
                memo[text] = self._registry.by_address(self._dimension, text, day)
        return [memo[text] for text in texts]

    def _before_all(self) -> date:
        return self._changes[0] - timedelta(days=1) if self._changes else _EPOCH
