"""Accessibility attributes whose names Python cannot write as keywords."""

from __future__ import annotations

from typing import Any


def aria(**attributes: str) -> dict[str, Any]:
    """``aria(label="…", current="page")`` as keyword arguments ``aria-label``, ``aria-current``."""
    return {f"aria-{name}": value for name, value in attributes.items()}


HIDDEN: dict[str, Any] = aria(hidden="true")
"""For signs that repeat what the words beside them say."""
