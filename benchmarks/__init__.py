"""Timed comparisons, run by `make bench`. They print figures and never fail a test."""
