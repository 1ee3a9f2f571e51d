"""Files to accepted rows: knows file formats, decides accept or reject; never draws, never aggregates.

``etl/run.py`` is the list of steps.  A new source is a new ``config/feeds/<feed>.toml``, not new code.
"""
