"""Failures of the screens: what the user reads, and the number under which the log keeps the trace."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime

from warehouse.errors import MiharashiError

log = logging.getLogger("miharashi.dashboards")


class UnknownChoice(MiharashiError):
    """A link names a tenant or entity that cannot be one, or a kind of period the page does not show."""


def record_failure(where: str, now: datetime) -> str:
    """Log the exception being handled and return its number, such as ``E1121-0930-7F3A``."""
    number = f"E{now:%m%d-%H%M}-{secrets.token_hex(2).upper()}"
    log.exception("%s failed: %s", number, where)
    return number
