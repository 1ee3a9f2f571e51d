"""Where this deployment keeps its data and configuration, and its clock."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo


def data_folder() -> Path:
    """The data folder of this deployment (``MIHARASHI_DATA``, default ``./data``)."""
    return Path(os.environ.get("MIHARASHI_DATA", "data")).resolve()


def config_folder() -> Path:
    """The configuration folder of this deployment (``MIHARASHI_CONFIG``, default ``./config``)."""
    return Path(os.environ.get("MIHARASHI_CONFIG", "config")).resolve()


def now() -> datetime:
    """The present time, naive JST."""
    return datetime.now(ZoneInfo("Asia/Tokyo")).replace(tzinfo=None, microsecond=0)
