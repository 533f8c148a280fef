"""The words a patient reads and taps on the way, as static/ has them. One place to change."""

from __future__ import annotations

RIGHT = "Yes, this is right"
NOT_NOW = "Not now"
ALLOW = "Allow reminders"
REACHED = "Reminders reach this phone"
DENIED = "Reminders are blocked on this phone"
WITHOUT = "Go on without reminders"
HAS_PLAN = "This phone already has a plan"
USE_NEW = "Use the new link"
PROBLEM = "There is a problem"
FROM_REMINDER = "From your reminder"
DONE = "Done"
SAVED = "Saved on this phone"

# What a lock screen may say at the default level, and what it may never say.
NEUTRAL_BODY = "You have a reminder"
CLINICAL = (
    *("skin", "laser", "heal", "wound", "treat", "clinic", "care", "cool", "sun", "peel", "ointment"),
    *("clean", "medicine", "check-in", "symptom", "procedure", "co2", "face", "patient", "Ana"),
)
