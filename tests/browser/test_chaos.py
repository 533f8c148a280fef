"""A phone in a bad world: pages die, answers get lost, clocks jump. No tap is lost or doubled."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Error, Page, Playwright, Route

from tests.browser.screens import enrol_today, fresh_phone, join
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, Enrolled

STEPS = 30
SOAK_STEPS = 1000
CALM_MS = 520  # the app takes no second tap before that
QUICK_MS = 250  # a page killed this soon after a tap may or may not have saved it
DRAINED_MS = 30_000
FARTHEST_JUMP_DAYS = 3

EVENTS = "SELECT event_id, kind FROM patient_events WHERE patient_id = ? AND kind = 'check_in'"

# Every check-in that this phone remembers, in whichever store it waits or rests.
_KNOWN = """new Promise((resolve, reject) => {
  const opening = indexedDB.open("afterbeam");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const names = ["outbox", "shadow", "rejected"];
    const tx = opening.result.transaction(names);
    const found = names.map((name) => tx.objectStore(name).getAll());
    tx.oncomplete = () => {
      opening.result.close();
      const events = found.flatMap(({ result }) => result.map((row) => row.event ?? row));
      resolve(events.filter(({ kind }) => kind === "check_in").map(({ id }) => id));
    };
  };
})"""
_WAITING = _KNOWN.replace('["outbox", "shadow", "rejected"]', '["outbox"]').replace(
    'kind === "check_in"', "true"
)
_EMPTY_OUTBOX = """new Promise((resolve) => {
  const opening = indexedDB.open("afterbeam");
  opening.onsuccess = () => {
    const tx = opening.result.transaction(["outbox"], "readwrite");
    tx.objectStore("outbox").clear();
    tx.oncomplete = () => (opening.result.close(), resolve());
  };
})"""
# A clock that jumps: what the page reads, not the machine.
_JUMPING_CLOCK = """(() => {
  const real = Date.now.bind(Date);
  Date.now = () => real() + Number(localStorage.getItem("jump") ?? 0);
})()"""


def test_30_steps_of_chaos_lose_nothing(playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path) -> None:
    with _walk(playwright, afterbeam, tmp_path, seed=20261120) as walk:
        walk.take(STEPS)
        walk.check()


@pytest.mark.soak
def test_1000_steps_of_chaos_lose_nothing(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    with _walk(playwright, afterbeam, tmp_path, seed) as walk:
        walk.take(SOAK_STEPS)
        walk.check()
    print(f"{walk.confirmed} taps said saved, {walk.unsure} cut off; {walk.faults} faults; 0 lost, 0 doubled")


def test_an_outbox_emptied_before_the_answer_is_noticed(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path
) -> None:
    with _walk(playwright, afterbeam, tmp_path, seed=1) as walk:
        walk.fault = "abort"
        walk.tap()
        walk.page.evaluate(_EMPTY_OUTBOX)
        with pytest.raises(AssertionError, match="lost"):
            walk.check()


@dataclass(slots=True)
class _Walk:
    """One patient's phone and everything that happens to it."""

    phone: Chromium
    afterbeam: Afterbeam
    patient: Enrolled
    chance: random.Random
    page: Page
    fault: str | None = None  # of the next sync
    made: set[UUID] = field(default_factory=set)
    confirmed: int = 0  # taps that the screen called saved
    unsure: int = 0  # taps whose page died before it could say so
    faults: int = 0

    def take(self, steps: int) -> None:
        acts: list[Callable[[], None]] = [
            *[self.tap] * 4,
            self.tap_and_die,
            self.drop_in_mid_request,
            self.lose_the_answer,
            self.fail_with_500,
            self.second_tab,
            self.jump_the_clock,
            self.reload,
            self.go_offline_and_back,
        ]
        for step in range(steps):
            act = self.chance.choice(acts)
            try:
                act()
            except Error as error:
                raise AssertionError(f"step {step}, {act.__name__}:\n{self.shown()}") from error

    def tap(self) -> None:
        """A check-in in two taps, until the screen says that it is saved."""
        self._two_taps()
        self.page.locator(".care").first.wait_for()
        self.confirmed += 1
        self._remember()

    def tap_and_die(self) -> None:
        self._two_taps()
        self.page.wait_for_timeout(self.chance.uniform(0, QUICK_MS))
        self.unsure += 1
        self._die()

    def drop_in_mid_request(self) -> None:
        self.fault = "abort"
        self.tap()

    def lose_the_answer(self) -> None:
        self.fault = "lose"
        self.tap()

    def fail_with_500(self) -> None:
        self.fault = "500"
        self.tap()

    def second_tab(self) -> None:
        """Another tab of the same app sends what the first one made, which goes on beside it."""
        other = self.phone.context.new_page()
        self._goto(other, "/")
        self.tap()
        if self.chance.random() < 0.5:
            self.page, other = other, self.page
        other.close()

    def jump_the_clock(self) -> None:
        days = self.chance.uniform(-FARTHEST_JUMP_DAYS, FARTHEST_JUMP_DAYS)
        self.page.evaluate("(by) => localStorage.setItem('jump', by)", str(int(days * 86_400_000)))
        self.reload()

    def reload(self) -> None:
        self.page.reload()

    def go_offline_and_back(self) -> None:
        self.phone.go_offline()
        self.tap()
        self.phone.go_online()

    def answer(self, route: Route) -> None:
        """The network, as bad as the next fault says."""
        fault, self.fault = self.fault, None
        self.faults += fault is not None
        with suppress(Error):  # its page may have died
            if fault == "abort":
                route.abort()
            elif fault == "lose":
                route.fetch()
                route.abort()
            elif fault == "500":
                route.fulfill(status=500, body="")
            else:
                route.continue_()

    def shown(self) -> str:
        """What the page shows, to find out what became of it."""
        return f"{self.page.url}\n{self.page.locator('body').inner_text()}"

    def check(self) -> None:
        """With the world good again everything arrives, once."""
        self.fault = None
        self.phone.go_online()
        self._die()
        self.page.evaluate("localStorage.removeItem('jump')")
        self._goto(self.page, "/")
        self._wait_until_drained()
        self._remember()
        stored = {UUID(row["event_id"]) for row in self.afterbeam.rows(EVENTS, self.patient.row_id)}
        assert self.made <= stored, f"lost: {self.made - stored}"
        assert stored <= self.made, f"of nobody: {stored - self.made}"
        assert self.confirmed <= len(stored), f"lost: {self.confirmed} said saved, {len(stored)} are there"
        assert len(stored) <= self.confirmed + self.unsure, "doubled"

    def _wait_until_drained(self) -> None:
        for _ in range(DRAINED_MS // 500):
            if not self.page.evaluate(_WAITING):
                return
            self.page.wait_for_timeout(500)
        raise AssertionError("the outbox never became empty")

    def _two_taps(self) -> None:
        self.page.goto("about:blank")  # or the card of the last one is shown again, as after a reload
        self._goto(self.page, "/check-in")
        first = self.page.get_by_role("button", name=self.chance.choice(["Better", "Same"]))
        none = self.page.get_by_role("button", name="None of these")
        first.or_(none).wait_for()
        if first.is_visible():  # else it goes on where a page died between the taps
            first.click()
        none.wait_for()
        self.page.wait_for_timeout(CALM_MS)
        none.click()

    def _goto(self, page: Page, path: str) -> None:
        page.goto(self.afterbeam.url + path)

    def _remember(self) -> None:
        self.made |= {UUID(one) for one in self.page.evaluate(_KNOWN)}

    def _die(self) -> None:
        """The page ends at once, as when the system takes its memory; a new one starts."""
        old, self.page = self.page, self.phone.context.new_page()
        old.close(run_before_unload=False)
        self._goto(self.page, "/")
        self._remember()


@contextmanager
def _walk(playwright: Playwright, afterbeam: Afterbeam, folder: Path, seed: int) -> Iterator[_Walk]:
    """A joined phone whose syncs go through the walk."""
    with fresh_phone(playwright, folder / "phone") as phone:
        patient = enrol_today(afterbeam)
        join(phone, afterbeam, patient)
        phone.context.add_init_script(_JUMPING_CLOCK)
        walk = _Walk(phone, afterbeam, patient, random.Random(seed), phone.page)
        phone.context.route("**/api/v1/sync", lambda route: walk.answer(route))
        yield walk
