"""Numbers to screens: the Dash application, its pages, figures and components.

Reads go through :mod:`dashboards.data` to ``warehouse.reader.Reader`` with a ``Scope``; there is no SQL here,
and no query at import time.
"""
