"""A seeded generator of the files that collectors, offices and the SOC would drop into the inbox.

``demo.generate(inbox, config_dir)`` writes nineteen months (April 2025 to October 2026) of fifteen feeds for
the bodies, lines, devices and services of ``config/``.  The same arguments give the same bytes.

The files are as imperfect as real ones.  What is wrong, where and how often is written down in
:mod:`demo.defects`, so that tests of the loader can compare counts exactly:

* ``BAD_ROWS``: rows that a loader must reject (letters in a number, unknown codes, impossible dates,
  duplicates, ends before starts, broken JSON), counted per feed, month and kind.  They stay away from the
  values of other rows: ``letters`` and ``out_of_range`` replace a good row, all other kinds are extra rows
  (the ``letters`` row of ``soc_judgement`` is extra, too).
* ``GAPS``: long runs of missing polls; short random gaps and ``-`` cells come on top.
* ``LATE_DAY``: a day that is absent from the monthly tenant file and arrives in a file of its own.
* ``CORRECTED_DAY``: a day whose internet line values are 1000 times too small until the correction arrives.
* ``COUNTER_WRAP_DAY``, ``COUNTER_RESTART``: a 64-bit wrap in the first generated month, and a reset to zero.
* ``OUTAGE``, ``FAILOVER``, ``SURGES``, ``DISASTER_DAY``: events that every feed tells the same story about.
* ``LATE_JOINER``: a body without data before it joins.
* ``MISSING_APPROVAL_MONTH``, ``LATE_CONTACT_MONTH``, ``NO_SERIOUS_MONTH``, ``UNJUDGED_DAYS``,
  ``UNKNOWN_TENANT_ALERTS``, ``UNKNOWN_TENANT_TICKET``, ``UNKNOWN_ATTENDEE``: facts that a report must show
  and not hide.
* ``SENSOR_QUIET_DAY``: a day whose alerts are suspiciously few, though its file came.

No person is named.  Outside addresses come from the documentation and benchmark ranges (RFC 5737, RFC 2544).
"""

from __future__ import annotations

from demo.generate import GeneratedFiles, generate

__all__ = ["GeneratedFiles", "generate"]
