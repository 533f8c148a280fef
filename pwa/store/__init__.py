"""Tables and queries. Rows stay in here; functions return frozen values."""
