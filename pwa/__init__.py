"""Afterbeam: care after laser skin treatment."""

__version__ = "0.1.0"
