"""What Afterbeam knows about care plans, days and reminders: pure values and functions.

Standard library only: no Flask, database, files, clock or randomness. `now` is always an argument.
"""
