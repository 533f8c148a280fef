"""The process that decodes one photo: `python -m pwa.photos.fence MEMORY CPU_S WALL_S PROGRAM`.

It loads the program while it still may, then gives up everything a decoder does not need, and only then reads
the photo from standard input. Decoders have been taken over by crafted pictures (libheif in 2026, libwebp in
2023); what takes this one over can open no file, reach no network, start no program, and ends within seconds.
"""

from __future__ import annotations

import os
import resource
import runpy
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from pwa.photos.limits import ExitCode
from pwa.photos.system_calls import allow_only_computing

_NICE = 10  # reminders and answers come first


def main(memory: str, cpu_s: str, wall_s: str, program: str) -> NoReturn:
    """Run `clean(bytes) -> bytes` of the program on standard input; its result goes to standard output."""
    try:
        _limit(int(memory), int(cpu_s), int(wall_s))
        clean = runpy.run_path(program)["clean"]
    except Exception:
        os._exit(ExitCode.BROKEN)
    _close_doors()
    os._exit(_run(clean))  # without clean-up: what is left of this process may belong to the picture


def _limit(memory: int, cpu_s: int, wall_s: int) -> None:
    _set(resource.RLIMIT_AS, memory)
    _set(resource.RLIMIT_CPU, cpu_s)
    _set(resource.RLIMIT_CORE, 0)  # a dump would be the photo on the disk
    _set(resource.RLIMIT_FSIZE, 0)
    os.nice(_NICE)
    # Should whoever started this be gone by then, and not end it.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall_s + 1)


def _close_doors() -> None:
    """No new file and no socket can be opened from here on, on any system; on Linux nothing but computed."""
    _set(resource.RLIMIT_NOFILE, 0)
    allow_only_computing()


def _set(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (allowed, allowed))


def _run(clean: Callable[[bytes], bytes]) -> int:
    try:
        sys.stdout.buffer.write(clean(sys.stdin.buffer.read()))
        sys.stdout.buffer.flush()
    except SystemExit as exit_:
        return _code(exit_.code)
    except BaseException:  # a decoder may raise anything at all
        return ExitCode.UNUSABLE
    return ExitCode.DONE


def _code(given: Any) -> int:
    return given if isinstance(given, int) else ExitCode.UNUSABLE


if __name__ == "__main__":
    main(*sys.argv[1:])
