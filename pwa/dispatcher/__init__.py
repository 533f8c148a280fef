"""The process that sends: a metronome, and what it does on each beat."""
