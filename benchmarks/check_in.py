"""How long a check-in takes: a person's two taps, their details, and what the phone does after a tap.

The phone is Chromium slowed down six times. A person reads 155 words a minute, two thirds of what adults read
in their first language (238, Brysbaert 2019): at first use each word of question and list, once. They decide
for 1.35 s (Card, Moran and Newell's keystroke-level model) and take 0.4 s for each tap. Who knows the
questions reads nothing.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.screens import enrol_today, fresh_phone, join
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, running_afterbeam

ROUNDS = 7
SLOWDOWN = 6
WORDS_A_SECOND = 155 / 60
DECIDE_S = 1.35
TAP_S = 0.4
CALM_MS = 520  # the app takes no second tap before that

# The card comes when the transaction with strict durability is over: until then nothing is said to be saved.
_WATCH = """() => {
  window.timed = {};
  addEventListener("click", () => (timed.tap = performance.now()), true);
  const seen = new MutationObserver(() => {
    if (!timed.card && document.querySelector(".care")) timed.card = performance.now();
  });
  seen.observe(document.body, { childList: true, subtree: true });
  timed.worst = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) timed.worst = Math.max(timed.worst, duration);
  }).observe({ type: "event", durationThreshold: 16 });
}"""


def main() -> None:
    """Print the table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_afterbeam(Path(folder, "server")) as afterbeam,
        sync_playwright() as playwright,
        fresh_phone(playwright, Path(folder, "phone")) as phone,
    ):
        join(phone, afterbeam, enrol_today(afterbeam))
        with _slowed_down(phone):
            rounds = [_round(phone.page, afterbeam) for _ in range(ROUNDS)]
    two, details, durable, worst = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"medians of {ROUNDS} rounds, processor slowed down {SLOWDOWN} times")
    print(f"{'what':34} {'figure':>10}  {'must':>8}  {'aim':>8}")
    for name, figure, must, aim in (
        ("two taps, every word read", f"{two:.1f} s", "10 s", "6 s"),
        ("two taps, questions known", f"{2 * (DECIDE_S + TAP_S):.1f} s", "", ""),
        ("with details, every word read", f"{details:.1f} s", "30 s", "20 s"),
        ("tap to durable, card on screen", f"{durable:.0f} ms", "100 ms", "50 ms"),
        ("worst interaction", f"{worst:.0f} ms", "150 ms", "100 ms"),
    ):
        print(f"{name:34} {figure:>10}  {must:>8}  {aim:>8}")


@contextmanager
def _slowed_down(phone: Chromium) -> Iterator[None]:
    session = phone.context.new_cdp_session(phone.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    yield
    session.detach()


def _round(page: Page, afterbeam: Afterbeam) -> tuple[float, float, float, float]:
    """Seconds for two taps and with details; milliseconds to durable and of the worst interaction."""
    page.goto(f"{afterbeam.url}/plan")
    page.goto(f"{afterbeam.url}/check-in")
    page.get_by_role("button", name="Worse").wait_for()
    page.evaluate(_WATCH)
    two = _read(page.locator("h1")) + _tap(page.get_by_role("button", name="Worse"))
    none = page.get_by_role("button", name="None of these")
    none.wait_for()
    page.wait_for_timeout(CALM_MS)
    two += _read(page.locator("fieldset.tiles")) + _tap(none)
    page.locator(".care").wait_for()
    durable = float(page.evaluate("timed.card - timed.tap"))
    details = two + _details(page)
    return two, details, durable, float(page.evaluate("timed.worst"))


def _details(page: Page) -> float:
    """Answers every graded question, and saves."""
    page.locator(".details fieldset").first.wait_for()
    page.wait_for_timeout(CALM_MS)
    spent = 0.0
    graded = page.locator(".details fieldset.is-graded, .details fieldset.is-pain")
    for at in range(graded.count()):
        question = graded.nth(at)
        spent += _read(question.locator("legend")) + _tap(question.locator("label").nth(1))
    return spent + _tap(page.get_by_role("button", name="Save details"))


def _read(what: Locator) -> float:
    """Seconds to read it once."""
    return len(what.inner_text().split()) / WORDS_A_SECOND


def _tap(what: Locator) -> float:
    """Decide, and tap; the page is given the tap at once."""
    what.click()
    return DECIDE_S + TAP_S


if __name__ == "__main__":
    main()
