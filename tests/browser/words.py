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
UNSUPPORTED = "This browser cannot show reminders"
INSTALL = "Put Afterbeam on your Home Screen"
STAY = "Go on in this browser"
COPY_ADDRESS = "Copy the address"
COPY_CODE = "Copy the code"
COPIED = "Copied"
CODE_ENDS = "The code works for 30 minutes."
CALL_CLINIC = "Call the clinic"
HOME_FIRST = "Reminders work from the Home Screen"
QUIET_FROM = "Quiet from"
WAKE = "I get up at"
FULL_TEXT = "The full text"
SAVE = "Save"
REFUSED = "Entries that were not accepted"
REFUSED_WHY = "Why: Quiet hours can be at most 16 hours long."
SEEN = "OK, I have seen this"
SEEN_BEFORE = "Seen before: 1 entry"
NOT_ACCEPTED = "1 entry was not accepted."
FROM_REMINDER = "From your reminder"
DONE = "Done"
SAVED = "Saved on this phone"

# What a lock screen may say at the default level, and what it may never say.
NEUTRAL_BODY = "You have a reminder"
CLINICAL = (
    *("skin", "laser", "heal", "wound", "treat", "clinic", "care", "cool", "sun", "peel", "ointment"),
    *("clean", "medicine", "check-in", "symptom", "procedure", "co2", "face", "patient", "Ana"),
)

# The check-in.
HOW = "How is your skin today?"
SIGNS = "Do you have any of these?"
NONE = "None of these"
BETTER = "Better"
WORSE = "Worse"
FEVER = "Fever or shivers"
EXPECTED = "Go on with your care steps"
CALL_TODAY = "Call your clinic today"
WRONG = "Something feels wrong"
SELF_HARM = "Thoughts of hurting yourself"
ADD_DETAILS = "Add details"
SAVE_DETAILS = "Save details"
UNDO = "Undo"
CHECK_IN = "Check in"  # begins the words of both ways to it
CRISIS = "Call a crisis line"
SENT = "Sent. Nobody has read it yet."
NOBODY = "Nobody watches entries live."
