"""`afterbeam`, also as `python -m pwa.cli`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def run() -> None:
    """Run the command line; a Ctrl-C while it is still loading is no fault to trace."""
    # A shell that starts us in the background lets us ignore Ctrl-C; whoever sends it all the same means it.
    signal.signal(signal.SIGINT, _end_at_once)
    from pwa.cli.main import load, main  # takes a second

    for name in sys.argv[1:2]:
        load(name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def _end_at_once(_number: int, _frame: FrameType | None) -> None:
    """Not by KeyboardInterrupt, which Python swallows where it comes in the middle of its clearing up."""
    sys.stderr.write("Stopped.\n")
    sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    run()
