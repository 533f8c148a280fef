"""The notifications Firefox shows: read them, really click them, close them.

With `alerts.useSystemBackend` off each one is a window of the browser itself, which a script with
the browser's rights can find. A click there raises the same `notificationclick` in the worker as a
click on a desktop's bubble. These windows have no action buttons, and a plain one goes after 20 s.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.support.firefox import Firefox
from tests.support.tab import BrowserFailure

POLL_SECONDS = 0.05

_LIST = """() => [...Services.wm.getEnumerator("alert:alert")].filter((w) => !w.closed).map((w) => ({
  title: w.document.getElementById("alertTitleLabel")?.getAttribute("value") ?? "",
  body: w.document.getElementById("alertTextLabel")?.textContent ?? "",
  source: w.document.getElementById("alertSourceLabel")?.getAttribute("value") ?? "",
  lang: w.document.getElementById("alertTitleLabel")?.getAttribute("lang") ?? "",
}))"""

_ACT = """(selector, title, body) => {
  for (const w of Services.wm.getEnumerator("alert:alert")) {
    const [t, b] = ["alertTitleLabel", "alertTextLabel"].map((id) => w.document.getElementById(id));
    if (w.closed || t?.getAttribute("value") !== title || b?.textContent !== body) continue;
    const target = w.document.querySelector(selector);
    if (selector === "#alert-close") target.doCommand(); else target.click();
    return true;
  }
  return false;
}"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One notification on the screen. `source` names the origin it came from."""

    title: str
    body: str
    source: str
    lang: str

    @property
    def words(self) -> str:
        """All that somebody looking over the shoulder could read."""
        return f"{self.title} {self.body}"


def shown_notifications(firefox: Firefox) -> list[Shown]:
    return [Shown(**entry) for entry in firefox.in_browser(_LIST)]


def wait_for_notification(firefox: Firefox, *, seconds: float = 20.0) -> Shown:
    """The first notification on the screen, waiting for it if need be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # The window exists a moment before its words do.
        for entry in shown_notifications(firefox):
            if entry.title:
                return entry
        time.sleep(POLL_SECONDS)
    raise firefox.page.failure(f"no notification was shown in {seconds:g} s")


def click_notification(firefox: Firefox, notification: Shown) -> None:
    """Click it, as a person would to open the app."""
    _act(firefox, "#alertTextBox", notification)


def close_notification(firefox: Firefox, notification: Shown) -> None:
    """Press its cross."""
    _act(firefox, "#alert-close", notification)


def clear_notifications(firefox: Firefox) -> None:
    """Close whatever is on the screen."""
    for notification in shown_notifications(firefox):
        close_notification(firefox, notification)


def _act(firefox: Firefox, selector: str, notification: Shown) -> None:
    if not firefox.in_browser(_ACT, selector, notification.title, notification.body):
        raise BrowserFailure(f"the notification {notification.words!r} is no longer on the screen")
