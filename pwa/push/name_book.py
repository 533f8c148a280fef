"""The checked addresses of the push services in use, looked up side by side and kept for a short while."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Final

from pwa.push.addresses import AddressRefused, Lookup, resolve, system_lookup
from pwa.push.endpoints import Endpoint
from pwa.push.sender import Failure

KEPT_FOR: Final = timedelta(seconds=30)
_MOST_NAMES: Final = 1024
_MOST_ASKING: Final = 16

Answer = tuple[str, ...] | Failure


class NameBook:
    """getaddrinfo has no time limit of its own, so it runs in threads: a slow name delays no other."""

    def __init__(self, lookup: Lookup = system_lookup, patience: timedelta = timedelta(seconds=3)) -> None:
        self._lookup = lookup
        self._patience = patience
        self._known: dict[str, tuple[tuple[str, ...], datetime]] = {}

    def addresses_of(self, endpoints: Iterable[Endpoint], now: datetime) -> dict[str, Answer]:
        """By origin: the addresses to connect to, or why there are none."""
        wanted = {endpoint.origin: endpoint for endpoint in endpoints}
        answers: dict[str, Answer] = {}
        for origin in wanted:
            addresses, asked_at = self._known.get(origin, ((), now))
            if addresses and asked_at <= now < asked_at + KEPT_FOR:
                answers[origin] = addresses
        fresh = self._ask([endpoint for origin, endpoint in wanted.items() if origin not in answers])
        self._keep(fresh, now)
        return answers | fresh

    def _keep(self, fresh: dict[str, Answer], now: datetime) -> None:
        if len(self._known) + len(fresh) > _MOST_NAMES:
            self._known.clear()
        for origin, found in fresh.items():
            if isinstance(found, tuple):
                self._known[origin] = found, now

    def _ask(self, endpoints: list[Endpoint]) -> dict[str, Answer]:
        questions: SimpleQueue[Endpoint] = SimpleQueue()
        answers: SimpleQueue[tuple[str, Answer]] = SimpleQueue()
        for endpoint in endpoints:
            questions.put(endpoint)
        askers = [
            threading.Thread(target=self._answer, args=(questions, answers), daemon=True)
            for _ in range(min(len(endpoints), _MOST_ASKING))
        ]
        for asker in askers:
            asker.start()
        return _gather(answers, endpoints, self._patience.total_seconds())

    def _answer(self, questions: SimpleQueue[Endpoint], answers: SimpleQueue[tuple[str, Answer]]) -> None:
        while True:
            try:
                endpoint = questions.get_nowait()
            except Empty:
                return
            answers.put((endpoint.origin, self._find(endpoint)))

    def _find(self, endpoint: Endpoint) -> Answer:
        try:
            return resolve(endpoint, self._lookup)
        except AddressRefused:
            return Failure.ADDRESS
        except (OSError, UnicodeError):
            return Failure.NAME


def _gather(
    answers: SimpleQueue[tuple[str, Answer]], endpoints: list[Endpoint], seconds: float
) -> dict[str, Answer]:
    """Whatever comes until one wait of `seconds` brings nothing; the rest could not be resolved."""
    found: dict[str, Answer] = {}
    while len(found) < len(endpoints):
        try:
            origin, answer = answers.get(timeout=seconds)
        except Empty:
            break
        found[origin] = answer
    return {endpoint.origin: Failure.NAME for endpoint in endpoints} | found
