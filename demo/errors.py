"""Errors of the demo generator that a user may see."""

from __future__ import annotations

from warehouse.errors import MiharashiError


class DemoError(MiharashiError):
    """The generator was asked for something it cannot make."""
