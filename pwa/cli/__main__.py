"""`afterbeam`, also as `python -m pwa.cli`."""

from __future__ import annotations

import signal
import sys


def run() -> None:
    """Run the command line; a Ctrl-C while it is still loading is no fault to trace."""
    # A shell that starts us in the background lets us ignore Ctrl-C; whoever sends it all the same means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        from pwa.cli.main import main  # takes a second

        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")


if __name__ == "__main__":
    run()
