"""Components as JSON, made in one go.

Dash walks every value of an answer in Python before it encodes it, a third of a page's time.  Encoded beforehand, with
nothing but components to ask for their form, the walk has nothing to do.
"""

from __future__ import annotations

from typing import Any

import orjson
from dash.development.base_component import Component

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def encoded(part: Any) -> orjson.Fragment:
    """A part of a callback's answer; NaN becomes null.  TypeError for what is neither a component nor plain data."""
    return orjson.Fragment(orjson.dumps(part, default=_form, option=_OPTIONS))


def _form(value: Any) -> Any:
    if isinstance(value, Component):
        form: Any = value.to_plotly_json()  # type: ignore[no-untyped-call]
        return form
    raise TypeError(f"{type(value).__name__} is no part of a screen")
