"""``@digest``: what tells records apart whose source gives them no number, such as the lines of an alert log."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import pyarrow as pa

from etl.batches import Batch
from etl.feed import Feed

_BYTES = 8


class Digests:
    """Adds the column to the batches of one file, when the feed uses it.

    A record's digest depends on its text and on how many records of the same text came before it in the file: two
    alerts of the same moment stay two, and a file that comes again, or overlaps another, tells of the same records.
    """

    def __init__(self, feed: Feed) -> None:
        self._wanted = "@digest" in feed.wanted()
        self._seen: Counter[bytes] = Counter()

    def added(self, batch: Batch) -> Batch:
        """The batch with the column."""
        if not self._wanted:
            return batch
        digests = pa.array([self._digest(batch.text(row)) for row in range(batch.size)], pa.string())
        return replace(batch, columns={**batch.columns, "@digest": digests})

    def _digest(self, text: str) -> str:
        digest = hashlib.blake2b(text.encode("utf-8", errors="surrogatepass"), digest_size=_BYTES).digest()
        self._seen[digest] += 1
        times = self._seen[digest]
        return digest.hex() if times == 1 else f"{digest.hex()}-{times}"
