"""Stock Firefox ESR, driven over WebDriver BiDi: a real subscription, real decryption, real clicks.

    with Firefox.launch(push_service="http://127.0.0.1:9000") as firefox:
        firefox.set_permission("http://localhost:8000", "notifications", "granted")
        page = firefox.page
        page.navigate("http://localhost:8000/")
        page.click("Allow reminders")
        page.wait_for_text("Reminders reach this phone")

Every wait has an end, and what fails says what the page and the console showed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from tests.support.bidi import BidiConnection, BidiError, BidiTimeout
from tests.support.tab import BrowserFailure, Tab

EXECUTABLE = os.environ.get("FIREFOX", "/usr/bin/firefox-esr")
POLL_SECONDS = 0.05
LAUNCH_SECONDS = 60.0

Pref = bool | int | str
Permission = Literal["granted", "denied", "prompt"]

# dom.push.connection.enabled is true by default, and yet must stand in the profile: the remote agent
# switches it off after start-up unless a user value is there, and subscribe() then fails.
# alerts.useSystemBackend off lets notifications show as Firefox's own windows, without a desktop bus.
# With reduced motion a notification's window closes at once instead of after an animation.
# The quota pref keeps Firefox from dropping a subscription that a test pushes to more than 16 times.
BASE_PREFS: Mapping[str, Pref] = {
    "dom.push.connection.enabled": True,
    "dom.push.testing.allowInsecureServerURL": True,
    "dom.push.maxQuotaPerSubscription": 10000,
    "dom.push.retryBaseInterval": 300,
    "alerts.useSystemBackend": False,
    "ui.prefersReducedMotion": 1,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "intl.accept_languages": "en-GB, en",
}


@dataclass(slots=True)
class Firefox:
    """One running browser with a profile of its own."""

    bidi: BidiConnection
    process: subprocess.Popen[bytes]
    profile: Path
    keeps_profile: bool
    ended: bool = field(default=False)

    @classmethod
    def launch(
        cls,
        *,
        push_service: str | None = None,
        prefs: Mapping[str, Pref] | None = None,
        profile: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Start Firefox.

        `push_service` is the origin of a local one, "http://127.0.0.1:9000".
        A given `profile` outlives the browser.
        """
        folder = profile or Path(tempfile.mkdtemp(prefix="afterbeam-firefox-"))
        folder.mkdir(parents=True, exist_ok=True)
        push = {"dom.push.serverURL": _socket_of(push_service)} if push_service else {}
        _write_prefs(folder, {**BASE_PREFS, **push, **(prefs or {})})
        process = _start(folder, environment or {})
        try:
            bidi = BidiConnection(_address(folder, process) + "/session")
            bidi.call("session.new", {"capabilities": {}})
            bidi.call("session.subscribe", {"events": ["log.entryAdded"]})
        except BaseException:
            _kill(process)
            raise
        return cls(bidi, process, folder, keeps_profile=profile is not None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def page(self) -> Tab:
        """The first tab."""
        return self.tabs()[0]

    @property
    def console(self) -> list[str]:
        """All console lines and uncaught errors of pages and workers so far."""
        return self.bidi.console

    def tabs(self) -> list[Tab]:
        tree = self.bidi.call("browsingContext.getTree", {"maxDepth": 0})
        return [Tab(self.bidi, context["context"]) for context in tree["contexts"]]

    def new_tab(self) -> Tab:
        return Tab(self.bidi, self.bidi.call("browsingContext.create", {"type": "tab"})["context"])

    def set_permission(self, origin: str, name: str, state: Permission) -> None:
        """Set what `origin` may do, as if the person had answered the browser's question."""
        self.bidi.call(
            "permissions.setPermission", {"descriptor": {"name": name}, "state": state, "origin": origin}
        )

    def in_browser(self, function: str, *arguments: str) -> Any:
        """The JSON value of a function run with the browser's own rights; `Services` is there."""
        tree = self.bidi.call("browsingContext.getTree", {"moz:scope": "chrome", "maxDepth": 0})
        result = self.bidi.call(
            "script.callFunction",
            {
                "functionDeclaration": f"async (...a) => JSON.stringify((await ({function})(...a)) ?? null)",
                "arguments": [{"type": "string", "value": value} for value in arguments],
                "awaitPromise": True,
                "target": {"context": tree["contexts"][0]["context"]},
            },
        )
        if result["type"] != "success":
            raise BrowserFailure(f"{function}\n  threw {result['exceptionDetails']['text']}")
        return json.loads(result["result"]["value"])

    def forget_push_registration(self) -> None:
        """Make Firefox lose its push identity: every subscription ends and workers hear of it."""
        self.in_browser("() => Services.prefs.clearUserPref('dom.push.userAgentID')")

    def answer_permission_prompt(self) -> bool:
        """Press the main button of the open permission question; False when none is open."""
        return bool(
            self.in_browser(
                "() => { const b = window.PopupNotifications?.panel.firstElementChild?.button;"
                " b?.click(); return !!b; }"
            )
        )

    def close(self) -> None:
        """Stop this browser, and nothing else; a temporary profile goes with it."""
        if self.ended:
            return
        self.ended = True
        with contextlib.suppress(BidiError, BidiTimeout):
            self.bidi.call("browser.close", seconds=5)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            _kill(self.process)
        self.bidi.close()
        if not self.keeps_profile:
            shutil.rmtree(self.profile, ignore_errors=True)


def _write_prefs(profile: Path, prefs: Mapping[str, Pref]) -> None:
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in prefs.items()]
    (profile / "user.js").write_text("".join(lines))


def _socket_of(origin: str) -> str:
    return origin.replace("http", "ws", 1) + "/"


def _start(profile: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [EXECUTABLE, "--headless", "--no-remote", "--profile", str(profile)]
    command += ["--remote-debugging-port=0", "--remote-allow-system-access", "about:blank"]
    with (profile / "firefox.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1", **environment},
            start_new_session=True,
        )


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """The BiDi address that Firefox prints once it listens."""
    log = profile / "firefox.log"
    end = time.monotonic() + LAUNCH_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text(errors="replace")):
            return found.group(1)
        time.sleep(POLL_SECONDS)
    said = log.read_text(errors="replace")[-2000:]
    raise BrowserFailure(f"Firefox did not start (exit {process.poll()}):\n{said}")


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The browser leads its own process group, so this reaches its children and nobody else's.
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
