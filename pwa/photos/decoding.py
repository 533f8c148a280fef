"""Decode photos, each in a process of its own, few at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pwa.photos.errors import DecoderBroken, PhotosBusy, PhotoTooLarge, PhotoUnusable
from pwa.photos.limits import LONGEST_SIDE, MOST_BYTES, MOST_BYTES_OUT, ExitCode, Limits
from pwa.photos.plain_jpeg import size_of_plain_jpeg

REENCODE = Path(__file__).with_name("reencode.py")
# One arena: each thread's own would count 64 MB of address space.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is kept: a plain JPEG, and its size in pixels."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int


class Decoder:
    """Makes photos anew; threads may share it. `program` is a file with `clean(bytes) -> bytes`."""

    def __init__(self, program: Path = REENCODE, limits: Limits | None = None) -> None:
        self._program = program
        self._limits = limits or Limits()
        self._queue = threading.Semaphore(self._limits.at_once + self._limits.waiting)
        self._places = threading.Semaphore(self._limits.at_once)

    def clean(self, data: bytes) -> Picture:
        """The photo upright, small and without metadata.

        Raises PhotoTooLarge; PhotoUnusable, also when it takes too long; PhotosBusy when others wait already.
        """
        if len(data) > MOST_BYTES:
            raise PhotoTooLarge
        with self._place():
            return _picture(*self._run(data))

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._queue.acquire(blocking=False):
            raise PhotosBusy
        try:
            if not self._places.acquire(timeout=self._limits.wall_s):
                raise PhotosBusy
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()

    def _run(self, data: bytes) -> tuple[int, bytes]:
        """(exit code, what it wrote: never more than one byte over what is allowed)."""
        with subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # messages of decoders quote what they read
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,  # to be ended with all it may have started
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            watch = threading.Timer(self._limits.wall_s, _end, (process,))
            watch.start()
            try:
                _feed(process.stdin, data)
                written = process.stdout.read(MOST_BYTES_OUT + 1)
                if len(written) > MOST_BYTES_OUT:
                    _end(process)
                return process.wait(), written
            finally:
                watch.cancel()
                _end(process)

    def _command(self) -> list[str]:
        limits = self._limits
        numbers = map(str, (limits.memory_bytes, limits.cpu_s, limits.wall_s))
        # Isolated: neither the environment nor the folder it starts in says what is loaded.
        return [sys.executable, "-I", "-B", "-m", "pwa.photos.fence", *numbers, str(self._program)]


def _feed(standard_input: IO[bytes], data: bytes) -> None:
    """It reads all before it writes; one that ends before has said enough by its exit code."""
    with suppress(BrokenPipeError):
        standard_input.write(data)
    with suppress(BrokenPipeError):
        standard_input.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _picture(code: int, written: bytes) -> Picture:
    if code == ExitCode.TOO_MANY_PIXELS:
        raise PhotoTooLarge
    if code == ExitCode.BROKEN:
        raise DecoderBroken
    if code != ExitCode.DONE:
        raise PhotoUnusable
    try:
        width, height = size_of_plain_jpeg(written)
    except ValueError:
        raise PhotoUnusable from None
    if not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE):
        raise PhotoUnusable
    return Picture(written, width, height)
