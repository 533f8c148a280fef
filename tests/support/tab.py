"""One page of a browser driven over WebDriver BiDi: read it, wait for it, really click in it."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.bidi import BidiConnection, BidiError, BidiTimeout, Json

WAIT_SECONDS = 15.0
POLL_SECONDS = 0.05

_READ_TEXT = "document.body ? document.body.innerText : ''"

_PLACE = """(node) => {
  node.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
  const box = node.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const hit = document.elementFromPoint(x, y);
  const label = node.closest("label") ?? node.labels?.[0];
  const name = (e) => e ? `<${e.tagName.toLowerCase()} class="${e.className}">` : "nothing";
  if (node.matches(":disabled, [aria-disabled=true]")) return "it is disabled";
  if (box.width === 0 || box.height === 0) return "it is not visible";
  if (!hit) return "it is outside the window";
  if (!node.contains(hit) && !hit.contains(node) && !label?.contains(hit)) return `${name(hit)} lies over it`;
  return "";
}"""


class BrowserFailure(AssertionError):
    """Something the test waited for did not come; the message holds page text and console."""


class _Unsettled(Exception):
    """Not now; asking again may help."""


@dataclass(slots=True)
class Tab:
    """One page of the browser."""

    bidi: BidiConnection
    context: str

    def navigate(self, url: str) -> None:
        """Open `url` and wait until it has loaded."""
        self._call("browsingContext.navigate", url=url, wait="complete")

    def reload(self) -> None:
        self._call("browsingContext.reload", wait="complete")

    def close(self) -> None:
        self._call("browsingContext.close")

    def activate(self) -> None:
        """Bring this tab to the front, as a person who looks at it."""
        self._call("browsingContext.activate")

    @property
    def url(self) -> str:
        return str(self.evaluate("location.href"))

    @property
    def text(self) -> str:
        """What a person can read on the page."""
        return str(self.evaluate(_READ_TEXT))

    def evaluate(self, expression: str, *, seconds: float = WAIT_SECONDS) -> Any:
        """The JSON value of a JavaScript expression, which may be a promise; runs outside the page's CSP."""
        result = self.bidi.call(
            "script.evaluate",
            {
                "expression": f"(async () => JSON.stringify((await ({expression})) ?? null))()",
                "awaitPromise": True,
                "target": {"context": self.context},
            },
            seconds=seconds,
        )
        if result["type"] != "success":
            raise BrowserFailure(f"{expression}\n  threw {result['exceptionDetails']['text']}")
        return json.loads(result["result"]["value"])

    def wait_for(self, expression: str, *, seconds: float = WAIT_SECONDS, because: str = "") -> Any:
        """Ask until the expression is true in JavaScript's sense; returns its value."""
        end = time.monotonic() + seconds
        problem = ""
        while True:
            try:
                # Boxed, because an object that JavaScript calls true may be an empty dict here.
                boxed = f"Promise.resolve({expression}).then((v) => (v ? [v] : null))"
                if value := self.evaluate(boxed, seconds=max(1.0, end - time.monotonic())):
                    return value[0]
            except (BidiError, BidiTimeout, BrowserFailure) as error:
                # A page that is being replaced has no realm for a moment.
                problem = str(error)
            if time.monotonic() > end:
                raise self.failure(f"{because or expression} did not come true in {seconds:g} s. {problem}")
            time.sleep(POLL_SECONDS)

    def wait_for_text(self, text: str, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until `text` can be read on the page; white space and line breaks do not count."""
        wanted = json.dumps(" ".join(text.split()))
        self.wait_for(
            f"({_READ_TEXT}).replace(/\\s+/g, ' ').includes({wanted})",
            seconds=seconds,
            because=f"the text {wanted}",
        )

    def click(self, name: str, *, role: str | None = None, seconds: float = WAIT_SECONDS) -> None:
        """Really click the element with this accessible name (and role): a user gesture."""
        value = {"name": name} | ({"role": role} if role else {})
        self._click({"type": "accessibility", "value": value}, f"{role or 'element'} named {name!r}", seconds)

    def click_css(self, selector: str, *, seconds: float = WAIT_SECONDS) -> None:
        """Really click the first element of this CSS selector: a user gesture."""
        self._click({"type": "css", "value": selector}, selector, seconds)

    def type(self, text: str) -> None:
        """Press the keys of `text` wherever the focus is."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._call("input.performActions", actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def set_viewport(self, width: int, height: int) -> None:
        """Give the page this many CSS pixels."""
        self._call("browsingContext.setViewport", viewport={"width": width, "height": height})

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self._call("browsingContext.captureScreenshot")["data"]))

    def unsubscribe_push(self) -> bool:
        """End this origin's push subscription as the app's own code would; False when there was none."""
        return bool(
            self.evaluate(
                "navigator.serviceWorker.getRegistration()"
                ".then((r) => r?.pushManager.getSubscription()).then((s) => s ? s.unsubscribe() : false)"
            )
        )

    def failure(self, message: str) -> BrowserFailure:
        """`message` with all that helps to see why."""
        try:
            where, text = self.url, self.text
        except (BidiError, BidiTimeout, BrowserFailure) as error:
            where, text = "a page that does not answer", str(error)
        console = "\n  ".join(self.bidi.console[-20:]) or "(nothing)"
        shown = "\n  ".join(line for line in text.splitlines() if line.strip()) or "(nothing)"
        return BrowserFailure(f"{message}\n at {where}\n page:\n  {shown}\n console:\n  {console}")

    def _click(self, locator: Json, described: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                return self._try_click(locator)
            except (_Unsettled, BidiError) as error:
                if time.monotonic() > end:
                    raise self.failure(f"could not click {described}: {error}") from None
            time.sleep(POLL_SECONDS)

    def _try_click(self, locator: Json) -> None:
        nodes = self._call("browsingContext.locateNodes", locator=locator)["nodes"]
        problem = "there is none"
        for node in nodes:
            element = {"sharedId": node["sharedId"]}
            if not (problem := self._place(element)):
                return self._press(element)
        raise _Unsettled(problem)

    def _place(self, element: Json) -> str:
        """Bring the element into view; the reason why a person could not hit it, or ""."""
        result = self.bidi.call(
            "script.callFunction",
            {
                "functionDeclaration": _PLACE,
                "arguments": [element],
                "awaitPromise": False,
                "target": {"context": self.context},
            },
        )
        return str(result["result"]["value"]) if result["type"] == "success" else "it went away"

    def _press(self, element: Json) -> None:
        origin = {"type": "element", "element": element}
        moves: list[Json] = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._call("input.performActions", actions=[{"type": "pointer", "id": "mouse", "actions": moves}])

    def _call(self, method: str, **params: Any) -> Json:
        return self.bidi.call(method, {"context": self.context, **params})
