"""Pushes a batch: checks every endpoint, encrypts in chunks, and lets no slow push service hold up others."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, Generic

import certifi

from pwa.push.addresses import Lookup, system_lookup
from pwa.push.breaker import Breaker, Circuit
from pwa.push.encryption import encrypt
from pwa.push.endpoints import Endpoint, EndpointRefused, EndpointRules, check_endpoint
from pwa.push.headers import push_headers
from pwa.push.name_book import NameBook
from pwa.push.policy import counts_against_service, parse_retry_after
from pwa.push.sender import Failure, K, Outgoing, SendResult
from pwa.push.transfer import Request, Response, Transfers
from pwa.push.vapid import UnknownVapidKey, VapidSigner

CHUNK: Final = 64  # encrypting 64 in a row, then sending, costs a quarter less than one by one (cold caches)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """`per_service` binds while another push service waits for a turn; a lone one may use all of `in_flight`.

    One service at 50 ms takes 64 / 0.05 = 1,280 a second, too few when most patients hang on the same one.
    """

    in_flight: int = 256
    per_service: int = 64
    connect_timeout: timedelta = timedelta(seconds=3)
    total_timeout: timedelta = timedelta(seconds=10)


USUAL_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class _Job(Generic[K]):
    place: int  # in the batch
    outgoing: Outgoing[K]
    endpoint: Endpoint


@dataclass(slots=True)
class _Lane(Generic[K]):
    """What one push service has to take of this batch."""

    origin: str
    addresses: tuple[str, ...]
    breaker: Breaker
    waiting: deque[_Job[K]] = field(default_factory=deque)
    ready: deque[Request[_Job[K]]] = field(default_factory=deque)
    in_flight: int = 0

    @property
    def has_work(self) -> bool:
        return bool(self.waiting or self.ready)


@dataclass(slots=True)
class _Run(Generic[K]):
    """One batch under way."""

    batch: Sequence[Outgoing[K]]
    now: datetime
    lanes: dict[str, _Lane[K]] = field(default_factory=dict)
    results: dict[int, SendResult[K]] = field(default_factory=dict)

    def fail(self, place: int, failure: Failure, origin: str | None, retry_after: str | None = None) -> None:
        key = self.batch[place].key
        self.results[place] = SendResult(key, origin, failure=failure, retry_after=retry_after)


class CurlSender:
    """A PushSender over libcurl. One per process, used from one thread; encryption scales by processes."""

    def __init__(
        self,
        signer: VapidSigner,
        rules: EndpointRules,
        limits: Limits = USUAL_LIMITS,
        *,
        ca_file: str | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        """`ca_file` is a PEM bundle; None is certifi's, as pycurl's wheel looks where Red Hat keeps one."""
        self._signer = signer
        self._rules = rules
        self._limits = limits
        self._names = NameBook(lookup, limits.connect_timeout)
        self._breakers: dict[str, Breaker] = {}  # only those with a failure to remember
        self._transfers: Transfers[_Job[Any]] = Transfers(
            ca_file or certifi.where(), limits.connect_timeout, limits.total_timeout, limits.in_flight
        )

    def send(self, batch: Sequence[Outgoing[K]], now: datetime) -> list[SendResult[K]]:
        run = _Run(batch, now)
        self._open_lanes(run)
        try:
            while len(run.results) < len(batch):
                fed = [self._feed(lane, run) for lane in run.lanes.values() if lane.has_work]
                ended = self._transfers.advance()
                for response in ended:
                    self._settle(response, run)
                if not ended and not any(fed):
                    self._transfers.wait()
        finally:
            self._transfers.abandon()
        return [run.results[place] for place in range(len(batch))]

    def close(self) -> None:
        self._transfers.close()

    def _open_lanes(self, run: _Run[K]) -> None:
        jobs: list[_Job[K]] = []
        for place, outgoing in enumerate(run.batch):
            try:
                jobs.append(_Job(place, outgoing, check_endpoint(outgoing.target.endpoint, self._rules)))
            except EndpointRefused:
                run.fail(place, Failure.ENDPOINT, None)
        found = self._names.addresses_of((job.endpoint for job in jobs), run.now)
        for job in jobs:
            origin = job.endpoint.origin
            addresses = found[origin]
            if isinstance(addresses, Failure):
                run.fail(job.place, addresses, origin)
                continue
            if origin not in run.lanes:
                run.lanes[origin] = _Lane(origin, addresses, self._breakers.get(origin, Breaker()))
            run.lanes[origin].waiting.append(job)

    def _feed(self, lane: _Lane[K], run: _Run[K]) -> bool:
        """Starts what there is room for, at most a chunk of it newly encrypted; whether anything was done."""
        circuit = lane.breaker.circuit(run.now)
        if circuit is Circuit.OPEN:
            _give_up(lane, run)
            return True
        room = self._room(lane, circuit, run)
        if room <= 0:
            return False
        if not lane.ready:
            self._encrypt_chunk(lane, run)
        for _ in range(min(room, len(lane.ready))):
            self._start(lane, run)
        return True

    def _room(self, lane: _Lane[K], circuit: Circuit, run: _Run[K]) -> int:
        if circuit is Circuit.HALF_OPEN:
            return 1 - lane.in_flight
        others_wait = any(other.has_work for other in run.lanes.values() if other is not lane)
        share = self._limits.per_service if others_wait else self._limits.in_flight
        return min(share - lane.in_flight, self._limits.in_flight - self._transfers.active)

    def _encrypt_chunk(self, lane: _Lane[K], run: _Run[K]) -> None:
        for _ in range(min(CHUNK, len(lane.waiting))):
            job = lane.waiting.popleft()
            try:
                lane.ready.append(self._request(job, lane, run.now))
            except UnknownVapidKey:
                run.fail(job.place, Failure.KEY, lane.origin)
            except Exception as error:  # one bad row must not stop the others of its batch
                _log.error("A push could not be encrypted: %s", type(error).__name__)
                run.fail(job.place, Failure.MESSAGE, lane.origin)

    def _request(self, job: _Job[K], lane: _Lane[K], now: datetime) -> Request[_Job[K]]:
        outgoing = job.outgoing
        authorization = self._signer.header(lane.origin, now, outgoing.vapid_key_id)
        headers = push_headers(outgoing.message, authorization, lane.origin)
        body = encrypt(outgoing.target, outgoing.message.body)
        return Request(job, job.endpoint, lane.addresses, headers, body)

    def _start(self, lane: _Lane[K], run: _Run[K]) -> None:
        request = lane.ready.popleft()
        try:
            self._transfers.start(request)
        except Exception as error:  # as above
            _log.error("A push could not be started: %s", type(error).__name__)
            run.fail(request.job.place, Failure.MESSAGE, lane.origin)
        else:
            lane.in_flight += 1

    def _settle(self, response: Response[_Job[K]], run: _Run[K]) -> None:
        job = response.job
        lane = run.lanes[job.endpoint.origin]
        lane.in_flight -= 1
        result = _result(response, lane.origin)
        run.results[job.place] = result
        if counts_against_service(result):
            asked = parse_retry_after(result.retry_after, run.now) or timedelta(0)
            lane.breaker = lane.breaker.after_failure(run.now, asked)
            self._breakers[lane.origin] = lane.breaker
        else:
            lane.breaker = lane.breaker.after_success()
            self._breakers.pop(lane.origin, None)


def _result(response: Response[_Job[K]], origin: str) -> SendResult[K]:
    granted = response.headers.get("ttl", "")
    return SendResult(
        response.job.outgoing.key,
        origin,
        response.status,
        response.failure,
        response.headers.get("retry-after"),
        int(granted) if granted.isdecimal() and len(granted) < 10 else None,
    )


def _give_up(lane: _Lane[K], run: _Run[K]) -> None:
    """The rest of the lane is not tried while the push service is left alone."""
    rest = (lane.breaker.open_until or run.now) - run.now
    seconds = str(ceil(rest.total_seconds()))
    while lane.ready:
        run.fail(lane.ready.popleft().job.place, Failure.CIRCUIT_OPEN, lane.origin, seconds)
    while lane.waiting:
        run.fail(lane.waiting.popleft().place, Failure.CIRCUIT_OPEN, lane.origin, seconds)
