"""Measurements (``make bench``): printed, compared within one run, never asserted."""
