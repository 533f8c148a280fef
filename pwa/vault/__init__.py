"""Keeps what a patient says and is called unreadable to anybody who has only the database.

A master key file, outside the database, wraps one data key per patient; a data key seals fields, each
bound to its own place. Destroying a wrapped key makes all that patient's fields unreadable, in every
backup without it too.
"""
