"""A decoder that was taken over, or went mad, ends in time and reaches nothing. In real processes."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pwa.photos import decoding, fence
from pwa.photos.decoding import Decoder
from pwa.photos.errors import DecoderBroken, PhotosBusy, PhotoUnusable
from pwa.photos.limits import MOST_BYTES, MOST_BYTES_OUT, Limits
from tests.support.pictures import jpeg, picture, saved
from tests.support.processes import children_of

SHORT = Limits(cpu_s=1, wall_s=3)
Write = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path) -> Write:
    """Writes a program that stands in for the decoder: the body of `clean(data)`."""

    def write(body: str, top: str = "") -> Path:
        file = tmp_path / "program.py"
        inside = textwrap.indent(textwrap.dedent(body), "    ")
        file.write_text(f"{textwrap.dedent(top)}\ndef clean(data):\n{inside}\n")
        return file

    return write


def _children() -> dict[int, list[str]]:
    return {one: line for one, line in children_of(os.getpid()).items() if "pwa.photos.fence" in line}


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import time\ntime.sleep(60)",
        "import threading\nthreading.Event().wait()",
        "raise RuntimeError(data)",
        "import sys\nsys.exit('no')",
        "import os\nos.abort()",
        "raise KeyboardInterrupt",
        "return 'text'",
        "return b''",
        "return data[:-1]",
        "return data + b'<script>'",
        "return b'<html>'",
        "return b'x' * 100_000_000",
        "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 65536)",
    ],
)
def test_a_decoder_that_misbehaves_ends_in_time_and_the_photo_is_refused(program: Write, body: str) -> None:
    began = time.monotonic()
    with pytest.raises(PhotoUnusable):
        Decoder(program(body), SHORT).clean(jpeg())
    assert time.monotonic() - began < SHORT.wall_s + 2
    assert _children() == {}


def test_a_decoder_that_stopped_its_own_alarm_ends_in_time(program: Write) -> None:
    top = "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)"
    began = time.monotonic()
    with pytest.raises(PhotoUnusable):
        Decoder(program("time.sleep(60)", top), Limits(wall_s=1)).clean(jpeg())
    assert time.monotonic() - began < 5


def test_no_more_is_read_of_what_a_decoder_writes_than_a_photo_may_have(program: Write) -> None:
    _, written = Decoder(program("return b'x' * 100_000_000"), SHORT)._run(b"")
    assert len(written) == MOST_BYTES_OUT + 1


def test_a_decoder_that_never_reads_ends_in_time(tmp_path: Path) -> None:
    """More is sent than a pipe holds, so that writing to it waits."""
    file = tmp_path / "program.py"
    file.write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(PhotoUnusable):
        Decoder(file, Limits(wall_s=2)).clean(bytes(MOST_BYTES))
    assert _children() == {}


def test_a_decoder_gets_no_more_memory_than_it_may(program: Write, tmp_path: Path) -> None:
    limit = 100 * 1024 * 1024
    body = """
        held = []
        try:
            while True:
                held.append(bytearray(1_000_000))
        except MemoryError:
            del held[-5:]
            return b"%d" % len(held)
    """
    code, written = Decoder(program(body), Limits(memory_bytes=limit))._run(b"")
    assert code == 0
    assert 20 < int(written) < 100


def test_a_photo_that_needs_more_memory_than_there_is_is_refused() -> None:
    tight = Decoder(limits=Limits(memory_bytes=100 * 1024 * 1024))
    assert tight.clean(jpeg()).width == 640
    with pytest.raises(PhotoUnusable):
        tight.clean(saved(picture(6000, 4000), "PNG"))


@pytest.mark.parametrize(
    ("top", "body"),
    [
        ("import socket", "socket.socket()"),
        ("import socket", "socket.create_connection(('127.0.0.1', 1))"),
        ("", "open('/etc/passwd')"),
        ("", "open('/tmp/afterbeam-was-here', 'w')"),
        ("import os", "os.open('/', os.O_RDONLY)"),
        ("import os", "os.dup(0)"),
        ("import os", "os.pipe()"),
        ("import subprocess", "subprocess.run(['/bin/true'])"),
    ],
)
def test_a_decoder_can_open_nothing(program: Write, top: str, body: str) -> None:
    """Whatever is tried fails as the decoder's own error would; with nothing tried the photo comes back."""
    wrapped = f"try:\n    {body}\nexcept OSError:\n    return b'shut'\nreturn b'open'"
    assert Decoder(program(wrapped, top))._run(b"") == (0, b"shut")


@pytest.mark.parametrize("body", ["open('/etc/passwd')", "socket.socket()", "os.pipe()"])
def test_where_there_is_no_filter_a_decoder_can_open_nothing_either(program: Write, body: str) -> None:
    top = "import os, platform, socket\nplatform.machine = lambda: 'another'"
    wrapped = f"try:\n    {body}\nexcept OSError:\n    return b'shut'\nreturn b'open'"
    assert Decoder(program(wrapped, top))._run(b"") == (0, b"shut")


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="no such filter here"
)
@pytest.mark.parametrize(
    ("top", "body"),
    [
        ("import os", "os.fork()"),
        ("import os", "os.execv('/bin/true', ['true'])"),
        ("import os", "os.kill(os.getppid(), 0)"),
        ("import os", "os.unlink('/tmp/no-such-file-of-afterbeam')"),
        ("import os", "os.chmod('/tmp', 0o1777)"),
        ("import os", "os.listdir('/')"),
        ("import resource", "resource.prlimit(0, resource.RLIMIT_CPU)"),
    ],
)
def test_on_linux_a_decoder_can_call_for_nothing(program: Write, top: str, body: str) -> None:
    wrapped = f"try:\n    {body}\nexcept PermissionError:\n    return b'shut'\nreturn b'open'"
    assert Decoder(program(wrapped, top))._run(b"") == (0, b"shut")


def test_a_decoder_may_have_threads_of_its_own(program: Write) -> None:
    body = """
        said = []
        thread = threading.Thread(target=said.append, args=(b"done",))
        thread.start()
        thread.join()
        return said[0]
    """
    assert Decoder(program(body, "import threading"))._run(b"") == (0, b"done")


def test_a_decoder_sees_no_settings_of_the_server(program: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERBEAM_DATABASE_URL", "postgresql://secret")
    shown = Decoder(program("return repr(sorted(os.environ)).encode()", "import os"))._run(b"")
    assert b"AFTERBEAM" not in shown[1]
    assert b"MALLOC" in shown[1]


def test_a_decoder_that_cannot_begin_is_no_fault_of_the_photo(tmp_path: Path) -> None:
    for content in ("import no_such_module\n", "def other(): pass\n", "("):
        (tmp_path / "broken.py").write_text(content)
        with pytest.raises(DecoderBroken):
            Decoder(tmp_path / "broken.py").clean(jpeg())


def test_a_fence_without_its_server_ends_by_itself(program: Write) -> None:
    command = [sys.executable, "-I", "-m", fence.__name__, str(10**9), "9", "1", str(program("pass"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.wait(10) != 0  # it waited for a photo that never came


def test_two_photos_are_decoded_at_once_one_waits_and_the_next_is_put_off(program: Write) -> None:
    decoder = Decoder(program("import time\ntime.sleep(1.5)\nreturn b''"), Limits(wall_s=10))
    photo = jpeg()
    ended: list[str] = []

    def send() -> None:
        try:
            decoder.clean(photo)
        except (PhotoUnusable, PhotosBusy) as error:
            ended.append(error.code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.75)
    assert len(_children()) == 2
    assert ended == ["photos_busy"] * 3
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["photo_unusable"] * 3 + ["photos_busy"] * 3
    with pytest.raises(PhotoUnusable):
        decoder.clean(photo)  # there is room again


def test_the_server_itself_never_loads_a_decoder() -> None:
    code = (
        "import sys, pwa.web.app, pwa.dispatcher.beats\n"
        "print([name for name in sys.modules if 'PIL' in name or 'heif' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert decoding.REENCODE.is_file()
