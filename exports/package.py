"""Office packages (zip files of parts) whose bytes depend on their contents alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def with_fixed_times(package: bytes, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """The package with fixed time stamps and with some parts replaced: equal parts give equal bytes."""
    out, other = io.BytesIO(), replaced or {}
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, other.get(name) or source.read(name))
    return out.getvalue()
