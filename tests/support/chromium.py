"""Debian's Chromium through Playwright: offline, installability, accessibility.

    with sync_playwright() as playwright, Chromium.launch(playwright, tmp_path) as chromium:
        chromium.page.goto("http://localhost:8000/")
        assert chromium.installability_errors() == []

The context is persistent, because a private one counts as incognito and is never installable.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright

EXECUTABLE = os.environ.get("CHROMIUM", "/usr/bin/chromium")
TOOLS = Path(__file__).parents[1] / "browser" / "tools"
AXE = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
WAIT_MS = 15_000

# Fonts are hinted by the machine and smoothed by the screen unless told; screenshots should not differ.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--disable-lcd-text",
)

Scheme = Literal["light", "dark"]

# WCAG 2.2 AA and axe's best practices; naming wcag22aa turns on the target-size rule.
_AXE_RUN = """axe.run(document, {resultTypes: ["violations"], runOnly: {type: "tag", values:
  ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}).then((r) =>
  r.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target} ${n.failureSummary}`)))"""

_REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", (e) => console.error(
  `CSP violated: ${e.violatedDirective} by ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`))"""


@dataclass(slots=True)
class Chromium:
    """One running browser: its page, and what it complained of."""

    context: BrowserContext
    page: Page
    debugging_port: int
    console: list[str] = field(default_factory=list)

    @classmethod
    def launch(
        cls,
        playwright: Playwright,
        profile: Path,
        *,
        width: int = 390,
        height: int = 844,
        scheme: Scheme = "light",
        zone: str | None = None,
    ) -> Self:
        """Start Chromium on `profile`; it listens for Lighthouse on `debugging_port`."""
        port = _free_port()
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=EXECUTABLE,
            headless=True,
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            timezone_id=zone,
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(_REPORT_VIOLATIONS)
        chromium = cls(context, context.pages[0], port)
        # Plain functions: Playwright writes attributes onto the owner of a bound method.
        context.on("console", lambda message: chromium.console.append(f"[{message.type}] {message.text}"))
        context.on("weberror", lambda error: chromium.console.append(f"[uncaught] {error.error}"))
        return chromium

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.context.close()

    @property
    def policy_violations(self) -> list[str]:
        """What broke the content security policy, Trusted Types included, on any page so far."""
        marks = ("CSP violated", "Content Security Policy", "TrustedScript", "TrustedHTML")
        return [line for line in self.console if any(mark in line for mark in marks)]

    @property
    def uncaught_errors(self) -> list[str]:
        return [line for line in self.console if line.startswith("[uncaught]")]

    def go_offline(self) -> None:
        """Cut the network for pages and workers alike."""
        self.context.set_offline(True)

    def go_online(self) -> None:
        self.context.set_offline(False)

    def grant(self, origin: str, *permissions: str) -> None:
        """Allow these to `origin`; everything not named is refused from then on."""
        self.context.grant_permissions(list(permissions), origin=origin)

    def deny(self, origin: str, permission: str) -> None:
        """Refuse this to `origin`, as if the person had said no."""
        self._devtools(
            "Browser.setPermission", permission={"name": permission}, setting="denied", origin=origin
        )

    def resize(self, width: int) -> None:
        """Make the window this many CSS pixels wide, and as high as such a screen usually is."""
        self.page.set_viewport_size({"width": width, "height": 844 if width < 700 else 800})

    def installability_errors(self) -> list[str]:
        answer = self._devtools("Page.getInstallabilityErrors")
        return [error["errorId"] for error in answer["installabilityErrors"]]

    def manifest_errors(self) -> list[str]:
        return [error["message"] for error in self._devtools("Page.getAppManifest")["errors"]]

    def manifest_scope(self) -> str:
        """The addresses the installed app covers."""
        return str(self._devtools("Page.getAppManifest")["manifest"]["scope"])

    def app_id(self) -> str:
        """The identity an installed app keeps: what the manifest's `id` resolves to."""
        return str(self._devtools("Page.getAppId").get("appId", ""))

    def worker_scopes(self) -> list[str]:
        """The scopes of this origin's service workers."""
        scopes: list[str] = self.page.evaluate(
            "navigator.serviceWorker.getRegistrations().then((all) => all.map((r) => r.scope))"
        )
        return scopes

    def wait_for_worker(self) -> None:
        """Wait until a service worker answers for this page, as it must before going offline."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")

    def axe_violations(self) -> list[str]:
        """What axe finds wrong on the page as it stands, one line per element."""
        session = self.context.new_cdp_session(self.page)
        try:
            # Through the debugger, since the page's own policy rightly refuses foreign code.
            if not _evaluate(session, "'axe' in self"):
                _evaluate(session, f"{AXE.read_text()};undefined")
            found: list[str] = _evaluate(session, _AXE_RUN)
        finally:
            session.detach()
        return found

    def sideways_scroll(self) -> int:
        """By how many CSS pixels the page is wider than the window; 0 is right."""
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )

    @contextmanager
    def text_size(self, percent: int) -> Iterator[None]:
        """For a while, the person's own default text size, as in the browser's settings."""
        session = self.context.new_cdp_session(self.page)
        session.send("Page.setFontSizes", {"fontSizes": {"standard": 16 * percent // 100}})
        try:
            yield
        finally:
            session.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
            session.detach()

    @contextmanager
    def direction(self, direction: str) -> Iterator[None]:
        """For a while, "rtl" or "ltr", as a language's direction is."""
        before = self.page.evaluate("document.documentElement.dir")
        self.page.evaluate("(to) => (document.documentElement.dir = to)", direction)
        try:
            yield
        finally:
            self.page.evaluate("(to) => (document.documentElement.dir = to)", before)

    def show_whole_page(self) -> None:
        """A window as high as the page, so that a bar fixed to its lower edge stands at the page's end."""
        width = self.page.evaluate("innerWidth")
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": width, "height": height})
        # What is fixed to the edge is painted anew only with the next frames.
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def _devtools(self, method: str, **params: Any) -> dict[str, Any]:
        session = self.context.new_cdp_session(self.page)
        try:
            answer: dict[str, Any] = session.send(method, params)
        finally:
            session.detach()
        return answer


def _evaluate(session: CDPSession, expression: str) -> Any:
    params = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    answer = session.send("Runtime.evaluate", params)
    if "exceptionDetails" in answer:
        raise AssertionError(f"the page threw {answer['exceptionDetails']}")
    return answer["result"].get("value")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
