"""Use cases. Each takes a session or a clinic's scope, a Moment, and whatever else it needs."""
