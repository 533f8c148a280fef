"""The command `afterbeam`."""
